"""An XLSX workbook as sheets of rows, row by row: what it costs grows with its file, not with what it claims.

One library allocates the rectangle that the farthest cell spans, another refuses workbooks for a colour and fills in
the rows between two cells. What is wanted is little: names, texts, and which numbers are days.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from index.errors import ReadError
from index.limits import Limits
from index.readers import ooxml
from index.readers.cells import BUILT_IN, Kind, column, kind_of_format, plain, shown, string
from index.readers.package import Package
from index.readers.rows import Row, tidy
from index.readers.trees import Element

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # of a sheet; programs show no cell beyond
_MOST_STYLES = 100_000  # a workbook may have 65,490
_DAMAGED = "it is damaged; open it in a spreadsheet program and save it again"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is shown: its name and the part of the file that holds it."""

    name: str
    part: str


class Workbook:
    """The sheets of an XLSX file. Everything raises ReadError where it is damaged or exceeds its limits."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._package = package = Package(data, limits)
        self._limits = limits
        main = ooxml.main_part(package, "xl/workbook.xml", "workbook")
        parts = ooxml.relationships(package, main)
        workbook = package.tree(main)
        settings = workbook.child("workbookPr")
        self._from_1904 = settings is not None and settings.attributes.get("date1904") in ("1", "true")
        self._kinds = [kind for part in ooxml.related(parts, package, "styles") for kind in self._styles(part)]
        self._strings = [text for part in ooxml.related(parts, package, "sharedStrings") for text in self._shared(part)]
        listed = {part.id: part.target for part in parts if part.kind == "worksheet" and package.has(part.target)}
        shown = (sheet for sheet in workbook.below("sheet") if sheet.attributes.get("state", "visible") == "visible")
        names = {listed.get(sheet.attributes.get("r:id", "")): sheet.attributes.get("name", "") for sheet in shown}
        self.sheets = tuple(Sheet(tidy(name), part) for part, name in names.items() if part)

    @property
    def properties(self) -> ooxml.Properties:
        """What the file says of itself."""
        return ooxml.properties_of(self._package)

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """The rows of a sheet in which there is anything, as the sheet numbers them."""
        number = 0
        for row in self._package.pieces(sheet.part, ("sheetData",)):
            try:
                number = int(row.attributes.get("r", number + 1))
                cells = self._cells(row)
            except (ValueError, IndexError) as error:
                raise ReadError(_DAMAGED) from error
            if cells and 1 <= number <= _MOST_ROWS:
                yield Row(number, cells)

    def _cells(self, row: Element) -> dict[int, str]:
        """What the cells of a row hold, by column. Raises ValueError or IndexError where it cannot be told."""
        found: dict[int, str] = {}
        at = 0
        for cell in row.elements():
            at = column(cell.attributes.get("r", "")) or at + 1
            text = self._text(cell) if at <= _MOST_COLUMNS else ""
            if text:
                found[at] = text
        return found

    def _text(self, cell: Element) -> str:
        """The value of a cell, of a formula the one that it had; errors (#N/A) are none."""
        kind = cell.attributes.get("t", "n")
        if kind == "inlineStr":
            inline = cell.child("is")
            return string(inline) if inline is not None else ""
        value = cell.child("v")
        stored = value.text().strip() if value is not None else ""
        if not stored or kind == "e":
            return ""
        if kind == "s":
            return self._strings[int(stored)]
        if kind == "n":
            return shown(stored, self._kind(int(cell.attributes.get("s", 0))), self._from_1904)
        if kind == "b":
            return "TRUE" if stored == "1" else "FALSE"
        return plain(stored.removesuffix("T00:00:00").replace("T", " ") if kind == "d" else stored)

    def _kind(self, style: int) -> Kind | None:
        return self._kinds[style] if 0 <= style < len(self._kinds) else None

    def _styles(self, part: str) -> Iterator[Kind | None]:
        """What numbers stand for, for each style of cells in its place."""
        codes: dict[str, str] = {}
        styles = 0
        for element in self._package.pieces(part, ("numFmts", "cellXfs")):
            id = element.attributes.get("numFmtId", "0")
            if element.name == "numFmt":
                codes[id] = element.attributes.get("formatCode", "")[:255]
            elif element.name == "xf" and styles < _MOST_STYLES:
                styles += 1
                yield kind_of_format(codes[id]) if id in codes else BUILT_IN.get(int(id)) if id.isdecimal() else None

    def _shared(self, part: str) -> Iterator[str]:
        """The texts that cells share. Raises ReadError where there are more than cells or characters are allowed."""
        characters = 0
        for strings, element in enumerate(self._package.pieces(part, ("sst",)), 1):
            text = string(element)
            characters += len(text)
            if strings > self._limits.cells or characters > self._limits.characters:
                raise ReadError(
                    f"it has more than {self._limits.cells:,} different texts, or texts of more than"
                    f" {self._limits.characters:,} characters; split it"
                )
            yield text
