"""What a model is given to write from: the chosen quotes and the sentences beside them, numbered, within a budget."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.document import Passage
from rag.compose.plain import plain
from rag.quote import Quote, sentences_of
from rag.retrieve import Candidate

LONGEST_TITLE = 60  # characters
_BRACKETS = str.maketrans("[]{}【】［］", "()()()()")
_FURNITURE = re.compile(r"(?:^|(?<=\s))#{1,6}\s+|\|(?:\s*:?-+:?\s*\|)+")  # marks of headings, lines below tables' heads
_OPENS = re.compile(r"<(?=[^\s\d=<])")


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a prompt may hold: tokens of sources, and whether whole passages are worth them."""

    tokens: int
    whole_passages: bool = False


SMALL = Budget(270)  # of a model on two cores, which read 66 tokens a second: the first word is to come within 6 s
LARGE = Budget(3_000, whole_passages=True)


@dataclass(frozen=True, slots=True)
class Source:
    """A stretch of a passage as a model sees it."""

    number: int  # 1-based
    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        """The stretch, as it stands in its document."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]

    def line(self, titled: bool = True) -> str:
        """The source as a line of the prompt: a JSON object, so that no document can end it or pass for another."""
        title = shown(self.passage.title)[:LONGEST_TITLE] if titled else ""
        fields = {"source": self.number, **({"title": title} if title else {}), "text": shown(self.text)}
        return json.dumps(fields, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a prompt, and how many of the chosen quotes did not fit."""

    listed: tuple[Source, ...]
    left_out: int

    @property
    def lines(self) -> str:
        """The sources as the prompt has them, a title where a document is the first time."""
        seen: set[str] = set()
        lines = []
        for source in self.listed:
            lines.append(source.line(titled=source.passage.document not in seen))
            seen.add(source.passage.document)
        return "\n".join(lines)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages that the sources are of, each once."""
        return tuple({source.passage.number: source.passage for source in self.listed}.values())


def shown(text: str) -> str:
    """A document's text as a prompt may hold it: on one line, without brackets, in which nothing passes for a tag.

    Markers and the signs by which models part their messages (`<|im_end|>`, `[INST]`) are ours alone there.
    """
    return _OPENS.sub("< ", plain(_FURNITURE.sub(" ", text.translate(_BRACKETS))))


def choose_sources(
    quotes: Sequence[Quote], candidates: Sequence[Candidate], budget: Budget, count: Callable[[str], int]
) -> Sources:
    """The quotes' best sentences as sources, as many as fit and one at least; then the rest of each quote, and what
    stands beside it.

    With a budget for whole passages the quotes' passages, and then the next best ones, follow as far as they fit.
    """
    chosen = _Chosen(budget.tokens, count)
    for quote in quotes:
        best = quote.best or quote
        chosen.take(Source(0, quote.passage, best.start, best.end))
    left_out = chosen.refused
    for quote in quotes:
        whole = Source(0, quote.passage, quote.start, quote.end)
        for at, source in enumerate(chosen.sources):
            if _overlap(source, whole):
                chosen.widen(at, whole)
    spans = {c.passage.number: [(s.start, s.end) for s in sentences_of(c)] for c in candidates}
    for at, source in enumerate(chosen.sources):
        for wider in _wider(source, spans.get(source.passage.number, [])):
            chosen.widen(at, wider)
    if budget.whole_passages:
        for at, source in enumerate(chosen.sources):
            chosen.widen(at, _whole(source.passage))
        for candidate in candidates:
            chosen.take(_whole(candidate.passage))
    return Sources(tuple(replace(s, number=number) for number, s in enumerate(chosen.sources, 1)), left_out)


class _Chosen:
    """Sources as they are taken up, as long as their tokens fit."""

    def __init__(self, most: int, count: Callable[[str], int]) -> None:
        self.sources: list[Source] = []
        self.refused = 0
        self._most, self._count = most, count
        self._sizes: list[int] = []

    def take(self, source: Source) -> None:
        if any(_overlap(there, source) for there in self.sources):
            return
        size = self._count(source.line())
        if self.sources and sum(self._sizes) + size > self._most:
            self.refused += 1
            return
        self.sources.append(source)
        self._sizes.append(size)

    def widen(self, at: int, source: Source) -> None:
        before = self.sources[at]
        wider = replace(before, start=min(source.start, before.start), end=max(source.end, before.end))
        others = [s for number, s in enumerate(self.sources) if number != at]
        if wider == before or any(_overlap(other, wider) for other in others):
            return
        size = self._count(wider.line())
        if sum(self._sizes) - self._sizes[at] + size <= self._most:
            self.sources[at], self._sizes[at] = wider, size


def _whole(passage: Passage) -> Source:
    return Source(0, passage, passage.start, passage.end)


def _wider(source: Source, spans: Sequence[tuple[int, int]]) -> list[Source]:
    """The source with the sentence after it, and with the one before it."""
    after = next((end for start, end in spans if start >= source.end), None)
    before = next((start for start, end in reversed(spans) if end <= source.start), None)
    found = [replace(source, end=after)] if after is not None else []
    return [*found, *([replace(source, start=before)] if before is not None else [])]


def _overlap(one: Source, other: Source) -> bool:
    return one.passage.number == other.passage.number and one.start < other.end and other.start < one.end
