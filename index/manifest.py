"""The manifest of a generation: what it was built by and from, readable, with the checksum of every file beside it."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

from index.encoder import EncoderIdentity
from index.errors import IndexDamagedError, IndexMismatchError
from index.generations import MANIFEST, hold, mend

FORMAT = 2  # of everything in a generation; raised whenever an older reader would go wrong
_PIECE = 1 << 20  # bytes hashed at once
_NAME = re.compile(r"(?:s\d{6,}/)?[a-z_.]*[a-z]")  # of a file: its plain name, below its segment's where it has one
_T = TypeVar("_T", EncoderIdentity, "StoredFile", "StoredSegment", "Manifest")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a generation: its path in it, its size in bytes and the hexadecimal SHA-256 of its bytes."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """A segment of a generation: its name, how many passages it has, and how many of those are of removed documents."""

    name: str
    passages: int
    dead: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who built a generation, from which folders, and what is in it."""

    format: int
    encoder: EncoderIdentity
    splitter: str
    created: str  # ISO 8601, UTC
    folders: tuple[str, ...]  # absolute, in the order they were named
    documents: int
    passages: int
    segments: tuple[StoredSegment, ...]
    files: tuple[StoredFile, ...]  # all but the manifest itself

    def to_json(self) -> str:
        """The manifest as indented JSON."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


@dataclass(frozen=True, slots=True)
class Builder:
    """What a generation's manifest says of how it came about."""

    encoder: EncoderIdentity
    splitter: str
    folders: tuple[str, ...]


def read_manifest(folder: Path, sha256: str | None, noted_in: str = "CURRENT") -> Manifest:
    """The manifest in a generation's `folder`, whose bytes must have the hexadecimal SHA-256 that `noted_in` names.

    Raises IndexDamagedError where there is none, it was altered or it cannot be parsed, IndexMismatchError where it has
    another format.
    """
    path = folder / MANIFEST
    try:
        data = path.read_bytes()
        if sha256 and hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"its checksum differs from the one in {noted_in}")
        raw = json.loads(data)
        found = raw["format"]
        if found == FORMAT:
            if not sha256:  # the first format had none
                raise ValueError("its checksum is missing")
            return _parse(raw)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise IndexDamagedError(f"{path} is missing or cannot be read ({error}); {mend(())}") from error
    raise IndexMismatchError(f"the index in {folder} has format {found!r} and {FORMAT} is wanted; {mend(())}")


def manifest_of(index: Path) -> Manifest:
    """The manifest of the generation of `index` that answers, which may be damaged otherwise.

    Raises IndexMissingError, IndexDamagedError or IndexMismatchError.
    """
    with hold(index) as held:
        return read_manifest(held.folder, held.sha256)


def write_manifest(manifest: Manifest, folder: Path) -> Path:
    """Write `manifest` into a generation's `folder` and return its path; flushing it to disk is the caller's."""
    path = folder / MANIFEST
    path.write_text(manifest.to_json(), encoding="utf-8")
    return path


def describe(folder: Path, name: str) -> StoredFile:
    """The entry of the file `name` in a generation's `folder`, its checksum computed now."""
    digest, size = hashlib.sha256(), 0
    with (folder / name).open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return StoredFile(name, size, digest.hexdigest())


def check_sizes(manifest: Manifest, folder: Path) -> None:
    """Compare the sizes of a generation's files with its manifest.

    Raises IndexDamagedError naming the first that differs.
    """
    for stored in manifest.files:
        path = folder / stored.name
        try:
            found = path.stat().st_size
        except OSError as error:
            raise IndexDamagedError(f"{path} is missing from the index; {mend(manifest.folders)}") from error
        if found != stored.size:
            sizes = f"has {found} bytes where {stored.size} were written"
            raise IndexDamagedError(f"{path} {sizes}; {mend(manifest.folders)}")


def check_sums(manifest: Manifest, folder: Path, chosen: Callable[[str], bool] = lambda _: True) -> None:
    """Read every file of a generation whose name is `chosen` and compare its checksum.

    Raises IndexDamagedError naming the first that differs.
    """
    for error in damages(manifest, folder, chosen):
        raise error


def damages(
    manifest: Manifest, folder: Path, chosen: Callable[[str], bool] = lambda _: True
) -> Iterator[IndexDamagedError]:
    """An error for each file of a generation that is not what was written; files are read as they are asked for."""
    for stored in manifest.files:
        if not chosen(stored.name):
            continue
        try:
            same = describe(folder, stored.name) == stored
        except OSError as error:
            yield IndexDamagedError(f"{folder / stored.name} cannot be read: {error}; {mend(manifest.folders)}")
            continue
        if not same:
            yield IndexDamagedError(
                f"{folder / stored.name} is not what was written (its checksum differs); {mend(manifest.folders)}"
            )


def check_builder(manifest: Manifest, encoder: EncoderIdentity, splitter: str | None = None) -> None:
    """Compare who built an index with who is to use it; raises IndexMismatchError naming the first field that differs.

    A `splitter` of None is not compared: for reading it does not matter.
    """
    pairs = [
        (f"encoder {f.name.replace('_', ' ')}", getattr(manifest.encoder, f.name), getattr(encoder, f.name))
        for f in fields(EncoderIdentity)
    ]
    if splitter is not None:
        pairs.append(("splitter", manifest.splitter, splitter))
    for field, found, wanted in pairs:
        if found != wanted:
            raise IndexMismatchError(
                f"the index was built with {field} {found!r} and {wanted!r} is in use; {mend(manifest.folders)}"
            )


def _parse(raw: dict[str, Any]) -> Manifest:
    values = {f.name: raw[f.name] for f in fields(Manifest)}
    values["encoder"] = _fill(EncoderIdentity, raw["encoder"])
    values["files"] = tuple(_fill(StoredFile, f) for f in raw["files"])
    values["folders"] = tuple(str(f) for f in raw["folders"])
    values["segments"] = tuple(_fill(StoredSegment, s) for s in raw["segments"])
    if any(not _NAME.fullmatch(f.name) for f in values["files"]):
        raise ValueError("it lists a file outside its folder")
    return _fill(Manifest, values)


def _fill(kind: type[_T], values: dict[str, Any]) -> _T:
    """An instance of the dataclass `kind`; ValueError where a number or a string stands in the other's place."""
    for field in fields(kind):
        if field.type in (int, str) and type(values[field.name]) is not field.type:
            raise ValueError(f"{field.name} is {values[field.name]!r}")
    return kind(**{f.name: values[f.name] for f in fields(kind)})
