"""What the nearest sentences make of a statement: near in meaning, then with its every figure, name and negation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag.verify.closeness import strays
from rag.verify.comparison import Comparison, compare
from rag.verify.nearness import Stretch, beside
from rag.verify.probability import LEAST, NEAR, probability
from rag.verify.source import Source
from rag.verify.verdict import Evidence, Mismatch, Reason, Verdict, VerdictStatus

MOST_EVIDENCE = 3
_AS_GOOD = 0.2  # a sentence that is no less likely than this below the best may support where that one does not
UNHEARD = 0.5  # likeness below which nothing in a source stands for a word; 2 in 100 true rewordings have such a one
_LEAST_LETTERS = 4  # of a word that says something
_DOUBTED = 0.05  # of the score is left where a figure, a name or a negation differs
_OPPOSED: dict[str, Reason] = {
    "number": "another_number",
    "amount": "another_number",
    "date": "another_date",
    "unit": "another_unit",
    "name": "another_name",
    "negation": "negated",
}


@dataclass(frozen=True)
class Scored:
    """Sentences taken together, the nearest first, and how likely it is that they say the statement, 0 to 1."""

    score: float
    stretches: tuple[Stretch, ...]

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The sentences as evidence, with their score."""
        return tuple(Evidence(s.passage, s.start, s.end, self.score) for s in self.stretches[:MOST_EVIDENCE])


def score(language: str, stretches: Sequence[Stretch]) -> Scored:
    """How likely these sentences together say a statement in this language."""
    cosine = max(stretch.cosine for stretch in stretches)
    heard = np.maximum.reduce([stretch.heard for stretch in stretches])
    crosses = language != stretches[0].passage.language
    return Scored(probability(cosine, heard, crosses), tuple(stretches))


def decide(
    statement: str, language: str, scored: Sequence[Scored], sentences: Sequence[Stretch], closely: bool = False
) -> Verdict:
    """The verdict on a statement, by the scored sentences, best first, among all `sentences` of the passages.

    `closely` asks for more than the same meaning (closeness.py).
    """
    best = scored[0]
    if best.score < LEAST:
        reason: Reason = "too_unlike" if best.score >= NEAR else "nothing_near"
        return Verdict(statement, "unsupported", best.score, reason, best.evidence[:1])
    strayed: list[tuple[Scored, Comparison]] = []
    found: list[tuple[Scored, Comparison]] = []
    for candidate in scored:
        if candidate.score < max(LEAST, best.score - _AS_GOOD):
            break
        completed, comparison = _completed(statement, language, candidate, sentences)
        if not comparison.mismatches and (word := unheard(statement, language, completed)):
            comparison = replace(comparison, mismatches=(word,))
        said = not comparison.mismatches
        if said and closely:
            comparison = Comparison(strays(statement, language, [_source(s) for s in completed.stretches]))
        if not comparison.mismatches:
            return Verdict(statement, "supported", completed.score, "same_meaning", completed.evidence)
        (strayed if said else found).append((completed, comparison))
    return _differing(statement, *[*strayed, *found][0])


def unheard(statement: str, language: str, scored: Scored) -> Mismatch | None:
    """The word of a statement that is the least like any of the sentences, where it is like none; in one language."""
    first = scored.stretches[0]
    if language != first.passage.language or first.pairs is None:
        return None
    measured = [stretch.heard for stretch in scored.stretches if len(stretch.heard) == len(first.pairs.stated)]
    if len(measured) < len(scored.stretches):
        return None
    heard = np.maximum.reduce(measured)
    least = min(
        ((float(h), span) for h, span in zip(heard, first.pairs.stated, strict=True) if _means(span.of(statement))),
        key=lambda pair: pair[0],
        default=None,
    )
    if least is None or least[0] >= UNHEARD:
        return None
    return Mismatch("words", least[1].of(statement), "", least[1].start, least[1].end, 0, 0)


def _means(word: str) -> bool:
    return sum(map(str.isalpha, word)) >= _LEAST_LETTERS


def _completed(
    statement: str, language: str, scored: Scored, sentences: Sequence[Stretch]
) -> tuple[Scored, Comparison]:
    """The comparison with some sentences, and with one beside them where that says what is missing in them."""
    comparison = compare(statement, language, [_source(s) for s in scored.stretches])
    if not comparison.missing or len(scored.stretches) >= MOST_EVIDENCE:
        return scored, comparison
    for other in beside(scored.stretches[0], sentences):
        together = Scored(scored.score, (*scored.stretches, other))
        more = compare(statement, language, [_source(s) for s in together.stretches])
        if len(more.mismatches) < len(comparison.mismatches):
            scored, comparison = together, more
    return scored, comparison


def _source(stretch: Stretch) -> Source:
    passage = stretch.passage
    return Source(stretch.text, stretch.start, passage.language, passage.title, stretch.pairs, stretch.cosine)


def _differing(statement: str, scored: Scored, comparison: Comparison) -> Verdict:
    """The verdict where a near sentence has not all that is stated: against it where just one thing is another."""
    mismatches = comparison.mismatches
    doubted = _DOUBTED * scored.score
    places = _places(mismatches)
    if len(places) == 1 and _opposes(places[0]):
        status: VerdictStatus = "contradicted"
        reason = _OPPOSED[places[0].kind]
    else:
        status = "unsupported"
        reason = "name_not_found" if all(m.kind == "name" for m in mismatches) else "figure_not_found"
        if all(m.kind in ("negation", "words") for m in mismatches):
            own = all(m.kind == "words" for m in mismatches) and any(m.stated for m in mismatches)
            reason = "words_not_found" if own else "too_unlike"
    return Verdict(statement, status, doubted, reason, scored.evidence, mismatches)


def _opposes(mismatch: Mismatch) -> bool:
    """Whether a source says another thing in the place of what is stated, and not only less or more."""
    replaced = bool(mismatch.stated and mismatch.found)
    return mismatch.kind in _OPPOSED and (replaced or mismatch.kind == "negation")


def _places(mismatches: Sequence[Mismatch]) -> list[Mismatch]:
    """The mismatches, the words of one name as one."""
    found: list[Mismatch] = []
    for mismatch in mismatches:
        after = (
            found and found[-1].kind == mismatch.kind == "name" and mismatch.stated_start - found[-1].stated_end <= 1
        )
        if after:
            found.pop()
        found.append(mismatch)
    return found
