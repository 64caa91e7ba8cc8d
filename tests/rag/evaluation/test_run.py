import json
from dataclasses import asdict
from pathlib import Path

import pytest

from index.errors import PinciteError
from rag.evaluation.run import read_run, run_lines
from tests.rag.evaluation.made import RESULT, refusable, result


def test_a_run_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    run = [result(1, rank=0, right=False), refusable(2, abstained=True, reason="no_evidence"), result(3, ms=None)]
    run.append(result(4, question="أين؟ \n\ud800\u2028"))
    path = tmp_path / "run.jsonl"
    lines = "".join(line + "\n" for line in run_lines(run[:3]))
    path.write_text("\ufeff" + lines + "\n", "utf-8")
    assert read_run(path) == run[:3]
    path.write_text("\n".join(run_lines(run)), "utf-8", errors="backslashreplace")
    assert read_run(path) == run


@pytest.mark.parametrize(
    "change",
    [
        {"rank": "1"},
        {"rank": True},
        {"quotes": None},
        {"quotes": 1.5},
        {"abstained": 0},
        {"confidence": float("nan")},
        {"ms": float("inf")},
        {"id": 3},
        {"kind": None},
    ],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(json.dumps(asdict(RESULT)) + "\n" + json.dumps({**asdict(RESULT), **change}) + "\n")
    with pytest.raises(PinciteError, match=r"line 2 of .*run\.jsonl is no line of a run .*--save"):
        read_run(path)


@pytest.mark.parametrize("line", ["x", "[]", "3", '{"id": "1"}', "[" * 100_000])
def test_what_is_no_result_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(line)
    with pytest.raises(PinciteError, match="line 1 of"):
        read_run(path)


def test_more_fields_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(json.dumps({**asdict(RESULT), "of_another_version": 1}))
    assert read_run(path) == [RESULT]
