"""A mail as a document, whichever format it was kept in: its subject, who wrote to whom when in one line, its body."""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from index import noise
from index.decode import decode
from index.document import Extract, Span
from index.errors import ReadError
from index.limits import Limits
from index.readers import html, properties
from index.readers.length import bounded
from index.readers.prose import joined
from index.readers.replies import repeated

_BAR = " | "
_MOST_NAMED = 10  # of those a mail went to; a list of hundreds says nothing
_BLANKS = " \t\u00a0"
_EMPTY_LINES = re.compile(r"\n{3,}")
_AS_BROWSERS = {"iso-8859-1": "cp1252", "latin1": "cp1252"}  # what calls itself so is mostly the other
_NOT_OF_TEXT = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")
_HALF = re.compile("[\ud800-\udfff]")  # of a character


@dataclass(frozen=True, slots=True)
class Body:
    """A piece of what a mail says."""

    kind: Literal["plain", "html"]
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail's header and what it says; what is not known is empty."""

    subject: str
    sender: str  # a name
    address: str  # of the sender
    recipients: tuple[str, ...]  # names, or addresses
    sent: datetime | None  # in the sender's zone
    language: str | None  # a language tag
    bodies: tuple[Body, ...]


def extract(mail: Mail, limits: Limits) -> Extract:
    """The mail as a document. Its header is one line, which says who wrote when wherever it is quoted; what the mail
    repeats of earlier ones is noise.

    Raises ReadError where the text is longer than `limits` allows.
    """
    subject = _line(mail.subject)
    head = _stacked([Extract(subject, noise=noise.in_prose(subject)), _header(mail)])
    bodies = [_read(body, limits) for body in mail.bodies]
    body = _stacked(bodies)
    earlier = repeated(body.text, subject)
    body = replace(
        body,
        noise=joined((*body.noise, *earlier)),
        breaks=tuple(sorted({*body.breaks, *(edge for span in earlier for edge in (span.start, span.end))})),
    )
    whole = _stacked([head, body])
    return replace(
        whole,
        text=bounded(whole.text, limits),
        heading=subject or None,
        language=properties.fitting(properties.language((mail.language or "").partition(",")[0]), body.text),
        date=properties.day(mail.sent.isoformat()) if mail.sent else None,
        author=properties.author(_line(mail.sender) or _line(mail.address)),
    )


def decoded(data: bytes, charset: str | None) -> str:
    """The characters of a mail's text; the encoding that the mail names is believed where the bytes allow it."""
    name = (charset or "").lower()
    try:
        if not data.isascii() and b"\x00" not in data:
            return data.decode("utf-8")  # by chance, no other text is
    except UnicodeDecodeError:
        pass
    try:
        if name and codecs.lookup(name).name not in _NOT_OF_TEXT:
            return data.decode(_AS_BROWSERS.get(name, name))
    except (LookupError, UnicodeError, ValueError):
        pass
    try:
        return decode(data)
    except ReadError:
        return data.decode("utf-8", errors="replace")


def _header(mail: Mail) -> Extract:
    """The line above the body, with bars between its fields."""
    sender = f"{mail.sender} <{mail.address}>" if mail.sender and mail.address else mail.sender or mail.address
    to = ", ".join(mail.recipients[:_MOST_NAMED]) + (", …" if len(mail.recipients) > _MOST_NAMED else "")
    sent = mail.sent.isoformat(" ", "minutes") if mail.sent else ""
    fields = [(name, _line(value)) for name, value in (("From", sender), ("To", to), ("Date", sent))]
    text, bars = "", []
    for name, value in fields:
        if value and text:
            bars.append(Span(len(text) + 1, len(text) + 2))
            text += _BAR
        text += f"{name}: {value}" if value else ""
    return Extract(text, noise=joined((*bars, *noise.in_prose(text))))


def _read(body: Body, limits: Limits) -> Extract:
    if body.kind == "html":
        return html.read(_tidied(body.text).encode(), limits)
    lines = _tidied(body.text.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    text = _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip(_BLANKS) for line in lines)).strip("\n")
    return Extract(text, noise=noise.in_markup(text))


def _stacked(pieces: Sequence[Extract]) -> Extract:
    """The pieces that hold something one below the other, with an empty line between."""
    parts: list[str] = []
    spans: list[Span] = []
    breaks: list[int] = []
    length = 0
    for piece in pieces:
        if not piece.text.strip():
            continue
        if parts:
            parts.append("\n\n")
            length += 2
            breaks.append(length)
        parts.append(piece.text)
        spans += [Span(length + span.start, length + span.end) for span in piece.noise]
        breaks += [length + at for at in piece.breaks]
        length += len(piece.text)
    return Extract("".join(parts), noise=tuple(spans), breaks=tuple(sorted(set(breaks))))


def _line(text: str) -> str:
    return _tidied(" ".join(text.split()))


def _tidied(text: str) -> str:
    return unicodedata.normalize("NFC", _HALF.sub("\ufffd", text))
