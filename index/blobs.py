"""Bytes that belong to stretches of documents: one file of them, and a table of where each lies.

Texts are kept so, in pieces of bounded length, and what is known of a text's places. Each piece carries a checksum that
is compared whenever it is read, so that an altered byte is never taken for a source's own word.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.generations import mend

_TABLE = np.dtype(
    [("document", "<i8"), ("start", "<i4"), ("end", "<i4"), ("offset", "<i8"), ("length", "<i4"), ("crc", "<u4")]
)


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that belong to `text[start:end]` of the document numbered `document`."""

    document: int
    start: int
    end: int
    data: bytes


class Blobs:
    """Blobs on disk, sorted by document, then start; read as they are asked for."""

    def __init__(self, folder: Path, stem: str) -> None:
        """Open `stem`.npy and `stem`.bin in `folder`; raises IndexDamagedError where they do not fit together."""
        self._path = folder / f"{stem}.bin"
        self._table = load_array(folder / f"{stem}.npy", _TABLE)
        self._documents = np.ascontiguousarray(self._table["document"])
        try:
            size = self._path.stat().st_size
            self._data: NDArray[np.uint8] = np.memmap(self._path, np.uint8, "r") if size else np.zeros(0, np.uint8)
        except (OSError, ValueError) as error:
            raise damaged(self._path, error) from error

    def of(self, document: int, start: int = 0, end: int | None = None) -> Iterator[Blob]:
        """The blobs of a document that overlap `text[start:end]`, in order."""
        first, last = np.searchsorted(self._documents, [document, document + 1])
        rows = self._table[first:last]
        if start or end is not None:
            overlap = rows["end"] > start
            rows = rows[overlap & (rows["start"] < end)] if end is not None else rows[overlap]
        yield from (self._read(row) for row in rows)

    @property
    def documents(self) -> NDArray[np.int64]:
        """The document's number of each blob, ascending."""
        return self._documents

    def kept(self, documents: NDArray[np.int64]) -> Iterator[Blob]:
        """The blobs of those documents (sorted), as they lie."""
        yield from (self._read(row) for row in self._table[np.isin(self._documents, documents)])

    def _read(self, row: Any) -> Blob:
        data = self._data[row["offset"] : row["offset"] + row["length"]].tobytes()
        if len(data) != row["length"] or zlib.crc32(data) != row["crc"]:
            raise IndexDamagedError(f"{self._path} was altered at byte {row['offset']:,}; {mend(())}")
        return Blob(int(row["document"]), int(row["start"]), int(row["end"]), data)


def write_blobs(folder: Path, stem: str, blobs: Iterable[Blob]) -> None:
    """Write `blobs`, which must come sorted by document, then start."""
    rows, offset = [], 0
    with (folder / f"{stem}.bin").open("wb") as file:
        for blob in blobs:
            file.write(blob.data)
            rows.append((blob.document, blob.start, blob.end, offset, len(blob.data), zlib.crc32(blob.data)))
            offset += len(blob.data)
    np.save(folder / f"{stem}.npy", np.array(rows, _TABLE), allow_pickle=False)


def load_array(path: Path, dtype: np.dtype[Any] | None = None) -> NDArray[Any]:
    """Map the array in `path`, which is read as it is used.

    Raises IndexDamagedError where it cannot be, or is not of `dtype`.
    """
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False, mmap_mode="r")
    except Exception as error:  # an altered file trips NumPy's reader in any of a dozen ways; an empty array too
        try:
            array = np.load(path, allow_pickle=False)
        except Exception:
            raise damaged(path, error) from error
    if not isinstance(array, np.ndarray) or (dtype is not None and array.dtype != dtype):
        raise damaged(path, ValueError("it does not hold what it should"))
    return array


def damaged(what: object, error: Exception) -> IndexDamagedError:
    """The error that says that `what` cannot be read."""
    reason = str(error).strip().split("\n", 1)[0]
    return IndexDamagedError(f"{what} cannot be read ({type(error).__name__}: {reason}); {mend(())}")


def pieces(text: str, length: int) -> Iterator[tuple[int, str]]:
    """`text` cut every `length` characters: where each piece starts, and the piece."""
    return ((at, text[at : at + length]) for at in range(0, len(text), length))


def chunks(values: Sequence[Any], length: int) -> Iterator[Sequence[Any]]:
    """`values`, `length` at a time."""
    return (values[at : at + length] for at in range(0, len(values), length))
