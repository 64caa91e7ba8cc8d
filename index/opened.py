"""An index that is read: one generation, held for as long as it is open, from any number of threads and processes.

Whoever asks, asks a view: what one asker may see, and wants to look in. A view filters before anything is ranked or
counted, so that nothing of the rest shows in a rank, a score or a number.
"""

import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from index import generations, store
from index.centring import MEANS, LanguageMeans
from index.encoder import EncoderIdentity
from index.errors import IndexDamagedError
from index.filters import EVERYTHING, PUBLIC, Filter
from index.generations import mend
from index.hold import Hold
from index.manifest import Manifest, StoredFile, check_builder, check_sizes, check_sums, read_manifest
from index.segment import TABLES, Segment
from index.vectors import Mask
from index.view import View

_T = TypeVar("_T")
_FILTERS = 32  # of those last used the masks are kept, a byte a passage


class Index:
    """The reading side of an index. What a later sync writes is not seen; open the index again for that."""

    manifest: Manifest
    folder: Path  # of the generation
    segments: tuple[Segment, ...]
    means: LanguageMeans

    def __init__(self, hold: Hold, manifest: Manifest, before: "Index | None" = None) -> None:
        """Read the generation that `hold` holds; `Index.open` is the way here."""
        self.manifest, self.folder = manifest, hold.folder
        self._hold = hold
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._masks: OrderedDict[Filter, tuple[Mask | None, ...]] = OrderedDict()
        self._closed = False
        self._files = _by_segment(manifest)
        opened = before.opened_segments() if before else {}
        check_sums(manifest, self.folder, lambda name: _is_checked(name, self._files, opened))
        self.segments = tuple(self._segment(s.name, opened) for s in manifest.segments)
        self.means = self._load_means()
        self.first_rows = [0, *accumulate(len(segment) for segment in self.segments)]

    @classmethod
    def open(cls, folder: Path, before: "Index | None" = None) -> Self:
        """Open the index in `folder`; of the vectors and texts the sizes are checked, of the rest the checksums too.

        What the index `before` has loaded and this generation shares is used again. Raises IndexMissingError,
        IndexMismatchError (another format) or IndexDamagedError, each with the command that mends.
        """
        hold = generations.hold(folder)
        try:
            manifest = read_manifest(hold.folder, hold.sha256)
            check_sizes(manifest, hold.folder)
            return cls(hold, manifest, before)
        except BaseException:
            hold.release()
            raise

    def check_encoder(self, encoder: EncoderIdentity) -> None:
        """Raise IndexMismatchError, naming the field, where another encoder built the index."""
        check_builder(self.manifest, encoder)

    def view(self, filter: Filter = PUBLIC) -> View:
        """What is to be seen through `filter`."""
        with self._lock:
            masks = self._masks.get(filter)
            if masks is not None:
                self._masks.move_to_end(filter)
        if masks is None:
            masks = self._masked(filter)
            with self._lock:
                self._masks[filter] = masks
                while len(self._masks) > _FILTERS:
                    self._masks.popitem(last=False)
        return View(self, filter, masks)

    def opened_segments(self) -> dict[tuple[StoredFile, ...], Segment]:
        """The segments by what their files are."""
        return {self._files[s.name]: segment for s, segment in zip(self.manifest.segments, self.segments, strict=True)}

    def connection(self) -> sqlite3.Connection:
        """The calling thread's own connection to the store, read-only."""
        if self._closed:
            raise ValueError("the index is closed")
        # A connection must not be shared with a forked child.
        if getattr(self._local, "process", None) != os.getpid():
            self._local.connection, self._local.process = self._connect(), os.getpid()
        connection: sqlite3.Connection = self._local.connection
        return connection

    def read(self, question: Callable[[sqlite3.Connection], _T]) -> _T:
        """What `question` asks of the store; raises IndexDamagedError where that cannot be read."""
        try:
            return question(self.connection())
        except sqlite3.DatabaseError as error:
            path = self.folder / store.NAME
            raise IndexDamagedError(f"{path} cannot be read ({error}); {mend(self.manifest.folders)}") from error

    def verify(self) -> None:
        """Read every file and compare its checksum; raises IndexDamagedError naming the first that differs."""
        check_sums(self.manifest, self.folder)

    def close(self) -> None:
        """Close every thread's connection and let the generation be removed. Closing twice does nothing."""
        with self._lock:
            self._closed = True
            for _, connection in self._connections:
                connection.close()
            self._connections.clear()
        self._hold.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _segment(self, name: str, opened: dict[tuple[StoredFile, ...], Segment]) -> Segment:
        segment = opened.get(self._files[name])
        if segment is None:
            return Segment(self.folder / name)
        segment.folder = self.folder / name  # what it has not loaded yet it finds here, once the old name is gone
        return segment

    def _load_means(self) -> LanguageMeans:
        means = LanguageMeans.load(self.folder / MEANS)
        dimension = self.manifest.encoder.dimension
        if means is None and self.manifest.passages:
            raise IndexDamagedError(f"{self.folder / MEANS} is missing; {mend(self.manifest.folders)}")
        return means or LanguageMeans.none(dimension)

    def _masked(self, filter: Filter) -> tuple[Mask | None, ...]:
        """A segment each: which of its passages may be seen, None for all."""
        if filter == EVERYTHING or (filter == PUBLIC and not self.read(store.restricts)):
            seen = self.read(store.numbers)
            dead = {s.name for s in self.manifest.segments if s.dead}
        else:
            seen = self.read(lambda db: [d.number for d in store.documents(db) if filter.admits(d)])
            dead = {s.name for s in self.manifest.segments}
        numbers = np.array(sorted(seen), np.int64)
        return tuple(
            np.isin(segment.documents, numbers, kind="sort") if s.name in dead else None
            for s, segment in zip(self.manifest.segments, self.segments, strict=True)
        )

    def _connect(self) -> sqlite3.Connection:
        with self._lock:
            for thread, connection in self._connections:
                if not thread.is_alive():
                    connection.close()
            self._connections = [c for c in self._connections if c[0].is_alive()]
            connection = store.open_to_read(self.folder / store.NAME)
            self._connections.append((threading.current_thread(), connection))
            return connection


def _by_segment(manifest: Manifest) -> dict[str, tuple[StoredFile, ...]]:
    files: dict[str, list[StoredFile]] = {s.name: [] for s in manifest.segments}
    for stored in manifest.files:
        segment, below, _ = stored.name.partition("/")
        if below and segment in files:
            files[segment].append(stored)
    return {name: tuple(stored) for name, stored in files.items()}


def _is_checked(
    name: str, files: dict[str, tuple[StoredFile, ...]], opened: dict[tuple[StoredFile, ...], Segment]
) -> bool:
    """Whether a file's checksum is compared at opening: it is small, and was not compared before."""
    segment, below, plain = name.partition("/")
    return not below or (plain in TABLES and files.get(segment) not in opened)
