"""The small immutable values that pass between the stages of an index.

Offsets are in characters (Unicode code points) of the document's text, half-open: `text[start:end]`.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, `0 <= start <= end`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` in this stretch."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its file the text from `start` up to the next place stands, for a person to find it."""

    start: int
    kind: Literal["page", "slide", "row"]
    number: int  # 1-based
    sheet: str | None = None  # of a row, where the file has sheets


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the text and its box on a page: left, top, right, bottom in points from the page's top left corner."""

    start: int
    end: int
    page: int  # 1-based
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Extract:
    """What a reader makes of a document.

    `text` is the document's text, to which every offset refers. `heading` is a title that stands in the file itself (a
    first heading, a `<title>`), or None. `noise` are the stretches that are markup or page furniture rather than
    prose, sorted and disjoint: never quoted, never embedded. `breaks` are offsets no sentence runs across (the edges
    of blocks), sorted. What the file does not say of itself is None. `places` and `words` are sorted by start; a file
    without pages, slides or rows has no places, one without boxes no words.
    """

    text: str
    heading: str | None = None
    noise: tuple[Span, ...] = ()
    breaks: tuple[int, ...] = ()
    language: str | None = None  # ISO 639-1
    date: str | None = None  # ISO 8601, of the day: "2024-05-31"
    author: str | None = None
    url: str | None = None  # where a person can see it
    groups: tuple[str, ...] | None = None  # who may read it; None where the file leaves that open
    places: tuple[Place, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file: `name` is its path below the file, "" for the file itself.

    `extract` is None where it could not be read, and then `failure` says why.
    """

    name: str
    extract: Extract | None
    failure: str | None = None


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
