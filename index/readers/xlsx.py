"""XLSX: the rows of the sheets that are shown, one a line, with the values that formulas had when it was saved."""

from dataclasses import replace
from itertools import islice

from index.document import Extract
from index.limits import Limits
from index.readers import properties
from index.readers.rows import RowWriter
from index.readers.workbook import Workbook


def read(data: bytes, limits: Limits) -> Extract:
    """The workbook's rows; where several sheets hold something, each begins with its name as a heading.

    Days are written as ISO 8601, numbers as they are stored, errors (#N/A) left out.
    Raises ReadError where it is protected, damaged, another format or larger than `limits` allows.
    """
    workbook = Workbook(data, limits)
    filled = (sheet for sheet in workbook.sheets if any(True for _ in workbook.rows(sheet)))
    several = len(list(islice(filled, 2))) > 1
    writer = RowWriter(limits)
    for sheet in workbook.sheets:
        writer.write(workbook.rows(sheet), sheet.name, headed=several)
    extract, said = writer.extract(), workbook.properties
    return replace(
        extract,
        heading=said.title,
        language=properties.fitting(said.language, extract.text),
        date=said.date,
        author=said.author,
    )
