"""How a quotation is shown beside its source; that it is found is tested with `find_quotation` itself."""

import pytest

from index.document import Span
from rag.check.quotation import compared


def pieces(said: str, found: str, *changed: str) -> list[tuple[str, str, str]]:
    """The differing pieces; `changed` are the words of `said` that no rule allows."""
    places = [Span(said.index(word), said.index(word) + len(word)) for word in changed]
    return [(p.change, p.said.strip(), p.found.strip()) for p in compared(said, found, places) if p.change != "same"]


@pytest.mark.parametrize(
    ("said", "found", "changed", "expected"),
    [
        ("our greatest weakness", "our greatest weakness", (), []),
        ("our biggest weakness", "our greatest weakness", ("biggest",), [("changed", "biggest", "greatest")]),
        ("our very greatest fault", "our greatest fault", ("very",), [("changed", "very", "")]),
        ("the “big” one", "the 'big' one", (), [("allowed", "“big”", "'big'")]),
        ("Our greatest", "our greatest", (), [("allowed", "Our", "our")]),
        ("a Place remains", "a place remains", ("Place",), [("changed", "Place", "place")]),
        ("a place [...] remains", "a place in town remains", (), [("allowed", "[...]", "in town")]),
        ("[the office] was closed", "it was closed", (), [("allowed", "[the office]", "it")]),
        (
            "l’eau était trop froide",
            "l'eau était froide",
            ("trop",),
            [("allowed", "l’eau", "l'eau"), ("changed", "trop", "")],
        ),
        ("في ٢٠٢٤ وصل", "في 2024 وصل", (), [("allowed", "٢٠٢٤", "2024")]),
        ("电话响了三次", "电话响了五次", ("三",), [("changed", "三", "五")]),
    ],
)
def test_a_quotation_beside_its_source(
    said: str, found: str, changed: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    assert pieces(said, found, *changed) == expected


def test_words_that_are_missing_stand_between_two() -> None:
    said = "our weakness remains"
    found = list(compared(said, "our greatest weakness remains", [Span(4, 4)]))
    assert [(p.change, p.said, p.found) for p in found] == [
        ("same", "our ", "our "), ("changed", "", "greatest "), ("same", "weakness remains", "weakness remains")
    ]  # fmt: skip


def test_the_pieces_are_all_of_the_quotation() -> None:
    said, found = "Waiting, for a place is our biggest fault", "Waiting for a place remains our greatest weakness"
    compared_ = list(compared(said, found, []))
    assert "".join(p.said for p in compared_) == said
    assert [w.strip(",") for p in compared_ for w in p.found.split()] == found.split()
