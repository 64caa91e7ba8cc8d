"""The worst cases of a run: what was said beside what the document says."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from index.document import Document
from rag.answer import Citation, RankedPassage
from rag.evaluation.asking import Asked
from rag.evaluation.gold import GoldAnswer

AROUND = 260  # characters before and after an answer that are shown
OPENING = 400  # of a document in which no answer is marked
_LONGEST = 900  # of a passage or quote

ANSWERED = "Answered, though nothing answers"
BESIDE = "Quoted beside the point"
NOT_FOUND = "The passage was not among the first ten"
REFUSED = "Refused, though it can be answered"
FAULTS = (ANSWERED, BESIDE, NOT_FOUND, REFUSED)

Piece = tuple[str, bool]  # some text, and whether it is of an answer


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some text of a document, the answers in it apart."""

    document: str
    title: str
    language: str
    start: int
    end: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A question that went wrong: what is wrong, what was quoted (or lay closest), what the document says."""

    fault: str
    asked: Asked
    said: tuple[Excerpt, ...]
    gold: tuple[Excerpt, ...]


def worst_cases(
    asked: Sequence[Asked], document: Callable[[str], Document | None], limit: int = 30
) -> tuple[Case, ...]:
    """Up to `limit` cases, as many of each fault as there are places for, the worst of each first.

    Worst is an error that was made with confidence, or a refusal of what would have been answered.
    """
    queues = [sorted((a for a in asked if _fault(a) == fault), key=_severity) for fault in FAULTS]
    room = dict.fromkeys(range(len(queues)), 0)
    while sum(room.values()) < limit and any(room[i] < len(queue) for i, queue in enumerate(queues)):
        for i, queue in enumerate(queues):
            room[i] += room[i] < len(queue) and sum(room.values()) < limit
    return tuple(_case(a, document) for i, queue in enumerate(queues) for a in queue[: room[i]])


def _fault(asked: Asked) -> str | None:
    result = asked.result
    if result.abstained:
        return REFUSED if result.answerable else None
    if not result.answerable:
        return ANSWERED
    if result.rank == 0:
        return NOT_FOUND
    return None if result.right else BESIDE


def _severity(asked: Asked) -> tuple[bool, float]:
    result = asked.result
    return (not result.right, result.confidence) if result.abstained else (False, -result.confidence)


def _case(asked: Asked, document: Callable[[str], Document | None]) -> Case:
    gold, answer = asked.gold, asked.answer
    said = tuple(_excerpt(gold.answers, gold.document, c, c.quote) for c in answer.citations) or tuple(
        _excerpt(gold.answers, gold.document, p, p.text[:_LONGEST]) for p in answer.passages[:1]
    )
    found = document(gold.document) if gold.document else None
    return Case(_fault(asked) or "", asked, said, tuple(_gold_excerpts(gold.answers, found)) if found else ())


def _excerpt(answers: Iterable[GoldAnswer], where: str | None, place: Citation | RankedPassage, text: str) -> Excerpt:
    marked = answers if place.document == where else ()
    pieces = _pieces(text[:_LONGEST], place.start, marked)
    return Excerpt(place.document, place.title, place.language, place.start, place.end, pieces)


def _gold_excerpts(answers: Sequence[GoldAnswer], document: Document) -> Iterable[Excerpt]:
    """The document around its answers, neighbouring ones together; its beginning where none is marked."""
    spans: list[list[int]] = []
    for answer in sorted(answers, key=lambda a: a.start):
        start, end = max(0, answer.start - AROUND), min(len(document.text), answer.end + AROUND)
        if spans and start <= spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], end)
        else:
            spans.append([start, end])
    for start, end in spans or [[0, min(OPENING, len(document.text))]]:
        pieces = _pieces(document.text[start:end], start, answers)
        yield Excerpt(document.id, document.title, document.language, start, end, pieces)


def _pieces(text: str, offset: int, answers: Iterable[GoldAnswer]) -> tuple[Piece, ...]:
    """`text`, which begins at `offset` of its document, cut where answers begin and end."""
    pieces, at = [], 0
    for answer in sorted(answers, key=lambda a: a.start):
        start, end = max(at, answer.start - offset), min(len(text), answer.end - offset)
        if start < end:
            pieces += [(text[at:start], False), (text[start:end], True)]
            at = end
    return tuple(piece for piece in [*pieces, (text[at:], False)] if piece[0])
