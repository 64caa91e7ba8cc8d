"""A file that a person wrote, read as a draft. It is untrusted: it is read in a process of its own, within limits."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index import sentences
from index.document import Extract, Span
from index.errors import ReadError
from index.limits import Limits
from index.readers import format_of
from index.reading import ReadPart
from index.worker import Worker
from rag.check import word
from rag.check.draft import Block, Draft, DraftError, DraftSentence, Link, Note
from rag.check.kinds import blocks_of, note_mark

_MB = 1_000_000
LONGEST = 1_000_000  # characters, some 500 pages
LIMITS = Limits(file_bytes=50 * _MB, seconds=60.0, unpacked_bytes=200 * _MB, pages=1_000, characters=LONGEST)
_TEXTS = frozenset(("plain", "markdown", "docx", "odt", "html", "pdf", "epub", "pptx"))
_MARKED = frozenset(("plain", "markdown"))  # in which marks of Markdown stand
_INLINE = re.compile(
    r"(?<!!)\[([^\[\]\n]{1,500})\]\((?:<)?([^\s()<>]{1,2000}(?:\([^\s()]{0,200}\)[^\s()<>]{0,500})?)>?[^()\n]{0,200}\)"
)
_DEFINED = re.compile(r"^[ ]{0,3}\[(?!\^)([^\]\n]{1,100})\]:[ \t]+<?(\S{1,2000}?)>?(?:[ \t].*)?\r?$", re.MULTILINE)
_BY_NAME = re.compile(r"(?<!!)\[([^\[\]\n]{1,500})\]\[([^\[\]\n]{0,100})\]")
_CALL = re.compile(r"\[\^([^\]\s]{1,40})\](?!:)")
_SUPERSCRIPT = re.compile(r"(?<=[^\s¹²³⁴⁵⁶⁷⁸⁹⁰])([¹²³⁴⁵⁶⁷⁸⁹⁰]{1,3})(?![\w²³])")


_SOFT_END = re.compile(r"(?<![ \\][ ])(?<!\\)\r?\n(?!\s*\n)")  # two spaces or a backslash before it make it a hard one


@dataclass(frozen=True, slots=True)
class _Found:
    blocks: tuple[Block, ...]
    notes: tuple[Note, ...]
    links: tuple[Link, ...]


def read_draft(name: str, data: bytes, limits: Limits = LIMITS) -> Draft:
    """The draft in the file called `name`, "-" for text from standard input; only its name's end is looked at.

    Raises DraftError, in one sentence, for what is no text, empty, too long, damaged or protected by a password.
    """
    format = format_of(name) or "plain"
    if format not in _TEXTS:
        said = f"{name} is no draft that can be checked (it is {format}); give text, Markdown or DOCX"
        raise DraftError(said, "kind")
    with Worker(limits) as worker:
        parts = worker.read(name if format_of(name) else "draft.txt", data)
    part = parts[0]
    if part.extract is None:
        raise DraftError(f"{_named(name)} cannot be checked: {part.failure}", "unreadable")
    if not any(map(str.isalnum, part.extract.text)):
        raise DraftError(f"{_named(name)} holds no text to check; give a draft with at least a sentence", "empty")
    return _draft(name, format, part, part.extract, data)


def read_text(text: str, name: str = "-") -> Draft:
    """The draft that `text` is, which may be marked as Markdown marks it. Raises DraftError as `read_draft` does."""
    return read_draft(name, text.encode("utf-8", "replace"))


def _named(name: str) -> str:
    return "the text on standard input" if name == "-" else name


def _draft(name: str, format: str, part: ReadPart, extract: Extract, data: bytes) -> Draft:
    text = extract.text
    try:
        about = _about(format, text, data)
    except ReadError as error:
        raise DraftError(f"{_named(name)} cannot be checked: {error}", "unreadable") from error
    title = extract.heading or ("" if name == "-" else name)
    spans = _in_blocks(extract, about.blocks, part.language) if format == "markdown" else part.sentences
    draft = Draft(
        name, format, title, part.language, text, (), about.blocks, extract.noise, about.notes, about.links, data
    )
    return replace(draft, sentences=tuple(_sentences(draft, spans)))


def _about(format: str, text: str, data: bytes) -> _Found:
    if format == "docx":
        return _Found(*word.about(data, text, LIMITS))
    blocks = blocks_of(text)
    return _Found(blocks, tuple(_notes(text, blocks)), tuple(_links(text, blocks)) if format in _MARKED else ())


def _in_blocks(extract: Extract, blocks: Sequence[Block], language: str) -> tuple[Span, ...]:
    """The sentences of Markdown, in which a line's end is a space unless the line says otherwise."""
    parts, at = [], 0
    for block in blocks:
        inside = extract.text[block.start : block.end]
        if block.kind not in ("table", "code", "heading"):
            body = inside.rstrip("\r\n")
            inside = _SOFT_END.sub(lambda end: " " * len(end[0]), body) + inside[len(body) :]
        parts += [extract.text[at : block.start], inside]
        at = block.end
    text = "".join([*parts, extract.text[at:]])
    edges = sorted({*extract.breaks, *(block.start for block in blocks)})
    return tuple(sentences.split(replace(extract, text=text, breaks=tuple(edges)), language))


def _sentences(draft: Draft, spans: tuple[Span, ...]) -> Iterator[DraftSentence]:
    """The sentences, each in one block; code is left out."""
    for span in spans:
        block = draft.block(span.start)
        kind = block.kind if block else "prose"
        if kind != "code":
            yield DraftSentence(span.start, span.end, kind)


def _notes(text: str, blocks: tuple[Block, ...]) -> Iterator[Note]:
    """The notes at the end of a text, with their calls."""
    said = {}
    for block in blocks:
        mark = note_mark(text[block.start : block.end]) if block.kind == "note" else None
        if mark:
            said[mark[1]] = (Span(block.start, block.end), text[block.start + mark.end() : block.end])
    calls: dict[str, list[Span]] = {}
    for pattern in (_CALL, _SUPERSCRIPT) if said else ():
        for call in pattern.finditer(text):
            calls.setdefault(call[1], []).append(Span(*call.span()))
    for key, (place, words) in said.items():
        own = tuple(call for call in calls.get(key, ()) if not place.start <= call.start < place.end)
        yield Note(key, " ".join(words.split()), own, place)


def _links(text: str, blocks: tuple[Block, ...]) -> Iterator[Link]:
    """The links of a text, in any of Markdown's ways."""
    defined = {name.casefold(): target for name, target in _DEFINED.findall(text)}
    code = [block for block in blocks if block.kind == "code"]
    starts = [block.start for block in code]
    links = [Link(m.start(), m.end(), m[2]) for m in _INLINE.finditer(text)]
    links += [
        Link(m.start(), m.end(), defined[key])
        for m in _BY_NAME.finditer(text)
        if (key := (m[2] or m[1]).casefold()) in defined
    ]
    for link in links:
        number = bisect_right(starts, link.start) - 1
        if number < 0 or link.start >= code[number].end:
            yield link
