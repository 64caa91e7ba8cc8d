"""Whether a statement denies what its sources say, or says what they deny."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rag.verify.names import words_of
from rag.verify.nearness import WordPairs
from rag.verify.negation import Cue, cues, is_known, near_denials
from rag.verify.source import Source
from rag.verify.verdict import Mismatch

_LENGTHS = 2.2  # a sentence so many times as long as another may deny something else
_CLAUSE = re.compile(
    r"[,;:،؛]\s|[()\[\]]|\b(?:because|since|parce qu|puisqu|porque|ya que|weil|perché|poiché)|\bلأن|\bلان",
    re.IGNORECASE,
)
_HEARD = 0.5  # mean likeness of a clause's words to the statement's, from which that speaks of the same
_VERBATIM = 0.85  # share of words in their order that two sentences have in common


def denials(statement: str, language: str, sources: Sequence[Source]) -> list[Mismatch]:
    """The negation that a statement has and its sources have not, or the other way round; one at most."""
    source = sources[0]
    if not (is_known(language) and is_known(source.language)):
        return []
    here, there = cues(statement, language), cues(source.text, source.language)
    verbatim = language == source.language and _nearly_verbatim(statement, source.text)
    if len(here) == len(there) or (here and there and not verbatim):
        return []
    if here and any(_speaks_of_it(other) for other in sources[1:]):
        return []
    if not verbatim and _may_deny_otherwise(statement, language, source, bool(here)):
        return []
    if there and source.pairs and not is_heard(source.text, there[0], source.pairs):
        return []
    return [_denial(statement, source, here, there)]


def _speaks_of_it(source: Source) -> bool:
    """Whether a sentence beside the best one denies something of which the statement speaks."""
    pairs = source.pairs
    return pairs is not None and any(is_heard(source.text, cue, pairs) for cue in cues(source.text, source.language))


def is_heard(text: str, cue: Cue, pairs: WordPairs) -> bool:
    """Whether the statement speaks of what the clause with this word denies."""
    start = max((m.end() for m in _CLAUSE.finditer(text, 0, cue.start)), default=0)
    after = _CLAUSE.search(text, cue.end)
    end = after.start() if after else len(text)
    return pairs.heard_of_found(start, end) >= _HEARD


def _may_deny_otherwise(statement: str, language: str, source: Source, here: bool) -> bool:
    """Whether the side without a negation denies in other words, or the longer may deny something else."""
    stated, found = near_denials(statement, language), near_denials(source.text, source.language)
    lengths = sorted((len(statement), len(source.text)))
    return (found > stated if here else stated > found) or lengths[1] > _LENGTHS * lengths[0]


def _nearly_verbatim(one: str, other: str) -> bool:
    return SequenceMatcher(None, words_of(one), words_of(other), autojunk=False).ratio() >= _VERBATIM


def _denial(statement: str, source: Source, here: Sequence[Cue], there: Sequence[Cue]) -> Mismatch:
    if len(here) > len(there):
        cue = here[0]
        return Mismatch("negation", statement[cue.start : cue.end], "", cue.start, cue.end, 0, 0)
    cue = there[0]
    said = source.text[cue.start : cue.end]
    return Mismatch("negation", "", said, 0, 0, source.start + cue.start, source.start + cue.end)
