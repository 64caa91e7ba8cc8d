"""Bringing an index in line with folders: what is new or changed is read and embedded, what is gone is removed.

A document is unchanged where its file has the size and times it was indexed with, or else the same bytes. The bytes
of a vanished document under a new path are a rename: its passages and vectors stay. A file that cannot be read is
reported and the rest goes on. What is indexed of such a file is removed where its content is known to be another or to
be gone (it turned binary or too large, or vanished): nothing must be answered from it as if it were current. Where the
file is there and cannot be opened nothing is known of its content: the last version stays, and the failure says so.
"""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from index import generations, mirror
from index.base_generation import Base
from index.draft import DraftFile, draft, embed
from index.encoder import EncoderSource
from index.errors import PinciteError
from index.folder_rules import FolderRules
from index.limits import Limits
from index.manifest import Builder
from index.passages import SPLITTER
from index.plan import Plan, Unread, make_plan, read_mirrored_again, read_source
from index.scan import Failure, Found, check_folders, scan, shown
from index.succession import Succession
from index.worker import Worker
from index.writer import IndexWriter, storing


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
        self._folders, self._index, self._source = folders, index, encoder.once()
        self._options, self._tell = options, progress
        self._rules = FolderRules(folders)
        self._urls = {folder: mirror.urls(folder) for folder in folders}
        base = None if options.rebuild else Base.open(index, encoder.identity, SPLITTER)
        self._indexed = base.files() if base else {}
        builder = Builder(encoder.identity, SPLITTER, tuple(map(shown, folders)))
        self._succession = Succession(index, base, builder, lambda: self._source.load().language_means())
        self._plan = Plan()
        self._drafts: list[DraftFile] = []
        self._progress = SyncProgress(0, 0, 0)
        self._saved_passages = 0
        self._added = self._changed = self._removed = 0

    def carry_out(self, began: float) -> SyncReport:
        limits = self._options.limits
        self._plan = plan = make_plan(
            scan(self._folders, self._index), self._indexed, limits.file_bytes, limits.fingerprint()
        )
        read_mirrored_again(plan, self._urls)
        self._progress = SyncProgress(0, len(plan.new) + len(plan.changed), 0)
        self._move()
        with Worker(limits) as worker:
            for found in sorted(plan.new + plan.changed, key=lambda f: f.id):
                self._take(found, worker)
        self._embed()
        if self._succession.is_begun or self._succession.last is None:
            self._save()
        self._succession.merge(self._options.compact)
        return SyncReport(
            self._added,
            self._changed,
            self._removed,
            plan.unchanged,
            tuple(sorted(plan.failed, key=lambda f: f.document)),
            self._succession.last.manifest.passages if self._succession.last else 0,
            time.monotonic() - began,
        )

    def discard(self) -> None:
        self._succession.discard()

    def _move(self) -> None:
        """Carry out what needs no encoder, and publish it: what is gone or was closed to some must not wait."""
        base = self._succession.last
        if base and base.manifest.folders != tuple(map(shown, self._folders)):
            self._succession.next()
        for id in self._plan.removed:
            self._remove(id)
        for id, source in self._plan.renamed:
            before = self._indexed[id]
            self._succession.next().move(id, replace(source, read_by=before.source.read_by))
            self._added += before.documents > 0
            self._removed += before.documents > 0
            self._plan.failed.extend(
                Failure(source.id + f.document.removeprefix(id), f.reason) for f in before.failures
            )
        for source in self._plan.refreshed:
            self._succession.next().move(source.id, source)
        self._apply_rules()
        if self._succession.is_begun and base:
            self._save()

    def _apply_rules(self) -> None:
        """Bring the access lists in line with the rules as they are now."""
        allowed, base = self._rules.access_now, self._succession.last
        if not self._succession.is_begun and (
            base is None or all(allowed(listed) == listed.access for listed in base.access_lists())
        ):
            return
        writer = self._succession.next()
        for listed in writer.access_lists():
            if (wanted := allowed(listed)) != listed.access:
                writer.set_access(listed.number, wanted)

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
            file = draft(source, worker.read(found.id, data), self._source.load, url)
            self._plan.failed.extend(file.failures)
            self._drafts.append(file)
        if sum(file.weight for file in self._drafts) >= self._options.batch_passages:
            self._embed()
            self._save_if_due()
        self._advance(documents=1)

    def _fail(self, unread: Unread) -> None:
        id = unread.failure.document
        self._plan.failed.append(unread.of_indexed() if id in self._indexed else unread.failure)
        if unread.outdated and id in self._indexed:
            self._remove(id)

    def _remove(self, id: str) -> None:
        self._succession.next().remove(id)
        self._removed += self._indexed[id].documents > 0

    def _embed(self) -> None:
        """Embed the passages that have gathered and write their files, new before old."""
        if not self._drafts:
            return
        drafts, self._drafts = self._drafts, []
        writer = self._succession.next()
        passages = [passage for file in drafts for passage in file.passages]
        batch = self._options.batch_passages
        for at in range(0, len(passages), batch):
            some = passages[at : at + batch]
            writer.learn(embed(some, writer.known, self._source.load, lambda n: self._advance(passages=n)))
        for file in drafts:
            self._write(writer, file)

    def _write(self, writer: IndexWriter, file: DraftFile) -> None:
        id, folder = file.source.id, file.source.folder
        before = self._indexed[id].documents if id in self._indexed else 0
        if id in self._indexed:
            writer.remove(id)
        writer.add(file, lambda document, own: self._rules.access(folder, id, document, own))
        self._added += bool(file.documents) and not before
        self._changed += bool(file.documents) and bool(before)
        self._removed += bool(before) and not file.documents

    def _advance(self, documents: int = 0, passages: int = 0) -> None:
        now = self._progress
        self._progress = replace(now, documents=now.documents + documents, passages=now.passages + passages)
        self._tell(self._progress)

    def _save_if_due(self) -> None:
        """Save what is done, unless a half-built index would take the place of a whole one."""
        many = self._progress.passages - self._saved_passages >= self._options.save_passages
        due = many or self._succession.has_worked(self._options.save_seconds)
        if self._succession.is_begun and due and not self._options.rebuild:
            self._save()

    def _save(self) -> None:
        self._succession.save()
        self._saved_passages = self._progress.passages
