"""The next generation of an index while it is written: a copy of the last one, changed, then switched to."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import generations, lexical, store
from index.centring import LanguageMeans
from index.draft import EmbeddedDocument
from index.encoder import EncoderIdentity
from index.errors import IndexDamagedError, PinciteError
from index.generations import mend
from index.manifest import FORMAT, Manifest, describe, write_manifest
from index.store import Source
from index.vectors import MEANS, PassageVectors, VectorRows

PASSAGES, SENTENCES = "passages", "sentences"  # stems of the files of vectors


@dataclass(frozen=True, slots=True)
class Builder:
    """What a generation's manifest says of how it came about."""

    encoder: EncoderIdentity
    splitter: str
    folders: tuple[str, ...]


@contextlib.contextmanager
def storing(index: Path) -> Iterator[None]:
    """Turn what a disk can do to a writer into a PinciteError that says what is still good."""
    try:
        yield
    except sqlite3.Error as error:
        raise _unwritten(index, str(error)) from error
    except OSError as error:
        raise _unwritten(index, error.strerror or str(error)) from error


class IndexWriter:
    """One generation being written; readers see nothing of it before `commit`. Only for the holder of the lock."""

    def __init__(self, index: Path, base: Path | None, builder: Builder, measure: Callable[[], LanguageMeans]) -> None:
        """Begin with a copy of the generation in `base`, or empty. Raises PinciteError where the disk is full.

        `measure` gives the encoder's language means; it is called once there are passages, where `base` has none.
        """
        self._index, self._base, self._builder, self._measure = index, base, builder, measure
        self._removed: tuple[list[int], list[int]] = ([], [])  # numbers of passages, of sentences
        self._added: tuple[list[int], list[int]] = ([], [])
        self._vectors: tuple[list[NDArray[np.float16]], list[NDArray[np.float16]]] = ([], [])
        with storing(index):
            self._staged = generations.stage(index)
            try:
                self._db = _copy(base, self._staged)
            except BaseException:
                shutil.rmtree(self._staged, ignore_errors=True)
                raise

    def add(self, embedded: EmbeddedDocument) -> None:
        """Add a document whose id is not taken."""
        document = embedded.document
        with storing(self._index):
            numbers = store.add_document(self._db, document)
            lexical.add(
                self._db,
                (
                    (number, place.language, input.heading, " ".join(input.sentences))
                    for number, place, input in zip(numbers[0], document.passages, embedded.inputs, strict=True)
                ),
            )
        for kind, vectors in enumerate((embedded.vectors, embedded.of_sentences)):
            self._added[kind].extend(numbers[kind])
            self._vectors[kind].append(vectors)

    def remove(self, id: str) -> None:
        """Remove the document of this id, which must be there."""
        with storing(self._index):
            numbers = store.remove_document(self._db, id)
            lexical.remove(self._db, numbers[0])
        for kind in (0, 1):
            self._removed[kind].extend(numbers[kind])

    def update(self, id: str, source: Source, title: str) -> None:
        """Note that the document `id` now comes from `source`, whose bytes are the same, and is called `title`."""
        with storing(self._index):
            store.update_source(self._db, id, source, title)

    def commit(self) -> tuple[Path, Manifest]:
        """Make this the generation that answers; returns its folder and manifest. Nothing can be written after it."""
        with storing(self._index):
            self._db.execute("COMMIT")
            store.compact(self._db)
            counts, languages = store.counts(self._db), store.passage_languages(self._db)
            self._db.close()
            self._write_vectors(counts, languages)
            manifest = self._seal(counts)
            folder = generations.commit(self._index, self._staged)
        with contextlib.suppress(OSError):  # the switch is made; the next writer tries again
            generations.prune(self._index)
        return folder, manifest

    def discard(self) -> None:
        """Throw away what was written. What cannot be removed now the next writer removes."""
        self._db.close()
        shutil.rmtree(self._staged, ignore_errors=True)

    def _write_vectors(self, counts: store.Counts, languages: Sequence[str]) -> None:
        rows = self._rows(0, PASSAGES, counts.passages)
        rows.save(self._staged, PASSAGES)
        PassageVectors.build(rows, languages, self._means(counts)).save(self._staged)
        self._rows(1, SENTENCES, counts.sentences).save(self._staged, SENTENCES)

    def _means(self, counts: store.Counts) -> LanguageMeans:
        if not counts.passages:
            return LanguageMeans.none(self._builder.encoder.dimension)
        return (LanguageMeans.load(self._base / MEANS) if self._base else None) or self._measure()

    def _rows(self, kind: int, stem: str, wanted: int) -> VectorRows:
        if self._base:
            rows = VectorRows.load(self._base, stem)
            if self._removed[kind]:
                rows = rows.without(self._removed[kind])
        else:
            rows = VectorRows.empty(self._builder.encoder.dimension)
        if self._added[kind]:
            rows = rows.with_rows(self._added[kind], np.concatenate(self._vectors[kind]))
        if len(rows.ids) != wanted:
            found = f"has vectors of {len(rows.ids)} {stem} where {wanted} are stored"
            raise IndexDamagedError(f"the index in {self._index} {found}; {mend(self._builder.folders)}")
        return rows

    def _seal(self, counts: store.Counts) -> Manifest:
        files = sorted(self._staged.iterdir())
        for path in files:
            generations.flush(path)
        manifest = Manifest(
            FORMAT,
            self._builder.encoder,
            self._builder.splitter,
            datetime.now(UTC).isoformat(timespec="seconds"),
            self._builder.folders,
            counts.documents,
            counts.passages,
            counts.sentences,
            tuple(describe(path) for path in files),
        )
        generations.flush(write_manifest(manifest, self._staged))
        return manifest


def _copy(base: Path | None, staged: Path) -> sqlite3.Connection:
    """The store of `base` in the folder `staged`, or a new one, with a transaction begun."""
    if base:
        shutil.copyfile(base / store.NAME, staged / store.NAME)
    db = store.open_to_write(staged / store.NAME)
    if not base:
        store.create(db)
        lexical.create(db)
    db.execute("BEGIN")
    return db


def _unwritten(index: Path, reason: str) -> PinciteError:
    return PinciteError(
        f"the index in {index} could not be written: {reason}; make room or mend the permissions and run the command "
        "again (what was indexed before still answers)"
    )
