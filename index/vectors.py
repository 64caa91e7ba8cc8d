"""Vectors on disk and in FAISS.

Raw vectors are kept in half precision, a row a passage or sentence. What is searched is derived from them, centred by
language (index/centring.py).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.centring import LanguageMeans, Matrix
from index.errors import IndexDamagedError
from index.generations import mend

if TYPE_CHECKING:
    import faiss

MEANS = "means.npz"  # of the languages, in an index that has passages

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class VectorRows:
    """Raw vectors by number: `ids` (n,) int64 ascending, `vectors` (n, d) float16 of length 1."""

    ids: Ids
    vectors: NDArray[np.float16]

    @classmethod
    def empty(cls, dimension: int) -> "VectorRows":
        """No rows of `dimension`."""
        return cls(np.zeros(0, np.int64), np.zeros((0, dimension), np.float16))

    def without(self, ids: Iterable[int]) -> "VectorRows":
        """These rows but for those numbered `ids`."""
        keep = ~np.isin(self.ids, np.fromiter(ids, np.int64))
        return VectorRows(self.ids[keep], self.vectors[keep])

    def with_rows(self, ids: Sequence[int], vectors: NDArray[Any]) -> "VectorRows":
        """These rows and those; `ids` must ascend from beyond the last one here."""
        joined = np.concatenate([self.ids, np.asarray(ids, np.int64)])
        new = np.asarray(vectors, np.float16).reshape(len(ids), self.vectors.shape[1])
        stacked = np.concatenate([self.vectors, new])
        return VectorRows(joined, stacked)

    def take(self, ids: Sequence[int] | Ids) -> Matrix:
        """The vectors numbered `ids`, (len(ids), d) float32; raises IndexDamagedError where one is not here."""
        rows = np.searchsorted(self.ids, ids)
        if not ((rows < len(self.ids)).all() and np.array_equal(self.ids[rows], ids)):
            raise IndexDamagedError(f"the index has no vectors for some of its sentences; {mend(())}")
        return np.asarray(self.vectors[rows], np.float32)

    def save(self, folder: Path, stem: str) -> list[Path]:
        """Write `stem`.ids.npy and `stem`.npy."""
        paths = [folder / f"{stem}.ids.npy", folder / f"{stem}.npy"]
        np.save(paths[0], self.ids, allow_pickle=False)
        np.save(paths[1], self.vectors, allow_pickle=False)
        return paths

    @classmethod
    def load(cls, folder: Path, stem: str) -> "VectorRows":
        """Map the rows, which are read as they are used; raises IndexDamagedError where they cannot be."""
        ids = _load_array(folder / f"{stem}.ids.npy")
        vectors = _load_array(folder / f"{stem}.npy")
        if ids.ndim != 1 or vectors.ndim != 2 or len(ids) != len(vectors):
            raise IndexDamagedError(f"{folder / stem}.npy does not have a row for each of its numbers; {mend(())}")
        return cls(ids, vectors)


class PassageVectors:
    """The searchable vectors of all passages, centred by language."""

    def __init__(self, searched: "faiss.Index", means: LanguageMeans) -> None:
        """Wrap a FAISS index of unit vectors centred by `means`."""
        self._searched = searched
        self.means = means

    def __len__(self) -> int:
        return int(self._searched.ntotal)

    @classmethod
    def build(cls, rows: VectorRows, languages: Sequence[str], means: LanguageMeans) -> "PassageVectors":
        """Index raw `rows`, whose passages have these languages."""
        import faiss

        searched = faiss.IndexIDMap2(faiss.IndexFlatIP(rows.vectors.shape[1]))
        if len(rows.ids):
            searched.add_with_ids(means.centre(rows.vectors.astype(np.float32), languages), rows.ids)
        return cls(searched, means)

    def search(self, question: Matrix, k: int) -> tuple[Ids, Matrix]:
        """The `k` nearest passages to a centred question: numbers and cosines from -1 to 1, best first."""
        k = min(k, len(self))
        if k == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        scores, ids = self._searched.search(np.ascontiguousarray(question[None, :], np.float32), k)
        return np.asarray(ids[0], np.int64), np.asarray(scores[0], np.float32)

    def scores(self, question: Matrix, ids: Sequence[int]) -> Matrix:
        """Cosines of those passages with a centred question, in their order."""
        if not len(ids):
            return np.zeros(0, np.float32)
        vectors: Matrix = self._searched.reconstruct_batch(np.asarray(ids, np.int64))
        return np.asarray(vectors @ question, np.float32)

    def save(self, folder: Path) -> list[Path]:
        """Write passages.faiss and the means, these only where there are passages that they were measured for."""
        import faiss

        path = folder / "passages.faiss"
        # Written by Python, which names what fails (a full disk) and takes any path.
        path.write_bytes(faiss.serialize_index(self._searched).tobytes())
        if not len(self):
            return [path]
        self.means.save(folder / MEANS)
        return [path, folder / MEANS]

    @classmethod
    def load(cls, folder: Path) -> "PassageVectors":
        """Read what `save` wrote; raises IndexDamagedError where it cannot be read."""
        import faiss

        # One question at a time gains little from threads, and where other work runs they wait for it (docs/log.md).
        faiss.omp_set_num_threads(1)
        try:
            searched = faiss.deserialize_index(np.fromfile(folder / "passages.faiss", np.uint8))
            saved = LanguageMeans.load(folder / MEANS)
            if saved is None and searched.ntotal:
                raise ValueError("the means of its languages are missing")
            means = saved or LanguageMeans.none(searched.d)
            if any(mean.shape != (searched.d,) for mean in [*means.passages.values(), *means.questions.values()]):
                raise ValueError("its means are not of its vectors")
        except Exception as error:  # an altered file trips NumPy's and FAISS's readers in any of a dozen ways
            raise _damaged(f"the vectors in {folder}", error) from error
        return cls(searched, means)


def _load_array(path: Path) -> NDArray[Any]:
    try:
        array: NDArray[Any] = np.load(path, allow_pickle=False, mmap_mode="r")
    except Exception as error:  # as above; mapping an empty array raises too
        try:
            array = np.load(path, allow_pickle=False)
        except Exception:
            raise _damaged(path, error) from error
    if not isinstance(array, np.ndarray):
        raise _damaged(path, ValueError("it holds several arrays"))
    return array


def _damaged(what: object, error: Exception) -> IndexDamagedError:
    reason = str(error).strip().split("\n", 1)[0]
    return IndexDamagedError(f"{what} cannot be read ({type(error).__name__}: {reason}); {mend(())}")
