from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from index.errors import PinciteError
from rag.evaluation.compare import Comparison, Difference, compare
from rag.evaluation.run import Result
from tests.rag.evaluation.made import refusable, result


def moved(run: list[Result], ranks: dict[int, int]) -> list[Result]:
    """The run with these ranks, by place."""
    return [replace(r, rank=ranks.get(i, r.rank)) for i, r in enumerate(run)]


def of(comparison: Comparison, kind: str, measure: str) -> Difference:
    (found,) = (d for d in comparison.differences if (d.kind, d.measure.name) == (kind, measure))
    return found


RUN = [result(n, rank=2) for n in range(60)] + [refusable(n) for n in range(100, 130)]


def test_a_run_against_itself() -> None:
    comparison = compare(RUN, RUN)
    assert comparison.verdict == "No difference that this set can show."
    assert (comparison.shared, comparison.only_before, comparison.only_after) == (90, 0, 0)
    for difference in comparison.differences:
        assert (difference.p, difference.won, difference.lost) == (1, (), ())
        assert difference.before == difference.after
        assert difference.interval == (0, 0)


def test_what_was_won_and_lost() -> None:
    after = moved(RUN, {3: 1, 4: 1, 5: 0})
    comparison = compare(RUN, after)
    hit = of(comparison, "mono", "hit_1")
    assert (hit.won, hit.lost) == (("q3", "q4"), ())
    assert (hit.before, hit.after) == (0, pytest.approx(2 / 60))
    hit = of(comparison, "mono", "hit_5")
    assert (hit.won, hit.lost) == ((), ("q5",))
    assert (of(comparison, "unanswerable", "refused").won, of(comparison, "mono", "mrr_10").lost) == ((), ("q5",))
    assert comparison.verdict == "No difference that this set can show."


def exact_p(gains: list[float]) -> float:
    """How often exchanging the two runs, in every possible way, gives a difference as great."""
    sums = [abs(sum(s * g for s, g in zip(signs, gains, strict=True))) for signs in product((1, -1), repeat=len(gains))]
    return float(np.mean([s >= abs(sum(gains)) - 1e-9 for s in sums]))


@pytest.mark.parametrize(("wins", "losses"), [(5, 0), (8, 1), (3, 2), (10, 4)])
def test_p_is_that_of_all_exchanges(wins: int, losses: int) -> None:
    before = [result(n, rank=1 if n < losses else 2) for n in range(30)]
    after = moved(before, dict.fromkeys(range(losses), 2) | dict.fromkeys(range(losses, losses + wins), 1))
    p = of(compare(before, after), "mono", "hit_1").p
    assert p == pytest.approx(exact_p([-1.0] * losses + [1.0] * wins), abs=0.015)


def test_questions_of_one_document_are_exchanged_together() -> None:
    ranks = dict.fromkeys(range(12), 1)
    apart = [result(n, rank=2) for n in range(40)]
    together = [replace(r, document=f"{n // 4}.txt") for n, r in enumerate(apart)]
    assert of(compare(apart, moved(apart, ranks)), "mono", "hit_1").p < 0.001
    assert of(compare(together, moved(together, ranks)), "mono", "hit_1").p == pytest.approx(0.25, abs=0.02)


def test_of_few_documents_the_questions_are_exchanged() -> None:
    run = [result(n, rank=2, document=f"{n // 8}.txt") for n in range(40)]
    assert of(compare(run, moved(run, dict.fromkeys(range(12), 1))), "mono", "hit_1").p < 0.001


def test_a_gain_is_not_told_without_the_loss_beside_it() -> None:
    after = [replace(r, rank=1 if i < 30 else r.rank, abstained=i < 6) for i, r in enumerate(RUN)]
    after = [replace(r, quote_rank=0 if i in (7, 9) else 2 if i == 11 else r.quote_rank) for i, r in enumerate(after)]
    comparison = compare(RUN, after)
    assert 0.01 < of(comparison, "mono", "answered").p < 0.05
    assert comparison.verdict.startswith("Better at hit@1 (mono) .000 to .500, p = .0001; worse at answered (mono)")


def test_verdicts() -> None:
    better = moved(RUN, dict.fromkeys(range(20), 1))
    assert compare(RUN, better).verdict == "Better: hit@1 (mono) .000 to .333, p = .0001."
    assert compare(better, RUN).verdict == "Worse: hit@1 (mono) .333 to .000, p = .0001."
    refusing = [replace(r, abstained=not r.answerable or i < 20) for i, r in enumerate(RUN)]
    both = compare(RUN, refusing).verdict
    assert both.startswith("Better at refused (unanswerable) .000 to 1.000, p = .0001; worse at answered (mono)")
    inexact = [replace(r, exact=1) if i == 7 else r for i, r in enumerate(better)]
    assert compare(RUN, inexact).verdict == "Worse: quotes of 1 questions no longer stand where they say."


def test_looking_at_more_measures_asks_for_more() -> None:
    """Six questions won alone would do; beside other measures that moved by chance they do not."""
    won = moved(RUN, dict.fromkeys(range(6), 1))
    assert compare(RUN, won).verdict.startswith("Better")
    noise = [
        replace(r, quote_rank=0 if i in (30, 31) else r.quote_rank, abstained=i in (40, 61)) for i, r in enumerate(won)
    ]
    assert of(compare(RUN, noise), "mono", "hit_1").p == of(compare(RUN, won), "mono", "hit_1").p
    assert compare(RUN, noise).verdict == "No difference that this set can show."


def test_only_what_both_asked_is_compared() -> None:
    after = [replace(r, rank=1, question="Another?" if i < 10 else r.question) for i, r in enumerate(RUN[:40])]
    comparison = compare(RUN, after)
    assert (comparison.shared, comparison.only_before, comparison.only_after) == (30, 60, 10)
    assert len(of(comparison, "mono", "hit_1").won) == 30
    with pytest.raises(PinciteError, match="no question in common"):
        compare(RUN, [replace(r, id="other") for r in RUN])


def test_a_measure_that_one_run_lacks_is_left_out() -> None:
    """A quote's length where one of the two abstained, for one."""
    before = [result(n, quotes=n % 2, exact=n % 2, quote_characters=30 * (n % 2)) for n in range(20)]
    after = [replace(r, quote_characters=60 * r.quotes) for r in before]
    length = of(compare(before, after), "mono", "quote_characters")
    assert (length.before, length.after) == (30, 60)
    assert len(length.won) == 10


def test_json_and_text() -> None:
    comparison = compare(RUN, moved(RUN, dict.fromkeys(range(20), 1)))
    json = comparison.to_json()
    assert json["verdict"] == comparison.verdict
    first = next(d for d in json["differences"] if d["measure"] == "hit_1")
    assert first["kind"] == "mono"
    assert first["won"] == [f"q{n}" for n in range(20)]
    text = comparison.to_text()
    assert text.splitlines()[-1] == comparison.verdict
    assert "mono: hit@1" in text
    assert "exact" not in text  # it did not move
