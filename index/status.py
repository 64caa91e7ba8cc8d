"""What an index holds, and how far it is behind its folders."""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index import store
from index.filters import EVERYTHING
from index.mirror import origin_of
from index.opened import Index
from index.plan import looks_untouched, unseen
from index.scan import Failure, scan, shown
from index.store import IndexedFile


@dataclass(frozen=True, slots=True)
class OutOfStep:
    """How many files are not as they were synced, by their names, sizes and times: no file is read."""

    new: int
    changed: int
    gone: int
    unknown: tuple[str, ...]  # folders that are not there or cannot be listed


@dataclass(frozen=True, slots=True)
class Status:
    """What an index holds. `languages` and `formats` count documents; `bytes` is the size of the index's files."""

    folders: tuple[str, ...]
    synced: str  # ISO 8601, UTC
    encoder: str
    documents: int
    passages: int
    characters: int
    languages: dict[str, int]
    formats: dict[str, int]
    restricted: int  # documents that not everyone may see
    bytes: int
    segments: int
    dead_passages: int  # of removed documents, gone from disk once their segments are written anew
    failed: tuple[Failure, ...]
    out_of_step: OutOfStep

    def to_json(self) -> dict[str, Any]:
        """The status as a JSON object."""
        return asdict(self)


def status(folder: Path) -> Status:
    """Look at the index in `folder` and at the folders it was made from. Raises as `Index.open`."""
    with Index.open(folder) as index:
        manifest = index.manifest
        documents = index.view(EVERYTHING).documents()
        files = index.read(store.files)
        return Status(
            tuple(origin_of(Path(f)) or f for f in manifest.folders),
            manifest.created,
            manifest.encoder.name,
            manifest.documents,
            manifest.passages,
            sum(d.characters for d in documents),
            dict(Counter(d.language for d in documents).most_common()),
            dict(Counter(d.format for d in documents).most_common()),
            sum(1 for d in documents if d.access),
            sum(stored.size for stored in manifest.files),
            len(manifest.segments),
            sum(segment.dead for segment in manifest.segments),
            tuple(failure for file in files.values() for failure in file.failures),
            _out_of_step(folder, manifest.folders, files),
        )


def _out_of_step(index: Path, folders: tuple[str, ...], files: dict[str, IndexedFile]) -> OutOfStep:
    there = [Path(folder) for folder in folders if Path(folder).is_dir()]
    missing = [folder for folder in folders if not Path(folder).is_dir()]
    seen = scan(there, index)
    found = {f.id: f for f in seen.found}
    known = {id: f for id, f in files.items() if f.source.folder not in missing and not unseen(f.source, seen)}
    changed = [id for id in found.keys() & known.keys() if not looks_untouched(found[id], known[id].source)]
    blind = [shown(folder / at) for folder, at in seen.blind]
    return OutOfStep(
        len(found.keys() - known.keys()), len(changed), len(known.keys() - found.keys()), (*missing, *blind)
    )
