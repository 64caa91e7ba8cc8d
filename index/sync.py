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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from index import generations, mirror, store
from index.access import NAME as RULES
from index.access import NOBODY, Access, Rules, combine, read_rules
from index.centring import LanguageMeans
from index.draft import DraftFile, draft, embed
from index.encoder import Encoder, EncoderIdentity
from index.errors import IndexDamagedError, IndexMissingError, ModelError, PinciteError
from index.generations import mend
from index.limits import Limits
from index.manifest import check_builder, check_sizes, read_manifest
from index.merging import is_due
from index.passages import SPLITTER
from index.plan import Plan, Unread, make_plan, read_source
from index.scan import Failure, Found, Stamp, check_folders, read_file, scan, shown
from index.store import AccessList, IndexedFile
from index.worker import Worker
from index.writer import Base, Builder, IndexWriter, storing

_CHARACTERS_A_PASSAGE = 2000  # more than they have
_LONGEST_RULES = 1_000_000  # bytes
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
    or one document. `compact` writes every segment anew that holds anything of removed documents.
    """

    rebuild: bool = False
    compact: bool = False
    limits: Limits = field(default_factory=Limits)
    save_seconds: float = 60.0
    save_passages: int = 20_000  # bounds memory: at 384 dimensions, with 8 sentences and 110 words each, 250 MB
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
        self._rules = {shown(folder): _read_rules(folder) for folder in folders}
        self._urls = {folder: mirror.urls(folder) for folder in folders}
        self._base = None if options.rebuild else _open_base(index, encoder.identity)
        self._indexed = _indexed(self._base)
        self._plan = Plan()
        self._encoder: Encoder | None = None
        self._writer: IndexWriter | None = None
        self._drafts: list[DraftFile] = []
        self._progress = SyncProgress(0, 0, 0)
        self._saved_at, self._saved_passages, self._saving = time.monotonic(), 0, 0.0
        self._added = self._changed = self._removed = 0

    def carry_out(self, began: float) -> SyncReport:
        limits = self._options.limits
        self._plan = plan = make_plan(
            scan(self._folders, self._index), self._indexed, limits.file_bytes, limits.fingerprint()
        )
        self._read_again_what_has_another_address()
        self._progress = SyncProgress(0, len(plan.new) + len(plan.changed), 0)
        self._move()
        with Worker(limits) as worker:
            for found in sorted(plan.new + plan.changed, key=lambda f: f.id):
                self._take(found, worker)
        self._embed()
        if self._writer or self._base is None:
            self._save()
        self._merge()
        return SyncReport(
            self._added,
            self._changed,
            self._removed,
            plan.unchanged,
            tuple(sorted(plan.failed, key=lambda f: f.document)),
            self._base.manifest.passages if self._base else 0,
            time.monotonic() - began,
        )

    def discard(self) -> None:
        if self._writer:
            self._writer.discard()

    def _read_again_what_has_another_address(self) -> None:
        """Take what was renamed in a mirror as new: its documents say where they can be seen."""
        folders = {shown(folder): folder for folder in self._folders}
        renamed, self._plan.renamed = self._plan.renamed, []
        for id, source in renamed:
            folder = folders[source.folder]
            if source.id in self._urls[folder]:
                self._plan.removed.append(id)
                self._plan.new.append(Found(source.id, folder, source.stamp))
            else:
                self._plan.renamed.append((id, source))

    def _move(self) -> None:
        """Carry out what needs no encoder, and publish it: what is gone or was closed to some must not wait."""
        if self._base and self._base.manifest.folders != tuple(map(shown, self._folders)):
            self._open_writer()
        for id in self._plan.removed:
            self._remove(id)
        for id, source in self._plan.renamed:
            self._open_writer().move(id, replace(source, read_by=self._indexed[id].source.read_by))
            self._added += self._indexed[id].documents > 0
            self._removed += self._indexed[id].documents > 0
            self._plan.failed.extend(
                Failure(source.id + f.document.removeprefix(id), f.reason) for f in self._indexed[id].failures
            )
        for source in self._plan.refreshed:
            self._open_writer().move(source.id, source)
        self._apply_rules()
        if self._writer and self._base:
            self._save()

    def _apply_rules(self) -> None:
        """Bring the access lists in line with the rules as they are now."""
        if self._writer is None and (self._base is None or self._rules_as_indexed()):
            return
        writer = self._open_writer()
        for listed in writer.access_lists():
            wanted = self._allowed(listed)
            if wanted != listed.access:
                writer.set_access(listed.number, wanted)

    def _rules_as_indexed(self) -> bool:
        assert self._base is not None
        with _reading(self._base) as db:
            return all(self._allowed(listed) == listed.access for listed in store.access_lists(db))

    def _allowed(self, listed: AccessList) -> Access:
        # What lies in a folder that is not synced any more is about to go: nobody's, until then.
        rules = self._rules.get(listed.folder)
        return combine(rules.groups_of(listed.id, listed.file), listed.own) if rules else NOBODY

    def _open_writer(self) -> IndexWriter:
        if self._writer is None:
            builder = Builder(self._source.identity, SPLITTER, tuple(map(shown, self._folders)))
            self._writer = IndexWriter(self._index, self._base, builder, self._measure_languages)
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

    def _take(self, found: Found, worker: Worker) -> None:
        """Read one new or changed file; embed what has gathered when it is enough."""
        limits = self._options.limits
        read = read_source(found, limits.file_bytes)
        if isinstance(read, Unread):
            self._fail(read)
        else:
            data, source = read
            source = replace(source, read_by=limits.fingerprint())
            url = self._urls[found.folder].get(found.id)
            file = draft(source, worker.read(found.id, data), self._load_encoder, url)
            self._plan.failed.extend(file.failures)
            self._drafts.append(file)
        if sum(map(_weight, self._drafts)) >= self._options.batch_passages:
            self._embed()
            self._save_if_due()
        self._advance(documents=1)

    def _fail(self, unread: Unread) -> None:
        id = unread.failure.document
        self._plan.failed.append(unread.of_indexed() if id in self._indexed else unread.failure)
        if unread.outdated and id in self._indexed:
            self._remove(id)

    def _remove(self, id: str) -> None:
        self._open_writer().remove(id)
        self._removed += self._indexed[id].documents > 0

    def _embed(self) -> None:
        """Embed the passages that have gathered and write their files, new before old."""
        if not self._drafts:
            return
        drafts, self._drafts = self._drafts, []
        writer = self._open_writer()
        passages = [passage for file in drafts for passage in file.passages]
        batch = self._options.batch_passages
        for at in range(0, len(passages), batch):
            some = passages[at : at + batch]
            writer.learn(embed(some, writer.known, self._load_encoder, lambda n: self._advance(passages=n)))
        for file in drafts:
            self._write(writer, file)

    def _write(self, writer: IndexWriter, file: DraftFile) -> None:
        id = file.source.id
        before = self._indexed[id].documents if id in self._indexed else 0
        if id in self._indexed:
            writer.remove(id)
        rules = self._rules[file.source.folder]
        writer.add(file, lambda document, own: combine(rules.groups_of(document, id), own))
        self._added += bool(file.documents) and not before
        self._changed += bool(file.documents) and bool(before)
        self._removed += bool(before) and not file.documents

    def _advance(self, documents: int = 0, passages: int = 0) -> None:
        now = self._progress
        self._progress = replace(now, documents=now.documents + documents, passages=now.passages + passages)
        self._tell(self._progress)

    def _save_if_due(self) -> None:
        """Save what is done, unless a half-built index would take the place of a whole one."""
        worked = time.monotonic() - self._saved_at
        due = worked >= max(self._options.save_seconds, _WORK_PER_SAVING * self._saving)
        many = self._progress.passages - self._saved_passages >= self._options.save_passages
        if self._writer and (due or many) and not self._options.rebuild:
            self._save()

    def _save(self) -> None:
        began = time.monotonic()
        self._base = self._open_writer().commit()
        self._writer, self._saved_passages = None, self._progress.passages
        self._saved_at = time.monotonic()
        self._saving = self._saved_at - began

    def _merge(self) -> None:
        """Merge segments once everything is saved, so that nothing waits for it."""
        assert self._base is not None
        compact = self._options.compact
        if is_due(self._base.manifest.segments, compact) or (compact and self._base.holds_dead()):
            self._open_writer().merge(compact)
            self._save()
        if compact:
            with contextlib.suppress(OSError):
                generations.prune(self._index, keep_previous=False)


def _read_rules(folder: Path) -> Rules:
    """Who may see what in a folder; raises PinciteError where that cannot be told, for then nothing may be shown."""
    try:
        data, _ = read_file(Found(RULES, folder, Stamp(0, 0, 0)), _LONGEST_RULES)
        return read_rules(data)
    except FileNotFoundError:
        return Rules()
    except (OSError, PinciteError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PinciteError(f"{folder / RULES} cannot be used, so nothing was synced: {reason}") from error


def _weight(file: DraftFile) -> int:
    """About how many passages a file counts for in memory, even where it has none."""
    characters = sum(len(document.extract.text) for document in file.documents)
    return max(len(list(file.passages)), characters // _CHARACTERS_A_PASSAGE, 1)


def _open_base(index: Path, encoder: EncoderIdentity) -> Base | None:
    """The generation to start from, or None where there is no index yet."""
    try:
        folder, sha256 = generations.named(index)
    except IndexMissingError:
        return None
    manifest = read_manifest(folder, sha256)
    check_builder(manifest, encoder, SPLITTER)
    check_sizes(manifest, folder)
    return Base(folder, manifest)


def _indexed(base: Base | None) -> dict[str, IndexedFile]:
    """The files that a generation holds, by path."""
    if base is None:
        return {}
    with _reading(base) as db:
        return store.files(db)


@contextlib.contextmanager
def _reading(base: Base) -> Iterator[sqlite3.Connection]:
    path = base.folder / store.NAME
    try:
        with contextlib.closing(store.open_to_read(path)) as db:
            yield db
    except sqlite3.Error as error:
        raise IndexDamagedError(f"{path} cannot be read ({error}); {mend(())}") from error
