"""Locks on a generation's manifest, which keep it on disk while it is read, and end with their process."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

if os.name != "nt":
    import fcntl


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


def share(descriptor: int, manifest: Path) -> bool:
    """Lock the manifest for reading; False where the writer has removed it meanwhile."""
    if os.name != "nt":
        # Shared locks do not exclude each other; the writer holds its own only while it removes the generation.
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
    try:
        return os.path.samestat(os.fstat(descriptor), manifest.stat())
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def exclusive(manifest: Path) -> Iterator[None]:
    """Lock the manifest to remove its generation; raises OSError where a reader holds it."""
    if os.name == "nt" or not manifest.exists():  # without a manifest nobody can have held it
        yield
        return
    descriptor = os.open(manifest, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
