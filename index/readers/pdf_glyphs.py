"""The characters of a PDF's page, where they are drawn.

PDFium puts the characters of a line in an order of its own where some of them are written from right to left, so only
their places are believed.
"""

import math
import re
from ctypes import byref, c_double, c_int, create_string_buffer
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pypdfium2 import raw

from index.errors import ReadError
from index.readers.pdf_codes import UNREADABLE, codes

_SKEW = math.radians(10)  # text turned further than this from the page's edges is a watermark
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # a font's flag
_MOST_CHARACTERS = 200_000  # of a page; no page that is read has as many
_BOX_LIMIT = 1e5  # points; PDF's own limit is 14,400
_RIGHT_TO_LEFT = 0x590  # the first of the characters written from right to left
_FEW_GUESSES = 0.05  # of a page's characters; PDFium guesses few of them well and many badly


class Glyph(NamedTuple):
    """A character, or one of several that a glyph stands for, with its box; the page's top left corner is (0, 0)."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    baseline: float
    size: float  # of the font, as drawn
    origin: float  # where the pen stood; of Latin letters their left edge
    number: int  # its place in PDFium's order
    bold: bool  # known of the first character of a word
    mirrored: bool  # the pen went from right to left

    def followed(self) -> "Glyph":
        """A space without width behind it, where PDFium thinks that there is one."""
        return self._replace(text=" ", left=self.right, mirrored=False)


@dataclass(slots=True)
class Sheet:
    """The characters of a page that are turned the same way, as they lie when the page is turned to read them."""

    number: int  # of the page, 1-based
    width: float  # points, of the page as turned
    height: float
    turns: int  # quarters of a circle, clockwise, that the text is turned by on the page
    glyphs: list[Glyph] = field(default_factory=list)
    guessed: list[int] = field(default_factory=list)  # the glyphs whose character PDFium could not look up
    recognised: bool = False  # its text is not shown: a program read it off a picture


def read_sheets(page: Any, number: int) -> list[Sheet]:
    """The characters of an open page, a sheet for each way they are turned, the fullest first.

    Raises ReadError where they are more than a page can have.
    """
    text = page.get_textpage()
    try:
        found = _Reader(page, number).read(text)
    finally:
        text.close()
    return sorted(found, key=lambda sheet: -len(sheet.glyphs))


class _Reader:
    """Reads the characters of one page."""

    def __init__(self, page: Any, number: int) -> None:
        self._number = number
        left, bottom, right, top = page.get_bbox()
        width, height = right - left, top - bottom
        rotation = page.get_rotation() // 90
        # What a point (x, y) of the file is on the page as shown: x' = a·x + b·y + c, y' = d·x + e·y + f.
        self._shown: tuple[float, ...] = (
            (1, 0, -left, 0, -1, top),
            (0, 1, -bottom, 1, 0, -left),
            (-1, 0, right, 0, 1, -bottom),
            (0, -1, top, -1, 0, right),
        )[rotation]
        self._size = (width, height) if rotation % 2 == 0 else (height, width)
        self._sheets: dict[int, tuple[Sheet, tuple[float, ...]]] = {}
        self._turns: dict[tuple[float, float], int | None] = {}

    def read(self, page: Any) -> list[Sheet]:
        text, count = page.raw, page.count_chars()
        if count > _MOST_CHARACTERS:
            raise ReadError(f"its page {self._number} has more than {_MOST_CHARACTERS:,} characters; split it")
        pen = _Pen(text)
        begins = True  # a word
        last: Sheet | None = None
        for number, code, char in codes(text, count):
            if code in (10, 13, 32) and raw.FPDFText_IsGenerated(text, number) == 1:
                begins = True
                if code == 32 and last is not None:
                    last.glyphs.append(last.glyphs[-1].followed())
                continue
            drawn = pen.drawn(number, code)
            sheet, way = self._sheet(drawn.up_x, drawn.up_y)
            glyph = _glyph(char, number, drawn, way)
            if sheet is None or not _is_shown(glyph, sheet):
                continue
            if begins and char != " " and _is_bold(text, number):
                glyph = glyph._replace(bold=True)
            begins = char == " "
            if raw.FPDFText_HasUnicodeMapError(text, number) == 1:
                sheet.guessed.append(len(sheet.glyphs))
            sheet.glyphs.append(glyph)
            last = sheet
        found = [sheet for sheet, _ in self._sheets.values() if sheet.glyphs]
        for sheet in found:
            sheet.recognised = _is_invisible(text, sheet.glyphs[len(sheet.glyphs) // 2].number)
            _drop_guesses(sheet)
        return found

    def _sheet(self, c: float, d: float) -> tuple[Sheet | None, tuple[float, ...]]:
        """The sheet for text whose upright points to (c, d) in the file, and the way there; none for slanting text."""
        key = (c, d)
        if key not in self._turns:
            self._turns[key] = self._turned(c, d)
        turns = self._turns[key]
        if turns is None:
            return None, self._shown
        if turns not in self._sheets:
            width, height = self._size if turns % 2 == 0 else self._size[::-1]
            sheet = Sheet(self._number, width, height, turns)
            self._sheets[turns] = sheet, _then_turned(self._shown, turns, *self._size)
        return self._sheets[turns]

    def _turned(self, c: float, d: float) -> int | None:
        x, y = self._shown[0] * c + self._shown[1] * d, self._shown[3] * c + self._shown[4] * d
        angle = math.atan2(x, -y)  # clockwise from upright
        turns = round(angle / (math.pi / 2))
        return None if abs(angle - turns * math.pi / 2) > _SKEW else turns % 4


class _Drawn(NamedTuple):
    """A character as the file draws it; y grows upwards."""

    left: float
    bottom: float
    right: float
    top: float
    pen_x: float
    pen_y: float
    up_x: float  # which way its upright points
    up_y: float
    on_x: float  # which way its line goes
    on_y: float
    size: float


class _Pen:
    """Asks PDFium about one character after the other."""

    def __init__(self, text: Any) -> None:
        self._text = text
        self._box = c_double(), c_double(), c_double(), c_double()
        self._pen = c_double(), c_double()
        self._loose, self._matrix = raw.FS_RECTF(), raw.FS_MATRIX()
        self._box_refs, self._pen_refs = tuple(map(byref, self._box)), tuple(map(byref, self._pen))
        self._loose_ref, self._matrix_ref = byref(self._loose), byref(self._matrix)

    def drawn(self, number: int, code: int) -> _Drawn:
        text, box, loose, matrix = self._text, self._box, self._loose, self._matrix
        raw.FPDFText_GetCharBox(text, number, *self._box_refs)
        raw.FPDFText_GetLooseCharBox(text, number, self._loose_ref)
        raw.FPDFText_GetMatrix(text, number, self._matrix_ref)
        left, right, bottom, top = box[0].value, box[1].value, box[2].value, box[3].value
        pen_x, pen_y = left, matrix.f
        if code >= _RIGHT_TO_LEFT or matrix.b or matrix.c:  # else nobody asks
            raw.FPDFText_GetCharOrigin(text, number, *self._pen_refs)
            pen_x, pen_y = self._pen[0].value, self._pen[1].value
        if code != 32 and loose.right > loose.left and loose.top > loose.bottom:
            left, right = min(left, loose.left), max(right, loose.right)
            bottom, top = min(bottom, loose.bottom), max(top, loose.top)
        size = raw.FPDFText_GetFontSize(text, number) * math.hypot(matrix.c, matrix.d)
        return _Drawn(left, bottom, right, top, pen_x, pen_y, matrix.c, matrix.d, matrix.a, matrix.b, size)


def _glyph(char: str, number: int, drawn: _Drawn, way: tuple[float, ...]) -> Glyph:
    """The character on its sheet, to which `way` leads."""
    a, b, c, d, e, f = way
    x0, y0, x1, y1, pen_x, pen_y, _, _, on_x, on_y, size = drawn
    left, top = a * x0 + b * y0 + c, d * x0 + e * y0 + f
    right, bottom = a * x1 + b * y1 + c, d * x1 + e * y1 + f
    if left > right:
        left, right = right, left
    if top > bottom:
        top, bottom = bottom, top
    origin, baseline = a * pen_x + b * pen_y + c, d * pen_x + e * pen_y + f
    mirrored = a * on_x + b * on_y < 0
    return Glyph(char, left, top, right, bottom, baseline, size, origin, number, False, mirrored)


def _is_shown(glyph: Glyph, sheet: Sheet) -> bool:
    """Whether any of it lies on the page; its numbers may be none."""
    on_page = glyph.right >= 0 and glyph.bottom >= 0 and glyph.left <= sheet.width and glyph.top <= sheet.height
    wide, high = glyph.right - glyph.left, glyph.bottom - glyph.top
    return on_page and all(abs(number) < _BOX_LIMIT for number in (wide, high, glyph.baseline, glyph.size))


def _drop_guesses(sheet: Sheet) -> None:
    """Leaves PDFium's guesses where they are few."""
    if len(sheet.guessed) > _FEW_GUESSES * len(sheet.glyphs):
        for at in sheet.guessed:
            sheet.glyphs[at] = sheet.glyphs[at]._replace(text=UNREADABLE)


