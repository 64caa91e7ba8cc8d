"""Searching vectors with FAISS: the centred vectors of one segment's passages, a row a passage."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.blobs import damaged
from index.centring import Matrix

if TYPE_CHECKING:
    import faiss

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class SearchedVectors:
    """Unit vectors that are searched exactly, by inner product."""

    def __init__(self, index: "faiss.Index") -> None:
        """Wrap a flat FAISS index."""
        self._index = index

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Of each vector."""
        return int(self._index.d)

    @classmethod
    def build(cls, vectors: Matrix) -> "SearchedVectors":
        """Index unit vectors (n, d) float32; row i is vectors[i]."""
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        if len(vectors):
            index.add(np.ascontiguousarray(vectors, np.float32))
        return cls(index)

    def search(self, question: Matrix, k: int, visible: Mask | None = None) -> tuple[Rows, Matrix]:
        """The `k` rows nearest to a unit vector (d,), among those that are `visible` (n,), all where that is None.

        Rows and cosines from -1 to 1, best first.
        """
        import faiss

        k = min(k, len(self) if visible is None else int(np.count_nonzero(visible)))
        if k == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        parameters = None
        if visible is not None:
            bits = np.packbits(visible, bitorder="little")
            selector: Any = faiss.IDSelectorBitmap
            of_search: Any = (
                faiss.SearchParameters
            )  # both take what their Python wrappers add, and the stubs do not know
            parameters = of_search(sel=selector(bits))
        asked = np.ascontiguousarray(question[None, :], np.float32)
        cosines, rows = self._index.search(asked, k, params=parameters)
        return np.asarray(rows[0], np.int64), np.asarray(cosines[0], np.float32)

    def take(self, rows: Rows) -> Matrix:
        """The vectors of those rows, (len(rows), d) float32."""
        if not len(rows):
            return np.zeros((0, self.dimension), np.float32)
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(rows, np.int64)), np.float32)

    def save(self, path: Path) -> None:
        """Write the index to `path`."""
        import faiss

        # Written by Python, which names what fails (a full disk) and takes any path.
        path.write_bytes(faiss.serialize_index(self._index).tobytes())

    @classmethod
    def load(cls, path: Path) -> "SearchedVectors":
        """Read what `save` wrote; raises IndexDamagedError where it cannot be read."""
        import faiss

        # One question at a time gains little from threads, and where other work runs they wait for it (docs/log.md).
        faiss.omp_set_num_threads(1)
        try:
            return cls(faiss.deserialize_index(np.fromfile(path, np.uint8)))
        except Exception as error:  # an altered file trips FAISS's reader in any of a dozen ways
            raise damaged(path, error) from error
