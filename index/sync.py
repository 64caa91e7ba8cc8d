"""Bringing an index in line with folders: what is new or changed is read and embedded, what is gone is removed.

A document is unchanged where its file has the size and times it was indexed with, or else the same bytes. The bytes
of a vanished document under a new path are a rename: its passages and vectors stay. A file that cannot be read is
reported and the rest goes on. What is indexed of such a file is removed where its content is known to be another or to
be gone (it turned binary or too large, or vanished): nothing must be answered from it as if it were current. Where the
file is there and cannot be opened nothing is known of its content: the last version stays, and the failure says so.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from index import generations, store
from index.centring import LanguageMeans
from index.draft import Draft, draft, embed
from index.encoder import Encoder, EncoderIdentity
from index.errors import IndexDamagedError, IndexMissingError, ModelError, PinciteError, ReadError
from index.generations import mend
from index.manifest import Manifest, check_builder, check_sizes, check_sums, read_manifest
from index.passages import SPLITTER
from index.plan import Plan, Unread, make_plan, read_source
from index.scan import Failure, Found, check_folders, scan, shown
from index.store import Source
from index.title import title_from_name
from index.writer import Builder, IndexWriter, storing

_CHARACTERS_A_PASSAGE = 2000  # more than they have
_WORK_PER_SAVING = 4  # seconds of work for each second that the last saving took


@dataclass(frozen=True, slots=True)
class EncoderSource:
    """An encoder that is loaded only when something has to be embedded."""

    identity: EncoderIdentity
    load: Callable[[], Encoder]


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync. `rebuild` embeds everything anew, beside what answers, and switches once at the end.

    What is embedded is saved every `save_seconds` of work, or `save_passages`, so that a crash loses no more than that
    or one document.
    """

    rebuild: bool = False
    max_bytes: int = 20_000_000  # of a document's file
    save_seconds: float = 60.0
    save_passages: int = 50_000  # bounds memory: at 384 dimensions, with 5 sentences each, 230 MB
    batch_passages: int = 512  # given to the encoder at once


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync is: `documents` of `of_documents` that are new or changed, and the passages embedded so far."""

    documents: int
    of_documents: int
    passages: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. A renamed document is one removed and one added; `passages` is how many the index has now."""

    added: int
    changed: int
    removed: int
    unchanged: int
    failed: tuple[Failure, ...]
    passages: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The report as the public interface's JSON object."""
        failed = [{"document": f.document, "reason": f.reason} for f in self.failed]
        counts = {n: getattr(self, n) for n in ("added", "changed", "removed", "unchanged")}
        return {**counts, "failed": failed, "passages": self.passages, "seconds": round(self.seconds, 3)}


def sync(
    folders: Sequence[Path],
    index: Path,
    encoder: EncoderSource,
    options: SyncOptions = SyncOptions(),
    progress: Callable[[SyncProgress], None] = lambda _: None,
) -> SyncReport:
    """Make the index in the folder `index` mirror exactly `folders`.

    Raises PinciteError where a folder is missing or the disk is full, IndexLockedError where another sync is at work,
    IndexMismatchError where another encoder built the index, IndexDamagedError where it is damaged; whatever is raised,
    what was indexed before, or was saved on the way, still answers.
    """
    began = time.monotonic()
    folders = check_folders(folders)
    if index.exists() and not index.is_dir():
        raise PinciteError(f"{index} is a file and cannot hold an index; name a folder")
    if index.exists() and any(index.samefile(folder) for folder in folders):
        raise PinciteError(f"{index} is itself to be indexed and cannot hold the index too; name another index folder")
    with contextlib.ExitStack() as stack:
        with storing(index):
            stack.enter_context(generations.writing(index))
        run = _Sync(folders, index, encoder, options, progress)
        stack.callback(run.discard)
        return run.carry_out(began)


