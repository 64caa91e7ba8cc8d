"""Finding the documents below a folder, and reading one, without ever leaving the folder.

No symbolic link below the folder is followed, neither to a file nor to a folder, and nothing but regular files is read:
names are what whoever fills the folder made them, and a file may be swapped for something else between two looks.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import readers
from index.errors import PinciteError, ReadError

# Absent on Windows, where links and pipes do not lie about among documents.
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_SAFE = _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _SAFE
_FILE = os.O_RDONLY | getattr(os, "O_BINARY", 0) | _SAFE
_STEPWISE = os.open in os.supports_dir_fd and os.scandir in os.supports_fd


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells at a glance that a file was not touched: size in bytes, times in nanoseconds."""

    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True, slots=True)
class Found:
    """A file that can be a document: `id` is its path below `folder`, with `/`."""

    id: str
    folder: Path
    stamp: Stamp


@dataclass(frozen=True, slots=True)
class Failure:
    """A document (or a whole folder of them) that could not be read, and why."""

    document: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    """What lies in the folders: files sorted by folder, then id; `blind` are folders that could not be listed.

    `blind` holds (synced folder, path below it, "" for itself); what is below one is unknown, not gone.
    """

    found: tuple[Found, ...]
    failed: tuple[Failure, ...]
    blind: tuple[tuple[Path, str], ...]


def check_folders(folders: Sequence[Path]) -> tuple[Path, ...]:
    """The folders as absolute paths, each once; raises PinciteError where one is missing or no folder."""
    for folder in folders:
        if not folder.is_dir():
            found = "is a file" if folder.exists() else "does not exist"
            raise PinciteError(f"{folder} {found}; name a folder of documents")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise PinciteError(f"{folder} cannot be listed; ask for permission to read it, or name another folder")
    return tuple(dict.fromkeys(folder.resolve() for folder in folders))


def scan(folders: Sequence[Path], index: Path) -> Scan:
    """Every file below `folders` whose suffix can be read, hidden and temporary ones and the `index` folder left out.

    A path that stands in two folders belongs to the one named first; in the other it is a failure.
    """
    found: dict[str, Found] = {}
    failed: list[Failure] = []
    blind: list[tuple[Path, str]] = []
    for folder in folders:
        for entry in sorted(_walk(folder, index), key=lambda e: e.id):
            if isinstance(entry, _Blind):
                blind.append((folder, entry.id))
                failed.append(Failure(shown(entry.id) or ".", entry.reason))
            elif shown(entry.id) != entry.id:
                failed.append(Failure(shown(entry.id), "its name is not valid UTF-8; rename it"))
            elif entry.id in found:
                failed.append(
                    Failure(entry.id, f"the same path stands in {found[entry.id].folder}, which was named first")
                )
            else:
                found[entry.id] = entry
    return Scan(tuple(found.values()), tuple(failed), tuple(blind))


def read_file(file: Found, most: int) -> tuple[bytes, Stamp]:
    """The bytes of a file, and its stamp from before they were read, so that a change meanwhile shows the next time.

    Raises ReadError where it is no regular file any more or larger than `most` bytes, OSError where it cannot be
    opened.
    """
    with _file_below(file.folder, file.id) as descriptor:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise ReadError("it is not an ordinary file")
        check_size(status.st_size, most)
        with open(descriptor, "rb", closefd=False) as opened:
            data = opened.read(most + 1)
        check_size(len(data), most)
    return data, _stamp(status)


def check_size(size: int, most: int) -> None:
    """Raise ReadError where `size` bytes are more than `most`."""
    if size > most:
        raise ReadError(f"it is too large: {size:,} bytes where {most:,} are read at most; split it, or leave it out")


@dataclass(frozen=True, slots=True)
class _Blind:
    id: str  # "" for the synced folder itself
    reason: str


def _walk(folder: Path, index: Path) -> Iterator[Found | _Blind]:
    pending = [""]
    while pending:
        at = pending.pop()
        try:
            with _folder_below(folder, at) as opened, os.scandir(opened) as entries:
                if at and _same(opened, index):
                    continue
                for entry in entries:
                    id = f"{at}/{entry.name}" if at else entry.name
                    if _left_out(entry):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(id)
                    elif entry.is_file(follow_symlinks=False) and readers.supported(entry.name):
                        with contextlib.suppress(FileNotFoundError):
                            yield Found(id, folder, _stamp(entry.stat(follow_symlinks=False)))
        except OSError as error:
            # Gone, or replaced by a file or a link, since the folder above was listed: then nothing is there.
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                yield _Blind(at, f"it cannot be listed: {error.strerror}")


def _left_out(entry: os.DirEntry[str]) -> bool:
    """Hidden files, what office programs leave beside an open file, and Windows' links between folders.

    What editors leave (`x.md~`, `#x.md#`, `x.md.swp`) has no suffix that can be read.
    """
    return entry.name.startswith((".", "~$")) or getattr(entry, "is_junction", bool)()


@contextlib.contextmanager
def _folder_below(folder: Path, at: str) -> Iterator[int | str]:
    """The folder at the path `at` below `folder`, opened step by step so that no link is followed on the way."""
    if not _STEPWISE:
        yield str(folder / at)
        return
    descriptor = os.open(folder, _FOLDER & ~_NO_LINK)
    try:
        for name in filter(None, at.split("/")):
            inner = os.open(name, _FOLDER, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _file_below(folder: Path, id: str) -> Iterator[int]:
    above, _, name = id.rpartition("/")
    with _folder_below(folder, above) as opened:
        descriptor = os.open(name, _FILE, dir_fd=opened) if isinstance(opened, int) else os.open(folder / id, _FILE)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _same(opened: int | str, path: Path) -> bool:
    try:
        return os.path.samestat(os.stat(opened), path.stat())  # noqa: PTH116 -- a descriptor
    except FileNotFoundError:
        return False


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def shown(path: str | Path) -> str:
    """The path as text that can be written anywhere: bytes that are no UTF-8 as backslash escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")
