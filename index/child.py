"""A process that reads files, seen from its parent: it is asked, waited for so long and no longer, and not believed."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import index
from index import frames
from index.errors import PinciteError, ReadError
from index.limits import Limits
from index.part_frames import FRAMES, unpack
from index.readers.nesting import most_documents
from index.reading import ReadPart
from index.worker_process import OUT_OF_MEMORY, READY

_START_SECONDS = 60.0  # in which a process starts, on the slowest of disks
# Bytes of an answer: a character is up to 4, a PDF's word with its box 44, and a header stands before each document.
_BYTES_A_CHARACTER, _BYTES_MORE = 32, 16_000_000
_MB = 1_000_000


class BrokenError(ReadError):
    """A process had to be ended over a file; `late` where that was for want of time."""

    def __init__(self, reason: str, late: bool = False) -> None:
        super().__init__(reason)
        self.late = late


class Child:
    """A running process; after any exception from `read` it has to be killed."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        """Start it. Raises PinciteError where that fails."""
        self._limits = limits
        self.files = 0  # that it has read
        self.memory_bytes = 0  # that it says it holds
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            raise PinciteError(f"the process that reads documents cannot be started: {error.strerror}") from error
        assert self._popen.stdin is not None and self._popen.stdout is not None
        self._requests: BinaryIO = self._popen.stdin  # type: ignore[assignment]
        self._replies: BinaryIO = self._popen.stdout  # type: ignore[assignment]
        self._greet()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._popen.pid

    def read(self, name: str, data: bytes) -> list[ReadPart]:
        """The documents of a file. Raises BrokenError where none that can be believed are given."""
        with _Deadline(self._limits.seconds, self._signal) as deadline:
            try:
                frames.write(self._requests, [json.dumps(name).encode(), data])
                parts = list(self._answer())
            except (EOFError, OSError):
                ended = None
            except ValueError as error:
                ended = f"what its reader answered is not sound ({error}); leave it out"
            else:
                self.files += 1
                return parts
        if deadline.passed:
            late = f"reading it took longer than {self._limits.seconds:g} s; split it or leave it out"
            raise BrokenError(late, late=True)
        raise BrokenError(ended or self._why_it_ended())

    def kill(self) -> None:
        """End the process and those that it started."""
        self._signal()
        self._popen.wait()
        for pipe in (self._requests, self._replies):
            with contextlib.suppress(OSError):
                pipe.close()

    def _greet(self) -> None:
        try:
            with _Deadline(_START_SECONDS, self._signal):
                frames.write(self._requests, [json.dumps(asdict(self._limits)).encode()])
                sound = frames.read(self._replies, len(READY)) == READY
        except (EOFError, OSError, ValueError):
            sound = False
        except BaseException:
            self.kill()
            raise
        if not sound:
            self.kill()
            raise PinciteError(
                f"the process that reads documents did not start (it ended with {self._popen.returncode}); allow it "
                f"more than {self._limits.memory_bytes // _MB:,} MB of memory, or install Pincite anew"
            )

    def _answer(self) -> Iterator[ReadPart]:
        left = _BYTES_A_CHARACTER * self._limits.characters + _BYTES_MORE

        def frame() -> bytes:
            nonlocal left
            data = frames.read(self._replies, left)
            left -= len(data)
            return data

        names: set[str] = set()
        while header := frame():
            part = unpack([header, *(frame() for _ in range(FRAMES - 1))])
            if part.name in names or len(names) > most_documents(self._limits):
                raise ValueError("two documents of one name, or too many")
            names.add(part.name)
            yield part
        self.memory_bytes = int(frames.read(self._replies, 20))

    def _signal(self) -> None:
        if self._popen.returncode is not None:
            return  # its number may be another process' by now
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._popen.kill()
            else:
                os.killpg(self._popen.pid, signal.SIGKILL)

    def _why_it_ended(self) -> str:
        self._signal()  # does nothing to one that is ending, and ends one that only closed its pipe
        code = self._popen.wait()
        memory = f"more than {self._limits.memory_bytes // _MB:,} MB of memory"
        if code == OUT_OF_MEMORY:
            return f"reading it took {memory}; split it or leave it out"
        how = next((known.name for known in signal.Signals if known == -code), f"exit code {code}")
        if how == "SIGKILL":
            return "the system ended its reader, most often for want of memory; split it or leave it out"
        return f"the reader crashed ({how}), as some do that need {memory}; save it anew, split it or leave it out"


class _Deadline:
    """Ends a process that is not done after `seconds`; `passed` says whether it was."""

    def __init__(self, seconds: float, end: Callable[[], None]) -> None:
        self.passed = False
        self._over = False
        self._end = end
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:  # from here on the process may be at work on the next file
            self._over = True
        self._timer.cancel()

    def _expire(self) -> None:
        with self._lock:
            if not self._over:
                self.passed = True
                self._end()


def command() -> list[str]:
    """Starts one: Python with this process' modules, and none that the working folder or the environment adds."""
    path = [folder for folder in sys.path if folder]
    above = str(Path(index.__file__).parent.parent)
    if above not in path:
        path.insert(0, above)
    begin = f"import sys; sys.path[:] = {path!a}; from index.worker_process import main; main({os.getpid()})"
    return [sys.executable, "-I", "-S", "-c", begin]
