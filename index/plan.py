"""What a sync has to do: the files that are there against the documents that are indexed."""

import errno
import hashlib
import time
from collections import defaultdict, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from index.errors import ReadError
from index.scan import Failure, Found, Scan, read_file, shown
from index.store import IndexedFile, Source

# A file changed within this time of being read may change once more without another time stamp, where the file system's
# clock is coarse (FAT: 2 s). Such a file is read again to be sure.
_RACY_NS = 2_000_000_000
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


@dataclass
class Plan:
    """What to do with each document; every list is in a fixed order."""

    new: list[Found] = field(default_factory=list)
    changed: list[Found] = field(default_factory=list)
    renamed: list[tuple[str, Source]] = field(default_factory=list)  # (indexed id, the file that now has its bytes)
    refreshed: list[Source] = field(default_factory=list)  # same bytes as indexed under another stamp
    removed: list[str] = field(default_factory=list)  # indexed ids
    failed: list[Failure] = field(default_factory=list)
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file was not read, and whether what is indexed of it has to go."""

    failure: Failure
    outdated: bool

    def of_indexed(self) -> Failure:
        """The failure of a document that is indexed, which adds what becomes of that."""
        kept = "" if self.outdated else " (what was indexed of it before stays)"
        return Failure(self.failure.document, self.failure.reason + kept)


def make_plan(scan: Scan, indexed: Mapping[str, IndexedFile], most: int, read_by: str) -> Plan:
    """Compare; files are read (`most` bytes at most) only where their stamps leave a doubt.

    What could not be read of a file is tried again where it was not `read_by` the same readers with the same limits.
    """
    plan = Plan(failed=list(scan.failed))
    for found in scan.found:
        file = indexed.get(found.id)
        if file is None:
            plan.new.append(found)
        elif file.failures and file.source.read_by != read_by:
            plan.changed.append(found)
        elif is_untouched(found, file.source):
            _leave(file, plan)
        else:
            _compare(found, file, plan, most)
    there = {found.id for found in scan.found}
    vanished = [f.source for id, f in indexed.items() if id not in there and not unseen(f.source, scan)]
    _match_renamed(plan, vanished, most)
    return plan


def read_mirrored_again(plan: Plan, mirrored: Mapping[Path, Collection[str]]) -> None:
    """Take what was renamed in a mirror as new: its documents say where they can be seen.

    `mirrored` names the files of each folder that are copies of what is elsewhere.
    """
    folders = {shown(folder): folder for folder in mirrored}
    renamed, plan.renamed = plan.renamed, []
    for id, source in renamed:
        folder = folders[source.folder]
        if source.id in mirrored[folder]:
            plan.removed.append(id)
            plan.new.append(Found(source.id, folder, source.stamp))
        else:
            plan.renamed.append((id, source))


def read_source(found: Found, most: int) -> tuple[bytes, Source] | Unread:
    """The bytes of a file and where they came from, or why not.

    What is indexed of a file is outdated once the file is known to be gone or to hold something that is not read. Where
    the file is there and cannot be opened, a want of permission say, nothing is known: what is indexed stays.
    """
    read_ns = time.time_ns()
    try:
        data, stamp = read_file(found, most)
    except ReadError as error:
        return Unread(Failure(found.id, str(error)), outdated=True)
    except OSError as error:
        gone = error.errno in _GONE
        reason = "it vanished before it was read" if gone else f"it cannot be read: {error.strerror}"
        return Unread(Failure(found.id, reason), outdated=gone)
    return data, Source(found.id, shown(found.folder), stamp, read_ns, hashlib.sha256(data).hexdigest())


def is_untouched(found: Found, source: Source) -> bool:
    """Whether a file is what it was when it was read, by its size and times; False where that leaves a doubt."""
    return looks_untouched(found, source) and (
        max(found.stamp.mtime_ns, found.stamp.ctime_ns) < source.read_ns - _RACY_NS
    )


def looks_untouched(found: Found, source: Source) -> bool:
    """Whether a file has the size and times that it was read with, in the same folder."""
    return found.stamp == source.stamp and shown(found.folder) == source.folder


def _leave(file: IndexedFile, plan: Plan) -> None:
    """Let a file be as it is indexed, with what of it could not be read."""
    plan.failed.extend(file.failures)
    if file.documents or not file.failures:
        plan.unchanged += 1


def _compare(found: Found, file: IndexedFile, plan: Plan, most: int) -> None:
    read = read_source(found, most)
    if isinstance(read, Unread):
        plan.failed.append(read.of_indexed())
        if read.outdated:
            plan.removed.append(found.id)
    elif read[1].sha256 == file.source.sha256:
        plan.refreshed.append(replace(read[1], read_by=file.source.read_by))
        _leave(file, plan)
    else:
        plan.changed.append(found)


def unseen(source: Source, scan: Scan) -> bool:
    """Whether a file lies in a folder that could not be listed."""
    return any(
        source.folder == shown(folder) and (not at or source.id.startswith(at + "/")) for folder, at in scan.blind
    )


def _match_renamed(plan: Plan, vanished: Sequence[Source], most: int) -> None:
    """Move what is new and has the bytes of a vanished document, and its suffix, from `new` to `renamed`."""
    sizes = {source.stamp.size for source in vanished}
    left: defaultdict[tuple[str, str], deque[str]] = defaultdict(deque)
    for source in vanished:
        left[_content(source)].append(source.id)
    new, plan.new = plan.new, []
    for found in new:
        read = read_source(found, most) if found.stamp.size in sizes else None
        if read and not isinstance(read, Unread) and left[_content(read[1])]:
            plan.renamed.append((left[_content(read[1])].popleft(), read[1]))
        else:
            plan.new.append(found)
    plan.removed.extend(sorted(id for ids in left.values() for id in ids))


def _content(source: Source) -> tuple[str, str]:
    """Equal for two files that are read alike: the suffix chooses the reader."""
    return PurePosixPath(source.id).suffix.lower(), source.sha256
