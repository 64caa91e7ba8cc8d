"""Lines as paragraphs, headings, list items and table rows.

A paragraph ends where a line ends although the next one's first word would have fitted on it, where the next line is
indented, further below, of another size or of another weight, and where a list item or a row of a table begins.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from index.readers.pdf_layout import Line

_HEADING_SIZE = 1.15  # that of the next line over that of this one, or the other way round
_SAME_DISTANCE = 1.2  # of the usual distance between lines
_NEAR_DISTANCE = 1.6  # up to which a sentence may go on
_INDENT = 0.8  # in sizes of the font
SPACE = 0.3  # in sizes of the font
_OPEN_ROOM = 0.15  # of the width: least room behind a line that ends in mid-sentence and is the last of its paragraph
_ENDED = re.compile(r"[.!?…:;。！？؟؛۔।॥][\"'»”’)\]]*$")
_LEADERS = re.compile(r"(?:\.\s?){4,}\s*[\divxlc]{1,6}$|(?:…\s?){2,}[\divxlc]{1,6}$|(?:_\s?){6,}")
_BULLET = re.compile(r"[•‣◦▪●○■□◆▶►➢➤✓✔☐☑·∙⁃*–—-]")
_NUMBERED = re.compile(
    r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5}|[\u0627-\u064a])(?:\.\d{1,3}){0,4}[.)\]]|\d{1,2}(?:\.\d{1,2}){1,4}"
)


Kind = Literal["paragraph", "item", "row", "entry"]


@dataclass(slots=True)
class Block:
    """Lines that are read as one: a paragraph or heading, a list item, a row of a table, an entry of the contents."""

    lines: list[Line]
    kind: Kind
    tight: bool = False  # no empty line stands before it
    room: float = 0.0  # left on its last line, in points

    @property
    def size(self) -> float:
        """Of most of its text, in points."""
        return median(line.size for line in self.lines)


def blocks(lines: Sequence[Line]) -> list[Block]:
    """The blocks of a page, from its lines in the order they are read."""
    found: list[Block] = []
    start = 0
    for end in range(1, len(lines) + 1):
        if end == len(lines) or lines[end].region != lines[start].region:
            found += _Region(lines[start:end]).blocks()
            start = end
    return found


class _Region:
    """The lines of one column, which stand below each other."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._distance = _usual_distance(lines)

    def blocks(self) -> list[Block]:
        return [block for stretch in self._stretches() for block in _Stretch(stretch).blocks()]

    def _stretches(self) -> Iterator[list[Line]]:
        """Lines of one size that follow each other at the usual distance."""
        stretch = [self._lines[0]]
        for i, (line, after) in enumerate(pairwise(self._lines), 1):
            if self._is_apart(line, after) or self._turns(i):
                yield stretch
                stretch = []
            stretch.append(after)
        yield stretch

    def _turns(self, i: int) -> bool:
        """Whether text in the other direction begins with line `i`; a line of Latin words in Arabic is none."""
        before, line = self._lines[i - 1], self._lines[i]
        if before.right_to_left == line.right_to_left:
            return False
        after = self._lines[i + 1 : i + 2]
        stays = not after or after[0].right_to_left == line.right_to_left
        was = i < 2 or self._lines[i - 2].right_to_left == before.right_to_left
        return stays and was and (bool(after) or bool(_ENDED.search(before.text)))

    def _is_apart(self, line: Line, after: Line) -> bool:
        if not 1 / _HEADING_SIZE < after.size / line.size < _HEADING_SIZE:
            return True
        distance = after.baseline - line.baseline
        usual = self._distance.get(round(line.size), 1.2 * line.size)
        if distance <= _SAME_DISTANCE * usual:
            return distance < -usual
        goes_on = not _ENDED.search(line.text) and first_letter(after.text).islower()
        return distance > _NEAR_DISTANCE * usual or not goes_on or _is_marked(after)


