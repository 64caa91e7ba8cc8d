"""CSV and its kin: values apart by commas, semicolons, tabs or bars, whichever the file uses."""

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from io import StringIO
from itertools import chain, islice

from index.decode import decode
from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers.rows import Row, RowWriter, tidy

_DELIMITERS = "\t;|,"  # the rarest in prose and in figures first: "12,5;13,7" is two numbers
_NONE = "\x1f"  # the delimiter of a file that has one column
_SAMPLE, _SAMPLE_ROWS = 100_000, 100  # characters and rows in which the delimiter is looked for
_REGULAR = 0.8  # share of rows that have the same number of values
_DECLARED = re.compile(r"\A\"?sep=([,;|\t])\"?[ \t]*(?:\r\n?|\n|\Z)", re.IGNORECASE)  # to Excel; not a row of the table
_MOST_EMPTY = 10  # values to each cell that is allowed: what has more is commas and nothing between them
_END = "\x1e"  # stands behind the last row; inside a value, it shows a quotation mark that nothing closes


def read(data: bytes, limits: Limits) -> Extract:
    """The table's rows, one a line; a row's place is its number as a spreadsheet shows it.

    Raises ReadError where the bytes are not text or the table is larger than `limits` allows.
    """
    text = decode(data)
    declared = _DECLARED.match(text)
    delimiter = declared[1] if declared else _delimiter(text)
    if text.count(delimiter) > _MOST_EMPTY * limits.cells:
        raise ReadError(f"it has more than {limits.cells:,} cells; split it, or export the part that is read")
    writer = RowWriter(limits)
    try:
        records = csv.reader(
            StringIO(text, newline=""),
            delimiter=delimiter,
            quoting=csv.QUOTE_MINIMAL if _closes_its_quotes(text, delimiter) else csv.QUOTE_NONE,
        )
        writer.write(_rows(records, skipped=1 if declared else 0))
    except csv.Error as error:
        raise ReadError(f"one of its cells has more than {csv.field_size_limit():,} characters; split it") from error
    return writer.extract()


def _rows(records: Iterator[list[str]], skipped: int) -> Iterator[Row]:
    for number, record in enumerate(records, 1):
        if number > skipped:
            cells = ((column, tidy(value)) for column, value in enumerate(record))
            yield Row(number, {column: text for column, text in cells if text})


def _delimiter(text: str) -> str:
    """The delimiter that gives nearly all rows as many values as the first has, else the one that cuts most rows."""
    sample = text[:_SAMPLE]
    widths = {delimiter: _widths(sample, delimiter) for delimiter in _DELIMITERS}
    cutting = {delimiter: found for delimiter, found in widths.items() if found and found[0] > 1}
    for delimiter, found in cutting.items():
        if found.count(found[0]) >= _REGULAR * len(found):
            return delimiter
    shares = {delimiter: sum(width > 1 for width in found) / len(found) for delimiter, found in cutting.items()}
    best = max(shares, key=lambda delimiter: shares[delimiter], default=_NONE)
    if shares.get(best, 0.0) >= _REGULAR:
        return best
    return _below_a_title(widths) or _NONE


def _below_a_title(widths: dict[str, list[int]]) -> str | None:
    """The delimiter of a table that has a line or two of a title above it."""
    for delimiter, found in widths.items():
        width, count = Counter(found).most_common(1)[0] if found else (1, 0)
        if width > 1 and len(found) > 3 and count >= _REGULAR * (len(found) - 2):
            return delimiter
    return None


def _widths(sample: str, delimiter: str) -> list[int]:
    """How many values each row of the sample has that holds anything."""
    is_open = len(sample) < _SAMPLE and not _closes_its_quotes(sample, delimiter)
    records = csv.reader(
        StringIO(sample, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE if is_open else csv.QUOTE_MINIMAL
    )
    try:
        found = [len(record) for record in islice(records, _SAMPLE_ROWS) if any(map(str.strip, record))]
    except csv.Error:
        return []
    return found[:-1] if len(sample) == _SAMPLE and 1 < len(found) < _SAMPLE_ROWS else found


def _closes_its_quotes(text: str, delimiter: str) -> bool:
    """Whether each quotation mark that opens a value is closed; else they are signs like any other (5" pipes)."""
    records = csv.reader(chain(StringIO(text, newline=""), [_END]), delimiter=delimiter)
    try:
        return deque(records, maxlen=1) == deque([[_END]])
    except csv.Error:
        return False
