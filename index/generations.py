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
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from index.errors import IndexDamagedError, IndexLockedError, IndexMissingError

if os.name != "nt":
    import fcntl

MANIFEST = "manifest.json"  # of a generation; it is written last, and locked by whoever reads the generation
_CURRENT = "CURRENT"
_FINISHED = re.compile(r"g\d{6,}")
_NAMED = re.compile(r"(g\d{6,})(?: ([0-9a-f]{64}))?\n")
_UNFINISHED = re.compile(r"g\d{6,}\.part")
_TRIES = 20  # a reader that loses a generation between naming and holding it looks again


class Hold:
    """Keeps one generation on disk for as long as it is read: a shared lock on its manifest.

    Where the file system has no locks the generation is read all the same. On Windows open files cannot be removed,
    which serves as well.
    """

    def __init__(self, folder: Path, sha256: str | None, descriptor: int) -> None:
        """Hold the generation in `folder`, whose manifest must have that checksum."""
        self.folder, self.sha256 = folder, sha256
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let the generation be removed. Releasing twice does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __del__(self) -> None:
        self.release()  # whoever lets go of an index that others may still read cannot close it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.release()


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
        if _share(descriptor, folder / MANIFEST):
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

    Everything in `staged` must have been flushed (`flush`), the manifest last.
    """
    sha256 = hashlib.sha256((staged / MANIFEST).read_bytes()).hexdigest()
    for inner in (path for path in staged.iterdir() if path.is_dir()):
        flush_folder(inner)
    flush_folder(staged)
    folder = staged.with_suffix("")
    staged.rename(folder)
    flush_folder(folder.parent)
    temporary = index / f"{_CURRENT}.part"
    temporary.write_text(f"{folder.name} {sha256}\n", encoding="ascii", newline="\n")
    flush(temporary)
    os.replace(temporary, index / _CURRENT)  # noqa: PTH105 -- the one atomic step, named as the manuals name it
    flush_folder(index)
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


def link(source: Path, target: Path) -> None:
    """Give the file `source`, which never changes again, a second name; a copy where the file system has no links."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
        flush(target)


def flush(path: Path) -> None:
    """Wait until the file at `path` is on disk."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(path: Path) -> None:
    """Wait until the names in a folder are on disk."""
    if os.name != "nt":  # Windows cannot open a folder, and its file system keeps the order by itself
        flush(path)


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


def _share(descriptor: int, manifest: Path) -> bool:
    """Lock the manifest for reading; False where the writer has removed it meanwhile."""
    if os.name != "nt":
        # Shared locks do not exclude each other; the writer holds its own only while it removes the generation.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        return os.path.samestat(os.fstat(descriptor), manifest.stat())
    except FileNotFoundError:
        return False


def _remove_unless_held(folder: Path) -> None:
    """Remove a generation; one whose manifest cannot be locked, or on Windows moved, stays for a later writer."""
    with contextlib.suppress(OSError), _exclusive(folder / MANIFEST):
        # The new name marks it as rubbish, should this process die half-way.
        shutil.rmtree(folder.rename(folder.with_name(folder.name + ".part")))


@contextlib.contextmanager
def _exclusive(manifest: Path) -> Iterator[None]:
    if os.name == "nt" or not manifest.exists():  # without a manifest nobody can have held it
        yield
        return
    descriptor = os.open(manifest, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


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
