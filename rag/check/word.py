"""A Word document beside the text that was read from it: which bytes each letter stands in, notes, links, kinds.

The text a draft is checked in is the reader's. Here the XML of the document is walked once more, and its paragraphs are
found in that text by their letters and digits alone; so a place in the text is a place in the file.
"""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from index.document import Span
from index.errors import ReadError
from index.limits import Limits
from index.readers.docx_styles import Styles
from index.readers.ooxml import main_part, related, relationships
from index.readers.package import Package
from index.readers.trees import Element
from rag.check.draft import Block, BlockKind, Link, Note
from rag.check.kinds import is_heading, with_sources
from rag.check.walk import Paragraph, Walked, walk

_SLACK = 20_000  # letters of notes and boxes that may stand between two paragraphs
_SHORT, _SHORT_SLACK = 12, 2_000  # a paragraph of few letters is no landmark


class Letters(NamedTuple):
    """The letters and digits of a text, without accents, and the offset of each."""

    said: str
    at: list[int]


def letters(text: str) -> Letters:
    """The letters and digits of `text`; accents, points and all that a program may write in two ways left out."""
    said: list[str] = []
    at: list[int] = []
    for offset, char in enumerate(text):
        for part in unicodedata.normalize("NFD", char) if char > "\x7f" else char:
            if part.isalnum():
                said.append(part)
                at.append(offset)
    return Letters("".join(said), at)


@dataclass(frozen=True)
class Run:
    """A stretch of letters that stands both in the text and in the file, one by one."""

    in_text: int  # number of its first letter among the text's
    in_file: int  # and among the file's
    length: int


@dataclass(frozen=True)
class WordText:
    """The places of a text in its file."""

    walked: Walked
    of_text: Letters
    runs: tuple[Run, ...]  # sorted
    of_file: list[int]  # of each letter of the file its number among the file's characters
    paragraphs: tuple[tuple[Paragraph, Span], ...] = field(default=())  # with where each stands in the text

    def in_file(self, start: int, end: int) -> tuple[int, int] | None:
        """The first and last character of the file, of those that are letters, that stand in text[start:end]."""
        first, last = bisect_left(self.of_text.at, start), bisect_left(self.of_text.at, end) - 1
        one, other = self._find(first, forward=True), self._find(last, forward=False)
        if one is None or other is None or one > other:
            return None
        return self.of_file[one], self.of_file[other]

    def in_text(self, character: int) -> int | None:
        """Where in the text the place before a character of the file is: behind the letter that precedes it."""
        letter = self._letter(bisect_left(self.of_file, character) - 1)
        return None if letter is None else self.of_text.at[letter] + 1

    def letter_at(self, character: int) -> int | None:
        """The offset in the text of the first letter of the file from a character on."""
        letter = self._letter(bisect_left(self.of_file, character))
        return None if letter is None else self.of_text.at[letter]

    def _letter(self, of_file: int) -> int | None:
        """The number among the text's letters of a letter of the file."""
        number = bisect_right(self.runs, of_file, key=lambda run: run.in_file) - 1
        run = self.runs[number] if number >= 0 else None
        if run is None or not run.in_file <= of_file < run.in_file + run.length:
            return None
        return run.in_text + of_file - run.in_file

    def _find(self, letter: int, forward: bool) -> int | None:
        number = bisect_right(self.runs, letter, key=lambda run: run.in_text) - 1
        if number >= 0:
            run = self.runs[number]
            if letter < run.in_text + run.length:
                return run.in_file + letter - run.in_text
        return None


def read_word(data: bytes, text: str, limits: Limits) -> "tuple[Package, str, WordText]":
    """The file's package, the name of its main part, and the places of `text` in it.

    Raises ReadError where it is damaged; a file that the reader has read is not.
    """
    package = Package(data, limits)
    main = main_part(package, "word/document.xml", "Word document")
    walked = walk(package.read(main))
    return package, main, _aligned(walked, text)


def _aligned(walked: Walked, text: str) -> WordText:
    of_text = letters(text)
    of_file: list[int] = []
    runs: list[Run] = []
    found: list[tuple[Paragraph, Span]] = []
    cursor = 0
    for paragraph in walked.paragraphs:
        said = letters("".join(c.char for c in walked.characters[paragraph.first : paragraph.last]))
        begun = len(of_file)
        of_file += [paragraph.first + at for at in said.at]
        slack = _SLACK if len(said.said) >= _SHORT else _SHORT_SLACK
        at = of_text.said.find(said.said, cursor, cursor + len(said.said) + slack) if said.said else -1
        if at >= 0:
            runs.append(Run(at, begun, len(said.said)))
            cursor = at + len(said.said)
            found.append((paragraph, Span(of_text.at[at], of_text.at[cursor - 1] + 1)))
    return WordText(walked, of_text, tuple(runs), of_file, tuple(found))


