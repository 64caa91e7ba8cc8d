"""Where a text between quotation marks stands in the sources, and what was altered of it.

Allowed by rule, and shown: typography, the case of a first letter, punctuation at the end, `[...]`, `(…)` and `…` for
what was left out, and words in square brackets in the place of the source's. Whatever else differs is a misquotation.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from index.document import Passage, Span
from index.view import View
from rag.verify.folded import folded
from rag.verify.wording import places

AlterationKind = Literal["typography", "case", "punctuation", "ellipsis", "bracket", "words"]

_ALLOWED = frozenset(("typography", "case", "punctuation", "ellipsis", "bracket"))
_GAP = re.compile(r"\[\s*(?:\.{3}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|…|\.{3,}|(?P<bracket>\[[^\[\]]{1,80}\])")
_EDGE = re.compile(r"\A[\s,;:.!?…،؛؟。-]+|[\s,;:.!?…،؛؟。-]+\Z")
_POINTS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0963"  # set on letters, and part of their words
_WORD = re.compile(rf"\d+(?:[.,'’\u00a0\u202f]\d+)*|(?:[^\W\d][{_POINTS}]*)+(?:['’-](?:[^\W\d][{_POINTS}]*)+)*|\w+")
_LEFT_OUT = 1500  # characters at most that an ellipsis may stand for
_BRACKETED = 80  # characters at most that words in brackets may stand for
_LEAST_ALIKE = 0.6  # share of words in their order that a misquotation has of what it misquotes
_LEAST_WORDS = 3
_STARTS = 4  # places that are compared word by word
_SLACK = 3  # words that the nearest place may be longer or shorter


@dataclass(frozen=True, slots=True)
class Alteration:
    """A difference between a quotation and its source; "" where one of them has nothing.

    `allowed` says whether a rule permits it. Offsets are of the quotation and of the document's text.
    """

    kind: AlterationKind
    stated: str
    found: str
    stated_start: int
    stated_end: int
    found_start: int
    found_end: int
    allowed: bool


@dataclass(frozen=True, slots=True)
class FoundQuotation:
    """The stretch of a document that a quotation renders: `document text[start:end] == text`."""

    document: str
    start: int
    end: int
    text: str
    exact: bool  # letter for letter
    alterations: tuple[Alteration, ...] = ()

    @property
    def faithful(self) -> bool:
        """Whether nothing but what the rules allow was altered."""
        return all(alteration.allowed for alteration in self.alterations)


@dataclass(frozen=True, slots=True)
class _Text:
    """A stretch of a document around passages: `document text[start : start + len(text)] == text`."""

    document: str
    start: int
    text: str


_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class _Segment:
    """Words of the quotation that must stand in the source, and the gap before them: an ellipsis, a bracket, none."""

    span: Span
    gap: Literal["", "ellipsis", "bracket"] = ""
    gap_span: Span = _NOWHERE


def find_quotation(quoted: str, view: View, passages: Sequence[Passage]) -> FoundQuotation | None:
    """Where `quoted`, without its quotation marks, stands in or around these passages, the first that has it.

    The nearest stretch where it was misquoted, None where nothing is near. The passages must be the view's own.
    """
    texts = list(_texts(view, passages))
    if not any(map(str.isalnum, quoted)):
        return None
    return _exactly(quoted, texts) or _by_rule(quoted, texts) or _nearest(quoted, texts)


def _texts(view: View, passages: Sequence[Passage]) -> Iterator[_Text]:
    """The passages with those before and after them, one text a document and place, in the order of the passages."""
    seen: set[int] = set()
    for passage in passages:
        if passage.number in seen:
            continue
        facts = view.facts(passage.document)
        document = view.document(passage.document) if facts else None
        if facts is None or document is None:
            continue
        rows = view.passages_of(facts).tolist()
        at = rows.index(passage.number) if passage.number in rows else 0
        around = view.passages(view.passages_of(facts)[max(0, at - 1) : at + 2])
        seen.add(passage.number)
        start, end = min(p.start for p in around), max(p.end for p in around)
        yield _Text(document.id, start, document.text[start:end])


def _exactly(quoted: str, texts: Sequence[_Text]) -> FoundQuotation | None:
    for text in texts:
        for start, end in places(quoted, text.text):
            if text.text[start:end] == quoted:
                return _found(text, start, end, (), exact=True)
    return None


def _found(text: _Text, start: int, end: int, alterations: Sequence[Alteration], exact: bool = False) -> FoundQuotation:
    return FoundQuotation(
        text.document, text.start + start, text.start + end, text.text[start:end], exact, tuple(alterations)
    )


def _by_rule(quoted: str, texts: Sequence[_Text]) -> FoundQuotation | None:
    segments = _segments(quoted)
    for text in texts:
        if segments and (stands := _in_order(quoted, segments, text.text)):
            alterations = _allowed(quoted, segments, stands, text)
            return _found(text, stands[0].start, stands[-1].end, alterations)
    return None


def _segments(quoted: str) -> list[_Segment]:
    found: list[_Segment] = []
    at, gap, gap_span = 0, "", _NOWHERE
    for match in [*_GAP.finditer(quoted), None]:
        end = match.start() if match else len(quoted)
        span = _trimmed(quoted, at, end)
        if span is not None:
            found.append(_Segment(span, gap if found else "", gap_span))  # type: ignore[arg-type]
            gap = ""
        if match:
            gap = "bracket" if match["bracket"] and gap != "ellipsis" else "ellipsis"
            at, gap_span = match.end(), Span(*match.span())
    return found


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The stretch without punctuation and space at its edges; None where nothing is left."""
    piece = text[start:end]
    head, tail = _EDGE.match(piece), re.search(_EDGE.pattern.split("|")[1], piece)
    start, end = start + (head.end() if head else 0), end - (len(tail[0]) if tail else 0)
    return Span(start, end) if start < end and any(map(str.isalnum, text[start:end])) else None


