"""The figures of a statement that its sources have not: numbers, amounts, dates."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from rag.verify import lexicon
from rag.verify.fact import Fact, alike, equal, units_differ
from rag.verify.facts import facts
from rag.verify.source import Source
from rag.verify.verdict import Mismatch, MismatchKind

_WORD = re.compile(r"\w+")
_TO = frozenset("to à au a al hasta até ad bis auf zu الى إلى حتى jusqu".split())
_LONGEST_TO = 4  # words, units among them
_SPELT = 12  # up to which numbers are usually spelt
_DUAL = 2.0  # Arabic says two by the form of a word


def missing_figures(statement: str, own: Sequence[Fact], sources: Sequence[Source]) -> list[Mismatch]:
    """What counts or dates in a statement, of which `own` are its firm figures, and stands in none of the sources."""
    per_source = [facts(source.text, source.language) for source in sources]
    readable = all(lexicon.spells(source.language) for source in sources)
    found = []
    for fact in own:
        if not _is_surplus(fact, own, per_source[0]) and _is_said(
            fact, [other for others in per_source for other in others], readable
        ):
            continue
        other = _instead(fact, own, per_source[0])
        if other is None and any(_implied(statement, fact, source) for source in sources):
            continue
        found.append(_figure_mismatch(statement, fact, other, sources[0]))
    return found or _turned(statement, own, sources[0], per_source[0])


def _turned(statement: str, own: Sequence[Fact], source: Source, others: Sequence[Fact]) -> list[Mismatch]:
    """The first figure of a course that a source gives the other way round: from 54 to 38, where that has 38 to 54."""
    said = list(_courses(source.text, others))
    for first, last in _courses(statement, own):
        turned = [begin for begin, end in said if equal(first, end) and equal(last, begin)]
        if turned and not any(equal(first, begin) and equal(last, end) for begin, end in said):
            return [_figure_mismatch(statement, first, turned[0], source)]
    return []


def _courses(text: str, figures: Sequence[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """The figures of `text` between which it says "to"."""
    for first, last in pairwise(figures):
        between = _WORD.findall(text[first.end : last.start].lower())
        alike = bool(first.dates) == bool(last.dates)
        if alike and len(between) <= _LONGEST_TO and not _TO.isdisjoint(between):
            yield first, last


def _is_surplus(fact: Fact, own: Sequence[Fact], others: Sequence[Fact]) -> bool:
    """Whether a figure is said once more than in the source, where another stands that is not said: 1945 to 1945."""
    copies = [mine for mine in own if equal(mine, fact) and equal(fact, mine)]
    if len(copies) < 2 or fact is not copies[0]:
        return False
    return len(copies) > sum(equal(fact, o) for o in others) and _instead(fact, own, others) is not None


def _is_said(fact: Fact, others: Sequence[Fact], readable: bool) -> bool:
    """Whether a figure stands among others; of a date, "December of the same year" and the year elsewhere will do."""
    if any(equal(fact, other) for other in others):
        return True
    if not readable:  # the months of its language are unknown
        fact = replace(fact, dates=frozenset((y, None, None) for y, _, _ in fact.dates if y is not None))
        return any(equal(fact, other) for other in others)
    years = {year for other in others for year, _, _ in other.dates}
    parts = [replace(fact, dates=frozenset({(None, m, d)})) for y, m, d in fact.dates if y in years and m is not None]
    undated = [other for other in others if any(y is None for y, _, _ in other.dates)]
    return any(equal(part, other) for part in parts for other in undated)


def _implied(statement: str, fact: Fact, source: Source) -> bool:
    """Whether a source may say a figure in a way that is not read: in its language's words, or by a word's form."""
    if source.language == "ar" and fact.values == frozenset({_DUAL}):
        return True
    if lexicon.spells(source.language):
        return False
    said = statement[fact.start : fact.end]
    return not any(map(str.isdigit, said)) or any(0 < value <= _SPELT for value in fact.values)


def _instead(fact: Fact, own: Sequence[Fact], others: Sequence[Fact]) -> Fact | None:
    """The figure that stands in the source in the place of the statement's: the first of its kind that the statement
    does not say as well.
    """
    free = [o for o in others if o.firm and not any(equal(mine, o) or equal(o, mine) for mine in own)]
    same_value = [o for o in free if o.values & fact.values]
    like = [o for o in free if alike(fact, o)]
    return next(iter(same_value or like), None)


def _figure_mismatch(statement: str, fact: Fact, other: Fact | None, source: Source) -> Mismatch:
    kind: MismatchKind = fact.kind
    if other is not None and other.values & fact.values and units_differ(fact, other):
        kind = "unit"
    stated = statement[fact.start : fact.end]
    if other is None:
        return Mismatch(kind, stated, "", fact.start, fact.end, 0, 0)
    said = source.text[other.start : other.end]
    return Mismatch(kind, stated, said, fact.start, fact.end, source.start + other.start, source.start + other.end)
