"""How far a figure could be from what other questions of this sort would give: a bootstrap over documents.

Questions about one document succeed and fail together, so documents are drawn, with all of their questions (a cluster
bootstrap; Davison and Hinkley 1997, section 3.8). A question without a document is drawn by itself.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
LEVEL = 0.95
FEWEST = 5  # groups that a figure must rest on; fewer say next to nothing about how they vary
_BLOCK = 100  # resamples at once
_SEED = 20260101

Array = NDArray[np.float64]
Interval = tuple[float, float]


class Groups:
    """Which questions belong together; `of_question` (n,) numbers the groups from 0."""

    def __init__(self, names: Sequence[str]) -> None:
        """`names` gives each question's group."""
        numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
        self.of_question = np.array([numbers[name] for name in names], np.intp)
        self.count = len(numbers)

    def sums(self, columns: Array) -> Array:
        """Each group's sum of its questions' rows: (n, m) to (groups, m)."""
        totals = np.zeros((self.count, columns.shape[1]))
        np.add.at(totals, self.of_question, columns)
        return totals

    def resamples(self) -> Iterator[Array]:
        """How often each group was drawn, (block, groups), block by block, the same each time."""
        random = np.random.default_rng(_SEED)
        even = np.full(self.count, 1 / self.count)
        for _ in range(RESAMPLES // _BLOCK):
            yield random.multinomial(self.count, even, size=_BLOCK).astype(np.float64)

    def signs(self, rounds: int) -> Iterator[Array]:
        """+1 or -1 for each group at random, (block, groups), block by block, `rounds` in all."""
        random = np.random.default_rng(_SEED)
        for _ in range(rounds // _BLOCK):
            yield np.where(random.integers(0, 2, size=(_BLOCK, self.count)), 1.0, -1.0)


def ratio_intervals(groups: Groups, sums: Array, counts: Array) -> list[Interval | None]:
    """The interval of each column's sum divided by its count; both (n, m). None where too few groups count."""
    if not len(sums):
        return [None] * sums.shape[1]
    of_groups, counted = groups.sums(sums), groups.sums(counts)
    with np.errstate(invalid="ignore"):
        drawn = np.concatenate([(w @ of_groups) / (w @ counted) for w in groups.resamples()])
    enough = (counted > 0).sum(axis=0) >= FEWEST
    return [_interval(column) if ok else None for column, ok in zip(drawn.T, enough, strict=True)]


def figure_interval(groups: Groups, figure: Callable[[Array], Array]) -> Interval | None:
    """The interval of a figure of weighted questions: `figure` takes weights (block, n) and gives (block,)."""
    if groups.count < FEWEST:
        return None
    return _interval(np.concatenate([figure(w[:, groups.of_question]) for w in groups.resamples()]))


def _interval(drawn: Array) -> Interval | None:
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return None
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
