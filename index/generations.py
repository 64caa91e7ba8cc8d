"""The index on disk: whole generations, switched atomically, written by one process and read by any number.

    INDEX/CURRENT                    one line: the generation that answers, and the SHA-256 of its manifest
    INDEX/lock                       held by the writer; says who that is
    INDEX/generations/g000007/       never changed once CURRENT names it
    INDEX/generations/g000008.part/  being written, or left by a writer that died

A crash at any instruction leaves CURRENT naming a generation that was on disk in full before it was named. Files that
two generations have in common are one file with two names (hard links), where the file system has such.
"""

import contextlib
import hashlib
import json
import os
import re
import shlex
import shutil
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index import durable
from index.errors import IndexDamagedError, IndexLockedError, IndexMissingError
from index.hold import Hold, exclusive, share

MANIFEST = "manifest.json"  # of a generation; it is written last, and locked by whoever reads the generation
_CURRENT = "CURRENT"
_FINISHED = re.compile(r"g\d{6,}")
_NAMED = re.compile(r"(g\d{6,})(?: ([0-9a-f]{64}))?\n")
_UNFINISHED = re.compile(r"g\d{6,}\.part")
_TRIES = 20  # a reader that loses a generation between naming and holding it looks again


def mend(folders: tuple[str, ...], rebuild: bool = True) -> str:
    """The command that brings an index of `folders` back, for a message."""
    names = shlex.join(folders) or "FOLDER"
    return f"run `pincite sync{' --rebuild' if rebuild else ''} {names}`"


def current(index: Path) -> Path:
    """The folder of the generation that answers.

    Raises IndexMissingError where there is none, IndexDamagedError where CURRENT is not what a writer leaves.
    """
    return named(index)[0]


def named(index: Path) -> tuple[Path, str | None]:
    """The folder of the generation that answers and the hexadecimal SHA-256 of its manifest; raises as `current`.

    An index of the first format has no checksum there.
    """
    path = index / _CURRENT
    try:
        line = _NAMED.fullmatch(path.read_bytes().decode("ascii", "replace"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissingError(f"there is no index in {index}; {mend((), rebuild=False)} to build one") from error
    except OSError as error:
        raise IndexDamagedError(f"{path} cannot be read: {error.strerror}; {mend(())}") from error
    if line is None:
        raise IndexDamagedError(f"{path} names no generation; {mend(())}")
    return index / "generations" / line[1], line[2]


def hold(index: Path) -> Hold:
    """Hold the generation that answers now. Raises what `current` raises, IndexDamagedError where it is gone."""
    for _ in range(_TRIES):
        folder, sha256 = named(index)
        try:
            descriptor = os.open(folder / MANIFEST, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            if current(index) == folder:
                raise IndexDamagedError(f"{folder / MANIFEST} is missing or cannot be read; {mend(())}") from error
            continue
        if share(descriptor, folder / MANIFEST):
            return Hold(folder, sha256, descriptor)
        os.close(descriptor)
    raise IndexDamagedError(f"the index in {index} is replaced faster than it can be opened; try again")


@contextlib.contextmanager
def writing(index: Path) -> Iterator[None]:
    """Be the one writer of the index, whose folder is made where it is missing; what dead writers left is removed.

    Raises IndexLockedError, which says who writes, where another process or thread does.
    """
    (index / "generations").mkdir(parents=True, exist_ok=True)
    lock = FileLock(index / "lock")
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise IndexLockedError(
            f"{_holder(index)} is writing to the index in {index}; wait until it is done, or stop it, and try again"
        ) from error
    try:
        _sign(index)
        with contextlib.suppress(OSError):
            _remove_leavings(index)
            prune(index)
        yield
    finally:
        lock.release()


def stage(index: Path) -> Path:
    """An empty folder for the next generation. Only for the writer."""
    generations = index / "generations"
    folder = generations / f"g{max(map(_number, _finished(generations)), default=0) + 1:06}.part"
    folder.mkdir()
    return folder


def commit(index: Path, staged: Path) -> Path:
    """Make the `staged` generation the one that answers and return its folder. Only for the writer.

    Everything in `staged` must have been flushed (`durable.flush`), the manifest last.
    """
    sha256 = hashlib.sha256((staged / MANIFEST).read_bytes()).hexdigest()
    for inner in (path for path in staged.iterdir() if path.is_dir()):
        durable.flush_folder(inner)
    durable.flush_folder(staged)
    folder = staged.with_suffix("")
    staged.rename(folder)
    durable.flush_folder(folder.parent)
    temporary = index / f"{_CURRENT}.part"
    temporary.write_text(f"{folder.name} {sha256}\n", encoding="ascii", newline="\n")
    durable.flush(temporary)
    os.replace(temporary, index / _CURRENT)  # noqa: PTH105 -- the one atomic step, named as the manuals name it
    durable.flush_folder(index)
    return folder


def prune(index: Path, keep_previous: bool = True) -> None:
    """Remove the generations that neither answer, nor did just before, nor are held by a reader.

    Without `keep_previous` the one before goes too. Only for the writer.
    """
    generations = index / "generations"
    answering = _answering(index)
    if answering is None:
        return
    finished, kept = _finished(generations), {answering}
    if keep_previous:
        before = (name for name in finished if _number(name) < _number(answering))
        kept.add(max(before, key=_number, default=answering))
    for name in sorted(set(finished) - kept):
        _remove_unless_held(generations / name)


def _finished(generations: Path) -> list[str]:
    return [entry.name for entry in generations.iterdir() if _FINISHED.fullmatch(entry.name)]


def _answering(index: Path) -> str | None:
    """The name of the generation that answers; None where that cannot be told, and then all may be of worth."""
    try:
        return current(index).name
    except (IndexMissingError, IndexDamagedError):
        return None


def _number(name: str) -> int:
    return int(name[1:])


def _remove_leavings(index: Path) -> None:
    """Remove what was never finished, and what is newer than what answers: it was finished and never switched to."""
    answering = _answering(index)
    for entry in sorted((index / "generations").iterdir()):
        orphan = answering and _FINISHED.fullmatch(entry.name) and _number(entry.name) > _number(answering)
        if orphan or _UNFINISHED.fullmatch(entry.name):
            shutil.rmtree(entry)


def _remove_unless_held(folder: Path) -> None:
    """Remove a generation; one whose manifest cannot be locked, or on Windows moved, stays for a later writer."""
    with contextlib.suppress(OSError), exclusive(folder / MANIFEST):
        # The new name marks it as rubbish, should this process die half-way.
        shutil.rmtree(folder.rename(folder.with_name(folder.name + ".part")))


def _sign(index: Path) -> None:
    holder = {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with contextlib.suppress(OSError):  # Windows refuses; then a second writer is not told who the first is
        (index / "lock").write_text(json.dumps(holder) + "\n", encoding="utf-8")


def _holder(index: Path) -> str:
    try:
        holder = json.loads((index / "lock").read_text(encoding="utf-8"))
        return f"process {int(holder['pid'])} on {holder['host']} (since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