def _in_order(quoted: str, segments: Sequence[_Segment], text: str) -> list[Span] | None:
    """Where the segments stand in `text`, one after the other."""
    for first in places(segments[0].span.of(quoted), text):
        stands = [Span(*first)]
        for segment in segments[1:]:
            farthest = stands[-1].end + (_BRACKETED if segment.gap == "bracket" else _LEFT_OUT)
            after = (Span(*p) for p in places(segment.span.of(quoted), text))
            following = next((s for s in after if stands[-1].end <= s.start <= farthest), None)
            if following is None:
                break
            stands.append(following)
        if len(stands) == len(segments):
            return stands
    return None


def _allowed(quoted: str, segments: Sequence[_Segment], stands: Sequence[Span], text: _Text) -> list[Alteration]:
    found: list[Alteration] = []
    before: Span | None = None
    head = _GAP.search(quoted[: segments[0].span.start])
    if head:
        kind: AlterationKind = "bracket" if head["bracket"] else "ellipsis"
        found.append(_alteration(kind, quoted, Span(*head.span()), text, Span(stands[0].start, stands[0].start)))
    for segment, stand in zip(segments, stands, strict=True):
        if before is not None:
            gap = Span(before.end, stand.start)
            kind = "bracket" if segment.gap == "bracket" else "ellipsis"
            found.append(_alteration(kind, quoted, segment.gap_span, text, gap))
        found += _typography(quoted, segment.span, text, stand)
        before = stand
    tail = quoted[segments[-1].span.end :].strip()
    rest = text.text[stands[-1].end : stands[-1].end + len(tail)]
    if tail and rest != tail:
        end = segments[-1].span.end
        kind = "ellipsis" if _GAP.search(tail) else "punctuation"
        found.append(_alteration(kind, quoted, Span(end, len(quoted)), text, Span(stands[-1].end, stands[-1].end)))
    return found


def _alteration(kind: AlterationKind, quoted: str, stated: Span, text: _Text, found: Span) -> Alteration:
    return Alteration(
        kind, stated.of(quoted), found.of(text.text), stated.start, stated.end,
        text.start + found.start, text.start + found.end, kind in _ALLOWED,
    )  # fmt: skip


def _typography(quoted: str, stated: Span, text: _Text, found: Span) -> list[Alteration]:
    """How a segment and the words that it renders differ letter by letter, though they are the same otherwise."""
    one, other = stated.of(quoted), found.of(text.text)
    if one == other:
        return []
    alterations = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        case = one[a:b].lower() == other[c:d].lower()
        where = Span(stated.start + a, stated.start + b), Span(found.start + c, found.start + d)
        alterations.append(_alteration("case" if case else "typography", quoted, where[0], text, where[1]))
    return alterations


