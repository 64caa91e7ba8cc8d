"""Quotations are found as they stand, as the rules let them be altered, or as the nearest words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.document import Passage
from index.opened import Index
from index.view import View
from rag.verify.quotation import FoundQuotation, find_quotation
from tests.rag.desk import build

TEXTS = {
    "en.txt": (
        "The minister said on Monday that « the bridge will be closed » for three months. "
        "He added: the region’s budget, which was voted in May, covers the whole cost. Nobody objected to the plan."
    ),
    "ar.txt": "تُحفَظ مِلفّات الضحايا منفصلة عن غيرها في خزانة مغلقة.",
    "fr.txt": "Le conseil a décidé que l’école resterait ouverte cet été, sauf en août.",
}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    folder: Path = tmp_path_factory.mktemp("quotations")
    with Index.open(build(folder, TEXTS)) as index:
        yield index.view()


def passages(view: View) -> list[Passage]:
    return [p for facts in view.documents() for p in view.passages(view.passages_of(facts))]


def find(view: View, quoted: str) -> FoundQuotation | None:
    found = find_quotation(quoted, view, passages(view))
    if found is not None:
        check_places(quoted, found)
    return found


def check_places(quoted: str, found: FoundQuotation) -> None:
    text = TEXTS[found.document]
    assert text[found.start : found.end] == found.text
    for a in found.alterations:
        assert quoted[a.stated_start : a.stated_end] == a.stated
        assert text[a.found_start : a.found_end] == a.found


@pytest.mark.parametrize("quoted", ["[word] .", "[...]", "« »", "[a] [b]"])
def test_nothing_is_quoted_by_brackets_alone(view: View, quoted: str) -> None:
    assert find(view, quoted) is None


@pytest.mark.parametrize("quoted", ["the bridge will be closed", "Nobody objected to the plan.", "تُحفَظ مِلفّات الضحايا"])
def test_letter_for_letter(view: View, quoted: str) -> None:
    found = find(view, quoted)
    assert found is not None
    assert (found.exact, found.text, found.alterations) == (True, quoted, ())


@pytest.mark.parametrize(
    ("quoted", "text", "expected"),
    [
        (
            "The bridge will be closed.",
            "the bridge will be closed",
            [("case", "T", "t"), ("punctuation", ".", "")],
        ),
        (
            "the region's budget [...] covers the whole cost",
            "the region’s budget, which was voted in May, covers the whole cost",
            [("typography", "'", "’"), ("ellipsis", "[...]", ", which was voted in May, ")],
        ),
        (
            "the region’s budget … covers",
            "the region’s budget, which was voted in May, covers",
            [("ellipsis", "…", ", which was voted in May, ")],
        ),
        (
            "[The minister] added: the region’s budget",
            "added: the region’s budget",
            [("bracket", "[The minister]", "")],
        ),
        (
            "the region’s budget [passed] in May",
            "the region’s budget, which was voted in May",
            [("bracket", "[passed]", ", which was voted ")],
        ),
        ("l'école resterait ouverte", "l’école resterait ouverte", [("typography", "'", "’")]),
    ],
)
def test_altered_as_the_rules_allow(view: View, quoted: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    found = find(view, quoted)
    assert found is not None
    assert (found.exact, found.faithful, found.text) == (False, True, text)
    assert [(a.kind, a.stated, a.found) for a in found.alterations] == expected


@pytest.mark.parametrize(
    ("quoted", "expected"),
    [
        ("the bridge will be opened for three months", [("opened", "closed")]),
        ("the bridge will not be closed for five months", [("not", ""), ("five", "three")]),
        ("The Minister said on Monday", [("Minister", "minister")]),
        ("l’école resterait fermée cet été", [("fermée", "ouverte")]),
        ("ملفات الضحايا منفصلة عن غيرها في غرفة مغلقة", [("غرفة", "خزانة")]),
        ("the region's budget [...] covers the full cost", [("full", "whole")]),
    ],
)
def test_misquoted(view: View, quoted: str, expected: list[tuple[str, str]]) -> None:
    found = find(view, quoted)
    assert found is not None
    assert not found.faithful
    assert [(a.stated, a.found) for a in found.alterations if not a.allowed] == expected


@pytest.mark.parametrize(
    "quoted", ["", "…", "something else entirely", "closed bridge", "Le vent souffle sur la mer ce soir."]
)
def test_not_found(view: View, quoted: str) -> None:
    assert find(view, quoted) is None


def test_nothing_is_found_without_passages(view: View) -> None:
    assert find_quotation("the bridge will be closed", view, []) is None


def test_an_ellipsis_keeps_the_order(view: View) -> None:
    assert find(view, "covers the whole cost […] the bridge will be closed") is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(TEXTS)),
    st.tuples(st.integers(0, 60), st.integers(12, 80)),
    st.lists(st.sampled_from([" […] ", "[word] ", " not", "9", "’", "\u00a0", "«"]), max_size=2),
    st.integers(0, 50),
)
def test_places_are_exact(view: View, name: str, place: tuple[int, int], added: list[str], at: int) -> None:
    quoted = TEXTS[name][place[0] : sum(place)]
    for piece in added:
        quoted = quoted[:at] + piece + quoted[at:]
    find(view, quoted)
