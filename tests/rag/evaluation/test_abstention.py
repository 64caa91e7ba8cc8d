import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from rag.evaluation.abstention import judge_abstention
from rag.evaluation.run import Result
from tests.rag.evaluation.made import refusable, result

# Whether it can be answered, whether the answer is right, the confidence in tenths, so that there are ties.
OUTCOMES = st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 10)), min_size=1, max_size=40)


def results(outcomes: list[tuple[bool, bool, int]]) -> list[Result]:
    return [
        result(n, right=right, confidence=tenths / 10) if answerable else refusable(n, confidence=tenths / 10)
        for n, (answerable, right, tenths) in enumerate(outcomes)
    ]


def slow_area(run: list[Result]) -> float:
    """The mean, over questions, of the risk when all that are as sure or surer are answered."""
    risks = []
    for one in run:
        surer = [r for r in run if r.confidence >= one.confidence]
        risks.append(sum(not r.right for r in surer) / len(surer))
    return sum(risks) / len(risks)


def slow_refused(run: list[Result], share: float) -> float:
    """What is refused at the highest threshold that answers this share of what can be answered."""
    yes = [r.confidence for r in run if r.answerable]
    no = [r.confidence for r in run if not r.answerable]
    enough = [t for t in {r.confidence for r in run} if sum(c >= t for c in yes) >= share * len(yes) - 1e-9]
    return sum(c < max(enough) for c in no) / len(no)


@settings(max_examples=40)  # each draws two thousand samples
@given(OUTCOMES)
def test_figures_are_those_of_slow_ones(outcomes: list[tuple[bool, bool, int]]) -> None:
    run = results(outcomes)
    judged = judge_abstention(run)
    assert judged is not None
    assert judged.area.value == pytest.approx(slow_area(run))
    if len({r.answerable for r in run}) == 1:
        assert judged.auroc is None
        assert judged.refused_at == {}
        return
    assert judged.auroc
    assert judged.auroc.value == pytest.approx(roc_auc_score([r.answerable for r in run], [r.confidence for r in run]))
    for share, figure in judged.refused_at.items():
        assert figure.value == pytest.approx(slow_refused(run, share))


def test_the_curve_by_hand() -> None:
    run = results([(True, True, 9), (True, False, 7), (False, False, 7), (True, True, 1)])
    judged = judge_abstention(run)
    assert judged is not None
    assert judged.curve == ((0.25, 0.0), (0.75, pytest.approx(2 / 3)), (1.0, 0.5))
    assert judged.area.value == pytest.approx(0.25 * 0 + 0.5 * 2 / 3 + 0.25 * 0.5)
    assert (judged.coverage, judged.risk) == (1.0, 0.5)
    assert judged.auroc and judged.auroc.value == 0.5


def test_the_set_confidence_stands_on_the_curve() -> None:
    run = [result(n, confidence=n / 10, abstained=n < 4, right=n >= 8) for n in range(10)]
    judged = judge_abstention(run)
    assert judged is not None
    assert (judged.coverage, judged.risk) == (0.6, pytest.approx(4 / 6))
    assert (0.6, pytest.approx(4 / 6)) in judged.curve


def test_intervals_hold_their_figures() -> None:
    run = results([(n % 3 != 0, n % 4 != 0, (n * 7) % 11) for n in range(80)])
    judged = judge_abstention(run)
    assert judged is not None and judged.auroc is not None
    for figure in (judged.auroc, judged.area, *judged.refused_at.values()):
        assert figure.interval is not None
        assert figure.interval[0] <= figure.value <= figure.interval[1]


def test_a_long_run_has_a_short_curve() -> None:
    run = [result(n, confidence=n / 5000) for n in range(5000)]
    judged = judge_abstention(run)
    assert judged is not None
    assert len(judged.curve) == 101
    assert judged.curve[-1] == (1.0, 0.0)


def test_no_questions() -> None:
    assert judge_abstention([]) is None
