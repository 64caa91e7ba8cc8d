"""The text of a document from its blocks, with the page and the box of every word."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.document import Place, Span, Word
from index.readers import pdf_arabic
from index.readers.pdf_layout import Line
from index.readers.pdf_paragraphs import Block
from index.readers.pdf_rows import Box

_ALIKE = 0.1  # of the size of an item's text, that the next one's may differ by
_BAR = " | "
_HYPHENS = ("-", "\u2010", "\u2011")
_SPLIT = re.compile(r"[^\W\d_]{2}[-\u2010\u2011]$")
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011'’][^\W\d_]+)*")
# First and second parts of words that keep their hyphen: "self-made", "peut-être", "dit-il".
_KEPT_BEFORE = frozenset(
    "self well non so semi ex all anti pre post co half cross high low long short full real peut c'est celui celle "
    "ceux celles lui elle eux au par sous sur demi mi porte grand quelques ci avant après outre vice".split()
)
_KEPT_BEHIND = frozenset(
    "ci là même mêmes dire il ils elle elles on je tu nous vous moi toi lui t être based free like".split()
)
_NO_SPACES = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60]")


@dataclass(frozen=True, slots=True)
class Written:
    """A document's text, and where its parts stand."""

    text: str
    noise: tuple[Span, ...]  # bars between cells, tables of contents
    breaks: tuple[int, ...]
    places: tuple[Place, ...]
    words: tuple[Word, ...]


@dataclass(slots=True)
class _Part:
    """A word, or a part of one that goes on in the next line."""

    text: str
    before: str  # what stands between it and the part before
    box: Box
    page: int


def write(blocks: Sequence[Block]) -> Written:
    """The blocks as text: paragraphs apart, list items and rows on lines of their own."""
    known = _known_words(line for block in blocks for line in block.lines)
    parts: list[str] = []
    noise: list[Span] = []
    breaks: list[int] = []
    places: list[Place] = []
    words: list[Word] = []
    length, page = 0, 0
    for number, block in enumerate(blocks):
        for i, part in enumerate(_parts(block, known)):
            before = part.before
            if i == 0 and number:
                before = _between(blocks[number - 1], block)
            if before == _BAR:
                noise.append(Span(length + 1, length + 2))
            parts += [before, part.text]
            start = length + len(before)
            length = start + len(part.text)
            if i == 0 and number:
                breaks.append(start)
            if part.page != page:
                page = part.page
                places.append(Place(start, "page", page))
            words.append(Word(start, length, page, part.box))
            if block.kind == "entry":
                noise.append(Span(length - len(part.text), length))
    return Written("".join(parts), tuple(noise), tuple(breaks), tuple(places), tuple(words))


def _between(block: Block, after: Block) -> str:
    alike = block.lines[-1].bold == after.lines[0].bold and abs(block.size - after.size) < _ALIKE * block.size
    listed = block.kind == after.kind != "paragraph" and (alike or block.kind != "item")
    return "\n" if listed or after.tight else "\n\n"


def _known_words(lines: Iterable[Line]) -> set[str]:
    """The words that stand within lines, with their hyphens."""
    return {word.casefold() for line in lines for token in line.tokens[:-1] for word in _WORD.findall(token.text)}


def _parts(block: Block, known: set[str]) -> list[_Part]:
    parts: list[_Part] = []
    for line in block.lines:
        for i, token in enumerate(line.tokens):
            before = ""
            if i in line.cells:
                before = _BAR
            elif i:
                before = " " if token.spaced else ""
            elif parts:
                before = _joint(parts, token.text, known)
            parts.append(_Part(token.text, before, token.box, line.page))
    right_to_left, others = pdf_arabic.count_letters("".join(part.text for part in parts))
    if right_to_left > others:
        for part, text in zip(parts, pdf_arabic.with_brackets([part.text for part in parts]), strict=True):
            part.text = text
    return [part for part in parts if part.text]


def _joint(parts: list[_Part], after: str, known: set[str]) -> str:
    """What stands between the end of a line and the next line; takes the hyphen of a divided word away."""
    last = parts[-1]
    if last.text.endswith(_HYPHENS) and _SPLIT.search(last.text):
        if after[0].islower() and not _keeps_hyphen(last.text, after, known):
            last.text = last.text[:-1]
        return ""
    if _NO_SPACES.match(after) and _NO_SPACES.match(last.text[-1]):
        return ""
    return " "


def _keeps_hyphen(before: str, after: str, known: set[str]) -> bool:
    head, tail = _WORD.findall(before[:-1]), _WORD.match(after)
    if not head or not tail:
        return False
    first, second = head[-1].casefold(), tail[0].casefold()
    if first + second in known:
        return False
    if f"{first}-{second}" in known:
        return True
    return "-" in first or first in _KEPT_BEFORE or second in _KEPT_BEHIND or second.split("-")[0] in _KEPT_BEHIND
