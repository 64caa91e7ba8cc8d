"""The order in which the parts of a page are read: columns one after the other, what spans them before or after.

A gutter is a stretch of width that nothing crosses over several lines, with text on both sides that fills its column.
Where the text beside it does not (a table, a form), lines are read across.
"""

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from index.readers.pdf_lines import Piece

_GUTTER = 0.8  # least width, in sizes of the font
_WIDE_GUTTER = 1.3  # from this on, few lines show it
_FEWEST_LINES, _FEW_LINES, _LINES = 2, 3, 5
_CHARACTERS = 12  # that a line of a column has, at least
_FILLED = 0.45  # of a column's width, that half of its lines fill
_TABLE_CHARACTERS, _TABLE_FILLED = 25, 0.75  # below both, lines that face each other are rows of a table
_APART = 0.9  # of the font's size: no line of the same paragraph is as far below
_DIGITS = 0.4  # share of characters; more is a table
_MANY_BANDS, _MOST_BANDS = 120, 400  # of a page: columns are looked for less closely, and not at all
_MOST_GAPS = 30  # of a band, the widest
_DEEPEST = 8

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Run:
    """Bands of a page from `first` up to `end` with a gutter in the middle."""

    first: int
    end: int
    gutter: Interval
    lines: int


def regions(pieces: Sequence[Piece], size: float, right_to_left: bool) -> list[list[Piece]]:
    """The pieces of a page in parts of one column each, in the order they are read. `size` is the text's usual one."""
    return _cut(list(pieces), size, right_to_left, 0)


def _cut(pieces: list[Piece], size: float, right_to_left: bool, depth: int) -> list[list[Piece]]:
    if not pieces:
        return []
    bands = _bands(pieces)
    run = _best_run(bands, size) if depth < _DEEPEST and len(bands) <= _MOST_BANDS else None
    if run is None:
        return [pieces]
    above = [piece for band in bands[: run.first] for piece in band]
    below = [piece for band in bands[run.end :] for piece in band]
    within = [piece for band in bands[run.first : run.end] for piece in band]
    columns = list(_sides(within, run.gutter))
    if right_to_left:
        columns.reverse()
    found = []
    for part in (above, *columns, below):
        found += _cut(part, size, right_to_left, depth + 1)
    return found


def _bands(pieces: list[Piece]) -> list[list[Piece]]:
    """The pieces between two stretches of height that nothing crosses, from the top down."""
    bands: list[list[Piece]] = []
    bottom = 0.0
    for piece in sorted(pieces, key=lambda piece: piece.high):
        if bands and piece.high < bottom:
            bands[-1].append(piece)
            bottom = max(bottom, piece.low)
        else:
            bands.append([piece])
            bottom = piece.low
    return bands


def _best_run(bands: list[list[Piece]], size: float) -> _Run | None:
    """The run of bands with the most lines beside a gutter."""
    free = [_free(band, _GUTTER * size) for band in bands]
    edges = [(min(p.left for p in band), max(p.right for p in band)) for band in bands]
    best: _Run | None = None
    first = 0
    while first < len(bands):
        end, gutters = _reach(free, edges, first)
        within = [piece for band in bands[first:end] for piece in band]
        for gutter, sides in _with_sides(within, gutters):
            lines = _lines_beside(sides, gutter, size)
            if lines and (best is None or lines > best.lines):
                best = _Run(*_trimmed(bands, (first, end), gutter), gutter, lines)
        found = best is not None and first <= best.first < end
        step = 1 if len(bands) <= _MANY_BANDS else max(1, (end - first) // 4)
        first = end if found else first + step  # where there are no columns, some may begin further down
    return best


def _trimmed(bands: list[list[Piece]], run: tuple[int, int], gutter: Interval) -> tuple[int, int]:
    """`run` without the bands before and behind the columns that are on one side only and stand apart from them."""
    first, end = run
    both = [i for i in range(first, end) if all(_sides(bands[i], gutter))]
    if not both:
        return run
    for i in range(both[0] - 1, first - 1, -1):
        if _are_apart(bands[i], bands[i + 1]):
            first = i + 1
            break
    for i in range(both[-1] + 1, end):
        if _are_apart(bands[i - 1], bands[i]):
            end = i
            break
    return first, end


def _are_apart(band: list[Piece], after: list[Piece]) -> bool:
    size = min(piece.size for piece in after)
    return min(piece.high for piece in after) - max(piece.low for piece in band) > _APART * size


def _reach(free: list[list[Interval]], edges: list[Interval], first: int) -> tuple[int, list[Interval]]:
    """How far down the same gutters go from the band `first`, and which they are."""
    common, gutters = free[first], _inner(free[first], edges[first])
    left, right = edges[first]
    end = first + 1
    while end < len(free):
        shared = _shared(common, free[end])
        now_left, now_right = min(left, edges[end][0]), max(right, edges[end][1])
        inner = _inner(shared, (now_left, now_right))
        if (gutters and not inner) or not shared:
            break
        common, gutters, left, right = shared, inner, now_left, now_right
        end += 1
    return end, gutters


def _inner(free: list[Interval], edges: Interval) -> list[Interval]:
    """The free intervals with text on both sides."""
    return [interval for interval in free if interval[0] > edges[0] and interval[1] < edges[1]]


def _free(band: list[Piece], least: float) -> list[Interval]:
    """The stretches of width of a band that are empty and as wide as a gutter, those at its sides included."""
    found: list[Interval] = []
    at = float("-inf")
    for piece in sorted(band, key=lambda piece: piece.left):
        if piece.left - at >= least:
            found.append((at, piece.left))
        at = max(at, piece.right)
    found.append((at, float("inf")))
    wide = [(low, high) for low, high in found if high - low >= least]
    return wide if len(wide) <= _MOST_GAPS else sorted(sorted(wide, key=lambda gap: gap[0] - gap[1])[:_MOST_GAPS])


def _shared(some: list[Interval], others: list[Interval]) -> list[Interval]:
    both = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(low, high) for low, high in both if high - low > 1.0]


