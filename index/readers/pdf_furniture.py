"""Headers, footers and page numbers: what stands at the edge of several pages in the same place, up to its numbers."""

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from index.readers.pdf_layout import Line

_EDGE, _OUTER_EDGE = 0.15, 0.09  # share of a page's height at the top and at the bottom
_MOST_LINES = 4  # at an edge of a page
_SAME_PLACE = 0.012  # share of a page's height
_SAME_PARAGRAPH = 1.6  # of the font's size, between baselines
_PAGES = 3  # that show a line, unless the file has fewer
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"[ivxlc]{1,7}", re.IGNORECASE)
_NUMBER_ALONE = re.compile(
    r"\W*(?:(?:page|pages|p\.|pg\.?|seite|página|pagina|صفحة|الصفحة|ص)\s*)?(\d{1,4})(?:\s*(?:/|of|sur|de|di|von|من|\|)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The lines of each page but its headers, footers and numbers."""
    shown = sum(bool(lines) for lines in pages)
    if not shown:
        return [[] for _ in pages]
    seen: dict[tuple[bool, str], list[float]] = defaultdict(list)
    edges = [_at_edges(lines) for lines in pages]
    for found in edges:
        for key, place in {(top, _pattern(line)): line.baseline / line.height for line, top in found}.items():
            seen[key].append(place)
    needed = max(2, min(_PAGES, shown))
    kept = []
    for lines, found in zip(pages, edges, strict=True):
        gone = {
            id(line)
            for line, top in found
            if _is_repeated(line, seen[top, _pattern(line)], needed) or _is_page_number(line)
        }
        gone -= _beside_text(lines, gone)
        kept.append([line for line in lines if id(line) not in gone])
    return kept


def _at_edges(lines: Sequence[Line]) -> list[tuple[Line, bool]]:
    """The lines that may be furniture, and whether they stand at the top."""
    downwards = sorted(lines, key=lambda line: line.baseline)
    top = [line for line in downwards[:_MOST_LINES] if line.baseline < _EDGE * line.height]
    bottom = [line for line in downwards[-_MOST_LINES:] if line.baseline > (1 - _EDGE) * line.height]
    return [(line, True) for line in top] + [(line, False) for line in bottom]


def _beside_text(lines: Sequence[Line], gone: set[int]) -> set[int]:
    """Those of `gone` that stand in the same paragraph as others: a text that pages share is no furniture."""
    beside: set[int] = set()
    downwards = sorted(lines, key=lambda line: line.baseline)
    for order in (downwards, downwards[::-1]):
        for line, after in reversed(list(pairwise(order))):
            close = abs(after.baseline - line.baseline) < _SAME_PARAGRAPH * line.size
            alike = abs(after.size - line.size) < 0.08 * line.size and after.region == line.region
            if close and alike and id(line) in gone and (id(after) not in gone or id(after) in beside):
                beside.add(id(line))
    return beside


def _pattern(line: Line) -> str:
    text = line.text
    return "#" if _ROMAN.fullmatch(text) else _DIGITS.sub("#", text)


def _is_repeated(line: Line, places: list[float], needed: int) -> bool:
    here = line.baseline / line.height
    return sum(abs(place - here) < _SAME_PLACE for place in places) >= needed


def _is_page_number(line: Line) -> bool:
    """Whether a line at the very edge is its page's own number and nothing else."""
    number = _NUMBER_ALONE.fullmatch(line.text)
    outer = not _OUTER_EDGE * line.height < line.baseline < (1 - _OUTER_EDGE) * line.height
    return number is not None and outer and int(number[1]) == line.page
