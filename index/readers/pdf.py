"""PDF: the text of its pages in the order it is read, with the page and the box of every word."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from index import noise
from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers import properties
from index.readers.length import bounded
from index.readers.pdf_arabic import with_brackets
from index.readers.pdf_breaks import over_breaks
from index.readers.pdf_codes import UNREADABLE
from index.readers.pdf_file import PdfFile
from index.readers.pdf_furniture import without_furniture
from index.readers.pdf_glyphs import Sheet
from index.readers.pdf_layout import Line, evidence, lines
from index.readers.pdf_ocr import Recogniser
from index.readers.pdf_paragraphs import Block, blocks
from index.readers.pdf_rows import Drawing
from index.readers.pdf_writer import write
from index.readers.prose import joined

_UNREADABLE = 0.3  # share of a page's characters
_FEW_LETTERS = 30  # on a page; fewer beside a picture and it is scanned
_PICTURED, _LETTERS_BESIDE = 0.25, 200  # share of a page; pictures are looked for on pages with few letters
_FEW_WORDS, _MANY_WORDS = 3, 100  # that tell the order of letters; of a page, from which on some must
_CLEAR = 0.65  # share of those words that agree
_TITLE_SIZE, _LONGEST_TITLE, _TITLE_PAGES = 1.2, 150, 2  # of the usual size; characters; pages it is looked for on
_ADDRESS = re.compile(r"\S*[:/]\S*")
_OCR = "install pincite[ocr] and switch OCR on, or give it a text layer with another program"

State = Literal["text", "scanned", "unreadable", "unordered"]


@dataclass(slots=True)
class _Page:
    number: int
    lines: list[Line] = field(default_factory=list)
    state: State = "text"
    drawing: Drawing | None = "right"  # None where the page itself does not tell


def read(data: bytes, limits: Limits) -> Extract:
    """The text of a PDF's pages, paragraphs apart, without headers, footers and page numbers that repeat.

    The heading is the title of its properties where that looks like one, else the first pages' largest line.
    Raises ReadError where it is encrypted or damaged, has too many pages, or where most of its pages are scanned
    (unless `limits.ocr`), have characters that the file does not tell, or have letters in no order of speech.
    """
    pdf = PdfFile(data, limits)
    try:
        return _read(pdf, limits)
    finally:
        pdf.close()


def _read(pdf: PdfFile, limits: Limits) -> Extract:
    pages = _pages(pdf, limits)
    _find_scanned(pdf, pages)
    if limits.ocr:
        _recognise(pdf, pages, limits)
    _refuse(pages)
    kept = without_furniture([page.lines for page in pages])
    found = over_breaks([block for page in kept for block in blocks(page)])
    written = write(found)
    text = bounded(written.text, limits)
    said = pdf.properties()
    return Extract(
        text,
        heading=_title(said.title) or _largest(found),
        noise=joined((*noise.in_prose(text), *written.noise)),
        breaks=written.breaks,
        language=properties.language(said.language),
        date=properties.day(_iso(said.changed), _iso(said.created)),
        author=properties.author(said.author),
        places=written.places,
        words=written.words,
    )


def _pages(pdf: PdfFile, limits: Limits) -> list[_Page]:
    """Every page, in the order of speech as far as it or the other pages tell."""
    pages: list[_Page] = []
    characters = 0
    for number in range(1, pdf.pages + 1):
        sheets = pdf.sheets(number)
        characters += sum(len(sheet.glyphs) for sheet in sheets)
        if characters > 2 * limits.characters:
            raise ReadError(f"its text has more than {limits.characters:,} characters; split it into several files")
        pages.append(_page(pdf, number, sheets))
    told = Counter(page.drawing for page in pages if page.drawing)
    usual = told.most_common(1)[0][0] if told else "right"
    if usual != "right":
        for page in pages:
            if page.drawing is None:
                page.lines = _lines(pdf.sheets(page.number), usual)
    return pages


def _page(pdf: PdfFile, number: int, sheets: list[Sheet]) -> _Page:
    page = _Page(number)
    if _is_unreadable(sheets):
        page.state = "unreadable"
        return page
    page.lines = _lines(sheets, "right")
    said = evidence(page.lines)
    if not said.words:
        page.drawing = None
    elif said.forward + said.backward < _FEW_WORDS:
        page.drawing = None
        page.state = "unordered" if said.words >= _MANY_WORDS else "text"
    elif said.forward < _CLEAR * (said.forward + said.backward):
        left, right = pdf.steps(number)
        page.drawing = "word" if left > right else "line"
        page.lines = _lines(sheets, page.drawing)
        said = evidence(page.lines)
        if said.forward < _CLEAR * (said.forward + said.backward):
            page.state = "unordered"
    if page.state == "unordered":
        page.lines = []
    return page


def _lines(sheets: Sequence[Sheet], drawing: Drawing) -> list[Line]:
    found: list[Line] = []
    for sheet in sheets:
        found += lines(sheet, drawing, found[-1].region + 1 if found else 0)
    return found


def _is_unreadable(sheets: Sequence[Sheet]) -> bool:
    text = "".join(glyph.text for sheet in sheets for glyph in sheet.glyphs if glyph.text != " ")
    unknown = text.count(UNREADABLE) + 6 * text.count("(cid:")
    return len(text) >= 10 and unknown > _UNREADABLE * len(text)


def _find_scanned(pdf: PdfFile, pages: list[_Page]) -> None:
    for page, kept in zip(pages, without_furniture([page.lines for page in pages]), strict=True):
        if page.state != "text" or _letters(page.lines) >= _LETTERS_BESIDE:
            continue
        if _letters(kept) < _FEW_LETTERS and pdf.pictured(page.number) >= _PICTURED:
            page.state = "scanned"


def _letters(found: Sequence[Line]) -> int:
    return sum(map(str.isalpha, "".join(token.text for line in found for token in line.tokens)))


def _recognise(pdf: PdfFile, pages: list[_Page], limits: Limits) -> None:
    recogniser: Recogniser | None = None
    for page in pages:
        if page.state != "text":
            recogniser = recogniser or Recogniser()
            page.lines = recogniser.lines(pdf, page.number, limits.seconds)
            page.state = "text"


def _refuse(pages: list[_Page]) -> None:
    """Raises ReadError where most pages that show something cannot be read."""
    shown = sum(bool(page.lines) or page.state != "text" for page in pages)
    for state, reason in (
        ("scanned", f"scanned pictures without text; {_OCR}"),
        ("unreadable", f"in fonts that do not say which letters they draw: its text layer is unreadable; {_OCR}"),
        ("unordered", f"in letters whose order cannot be told; {_OCR}"),
    ):
        count = sum(page.state == state for page in pages)
        if 2 * count > shown:
            which = "its only page is" if shown == 1 else f"{count} of its {shown} pages are"
            raise ReadError(f"{which} {reason}")
    bad = sum(page.state != "text" for page in pages)
    if 2 * bad > shown:
        raise ReadError(f"{bad} of its {shown} pages are scanned or have no readable text layer; {_OCR}")


def _title(said: str) -> str | None:
    """The title of the file's properties; browsers write the page's address where it has none."""
    return None if _ADDRESS.fullmatch(said) else properties.title(said)


def _largest(found: Sequence[Block]) -> str | None:
    """The first of the largest lines of the first pages, where it stands out and looks like a title."""
    sizes = Counter[float]()
    for block in found:
        for line in block.lines:
            sizes[round(line.size, 1)] += len(line.text)
    if not sizes:
        return None
    usual = sizes.most_common(1)[0][0]
    first = [block for block in found if block.lines[0].page <= _TITLE_PAGES and block.kind == "paragraph"]
    large = max(first, key=lambda block: block.size, default=None)
    if large is None or large.size < _TITLE_SIZE * usual:
        return None
    words = [token.text for line in large.lines for token in line.tokens]
    if any(line.right_to_left for line in large.lines):
        words = with_brackets(words)
    return properties.short(" ".join(words), _LONGEST_TITLE)


def _iso(moment: str) -> str:
    """The day of "D:20240531120000+01'00'" as "2024-05-31"."""
    digits = moment.removeprefix("D:")[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
