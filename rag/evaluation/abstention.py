"""How well the confidence tells what is answered from what is not.

Risk and coverage as El-Yaniv and Wiener (2010) define them: of the questions with the greatest confidence, up to each
share of all (coverage), the share whose answer is wrong (risk). An answer to what nothing answers is wrong, and so is
one without a quote that holds the answer, where the set marks answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.evaluation.intervals import Array, Groups, Interval, figure_interval
from rag.evaluation.run import Result

AT = (0.93, 0.88)  # shares of the answerable questions answered, at which refusals are compared
_POINTS = 101  # of the curve that is reported


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its interval."""

    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Abstention:
    """auroc: a question that something answers has a greater confidence than one that nothing does, 0 to 1.

    area: under `curve`, the mean risk over all coverages; lower is better. refused_at: the share of unanswerable
    questions refused where this share of the answerable ones is answered. None where a set has not both kinds.
    """

    auroc: Figure | None
    area: Figure
    refused_at: dict[float, Figure]
    curve: tuple[tuple[float, float], ...]  # (coverage, risk), rising coverage
    coverage: float  # share answered at the confidence that was set
    risk: float  # share of those that is wrong


class _Ranked:
    """Questions by falling confidence; those of equal confidence are one step."""

    def __init__(self, results: Sequence[Result]) -> None:
        confidence = np.array([r.confidence for r in results])
        self.order = np.argsort(-confidence, kind="stable")
        ordered = confidence[self.order]
        self.steps = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        self.answerable = np.array([r.answerable for r in results])
        self.wrong = np.array([not r.right for r in results])

    def at_steps(self, weights: Array, which: NDArray[np.bool_]) -> Array:
        """The weight of `which` questions in each step: (block, n) to (block, steps)."""
        stepped: Array = np.add.reduceat((weights * which)[:, self.order], self.steps, axis=1)
        return stepped

    def auroc(self, weights: Array) -> Array:
        yes, no = self.at_steps(weights, self.answerable), self.at_steps(weights, ~self.answerable)
        behind = no.sum(axis=1, keepdims=True) - np.cumsum(no, axis=1) + no / 2
        with np.errstate(invalid="ignore"):
            return np.asarray((yes * behind).sum(axis=1) / (yes.sum(axis=1) * no.sum(axis=1)))

    def risks(self, weights: Array) -> tuple[Array, Array]:
        """Coverage and risk behind each step, both (block, steps)."""
        counted = np.cumsum(self.at_steps(weights, np.ones_like(self.wrong)), axis=1)
        wrong = np.cumsum(self.at_steps(weights, self.wrong), axis=1)
        return counted / counted[:, -1:], wrong / np.maximum(counted, 1e-12)

    def area(self, weights: Array) -> Array:
        coverage, risk = self.risks(weights)
        return np.asarray((np.diff(coverage, axis=1, prepend=0) * risk).sum(axis=1))

    def refused(self, weights: Array, answered: float) -> Array:
        """What is refused where `answered` of the answerable questions, or just more, are answered."""
        yes = np.cumsum(self.at_steps(weights, self.answerable), axis=1)
        no = np.cumsum(self.at_steps(weights, ~self.answerable), axis=1)
        step = (yes >= answered * yes[:, -1:] - 1e-9).argmax(axis=1)
        with np.errstate(invalid="ignore"):
            return np.asarray(1 - no[np.arange(len(no)), step] / no[:, -1])


def judge_abstention(results: Sequence[Result]) -> Abstention | None:
    """How well it was abstained; None where there are no questions."""
    if not results:
        return None
    ranked, groups = _Ranked(results), Groups([r.group for r in results])
    once = np.ones((1, len(results)))
    auroc, refused = None, {}
    if 0 < ranked.answerable.sum() < len(results):
        auroc = Figure(float(ranked.auroc(once)[0]), figure_interval(groups, ranked.auroc))
        for share in AT:
            interval = figure_interval(groups, lambda w, share=share: ranked.refused(w, share))  # type: ignore[misc]
            refused[share] = Figure(float(ranked.refused(once, share)[0]), interval)
    answered = [r for r in results if not r.abstained]
    return Abstention(
        auroc,
        Figure(float(ranked.area(once)[0]), figure_interval(groups, ranked.area)),
        refused,
        _curve(*ranked.risks(once)),
        len(answered) / len(results),
        sum(not r.right for r in answered) / len(answered) if answered else 0.0,
    )


def _curve(coverage: Array, risk: Array) -> tuple[tuple[float, float], ...]:
    """At most so many of the points, evenly, the last one among them."""
    kept = np.unique(np.linspace(0, coverage.shape[1] - 1, _POINTS).round().astype(int))
    return tuple((float(coverage[0, i]), float(risk[0, i])) for i in kept)
