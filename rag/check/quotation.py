"""A quotation of a draft beside the source that has it, or has it otherwise."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from index.analysis import words
from index.document import Passage, Span
from index.view import View
from rag.check.checked import CheckedQuotation, Piece, QuotationStatus
from rag.check.draft import Draft
from rag.check.evidence import Witness
from rag.check.statement import statement_of
from rag.verify.quotation import FoundQuotation, find_quotation

_HAN = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"  # scripts that put no spaces between words
_WORD = re.compile(rf"[{_HAN}]\s*|[^\s{_HAN}]+\s*|\s+")
_ALNUM = re.compile(r"[^\W_]")
_PREFIXES = "وفبلك"  # and, so, with, for, like
_NEAR = 200  # characters before a misquotation in which the words before it are looked for


def check_quotation(draft: Draft, witness: Witness, span: Span, sentence: int | None) -> CheckedQuotation:
    """Look for a quotation in the passages that share most words with it."""
    said = statement_of(draft, span).text
    place = (span.start, span.end, draft.line(span.start), draft.text[span.start : span.end], sentence)
    passages = witness.sharing(said)
    behind = _behind_prefix(said, passages)
    if behind is not None:
        return CheckedQuotation(*place, "exact", witness.of_document(*behind, said))
    found = find_quotation(said, witness.view, passages)
    if found is None:
        alike = witness.verdict(said)
        nearest = witness.pincites(alike.evidence[:1]) if alike.status in ("quoted", "supported") else ()
        return CheckedQuotation(*place, "not_found", None, next(iter(nearest), None))
    if found.exact:
        source = witness.of_document(found.document, Span(found.start, found.end), found.text)
        return CheckedQuotation(*place, "exact", source)
    stretch, text = _completed(said, found, witness.view)
    changed = [Span(a.stated_start, a.stated_end) for a in found.alterations if not a.allowed]
    status: QuotationStatus = "altered" if changed else "variant"
    source = witness.of_document(found.document, stretch, text)
    return CheckedQuotation(*place, status, source, pieces=tuple(compared(said, text, changed)))


def _behind_prefix(said: str, passages: Sequence[Passage]) -> tuple[str, Span] | None:
    """Where a quotation stands letter for letter behind a word that Arabic writes as one letter of the next."""
    for passage in passages:
        for match in re.finditer(rf"(?<!\w)[{_PREFIXES}]({re.escape(said)})(?!\w)", passage.text):
            return passage.document, Span(passage.start + match.start(1), passage.start + match.end(1))
    return None


def _completed(said: str, found: FoundQuotation, view: View) -> tuple[Span, str]:
    """What a misquotation renders, with what its source has in the place of words at its very beginning or end."""
    start, end = found.start, found.end
    document = view.document(found.document)
    lacking = [a for a in found.alterations if a.kind == "words" and not a.found]
    if document is None or not lacking:
        return Span(start, end), found.text
    for alteration in lacking:
        count = len(_WORD.findall(alteration.stated))
        if not _ALNUM.search(said, alteration.stated_end):
            after = re.compile(rf"(?:[^\S\n]+[^\s]+){{0,{count}}}").match(document.text, end)
            end = after.end() if after else end
        elif not _ALNUM.search(said[: alteration.stated_start]):
            before = re.search(rf"(?:[^\s]+[^\S\n]+){{0,{count}}}\Z", document.text[max(0, start - _NEAR) : start])
            start -= len(before[0]) if before else 0
    return Span(start, end), document.text[start:end]


def compared(said: str, found: str, changed: Sequence[Span]) -> Iterator[Piece]:
    """The words of a quotation beside those of its source; `changed` are the places of `said` that no rule allows."""
    ours, theirs = list(_WORD.finditer(said)), list(_WORD.finditer(found))
    matcher = SequenceMatcher(None, [_folded(w[0]) for w in ours], [_folded(w[0]) for w in theirs], autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield from _equal(ours[a:b], theirs[c:d], changed)
        else:
            at = ours[a].start() if a < len(ours) else len(said)
            yield _piece("".join(w[0] for w in ours[a:b]), "".join(w[0] for w in theirs[c:d]), at, changed)


def _equal(ours: Sequence[re.Match[str]], theirs: Sequence[re.Match[str]], changed: Sequence[Span]) -> Iterator[Piece]:
    """Words that are the same but for how they are written; those written alike come together."""
    same = ""
    for one, other in zip(ours, theirs, strict=True):
        if one[0].strip() == other[0].strip():
            same += one[0]
            continue
        if same:
            yield Piece("same", same, same)
        same = ""
        yield _piece(one[0], other[0], one.start(), changed)
    if same:
        yield Piece("same", same, same)


def _piece(said: str, found: str, at: int, changed: Sequence[Span]) -> Piece:
    end = at + len(said.rstrip())
    wrong = any(_meet(Span(at, end), place) for place in changed)
    return Piece("changed" if wrong else "allowed", said, found)


def _meet(one: Span, other: Span) -> bool:
    """Whether two stretches overlap; an empty one meets what it touches."""
    if one.start == one.end or other.start == other.end:
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def _folded(word: str) -> str:
    return " ".join(words(word)) or word.strip()
