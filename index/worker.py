"""Reading files in another process, so that none of them can stop, swell or take over this one."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from index import frames
from index.child import BrokenError, Child, command
from index.errors import ReadError
from index.limits import Limits
from index.readers import format_of
from index.reading import ReadPart, failed
from index.scan import check_size

_MOST_FILES = 2000  # that one process reads: starting another costs 0.1 s, what leaks meanwhile is given back


class Worker:
    """Reads files in a process of its own, started with the first file and replaced when a file broke or swelled it.

    Each file is read within `limits`; Windows and macOS bound the time but not the memory. On Linux the process ends
    with the thread that started it, and another is started for the next file. For one thread at a time.
    """

    def __init__(self, limits: Limits, command: Sequence[str] | None = None) -> None:
        """`command` starts the process, where it is to be another than `index.worker_process`."""
        self._limits = limits
        self._command = command
        self._process: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The number of the process, None where there is none now."""
        return None if self._process is None else self._process.pid

    def close(self) -> None:
        """End the process; the next file starts another."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def read(self, name: str, data: bytes) -> list[ReadPart]:
        """The documents of the file called `name`, as `reading.read_parts` gives them.

        A file that takes too much time or memory, or breaks the process, is a single failure under the name "".
        Raises PinciteError where no process can be started.
        """
        try:
            check_size(len(data), min(self._limits.file_bytes, frames.LONGEST))
            return self._read(name, data)
        except ReadError as error:
            return [failed("", format_of(name), str(error))]

    def _read(self, name: str, data: bytes) -> list[ReadPart]:
        process = self._running()
        fresh = process.files == 0
        try:
            return self._ask(process, name, data)
        except BrokenError as broken:
            if fresh or broken.late:
                raise
        # It may have broken because of what earlier files left behind in it, or have ended long ago.
        return self._ask(self._running(), name, data)

    def _running(self) -> Child:
        if self._process is None:
            self._process = Child(self._command or command(), self._limits)
        return self._process

    def _ask(self, process: Child, name: str, data: bytes) -> list[ReadPart]:
        try:
            parts = process.read(name, data)
        except BaseException:
            self.close()
            raise
        if process.files >= _MOST_FILES or process.memory_bytes > self._limits.memory_bytes // 2:
            self.close()
        return parts