def _sides(pieces: list[Piece], gutter: Interval) -> tuple[list[Piece], list[Piece]]:
    middle = (gutter[0] + gutter[1]) / 2
    left = [piece for piece in pieces if piece.right <= middle]
    return left, [piece for piece in pieces if piece.right > middle]


def _with_sides(pieces: list[Piece], gutters: list[Interval]) -> Iterator[tuple[Interval, list[list[Piece]]]]:
    """Each gutter with what stands on its two sides, up to the next gutters."""
    middles = [(low + high) / 2 for low, high in sorted(gutters)]
    strips: list[list[Piece]] = [[] for _ in range(len(middles) + 1)]
    for piece in pieces:
        strips[bisect(middles, piece.left)].append(piece)
    for i, gutter in enumerate(sorted(gutters)):
        if strips[i] and strips[i + 1]:
            yield gutter, strips[i : i + 2]


def _lines_beside(sides: list[list[Piece]], gutter: Interval, size: float) -> int:
    """How many lines stand beside the gutter, 0 where they are no columns."""
    width = gutter[1] - gutter[0]
    if width < _GUTTER * size:
        return 0
    left, right = (_Column.of(side, size) for side in sides)
    fewer, more = sorted((left.lines, right.lines))
    if fewer < _FEWEST_LINES or (fewer < _FEW_LINES and more < _LINES):
        return 0
    if width < _WIDE_GUTTER * size and fewer < _LINES:
        return 0
    if not (left.is_text and right.is_text) or left.faces(right):
        return 0
    return left.lines + right.lines


@dataclass(frozen=True, slots=True)
class _Column:
    """What stands on one side of a gutter."""

    baselines: frozenset[int]  # in halves of the usual size
    characters: float  # of half of the lines, at least
    filled: float  # share of the width that half of the lines fill, at least
    digits: float  # share of the characters

    @classmethod
    def of(cls, pieces: list[Piece], size: float) -> "_Column":
        lines: dict[int, list[Piece]] = {}
        for piece in pieces:
            lines.setdefault(round(2 * piece.baseline / size), []).append(piece)
        text = "".join(piece.text for piece in pieces)
        widths = [max(p.right for p in line) - min(p.left for p in line) for line in lines.values()]
        width = max(max(p.right for p in pieces) - min(p.left for p in pieces), 1.0)
        return cls(
            frozenset(lines),
            median(sum(len(piece.glyphs) for piece in line) for line in lines.values()),
            median(widths) / width,
            sum(map(str.isdigit, text)) / len(text),
        )

    @property
    def lines(self) -> int:
        return len(self.baselines)

    @property
    def is_text(self) -> bool:
        return self.characters >= _CHARACTERS and self.filled >= _FILLED and self.digits < _DIGITS

    def faces(self, other: "_Column") -> bool:
        """Whether the lines of both are rows of a table: on the same heights, and short."""
        facing = len(self.baselines & other.baselines) >= 0.8 * min(self.lines, other.lines)
        return facing and (self._is_short or other._is_short)

    @property
    def _is_short(self) -> bool:
        return self.characters < _TABLE_CHARACTERS and self.filled < _TABLE_FILLED
