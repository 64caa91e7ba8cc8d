from dataclasses import replace
from typing import Any

import pytest

from index.document import Document
from rag.answer import Answer, Citation, RankedPassage
from rag.evaluation.asking import Asked
from rag.evaluation.cases import ANSWERED, AROUND, BESIDE, NOT_FOUND, OPENING, REFUSED, worst_cases
from rag.evaluation.gold import GoldAnswer, GoldQuestion
from tests.rag.evaluation.made import refusable, result

TEXT = "x" * 1000 + "The key is here." + "y" * 1000
ANSWER = GoldAnswer("here", TEXT.index("here"))
QUOTE = Citation(1, "a.txt", "A", None, "en", 1000, 1016, "The key is here.", "exact")
PASSAGE = RankedPassage("a.txt", 1000, 1016, 1.0, "en", "The key is here.", "A")


def document(id: str) -> Document | None:
    return Document(id, id.upper(), "en", TEXT) if id == "a.txt" else None


def asked(number: int, answers: tuple[GoldAnswer, ...] = (ANSWER,), **changes: Any) -> Asked:
    none = changes.get("kind") == "unanswerable"
    of = (refusable if none else result)(number, **{"document": None if none else "a.txt", **changes})
    gold = GoldQuestion(of.id, "Where?", of.kind, "en", of.document, () if none else answers)
    quotes = () if of.abstained else (QUOTE,)
    answer = Answer("Where?", "en", "quote", of.abstained, of.reason, "", (), quotes, (PASSAGE,), {})
    return Asked(gold, answer, answer, of)


WRONG = {"right": False, "quote_rank": 0}
NONE = {"kind": "unanswerable"}


def test_the_worst_of_each_fault_come_first() -> None:
    run = [
        asked(1),
        asked(2, **NONE, confidence=0.6),
        asked(3, **NONE, confidence=0.9),
        asked(4, **NONE, abstained=True),
        asked(5, **WRONG, rank=3, confidence=0.3),
        asked(6, **WRONG, rank=2, confidence=0.8),
        asked(7, **WRONG, rank=0),
        asked(8, abstained=True, confidence=0.15),
        asked(9, abstained=True, confidence=0.05),
        asked(10, abstained=True, confidence=0.01, right=False),
    ]
    cases = worst_cases(run, document)
    assert [(case.fault, case.asked.gold.id) for case in cases] == [
        (ANSWERED, "q3"),
        (ANSWERED, "q2"),
        (BESIDE, "q6"),
        (BESIDE, "q5"),
        (NOT_FOUND, "q7"),
        (REFUSED, "q9"),
        (REFUSED, "q8"),
        (REFUSED, "q10"),
    ]


@pytest.mark.parametrize(
    ("faults", "limit", "kept"),
    [((10, 10), 4, (2, 2)), ((1, 10), 4, (1, 3)), ((10, 0), 4, (4, 0)), ((2, 1), 9, (2, 1)), ((5, 5), 0, (0, 0))],
)
def test_places_are_shared_among_the_faults(faults: tuple[int, int], limit: int, kept: tuple[int, int]) -> None:
    run = [asked(n, **NONE) for n in range(faults[0])] + [asked(n, **WRONG, rank=0) for n in range(20, 20 + faults[1])]
    cases = worst_cases(run, document, limit)
    assert tuple(sum(case.fault == fault for case in cases) for fault in (ANSWERED, NOT_FOUND)) == kept


def test_answers_are_apart_in_what_was_said_and_in_what_the_document_says() -> None:
    (case,) = worst_cases([asked(1, **WRONG, rank=2)], document)
    assert case.said[0].pieces == (("The key is ", False), ("here", True), (".", False))
    (gold,) = case.gold
    assert (gold.start, gold.end) == (ANSWER.start - AROUND, ANSWER.end + AROUND)
    assert "".join(text for text, _ in gold.pieces) == TEXT[gold.start : gold.end]
    assert [text for text, answers in gold.pieces if answers] == ["here"]


def test_an_abstention_shows_what_was_nearest() -> None:
    (case,) = worst_cases([asked(1, abstained=True)], document)
    assert [e.document for e in case.said] == ["a.txt"]
    assert case.said[0].pieces[1] == ("here", True)


def test_nothing_is_marked_in_another_document() -> None:
    """Offsets mean nothing there."""
    one = asked(1, **WRONG, rank=2)
    one = replace(one, answer=replace(one.answer, citations=(replace(QUOTE, document="b.txt"),)))
    (case,) = worst_cases([one], document)
    assert case.said[0].pieces == (("The key is here.", False),)


def test_answers_far_apart_and_overlapping() -> None:
    answers = (ANSWER, GoldAnswer("key is here", TEXT.index("key")), GoldAnswer("xxx", 10), GoldAnswer("y", 2015))
    (case,) = worst_cases([asked(1, answers, **WRONG, rank=0)], document)
    assert [(e.start, e.end) for e in case.gold] == [
        (0, 13 + AROUND),
        (1004 - AROUND, 1015 + AROUND),
        (2015 - AROUND, 2016),
    ]
    for excerpt in case.gold:
        assert "".join(text for text, _ in excerpt.pieces) == TEXT[excerpt.start : excerpt.end]
    assert [text for text, marked in case.gold[1].pieces if marked] == ["key is here"]


def test_no_marked_answer_and_no_document() -> None:
    (case,) = worst_cases([asked(1, (), **WRONG, rank=0)], document)
    assert (case.gold[0].start, case.gold[0].end) == (0, OPENING)
    gone = asked(1, **WRONG, rank=0)
    gone = replace(gone, gold=replace(gone.gold, document="gone.txt"))
    assert worst_cases([gone], document)[0].gold == ()
    assert worst_cases([asked(1, **NONE)], document)[0].gold == ()
    assert worst_cases([], document) == ()
