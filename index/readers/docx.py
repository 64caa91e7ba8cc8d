"""Word documents (DOCX): what is seen on paper with all changes accepted, but for headers and footers."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers import properties
from index.readers.docx_styles import Style, Styles
from index.readers.ooxml import chosen, is_on, main_part, properties_of, related, relationships
from index.readers.package import Package
from index.readers.prose import Block, Prose, paragraph, row
from index.readers.symbols import symbols
from index.readers.trees import Element

_UNREAD = frozenset(
    "w:del w:moveFrom w:pPr w:rPr w:sdtPr w:sdtEndPr w:sectPr w:tblPr w:tblGrid w:instrText w:delText w:delInstrText "
    "w:rt w:object w:fldData m:oMathParaPr m:ctrlPr".split()
)
_SIGNS = {"w:tab": "\t", "w:ptab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "-"}
_WRAPPERS = frozenset("w:sdt w:sdtContent w:customXml w:ins w:moveTo mc:AlternateContent mc:Choice mc:Fallback".split())


def read(data: bytes, limits: Limits) -> Extract:
    """The text of a document: footnotes after their paragraph, endnotes at the end, calls of either left out.

    The heading is the first paragraph styled as a title, else the first heading of the first level, else the title in
    the properties. Raises ReadError where the file is damaged, protected by a password or exceeds `limits`.
    """
    package = Package(data, limits)
    main = main_part(package, "word/document.xml", "Word document")
    parts = relationships(package, main)
    styles = Styles(_pieces(package, related(parts, package, "styles"), "w:styles"))
    notes = _Notes(
        _notes(_pieces(package, related(parts, package, "footnotes"), "w:footnotes"), styles),
        _notes(_pieces(package, related(parts, package, "endnotes"), "w:endnotes"), styles),
    )
    body, prose = _Body(styles, notes), Prose(limits)
    for element in package.pieces(main, ("w:body",)):
        prose.write(body.piece(element))
    prose.write(body.rest())
    about = properties_of(package)
    language = properties.most_used(body.languages) or about.language
    return prose.extract(body.title or body.heading or about.title, language, about.date, about.author)


def _pieces(package: Package, names: Iterable[str], inside: str) -> Iterator[Element]:
    """The children of a part that a document can do without."""
    for name in names:
        try:
            yield from package.pieces(name, (inside,))
        except ReadError:
            if inside != "w:styles":
                raise
        return


@dataclass(slots=True)
class _Notes:
    """The blocks of notes by their id."""

    foot: dict[str, list[Block]] = field(default_factory=dict)
    end: dict[str, list[Block]] = field(default_factory=dict)


def _notes(elements: Iterable[Element], styles: Styles) -> dict[str, list[Block]]:
    reader = _Body(styles, _Notes())
    found = {}
    for note in elements:
        found[note.attributes.get("w:id", "")] = [*reader.piece(note), *reader.rest()]
    return found


class _Body:
    """Turns the elements of a document into blocks, in order, and remembers what they say of the document."""

    def __init__(self, styles: Styles, notes: _Notes) -> None:
        self.title: str | None = None
        self.heading: str | None = None
        self.languages: Counter[str | None] = Counter()  # characters in each
        self._styles, self._notes = styles, notes
        self._after: list[Block] = []  # what stands beside the text: boxes and footnotes
        self._end: list[Block] = []
        self._begun = ""  # the start of the next paragraph, where a large initial or a deleted line end set it apart
        self._fields: list[bool] = []  # of the fields that are open, whether their result has begun

    def piece(self, element: Element) -> list[Block]:
        """The blocks of a child of the body, with the boxes and footnotes that belong to them."""
        blocks = self._blocks(element)
        after, self._after = self._after, []
        return blocks + after

    def rest(self) -> list[Block]:
        """What remains when all was read: the endnotes."""
        rest, self._end = paragraph(self._start()) + self._end, []
        return rest

    def _blocks(self, element: Element) -> list[Block]:
        if element.name == "w:p":
            return self._paragraph(element)
        if element.name == "w:tbl":
            return [block for line in _rows(element, "w:tr") for block in self._row(line)]
        if element.name in _UNREAD:
            return []
        within = chosen(element) if element.name == "mc:AlternateContent" else element.elements()
        if element.name == "w:sdt":
            return self._control(element, within)
        return [block for child in within for block in self._blocks(child)]

    def _control(self, element: Element, within: Iterable[Element]) -> list[Block]:
        if _is_prompt(element):
            return []
        gallery = element.child("w:sdtPr", "w:docPartObj", "w:docPartGallery")
        contents = gallery is not None and gallery.attributes.get("w:val") == "Table of Contents"
        blocks = [block for child in within for block in self._blocks(child)]
        return [Block(block.cells, block.kind, True) for block in blocks] if contents else blocks

    def _row(self, line: Element) -> list[Block]:
        about = line.child("w:trPr")
        if about is not None and (about.child("w:del") or is_on(about.child("w:hidden"))):
            return []
        return row([self._cell(cell) for cell in _rows(line, "w:tc") if not cell.child("w:tcPr", "w:cellDel")])

    def _cell(self, cell: Element) -> list[Block]:
        blocks = [block for child in cell.elements() for block in self._blocks(child)]
        return blocks + paragraph(self._start())

    def _start(self) -> str:
        begun, self._begun = self._begun, ""
        return begun

    def _paragraph(self, element: Element) -> list[Block]:
        about = element.child("w:pPr")
        style = self._styles.paragraph(about)
        start, self._fields = self._start(), []
        parts: list[str] = []
        self._inline(element, style, parts)
        text = start + "".join(parts)
        if about is not None and _runs_on(about):
            self._begun = text
            return []
        level = style.level if style.level is not None and style.level < 9 else None
        item = level is None and (style.item or (style.item is None and style.name.startswith("list")))
        blocks = paragraph(text, "item" if item or style.contents else "paragraph", style.contents)
        self._remember(blocks, style.name, level)
        return blocks

    def _remember(self, blocks: list[Block], style: str, level: int | None) -> None:
        text = properties.short(blocks[0].cells[0]) if blocks else None
        if style == "title":
            self.title = self.title or text
        elif level == 0:
            self.heading = self.heading or text

    def _inline(self, element: Element, style: Style, parts: list[str]) -> None:
        """Add the text of what stands in a paragraph to `parts`."""
        if element.name == "w:r":
            about = element.child("w:rPr")
            style = self._styles.run(about, style) if about is not None else style
            if style.hidden:
                return
        within = chosen(element) if element.name == "mc:AlternateContent" else element.elements()
        for child in within:
            name = child.name
            if name in ("w:t", "m:t"):
                self._text(child, style, parts)
            elif name in _SIGNS:
                parts.append(_SIGNS[name])
            elif name == "w:txbxContent":
                self._box(child)
            elif name not in _UNREAD and not (name == "w:sdt" and _is_prompt(child)):
                self._sign(child, style, parts)
                self._inline(child, style, parts)

    def _text(self, element: Element, style: Style, parts: list[str]) -> None:
        if all(self._fields):
            text = symbols(element.text(), style.font)
            self.languages[style.language(text)] += len(text)
            parts.append(text)

    def _sign(self, element: Element, style: Style, parts: list[str]) -> None:
        """What stands for a character, a note or a change of state."""
        name, given = element.name, element.attributes
        if name == "w:sym" and all(self._fields):
            code = given.get("w:char", "")
            parts.append(symbols(chr(int(code, 16)), given.get("w:font")) if _is_code(code) else "")
        elif name == "w:footnoteReference":
            self._after += self._notes.foot.pop(given.get("w:id", ""), [])
        elif name == "w:endnoteReference":
            self._end += self._notes.end.pop(given.get("w:id", ""), [])
        elif name == "w:fldChar":
            self._field(given.get("w:fldCharType"))
        elif name == "m:den":
            parts.append("/")
        elif name == "m:sup":
            parts.append("^")

    def _field(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _box(self, element: Element) -> None:
        """A text box: its paragraphs follow the one that it is anchored in, whose state they must not touch."""
        begun, fields = self._start(), self._fields
        blocks = [block for child in element.elements() for block in self._blocks(child)]
        self._after += blocks + paragraph(self._start())
        self._begun, self._fields = begun, fields


def _rows(element: Element, name: str) -> Iterator[Element]:
    """The rows of a table or the cells of a row, those in content controls and marked changes included."""
    for child in element.elements():
        if child.name == name:
            yield child
        elif child.name in _WRAPPERS:
            yield from _rows(child, name)


def _runs_on(about: Element) -> bool:
    """Whether a paragraph goes on in the next one: it is a large initial, or its end was deleted."""
    frame = about.child("w:framePr")
    initial = frame is not None and frame.attributes.get("w:dropCap", "none") != "none"
    return initial or about.child("w:rPr", "w:del") is not None


def _is_prompt(control: Element) -> bool:
    """Whether a content control holds only the words that ask to fill it in."""
    return bool(is_on(control.child("w:sdtPr", "w:showingPlcHdr")))


def _is_code(code: str) -> bool:
    return len(code) == 4 and all(c in "0123456789abcdefABCDEF" for c in code) and not "d800" <= code.lower() <= "dfff"
