"""Books (EPUB): their chapters in order, each read as the web page that it is."""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from index.document import Extract, Span
from index.errors import ReadError
from index.limits import Limits
from index.readers import html, properties
from index.readers.markup import markup
from index.readers.package import Package, resolved
from index.readers.trees import Element

_PAGES = frozenset(("application/xhtml+xml", "text/html", "application/html+xml", "text/x-oeb1-document"))
_GAP = "\n\n"
_SIGN = r"[\[(]?(?:\d{1,4}|[*†‡§]{1,3}|[a-zA-Z])[\])]?"
# Each tag is run through once: a page that is built to wear the pattern out costs no more than another.
_NOTE_CALLS = re.compile(
    r"<a\b(?=[^<>]*\b(?:epub:type|role)\s*=\s*[\"'](?:[^\"'<>]*\s)?(?:doc-)?noteref\b)[^<>]*+>"
    r"(?:<[^<>/]*+>){0,3}[^<>]{0,20}(?:</[^<>a]++>){0,3}</a>"
    rf"|<sup\b[^<>]*+>\s{{0,5}}<a\b[^<>]*+>\s{{0,5}}{_SIGN}\s{{0,5}}</a>\s{{0,5}}</sup>"
    rf"|<a\b[^<>]*+>\s{{0,5}}<sup\b[^<>]*+>\s{{0,5}}{_SIGN}\s{{0,5}}</sup>\s{{0,5}}</a>"
)


def read(data: bytes, limits: Limits) -> Extract:
    """The text of a book without its tables of contents; title, language, date and author are those that it declares.

    Raises ReadError where the file is damaged, its chapters are locked or it exceeds `limits`.
    """
    package = Package(data, limits)
    opf = _opf(package)
    book = package.tree(opf)
    chapters = _chapters(book, opf, package)
    _refuse_locked(package, chapters)
    text, noise, breaks = _joined((html.read(_whole(package.read(name)), limits) for name in chapters), limits)
    said = book.child("opf:metadata") or book.child("metadata")
    about = list(said.below(*_SAID)) if said is not None else []
    return Extract(
        text,
        properties.short(_first(about, "dc:title")),
        noise,
        breaks,
        properties.fitting(properties.language(_first(about, "dc:language")), text),
        properties.day(*_moments(about)),
        properties.author(*(element.text() for element in about if element.name == "dc:creator")),
    )


_SAID = ("dc:title", "dc:language", "dc:date", "dc:creator", "opf:meta")


def _opf(package: Package) -> str:
    """The name of the part that lists the others."""
    if package.has("META-INF/container.xml"):
        for element in package.tree("META-INF/container.xml").below("container:rootfile"):
            name = resolved("", unquote(element.attributes.get("full-path", "")))
            if package.has(name):
                return name
    raise ReadError("it holds no book (its list of chapters is missing); export it anew as EPUB")


def _chapters(book: Element, opf: str, package: Package) -> list[str]:
    """The parts with text in reading order, but those that only list the others."""
    items = {item.attributes.get("id", ""): item.attributes for item in book.below("opf:item", "item")}
    contents = {
        resolved(opf, unquote(found.attributes.get("href", "")))
        for found in book.below("opf:reference", "reference")
        if found.attributes.get("type") == "toc"
    }
    names: dict[str, None] = {}
    for listed in book.below("opf:itemref", "itemref"):
        item = items.get(listed.attributes.get("idref", ""), {})
        name = resolved(opf, unquote(item.get("href", "").partition("#")[0]))
        is_page = item.get("media-type", "").lower() in _PAGES and "nav" not in item.get("properties", "").split()
        if is_page and name not in contents and package.has(name):
            names[name] = None
    if not names:
        raise ReadError("it holds no chapters with text; export it anew as EPUB")
    return list(names)


def _refuse_locked(package: Package, chapters: list[str]) -> None:
    """Fonts are scrambled in many books; a chapter that is can be read only with the shop's key."""
    if not package.has("META-INF/encryption.xml"):
        return
    texts = {name.lower() for name in chapters}
    for locked in package.tree("META-INF/encryption.xml").below("enc:CipherReference"):
        if resolved("", unquote(locked.attributes.get("URI", ""))).lower() in texts:
            raise ReadError("its chapters are locked by copy protection (DRM); use a copy without it")


def _whole(data: bytes) -> bytes:
    """A chapter as a page that is all article: its headers, notes and lists of links belong to the book."""
    page = unicodedata.normalize("NFC", _NOTE_CALLS.sub("", markup(data)))
    return f"<article>{page}</article>".encode()


def _joined(chapters: Iterator[Extract], limits: Limits) -> tuple[str, tuple[Span, ...], tuple[int, ...]]:
    """The text of the chapters that have any, with their noise and breaks where they stand in it."""
    texts: list[str] = []
    noise: list[Span] = []
    breaks: list[int] = []
    at = 0
    for chapter in chapters:
        if not chapter.text:
            continue
        if at:
            at += len(_GAP)
            breaks.append(at)
        noise += [Span(at + span.start, at + span.end) for span in chapter.noise]
        breaks += [at + offset for offset in chapter.breaks]
        texts.append(chapter.text)
        at += len(chapter.text)
        if at > limits.characters:
            raise ReadError(f"its text has more than {limits.characters:,} characters; split it into several files")
    return _GAP.join(texts), tuple(noise), tuple(breaks)


def _first(about: list[Element], name: str) -> str | None:
    return next((element.text() for element in about if element.name == name and element.text().strip()), None)


def _moments(about: list[Element]) -> Iterator[str]:
    """When the book was changed, when it was published, when the file was made: the first that names a day counts."""
    dates = [
        (element.attributes.get("opf:event", ""), element.text()) for element in about if element.name == "dc:date"
    ]
    yield from (text for event, text in dates if event == "modification")
    yield from (text for event, text in dates if event in ("", "publication", "creation"))
    yield from (element.text() for element in about if element.attributes.get("property") == "dcterms:modified")
