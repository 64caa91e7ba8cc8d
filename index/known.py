"""Vectors that an index has already, found by the key of their passage, so that nothing is embedded twice."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.draft import Key, PassageVectors
from index.segment import Segment, checksum


class KnownVectors:
    """Passages' vectors in segments, and those added since."""

    def __init__(self, segments: Callable[[], Iterable[Segment]]) -> None:
        """Look in `segments`, which are opened and sorted by key at the first use."""
        self._segments = segments
        self._sorted: list[_Sorted] | None = None
        self._added: dict[Key, PassageVectors] = {}

    def add(self, vectors: Mapping[Key, PassageVectors]) -> None:
        """Know these too."""
        self._added.update(vectors)

    def find(self, keys: Sequence[Key]) -> dict[Key, PassageVectors]:
        """The vectors of those passages that are known, by key."""
        found = {key: self._added[key] for key in keys if key in self._added}
        if self._sorted is None:
            self._sorted = [_Sorted.of(segment) for segment in self._segments()]
        for key in keys:
            places = (place for s in self._sorted if key not in found for place in s.rows(key))
            for segment, row in places:
                if vectors := _vectors(segment, row):
                    found[key] = vectors
                    break
        return found


@dataclass(frozen=True, slots=True)
class _Sorted:
    segment: Segment
    heads: NDArray[np.uint64]  # the first halves of its keys, ascending
    order: NDArray[np.int64]  # their rows

    @classmethod
    def of(cls, segment: Segment) -> "_Sorted":
        heads = np.ascontiguousarray(segment.passages["key"][:, 0])
        order = np.argsort(heads, kind="stable")
        return cls(segment, heads[order], order)

    def rows(self, key: Key) -> Iterator[tuple[Segment, int]]:
        head, tail = np.frombuffer(key, "<u8")
        first, last = np.searchsorted(self.heads, head, "left"), np.searchsorted(self.heads, head, "right")
        for row in self.order[first:last]:
            if self.segment.passages[row]["key"][1] == tail:
                yield self.segment, int(row)


def _vectors(segment: Segment, row: int) -> PassageVectors | None:
    """A passage's vectors, None where they are not what was written: damage must not be copied."""
    first, count = int(segment.passages[row]["first"]), int(segment.passages[row]["sentences"])
    vector = np.array(segment.passage_vectors[row])
    of_sentences = np.array(segment.sentence_vectors[first : first + count])
    words, counts = segment.words(row)
    right = checksum(vector, of_sentences, np.asarray(words)) == segment.passages[row]["crc"]
    return PassageVectors(vector, of_sentences, np.array(words), counts) if right else None
