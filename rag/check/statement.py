"""A sentence of a draft as it is verified: without marks, without its references, each character with its offset."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.document import Span
from rag.check.draft import Draft

_ENUMERATOR = re.compile(r"\s*(?:[-*+•‣◦▪●·–—]\s+|\(?(?:\d{1,3}|[a-zA-Z])[.)]\s+)")
_EMPTY = re.compile(r"[(\[（][\s;,،]*[)\]）]")  # brackets that held references alone
_CLOSING = ".,،。"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a stretch of a draft says. `at` are the offsets in the draft of the characters of `text`."""

    text: str
    at: tuple[int, ...]

    def in_draft(self, start: int, end: int) -> Span:
        """Where `text[start:end]`, which is not empty, stands in the draft."""
        return Span(self.at[start], self.at[end - 1] + 1)


def statement_of(draft: Draft, span: Span, left_out: Iterable[Span] = ()) -> Statement:
    """What `span` of a draft says, white space as one space, without its noise and what is `left_out`."""
    kept = [at for at in range(span.start, span.end) if not _covers(draft.noise, at)]
    gaps = sorted(left_out, key=lambda s: s.start)
    kept = [at for at in kept if not any(gap.start <= at < gap.end for gap in gaps)]
    text = "".join(draft.text[at] for at in kept)
    for empty in reversed(list(_EMPTY.finditer(text)) if gaps else []):
        text = text[: empty.start()] + text[empty.end() :]
        del kept[empty.start() : empty.end()]
    mark = _ENUMERATOR.match(text)
    return _tidied(text, kept, mark.end() if mark else 0)


def _covers(spans: Sequence[Span], at: int) -> bool:
    number = bisect_right(spans, at, key=lambda span: span.start) - 1
    return number >= 0 and at < spans[number].end


def _tidied(text: str, offsets: Sequence[int], first: int) -> Statement:
    said: list[str] = []
    at: list[int] = []
    for char, offset in zip(text[first:], offsets[first:], strict=True):
        if char.isspace():
            if said and said[-1] != " ":
                said.append(" ")
                at.append(offset)
            continue
        if char in _CLOSING and said[-1:] == [" "]:  # a reference stood before it
            said.pop()
            at.pop()
        said.append(char)
        at.append(offset)
    while said[-1:] == [" "]:
        said.pop()
        at.pop()
    return Statement("".join(said), tuple(at))
