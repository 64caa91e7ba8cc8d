"""Where a quote stands, in words: page or slide, sheet and row, characters, and what is said of its document."""

import re
from html import escape
from urllib.parse import urlsplit

from index.readers.formats import format_of
from rag.answer import Citation, Elsewhere, RankedPassage
from ui.names import language_name, name_html, visible
from ui.strings import Strings

_DAY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s\\]+", re.IGNORECASE)  # a browser reads a backslash as a slash


def render_place(place: Citation | RankedPassage, strings: Strings) -> str:
    """The line of a card that says where its text stands."""
    citation = place if isinstance(place, Citation) else None
    parts = [f'<bdi class="path" dir="ltr">{name_html(place.document)}</bdi>']
    parts += location(citation, strings, html=True) if citation else []
    parts.append(escape(strings.characters.format(start=place.start, end=place.end)))
    parts.append(escape(language_name(place.language, strings)))
    if citation and citation.date:
        parts.append(f"<bdi>{escape(day(citation.date, strings))}</bdi>")
    if citation and (link := _link(citation.url, strings)):
        parts.append(link)
    return f'<p class="place">{" · ".join(f"<span>{part}</span>" for part in parts)}</p>'


def copied(citation: Citation, strings: Strings) -> str:
    """A quote as it is copied: with its title, its place and, where there is one, its document's address."""
    place = [visible(citation.document), *location(citation, strings)]
    place.append(strings.characters.format(start=citation.start, end=citation.end))
    place += [day(citation.date, strings)] if citation.date else []
    address = f"\n{citation.url}" if citation.url and _host(citation.url) else ""
    return f"“{citation.quote}”\n— {visible(citation.title)} ({strings.comma.join(place)}){address}"


def location(citation: Citation | Elsewhere, strings: Strings, html: bool = False) -> list[str]:
    """Page or slide, or sheet and row, as far as the citation has them."""
    parts = []
    if citation.page is not None:
        words = strings.slide if format_of(citation.document) == "pptx" else strings.page
        parts.append(words.format(page=citation.page))
    if citation.sheet:
        name = f"<bdi>{name_html(citation.sheet)}</bdi>" if html else visible(citation.sheet)
        parts.append(strings.sheet.format(sheet=name))
    if citation.row is not None:
        parts.append(strings.row.format(row=citation.row))
    # What is said of one place stays together.
    return [strings.comma.join(parts)] if parts else []


def day(date: str, strings: Strings) -> str:
    """An ISO 8601 day as the page's language writes it; anything else as it is."""
    found = _DAY.fullmatch(date)
    if not found:
        return visible(date)
    number = int(found[3])
    return strings.day.format(
        day=strings.first if number == 1 else number, month=strings.months[int(found[2]) - 1], year=int(found[1])
    )


def _link(url: str | None, strings: Strings) -> str:
    """A link to a web address, "" where it is none."""
    host = _host(url) if url else ""
    if not url or not host:
        return ""
    return (
        f'<a class="origin" href="{escape(url)}" target="_blank" rel="noopener noreferrer" '
        f'title="{escape(strings.origin)}"><bdi dir="ltr">{escape(host)}</bdi></a>'
    )


def _host(url: str) -> str:
    """The host of an address that a browser would take for one of the web, and for the same one; "" for any other."""
    if not _ADDRESS.fullmatch(url) or not url.isprintable():
        return ""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
