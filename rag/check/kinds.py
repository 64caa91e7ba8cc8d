"""What the lines of a draft are: prose, headings, items, tables, code, quotations, notes, the list of sources."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.check.draft import Block, BlockKind

_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n]|\Z)")
_FENCE = re.compile(r"[ ]{0,3}(```|~~~)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}(?:[ \t]|$)")
_UNDERLINE = re.compile(r"[ ]{0,3}(?:={2,}|-{2,})[ \t]*")
_QUOTED = re.compile(r"[ ]{0,3}>")
_NOTE = re.compile(r"[ ]{0,3}\[\^([^\]\s]{1,40})\]:[ \t]*")
_SUPERSCRIPT_NOTE = re.compile(r"[ ]{0,3}([¹²³⁴⁵⁶⁷⁸⁹⁰]{1,3})[ \t]*(?=\S)")
_ITEM = re.compile(r"[ \t]*(?:[-*+•‣◦▪●·–—]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+\S")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*|[^|]*\s\|\s[^|]*\s\|\s.*|[^|]+\s\|\s[^|]+|[^\t]*\t[^\t]*\t.*")
_INDENTED = re.compile(r"(?: {4}|\t)")
_BOLD = re.compile(r"[ ]{0,3}(\*\*|__)[^*_]{1,120}\1[:]?")
_ENDED = re.compile(r"[.!?…。！？؟۔।॥;؛,،][\"'»”’)\]*_]*(?:\s*\[[^\]\s]{1,40}\])*\Z")
_LONGEST_HEADING, _MOST_WORDS = 90, 10  # characters and words
_FRONT = re.compile(r"\A---[ \t]*\r?\n(?:(?!---).*\r?\n){1,200}?---[ \t]*(?:\r?\n|\Z)")
_SOURCES = re.compile(
    r"(?:\d{1,2}[.)]?\s*)?(?:list of )?(?:works cited|(?:further |selected )?(?:references?|sources?|notes|endnotes"
    r"|footnotes|bibliograph(?:y|ie|ía|ia)|documents? cités?)"
    r"|(?:références?|notes)(?: bibliographiques?| et références| et sources)?"
    r"|liste des (?:sources|références)|notes? de bas de page|referencias|fuentes|quellen|literatur(?:verzeichnis)?"
    r"|(?:قائمة )?(?:ال)?(?:مراجع|مصادر)(?: والمراجع| والمصادر)?|(?:ال)?(?:هوامش|حواشي))\s*[:：]?",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"[ \t]*\[(\d{1,3})\][ \t:.]*\S")


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # with its line end
    text: str  # without
    last: bool  # whether all lines after it are empty


def blocks_of(text: str) -> tuple[Block, ...]:
    """The blocks of a text whose lines may be marked as Markdown marks them."""
    end = len(text.rstrip())
    lines = [_Line(m.start(), m.end(), m[0].rstrip("\r\n"), m.end() >= end) for m in _LINE.finditer(text) if m[0]]
    kinds = _in_markdown(lines, text)
    return tuple(_joined(lines, with_sources(kinds, [line.text for line in lines])))


def note_mark(line: str) -> re.Match[str] | None:
    """The mark at the start of a line that is a note, as group 1; the note follows."""
    return _NOTE.match(line) or _SUPERSCRIPT_NOTE.match(line)


def is_heading(line: str) -> bool:
    """Whether a line that stands alone is no sentence."""
    words = line.strip()
    short = len(words) <= _LONGEST_HEADING and len(words.split()) <= _MOST_WORDS
    return bool(_BOLD.fullmatch(words)) or (short and any(map(str.isalpha, words)) and not _ENDED.search(words))


def is_row(line: str) -> bool:
    """Whether a line is a table's."""
    return bool(_ROW.fullmatch(line))


