"""Doing something in a forked process, and killing that just before it changes the disk."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

_CHANGES = frozenset("os.rename os.remove os.rmdir os.mkdir os.link sqlite3.connect shutil.copyfile".split())
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def in_child(act: Callable[[], object]) -> int:
    """Run `act` in a forked process; its signal as a negative number, 0 where it ended well, else 1."""
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(event: int, act: Callable[[], object]) -> int:
    """How a child ends that does `act` and is killed just before it changes the disk for the `event`-th time."""

    def run() -> None:
        left = [event]

        def count(name: str, arguments: tuple[object, ...]) -> None:
            if _kind(name, arguments):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)  # cannot be taken away again; the child is
        act()

    return in_child(run)


def moments(act: Callable[[], object], step: int, log: Path) -> list[int]:
    """At which of its changes of the disk to kill `act`: every `step`-th, the first of each kind and every renaming.

    It is done once in a child to see what it does; `log` is a file for what it did. Changes count from 1.
    """
    with log.open("w") as written:

        def run() -> None:
            def note(name: str, arguments: tuple[object, ...]) -> None:
                if kind := _kind(name, arguments):
                    os.write(written.fileno(), f"{kind}\n".encode())

            sys.addaudithook(note)
            act()

        assert in_child(run) == 0
    done = log.read_text().splitlines()
    first_of_kind = {done.index(kind) for kind in done}
    renamings = {number for number, kind in enumerate(done) if kind.startswith("os.rename")}
    return sorted(number + 1 for number in {*range(0, len(done), step), *first_of_kind, *renamings})


def _kind(event: str, arguments: tuple[object, ...]) -> str:
    """What is done to the disk, and to what kind of file; "" where the disk stays as it is."""
    opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & _TO_WRITE
    if not opens and event not in _CHANGES:
        return ""
    named = arguments[0] if isinstance(arguments[0], (str, bytes, os.PathLike)) else ""
    return f"{event} {Path(os.fsdecode(named)).suffix}"
