"""A question of a conversation with all that came of it, as the page keeps it."""

from dataclasses import dataclass, replace

from index.filters import Filter
from rag.answer import Answer, Citation
from ui.problems import Problem


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation; `answer` and `problem` are None while the answer is awaited."""

    number: int  # 1-based, unique in its conversation
    question: str  # as it was put
    answer: Answer | None = None  # in quotes
    problem: Problem | None = None  # why there is no answer, or no more of the one in sentences
    settled: bool = False  # whether all of the quoted answer is there
    within: Filter | None = None  # in which documents alone it was looked for; None for all
    asked_as: str | None = None  # what was asked in the question's place, where that goes on from an earlier one
    written: Answer | None = None  # the answer in sentences, as far as it is written, numbered on from the quoted one
    writing: bool = False  # whether more of it may come

    @property
    def asked(self) -> str:
        """The question that was answered."""
        return self.asked_as or self.question

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Those of the quoted answer, then those that only the written one has."""
        quoted = self.answer.citations if self.answer else ()
        known = {citation.number for citation in quoted}
        more = self.written.citations if self.written else ()
        return (*quoted, *(citation for citation in more if citation.number not in known))

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.settled and not self.writing


def numbered_on(written: Answer, quoted: Answer) -> Answer:
    """A written answer whose citations have the numbers of the quoted ones they stand for, or go on from them.

    So one list of sources serves both.
    """
    if not written.composed:
        return written
    places = {_place(citation): citation.number for citation in quoted.citations}
    numbers: dict[int, int] = {}
    following = max(places.values(), default=0)
    for citation in written.citations:
        known = places.get(_place(citation))
        following += known is None
        numbers[citation.number] = known or following
    return replace(
        written,
        citations=tuple(_renumbered(citation, numbers) for citation in written.citations),
        statements=tuple(replace(s, citations=_mapped(s.citations, numbers)) for s in written.statements),
        removed=tuple(replace(r, citations=_mapped(r.citations, numbers)) for r in written.removed),
    )


def _place(citation: Citation) -> tuple[str, int, int]:
    return citation.document, citation.start, citation.end


def _mapped(cited: tuple[int, ...], numbers: dict[int, int]) -> tuple[int, ...]:
    return tuple(numbers[number] for number in cited if number in numbers)


def _renumbered(citation: Citation, numbers: dict[int, int]) -> Citation:
    differences = tuple(replace(d, number=numbers[d.number]) for d in citation.differences if d.number in numbers)
    differs_from = _mapped(citation.differs_from, numbers)
    return replace(citation, number=numbers[citation.number], differs_from=differs_from, differences=differences)
