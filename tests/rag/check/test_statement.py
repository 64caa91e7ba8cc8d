import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Span
from rag.check.draft import Draft
from rag.check.kinds import blocks_of
from rag.check.statement import statement_of


def draft_of(text: str, noise: tuple[Span, ...] = ()) -> Draft:
    return Draft("x.md", "markdown", "", "en", text, (), blocks_of(text), noise)


@pytest.mark.parametrize(
    ("text", "noise", "left_out", "expected"),
    [
        ("It leaks [1].", (), (Span(9, 12),), "It leaks."),
        ("It **leaks**\n now.", (Span(3, 5), Span(10, 12)), (), "It leaks now."),
        ("- It leaks.", (), (), "It leaks."),
        ("12. It leaks.", (), (), "It leaks."),
        ("2024 was dry.", (), (), "2024 was dry."),
        ("  It   leaks  ", (), (), "It leaks"),
        ("Elle coûte 3 € : c'est peu.", (), (), "Elle coûte 3 € : c'est peu."),
    ],
)
def test_what_is_verified(text: str, noise: tuple[Span, ...], left_out: tuple[Span, ...], expected: str) -> None:
    assert statement_of(draft_of(text, noise), Span(0, len(text)), left_out).text == expected


@given(st.text("ab .,[]1\n-*", max_size=40), st.lists(st.integers(0, 40), min_size=2, max_size=6))
def test_every_character_has_its_offset(text: str, edges: list[int]) -> None:
    cuts = sorted(min(edge, len(text)) for edge in edges)
    gaps = [Span(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    statement = statement_of(draft_of(text), Span(0, len(text)), gaps)
    assert len(statement.at) == len(statement.text)
    assert list(statement.at) == sorted(set(statement.at))
    for char, at in zip(statement.text, statement.at, strict=True):
        assert text[at] == char or (char == " " and text[at].isspace())
        assert not any(gap.start <= at < gap.end for gap in gaps)


def test_a_place_in_a_statement_is_a_place_in_the_draft() -> None:
    draft = draft_of("It [1]  received 12\ncalls.")
    statement = statement_of(draft, Span(0, len(draft.text)), (Span(3, 6),))
    at = statement.text.index("12")
    assert statement.in_draft(at, at + 2).of(draft.text) == "12"
