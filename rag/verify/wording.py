"""Whether a statement's very words stand in a source."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.document import Passage
from rag.retrieve import Candidate
from rag.verify.folded import folded
from rag.verify.negation import cues, near_denials

_EDGES = re.compile(r"\A[\W_]+|[\W_]+\Z")
_LEAST = 3  # words; fewer stand anywhere


@dataclass(frozen=True, slots=True)
class Wording:
    """Where the words stand, `passage.text` sliced in the document's offsets, and whether letter by letter."""

    passage: Passage
    start: int
    end: int
    exact: bool


def find_words(statement: str, candidates: Sequence[Candidate]) -> Wording | None:
    """The first passage that has a statement's words, typography apart, whole and not denied by what is before them."""
    bare = _EDGES.sub("", statement)
    if len(bare.split()) < _LEAST and len(bare) < _LONG:
        return None
    for candidate in candidates:
        for start, end in places(bare, candidate.passage.text):
            if not _turned(candidate, start, end):
                offset = candidate.passage.start
                exact = candidate.passage.text[start:end] == bare
                return Wording(candidate.passage, offset + start, offset + end, exact)
    return None


_LONG = 12  # letters, which a statement has in a script without spaces


def places(wanted: str, text: str) -> Iterator[tuple[int, int]]:
    """Where in `text` the words `wanted` stand but for typography and the case of the first letter."""
    pattern, plain = folded(wanted).text, folded(text)
    if not pattern:
        return
    for first in dict.fromkeys((pattern[0], pattern[0].lower(), pattern[0].upper())):
        at = plain.text.find(first + pattern[1:])
        while at >= 0:
            end = at + len(first) + len(pattern) - 1
            if _is_whole(plain.text, at, end):
                yield plain.place(at, end)
            at = plain.text.find(first + pattern[1:], at + 1)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether words, and numbers with their decimals, are not cut at either end."""
    before, after = text[:start][-2:], text[end : end + 2]
    cut = (text[start].isalnum() and before[-1:].isalnum()) or (text[end - 1].isalnum() and after[:1].isalnum())
    if cut and text[start] < "\u2e80":
        return False
    decimals = after[:1] in (".", ",") and after[1:].isdigit() and text[end - 1].isdigit()
    return not decimals and not (before[-1:] in (".", ",") and before[:1].isdigit() and text[start].isdigit())


def _turned(candidate: Candidate, start: int, end: int) -> bool:
    """Whether the rest of the sentence around the words may deny them: "it is not true that"."""
    passage = candidate.passage
    for ranked in candidate.sentences:
        first, last = ranked.span.start - passage.start, ranked.span.end - passage.start
        if first < start < last:
            before = passage.text[first:start]
            return bool(cues(before, passage.language) or near_denials(before, passage.language))
    return False
