"""PDF files as PDFium opens them: how many pages, what the file says of itself, pictures, pages as images.

This module, pdf_glyphs and pdf_codes are the ones that know pypdfium2.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_float, c_ushort
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pypdfium2
from pypdfium2 import raw

from index.errors import ReadError
from index.limits import Limits
from index.readers.pdf_glyphs import Sheet, read_sheets

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_OBJECTS = 5_000  # of a page, in which pictures are looked for
_LONGEST_TAG = 100  # bytes


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says of itself, as it says it."""

    title: str
    author: str
    changed: str
    created: str
    language: str


class PdfFile:
    """An open PDF file. Close it, for PDFium's memory is not Python's."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Raises ReadError where the file is encrypted, damaged or has more pages than `limits` allows."""
        try:
            self._pdf = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            if error.err_code == raw.FPDF_ERR_PASSWORD:
                raise ReadError("it is encrypted; save it without a password") from error
            if error.err_code == raw.FPDF_ERR_SECURITY:
                raise ReadError("it is encrypted in a way that cannot be read; save it without encryption") from error
            raise ReadError("it is not a PDF file, or is damaged; print or save it anew as PDF") from error
        self.pages = len(self._pdf)
        if self.pages > limits.pages:
            self._pdf.close()
            raise ReadError(f"it has {self.pages:,} pages, more than {limits.pages:,}; split it into several files")

    def close(self) -> None:
        """Give PDFium's memory back."""
        self._pdf.close()

    def properties(self) -> Properties:
        """Title, author, dates and language, each "" where the file does not say it."""
        value = self._pdf.get_metadata_value
        return Properties(value("Title"), value("Author"), value("ModDate"), value("CreationDate"), self._language())

    def _language(self) -> str:
        size = raw.FPDFCatalog_GetLanguage(self._pdf, None, 0)  # of UTF-16, with two bytes of zero
        if not 2 < size <= _LONGEST_TAG:
            return ""
        buffer = (c_ushort * (size // 2 + 1))()
        raw.FPDFCatalog_GetLanguage(self._pdf, buffer, size)
        return bytes(buffer)[: size - 2].decode("utf-16-le", "ignore")

    def sheets(self, number: int) -> list[Sheet]:
        """The characters of a page (1-based), a sheet for each way they are turned, the fullest first.

        A page that cannot be loaded has none.
        """
        try:
            with self._page(number) as page:
                return read_sheets(page, number)
        except pypdfium2.PdfiumError:
            return []

    def pictured(self, number: int) -> float:
        """The share of a page (1-based) that pictures cover, 0 to 1 and more where they overlap."""
        try:
            with self._page(number) as page:
                left, bottom, right, top = page.get_bbox()
                area = sum(_area(item) for item in _objects(page, raw.FPDF_PAGEOBJ_IMAGE))
        except pypdfium2.PdfiumError:
            return 0.0
        return float(area / max((right - left) * (top - bottom), 1.0))

    def steps(self, number: int) -> tuple[int, int]:
        """How often, on a page, a piece of text is drawn to the left and to the right of the one drawn before."""
        try:
            with self._page(number) as page:
                boxes = [_bounds(item) for item in _objects(page, raw.FPDF_PAGEOBJ_TEXT)]
        except pypdfium2.PdfiumError:
            return 0, 0
        left = right = 0
        for before, after in pairwise(boxes):
            if min(before[3], after[3]) - max(before[1], after[1]) > (after[3] - after[1]) / 2:  # on the same line
                left += after[2] <= before[0] + 1
                right += after[0] >= before[2] - 1
        return left, right

    def picture(self, number: int, dots: int, pixels: int) -> tuple["Image", float]:
        """A page as an image in grey at `dots` an inch, fewer where it would have more than `pixels`, and its scale.

        The scale is in pixels a point. Raises ReadError where the page cannot be drawn.
        """
        try:
            with self._page(number) as page:
                width, height = page.get_size()
                scale = min(dots / 72, math.sqrt(pixels / max(width * height, 1.0)))
                return page.render(scale=scale, grayscale=True, may_draw_forms=False).to_pil(), scale
        except pypdfium2.PdfiumError as error:
            raise ReadError(f"its page {number} cannot be drawn; print or save it anew as PDF") from error

    @contextmanager
    def _page(self, number: int) -> Iterator[Any]:
        page = self._pdf[number - 1]
        try:
            yield page
        finally:
            page.close()


def _objects(page: Any, kind: int) -> Iterator[Any]:
    """The objects of a page that are of this kind, in the order they are drawn."""
    for seen, item in enumerate(page.get_objects(max_depth=3)):
        if seen >= _MOST_OBJECTS:
            return
        if item.type == kind:
            yield item


def _bounds(item: Any) -> tuple[float, float, float, float]:
    values = c_float(), c_float(), c_float(), c_float()
    raw.FPDFPageObj_GetBounds(item, *map(byref, values))
    return values[0].value, values[1].value, values[2].value, values[3].value


def _area(item: Any) -> float:
    left, bottom, right, top = _bounds(item)
    return max(right - left, 0.0) * max(top - bottom, 0.0)
