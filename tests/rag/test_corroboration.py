"""What other documents say of a quote: the same in other places, or another figure; nothing else is added."""

import pytest

from rag.corroboration import MOST_SHOWN, Corroborated, corroborate
from rag.quote import MOST, SEARCHED, Quote, choose_quotes
from rag.retrieve import Candidate
from tests.rag.test_quote import QUESTION, candidate

FEE = "The membership fee is {} euros a year."


def compared(*candidates: Candidate, rows: frozenset[str] = frozenset()) -> Corroborated:
    """What is shown where the first candidate's first sentence is quoted."""
    span = candidates[0].sentences[0].span
    quote = Quote(candidates[0].passage, span.start, span.end, 1.0)
    return corroborate([quote], candidates, lambda q: q.passage.document in rows)


def texts(found: Corroborated) -> list[str]:
    return [quote.text for quote in found.quotes]


def test_the_same_elsewhere() -> None:
    sentence = FEE.format(40)
    found = compared(
        candidate(1, (sentence, 0.5)),
        candidate(2, ("Ask Hannah.", 0.1), (FEE.format("٤٠").upper(), 0.1), ("Or not.", 0.1)),
        candidate(3, ("Another thing.", 0.4)),
        candidate(1, ("Ask.", 0.1), (sentence, 0.1)),  # the same document
        candidate(4, (sentence, 0.1), language="en"),
    )
    ((place,),) = found.elsewhere
    assert (place.passage.document, place.text) == ("2.txt", FEE.format("٤٠").upper())
    assert place.passage.text[place.start - place.passage.start : place.end - place.passage.start] == place.text
    assert texts(found) == [sentence]
    assert found.disagreements == ()


def test_a_quote_of_two_sentences_stands_where_both_do() -> None:
    both = f"{FEE.format(40)} Ask Hannah."
    one = candidate(1, (FEE.format(40), 0.5), ("Ask Hannah.", 0.4))
    quote = Quote(one.passage, one.passage.start, one.passage.end, 1.0)
    others = [
        candidate(2, ("First.", 0.1), (FEE.format(40), 0.1), ("ask Hannah!", 0.1), ("Last.", 0.1)),
        candidate(3, (FEE.format(40), 0.1), ("Ask nobody.", 0.1)),
    ]
    found = corroborate([quote], [one, *others], lambda _: False)
    assert [place.text for place in found.elsewhere[0]] == [both.replace("Ask", "ask").replace("h.", "h!")]


def test_the_best_sentence_of_a_quote_stands_elsewhere_too() -> None:
    found = [
        candidate(1, (FEE.format(40), 0.5), ("Ask Hannah.", 0.4)),
        candidate(2, ("First.", 0.0), (FEE.format("٤٠"), 0.1)),
        candidate(3, ("Ask Hannah.", 0.1)),
        candidate(4, (FEE.format(40), 0.1), ("Ask Hannah!", 0.1)),
    ]
    (chosen,) = choose_quotes(QUESTION, found[:1])
    assert chosen.text == f"{FEE.format(40)} Ask Hannah."
    shown = corroborate([chosen], found, lambda _: False)
    there = {place.passage.document: place.text for place in shown.elsewhere[0]}
    assert there == {"2.txt": FEE.format("٤٠"), "4.txt": f"{FEE.format(40)} Ask Hannah!"}


def test_places_are_at_most_so_many() -> None:
    found = compared(*(candidate(n, (FEE.format(40), 0.5)) for n in range(30)))
    assert len(found.elsewhere[0]) == SEARCHED - 1  # of which one is quoted


def test_another_figure_is_shown_as_a_quote_of_its_own() -> None:
    found = compared(
        candidate(1, (FEE.format(40), 0.5)),
        candidate(2, ("Ask Hannah.", 0.1), (FEE.format(45), 0.1)),
        candidate(3, (FEE.format(45), 0.1)),
    )
    assert texts(found) == [FEE.format(40), FEE.format(45)]
    assert [(d.one, d.other, d.pairs) for d in found.disagreements] == [(0, 1, (("40", "45"),))]
    assert [place.passage.document for place in found.elsewhere[1]] == ["3.txt"]


@pytest.mark.parametrize(
    ("other", "rows"),
    [
        (candidate(1, (FEE.format(45), 0.1)), ""),  # of the same document
        (candidate(2, (FEE.format(45), 0.1), language="en"), ""),
        (candidate(2, (FEE.format(45), 0.1)), "1.txt"),
        (candidate(2, (FEE.format(45), 0.1)), "2.txt"),
        (candidate(2, ("Article 4 covers fees of the members.", 0.1)), ""),
    ],
)
def test_what_does_not_disagree_is_not_added(other: Candidate, rows: str) -> None:
    found = compared(candidate(1, (FEE.format(40), 0.5)), other, rows=frozenset({rows}))
    assert texts(found) == [FEE.format(40)]
    assert found.disagreements == ()


def test_quotes_that_disagree_with_each_other_are_marked_once() -> None:
    found = [candidate(n, (FEE.format(40 + n), 0.5 - n / 100)) for n in range(6)]
    chosen = choose_quotes(QUESTION, found)
    shown = corroborate(chosen, found, lambda _: False)
    assert list(shown.quotes[:MOST]) == chosen
    assert len(shown.quotes) == MOST_SHOWN
    pairs = [(d.one, d.other) for d in shown.disagreements]
    assert pairs == [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]


def test_what_is_said_twice_but_for_typography_is_quoted_once() -> None:
    found = [candidate(1, (FEE.format(40), 0.5)), candidate(2, (FEE.format("٤٠").replace("year.", "year"), 0.49))]
    assert [quote.text for quote in choose_quotes(QUESTION, found)] == [FEE.format(40)]