def about(data: bytes, text: str, limits: Limits) -> tuple[tuple[Block, ...], tuple[Note, ...], tuple[Link, ...]]:
    """The blocks, notes and links of the Word document that `text` was read from. Raises ReadError as `read_word`."""
    package, main, word = read_word(data, text, limits)
    notes = tuple(_notes(package, main, word, text))
    styles = Styles(_styles(package, main))
    return _blocks(text, word, styles, notes), notes, tuple(_links(package, main, word))


def _styles(package: Package, main: str) -> Iterator[Element]:
    for name in related(relationships(package, main), package, "styles"):
        try:
            yield from package.pieces(name, ("w:styles",))
        except ReadError:  # a document can do without
            return


def _notes(package: Package, main: str, word: WordText, text: str) -> Iterator[Note]:
    parts, number = relationships(package, main), 0
    for kind, inside in (("footnotes", "w:footnotes"), ("endnotes", "w:endnotes")):
        calls = [call for call in word.walked.calls if call.kind == kind]
        said: dict[str, str] = {}
        for name in related(parts, package, kind):
            for note in package.pieces(name, (inside,)):
                said[note.attributes.get("w:id", "")] = " ".join(" ".join(_words(p) for p in note.below("w:p")).split())
        for call in calls:
            number += 1
            words, at = said.get(call.note, ""), word.in_text(call.character)
            spans = () if at is None else (Span(at, at),)
            yield Note(str(number), words, spans, _place(words, word, text, at or 0))


def _words(paragraph: Element) -> str:
    return "".join(piece.text() for piece in paragraph.below("w:t"))


def _place(words: str, word: WordText, text: str, after: int) -> Span | None:
    """Where the words of a note stand in the text: the reader puts them behind the paragraph that calls it."""
    said = letters(words).said
    first = bisect_left(word.of_text.at, after)
    at = word.of_text.said.find(said, first) if said else -1
    if at < 0:
        return None
    return Span(word.of_text.at[at], word.of_text.at[at + len(said) - 1] + 1)


def _links(package: Package, main: str, word: WordText) -> Iterator[Link]:
    targets = _targets(package, main)
    for link in word.walked.links:
        place = _in_text(word, link.first, link.last)
        if link.target in targets and place is not None:
            yield Link(place.start, place.end, targets[link.target])


def _targets(package: Package, main: str) -> dict[str, str]:
    """The addresses outside the file, by their id."""
    folder, _, name = main.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels".lstrip("/")
    if not package.has(listed):
        return {}
    found = (e.attributes for e in package.pieces(listed, ("rel:Relationships",)))
    return {a.get("Id", ""): a.get("Target", "") for a in found if a.get("TargetMode") == "External"}


def _in_text(word: WordText, first: int, last: int) -> Span | None:
    """Where the file's characters from `first` up to `last` stand in the text."""
    start, end = word.letter_at(first), word.in_text(last)
    return Span(start, end) if start is not None and end is not None and start < end else None


def _blocks(text: str, word: WordText, styles: Styles, notes: tuple[Note, ...]) -> tuple[Block, ...]:
    """The lines of the text by what their paragraphs are in the file."""
    kinds = {span.start: _kind(text, paragraph, span, styles) for paragraph, span in word.paragraphs}
    for note in notes:
        if note.place is not None:
            kinds[note.place.start] = "note"
    lines = list(_lines(text))
    letters_at = word.of_text.at
    of_line: list[BlockKind | None] = []
    for line in lines:
        first = bisect_left(letters_at, line.start)
        at = letters_at[first] if first < len(letters_at) else len(text)
        of_line.append(kinds.get(at, "table" if " | " in line.of(text) else "prose") if at < line.end else None)
    sources = with_sources(of_line, [line.of(text) for line in lines])
    return tuple(Block(kind, line.start, line.end) for kind, line in zip(sources, lines, strict=True) if kind)


def _kind(text: str, paragraph: Paragraph, span: Span, styles: Styles) -> BlockKind:
    if paragraph.in_table:
        return "table"
    style = styles.paragraph(Element("w:pPr", {}, [Element("w:pStyle", {"w:val": paragraph.style})]))
    level = paragraph.level if paragraph.level is not None else style.level
    if (level is not None and level < 9) or style.name in ("title", "subtitle"):
        return "heading"
    if "quote" in style.name:
        return "quotation"
    if paragraph.is_item or style.item or style.name.startswith("list"):
        return "item"
    line = text[span.start : (text.find("\n", span.end) + 1 or len(text) + 1) - 1]
    last = not text[span.end :].strip(" \n.!?…؟")
    return "heading" if is_heading(line) and not last else "prose"


def _lines(text: str) -> Iterator[Span]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield Span(at, at + len(line))
        at += len(line) + 1
