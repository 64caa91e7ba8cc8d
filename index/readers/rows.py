"""Rows of cells as text: one line a row, which makes sense alone, for each value stands behind its column's label."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from index import noise
from index.document import Extract, Place, Span
from index.errors import ReadError
from index.limits import Limits
from index.readers.prose import joined

_BAR = " | "
_SAMPLE = 50  # rows in which labels are looked for
_LONGEST_LABEL = 120  # characters; what is longer is a text of its own
_MOST_UNLABELLED = 0.2  # share of the sample's cells beyond the labels above which these are no labels
_LEAST_COLUMNS = 3  # of texts alone: two columns of texts are as often names beside values, one pair a row
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST_FIGURE = 40  # characters
_FIGURE = re.compile(r"[\W\d_]*|(?:[\W\d_]{0,5}\d[\W\d_]*[^\W\d_]{0,3}[\W\d_]*)|TRUE|FALSE")  # "12,5 %", "30 kg"
_DATE = re.compile(r"\d{4}-\d\d?-\d|\d\d?[/.-]\d\d?[/.-]\d")
_ADDRESS = re.compile(r"@|://")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet: `number` counts from 1 in the file, `cells` are texts by column without the empty ones."""

    number: int
    cells: dict[int, str]


def tidy(text: str) -> str:
    """The text of a cell in one line, NFC."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


@dataclass(slots=True)
class RowWriter:
    """Puts the rows of one file together."""

    limits: Limits
    parts: list[str] = field(default_factory=list)
    bars: list[Span] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    length: int = 0  # characters in `parts`
    cells: int = 0  # written so far

    def write(self, rows: Iterator[Row], sheet: str | None = None, headed: bool = False) -> None:
        """Add the rows of a sheet, below its name where it is `headed`.

        Raises ReadError where the file has more cells or characters than its limits allow.
        """
        filled = (row for row in rows if row.cells)
        sample = list(islice(filled, _SAMPLE))
        if not sample:
            return
        at = _labelled_by(sample)
        labels = {column: label.rstrip(" :：") for column, label in sample[at].cells.items()} if at is not None else {}
        separator = "\n\n"
        if headed and sheet:
            self._line([(None, tidy(sheet))], Place(0, "row", sample[0].number, sheet), separator)
        for i, row in enumerate(chain(sample, filled)):
            if i == at:
                self.cells += len(row.cells)
                continue
            known = labels if at is not None and i > at else {}
            texts = [(known.get(column), row.cells[column]) for column in sorted(row.cells)]
            self._line(texts, Place(0, "row", row.number, sheet), separator)
            separator = "\n"

    def extract(self) -> Extract:
        """What was written."""
        text = "".join(self.parts)
        spans = joined((*noise.in_prose(text), *self.bars))
        return Extract(text, noise=spans, breaks=tuple(self.breaks), places=tuple(self.places))

    def _line(self, texts: Sequence[tuple[str | None, str]], place: Place, separator: str) -> None:
        if self.parts:
            self._put(separator)
            self.breaks.append(self.length)
        self.places.append(Place(self.length, place.kind, place.number, place.sheet))
        for i, (label, text) in enumerate(texts):
            if i:
                self.bars.append(Span(self.length + 1, self.length + 2))
                self._put(_BAR)
            self._put(f"{label}: {text}" if label else text)
        self.cells += len(texts)
        if self.cells > self.limits.cells:
            raise ReadError(f"it has more than {self.limits.cells:,} cells; split it, or export the part that is read")

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)
        if self.length > self.limits.characters:
            raise ReadError(f"its text has more than {self.limits.characters:,} characters; split it")


def _labelled_by(sample: Sequence[Row]) -> int | None:
    """The place in `sample` of the row of labels, which may stand below lines of a title, or None where there is none.

    Labels are short texts or years, all different, none of which comes again below. A column beneath them holds figures
    alone or dates alone, or there are three of them: two texts side by side are as often a name and a value.
    """
    at = next((i for i, row in enumerate(sample) if len(row.cells) > 1), None)
    if at is None or at + 1 == len(sample):
        return None
    labels, below = sample[at].cells, sample[at + 1 :]
    if not _may_label(list(labels.values())) or _is_beside(labels, below):
        return None
    columns = {column: [row.cells[column] for row in below if column in row.cells] for column in labels}
    if any(label in columns[column] for column, label in labels.items()):
        return None
    figures = any(values and _are_figures(values) for values in columns.values())
    return at if figures or len(labels) >= _LEAST_COLUMNS else None


def _may_label(texts: Sequence[str]) -> bool:
    if len(set(texts)) < len(texts) or all(map(_YEAR.fullmatch, texts)):
        return False
    return all(
        len(text) <= _LONGEST_LABEL
        and not _ADDRESS.search(text)
        and bool(_YEAR.fullmatch(text) or not _is_figure(text))
        for text in texts
    )


def _is_beside(labels: dict[int, str], below: Sequence[Row]) -> bool:
    """Whether many cells stand under no label; to the left of the first one there may be the names of the rows."""
    columns = [column for row in below for column in row.cells if column >= min(labels)]
    return sum(column not in labels for column in columns) > _MOST_UNLABELLED * len(columns) or not columns


def _are_figures(values: Sequence[str]) -> bool:
    """Whether all are figures, either dates or none of them one."""
    return all(map(_is_figure, values)) and len({bool(_DATE.match(value)) for value in values}) == 1


def _is_figure(text: str) -> bool:
    return len(text) <= _LONGEST_FIGURE and bool(_FIGURE.fullmatch(text))
