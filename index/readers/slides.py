"""Where the shapes of a slide stand, and in which order people read them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from index.readers import properties
from index.readers.prose import Block
from index.readers.trees import Element

_ALIASES = {
    "ctrTitle": "title",
    "subTitle": "body",
    "obj": "body",
}  # kinds of placeholders that a master has no own for


@dataclass(frozen=True, slots=True)
class Box:
    """A shape's place on its slide, in the file's own units; what is placed nowhere comes last."""

    left: float = math.inf
    top: float = math.inf
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape with its text."""

    box: Box
    title: bool
    blocks: list[Block]

    def text(self) -> str:
        """All of its text."""
        return " ".join(cell for block in self.blocks for cell in block.cells)


class Layout:
    """Where a slide's layout and master put the placeholders that a slide does not place itself."""

    def __init__(self, trees: Iterable[Element] = ()) -> None:
        """`trees` are the layout, which comes first, and the master."""
        self._by_number: dict[str, Box] = {}
        self._by_kind: dict[str, Box] = {}
        for tree in trees:
            for element in tree.below("p:sp", "p:pic", "p:graphicFrame"):
                kind, number = placeholder(element)
                box = _own_box(element)
                if kind and box:
                    self._by_kind.setdefault(kind, box)
                    if number:
                        self._by_number.setdefault(number, box)

    def box(self, element: Element) -> Box:
        """Where a shape stands."""
        kind, number = placeholder(element)
        inherited = self._by_number.get(number) or self._by_kind.get(kind) or self._by_kind.get(_ALIASES.get(kind, ""))
        return _own_box(element) or inherited or Box()


def placeholder(element: Element) -> tuple[str, str]:
    """The kind of placeholder that a shape fills ("title", "body", "ftr") and its number, "" where it fills none."""
    for part in element.elements():
        found = part.child("p:nvPr", "p:ph")
        if found is not None:
            return found.attributes.get("type", "obj"), found.attributes.get("idx", "")
    return "", ""


def in_reading_order(shapes: list[Shape]) -> list[Shape]:
    """`shapes` row by row from the top; within a row from the side where reading begins.

    What begins above the middle of a row's first shape stands in that row.
    """
    rows: list[list[Shape]] = []
    for shape in sorted(shapes, key=lambda shape: (shape.box.top, shape.box.left)):
        first = rows[-1][0].box if rows else None
        if first is not None and shape.box.top < first.top + first.height / 2:
            rows[-1].append(shape)
        else:
            rows.append([shape])
    side = -1 if properties.is_rtl("".join(shape.text() for shape in shapes)) else 1
    return [shape for row in rows for shape in sorted(row, key=lambda shape: side * shape.box.left)]


def _own_box(element: Element) -> Box | None:
    for path in (("p:spPr", "a:xfrm"), ("p:xfrm",), ("p:grpSpPr", "a:xfrm")):
        place = element.child(*path)
        corner = place.child("a:off") if place is not None else None
        if place is not None and corner is not None:
            size = place.child("a:ext")
            height = _number(size.attributes.get("cy")) if size is not None else 0.0
            return Box(_number(corner.attributes.get("x")), _number(corner.attributes.get("y")), height)
    return None


def _number(text: str | None) -> float:
    try:
        number = float(text or "0")
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0
