"""One file that holds a whole index, made while it is in use, and back.

The file is an ordinary tar archive of one generation, its manifest first, nothing compressed: vectors do not shrink.
"""

import contextlib
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from index import durable, generations
from index.errors import IndexDamagedError, PinciteError
from index.generations import MANIFEST
from index.hold import Hold
from index.manifest import Manifest, StoredFile, check_sizes, describe, read_manifest
from index.writer import storing

_SUM = "manifest.sha256"
_MOST = 100_000_000  # bytes of a manifest
_PIECE = 1 << 20


def backup(index: Path, target: Path) -> Manifest:
    """Write the generation that answers now to the file `target`, which is either what it was or complete.

    Raises IndexDamagedError where a file of the index is not what was written: a backup never holds damage.
    """
    part = target.with_name(target.name + ".part")
    try:
        with generations.hold(index) as hold:
            manifest = read_manifest(hold.folder, hold.sha256)
            check_sizes(manifest, hold.folder)
            with _writing(target), part.open("wb") as file:
                _pack(file, hold, manifest)
                file.flush()
                os.fsync(file.fileno())
        with _writing(target):
            part.replace(target)
            durable.flush_folder(target.parent)
        return manifest
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def restore(source: Path, index: Path) -> Manifest:
    """Make the generation in the backup `source` the one that answers; whoever reads the index goes on meanwhile.

    Raises PinciteError where `source` is no backup or was altered, and then the index is what it was.
    """
    with contextlib.ExitStack() as stack:
        with storing(index):
            stack.enter_context(generations.writing(index))
            staged = generations.stage(index)
        try:
            with _reading(source), source.open("rb") as file:
                manifest = _unpack(file, staged)
            with storing(index):
                for stored in manifest.files:
                    durable.flush(staged / stored.name)
                durable.flush(staged / MANIFEST)
                generations.commit(index, staged)
        except BaseException:
            shutil.rmtree(staged, ignore_errors=True)
            raise
    return manifest


def _pack(file: BinaryIO, hold: Hold, manifest: Manifest) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add_bytes(archive, _SUM, (hold.sha256 or "").encode())
        _add_bytes(archive, MANIFEST, (hold.folder / MANIFEST).read_bytes())
        for stored in manifest.files:
            _add_file(archive, hold.folder, stored, manifest)


def _unpack(source: BinaryIO, staged: Path) -> Manifest:
    """Unpack a backup into the folder `staged`; nothing is written but what its manifest names."""
    index = staged.parent.parent
    with tarfile.open(fileobj=source, mode="r:") as archive:
        sha256 = _member(archive, _SUM, _MOST).read().decode("ascii", "replace")
        data = _member(archive, MANIFEST, _MOST).read()
        with storing(index):
            (staged / MANIFEST).write_bytes(data)
        manifest = read_manifest(staged, sha256, _SUM)  # its names are plain
        for stored in manifest.files:
            packed = _member(archive, stored.name, stored.size)
            path = staged / stored.name
            with storing(index):
                path.parent.mkdir(exist_ok=True)
                with path.open("xb") as file:
                    shutil.copyfileobj(packed, file, _PIECE)
            if describe(staged, stored.name) != stored:
                raise IndexDamagedError(f"{stored.name} in it is not what was written")
    return manifest


def _member(archive: tarfile.TarFile, name: str, most: int) -> IO[bytes]:
    """The next member, which must be a plain file of this name and of at most `most` bytes."""
    member = archive.next()
    # A sparse one may stand for more bytes than there are disks.
    plain = member is not None and member.isreg() and not member.issparse() and member.name == name
    file = archive.extractfile(member) if member and plain else None
    if file is None or member is None:
        raise IndexDamagedError(f"{name} is missing from it")
    if member.size > most:
        raise IndexDamagedError(f"{name} in it is not what was written")
    return file


@contextlib.contextmanager
def _reading(source: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PinciteError(
            f"{source} cannot be read: {error.strerror or error}; name a file of `pincite backup`"
        ) from error
    except (tarfile.TarError, EOFError, ValueError, MemoryError, IndexDamagedError) as error:
        # MemoryError: a header may promise any length.
        raise PinciteError(f"{source} is no backup of an index, or was altered ({error})") from error


def _add_bytes(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _add_file(archive: tarfile.TarFile, folder: Path, stored: StoredFile, manifest: Manifest) -> None:
    entry = tarfile.TarInfo(stored.name)
    entry.size = stored.size
    with (folder / stored.name).open("rb") as file:
        reader = _Hashing(file)
        archive.addfile(entry, reader)
    if reader.digest.hexdigest() != stored.sha256:
        names = generations.mend(manifest.folders)
        raise IndexDamagedError(f"{folder / stored.name} is not what was written (its checksum differs); {names}")


class _Hashing:
    """A file that is hashed as it is read."""

    def __init__(self, file: io.BufferedReader) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PinciteError(
            f"{target} could not be written: {error.strerror or error}; make room, or name another file"
        ) from error
