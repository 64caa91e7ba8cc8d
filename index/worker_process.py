"""The process in which files are read: it takes a file from its pipe, gives back the documents in it, and so on.

Whatever a file makes of its reader happens here, where time and memory are bounded and nothing else lives. The parent
believes nothing that it is told from here.
"""

import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from index import frames
from index.limits import Limits
from index.part_frames import pack
from index.readers.nesting import reason
from index.reading import failed, read_parts

READY = b"ready"
OUT_OF_MEMORY = 86  # this process' exit code where a file needed more than it is allowed
_PATIENCE = 5  # seconds after which a process ends itself whose parent should have ended it
# What some readers' libraries import where it is installed and do without elsewhere: it reserves memory by the core.
_NOT_HERE = ("numpy", "pandas", "torch", "faiss")
_PR_SET_PDEATHSIG, _M_ARENA_MAX = 1, -8  # of <sys/prctl.h> and <malloc.h>


def main(parent: int) -> None:
    """Serve the process numbered `parent` until it closes the pipe or ends."""
    for name in _NOT_HERE:
        sys.modules[name] = None  # type: ignore[assignment]
    requests, replies = _take_over_pipes()
    limits = Limits(**json.loads(frames.read(requests, frames.LONGEST)))
    _confine(limits, parent)
    frames.write(replies, [READY])
    while True:
        try:
            name = json.loads(frames.read(requests, frames.LONGEST))
            data = frames.read(requests, frames.LONGEST)
        except EOFError:
            return
        try:
            _serve(replies, name, data, limits)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except BaseException:
            os._exit(1)  # at once: the parent must see how this process ended, and nothing here is worth tidying up


def _serve(replies: BinaryIO, name: str, data: bytes, limits: Limits) -> None:
    _end_after(limits.seconds + _PATIENCE)
    for part in read_parts(name, data, limits):
        try:
            packed = pack(part)
        except (ValueError, OverflowError) as error:
            packed = pack(failed(part.name, part.format, reason(error)))
        frames.write(replies, packed)
    _end_after(0)
    frames.write(replies, [b"", str(_address_space()).encode()])


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two ends for this module alone; what a library prints, or a program that one starts, goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return requests, replies


def _confine(limits: Limits, parent: int) -> None:
    """Bound what this process may take, as far as the system can: macOS and Windows leave its memory unbounded."""
    if sys.platform == "win32":
        return
    import resource

    for kind, amount in ((resource.RLIMIT_AS, limits.memory_bytes), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        most = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))
    if sys.platform == "linux":
        _end_with(parent)


def _end_with(parent: int) -> None:
    """Have Linux end this process when the thread that started it ends; elsewhere it ends when its pipe is closed."""
    import ctypes

    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before it was asked for
        os._exit(1)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, 1)  # glibc sets 64 MB of the address space aside for each thread that allocates


def _end_after(seconds: float) -> None:
    """Have the system end this process after `seconds`; 0 takes that back."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _address_space() -> int:
    """Bytes that count against the limit on memory; 0 where that is not known."""
    try:
        pages = Path("/proc/self/statm").read_bytes().split()[0]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
