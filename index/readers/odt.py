"""OpenDocument texts (ODT): what a reader of the printed document sees, but for headers and footers."""

import re
from collections.abc import Iterable, Iterator

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers import properties
from index.readers.odt_styles import Styles
from index.readers.package import Package
from index.readers.prose import Block, Prose, paragraph, row
from index.readers.trees import Element

_UNREAD = frozenset(
    "text:tracked-changes office:annotation office:annotation-end office:forms office:scripts text:note-citation "
    "text:page-number text:page-count text:ruby-text text:hidden-text text:hidden-paragraph text:variable-decls "
    "text:sequence-decls text:user-field-decls text:dde-connection-decls text:alphabetical-index-auto-mark-file "
    "text:placeholder text:script svg:title svg:desc draw:image draw:object draw:object-ole draw:plugin draw:control "
    "draw:floating-frame table:shapes table:covered-table-cell".split()
)
_INDEXES = frozenset(
    "text:table-of-content text:illustration-index text:table-index text:object-index text:user-index "
    "text:alphabetical-index".split()
)
_SIGNS = {"text:s": " ", "text:tab": "\t", "text:line-break": "\n"}
_NOT_SEEN = (("text:display", "none"), ("table:visibility", "collapse"), ("table:visibility", "filter"))
_OTHERS = {
    "office:spreadsheet": "a spreadsheet",
    "office:presentation": "a presentation",
    "office:drawing": "a drawing",
}
_SPACES = re.compile(r"[ \t\r\n]+")


def read(data: bytes, limits: Limits) -> Extract:
    """The text of a document: footnotes after their paragraph, endnotes at the end, calls of either left out.

    The heading is the first paragraph styled as a title, else the first heading of the first level, else the title in
    the properties. Raises ReadError where the file is damaged, protected by a password or exceeds `limits`.
    """
    package = Package(data, limits)
    if package.has("META-INF/manifest.xml"):
        _refuse_encrypted(package)
    styles = Styles()
    if package.has("styles.xml"):
        for element in package.pieces("styles.xml", ("office:styles",)):
            styles.add(element)
    body, prose, of_text = _Body(styles), Prose(limits), False
    # The children of the body itself are its kind, "office:text" or another, which end after their own children.
    for element in package.pieces("content.xml", ("office:automatic-styles", "office:text", "office:body")):
        styles.add(element)
        of_text |= element.name == "office:text"
        if element.name in _OTHERS:
            raise ReadError(f"it is {_OTHERS[element.name]}, not a text document; save it as such a file")
        prose.write(body.piece(element))
    if not of_text:
        raise ReadError("it holds no text document; open it in its program and save it again")
    prose.write(body.rest())
    said = _said(package)
    heading = body.title or body.heading or properties.title(said.get("dc:title"))
    language = properties.language(said.get("dc:language")) or styles.language
    day = properties.day(said.get("dc:date"), said.get("meta:creation-date"))
    author = properties.author(said.get("meta:initial-creator")) or properties.author(said.get("dc:creator"))
    return prose.extract(heading, language, day, author)


def _refuse_encrypted(package: Package) -> None:
    for element in package.pieces("META-INF/manifest.xml", ("manifest:manifest",)):
        if element.child("manifest:encryption-data") is not None:
            raise ReadError("it is protected by a password; save it without one")


def _said(package: Package) -> dict[str, str]:
    """What the file says of itself."""
    if not package.has("meta.xml"):
        return {}
    try:
        return {element.name: element.text() for element in package.pieces("meta.xml", ("office:meta",))}
    except ReadError:  # the text is what matters
        return {}


class _Body:
    """Turns the elements of a document into blocks, in order, and remembers what they say of the document."""

    def __init__(self, styles: Styles) -> None:
        self.title: str | None = None
        self.heading: str | None = None
        self._styles = styles
        self._after: list[Block] = []  # what stands beside the text: boxes and footnotes
        self._end: list[Block] = []

    def piece(self, element: Element) -> list[Block]:
        """The blocks of a child of the text, with the boxes and footnotes that belong to them."""
        blocks = self._blocks(element)
        after, self._after = self._after, []
        return blocks + after

    def rest(self) -> list[Block]:
        """What remains when all was read: the endnotes."""
        rest, self._end = self._end, []
        return rest

    def _blocks(self, element: Element, in_list: bool = False) -> list[Block]:
        name = element.name
        if name in ("text:p", "text:h"):
            return self._paragraph(element, in_list and name == "text:p")
        if (
            name in _UNREAD
            or name.startswith("style:")
            or any(pair in element.attributes.items() for pair in _NOT_SEEN)
        ):
            return []
        if name == "table:table-row":
            return row(
                [self._within(cell.elements()) for cell in element.elements() if cell.name == "table:table-cell"]
            )
        blocks = self._within(element.elements(), in_list or name == "text:list")
        return [Block(block.cells, block.kind, True) for block in blocks] if name in _INDEXES else blocks

    def _within(self, elements: Iterable[Element], in_list: bool = False) -> list[Block]:
        return [block for element in elements for block in self._blocks(element, in_list)]

    def _paragraph(self, element: Element, item: bool) -> list[Block]:
        style = self._styles.named("paragraph", element.attributes.get("text:style-name"))
        if style.hidden:
            return []
        blocks = paragraph("".join(self._inline(element)), "item" if item else "paragraph")
        text = properties.short(blocks[0].cells[0]) if blocks else None
        if style.is_title:
            self.title = self.title or text
        elif element.name == "text:h" and element.attributes.get("text:outline-level", "1") == "1":
            self.heading = self.heading or text
        return blocks

    def _inline(self, element: Element) -> Iterator[str]:
        """The characters of what stands in a paragraph; its own line ends mean no more than spaces."""
        for child in element.children:
            if isinstance(child, str):
                yield _SPACES.sub(" ", child)
            elif child.name in _SIGNS:
                yield _SIGNS[child.name]
            elif child.name == "text:note":
                self._note(child)
            elif child.name.startswith("draw:"):
                self._after += self._blocks(child)
            elif child.name not in _UNREAD and not self._is_hidden(child):
                yield from self._inline(child)

    def _note(self, note: Element) -> None:
        body = note.child("text:note-body")
        blocks = self._within(body.elements()) if body is not None else []
        if note.attributes.get("text:note-class") == "endnote":
            self._end += blocks
        else:
            self._after += blocks

    def _is_hidden(self, element: Element) -> bool:
        style = element.attributes.get("text:style-name")
        return element.name == "text:span" and bool(self._styles.named("text", style).hidden)
