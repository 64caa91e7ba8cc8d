"""What a statement says that a source does not, within a language and across four."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.document import Span
from rag.verify.comparison import compare
from rag.verify.nearness import WordPairs
from rag.verify.source import Source

ROWS = [json.loads(line) for line in Path(__file__).with_name("parallel.jsonl").read_text("utf-8").splitlines()]
PLACES = {(row["document"], row["sentence"], row["language"]): row for row in ROWS}


def pairs(*languages: str) -> Iterator[tuple[dict, Source]]:  # type: ignore[type-arg]
    """Each sentence with the same one in each of the languages, as a source."""
    for row in ROWS:
        for language in languages:
            text = PLACES[row["document"], row["sentence"], language]["text"]
            yield row, Source(text, 100, language, "")


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr"])
def test_nothing_differs_in_a_translation(language: str) -> None:
    for row, source in pairs(language):
        for text in (row["text"], row["again"]):
            assert compare(text, row["language"], [source]).mismatches == (), (text, source.text)


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr"])
@pytest.mark.parametrize("kind", ["number", "date", "amount", "unit", "negation"])
def test_what_was_changed_is_found(kind: str, language: str) -> None:
    for row, source in pairs(language):
        if kind in row["changes"]:
            old, new = row["changes"][kind]
            statement = row["text"].replace(old, new)
            found = compare(statement, row["language"], [source]).mismatches
            assert found, (statement, source.text)
            for mismatch in found:
                assert statement[mismatch.stated_start : mismatch.stated_end] == mismatch.stated
                said = source.text[mismatch.found_start - 100 : mismatch.found_end - 100] if mismatch.found else ""
                assert said == mismatch.found


def differ(statement: str, source: str, language: str = "en") -> list[tuple[str, str, str]]:
    found = compare(statement, language, [Source(source, 0, language, "")]).mismatches
    return [(m.kind, m.stated, m.found) for m in found]


@pytest.mark.parametrize(
    ("statement", "source", "expected"),
    [
        ("The road is 12 km long.", "The road is 15 km long.", [("number", "12 km", "15 km")]),
        ("The road is 12 km long.", "The road is 12 miles long.", [("unit", "12 km", "12 miles")]),
        ("It cost 12 euros.", "It cost 15 euros.", [("amount", "12 euros", "15 euros")]),
        ("It began on 2 May 2020.", "It began on 3 May 2020.", [("date", "2 May 2020", "3 May 2020")]),
        ("It began in May 2020.", "It began on 3 May 2020.", []),
        ("In December 2013 it ended.", "It began in May 2013 and ended in December of the same year.", []),
        ("It began in June 2020 in Lyon.", "It began in Lyon.", [("date", "June 2020", "")]),
        ("The war of 1945 to 1945.", "The war of 1941 to 1945.", [("date", "1945", "1941")]),
        ("He met Boucard.", "He met Lemaire.", [("name", "Boucard", "Lemaire")]),
        ("He did not sign the treaty.", "He signed the treaty.", [("negation", "not", "")]),
        ("He signed the treaty.", "He never signed the treaty.", [("negation", "", "never")]),
        ("He did not sign the treaty.", "He refused to sign the treaty.", []),
        ("He did not sign without a reason.", "He signed without a reason.", [("negation", "not", "")]),
        ("It fell from 54 to 38 places.", "It rose from 38 to 54 places.", [("number", "54", "38")]),
        ("It fell from 54 to 38 places.", "It fell from 54 to 38 places.", []),
        ("It fell from 20 to 10.", "It rose from 10 to 20 and fell from 20 to 10.", []),
        ("They sent 20 men to Lyon on 3 May.", "On 3 May they sent to Lyon 20 men.", []),
        ("Miles Davis played with Doris Day and Ezra Pound.", "There Miles Davis met Doris Day and Ezra Pound.", []),
        ("Of 54 places 38 are taken.", "38 of 54 places are taken.", []),
        ("Two men came.", "Two men came.", []),
    ],
)
def test_differences(statement: str, source: str, expected: list[tuple[str, str, str]]) -> None:
    assert differ(statement, source) == expected


def test_a_course_is_turned_in_another_language_too() -> None:
    source = Source("Le prix est passé de 38 à 54 euros.", 0, "fr", "")
    assert [(m.stated, m.found) for m in compare("The price went from 54 to 38 euros.", "en", [source]).mismatches]
    assert compare("The price went from 38 to 54 euros.", "en", [source]).mismatches == ()


def test_spelt_numbers_of_an_unread_language_are_let_pass() -> None:
    assert compare("Six men and 1200 women.", "en", [Source("Sex män och 1200 kvinnor.", 0, "sv", "")]).mismatches == ()
    assert compare("1300 women.", "en", [Source("1200 kvinnor.", 0, "sv", "")]).mismatches


def likened(statement: str, source: str, language: str, likeness: float) -> Source:
    """A source each of whose words is alike to each of the statement's by `likeness`."""
    spans = [tuple(Span(*m.span()) for m in re.finditer(r"\S+", text)) for text in (statement, source)]
    cosines = np.full((len(spans[0]), len(spans[1])), likeness, np.float32)
    return Source(source, 100, language, "", WordPairs(cosines, *spans))


BRIDGE = "The bridge of Tarsine was closed to lorries in March."


@pytest.mark.parametrize(
    ("statement", "likeness", "lacks"),
    [
        ("أُغلق جسر مولفان أمام الشاحنات في شهر مارس.", 0.57, ["Tarsine"]),
        ("أُغلق جسر تارسين أمام الشاحنات في شهر مارس.", 0.57, []),
        ("أُغلق جسر مولفان أمام الشاحنات في شهر مارس.", 0.59, []),  # it may be a translation
        ("أُغلق الجسر في مارس.", 0.57, []),  # which says less than the source
    ],
)
def test_a_name_that_a_script_without_capitals_leaves_out(statement: str, likeness: float, lacks: list[str]) -> None:
    found = compare(statement, "ar", [likened(statement, BRIDGE, "en", likeness)]).mismatches
    assert [(m.kind, m.stated, m.found) for m in found] == [("name", "", name) for name in lacks]


def test_a_number_is_no_name() -> None:
    source = "دفعت المنطقة أكثر من مليون يورو للجسر."
    statement = "The region paid more than a million euros for the Molvane bridge."
    found = compare(statement, "en", [likened(statement, source, "ar", 0.5)]).mismatches
    assert [(m.kind, m.stated) for m in found] == [("name", "Molvane")]


CLOSED = "Its ward closed in 2016 because it did not have enough nurses."


@pytest.mark.parametrize(("reason", "denied"), [(0.4, False), (0.6, True)])
def test_what_another_clause_denies_counts_where_the_statement_speaks_of_it(reason: float, denied: bool) -> None:
    statement = "Elle a fermé en 2016, avec assez de places."
    source = likened(statement, CLOSED, "en", 0.9)
    assert source.pairs is not None
    source.pairs.cosines[:, 5:] = reason
    found = compare(statement, "fr", [source]).mismatches
    assert [m.kind for m in found] == (["negation"] if denied else [])


@pytest.mark.parametrize(("beside", "excused"), [(0.4, False), (0.6, True)])
def test_a_denial_beside_the_best_sentence_excuses_one_of_the_same(beside: float, excused: bool) -> None:
    statement = "Il n’a pas été reconnu coupable."
    best = likened(statement, "He was found guilty.", "en", 0.9)
    other = likened(statement, "She would not appeal.", "en", beside)
    found = compare(statement, "fr", [best, other]).mismatches
    assert [m.kind for m in found] == ([] if excused else ["negation"])
