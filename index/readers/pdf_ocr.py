"""Pages without text read by Tesseract, which is asked for with the extra `pincite[ocr]`."""

from typing import Any

from index.errors import ReadError
from index.readers import pdf_arabic
from index.readers.pdf_file import PdfFile
from index.readers.pdf_layout import Line, smoothed
from index.readers.pdf_rows import Token

_LANGUAGES = ("fra", "ara", "eng")
_DOTS = 300  # an inch
_PIXELS = 25_000_000  # of a page at most: A3 at 300 dots an inch
_LEAST_SURE = 30  # of 100; below, it is a picture rather than a word
_NEXT_STEP = "install pincite[ocr] and Tesseract with its French, Arabic and English data, or switch OCR off"


class Recogniser:
    """Tesseract with the languages that are installed."""

    def __init__(self) -> None:
        """Raises ReadError where Tesseract or its Python package is missing, or no language is installed."""
        try:
            import pytesseract
        except ImportError as error:
            raise ReadError(f"it is scanned, and pytesseract is not installed to read it; {_NEXT_STEP}") from error
        self._tesseract: Any = pytesseract
        try:
            installed = set(pytesseract.get_languages())
        except (OSError, pytesseract.TesseractError, pytesseract.TesseractNotFoundError, SystemExit) as error:
            raise ReadError(f"it is scanned, and Tesseract is not installed to read it; {_NEXT_STEP}") from error
        self._languages = "+".join(code for code in _LANGUAGES if code in installed)
        if not self._languages:
            raise ReadError(f"it is scanned, and Tesseract has no data for {', '.join(_LANGUAGES)}; {_NEXT_STEP}")

    def lines(self, pdf: PdfFile, number: int, seconds: float) -> list[Line]:
        """The lines of a page (1-based) in the order they are read. Raises ReadError where it takes too long."""
        image, scale = pdf.picture(number, _DOTS, _PIXELS)
        try:
            data = self._tesseract.image_to_data(
                image, lang=self._languages, output_type=self._tesseract.Output.DICT, timeout=seconds
            )
        except (OSError, RuntimeError) as error:
            raise ReadError(f"its page {number} could not be read by Tesseract ({_first_line(error)})") from error
        found: dict[tuple[int, int, int], list[Token]] = {}
        for i, text in enumerate(data["text"]):
            word = pdf_arabic.normal("".join(text.split()))
            if word and float(data["conf"][i]) >= _LEAST_SURE:
                left, top = data["left"][i] / scale, data["top"][i] / scale
                box = left, top, left + data["width"][i] / scale, top + data["height"][i] / scale
                key = data["block_num"][i], data["par_num"][i], data["line_num"][i]
                found.setdefault(key, []).append(Token(word, box, spaced=True))
        return smoothed([_line(tokens, key, number, image.height / scale) for key, tokens in found.items()])


def _line(tokens: list[Token], key: tuple[int, int, int], page: int, height: float) -> Line:
    boxes = [token.box for token in tokens]
    top, bottom = min(box[1] for box in boxes), max(box[3] for box in boxes)
    right_to_left, others = pdf_arabic.count_letters("".join(token.text for token in tokens))
    return Line(
        tokens=tuple(tokens),
        cells=frozenset(),
        left=min(box[0] for box in boxes),
        right=max(box[2] for box in boxes),
        baseline=sorted(box[3] for box in boxes)[len(boxes) // 4],  # of words without a letter that reaches below
        size=bottom - top,
        bold=False,
        right_to_left=right_to_left > others,
        page=page,
        region=key[0],
        opening=boxes[0][2] - boxes[0][0],
        height=height,
    )


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
