"""The generation that a sync starts from: what it holds, asked before anything is written."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import generations, store
from index.encoder import EncoderIdentity
from index.errors import IndexDamagedError, IndexMissingError
from index.generations import mend
from index.manifest import Manifest, check_builder, check_sizes, read_manifest
from index.segment import Segment
from index.store import AccessList, IndexedFile


@dataclass(frozen=True, slots=True)
class Base:
    """A finished generation in its folder. Its methods raise IndexDamagedError where the store cannot be read."""

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, index: Path, encoder: EncoderIdentity, splitter: str) -> "Base | None":
        """The generation that answers, or None where there is no index yet.

        Raises IndexMismatchError where another encoder or splitter built it, IndexDamagedError where it is damaged.
        """
        try:
            folder, sha256 = generations.named(index)
        except IndexMissingError:
            return None
        manifest = read_manifest(folder, sha256)
        check_builder(manifest, encoder, splitter)
        check_sizes(manifest, folder)
        return cls(folder, manifest)

    def files(self) -> dict[str, IndexedFile]:
        """The files in it, by path."""
        with self._store() as db:
            return store.files(db)

    def access_lists(self) -> Iterator[AccessList]:
        """Who may see each document."""
        with self._store() as db:
            yield from store.access_lists(db)

    def holds_dead(self) -> bool:
        """Whether there is anything of removed documents in the segments."""
        with self._store() as db:
            alive = np.array(store.numbers(db), np.int64)
        return not all(Segment(self.folder / s.name).holds_only(alive) for s in self.manifest.segments)

    @contextlib.contextmanager
    def _store(self) -> Iterator[sqlite3.Connection]:
        path = self.folder / store.NAME
        try:
            with contextlib.closing(store.open_to_read(path)) as db:
                yield db
        except sqlite3.Error as error:
            raise IndexDamagedError(f"{path} cannot be read ({error}); {mend(())}") from error
