"""A local model, a GGUF file, in a process of its own (llama_process.py): what it is given stays on the machine."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import rag
from index.errors import ModelError
from rag.compose.model import Message, ModelUnavailableError

CONTEXT = 2_048  # tokens of prompt and answer together
_MOST_THREADS = 8  # more make a small model no faster
_MOST_WAITING = 8  # answers at once; who comes after those would wait for minutes
_HEARTBEAT = 0.2  # seconds
_SILENCE = 120.0  # seconds without a sign from a process at work
_COUNTING = 2.0  # seconds
_MAGIC = b"GGUF"


class LlamaModel:
    """The model of a GGUF file, in a process that starts with the first use.

    Safe to use from many threads; they are served one after the other.
    """

    def __init__(self, name: str, find: Callable[[], Path]) -> None:
        """Write with the model that people call `name`; `find` says where its file is, or raises ModelError."""
        self.name = name
        self._find = find
        self._lock = threading.Lock()
        self._process: _Process | None = None

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        """The pieces of its answer as they come, empty ones while it loads, waits its turn or reads the prompt."""
        process = self._running()
        asked = {"messages": list(messages), "most_tokens": most_tokens, "grammar": grammar}
        yield from process.pieces(asked)

    def count_tokens(self, text: str) -> int | None:
        """Length of `text` in its tokens; None before it is loaded, so that nobody waits for that to count."""
        process = self._process
        return process.count(text) if process and process.ready else None

    def close(self) -> None:
        """End its process."""
        with self._lock:
            process, self._process = self._process, None
        if process:
            process.end()

    def _running(self) -> "_Process":
        with self._lock:
            if self._process is None or self._process.ended:
                self._process = _Process(_checked(self._find), self.name)
            return self._process


class _Process:
    """A running process and those who wait for it."""

    def __init__(self, file: Path, name: str) -> None:
        self.ready = self.ended = False
        self._name, self._failure = name, ""
        self._folder = tempfile.TemporaryDirectory(prefix="pincite-", ignore_cleanup_errors=True)
        self._lock = threading.Lock()
        self._number = 0
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        try:
            self._popen = subprocess.Popen(
                _command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ModelUnavailableError(f"{name} cannot be started ({error.strerror or error})") from error
        assert self._popen.stdin is not None and self._popen.stdout is not None
        self._requests: BinaryIO = self._popen.stdin  # type: ignore[assignment]
        self._replies: BinaryIO = self._popen.stdout  # type: ignore[assignment]
        self._say(_settings(file, Path(self._folder.name)))
        threading.Thread(target=self._listen, name=f"{name} listens", daemon=True).start()

    def pieces(self, asked: dict[str, Any]) -> Iterator[str]:
        """What it writes; ends its writing when closed."""
        number, said = self._enter()
        done = False
        try:
            self._say({"id": number, **asked})
            for part in self._parts(said):
                done = not part.keys().isdisjoint(("done", "failed", "ended"))
                if "ended" in part:
                    raise ModelUnavailableError(part["ended"])
                if "failed" in part:
                    raise ModelUnavailableError(f"{self._name} could not answer ({part['failed']})")
                if done:
                    return
                yield part.get("piece", "")
        finally:
            self._leave(number, stop=not done)

    def count(self, text: str) -> int | None:
        """Length of `text` in tokens, None where it does not say."""
        number, said = self._enter(most=None)
        try:
            self._say({"id": number, "count": text})
            tokens = said.get(timeout=_COUNTING).get("tokens")
            return tokens if isinstance(tokens, int) else None
        except (queue.Empty, ModelUnavailableError):
            return None
        finally:
            self._leave(number, stop=False)

    def end(self) -> None:
        """End it at once; nobody is to ask it any more."""
        self.ended = True
        with contextlib.suppress(OSError):
            self._popen.kill()

    def _parts(self, said: "queue.SimpleQueue[dict[str, Any]]") -> Iterator[dict[str, Any]]:
        """What it says to one of those who wait; {} while it says nothing."""
        heard = time.monotonic()
        begun = False
        while True:
            try:
                part = said.get(timeout=_HEARTBEAT)
            except queue.Empty:
                if (begun or not self.ready) and time.monotonic() - heard > _SILENCE:
                    self.end()
                    raise ModelUnavailableError(
                        f"{self._name} wrote nothing for {_SILENCE:g} s and was ended"
                    ) from None
                yield {}
            else:
                heard = time.monotonic()
                begun = begun or "begun" in part
                yield part

    def _enter(self, most: int | None = _MOST_WAITING) -> tuple[int, "queue.SimpleQueue[dict[str, Any]]"]:
        with self._lock:
            if self.ended:
                raise ModelUnavailableError(self._why())
            if most is not None and len(self._waiting) >= most:
                raise ModelUnavailableError(f"{self._name} is busy with {most} other answers; ask again in a minute")
            self._number += 1
            said = self._waiting[self._number] = queue.SimpleQueue()
            return self._number, said

    def _leave(self, number: int, stop: bool) -> None:
        with self._lock:
            self._waiting.pop(number, None)
        if stop:
            with contextlib.suppress(ModelUnavailableError):
                self._say({"stop": number})

    def _say(self, said: dict[str, Any]) -> None:
        line = json.dumps(said).encode() + b"\n"
        try:
            with self._lock:
                self._requests.write(line)
                self._requests.flush()
        except (OSError, ValueError) as error:
            raise ModelUnavailableError(self._why()) from error

    def _listen(self) -> None:
        """Pass on what it says until it ends, and let everybody know when it does."""
        with contextlib.suppress(OSError, ValueError):
            for line in self._replies:
                self._hear(json.loads(line))
        self.end()
        self._popen.wait()
        self._folder.cleanup()
        with self._lock:
            for said in self._waiting.values():
                said.put({"ended": self._why()})

    def _hear(self, part: dict[str, Any]) -> None:
        if "ready" in part:
            self.ready = True
        elif "id" not in part:
            self._failure = str(part.get("failed"))
        with self._lock:
            said = self._waiting.get(part.get("id", 0))
        if said:
            said.put(part)

    def _why(self) -> str:
        if self._failure:
            return f"{self._name} cannot be loaded: {self._failure}"
        code = self._popen.poll()
        how = next((known.name for known in signal.Signals if code is not None and known == -code), f"exit code {code}")
        memory = ", most often for want of memory" if how == "SIGKILL" else ""
        return f"the process of {self._name} ended ({how}{memory})"


def _checked(find: Callable[[], Path]) -> Path:
    """The model's file. Raises ModelUnavailableError, with what to do, where it cannot be run."""
    if find_spec("xllamacpp") is None:
        raise ModelUnavailableError("a local language model needs the package xllamacpp; install pincite[llm]")
    try:
        file = find()
        with file.open("rb") as opened:
            magic = opened.read(len(_MAGIC))
    except ModelError as error:
        raise ModelUnavailableError(str(error)) from error
    except OSError as error:
        where = error.filename or "the model's file"
        raise ModelUnavailableError(f"{where} cannot be read ({error.strerror or error}); check PINCITE_LLM") from error
    if magic != _MAGIC:
        raise ModelUnavailableError(f"{file} is no GGUF file; name one in PINCITE_LLM, or a model of `pincite models`")
    return file.resolve()


def _settings(file: Path, folder: Path) -> dict[str, Any]:
    local = str(folder / "model.sock") if sys.platform != "win32" else ""
    return {"model": str(file), "context": CONTEXT, "cores": _cores(), "socket": local}


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _MOST_THREADS))


def _command() -> list[str]:
    """Starts the process: Python with this one's modules, and none that the working folder or the environment adds."""
    path = [folder for folder in sys.path if folder]
    above = str(Path(rag.__file__).parent.parent)
    if above not in path:
        path.insert(0, above)
    begin = f"import sys; sys.path[:] = {path!a}; from rag.compose.llama_process import main; main()"
    return [sys.executable, "-I", "-S", "-c", begin]
