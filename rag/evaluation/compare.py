"""Two runs over the same questions: what differs, and whether chance alone could have made it differ so.

The differences are taken question by question. Their interval is a bootstrap over documents; the p value is that of a
permutation test that exchanges the two runs' results document by document (Smucker, Allan and Carterette 2007 found
such tests the soundest for retrieval). Few documents can be exchanged in few ways, so where a kind of question is about
fewer than ten, both go by question instead, and speak for further questions about these documents only. The verdict
looks at the decisive measures of each kind, with Holm's correction (1979) for looking at several; what looks worse
without that correction is told beside what is better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from index.errors import PinciteError
from rag.evaluation.intervals import Array, Groups, Interval, ratio_intervals
from rag.evaluation.measures import MEASURES, Measure
from rag.evaluation.report import share_text, table
from rag.evaluation.run import Result

PERMUTATIONS = 10_000
LEVEL = 0.05  # of the verdict as a whole
FEWEST_DOCUMENTS = 10  # whose exchange can still give a p value of 2 / 2^10

Paired = tuple[Result, Result]  # before, after


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure of one kind of question, before and after; `won` and `lost` are ids of questions."""

    kind: str
    measure: Measure
    before: float
    after: float
    interval: Interval | None  # of after - before
    p: float
    won: tuple[str, ...]
    lost: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The difference as a JSON object."""
        return {
            "kind": self.kind,
            "measure": self.measure.name,
            "before": round(self.before, 4),
            "after": round(self.after, 4),
            "interval": [round(end, 4) for end in self.interval] if self.interval else None,
            "p": round(self.p, 4),
            "won": list(self.won),
            "lost": list(self.lost),
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What became of the questions that both runs asked; `verdict` is one sentence."""

    shared: int
    only_before: int
    only_after: int
    differences: tuple[Difference, ...]
    verdict: str
    median_ms: tuple[float, float]  # before, after

    def worth_a_line(self) -> list[Difference]:
        """The differences without those that are none and decide nothing."""
        return [d for d in self.differences if d.measure.decisive or d.won or d.lost]

    def to_json(self) -> dict[str, Any]:
        """The comparison as a JSON object."""
        return {
            "verdict": self.verdict,
            "shared": self.shared,
            "only_before": self.only_before,
            "only_after": self.only_after,
            "differences": [difference.to_json() for difference in self.differences],
            "median_ms": [round(ms, 2) for ms in self.median_ms],
        }

    def to_text(self) -> str:
        """The comparison as a table, the verdict last."""
        head = ["", "before", "now", "difference", "p", "won", "lost"]
        before, after = self.median_ms
        return "\n".join([
            f"against the run before, on {self.shared} questions that both asked"
            f" ({self.only_before} only before, {self.only_after} only now)",
            *table([head, *map(_row, self.worth_a_line())]),
            f"a question took {before:.1f} ms, now {after:.1f} ms (median)",
            self.verdict,
        ])  # fmt: skip


def compare(before: Sequence[Result], after: Sequence[Result]) -> Comparison:
    """Hold one run against another. Raises PinciteError where they have no question in common."""
    earlier = {(r.id, r.question, r.kind): r for r in before}
    pairs = [(earlier[key], r) for r in after if (key := (r.id, r.question, r.kind)) in earlier]
    if not pairs:
        raise PinciteError("the two runs have no question in common; compare runs over the same set")
    differences = tuple(
        difference
        for kind in dict.fromkeys(r.kind for _, r in pairs)
        for difference in _differences(kind, [pair for pair in pairs if pair[1].kind == kind])
    )
    times = [[r.ms for r in run if r.ms is not None] or [0.0] for run in zip(*pairs, strict=True)]
    return Comparison(
        len(pairs),
        len(before) - len(pairs),
        len(after) - len(pairs),
        differences,
        _verdict(pairs, differences),
        (float(np.median(times[0])), float(np.median(times[1]))),
    )


