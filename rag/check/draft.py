"""A draft as it is checked: its text, the kinds of its parts, its sentences, its notes and links.

Offsets are in characters of the draft's text, half-open: `text[start:end]`.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from index.document import Span
from index.errors import PinciteError

DraftProblem = Literal["kind", "empty", "unreadable"]
BlockKind = Literal["prose", "heading", "item", "table", "code", "quotation", "note", "bibliography"]


class DraftError(PinciteError):
    """A draft that cannot be checked: a file of another kind, one without text, or one that cannot be read."""

    def __init__(self, message: str, problem: DraftProblem) -> None:
        super().__init__(message)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of one kind, of whole lines."""

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote or endnote: its words, and where in the text it is called and where it stands."""

    mark: str  # as the draft has it: "1", "*", "smith"
    text: str
    calls: tuple[Span, ...]  # empty spans where the call itself is not in the text, as in DOCX
    place: Span | None  # None where it stands outside the text


@dataclass(frozen=True, slots=True)
class Link:
    """Words of the draft that lead to an address."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence of a draft, `draft.text[start:end]`."""

    start: int
    end: int
    kind: BlockKind


@dataclass(frozen=True)
class Draft:
    """What is checked. `noise` are the characters that are markup, sorted and disjoint."""

    name: str  # of its file, "-" for standard input
    format: str  # of index.readers.formats
    title: str
    language: str  # ISO 639-1, or "und"
    text: str
    sentences: tuple[DraftSentence, ...]
    blocks: tuple[Block, ...]  # sorted, disjoint; what lies between is empty
    noise: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()
    links: tuple[Link, ...] = ()
    data: bytes = field(default=b"", repr=False)  # the file itself

    def line(self, at: int) -> int:
        """The line of the character at `at`, 1-based; of a file without lines its paragraph."""
        return bisect_right(self._lines, at)

    @property
    def has_lines(self) -> bool:
        """Whether the text's lines are the file's own, so that a person finds one by its number."""
        return self.format in ("plain", "markdown")

    def seen(self, start: int, end: int) -> str:
        """The characters of `text[start:end]` without its marks."""
        parts, at = [], start
        first = max(bisect_right(self.noise, start, key=lambda hole: hole.start) - 1, 0)
        for number in range(first, len(self.noise)):
            hole = self.noise[number]
            if hole.start >= end:
                break
            parts.append(self.text[at : max(at, hole.start)])
            at = max(at, hole.end)
        return "".join([*parts, self.text[at:end]])

    def block(self, at: int) -> Block | None:
        """The block that the character at `at` stands in."""
        number = bisect_right(self._starts, at) - 1
        return self.blocks[number] if number >= 0 and at < self.blocks[number].end else None

    @cached_property
    def _starts(self) -> list[int]:
        return [block.start for block in self.blocks]

    @cached_property
    def _lines(self) -> list[int]:
        """Where each line begins, or each paragraph where lines are not the file's own."""
        starts = [0] + [at + 1 for at, char in enumerate(self.text) if char == "\n"]
        if self.has_lines:
            return starts
        ends = [*starts[1:], len(self.text) + 1]
        return [0] + [s for s, e in zip(starts[1:], ends[1:], strict=True) if self.text[s : e - 1].strip()]
