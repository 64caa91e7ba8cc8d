import json
from dataclasses import replace

import pytest

from index.document import Extract, Part, Span
from index.errors import ReadError
from index.limits import Limits
from index.readers.jsonl import parts
from tests.index.mutated import mutated

LIMITS = Limits()


def only(line: str) -> Part:
    [part] = parts(line.encode(), LIMITS)
    return part


def test_a_line_is_a_document() -> None:
    fields = {
        "id": "kb/42",
        "title": "  Congés \n payés ",
        "text": "Deux jours et demi\r\npar mois.\n",
        "url": "https://wiki.example.org/42",
        "date": "2024-05-31T10:00:00Z",
        "language": "fr-FR",
        "author": "Amina Diallo",
        "groups": ["hr", "board"],
        "views": 3,
    }
    assert only(json.dumps(fields)) == Part(
        "kb/42",
        Extract(
            "Deux jours et demi\r\npar mois.\n",
            heading="Congés payés",
            language="fr",
            date="2024-05-31",
            author="Amina Diallo",
            url="https://wiki.example.org/42",
            groups=("hr", "board"),
        ),
    )


def test_the_text_is_its_own_characters_and_marks_are_noise() -> None:
    text = "# Titre\n\ne\u0301te\u0301 **gras** \u200b"
    extract = only(json.dumps({"id": 1, "text": text})).extract
    assert extract is not None
    assert extract.text == text
    assert [span.of(text) for span in extract.noise] == ["#", "**", "**", "\u200b"]
    assert extract.noise[0] == Span(0, 1)


def test_what_is_left_out_is_left_open() -> None:
    assert only('{"id": 7, "text": ""}') == Part("7", Extract(""))
    assert only('{"id": 1.5, "text": "مرحبا"}') == Part("1.5", Extract("مرحبا"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/42", "file:///etc/passwd", 3])
def test_addresses_that_no_one_should_follow(url: object) -> None:
    extract = only(json.dumps({"id": 1, "text": "x", "url": url})).extract
    assert extract is not None
    assert extract.url is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "not a JSON object"),
        ("{", "not one whole JSON object"),
        ('{"id": 1}', 'no "text"'),
        ('{"id": 1, "text": null}', 'no "text"'),
        ('{"id": 1, "text": ["x"]}', 'no "text"'),
        ('{"text": "x"}', 'no "id"'),
        ('{"id": null, "text": "x"}', 'no "id"'),
        ('{"id": true, "text": "x"}', 'no "id"'),
        ('{"id": " ", "text": "x"}', 'no "id"'),
        ('{"id": 1, "text": "x", "groups": "hr"}', "not a list of names"),
        ('{"id": 1, "text": "x", "groups": null}', "not a list of names"),
        ('{"id": 1, "text": "x", "groups": [1]}', "not a list of names"),
        ('{"id": 1, "text": "x", "groups": [""]}', "not a list of names"),
        ('{"id": 1, "text": "x", "groups": {"hr": 1}}', "not a list of names"),
        ('{"id": 1, "text": "x", "Groups": ["hr"]}', 'not in a field called "groups"'),
        ('{"id": 1, "text": "x", "group": "hr"}', 'not in a field called "groups"'),
        ('{"id": 1, "text": "x", "groups": ["hr"], "groups": ["all"]}', "stands there twice"),
        ("[" * 100_000, "not one whole JSON object"),
        ('{"id": ' + "1" * 5000 + ', "text": "x"}', "not one whole JSON object"),
    ],
)
def test_a_line_that_is_not_understood_is_shown_to_nobody(line: str, reason: str) -> None:
    part = only(line)
    assert (part.name, part.extract) == ("line 1", None)
    assert reason in (part.failure or "")


def test_no_groups_at_all_are_nobody_not_everyone() -> None:
    extract = only('{"id": 1, "text": "x", "groups": []}').extract
    assert extract is not None
    assert extract.groups == ()


def test_one_bad_line_does_not_spoil_the_others() -> None:
    data = '\ufeff{"id": "a", "text": "1\u2028"}\n\n  \nno\n{"id": "b", "text": "2"}\r\n'.encode()
    found = list(parts(data, LIMITS))
    assert [part.name for part in found] == ["a", "line 4", "b"]


def test_an_id_stands_for_one_document() -> None:
    first, second, third = parts(
        b'{"id": "a/b", "text": "1"}\n{"id": "a//b", "text": "2"}\n{"id": "c", "text": "3"}', LIMITS
    )
    assert first.extract == Extract("1")
    assert (second.name, second.extract) == ("line 2", None)
    assert "line 1" in (second.failure or "")
    assert third.extract == Extract("3")


def test_a_line_that_fails_keeps_its_id() -> None:
    """Else the second would be shown to everyone where the first was meant for few."""
    bad, second = parts(b'{"id": 1, "text": "x", "groups": "hr"}\n{"id": 1, "text": "x"}', LIMITS)
    assert "not a list" in (bad.failure or "")
    assert "line 1" in (second.failure or "")


def test_ids_lead_nowhere() -> None:
    assert only('{"id": "../../etc/passwd", "text": "x"}').name == "etc/passwd"


def test_a_text_that_is_too_long_fails_alone() -> None:
    data = b'{"id": 1, "text": "four"}\n{"id": 2, "text": "three"}'
    short, long = parts(data, replace(LIMITS, characters=4))
    assert short.extract == Extract("four")
    assert "more than 4 characters" in (long.failure or "")


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(ReadError, match="binary"):
        list(parts(b"\x89PNG\r\n\x1a\n\x00", LIMITS))


def test_nothing_but_a_read_error_comes_of_damage() -> None:
    lines = [{"id": number, "text": "Été à Fès. مرحبا. " * 3, "groups": ["a"]} for number in range(5)]
    data = "\n".join(json.dumps(line, ensure_ascii=number % 2 == 0) for number, line in enumerate(lines)).encode()
    for changed in mutated(data, 400, seed=2):
        try:
            for part in parts(changed, LIMITS):
                assert (part.extract is None) == bool(part.failure)
        except ReadError as error:
            assert str(error)