def _differences(kind: str, pairs: Sequence[Paired]) -> list[Difference]:
    values = [[[m.value(result) for m in MEASURES] for result in pair] for pair in pairs]
    figures = np.array(values, np.float64)  # (pairs, 2, measures); None is NaN
    counts = np.asarray(np.isfinite(figures).all(axis=1), np.float64)
    known = np.where(counts[:, None] > 0, figures, 0.0)
    gains = np.asarray(known[:, 1] - known[:, 0], np.float64)
    names = [after.group for _, after in pairs]
    groups = Groups(names if len(set(names)) >= FEWEST_DOCUMENTS else [after.id for _, after in pairs])
    intervals = ratio_intervals(groups, gains, counts)
    p = _p_values(groups, gains)
    ids = np.array([after.id for _, after in pairs], object)
    found = []
    for i, measure in enumerate(MEASURES):
        if total := int(counts[:, i].sum()):
            before, after = known[:, :, i].sum(axis=0) / total
            won, lost = (tuple(ids[sign * gains[:, i] > 1e-9]) for sign in (1, -1))
            found.append(Difference(kind, measure, float(before), float(after), intervals[i], float(p[i]), won, lost))
    return found


def _p_values(groups: Groups, gains: Array) -> Array:
    """Of each column of gains (n, m): how often exchanged runs differ as much, (m,), above 0 and at most 1."""
    of_groups = groups.sums(gains)
    seen = np.abs(of_groups.sum(axis=0)) - 1e-9
    as_much = sum((np.abs(signs @ of_groups) >= seen).sum(axis=0) for signs in groups.signs(PERMUTATIONS))
    return np.asarray((as_much + 1) / (PERMUTATIONS + 1))


def _verdict(pairs: Sequence[Paired], differences: Sequence[Difference]) -> str:
    """Whether it got better, worse, both or neither, in one sentence."""
    broken = sum(after.exact < after.quotes for before, after in pairs if before.exact == before.quotes)
    if broken:
        return f"Worse: quotes of {broken} questions no longer stand where they say."
    decisive = [d for d in differences if d.measure.decisive]
    sure = _significant(decisive)
    better, worse = ([d for d in sure if sign * (d.after - d.before) > 0] for sign in (1, -1))
    if better:  # a loss need not be as sure as a gain to be told
        worse = [d for d in decisive if d.after < d.before and d.p <= LEVEL]
    if better and worse:
        return f"Better at {_listed(better)}; worse at {_listed(worse)}: weigh the one against the other."
    if better or worse:
        return f"{'Better' if better else 'Worse'}: {_listed(better or worse)}."
    return "No difference that this set can show."


def _significant(differences: Sequence[Difference]) -> list[Difference]:
    """Those that chance does not explain, by Holm's rule: the smallest p against level / n, the next against one less.

    Measures that no question moves are left out first: they could not have come out either way.
    """
    moved = sorted((d for d in differences if d.won or d.lost), key=lambda d: d.p)
    sure = []
    for place, difference in enumerate(moved):
        if difference.p > LEVEL / (len(moved) - place):
            break
        sure.append(difference)
    return sure


def _listed(differences: Sequence[Difference]) -> str:
    return "; ".join(
        f"{d.measure.label} ({d.kind}) {share_text(d.before)} to {share_text(d.after)}, p = {share_text(d.p, 4)}"
        for d in differences
    )


def _row(difference: Difference) -> list[str]:
    d = difference
    write = share_text if d.measure.is_share else "{:.0f}".format
    interval = f" [{signed(d.interval[0], d.measure)} {signed(d.interval[1], d.measure)}]" if d.interval else ""
    return [f"{d.kind}: {d.measure.label}", write(d.before), write(d.after),
            signed(d.after - d.before, d.measure) + interval, share_text(d.p, 4),
            str(len(d.won)), str(len(d.lost))]  # fmt: skip


def signed(value: float, measure: Measure) -> str:
    """A difference with its sign."""
    text = f"{value:+.3f}".replace("0.", ".", 1) if measure.is_share else f"{value:+.1f}"
    return text.replace("-", "\N{MINUS SIGN}")
