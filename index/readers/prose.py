"""A document's text put together block by block: paragraphs apart, list items and table rows on their own lines."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from index import noise
from index.document import Extract, Place, Span
from index.errors import ReadError
from index.limits import Limits
from index.readers import properties

_BAR = " | "
_SPACES = re.compile(r" {2,}")
_TABS = re.compile(r"[ \t]*\t[ \t]*")
_AROUND_LINE_ENDS = re.compile(r"[ \t]*\n[ \t]*")
_EMPTY_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list item, or a row with its cells. `furniture` (a table of contents) is never quoted."""

    cells: tuple[str, ...]
    kind: Literal["paragraph", "item", "row"] = "paragraph"
    furniture: bool = False


def paragraph(text: str, kind: Literal["paragraph", "item"] = "paragraph", furniture: bool = False) -> list[Block]:
    """The block of a paragraph, none where it is empty. A line end stands for one inside the paragraph."""
    tidied = _tidied(text)
    return [Block((tidied,), kind, furniture)] if tidied else []


def row(cells: Sequence[list[Block]]) -> list[Block]:
    """A table's row as one line; as blocks of their own where a cell holds more than one (a table for layout)."""
    filled = [cell for cell in cells if cell]
    if any(len(cell) > 1 or cell[0].kind == "row" for cell in filled):
        return [block for cell in filled for block in cell]
    texts = tuple(" ".join(cell[0].cells[0].split("\n")) for cell in filled)
    return [Block(texts, "row", all(cell[0].furniture for cell in filled))] if texts else []


class Prose:
    """Takes in blocks in their order and says where each stands."""

    def __init__(self, limits: Limits) -> None:
        self._most = limits.characters
        self._parts: list[str] = []
        self._length = 0
        self._last: str | None = None  # kind of the block before, None where the next one stands apart in any case
        self._noise: list[Span] = []
        self._breaks: list[int] = []
        self._places: list[Place] = []
        self._place: tuple[Literal["page", "slide"], int] | None = None

    def place(self, kind: Literal["page", "slide"], number: int) -> None:
        """What is written from here on stands on this page or slide."""
        self._place = (kind, number)
        self._last = None

    def apart(self) -> None:
        """What is written next is no part of the list or table before."""
        self._last = None

    def write(self, blocks: Iterable[Block]) -> None:
        """Raises ReadError where the text becomes longer than a document's may be."""
        for block in blocks:
            self._write(block)

    def _write(self, block: Block) -> None:
        if self._parts:
            self._put("\n" if block.kind == self._last != "paragraph" else "\n\n")
        start = self._length
        if self._place is not None:
            self._places.append(Place(start, *self._place))
            self._place = None
        if start:
            self._breaks.append(start)
        for number, cell in enumerate(block.cells):
            if number:
                self._put(_BAR)
                if not block.furniture:
                    self._noise.append(Span(self._length - 2, self._length - 1))
            self._breaks += [self._length + gap.end() for gap in _EMPTY_LINES.finditer(cell)]
            self._put(cell)
        if block.furniture:
            self._noise.append(Span(start, self._length))
        self._last = block.kind

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length > self._most:
            raise ReadError(f"its text has more than {self._most:,} characters; split it into several files")

    def extract(
        self, heading: str | None, language: str | None, date: str | None = None, author: str | None = None
    ) -> Extract:
        """The document as far as it was written."""
        text = "".join(self._parts)
        return Extract(
            text,
            heading,
            joined((*self._noise, *noise.in_prose(text))),
            tuple(self._breaks),
            properties.fitting(language, text),
            date,
            author,
            places=tuple(self._places),
        )


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """`spans` sorted and disjoint, those that touch as one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def _tidied(text: str) -> str:
    text = unicodedata.normalize("NFC", text.replace("\r", " "))
    text = _TABS.sub("\t", _SPACES.sub(" ", text))
    return _EMPTY_LINES.sub("\n\n", _AROUND_LINE_ENDS.sub("\n", text)).strip()
