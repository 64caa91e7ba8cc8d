import json

import pytest

from rag.evaluation.report import summarise
from tests.rag.evaluation.made import refusable, result

RUN = [
    *(result(n, rank=n % 3, quote_rank=n % 2, confidence=0.6) for n in range(12)),
    *(result(n, kind="cross", pair="fr->en", rank=2, abstained=n == 20, confidence=0.4) for n in range(20, 30)),
    *(refusable(n, abstained=n % 2 == 0, confidence=0.1 * (n % 2), ms=None) for n in range(40, 46)),
]


def test_figures_by_kind_and_pair() -> None:
    report = summarise("set", RUN, left_out=2).to_json()
    json.dumps(report, allow_nan=False)
    assert (report["set"], report["questions"], report["left_out"]) == ("set", 28, 2)
    assert list(report["kinds"]) == ["mono", "cross", "unanswerable"]
    assert list(report["pairs"]) == ["en", "en->en", "fr->en"]
    mono, cross, none = report["kinds"].values()
    assert report["pairs"]["en->en"] == mono
    assert (mono["questions"], mono["answered"], mono["refused"]) == (12, 1.0, None)
    assert (mono["hit_1"], mono["hit_5"], mono["mrr_10"]) == (0.3333, 0.6667, 0.5)
    assert (mono["quote_hit"], mono["quote_hit_1"]) == (0.5, 0.5)
    assert (cross["hit_1"], cross["hit_5"], cross["answered"]) == (0, 1, 0.9)
    assert (none["answered"], none["refused"], none["hit_1"]) == (None, 0.5, None)
    low, high = mono["intervals"]["hit_1"]
    assert 0 < low < 0.3333 < high < 0.8
    assert none["intervals"].keys() == {"refused", "exact", "quote_characters"}
    assert (report["exact"], report["quote_characters"]) == (1.0, 50.0)
    assert (report["median_ms"], report["p95_ms"]) == (10.0, 10.0)
    assert report["abstention"]["auroc"]["value"] == 1.0


def test_times() -> None:
    report = summarise("set", [result(n, ms=float(n)) for n in range(1, 102)])
    assert (report.median_ms, report.p95_ms) == (51, 96)


def test_text() -> None:
    text = summarise("set", RUN, left_out=2).to_text()
    lines = text.splitlines()
    assert lines[0] == "set: 28 questions, 2 left out: their document is gone or has changed"
    assert lines[2].split() == ["mono", "cross", "unanswerable"]
    assert lines[3].split() == ["questions", "12", "10", "6"]
    (refused,) = (line for line in lines if line.startswith("refused"))
    assert refused.split()[:4] == ["refused", "-", "-", ".500"]
    assert "1.0000 of the quotes are exact, 50 characters on average" in text
    assert "a question takes 10.0 ms (median), 10.0 ms (95th percentile)" in text


@pytest.mark.parametrize("run", [[], RUN[:1], RUN[-1:], [result(1, quotes=0, exact=0, quote_characters=0, ms=None)]])
def test_small_runs(run: list) -> None:
    report = summarise("set", run)
    json.dumps(report.to_json(), allow_nan=False)
    assert report.to_text().startswith(f"set: {len(run)} questions\n")
