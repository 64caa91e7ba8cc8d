"""A mirror on disk: the copies in a folder, and beside it a record of where each came from.

    MIRROR/…          the copies, and nothing else
    MIRROR.json       the record: whose mirror it is, and for each address the copy's name, size, time and marks
    MIRROR.lock       held while the mirror is being brought in line

A copy is written under another name, flushed and renamed; then the record is. What a crash leaves in between is a file
that the record does not know, or knows otherwise: the first is removed at the next opening, the second fetched anew.
"""

import contextlib
import filecmp
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.durable import flush_folder
from index.errors import IndexDamagedError, IndexLockedError, PinciteError
from index.mirror_names import Names, is_safe, same
from index.remote import Content, Marks

_FORMAT = 1
_PART = ".part-"
_LATEST = 1e11  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Copy:
    """A document as it lies in the folder: its path there, with `/`, its size in bytes and time in nanoseconds."""

    name: str
    size: int
    mtime_ns: int
    marks: Marks


@dataclass(frozen=True, slots=True)
class Record:
    """What a mirror holds: the remote's address, and the copies by the documents' addresses."""

    origin: str
    copies: dict[str, Copy]


def read_record(folder: Path) -> Record | None:
    """The record of the mirror in `folder`, or None where there is none. Raises IndexDamagedError."""
    path = _record_of(folder)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        if value["format"] != _FORMAT:
            raise ValueError(f"its format is {value['format']!r} where {_FORMAT} is read")
        copies = {address: _copy(entry) for address, entry in value["documents"].items()}
        return Record(str(value["origin"]), copies)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamagedError(
            f"{path} is not what a mirror's record is ({error}); remove it and {folder}, and sync again"
        ) from error


class MirrorFolder:
    """The copies of one remote, to be changed by the holder of the mirror's lock; `opened` gives one."""

    def __init__(self, folder: Path, record: Record) -> None:
        self._folder, self._origin, self._copies = folder, record.origin, record.copies
        self._names = Names(copy.name for copy in record.copies.values())

    def addresses(self) -> tuple[str, ...]:
        """The documents that there are copies of, whether they can still be read or not."""
        return tuple(self._copies)

    def intact(self, address: str) -> Copy | None:
        """The copy of a document, if it lies there as it was written."""
        copy = self._copies.get(address)
        if copy is None:
            return None
        try:
            status = (self._folder / copy.name).lstat()
        except OSError:
            return None
        same_file = (status.st_size, status.st_mtime_ns) == (copy.size, copy.mtime_ns)
        return copy if same_file and stat.S_ISREG(status.st_mode) else None

    def keep(self, address: str, marks: Marks) -> None:
        """Note that the copy of a document is current."""
        self._copies[address] = replace(self._copies[address], marks=marks)

    def store(self, address: str, content: Content, marks: Marks) -> bool:
        """Write the copy of a document; False where the very same bytes lay there under the same name.

        Raises OSError, and whatever reading the content raises; then the old copy is there.
        """
        old, whole = self._copies.get(address), self.intact(address)
        if old:
            self._names.give_back(old.name)
        name = self._names.choose(content, address)
        try:
            written = self._write(name, content, old if whole else None)
        except BaseException:
            if old:
                self._names.take(old.name)
            raise
        self._names.take(name)
        if old and old.name != name:
            self._unlink(old.name)
        status = (self._folder / name).lstat()
        self._copies[address] = Copy(name, status.st_size, status.st_mtime_ns, marks)
        return written

    def drop(self, address: str) -> bool:
        """Remove the copy of a document; False where there is none."""
        copy = self._copies.pop(address, None)
        if copy is None:
            return False
        self._names.give_back(copy.name)
        self._unlink(copy.name)
        return True

    def save(self) -> None:
        """Write the record."""
        documents = {address: asdict(copy) for address, copy in self._copies.items()}
        record = {"format": _FORMAT, "origin": self._origin, "documents": documents}
        with _written(self._folder.parent) as part:
            part.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
            _put(part, _record_of(self._folder))

    def sweep(self) -> None:
        """Remove whatever lies in the folder and is no copy; links are removed and never followed."""
        known = {same(copy.name) for copy in self._copies.values()}
        for at, folders, files in os.walk(self._folder, topdown=False):
            for name in files:
                path = Path(at, name)
                if same(path.relative_to(self._folder).as_posix()) not in known or path.is_symlink():
                    path.unlink()
            for name in folders:
                path = Path(at, name)
                if path.is_symlink():
                    path.unlink()
                else:
                    with contextlib.suppress(OSError):  # not empty
                        path.rmdir()

    def _write(self, name: str, content: Content, old: Copy | None) -> bool:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with _written(path.parent) as part:
            with part.open("wb") as file:
                for piece in content.pieces:
                    file.write(piece)
            if old and old.name == name and filecmp.cmp(part, path, shallow=False):
                return False
            _put(part, path)
        return True

    def _unlink(self, name: str) -> None:
        path = self._folder / name
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # up to one that is not empty
            while (path := path.parent) != self._folder:
                path.rmdir()


@contextlib.contextmanager
def opened(folder: Path, origin: str) -> Iterator[MirrorFolder]:
    """The mirror of `origin` in `folder`, which is made if need be, for this process alone.

    Raises IndexLockedError where another process has it, IndexDamagedError, and PinciteError where the folder is no
    mirror or that of another address: nothing in it is then touched.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder.with_name(folder.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexLockedError(f"another process is mirroring {origin}; wait until it is done") from error
    try:
        record = read_record(folder)
        if record is None and folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise PinciteError(
                f"{folder} is no mirror of {origin}, and nothing in it is replaced; name an empty folder"
            )
        if record and record.origin != origin:
            raise PinciteError(f"{folder} mirrors {record.origin}, not {origin}; name another folder")
        mirror = MirrorFolder(folder, record or Record(origin, {}))
        mirror.save()  # before the folder has anything in it
        folder.mkdir(exist_ok=True)
        mirror.sweep()
        yield mirror
    finally:
        lock.release()


@contextlib.contextmanager
def _written(folder: Path) -> Iterator[Path]:
    """An empty file in `folder` to write to, gone at the end unless it was put elsewhere."""
    descriptor, name = tempfile.mkstemp(prefix=_PART, dir=folder)
    os.close(descriptor)
    try:
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _put(part: Path, path: Path) -> None:
    """Give a written file its name, for good."""
    with part.open("r+b") as file:
        os.fsync(file.fileno())
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)  # left empty of copies
    part.replace(path)
    flush_folder(path.parent)


def _record_of(folder: Path) -> Path:
    return folder.with_name(folder.name + ".json")


def _copy(entry: dict[str, Any]) -> Copy:
    name, marks = entry["name"], entry["marks"]
    if not isinstance(name, str) or not is_safe(name):
        raise ValueError(f"{name!r} is no path below the mirror")
    for mark in ("version", "etag", "modified"):
        if not isinstance(marks[mark], str | None):
            raise TypeError(f"{mark} is no text")
    seen = float(marks["seen"])
    if not 0 <= seen < _LATEST:
        raise ValueError(f"{seen} is no time")
    return Copy(
        name,
        int(entry["size"]),
        int(entry["mtime_ns"]),
        Marks(marks["version"], marks["etag"], marks["modified"], seen),
    )
