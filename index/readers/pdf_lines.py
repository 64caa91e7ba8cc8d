"""The characters of a page as pieces of lines: what is drawn side by side without a gap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from index.readers.pdf_glyphs import Glyph, Sheet

_SAME_LINE = 0.12  # of the font's size, between baselines
_SAME_SIZE = 1.25
_GAP, _GAP_BESIDE_SPACES = 0.18, 0.3  # of the font's size, between words; more where the file writes its spaces
_ASCENT, _DESCENT = 0.7, 0.15  # of the font's size: a line without the air around it
_LEAST_SIZE = 1.0  # points; what is smaller is not there to be read


@dataclass(slots=True)
class Piece:
    """A word or a part of one: characters without a gap, in PDFium's order. Its box is without white space."""

    glyphs: list[Glyph]
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float
    spaces: list[Glyph] = field(default_factory=list)  # that stand after it in the file

    @property
    def text(self) -> str:
        """Its characters, in PDFium's order."""
        return "".join([glyph.text for glyph in self.glyphs])

    @property
    def high(self) -> float:
        """Where its line begins, from the top of the page."""
        return self.baseline - _ASCENT * self.size

    @property
    def low(self) -> float:
        """Where its line ends, from the top of the page."""
        return self.baseline + _DESCENT * self.size


def pieces(sheet: Sheet) -> list[Piece]:
    """The pieces of a page, in the file's order."""
    gap = gap_between_words(sheet)
    found: list[Piece] = []
    current: Piece | None = None
    for glyph in sheet.glyphs:
        if glyph.text == " ":
            if found:
                found[-1].spaces.append(glyph)
            current = None
        elif glyph.size >= _LEAST_SIZE:
            if current is None or not _goes_on(current, glyph, gap):
                _, left, top, right, bottom, baseline, size, *_ = glyph
                current = Piece([glyph], left, top, right, bottom, baseline, size)
                found.append(current)
            else:
                _extend(current, glyph)
    return found


def gap_between_words(sheet: Sheet) -> float:
    """The least gap between words, as a share of the font's size; more where spaces are written."""
    spaces = sum(glyph.text == " " and glyph.right > glyph.left for glyph in sheet.glyphs)
    return _GAP_BESIDE_SPACES if spaces * 12 > len(sheet.glyphs) else _GAP


def usual_size(found: Iterable[Piece]) -> float:
    """The size of most of the text, in points."""
    sizes = [piece.size for piece in found for _ in piece.glyphs]
    return median(sizes) if sizes else 10.0


def rows(found: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces on the same line together, from the top down, raised and lowered ones with those beside them."""
    lines: list[list[Piece]] = []
    bands: list[tuple[float, float, float]] = []  # of each line: its largest piece's top, bottom and size
    for piece in sorted(found, key=lambda piece: piece.baseline):
        high, low = piece.high, piece.low
        for at in range(len(lines) - 1, max(len(lines) - 4, -1), -1):
            top, bottom, size = bands[at]
            if min(bottom, low) - max(top, high) >= 0.5 * min(bottom - top, low - high):
                lines[at].append(piece)
                if piece.size > size:
                    bands[at] = high, low, piece.size
                break
        else:
            lines.append([piece])
            bands.append((high, low, piece.size))
    return lines


def _goes_on(piece: Piece, glyph: Glyph, gap: float) -> bool:
    size = piece.size
    if abs(glyph.baseline - piece.baseline) > _SAME_LINE * size:
        return False
    if not size / _SAME_SIZE <= glyph.size <= size * _SAME_SIZE:
        return False
    return max(glyph.left - piece.right, piece.left - glyph.right) <= gap * size


def _extend(piece: Piece, glyph: Glyph) -> None:
    piece.glyphs.append(glyph)
    piece.left = min(piece.left, glyph.left)
    piece.right = max(piece.right, glyph.right)
    piece.top = min(piece.top, glyph.top)
    piece.bottom = max(piece.bottom, glyph.bottom)
