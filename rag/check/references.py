"""The references of a draft: what they look like, and what they lead to."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.document import Span
from index.readers.formats import SUFFIXES
from rag.check.checked import ReferenceKind
from rag.check.draft import Draft
from rag.check.entries import Entries
from rag.check.sources import Sources

_PAGES = r"(?:\s*[,:،]\s*(?:(?:pp?|pages?|ch|chap|art|§|ص)\.?\s*)?\d[\d\s,–-]*)?"
_NUMBERS = re.compile(
    r"\[(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)(?:\s*,\s*(?:pp?|pages?|ص)\.?\s*\d[\d\s–,-]*)?\](?!\(|:|\[(?!\d))"
)
_UNDEFINED = re.compile(r"\[\^([^\]\s]{1,40})\](?!:)")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"«»“”|{}\\^`]+", re.IGNORECASE)
_DEFINED = re.compile(r"[ ]{0,3}\[[^\]\n]{1,100}\]:[ \t]")  # the address of a link
_FILE = re.compile(
    r"(?<![\w/\\@.:~-])(?:[\w.~()-]{1,100}[/\\]){0,20}[\w~()-][\w.~()-]{0,100}(?:"
    + "|".join(map(re.escape, SUFFIXES))
    + r")(?![\w/])",
    re.IGNORECASE,
)
_NAME = r"(?<!\w)[^\W\d_a-zß-ÿ][\w’'.-]{0,40}"  # begins with a capital, or in a script that has none
_BETWEEN = r"[\s,،]+(?:(?:et|and|und|y|&|e|و)\s+)?(?:de\s+|du\s+|von\s+|van\s+|al-|ibn\s+)?"
_NAMES = rf"{_NAME}(?:{_BETWEEN}{_NAME}){{0,6}}(?:[\s,،]+et\s+al\.?|\s+وآخرون)?"
_IN_BRACKETS = re.compile(r"\(([^()\n]{4,300})\)")
_AUTHOR_DATE = re.compile(
    rf"\s*(?:(?:see|voir|cf\.?|e\.g\.|p\. ex\.|انظر)\s+)?({_NAMES})(\s*[,،]\s*|\s+)(\d{{4}})[a-z]?{_PAGES}\s*"
)
_NARRATIVE = re.compile(
    rf"({_NAME}(?:\s+(?:et|and|&|und|y)\s+{_NAME})?(?:\s+et\s+al\.?)?)\s+\((\d{{4}})[a-z]?{_PAGES}\)"
)
_MONTH = re.compile(
    r"jan|feb|fév|mar|apr|avr|ma[iy]\b|jun|juin|jui|aug|août|sep|oct|nov|d[eé]c|spring|summer|autumn|winter|printemps"
    r"|été|automne|hiver|يناير|فبراير|مارس|أبريل|إبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر|عام|سنة",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference, `draft.text[start:end]`, and what it leads to.

    `documents` are one where it was resolved, several where it may be any of them. `entry` says whether the draft has
    what it points to: a number may have no entry in the list of sources.
    """

    kind: ReferenceKind
    start: int
    end: int
    target: str
    documents: tuple[str, ...]
    entry: bool = True
    spoken: bool = False  # part of the sentence, which must keep it


def references(draft: Draft, sources: Sources) -> tuple[Reference, ...]:
    """The references that stand in prose, items and tables, in order."""
    entries = Entries.of(draft)
    found = [
        *_links(draft, sources),
        *_files(draft, sources),
        *_numbers(draft, entries, sources),
        *_notes(draft, sources),
        *_author_dates(draft, entries, sources),
    ]
    kept: list[Reference] = []
    for reference in sorted(found, key=lambda r: (r.start, -r.end)):  # of two that overlap, the one that begins first
        apart = not kept or reference.start >= kept[-1].end or _place(reference) == _place(kept[-1])
        if apart and _is_in_prose(draft, reference.start):
            kept.append(reference)
    return tuple(kept)


def _place(reference: Reference) -> tuple[ReferenceKind, int, int]:
    """Several numbers may share one pair of brackets."""
    return reference.kind, reference.start, reference.end


def _is_in_prose(draft: Draft, at: int) -> bool:
    block = draft.block(at) or draft.block(at - 1)
    if block is None or block.kind in ("code", "note", "bibliography"):
        return False
    return not _DEFINED.match(draft.text, draft.text.rfind("\n", 0, at) + 1)


