"""Asking a set's questions and noting what came of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answer import Answer
from rag.assistant import Assistant
from rag.evaluation.gold import GoldQuestion, Place
from rag.evaluation.measures import CUT, ndcg
from rag.evaluation.run import Result

_TEXTS_KEPT = 64


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its answer, what the answer would have been without abstaining, and what that is worth."""

    gold: GoldQuestion
    answer: Answer
    unguarded: Answer
    result: Result


def ask_all(assistant: Assistant, questions: Iterable[GoldQuestion]) -> list[Asked]:
    """Ask every question, in order. What was abstained from is asked a second time, of one that always answers."""
    always = assistant.with_confidence(0.0)
    languages = {entry.id: entry.language for entry in assistant.documents()}

    @lru_cache(_TEXTS_KEPT)
    def text_of(id: str) -> str:
        document = assistant.document(id)
        return document.text if document else ""

    asked = []
    for gold in questions:
        answer = assistant.ask_any(gold.question)
        unguarded = always.ask_any(gold.question) if answer.abstained else answer
        language = gold.language or answer.language
        pair = f"{language}->{languages.get(gold.document, '?')}" if gold.document else language
        exact = sum(text_of(c.document)[c.start : c.end] == c.quote for c in answer.citations)
        asked.append(Asked(gold, answer, unguarded, _result(gold, answer, unguarded, pair, exact)))
    return asked


def _result(gold: GoldQuestion, answer: Answer, unguarded: Answer, pair: str, exact: int) -> Result:
    located, marked = gold.document is not None, bool(gold.document and gold.answers)
    return Result(
        id=gold.id,
        question=gold.question,
        kind=gold.kind,
        pair=pair,
        document=gold.document,
        rank=_rank(gold, answer.passages[:CUT]) if located else None,
        ndcg_10=_ndcg(gold, answer.passages[:CUT]) if located else None,
        quote_rank=_rank(gold, answer.citations) if marked else None,
        quotes=len(answer.citations),
        exact=exact,
        quote_characters=sum(len(c.quote) for c in answer.citations),
        abstained=answer.abstained,
        reason=answer.reason,
        confidence=answer.confidence or 0.0,
        right=_rank(gold, unguarded.citations) > 0 if located else gold.answerable,
        ms=answer.timings["total_ms"] or None,
    )


def _rank(gold: GoldQuestion, places: Sequence[Place]) -> int:
    """The 1-based rank of the first place that answers, 0 if none does."""
    return next((rank for rank, place in enumerate(places, 1) if gold.is_answered_by(place)), 0)


def _ndcg(gold: GoldQuestion, places: Sequence[Place]) -> float:
    """A place is relevant that overlaps an answer; where none is marked, the first of the document.

    An answer that no place overlaps counts as one relevant place that was missed. Answers that overlap are one.
    """
    if not gold.answers:
        first = _rank(gold, places)
        return ndcg([n == first for n in range(1, len(places) + 1)], missed=int(not first))
    missed, end = 0, -1
    for answer in sorted(gold.answers, key=lambda a: a.start):
        found = any(p.document == gold.document and p.start < answer.end and answer.start < p.end for p in places)
        missed += not found and answer.start >= end
        end = max(end, answer.end)
    return ndcg([gold.is_answered_by(place) for place in places], missed)