class _Sync:
    def __init__(
        self,
        folders: tuple[Path, ...],
        index: Path,
        encoder: EncoderSource,
        options: SyncOptions,
        progress: Callable[[SyncProgress], None],
    ) -> None:
        self._folders, self._index, self._source = folders, index, encoder
        self._options, self._tell = options, progress
        self._base: Path | None
        self._manifest: Manifest | None
        self._base, self._manifest = (None, None) if options.rebuild else _open_base(index, encoder.identity)
        self._indexed = _indexed(self._base)
        self._plan = Plan()
        self._encoder: Encoder | None = None
        self._writer: IndexWriter | None = None
        self._drafts: list[Draft] = []
        self._progress = SyncProgress(0, 0, 0)
        self._saved_at, self._saved_passages, self._saving = time.monotonic(), 0, 0.0
        self._verified = False
        self._added = self._changed = 0

    def carry_out(self, began: float) -> SyncReport:
        sources = {id: source for id, (source, _) in self._indexed.items()}
        self._plan = plan = make_plan(scan(self._folders, self._index), sources, self._options.max_bytes)
        self._progress = SyncProgress(0, len(plan.new) + len(plan.changed), 0)
        self._move()
        for found in sorted(plan.new + plan.changed, key=lambda f: f.id):
            self._take(found)
        self._embed()
        if self._writer:
            self._save()
        return SyncReport(
            self._added + len(plan.renamed),
            self._changed,
            len(plan.removed) + len(plan.renamed),
            plan.unchanged,
            tuple(sorted(plan.failed, key=lambda f: f.document)),
            self._manifest.passages if self._manifest else 0,
            time.monotonic() - began,
        )

    def discard(self) -> None:
        if self._writer:
            self._writer.discard()

    def _move(self) -> None:
        """Carry out what needs no encoder; an index that is missing or of other folders is written in any case."""
        if self._manifest is None or self._manifest.folders != tuple(map(shown, self._folders)):
            self._open_writer()
        for id in self._plan.removed:
            self._open_writer().remove(id)
        for id, source in self._plan.renamed:
            self._open_writer().update(id, source, self._title(id, source))

    def _title(self, id: str, source: Source) -> str:
        return self._indexed[id][1] or title_from_name(source.id)

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            if self._base and self._manifest and not self._verified:
                check_sums(self._manifest, self._base)  # a copy must not carry damage on under new checksums
            self._verified = True
            builder = Builder(self._source.identity, SPLITTER, tuple(map(shown, self._folders)))
            self._writer = IndexWriter(self._index, self._base, builder, self._measure_languages)
            for source in self._plan.refreshed:
                self._writer.update(source.id, source, self._title(source.id, source))
            self._plan.refreshed.clear()
        return self._writer

    def _load_encoder(self) -> Encoder:
        if self._encoder is None:
            self._encoder = self._source.load()
            if self._encoder.identity != self._source.identity:
                raise ModelError(
                    f"the encoder says it is {self._encoder.identity} where {self._source.identity} was to be loaded; "
                    "pull the model again"
                )
        return self._encoder

    def _measure_languages(self) -> LanguageMeans:
        return self._load_encoder().language_means()

    def _take(self, found: Found) -> None:
        """Read one new or changed document; embed what has gathered when it is enough."""
        read = read_source(found, self._options.max_bytes)
        if isinstance(read, Unread):
            self._fail(read)
        else:
            try:
                self._drafts.append(draft(*read, self._load_encoder))
            except ReadError as error:
                self._fail(Unread(Failure(found.id, str(error)), outdated=True))
        if sum(map(_weight, self._drafts)) >= self._options.batch_passages:
            self._embed()
            self._save_if_due()
        self._advance(documents=1)

    def _fail(self, unread: Unread) -> None:
        id = unread.failure.document
        self._plan.failed.append(unread.of_indexed() if id in self._indexed else unread.failure)
        if unread.outdated and id in self._indexed:
            self._open_writer().remove(id)
            self._plan.removed.append(id)

    def _embed(self) -> None:
        if not self._drafts:
            return
        drafts, self._drafts = self._drafts, []
        dimension, batch = self._source.identity.dimension, self._options.batch_passages
        for embedded in embed(drafts, self._load_encoder, dimension, batch, lambda n: self._advance(passages=n)):
            writer, id = self._open_writer(), embedded.document.source.id
            if id in self._indexed:
                writer.remove(id)
                self._changed += 1
            else:
                self._added += 1
            writer.add(embedded)

    def _advance(self, documents: int = 0, passages: int = 0) -> None:
        now = self._progress
        self._progress = replace(now, documents=now.documents + documents, passages=now.passages + passages)
        self._tell(self._progress)

    def _save_if_due(self) -> None:
        """Save what is done, unless a half-built index would take the place of a whole one.

        Saving copies the index, so that a large one is saved less often: at most a fifth of the time goes into it.
        """
        worked = time.monotonic() - self._saved_at
        due = worked >= max(self._options.save_seconds, _WORK_PER_SAVING * self._saving)
        many = self._progress.passages - self._saved_passages >= self._options.save_passages
        if self._writer and (due or many) and not self._options.rebuild:
            self._save()

    def _save(self) -> None:
        began = time.monotonic()
        self._base, self._manifest = self._open_writer().commit()
        self._writer, self._saved_passages = None, self._progress.passages
        self._saved_at = time.monotonic()
        self._saving = self._saved_at - began


def _weight(draft: Draft) -> int:
    """About how many passages a document counts for in memory, even where it has none."""
    return max(len(draft.inputs), len(draft.document.text) // _CHARACTERS_A_PASSAGE, 1)


def _open_base(index: Path, encoder: EncoderIdentity) -> tuple[Path, Manifest] | tuple[None, None]:
    """The generation to start from, or None and None where there is no index yet."""
    try:
        base = generations.current(index)
    except IndexMissingError:
        return None, None
    manifest = read_manifest(base)
    check_builder(manifest, encoder, SPLITTER)
    check_sizes(manifest, base)
    return base, manifest


def _indexed(base: Path | None) -> dict[str, tuple[Source, str | None]]:
    """What the generation in `base` holds: each document's file, and the heading in it."""
    if base is None:
        return {}
    try:
        with contextlib.closing(store.open_to_read(base / store.NAME)) as db:
            return store.sources(db)
    except sqlite3.Error as error:
        raise IndexDamagedError(f"{base / store.NAME} cannot be read ({error}); {mend(())}") from error
