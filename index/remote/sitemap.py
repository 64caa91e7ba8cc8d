"""What a sitemap, an index of sitemaps or a plain list of addresses says: which pages a site has.

The XML is read as a stream of events; a document type is refused before anything in it counts, so that no entity is
ever declared, let alone resolved.
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from xml.parsers import expat

from index.remote.gunzip import MAGIC, unpacked

MOST_BYTES = 52_428_800  # unpacked, as the protocol has it
MOST_SITEMAPS = 1000  # of one index
_LONGEST = 4096  # characters of an address or date; longer ones are none
_DEEPEST = 20  # elements in each other
_PIECE = 1 << 20
_PAGE = re.compile(rb"<(!doctype\s+)?html\b", re.IGNORECASE)


class SitemapError(ValueError):
    """A text is neither a sitemap nor a list of addresses; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Page:
    """An address as it is listed, and when the list says that the page last changed."""

    address: str
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """The pages that are listed, in order, and the further sitemaps of an index. `whole` is False where it was cut."""

    pages: tuple[Page, ...]
    sitemaps: tuple[str, ...] = ()
    whole: bool = True


def parse(data: bytes, most: int) -> Sitemap:
    """The first `most` pages of a sitemap, packed with gzip or not. Raises SitemapError."""
    if data.startswith(MAGIC):
        try:
            data = b"".join(unpacked([data], MOST_BYTES))
        except ValueError as error:
            raise SitemapError(str(error)) from error
        if len(data) > MOST_BYTES:
            raise SitemapError(f"it unpacks to more than {MOST_BYTES:,} bytes; split it into several sitemaps")
    start = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _PAGE.match(start):
        raise SitemapError("it is a web page, not a sitemap; name the address of the site's sitemap.xml")
    if start[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _parse_xml(data, most)
    return _parse_lines(data, most)


def _parse_lines(data: bytes, most: int) -> Sitemap:
    text = data.decode("utf-8-sig", errors="replace")
    lines = (line.strip() for line in text.splitlines())
    pages = [Page(line) for line in islice((line for line in lines if line and line[0] != "#"), most + 1)]
    if pages and not any(page.address.startswith(("http://", "https://")) for page in pages):
        raise SitemapError("it is neither a sitemap nor a list with one address a line")
    return Sitemap(tuple(pages[:most]), whole=len(pages) <= most)


class _EnoughError(Exception):
    """As many entries as are wanted."""


@dataclass(slots=True)
class _Reader:
    """Gathers the entries from the parser's events."""

    most: int
    root: str = ""  # the root's name, with its namespace
    open: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    length: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    pages: list[Page] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: object) -> None:
        if not self.open:
            self.root = name
            if _local(name) not in ("urlset", "sitemapindex"):
                raise SitemapError(f"it is XML that begins with <{_local(name)[:40]}>, not a sitemap")
        if len(self.open) >= _DEEPEST:
            raise SitemapError("its elements lie too deep in each other")
        self.open.append(name)
        self.text, self.length = [], 0
        if len(self.open) == 2:
            self.fields = {}

    def data(self, text: str) -> None:
        self.length += len(text)
        if len(self.open) == 3 and self.length <= _LONGEST:
            self.text.append(text)

    def end(self, name: str) -> None:
        depth = len(self.open)
        self.open.pop()
        if depth == 3 and self.length <= _LONGEST and _space(name) == _space(self.root):
            self.fields[_local(name)] = "".join(self.text).strip()
        elif depth == 2 and (address := self.fields.get("loc")):
            self._add(_local(name), address)

    def _add(self, kind: str, address: str) -> None:
        if len(self.pages) >= self.most or len(self.sitemaps) >= MOST_SITEMAPS:
            raise _EnoughError
        if kind == "url":
            self.pages.append(Page(address, self.fields.get("lastmod") or None))
        elif kind == "sitemap":
            self.sitemaps.append(address)


def _parse_xml(data: bytes, most: int) -> Sitemap:
    reader = _Reader(most)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.data
    try:
        for at in range(0, len(data), _PIECE):
            parser.Parse(data[at : at + _PIECE], False)
        parser.Parse(b"", True)
    except _EnoughError:
        return Sitemap(tuple(reader.pages), tuple(reader.sitemaps), whole=False)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, SitemapError):
            raise
        raise SitemapError(f"its XML is not well-formed ({error})") from error
    return Sitemap(tuple(reader.pages), tuple(reader.sitemaps))


def _refuse(name: str, *rest: object) -> None:
    raise SitemapError("it declares a document type, which sitemaps have no use for")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _space(name: str) -> str:
    return name.rpartition(" ")[0]
