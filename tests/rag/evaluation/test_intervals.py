import numpy as np
import pytest

from rag.evaluation.intervals import FEWEST, RESAMPLES, Groups, figure_interval, ratio_intervals

N = 200


def shares(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return values[:, None].astype(float), np.ones((len(values), 1))


def test_the_interval_of_a_mean_is_about_that_of_theory() -> None:
    values = np.arange(N) % 4 == 0
    (interval,) = ratio_intervals(Groups([str(i) for i in range(N)]), *shares(values))
    assert interval is not None
    reach = 1.96 * np.sqrt(0.25 * 0.75 / N)
    assert interval == pytest.approx((0.25 - reach, 0.25 + reach), abs=0.01)


def test_questions_of_one_document_count_as_one_draw() -> None:
    values = np.repeat(np.arange(20) % 2 == 0, 10)  # ten questions a document, all alike
    alone = ratio_intervals(Groups([str(i) for i in range(N)]), *shares(values))[0]
    together = ratio_intervals(Groups([str(i // 10) for i in range(N)]), *shares(values))[0]
    assert alone and together
    assert together[1] - together[0] > 2.5 * (alone[1] - alone[0])  # sqrt(10) in theory


def test_the_same_questions_give_the_same_interval() -> None:
    groups = Groups([str(i) for i in range(N)])
    values = np.arange(N) % 3 == 0
    assert ratio_intervals(groups, *shares(values)) == ratio_intervals(groups, *shares(values))


def test_a_ratio_is_drawn_with_its_counts() -> None:
    sums, counts = np.full((N, 1), 6.0), np.full((N, 1), 3.0)
    assert ratio_intervals(Groups([str(i) for i in range(N)]), sums, counts) == [(2.0, 2.0)]


def test_a_column_stands_for_itself() -> None:
    groups = Groups([str(i % 40) for i in range(N)])
    one, other = (shares(np.arange(N) % k == 0) for k in (2, 7))
    both = ratio_intervals(groups, np.hstack([one[0], other[0]]), np.hstack([one[1], other[1]]))
    assert both == [*ratio_intervals(groups, *one), *ratio_intervals(groups, *other)]


def test_too_few_documents_give_no_interval() -> None:
    for documents, given in ((FEWEST - 1, False), (FEWEST, True)):
        groups = Groups([str(i % documents) for i in range(N)])
        (interval,) = ratio_intervals(groups, *shares(np.arange(N) % 2 == 0))
        assert (interval is not None) == given
    groups = Groups([str(i) for i in range(N)])
    counts = (np.arange(N) < FEWEST - 1)[:, None].astype(float)
    assert ratio_intervals(groups, counts, counts) == [None]
    assert ratio_intervals(Groups([]), np.zeros((0, 2)), np.zeros((0, 2))) == [None, None]


def test_a_figure_of_weights_has_the_interval_of_its_ratio() -> None:
    groups = Groups([str(i % 40) for i in range(N)])
    values = np.arange(N) % 3 == 0
    interval = figure_interval(groups, lambda w: (w * values).sum(axis=1) / w.sum(axis=1))
    assert interval == pytest.approx(ratio_intervals(groups, *shares(values))[0])


def test_each_resample_draws_as_many_groups_as_there_are() -> None:
    drawn = np.concatenate(list(Groups(["a", "b", "a", "c"]).resamples()))
    assert drawn.shape == (RESAMPLES, 3)
    assert (drawn.sum(axis=1) == 3).all()
    assert drawn.mean(axis=0) == pytest.approx([1, 1, 1], abs=0.05)