class _Stretch:
    """Lines of one size and direction that follow each other at the usual distance."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._turned = 2 * sum(line.right_to_left for line in lines) > len(lines)
        self._base, self._full = min(map(self._start, lines)), max(map(self._stop, lines))

    def blocks(self) -> Iterator[Block]:
        current: Block | None = None
        for i, line in enumerate(self._lines):
            if current is not None:
                begins, tight = self._begins(i, current)
                if not begins:
                    current.lines.append(line)
                    if _is_entry(line):
                        current.kind = "entry"
                    continue
                current.room = self._full - self._stop(current.lines[-1])
                yield current
            else:
                tight = False
            current = Block([line], _kind(line), tight)
        if current is not None:
            current.room = self._full - self._stop(current.lines[-1])
            yield current

    def _begins(self, i: int, current: Block) -> tuple[bool, bool]:  # noqa: PLR0911 - one rule after the other
        """Whether line `i` begins a block, and whether without an empty line before."""
        line, before = self._lines[i], self._lines[i - 1]
        if line.cells or before.cells:
            return True, False
        if current.kind == "entry":
            return True, False
        ended = bool(_ENDED.search(before.text))
        lower = first_letter(line.text).islower()
        short = self._is_short(before, line, ended)
        if _is_marked(line) and (ended or short or _BULLET.match(line.text) or current.kind == "item"):
            return True, current.kind == "item"
        if not ended and lower:
            return False, False
        if before.bold != line.bold and (before.bold or ended or short):
            return True, False
        if _is_entry(line) and _is_marked(line):
            return True, False
        if self._are_centred(before, line) and not ended:
            return False, False
        if short:
            return True, not ended and len(current.lines) == 1
        return self._is_indented(i, current), False

    def _is_short(self, line: Line, after: Line, ended: bool) -> bool:
        """Whether the first word of the line after would have fitted on this one."""
        least = 0.0 if ended else _OPEN_ROOM * (self._full - self._base)
        return self._full - self._stop(line) >= max(after.opening + SPACE * line.size, least)

    def _is_indented(self, i: int, current: Block) -> bool:
        """Whether line `i` begins a paragraph by its indent, or by standing out before an indented one."""
        step = self._base + _INDENT * self._lines[i].size
        indented, was = (self._start(line) > step for line in (self._lines[i], self._lines[i - 1]))
        if not indented:
            return was and len(current.lines) > 1
        goes_on = i + 1 < len(self._lines) and self._start(self._lines[i + 1]) > step
        hangs = len(current.lines) == 1 and (current.kind == "item" or goes_on)
        return not was and not hangs

    def _are_centred(self, line: Line, after: Line) -> bool:
        same_middle = abs(line.left + line.right - after.left - after.right) < line.size
        return same_middle and abs(line.left - after.left) > line.size

    def _start(self, line: Line) -> float:
        return -line.right if self._turned else line.left

    def _stop(self, line: Line) -> float:
        return -line.left if self._turned else line.right


def _usual_distance(lines: Sequence[Line]) -> dict[int, float]:
    """The usual distance between the baselines of lines of each size (rounded), in points."""
    found: dict[int, list[float]] = {}
    for line, after in pairwise(lines):
        distance = after.baseline - line.baseline
        if 0 < distance < 2.5 * line.size and abs(line.size - after.size) < 0.1 * line.size:
            found.setdefault(round(line.size), []).append(distance)
    return {size: sorted(distances)[len(distances) // 3] for size, distances in found.items()}


def _kind(line: Line) -> Kind:
    if _is_entry(line):
        return "entry"
    return "row" if line.cells else "item" if _is_marked(line) else "paragraph"


def _is_entry(line: Line) -> bool:
    """Whether it is an entry of a table of contents, or a line to fill in."""
    return bool(_LEADERS.search(line.text[-200:]))


def first_letter(text: str) -> str:
    """The first letter or digit of a text, "" where it begins with signs alone."""
    return next((c for c in text[:20] if c.isalpha() or c.isdigit()), "")


def _is_marked(line: Line) -> bool:
    """Whether it begins with the sign or number of a list item."""
    first = line.tokens[0].text
    return len(line.tokens) > 1 and bool(_BULLET.fullmatch(first) or _NUMBERED.fullmatch(first))