def untwisted(box: tuple[float, float, float, float], sheet: Sheet) -> tuple[float, float, float, float]:
    """A box of a sheet as it lies on the page."""
    left, top, right, bottom = box
    if sheet.turns == 1:
        return sheet.height - bottom, left, sheet.height - top, right
    if sheet.turns == 2:
        return sheet.width - right, sheet.height - bottom, sheet.width - left, sheet.height - top
    if sheet.turns == 3:
        return top, sheet.width - right, bottom, sheet.width - left
    return box


def _then_turned(shown: tuple[float, ...], turns: int, width: float, height: float) -> tuple[float, ...]:
    """`shown`, and then the page (of this width and height) turned back by so many quarters."""
    a, b, c, d, e, f = shown
    if turns == 1:
        return d, e, f, -a, -b, width - c
    if turns == 2:
        return -a, -b, width - c, -d, -e, height - f
    if turns == 3:
        return -d, -e, height - f, a, b, c
    return shown


def _is_invisible(text: Any, number: int) -> bool:
    item = raw.FPDFText_GetTextObject(text, number)
    return bool(item) and raw.FPDFTextObj_GetTextRenderMode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE


def _is_bold(text: Any, number: int) -> bool:
    flags = c_int()
    name = create_string_buffer(100)
    raw.FPDFText_GetFontInfo(text, number, name, 100, byref(flags))
    return bool(flags.value & _FORCE_BOLD or _BOLD.search(name.value.decode("utf-8", "ignore")))
