"""Checking an index thoroughly: every checksum, every count, and that every passage and sentence slices its text."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import generations, store
from index.errors import IndexDamagedError, PinciteError
from index.filters import EVERYTHING
from index.generations import mend
from index.manifest import damages, read_manifest
from index.opened import Index
from index.segment import Segment
from index.store import DocumentFacts
from index.view import View

_STEP = 1 << 16  # vectors looked at at once


@dataclass(frozen=True, slots=True)
class FsckReport:
    """What was checked, and what is wrong, a sentence each; nothing is wrong where there are none."""

    documents: int
    passages: int
    sentences: int
    files: int
    problems: tuple[str, ...]


def fsck(folder: Path) -> FsckReport:
    """Check the index in `folder` while it is in use. Raises IndexMissingError where there is none."""
    try:
        with generations.hold(folder) as hold:
            manifest = read_manifest(hold.folder, hold.sha256)
            problems = [str(error) for error in damages(manifest, hold.folder)]
            problems += _strangers(hold.folder, {f.name for f in manifest.files})
    except IndexDamagedError as error:
        return FsckReport(0, 0, 0, 0, (str(error),))
    if not problems:  # what follows reads what was found to be as it was written
        problems = list(_inconsistencies(folder))
    with contextlib.suppress(PinciteError), Index.open(folder) as index:
        sentences = sum(len(segment.sentences) for segment in index.segments)
        return FsckReport(manifest.documents, manifest.passages, sentences, len(manifest.files), tuple(problems))
    return FsckReport(manifest.documents, manifest.passages, 0, len(manifest.files), tuple(problems))


def _strangers(folder: Path, known: set[str]) -> Iterator[str]:
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name not in known and name != generations.MANIFEST:
            yield f"{path} does not belong to the index; take it out"


def _inconsistencies(folder: Path) -> Iterator[str]:
    """What files contradict, though each is as it was written."""
    try:
        with Index.open(folder) as index:
            mended = mend(index.manifest.folders)
            yield from (f"{problem}; {mended}" for problem in _of_index(index))
    except (IndexDamagedError, sqlite3.Error) as error:
        yield str(error)


def _of_index(index: Index) -> Iterator[str]:
    for problem in index.read(lambda db: [row[0] for row in db.execute("PRAGMA integrity_check")]):
        if problem != "ok":
            yield f"{index.folder / store.NAME} is inconsistent ({problem})"
    view, counts = index.view(EVERYTHING), index.read(store.counts)
    for name, counted, noted in (
        ("documents", counts.documents, index.manifest.documents),
        ("passages", counts.passages, index.manifest.passages),
        ("passages", view.passage_count, index.manifest.passages),
    ):
        if counted != noted:
            yield f"the index has {counted:,} {name} where its manifest says {noted:,}"
    mixed = [segment for segment in index.segments if not _is_in_order(segment)]
    for segment in mixed:
        yield f"{segment.folder} has passages or sentences that do not follow each other"
    if not mixed:  # else what is read of them is anything
        for document in view.documents():
            yield from _of_document(view, document)
    for segment in index.segments:
        yield from _of_vectors(segment)


def _is_in_order(segment: Segment) -> bool:
    """Whether passages lie by document, then start, and each one's sentences and words begin where the last's end."""
    table, counts = segment.passages, segment.passages["sentences"].astype(np.int64)
    words = segment.sentences["words"].astype(np.int64)
    same = np.diff(table["document"]) == 0
    return bool(
        (table["first"] == np.cumsum(counts) - counts).all()
        and (counts > 0).all()
        and (segment.sentences["first_word"] == np.cumsum(words) - words).all()
        and (words >= 0).all()
        and (np.diff(table["document"]) >= 0).all()
        and (np.diff(table["start"])[same] >= 0).all()
    )


def _of_document(view: View, facts: DocumentFacts) -> Iterator[str]:
    document = view.document(facts.id)
    text = document.text if document else ""
    rows = view.passages_of(facts)
    if len(rows) != facts.passages:
        yield f"{facts.id!r} has {len(rows)} passages where {facts.passages} are listed"
    for passage, sentences in zip(view.passages(rows), view.sentences(rows), strict=True):
        inside = all(passage.start <= s.start < s.end <= passage.end for s in sentences.spans)
        if not inside or not sentences.spans or text[passage.start : passage.end] != passage.text:
            yield f"{facts.id!r} has a passage at {passage.start} that does not slice its text"


def _of_vectors(segment: Segment) -> Iterator[str]:
    for name, vectors in (("passage", segment.passage_vectors), ("sentence", segment.sentence_vectors)):
        for at in range(0, len(vectors), _STEP):
            lengths = np.linalg.norm(np.asarray(vectors[at : at + _STEP], np.float32), axis=1)
            if not (np.abs(lengths - 1) < 0.01).all():
                yield f"{segment.folder} has {name} vectors that are not of length 1"
                break
    if not (len(segment.searched) == len(segment.postings) == len(segment)):
        yield f"{segment.folder} has not a vector and a row of terms for each passage"