def _links(draft: Draft, sources: Sources) -> Iterator[Reference]:
    for link in draft.links:
        if not re.match(r"(?:#|mailto:|tel:)", link.target, re.IGNORECASE):
            yield Reference("link", link.start, link.end, link.target, sources.of_address(link.target), spoken=True)
    for match in _ADDRESS.finditer(draft.text):
        address = match[0].rstrip(".,;:!?؟،؛'’)*_]")
        yield Reference("link", match.start(), match.start() + len(address), address, sources.of_address(address))


def _files(draft: Draft, sources: Sources) -> Iterator[Reference]:
    folded = draft.text.casefold()
    if len(folded) == len(draft.text):
        for name in sources.spaced():
            for at in _places(folded, name):
                yield Reference("file", at, at + len(name), name, sources.of_file(name), spoken=True)
    for match in _FILE.finditer(draft.text):
        start, name = match.start(), match[0]
        if name.startswith("(") and ")" not in name:
            start, name = start + 1, name[1:]
        yield Reference("file", start, match.end(), name, sources.of_file(name), spoken=not _stands_apart(draft, start))


def _places(text: str, wanted: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _stands_apart(draft: Draft, at: int) -> bool:
    return draft.text[at - 1 : at] in "([" if at else False


def _numbers(draft: Draft, entries: Entries, sources: Sources) -> Iterator[Reference]:
    for match in _NUMBERS.finditer(draft.text):
        for number in _listed(match[1]):
            entry = entries.numbered.get(number)
            found = sources.of_words(entry) if entry else ()
            yield Reference("number", *match.span(), entry or f"[{number}]", found, entry is not None)


def _listed(numbers: str) -> list[int]:
    """The numbers of "2, 4-6"."""
    found: list[int] = []
    for part in re.split(r"[,;]", numbers):
        ends = [int(end) for end in re.split(r"[–-]", part)]
        found += range(ends[0], ends[-1] + 1) if ends[0] <= ends[-1] < ends[0] + 20 else ends
    return list(dict.fromkeys(found))


def _notes(draft: Draft, sources: Sources) -> Iterator[Reference]:
    for note in draft.notes:
        found = sources.of_words(note.text)
        if not found and not _looks_like_source(note.text):
            continue  # a remark
        for call in note.calls:
            yield Reference("note", call.start, call.end, note.text, found)
    known = {note.mark for note in draft.notes}
    for match in _UNDEFINED.finditer(draft.text):
        if match[1] not in known:
            yield Reference("note", *match.span(), match[0], (), False)


def _looks_like_source(text: str) -> bool:
    """Whether a note names a source rather than remarks on something."""
    return bool(_ADDRESS.search(text) or _FILE.search(text) or re.search(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)", text))


def _author_dates(draft: Draft, entries: Entries, sources: Sources) -> Iterator[Reference]:
    for brackets in filter(lambda b: _is_in_prose(draft, b.start()), _IN_BRACKETS.finditer(draft.text)):
        at = brackets.start(1)
        for part in brackets[1].split(";"):
            said = _AUTHOR_DATE.fullmatch(part)
            if said and not _MONTH.match(said[1]):
                found = _by_author(said[1], said[3], entries, sources)
                if found.documents or found.entry or said[2].strip():
                    yield Reference("author_date", at, at + len(part), found.target or part.strip(), found.documents)
            at += len(part) + 1
    for match in filter(lambda m: _is_in_prose(draft, m.start()), _NARRATIVE.finditer(draft.text)):
        found = _by_author(match[1], match[2], entries, sources)
        if found.documents or found.entry:
            yield Reference("author_date", *match.span(), found.target or match[0], found.documents, spoken=True)


@dataclass(frozen=True, slots=True)
class _Author:
    target: str
    documents: tuple[str, ...]
    entry: bool


def _by_author(names: str, year: str, entries: Entries, sources: Sources) -> _Author:
    """What the draft's own list, or else the index, has by an author of a year."""
    year = "".join(str(int(digit)) for digit in year)
    listed = entries.by_author(names, year)
    if listed:
        documents = sources.of_words(listed[0]) if len(listed) == 1 else ()
        return _Author(" / ".join(listed), documents or sources.of_author(names, year), True)
    return _Author("", sources.of_author(names, year), False)


def left_out(found: Sequence[Reference]) -> tuple[Span, ...]:
    """The stretches of references that say nothing themselves, for a sentence to be verified without them."""
    return tuple(Span(r.start, r.end) for r in found if not r.spoken)