def with_sources(kinds: Sequence[BlockKind | None], lines: Sequence[str]) -> list[BlockKind | None]:
    """`kinds`, where what follows the heading of a list of sources, and a last run of `[1] ...`, is such a list."""
    found, inside = list(kinds), False
    for at, (kind, line) in enumerate(zip(kinds, lines, strict=True)):
        if kind in ("heading", "prose") and is_sources_heading(line):
            found[at], inside = "heading", True
        elif kind == "heading" and not _ENTRY.match(line) and _begins_section(line):
            inside = False
        elif inside and kind not in (None, "note"):
            found[at] = "bibliography"
    for at in reversed(range(len(lines))):
        if found[at] in ("prose", "item", "heading") and _ENTRY.match(lines[at]):
            found[at] = "bibliography"
        elif found[at] not in (None, "bibliography", "note"):
            break
    return found


def is_sources_heading(line: str) -> bool:
    """Whether a line is the heading of a list of sources."""
    return bool(_SOURCES.fullmatch(line.strip(" \t#*_=")))


def _begins_section(line: str) -> bool:
    return bool(_HEADING.match(line) or _BOLD.fullmatch(line.strip()))


def _in_markdown(lines: Sequence[_Line], text: str) -> list[BlockKind | None]:
    """The kind of each line, None for an empty one."""
    front = _FRONT.match(text)
    kinds: list[BlockKind | None] = []
    fence: str | None = None
    for at, line in enumerate(lines):
        mark = _FENCE.match(line.text)
        if front and line.start < front.end():
            kinds.append("code")
        elif fence or mark:
            kinds.append("code")
            if mark and fence in (None, mark[1]):
                fence = None if fence else mark[1]
        elif not line.text.strip():
            kinds.append(None)
        else:
            kinds.append(_kind(lines, at, kinds))
    return kinds


def _kind(  # noqa: PLR0911 -- a line for each kind
    lines: Sequence[_Line], at: int, before: Sequence[BlockKind | None]
) -> BlockKind:
    line, last = lines[at].text, before[-1] if before else None
    following = lines[at + 1].text if at + 1 < len(lines) else ""
    if _HEADING.match(line) or (last == "heading" and _UNDERLINE.fullmatch(line)):
        return "heading"
    if last is None and following.strip() and _UNDERLINE.fullmatch(following) and not is_row(line):
        return "heading"
    if note_mark(line) or (last == "note" and _INDENTED.match(line)):
        return "note"
    if _QUOTED.match(line):
        return "quotation"
    if is_row(line):
        return "table"
    if _ITEM.match(line) or (last == "item" and line[0] in " \t"):
        return "item"
    if _INDENTED.match(line) and last in (None, "code") and _is_code(line):
        return "code"
    alone = last in (None, "heading") and not following.strip()
    final = lines[at].last  # there is nothing that it could be the heading of
    return "heading" if alone and is_heading(line) and not final else "prose"


def _is_code(line: str) -> bool:
    """Whether an indented line is code: text files indent paragraphs too."""
    return bool(re.search(r"[{};=<>]|\w\(|^\s*\$\s", line))


def _joined(lines: Sequence[_Line], kinds: Sequence[BlockKind | None]) -> Iterator[Block]:
    """Lines of one kind that follow each other as one block; items, notes and entries each begin one."""
    start: int | None = None
    for at, (line, kind) in enumerate(zip(lines, kinds, strict=True)):
        if kind is None:
            continue
        start = line.start if start is None else start
        following = kinds[at + 1] if at + 1 < len(kinds) else None
        begins = at + 1 < len(lines) and bool(
            (kind == "item" and _ITEM.match(lines[at + 1].text))
            or (kind == "note" and note_mark(lines[at + 1].text))
            or (kind == "bibliography" and (_ENTRY.match(lines[at + 1].text) or _ITEM.match(lines[at + 1].text)))
            or kind in ("table", "heading")
        )
        if following != kind or begins:
            yield Block(kind, start, line.end)
            start = None
