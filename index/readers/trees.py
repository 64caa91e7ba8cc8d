"""XML as small trees, read piece by piece: no entities of its own, nothing fetched, depth and size bounded."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from index.errors import ReadError

_DEEPEST = 256  # elements inside each other; no office program writes a tenth of it
_MOST_AT_ONCE = 1_000_000  # elements of one tree; each costs up to 500 bytes of memory
_MOST = 10_000_000  # elements of a part, some 30,000 pages
_MOST_NAMES = 20_000  # different names of elements and attributes
_LONGEST_TAG = 8_000_000  # bytes; the parser begins a tag anew with each stretch that does not finish it

# The transitional and the strict names of one thing are one here.
_PREFIXES = {
    "wordprocessingml/2006/main": "w",
    "wordprocessingml/main": "w",
    "drawingml/2006/main": "a",
    "drawingml/main": "a",
    "drawingml/2006/diagram": "dgm",
    "drawingml/diagram": "dgm",
    "presentationml/2006/main": "p",
    "presentationml/main": "p",
    "officeDocument/2006/relationships": "r",
    "officeDocument/relationships": "r",
    "officeDocument/2006/math": "m",
    "officeDocument/math": "m",
    "markup-compatibility/2006": "mc",
    "package/2006/relationships": "rel",
    "purl.org/dc/elements/1.1/": "dc",
    "purl.org/dc/elements/1.0/": "dc",
    "purl.org/dc/terms/": "dcterms",
    "xmlns:xsl-fo-compatible:1.0": "fo",
    "xmlns:svg-compatible:1.0": "svg",
    "xmlns:drawing:1.0": "draw",
    "xmlns:container": "container",
    "www.idpf.org/2007/opf": "opf",
    "openebook.org/namespaces/oeb-package/1.0/": "opf",
    "www.w3.org/2001/04/xmlenc#": "enc",
}
_AUTHORITY = re.compile(
    r"https?://(?:schemas\.openxmlformats\.org/|purl\.oclc\.org/ooxml/)?|urn:[\w:]{1,40}?(?=xmlns:)"
)
_OPEN_DOCUMENT = re.compile(r"xmlns:(office|text|table|style|meta|manifest):1\.0")


@dataclass(slots=True, eq=False)
class Element:
    """An element with its children in order; names and attributes are `w:p`, `text:span`, or bare where unknown."""

    name: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    def elements(self) -> "Iterator[Element]":
        """The children that are elements."""
        return (child for child in self.children if not isinstance(child, str))

    def child(self, *path: str) -> "Element | None":
        """The first child of the name `path[0]`, its first child of the name `path[1]` and so on, or None."""
        found: Element | None = self
        for name in path:
            found = next((child for child in found.elements() if child.name == name), None) if found else None
        return found

    def below(self, *names: str) -> "Iterator[Element]":
        """The elements of these names at any depth, in order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if element.name in names and element is not self:
                yield element
            waiting.extend(reversed(list(element.elements())))

    def text(self) -> str:
        """All characters below."""
        parts: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            item = waiting.pop()
            if isinstance(item, str):
                parts.append(item)
            else:
                waiting.extend(reversed(item.children))
        return "".join(parts)


def pieces(data: Iterable[bytes], inside: Collection[str], characters: int) -> Iterator[Element]:
    """The children of the elements called `inside` as soon as each is complete; without `inside`, the root.

    So a long file never stands in memory as a whole. `characters` bounds the text of one piece.
    Raises ReadError where the XML is malformed, declares entities, or is built to wear the reader out.
    """
    builder = _Builder(frozenset(inside), characters)
    parser = _parser(builder)
    fed = 0
    try:
        for part in data:
            parser.Parse(part, False)
            fed += len(part)
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise ReadError("its XML has a tag of several megabytes; open it in its program and save it again")
            yield from builder.taken()
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise ReadError(
            "it is damaged (its XML is malformed or breaks off); open it in its program and save it again"
        ) from error
    yield from builder.taken()


def _parser(builder: "_Builder") -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.ordered_attributes = True
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    return parser


class _Names(dict[str, str]):
    """What the parser calls an element or attribute, "NAMESPACE}NAME", to what it is called here."""

    def __missing__(self, raw: str) -> str:
        if len(self) >= _MOST_NAMES:
            raise ReadError(f"its XML uses more than {_MOST_NAMES:,} different names; leave it out")
        space, _, local = raw.rpartition("}")
        short = _AUTHORITY.sub("", space, count=1)
        known = _OPEN_DOCUMENT.fullmatch(short)
        prefix = known[1] if known else _PREFIXES.get(short)
        name = self[raw] = f"{prefix}:{local}" if prefix else local
        return name


class _Builder:
    """Puts trees together from what the parser meets."""

    def __init__(self, inside: frozenset[str], characters: int) -> None:
        self._inside, self._most_characters = inside, characters
        self._names = _Names()
        self._open: list[Element] = []
        self._done: list[Element] = []
        self._elements = self._at_once = self._characters = 0

    def taken(self) -> list[Element]:
        """The pieces that are complete and were not taken yet."""
        done, self._done = self._done, []
        return done

    def doctype(self, name: str, system: str | None, public: str | None, own: bool) -> None:
        """A document type that is only named is never looked at; one with declarations in the file is refused."""
        if own:
            raise ReadError("its XML declares a document type of its own, which no office program writes; leave it out")

    def start(self, raw: str, attributes: list[str]) -> None:
        """An element begins; `attributes` are names and values in turn."""
        self._elements += 1
        self._at_once += 1
        if self._at_once > _MOST_AT_ONCE or self._elements > _MOST:
            raise ReadError("its XML has more elements than can be read; split it into several files")
        if len(self._open) >= _DEEPEST:
            raise ReadError(f"its XML has more than {_DEEPEST} elements inside each other; leave it out")
        names, pairs = self._names, iter(attributes)
        element = Element(names[raw], {names[key]: value for key, value in zip(pairs, pairs, strict=True)})
        if self._open and self._open[-1].name not in self._inside:
            self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, raw: str) -> None:
        """The element that began last ends."""
        element = self._open.pop()
        if self._open[-1].name in self._inside if self._open else not self._inside:
            self._done.append(element)
            self._at_once = self._characters = 0

    def data(self, text: str) -> None:
        """Characters stand in the element that began last."""
        self._characters += len(text)
        if self._characters > self._most_characters:
            raise ReadError(f"its text has more than {self._most_characters:,} characters; split it into several files")
        if self._open and self._open[-1].name not in self._inside:
            self._open[-1].children.append(text)
