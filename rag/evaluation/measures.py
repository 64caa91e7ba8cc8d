"""The measures: what each question adds to which.

Hit@k, MRR@10 and nDCG@10 are the usual ones (nDCG as Järvelin and Kekäläinen defined it in 2002, with gains 0 and 1).
They are written out here because trec_eval, which the usual packages compile in, is licensed for research alone; the
tests hold them against other implementations.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.evaluation.run import Result

CUT = 10  # passages looked at

Share = tuple[float, float]  # what is added to the sum and to the count


@dataclass(frozen=True, slots=True)
class Measure:
    """The sum over questions of what they add, divided by the sum of their counts; None from those it is not about.

    A change may be accepted or refused by what is `decisive`; of that, and of all shares, more is better.
    """

    name: str
    label: str
    of: Callable[[Result], Share | None]
    decisive: bool = False
    is_share: bool = True  # from 0 to 1

    def value(self, result: Result) -> float | None:
        """One question's own figure."""
        share = self.of(result)
        return share[0] / share[1] if share and share[1] else None


def _hit(k: int) -> Callable[[Result], Share | None]:
    return lambda r: None if r.rank is None else (float(0 < r.rank <= k), 1.0)


def _mrr(r: Result) -> Share | None:
    return None if r.rank is None else (1 / r.rank if r.rank else 0.0, 1.0)


def _quoted(last: int) -> Callable[[Result], Share | None]:
    return lambda r: None if r.quote_rank is None else (float(0 < r.quote_rank <= last), 1.0)


MEASURES = (
    Measure("answered", "answered", lambda r: (float(not r.abstained), 1.0) if r.answerable else None, True),
    Measure("refused", "refused", lambda r: None if r.answerable else (float(r.abstained), 1.0), True),
    Measure("hit_1", "hit@1", _hit(1), True),
    Measure("hit_5", "hit@5", _hit(5), True),
    Measure("hit_10", "hit@10", _hit(CUT)),
    Measure("mrr_10", "MRR@10", _mrr),
    Measure("ndcg_10", "nDCG@10", lambda r: None if r.ndcg_10 is None else (r.ndcg_10, 1.0)),
    Measure("quote_hit", "a quote answers", _quoted(CUT), True),
    Measure("quote_hit_1", "the first quote answers", _quoted(1), True),
    Measure("exact", "exact quotes", lambda r: (r.exact, r.quotes)),
    Measure("quote_characters", "characters a quote", lambda r: (r.quote_characters, r.quotes), is_share=False),
)


def ndcg(relevant: Sequence[bool], missed: int) -> float:
    """How near a ranking comes to the ideal one, 0 to 1; `relevant` is best first, `missed` what it lacks."""
    gain = sum(_discount(rank) for rank, hit in enumerate(relevant[:CUT], 1) if hit)
    ideal = sum(_discount(rank) for rank in range(1, min(sum(relevant) + missed, CUT) + 1))
    return gain / ideal if ideal else 0.0


def _discount(rank: int) -> float:
    return 1 / math.log2(rank + 1)
