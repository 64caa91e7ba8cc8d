"""An index that is read: one generation, held for as long as it is open, from any number of threads and processes."""

import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from index import generations, store
from index.document import Document, Passage, Sentence
from index.encoder import EncoderIdentity
from index.errors import IndexDamagedError
from index.generations import mend
from index.manifest import Manifest, check_builder, check_sizes, check_sums, read_manifest
from index.store import DocumentEntry
from index.vectors import PassageVectors, VectorRows

_T = TypeVar("_T")


class Index:
    """The reading side of an index. What a later sync writes is not seen; open the index again for that."""

    manifest: Manifest
    folder: Path  # of the generation

    def __init__(self, hold: generations.Hold, manifest: Manifest) -> None:
        """Read the generation that `hold` holds; `Index.open` is the way here."""
        self.manifest, self.folder = manifest, hold.folder
        self._hold = hold
        self._local = threading.local()
        self._lock = threading.Lock()
        self._connections: list[tuple[threading.Thread, sqlite3.Connection]] = []
        self._passage_vectors: PassageVectors | None = None
        self._sentence_rows: VectorRows | None = None
        self._closed = False

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the index in `folder`; sizes are checked, checksums are not (`verify`).

        Raises IndexMissingError, IndexMismatchError (another format) or IndexDamagedError, each with the command that
        mends.
        """
        hold = generations.hold(folder)
        try:
            manifest = read_manifest(hold.folder)
            check_sizes(manifest, hold.folder)
            return cls(hold, manifest)
        except BaseException:
            hold.release()
            raise

    def check_encoder(self, encoder: EncoderIdentity) -> None:
        """Raise IndexMismatchError, naming the field, where another encoder built the index."""
        check_builder(self.manifest, encoder)

    def passages(self, numbers: Sequence[int]) -> list[Passage]:
        """The passages of these numbers, in this order. Raises KeyError for a number that is not there."""
        return self.read(lambda db: store.passages(db, numbers))

    def passage_languages(self, numbers: Sequence[int]) -> list[str]:
        """The languages of these passages, in this order. Raises KeyError for a number that is not there."""
        return self.read(lambda db: store.languages_of(db, numbers))

    def sentences(self, passage_numbers: Sequence[int]) -> list[Sentence]:
        """The sentences of these passages, by rising number."""
        return self.read(lambda db: store.sentences_of(db, passage_numbers))

    def document(self, id: str) -> Document | None:
        """The document of this id with its whole text, or None."""
        return self.read(lambda db: store.document(db, id))

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, sorted by id."""
        return self.read(lambda db: tuple(store.documents(db)))

    def languages(self) -> dict[str, int]:
        """How many passages each language has, most first."""
        return self.read(store.languages)

    @property
    def passage_vectors(self) -> PassageVectors:
        """The vectors of the passages, ready to be searched; loaded at the first use."""
        with self._lock:
            if self._passage_vectors is None:
                self._passage_vectors = PassageVectors.load(self.folder)
            return self._passage_vectors

    @property
    def sentence_rows(self) -> VectorRows:
        """The vectors of the sentences, by number, mapped from disk at the first use."""
        with self._lock:
            if self._sentence_rows is None:
                self._sentence_rows = VectorRows.load(self.folder, "sentences")
            return self._sentence_rows

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

    def _connect(self) -> sqlite3.Connection:
        with self._lock:
            for thread, connection in self._connections:
                if not thread.is_alive():
                    connection.close()
            self._connections = [c for c in self._connections if c[0].is_alive()]
            connection = store.open_to_read(self.folder / store.NAME)
            self._connections.append((threading.current_thread(), connection))
            return connection
