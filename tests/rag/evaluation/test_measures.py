"""The measures by hand, and against other implementations of them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from rag.evaluation.measures import CUT, MEASURES, ndcg
from rag.evaluation.run import Result
from tests.rag.evaluation.made import refusable, result

RANKINGS = st.lists(st.booleans(), min_size=2, max_size=CUT)
OF = {measure.name: measure for measure in MEASURES}


def test_ndcg_by_hand() -> None:
    assert ndcg([True], 0) == 1
    assert ndcg([False, True], 0) == 1 / math.log2(3)
    assert ndcg([False, True], 1) == (1 / math.log2(3)) / (1 + 1 / math.log2(3))
    assert ndcg([False] * 10, 1) == 0
    assert ndcg([], 0) == 0
    assert ndcg([False] * 10 + [True], 0) == 0  # beyond the cut


@given(RANKINGS, st.integers(0, 5))
def test_ndcg_is_that_of_scikit_learn(relevant: list[bool], missed: int) -> None:
    if sum(relevant) + missed == 0:
        return
    padding = [False] * (CUT - len(relevant))  # what is missed stands behind the ranking's end
    gains = [*relevant, *padding, *[True] * missed]
    scores = np.arange(len(gains), 0, -1)
    assert ndcg(relevant, missed) == pytest.approx(ndcg_score([gains], [scores], k=CUT))


@given(RANKINGS, st.integers(0, 5))
def test_ranks_are_those_of_ir_measures(relevant: list[bool], missed: int) -> None:
    ir = pytest.importorskip("ir_measures", reason="ir_measures is not installed; scikit-learn was asked")
    measures = [ir.Success @ 1, ir.Success @ 5, ir.Success @ 10, ir.RR @ 10, ir.nDCG @ 10]
    qrels = {"q": {f"p{i}": int(hit) for i, hit in enumerate(relevant)} | {f"m{i}": 1 for i in range(missed)}}
    run = {"q": {f"p{i}": 10.0 - i for i in range(len(relevant))}}
    expected = ir.calc_aggregate(measures, qrels, run)
    rank = relevant.index(True) + 1 if any(relevant) else 0
    got = result(1, rank=rank, ndcg_10=ndcg(relevant, missed))
    names = ["hit_1", "hit_5", "hit_10", "mrr_10", "ndcg_10"]
    assert [OF[name].value(got) for name in names] == pytest.approx([expected[m] for m in measures])


@pytest.mark.parametrize(
    ("one", "values"),
    [
        (result(1), {"answered": 1, "hit_1": 1, "mrr_10": 1, "quote_hit": 1, "quote_hit_1": 1, "exact": 1}),
        (result(1, rank=4), {"hit_1": 0, "hit_5": 1, "hit_10": 1, "mrr_10": 0.25}),
        (result(1, rank=6), {"hit_5": 0, "hit_10": 1}),
        (result(1, rank=0, ndcg_10=0.0), {"hit_10": 0, "mrr_10": 0, "ndcg_10": 0}),
        (result(1, quote_rank=2), {"quote_hit": 1, "quote_hit_1": 0, "quote_characters": 50}),
        (result(1, quote_rank=0, exact=1), {"quote_hit": 0, "quote_hit_1": 0, "exact": 0.5}),
        (result(1, quote_rank=None), {"quote_hit": None, "quote_hit_1": None, "refused": None}),
        (
            result(1, abstained=True, quotes=0, exact=0, quote_characters=0, quote_rank=0),
            {"answered": 0, "quote_hit": 0, "exact": None, "quote_characters": None},
        ),
        (refusable(1), {"answered": None, "refused": 0, "hit_1": None, "ndcg_10": None, "quote_hit": None}),
        (refusable(1, abstained=True), {"refused": 1}),
    ],
)
def test_what_a_question_counts_for(one: Result, values: dict[str, float | None]) -> None:
    assert {name: OF[name].value(one) for name in values} == values