def _nearest(quoted: str, texts: Sequence[_Text]) -> FoundQuotation | None:
    """The stretch whose words are most alike, in their order, with every difference."""
    segments = _segments(quoted)
    if not segments:  # all its words are in brackets
        return None
    best: tuple[float, _Text, list[list[Span]]] | None = None
    for text in texts:
        likeness, chosen = _most_alike(quoted, segments, text.text)
        if likeness >= _LEAST_ALIKE and (best is None or likeness > best[0]):
            best = likeness, text, chosen
    if best is None:
        return None
    _, text, chosen = best
    stands = [Span(words[0].start, words[-1].end) for words in chosen]
    found = [a for a in _allowed(quoted, segments, stands, text) if a.kind in ("ellipsis", "bracket")]
    for segment, words in zip(segments, chosen, strict=True):
        found += _differences(quoted, segment.span, text, words)
    found.sort(key=lambda a: a.stated_start)
    return _found(text, stands[0].start, stands[-1].end, found)


def _most_alike(quoted: str, segments: Sequence[_Segment], text: str) -> tuple[float, list[list[Span]]]:
    """The words of `text` that are most like the segments', one after the other, and how alike the least like are."""
    words = _words(text)
    others = _keys(text, words)
    chosen: list[list[Span]] = []
    least, at = 1.0, 0
    for segment in segments:
        keys = _keys(quoted, _words(quoted, segment.span))
        if len(keys) < _LEAST_WORDS and len(segments) == 1:
            return 0.0, []
        best = max(_candidates(keys, others[at:]), default=(0.0, 0, 0))
        if best[0] < _LEAST_ALIKE:
            return 0.0, []
        least = min(least, best[0])
        first, until = at - best[1], at + best[2]
        chosen.append(words[first:until])
        at = until
    return least, chosen


def _words(text: str, within: Span | None = None) -> list[Span]:
    start, end = (within.start, within.end) if within else (0, len(text))
    return [Span(*m.span()) for m in _WORD.finditer(text, start, end)]


def _keys(text: str, words: Sequence[Span]) -> list[str]:
    return [folded(word.of(text)).text for word in words]


def _candidates(keys: Sequence[str], others: Sequence[str]) -> Iterator[tuple[float, int, int]]:
    """Stretches of a text's words that are most like a quotation's: how alike, 0 to 1, minus where each begins, and its
    end; the first of equals is the greatest.
    """
    wanted, length = Counter(k.lower() for k in keys), len(keys)
    lower = [o.lower() for o in others]
    shared = [sum((Counter(lower[i : i + length]) & wanted).values()) for i in range(max(1, len(lower) - length + 1))]
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(keys)
    for first in sorted(range(len(shared)), key=lambda i: -shared[i])[:_STARTS]:
        if not shared[first]:
            continue
        for start in range(max(0, first - _SLACK), min(len(others) - 1, first + _SLACK) + 1):
            for end in range(start + max(1, length - _SLACK), min(len(others), start + length + _SLACK) + 1):
                matcher.set_seq1(others[start:end])
                yield matcher.ratio(), -start, end


def _differences(quoted: str, stated: Span, text: _Text, chosen: Sequence[Span]) -> list[Alteration]:
    own = _words(quoted, stated)
    keys, others = _keys(quoted, own), _keys(text.text, chosen)
    if keys[0].lower() == others[0].lower():
        keys[0] = others[0]  # the case of the first letter
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, keys, others, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        one, other = _stretch(own, a, b), _stretch(chosen, c, d)
        case = one.of(quoted).lower() == other.of(text.text).lower()
        found.append(replace(_alteration("case" if case else "words", quoted, one, text, other), allowed=False))
    return found


def _stretch(words: Sequence[Span], first: int, until: int) -> Span:
    """From the first of some words to the last; of none, the empty place before the next one."""
    if first < until:
        return Span(words[first].start, words[until - 1].end)
    at = words[first].start if first < len(words) else words[-1].end
    return Span(at, at)
