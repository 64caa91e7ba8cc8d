"""A local model in a process of its own: it writes in turn, can be stopped, and may end without harm."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import ModelError
from rag.compose import llama
from rag.compose.llama import LlamaModel
from rag.compose.model import ModelUnavailableError
from tests.rag.compose import fake_llama


@pytest.fixture(autouse=True)
def process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "_command", lambda: [sys.executable, fake_llama.__file__])
    monkeypatch.setattr(llama, "find_spec", lambda _: True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF and more")
    return path


@pytest.fixture
def model(file: Path) -> Iterator[LlamaModel]:
    made = LlamaModel("tiny", lambda: file)
    yield made
    made.close()


def said(model: LlamaModel, words: str, most_tokens: int = 50) -> str:
    return "".join(model.stream([("system", "s"), ("human", words)], most_tokens=most_tokens)).strip()


def pid(model: LlamaModel) -> int:
    assert model._process is not None
    return model._process._popen.pid


def test_nothing_starts_before_it_is_asked(model: LlamaModel) -> None:
    assert model._process is None
    assert model.count_tokens("one two") is None
    assert model._process is None


def test_its_words_as_they_come(model: LlamaModel) -> None:
    assert said(model, "the lamp is on مصباح") == "the lamp is on مصباح"
    first = pid(model)
    assert said(model, "the roof leaks", most_tokens=2) == "the roof"
    assert pid(model) == first
    assert model.count_tokens("one two three") == 3


def test_it_is_stopped_by_who_stops_reading(model: LlamaModel) -> None:
    pieces = model.stream([("human", "one wait two")], most_tokens=50)
    assert next(piece for piece in pieces if piece) == "one "
    assert next(pieces) == ""  # a sign of life
    pieces.close()  # type: ignore[attr-defined]
    assert said(model, "and the next") == "and the next"


def test_they_are_served_in_turn(model: LlamaModel) -> None:
    first = model.stream([("human", "one wait two")], most_tokens=50)
    assert next(piece for piece in first if piece) == "one "
    found: list[str] = []
    threads = [threading.Thread(target=lambda n=n: found.append(said(model, f"number {n}"))) for n in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    assert found == []
    first.close()  # type: ignore[attr-defined]
    for thread in threads:
        thread.join()
    assert sorted(found) == ["number 0", "number 1", "number 2"]


def test_a_queue_that_is_too_long_is_told(model: LlamaModel, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = [model.stream([("human", "wait")], most_tokens=50) for _ in range(8)]
    for pieces in waiting:
        next(pieces)
    with pytest.raises(ModelUnavailableError, match="tiny is busy with 8 other answers; ask again in a minute"):
        said(model, "one more")
    for pieces in waiting:
        pieces.close()  # type: ignore[attr-defined]


def test_a_process_that_ends_is_told_and_started_anew(model: LlamaModel) -> None:
    assert said(model, "one") == "one"
    first = pid(model)
    with pytest.raises(ModelUnavailableError, match=r"the process of tiny ended \(exit code 7\)"):
        said(model, "one die two")
    assert said(model, "two") == "two"
    assert pid(model) != first


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_everybody_who_waits_is_told_when_it_is_killed(model: LlamaModel) -> None:
    waiting = [model.stream([("human", "wait")], most_tokens=50) for _ in range(3)]
    for pieces in waiting:
        next(pieces)
    os.kill(pid(model), 9)
    for pieces in waiting:
        with pytest.raises(ModelUnavailableError, match="SIGKILL, most often for want of memory"):
            list(pieces)


def test_a_request_that_fails_is_told(model: LlamaModel) -> None:
    with pytest.raises(ModelUnavailableError, match=r"tiny could not answer \(no room\)"):
        said(model, "one fail")
    assert said(model, "two") == "two"


def test_a_model_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(ModelUnavailableError, match="tiny cannot be loaded: ValueError: not a model"):
        said(LlamaModel("tiny", lambda: path), "one")


def test_one_that_is_silent_for_too_long_is_ended(model: LlamaModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "_SILENCE", 0.3)
    with pytest.raises(ModelUnavailableError, match=r"tiny wrote nothing for 0\.3 s and was ended"):
        said(model, "one wait")
    monkeypatch.setattr(llama, "_SILENCE", 30.0)
    assert said(model, "two") == "two"


def test_its_process_ends_with_it(model: LlamaModel) -> None:
    said(model, "one")
    running = model._process
    assert running is not None
    model.close()
    assert running._popen.wait(10) is not None
    model.close()


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    with pytest.raises(ModelUnavailableError, match=r"x\.gguf cannot be read .*check PINCITE_LLM"):
        said(LlamaModel("x", lambda: path), "one")
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(ModelUnavailableError, match="is no GGUF file"):
        said(LlamaModel("x", lambda: path), "one")

    def missing() -> Path:
        raise ModelError("the language model x is not installed; `pincite models pull x` fetches it")

    with pytest.raises(ModelUnavailableError, match="`pincite models pull x` fetches it"):
        said(LlamaModel("x", missing), "one")


def test_without_the_package_the_extra_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "find_spec", lambda _: None)
    with pytest.raises(ModelUnavailableError, match=r"xllamacpp; install pincite\[llm\]"):
        said(LlamaModel("x", lambda: file), "one")


def test_the_real_process_is_started_without_what_the_environment_adds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    command = llama._command()
    assert command[0] == sys.executable
    assert command[1:3] == ["-I", "-S"]
    assert "rag.compose.llama_process" in command[-1]
