"""The next generation of an index while it is written: the last one's files, changed, then switched to."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import durable, generations, store, store_writer
from index.access import Access
from index.base_generation import Base
from index.centring import MEANS, LanguageMeans
from index.draft import DraftFile, Key, PassageVectors
from index.errors import PinciteError
from index.known import KnownVectors
from index.manifest import FORMAT, Builder, Manifest, StoredFile, StoredSegment, check_sums, describe, write_manifest
from index.merging import to_merge
from index.segment import Segment
from index.segment_writer import NewPassages, write_merged, write_new
from index.store import AccessList, Counts, Source
from index.store_writer import NewDocument
from index.title import title_from_name


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

    def __init__(self, index: Path, base: Base | None, builder: Builder, measure: Callable[[], LanguageMeans]) -> None:
        """Begin with what `base` holds, or empty. Raises PinciteError where the disk is full.

        `measure` gives the encoder's language means; it is called once there are passages, where `base` has none.
        """
        self._index, self._base, self._builder, self._measure = index, base, builder, measure
        self._new: list[NewPassages] = []
        self._segments = list(base.manifest.segments) if base else []
        self._files = {f.name: f for f in base.manifest.files} if base else {}
        self._known = KnownVectors(lambda: (self._open(s.name) for s in base.manifest.segments) if base else ())
        with storing(index):
            self._staged = generations.stage(index)
            try:
                self._db = _copy(base, self._staged)
            except BaseException:
                shutil.rmtree(self._staged, ignore_errors=True)
                raise

    def known(self, keys: Sequence[Key]) -> Mapping[Key, PassageVectors]:
        """The vectors of passages that are indexed already, by key."""
        return self._known.find(keys)

    def learn(self, vectors: Mapping[Key, PassageVectors]) -> None:
        """Take in the vectors of passages whose files will be added."""
        self._known.add(vectors)

    def add(self, file: DraftFile, allowed: Callable[[str, Sequence[str] | None], Access]) -> None:
        """Add a file, whose path is not taken, with its documents, whose vectors must be known.

        `allowed` gives the access list of a document by its id and the groups that it names itself.
        """
        with storing(self._index):
            number = store_writer.add_file(self._db, file.source)
            for failure in file.failures:
                store_writer.add_failure(self._db, number, failure)
            for d in file.documents:
                e = d.extract
                new = NewDocument(
                    d.name, d.id, d.title, e.heading, d.language, e.date, e.author, e.url, d.format, len(e.text),
                    len(d.passages), e.groups, allowed(d.id, e.groups),
                )  # fmt: skip
                document = store_writer.add_document(self._db, number, new)
                vectors = self._known.find([p.key for p in d.passages])
                self._new.append(NewPassages.of(document, e, d.passages, vectors))

    def remove(self, path: str) -> None:
        """Remove the file of this path, which must be there, with its documents."""
        with storing(self._index):
            store_writer.remove_file(self._db, path)

    def move(self, path: str, source: Source) -> None:
        """Note that the file `path` is now `source`, whose bytes are the same."""
        with storing(self._index):
            store_writer.move_file(self._db, path, source)
            if path != source.id:
                for number, id in store_writer.titles_to_derive(self._db, source.id):
                    store_writer.set_title(self._db, number, title_from_name(id))

    def access_lists(self) -> list[AccessList]:
        """Every document with who may see it."""
        return list(store.access_lists(self._db))

    def set_access(self, number: int, allowed: Access) -> None:
        """Say who may see the document of this number."""
        with storing(self._index):
            store_writer.set_access(self._db, number, allowed)

    def merge(self, everything: bool = False) -> None:
        """Merge the segments that are due (`to_merge`); with `everything` write all anew that hold anything dead."""
        alive = np.array(store.numbers(self._db), np.int64)
        counted = self._counted(alive)
        with storing(self._index):
            for names in to_merge(counted, everything):
                self._merge(names, alive)
            if everything:  # a removed document of no passages leaves its text alone
                for name in [s.name for s in self._segments if not self._open(s.name).holds_only(alive)]:
                    self._merge((name,), alive)

    def commit(self) -> Base:
        """Make this the generation that answers; returns it. Nothing can be written after it."""
        with storing(self._index):
            if any(new.extract.text for new in self._new):
                self._write_new()
            alive = np.array(store.numbers(self._db), np.int64)
            self._segments = [s for s in self._counted(alive) if self._open(s.name).holds_any(alive)]
            self._db.execute("COMMIT")
            counts = store.counts(self._db)
            store_writer.compact(self._db)
            self._db.close()
            manifest = self._seal(counts)
            folder = generations.commit(self._index, self._staged)
        with contextlib.suppress(OSError):  # the switch is made; the next writer tries again
            generations.prune(self._index)
        return Base(folder, manifest)

    def discard(self) -> None:
        """Throw away what was written. What cannot be removed now the next writer removes."""
        self._db.close()
        shutil.rmtree(self._staged, ignore_errors=True)

    def _write_new(self) -> None:
        name = self._next_name()
        (self._staged / name).mkdir()
        dimension = self._builder.encoder.dimension
        means = self._means() if any(new.passages for new in self._new) else LanguageMeans.none(dimension)
        write_new(self._staged / name, self._new, means, dimension)
        self._segments.append(StoredSegment(name, sum(len(new.passages) for new in self._new), 0))

    def _merge(self, names: Sequence[str], alive: NDArray[np.int64]) -> None:
        """Replace neighbouring segments by one."""
        if self._base:  # a copy must not carry damage on under new checksums
            check_sums(self._base.manifest, self._base.folder, lambda name: name.split("/")[0] in names)
        segments = [self._open(name) for name in names]
        merged = self._next_name()
        (self._staged / merged).mkdir()
        write_merged(self._staged / merged, segments, alive, self._builder.encoder.dimension)
        at = next(i for i, s in enumerate(self._segments) if s.name == names[0])
        kept = [s for s in self._segments if s.name not in names]
        self._segments = [*kept[:at], StoredSegment(merged, len(Segment(self._staged / merged)), 0), *kept[at:]]

    def _counted(self, alive: NDArray[np.int64]) -> list[StoredSegment]:
        """The segments with how many of their passages are dead now."""
        counted = []
        for stored in self._segments:
            living = int(np.isin(self._open(stored.name).documents, alive).sum())
            counted.append(StoredSegment(stored.name, stored.passages, stored.passages - living))
        return counted

    def _open(self, name: str) -> Segment:
        folder = self._staged / name
        if self._base and not folder.is_dir():
            folder = self._base.folder / name
        return Segment(folder)

    def _next_name(self) -> str:
        taken = [*self._segments, *(self._base.manifest.segments if self._base else ())]
        written = [int(path.name[1:]) for path in self._staged.iterdir() if path.is_dir()]
        return f"s{max([0, *written, *(int(s.name[1:]) for s in taken)]) + 1:06}"

    def _means(self) -> LanguageMeans:
        means = LanguageMeans.load(self._base.folder / MEANS) if self._base else None
        if means is None:
            means = self._measure()
            means.save(self._staged / MEANS)
        return means

    def _seal(self, counts: Counts) -> Manifest:
        """Flush what is new, name what is not, and write the manifest."""
        files = [self._kept(name) for name in self._files if self._keeps(name)]
        names = {segment.name for segment in self._segments}
        for path in sorted(p for p in self._staged.rglob("*") if p.is_file()):
            name = path.relative_to(self._staged).as_posix()
            if "/" in name and name.split("/")[0] not in names:
                continue
            if not any(f.name == name for f in files):
                durable.flush(path)
                files.append(describe(self._staged, name))
        for path in [p for p in self._staged.iterdir() if p.is_dir() and p.name not in names]:
            shutil.rmtree(path)
        manifest = Manifest(
            FORMAT,
            self._builder.encoder,
            self._builder.splitter,
            datetime.now(UTC).isoformat(timespec="seconds"),
            self._builder.folders,
            counts.documents,
            counts.passages,
            tuple(self._segments),
            tuple(sorted(files, key=lambda f: f.name)),
        )
        durable.flush(write_manifest(manifest, self._staged))
        return manifest

    def _keeps(self, name: str) -> bool:
        """Whether a file of the base is one of this generation, unchanged."""
        segment, below, _ = name.partition("/")
        return any(s.name == segment for s in self._segments) if below else name == MEANS

    def _kept(self, name: str) -> StoredFile:
        assert self._base is not None
        (self._staged / name).parent.mkdir(exist_ok=True)
        durable.link(self._base.folder / name, self._staged / name)
        return self._files[name]


def _copy(base: Base | None, staged: Path) -> sqlite3.Connection:
    """The store of `base` in the folder `staged`, or a new one, with a transaction begun."""
    if base:
        # Its checksum first: a copy must not carry damage on under a new one.
        check_sums(base.manifest, base.folder, lambda name: name == store.NAME)
        shutil.copyfile(base.folder / store.NAME, staged / store.NAME)
    db = store_writer.open_to_write(staged / store.NAME)
    if not base:
        store_writer.create(db)
    db.execute("BEGIN")
    return db


def _unwritten(index: Path, reason: str) -> PinciteError:
    return PinciteError(
        f"the index in {index} could not be written: {reason}; make room or mend the permissions and run the command "
        "again (what was indexed before still answers)"
    )
