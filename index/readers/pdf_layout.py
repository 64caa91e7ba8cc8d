"""The lines of a page in the order they are read, each as words with their boxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from index.readers import pdf_arabic
from index.readers.pdf_arabic import Evidence
from index.readers.pdf_glyphs import Sheet, untwisted
from index.readers.pdf_lines import gap_between_words, pieces, rows, usual_size
from index.readers.pdf_order import regions
from index.readers.pdf_rows import Drawing, Row, Token

_GUESSED_SIZE = 1.4
_SHARED = 0.5  # of the font's size: the part of a gap between cells that the next row has too


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; its edges are those of the page as it is turned to read it, in points."""

    tokens: tuple[Token, ...]
    cells: frozenset[int]  # the tokens that begin a cell of a table, but the first
    left: float
    right: float
    baseline: float
    size: float
    bold: bool
    right_to_left: bool  # as it is drawn
    page: int
    region: int  # of its page; lines of one region stand below each other
    opening: float  # width of the first word
    height: float  # of the page as it is turned

    @property
    def text(self) -> str:
        """Its words with spaces between."""
        return "".join((" " + token.text if token.spaced else token.text) for token in self.tokens).strip()


def lines(sheet: Sheet, drawing: Drawing, first_region: int = 0) -> list[Line]:
    """The lines of a page in the order they are read. Regions are numbered from `first_region`."""
    found = pieces(sheet)
    right_to_left, others = pdf_arabic.count_letters("".join(piece.text for piece in found))
    page_turned = right_to_left > others
    gap = gap_between_words(sheet)
    result: list[Line] = []
    for number, region in enumerate(regions(found, usual_size(found), page_turned), first_region):
        read = [Row(row, gap, page_turned, drawing) for row in rows(region)]
        for row, cells in zip(read, _cells(read), strict=True):
            line = _line(row, sheet, number, cells)
            if line is not None:
                result.append(line)
    return smoothed(result) if sheet.recognised else result


def smoothed(found: Sequence[Line]) -> list[Line]:
    """Lines that a program recognised, whose sizes are guesses, with the same size where they nearly have it."""
    usual = median(line.size for line in found) if found else 0.0
    near = usual / _GUESSED_SIZE, usual * _GUESSED_SIZE
    return [replace(line, size=usual) if near[0] < line.size < near[1] else line for line in found]


def evidence(found: Sequence[Line]) -> Evidence:
    """What the words of these lines say of the order of their letters."""
    return pdf_arabic.evidence(token.text for line in found for token in line.tokens)


def _line(row: Row, sheet: Sheet, region: int, starts: list[float]) -> Line | None:
    """`starts` are the edges where cells begin, but the first, on the side from which the line is read."""
    tokens = row.tokens()
    if not tokens:
        return None
    edge = 2 if row.right_to_left else 0
    return Line(
        tokens=tuple(token._replace(box=untwisted(token.box, sheet)) for token in tokens)
        if sheet.turns
        else tuple(tokens),
        cells=frozenset(i for i, token in enumerate(tokens) if i and token.box[edge] in starts),
        left=row.left,
        right=row.right,
        baseline=row.baseline,
        size=row.size,
        bold=row.bold,
        right_to_left=row.right_to_left,
        page=sheet.number,
        region=region,
        opening=tokens[0].box[2] - tokens[0].box[0],
        height=sheet.height,
    )


def _cells(found: list[Row]) -> list[list[float]]:
    """For each row, the edges where cells of a table begin: at gaps that go on in a row beside it."""
    gaps = [row.gaps() for row in found]
    result: list[list[float]] = []
    for i, row in enumerate(found):
        beside = [gap for j in (i - 1, i + 1) if 0 <= j < len(found) for gap in gaps[j]]
        least = _SHARED * row.size
        is_row = any(min(gap[1], other[1]) - max(gap[0], other[0]) > least for gap in gaps[i] for other in beside)
        result.append([gap[0] if row.right_to_left else gap[1] for gap in gaps[i]] if is_row else [])
    return result
