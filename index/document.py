"""The small immutable values that pass between the stages of an index.

Offsets are in characters (Unicode code points) of the document's text, half-open: `text[start:end]`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, `0 <= start <= end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` in this stretch."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Extract:
    """What a reader makes of a file.

    `text` is the document's text, to which every offset refers. `heading` is a title that stands in the file itself (a
    first heading, a `<title>`), or None. `noise` are the stretches that are markup or page furniture rather than
    prose, sorted and disjoint: never quoted, never embedded. `breaks` are offsets no sentence runs across (the edges
    of blocks), sorted.
    """

    text: str
    heading: str | None = None
    noise: tuple[Span, ...] = ()
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A source file as the index knows it: `id` is its path below the synced folder, with `/`."""

    id: str
    title: str
    language: str  # ISO 639-1, or "und" where none could be told
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A searched stretch of a document: `document.text[start:end]`, made of whole sentences."""

    number: int  # its row in the index
    document: str
    title: str
    language: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage: `document.text[start:end]`."""

    number: int  # its row in the index
    passage: int
    start: int
    end: int
