"""The main part of a Word document walked once: each character that is seen, and the bytes that it stands in.

What changes a file at these bytes changes nothing else of it. Nothing is fetched, and no entities are declared.
"""

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple
from xml.parsers import expat

from index.errors import ReadError

_UNREAD = frozenset("del moveFrom txbxContent Fallback rt instrText delText delInstrText".split())
_DEEPEST = 256  # elements inside each other, as index/readers/trees.py has it
_OFF = frozenset(("0", "false", "off"))
_DAMAGED = "it is damaged (its XML is malformed or breaks off); open it in its program and save it again"
_DECLARED = re.compile(rb"\A\s*<\?xml[^>]*?\?>")


class Character(NamedTuple):
    """A character that is seen: its bytes in the part, and the number of its run, -1 where it stands in none."""

    char: str
    start: int
    end: int
    run: int


@dataclass(slots=True)
class TextRun:
    """A run of characters, in bytes of the part; `about` are those of its properties."""

    start: int
    end: int = 0
    about: tuple[int, int] = (0, 0)
    hidden: bool = False


@dataclass(slots=True)
class Paragraph:
    """A paragraph: its characters from `first` up to `last`, and what it says of itself."""

    first: int
    last: int = 0
    style: str = ""
    level: int | None = None
    is_item: bool = False
    in_table: bool = False


class Call(NamedTuple):
    """The call of a note: before which character it stands."""

    kind: Literal["footnotes", "endnotes"]
    note: str
    character: int


class WalkedLink(NamedTuple):
    """Characters that lead to the relationship `target`."""

    first: int
    last: int
    target: str


@dataclass(slots=True)
class Walked:
    """What the part holds; `data` is the part as UTF-8 and `prefix` that of Word's own names in it, "w:"."""

    data: bytes
    prefix: str = "w:"
    namespace: str = ""
    characters: list[Character] = field(default_factory=list)
    runs: list[TextRun] = field(default_factory=list)
    paragraphs: list[Paragraph] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    links: list[WalkedLink] = field(default_factory=list)


def walk(data: bytes) -> Walked:
    """Walk the main part of a Word document. Raises ReadError where its XML is malformed or declares anything."""
    walker = _Walker(Walked(_as_utf8(data)))
    try:
        walker.parser.Parse(walker.walked.data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise ReadError(_DAMAGED) from error
    return walker.walked


def _as_utf8(data: bytes) -> bytes:
    """The part in UTF-8, in which nearly all are written; the declaration of another encoding is dropped."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        data = data.decode("utf-16", "replace").encode()
        return _DECLARED.sub(b"", data)
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf"))
    named = re.search(rb"encoding\s*=\s*[\"']([\w.-]+)", declared[0]) if declared else None
    if named is None or named[1].lower() in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        return data
    try:
        return _DECLARED.sub(b"", data.decode(named[1].decode("ascii")).encode())
    except (LookupError, ValueError) as error:
        raise ReadError(_DAMAGED) from error


class _Walker:
    def __init__(self, walked: Walked) -> None:
        self.walked = walked
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = False
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self._open: list[str] = []
        self._just_begun = False  # whether the element that is open last has nothing in it yet
        self._unread = 0  # elements that are open and whose text is not seen
        self._tables = 0
        self._paragraphs: list[Paragraph] = []
        self._run: int | None = None
        self._about: int | None = None  # where the properties of the open run begin
        self._link: tuple[int, str] | None = None

    def _doctype(self, *_: object) -> None:
        raise ReadError("its XML declares a document type, which no office program writes; leave it out")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        if not self._open:
            self._root(space)
        if len(self._open) >= _DEEPEST:
            raise ReadError(f"its XML has more than {_DEEPEST} elements inside each other; leave it out")
        self._open.append(local)
        self._just_begun = True
        if local in _UNREAD:
            self._unread += 1
        elif not self._unread:
            self._begin(local, {key.rpartition("}")[2]: value for key, value in attributes.items()})

    def _root(self, space: str) -> None:
        tag = re.match(rb"<([\w.-]*:)?", self.walked.data[self.parser.CurrentByteIndex :][:200])
        self.walked.prefix = (tag[1] or b"").decode() if tag else ""
        self.walked.namespace = space

    def _begin(self, local: str, given: dict[str, str]) -> None:
        walked, here = self.walked, len(self.walked.characters)
        if local == "p":
            self._paragraphs.append(Paragraph(here, in_table=self._tables > 0))
        elif local == "tbl":
            self._tables += 1
        elif local == "r" and self._paragraphs:
            walked.runs.append(TextRun(self.parser.CurrentByteIndex))
            self._run = len(walked.runs) - 1
        elif local == "rPr" and self._open[-2:-1] == ["r"]:
            self._about = self.parser.CurrentByteIndex
        elif local in ("footnoteReference", "endnoteReference"):
            kind: Literal["footnotes", "endnotes"] = "footnotes" if local.startswith("f") else "endnotes"
            walked.calls.append(Call(kind, given.get("id", ""), here))
        elif local == "hyperlink":
            self._link = (here, given.get("id", ""))
        elif self._paragraphs:
            self._describe(local, given)

    def _describe(self, local: str, given: dict[str, str]) -> None:
        """What a paragraph or a run says of itself."""
        value, within = given.get("val", ""), self._open[-3:-1]
        paragraph = self._paragraphs[-1]
        if local == "vanish" and within == ["r", "rPr"] and self._run is not None:
            self.walked.runs[self._run].hidden = value not in _OFF
        elif within != ["p", "pPr"]:
            return
        elif local == "pStyle":
            paragraph.style = value
        elif local == "outlineLvl" and value.isascii() and value.isdigit():
            paragraph.level = int(value)
        elif local == "numPr":
            paragraph.is_item = True

    def _end(self, name: str) -> None:
        local = self._open.pop()
        if local in _UNREAD:
            self._unread -= 1
        elif not self._unread:
            self._finish(local)
        self._just_begun = False

    def _finish(self, local: str) -> None:
        walked, here = self.walked, len(self.walked.characters)
        if local == "p" and self._paragraphs:
            paragraph = self._paragraphs.pop()
            paragraph.last = here
            walked.paragraphs.append(paragraph)
        elif local == "tbl":
            self._tables -= 1
        elif local == "r" and self._run is not None:
            walked.runs[self._run].end = self._behind_tag()
            self._run = None
        elif local == "rPr" and self._about is not None and self._run is not None:
            walked.runs[self._run].about = (self._about, self._behind_tag())
            self._about = None
        elif local == "hyperlink" and self._link is not None:
            walked.links.append(WalkedLink(self._link[0], here, self._link[1]))
            self._link = None

    def _behind_tag(self) -> int:
        """Where the element ends whose end is met now. Of one that is a single tag the parser is behind it already."""
        data, at = self.walked.data, self.parser.CurrentByteIndex
        return at if self._just_begun and data[at - 2 : at] == b"/>" else data.index(b">", at) + 1

    def _data(self, text: str) -> None:
        self._just_begun = False
        if self._unread or self._open[-1:] != ["t"] or not self._paragraphs:
            return
        run = -1 if self._run is None or self._open[-2:-1] != ["r"] else self._run
        if run >= 0 and self.walked.runs[run].hidden:
            return
        at = self.parser.CurrentByteIndex
        if self.walked.data[at : at + 1] == b"&":  # a reference stands for one character
            end = self.walked.data.index(b";", at) + 1
            self.walked.characters.append(Character(text, at, end, run))
            return
        for char in text:
            length = len(char.encode())
            self.walked.characters.append(Character(char, at, at + length, run))
            at += length
