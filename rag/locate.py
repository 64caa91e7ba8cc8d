"""Where in its file a quote stands, so that a person finds it: page or slide, sheet and row, and boxes on pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.document import Word
from index.view import View

_SAME_LINE = 0.5  # share of the lower of two boxes that the other must overlap in height


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of a line on a page, 1-based, in points from the page's top left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Location:
    """Where a quote begins, and the boxes of its words, line by line."""

    page: int | None = None  # of a document, or a slide
    sheet: str | None = None
    row: int | None = None
    boxes: tuple[Box, ...] = ()


def locate(view: View, document: str, start: int, end: int) -> Location:
    """Where `text[start:end]` of a document stands; a format without pages, slides and rows has no location."""
    place = view.place(document, start)
    if place is None:
        return Location()
    if place.kind == "row":
        return Location(sheet=place.sheet, row=place.number)
    return Location(page=place.number, boxes=lines(view.words(document, start, end)))


def lines(words: Sequence[Word]) -> tuple[Box, ...]:
    """The boxes of words that follow each other on a line, as one each."""
    boxes: list[Box] = []
    for word in words:
        box = Box(word.page, *word.box)
        if boxes and _on_one_line(boxes[-1], box):
            last = boxes.pop()
            box = Box(
                box.page, min(last.left, box.left), min(last.top, box.top),
                max(last.right, box.right), max(last.bottom, box.bottom),
            )  # fmt: skip
        boxes.append(box)
    return tuple(boxes)


def _on_one_line(one: Box, other: Box) -> bool:
    height = min(one.bottom - one.top, other.bottom - other.top)
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return one.page == other.page and shared >= _SAME_LINE * height
