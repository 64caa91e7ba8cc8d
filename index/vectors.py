"""Vectors on disk and in FAISS.

Raw vectors are kept in half precision, a row a passage or sentence. What is searched is derived from them: encoders put
the texts of one language close together whatever they say, so a share of each language's mean vector is subtracted
before vectors are compared, which is what lets a question find passages of another language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.generations import mend

if TYPE_CHECKING:
    import faiss

CENTRING = 0.5  # share of the language's mean that is subtracted; docs/log.md
_PRIOR = 3  # passages that the mean of all languages counts for in each language's mean, so that few texts sway little

Ids = NDArray[np.int64]
Matrix = NDArray[np.float32]


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

    def __init__(self, searched: "faiss.Index", means: dict[str, Matrix]) -> None:
        """Wrap a FAISS index of centred unit vectors; `means` by language code, "" for all languages together."""
        self._searched = searched
        self._means = means

    def __len__(self) -> int:
        return int(self._searched.ntotal)

    @classmethod
    def build(cls, rows: VectorRows, languages: Sequence[str]) -> "PassageVectors":
        """Index raw `rows`, whose passages have these languages."""
        import faiss

        dimension = rows.vectors.shape[1]
        means = _means(rows.vectors.astype(np.float32), np.array(languages, dtype=str))
        searched = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
        built = cls(searched, means)
        if len(rows.ids):
            searched.add_with_ids(built.centre(rows.vectors.astype(np.float32), languages), rows.ids)
        return built

    def centre(self, vectors: Matrix, languages: Sequence[str]) -> Matrix:
        """Raw vectors (n, d) with a share of their language's mean taken away, (n, d) float32 of length 1."""
        of_all = self._means[""]
        means = np.array([self._means.get(code, of_all) for code in languages], np.float32).reshape(vectors.shape)
        shifted = vectors - CENTRING * means
        lengths = np.linalg.norm(shifted, axis=1, keepdims=True)
        return np.asarray(shifted / np.maximum(lengths, 1e-12), np.float32)

    def centre_question(self, vector: Matrix, language: str) -> Matrix:
        """A question's raw vector (d,) made comparable, (d,)."""
        centred: Matrix = self.centre(vector[None, :], [language])[0]
        return centred

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
        """Write passages.faiss and means.npz."""
        import faiss

        paths = [folder / "passages.faiss", folder / "means.npz"]
        # Written by Python, which names what fails (a full disk) and takes any path.
        paths[0].write_bytes(faiss.serialize_index(self._searched).tobytes())
        with paths[1].open("wb") as file:
            np.savez(file, allow_pickle=False, **{f"mean-{code}": mean for code, mean in self._means.items()})
        return paths

    @classmethod
    def load(cls, folder: Path) -> "PassageVectors":
        """Read what `save` wrote; raises IndexDamagedError where it cannot be read."""
        import faiss

        try:
            searched = faiss.deserialize_index(np.fromfile(folder / "passages.faiss", np.uint8))
            with np.load(folder / "means.npz", allow_pickle=False) as file:
                means = {name.removeprefix("mean-"): file[name] for name in file.files}
            if any(mean.shape != (searched.d,) for mean in [means[""], *means.values()]):
                raise ValueError("its means are not of its vectors")
        except Exception as error:  # an altered file trips NumPy's and FAISS's readers in any of a dozen ways
            raise _damaged(f"the vectors in {folder}", error) from error
        return cls(searched, means)


def _means(vectors: Matrix, languages: NDArray[np.str_]) -> dict[str, Matrix]:
    """Each language's mean vector, drawn towards the mean of all by `_PRIOR` passages; "" is the mean of all."""
    of_all = vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1], np.float32)
    means = {"": of_all}
    for code in np.unique(languages):
        own = vectors[languages == code]
        means[str(code)] = (own.sum(axis=0) + _PRIOR * of_all) / (len(own) + _PRIOR)
    return means


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
