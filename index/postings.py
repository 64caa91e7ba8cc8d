"""The inverted index of one segment's passages: which of them hold a term, how often, and how many terms each has.

terms.npy                 uint8, the UTF-8 bytes of the terms, ascending, end to end
terms.at.npy              int64 (t + 1,), where each of the t terms begins in them
postings.npy              int32, the rows that hold a term, ascending, term after term
postings.at.npy           int64 (t + 1,), where those of each term begin
postings.frequencies.npy  uint16, how often the row holds the term
postings.lengths.npy      int32 (n,), how many terms each of the n passages has, repetitions counted

A term is found by bisection among the mapped bytes, so that opening an index reads none of it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from index.blobs import load_array
from index.errors import IndexDamagedError
from index.generations import mend

Mask = NDArray[np.bool_]
Rows = NDArray[np.int32]
Numbers = NDArray[np.int64]
Frequencies = NDArray[np.uint16]

_FILES = {
    "terms": ("terms.npy", np.uint8),
    "terms_at": ("terms.at.npy", np.int64),
    "rows": ("postings.npy", np.int32),
    "rows_at": ("postings.at.npy", np.int64),
    "frequencies": ("postings.frequencies.npy", np.uint16),
    "lengths": ("postings.lengths.npy", np.int32),
}
_MOST = np.iinfo(np.uint16).max  # a term that stands in a passage more often counts as this often
_SLAB = 1 << 22  # postings merged at once, some 200 MB of working memory


@dataclass(frozen=True, eq=False)
class Postings:
    """The terms of passages 0 to n - 1. The arrays are those of the files; built in memory or mapped from disk."""

    terms: NDArray[np.uint8]
    terms_at: Numbers
    rows: Rows
    rows_at: Numbers
    frequencies: Frequencies
    lengths: Rows

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def total(self) -> int:
        """How many terms all passages have together."""
        return int(self.lengths.sum(dtype=np.int64))

    def of(self, term: str) -> tuple[Rows, Frequencies]:
        """The passages that hold `term`, ascending, and how often each does; empty where none does.

        Raises IndexDamagedError where what is on disk for it cannot be right.
        """
        wanted = term.encode("utf-8", "surrogatepass")
        text, starts, end = self._views
        known = range(len(starts) - 1)

        def term_of(number: int) -> bytes:
            return bytes(text[_stretch(starts[number], starts[number + 1], end)])

        number = bisect_left(known, wanted, key=term_of)
        if number == len(known) or term_of(number) != wanted:
            return np.zeros(0, np.int32), np.zeros(0, np.uint16)
        here = _stretch(int(self.rows_at[number]), int(self.rows_at[number + 1]), len(self.rows))
        return self._checked(self.rows[here]), self.frequencies[here]

    @classmethod
    def build(cls, passages: Sequence[Sequence[str]]) -> "Postings":
        """Index passages, each the terms it has, repeated as they occur."""
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__  # terms are numbered as they come
        lengths = np.fromiter(map(len, passages), np.int32, len(passages))
        met = chain.from_iterable(passages)
        found = np.fromiter(map(numbers.__getitem__, met), np.int32, int(lengths.sum(dtype=np.int64)))
        ordered = sorted(numbers)  # by code point, and so are their UTF-8 bytes
        place = np.empty(len(ordered), np.int64)
        place[np.fromiter(map(numbers.__getitem__, ordered), np.int64, len(ordered))] = np.arange(len(ordered))
        # One number for a term in a passage: sorted, they are the postings in their order.
        n = len(passages)
        pairs, often = np.unique(place.take(found) * n + np.repeat(np.arange(n), lengths), return_counts=True)
        rows_at = np.searchsorted(pairs, np.arange(len(ordered) + 1) * n)
        rows = pairs - np.repeat(np.arange(len(ordered)) * n, np.diff(rows_at))
        return cls(
            *_end_to_end([term.encode("utf-8", "surrogatepass") for term in ordered]),
            rows.astype(np.int32),
            rows_at.astype(np.int64),
            np.minimum(often, _MOST).astype(np.uint16),
            lengths,
        )

    @classmethod
    def merged(cls, parts: Sequence[tuple["Postings", Mask]]) -> "Postings":
        """The passages of `parts` that their masks keep, one part after the other, numbered anew.

        Terms that only dropped passages held are dropped too. Raises IndexDamagedError where a part cannot be right.
        """
        vocabularies = [part._vocabulary() for part, _ in parts]
        ordered = sorted(set().union(*vocabularies))
        numbers = {term: number for number, term in enumerate(ordered)}
        ours = [np.fromiter(map(numbers.__getitem__, v), np.int64, len(v)) for v in vocabularies]
        if any((number[1:] <= number[:-1]).any() for number in ours):
            _damaged("the terms of an index", "are not in order")
        often = np.zeros(len(ordered), np.int64)
        for (part, keep), number in zip(parts, ours, strict=True):
            for met, _, _ in part._kept(number, keep):
                often += np.bincount(met, minlength=len(ordered))
        rows_at = np.concatenate([[0], np.cumsum(often)])
        rows, frequencies = np.empty(rows_at[-1], np.int32), np.empty(rows_at[-1], np.uint16)
        free, first = rows_at[:-1].copy(), 0  # where the next posting of each term goes; the part's first row
        for (part, keep), number in zip(parts, ours, strict=True):
            renumbered = np.cumsum(keep) + (first - 1)
            first += int(np.count_nonzero(keep))
            for met, of_part, how_often in part._kept(number, keep):
                count = np.bincount(met, minlength=len(ordered))
                # Postings of one term stand together, so each is as far into its term's as it is from their first.
                place = np.arange(len(met)) + (free - np.cumsum(count) + count)[met]
                rows[place], frequencies[place] = renumbered[of_part], how_often
                free += count
        lengths = np.concatenate([np.zeros(0, np.int32), *(part.lengths[keep] for part, keep in parts)])
        left = [term for term, count in zip(ordered, often.tolist(), strict=True) if count]
        return cls(*_end_to_end(left), rows, np.concatenate([[0], rows_at[1:][often > 0]]), frequencies, lengths)

    def save(self, folder: Path) -> list[Path]:
        """Write the files into `folder`; returns their paths."""
        paths = []
        for field, (name, kind) in _FILES.items():
            paths.append(folder / name)
            np.save(paths[-1], np.asarray(getattr(self, field), kind), allow_pickle=False)
        return paths

    @classmethod
    def load(cls, folder: Path) -> "Postings":
        """Map what `save` wrote, which is read as it is used.

        Raises IndexDamagedError where a file is missing or does not fit the others; their content is not read.
        """
        arrays = {field: _mapped(folder / name, np.dtype(kind)) for field, (name, kind) in _FILES.items()}
        loaded = cls(**arrays)
        for at, over in (("terms_at", "terms"), ("rows_at", "rows")):
            starts = arrays[at]
            if not len(starts) or starts[0] != 0 or starts[-1] != len(arrays[over]):
                _damaged(folder / _FILES[at][0], f"does not fit {_FILES[over][0]}")
        for one, other in (("terms_at", "rows_at"), ("rows", "frequencies")):
            if len(arrays[one]) != len(arrays[other]):
                _damaged(folder / _FILES[other][0], f"is not as long as {_FILES[one][0]}")
        return loaded

    @cached_property
    def _views(self) -> tuple[memoryview, memoryview, int]:
        """The terms' bytes, where each begins and where the last one ends; quicker than arrays for single numbers."""
        return self.terms.data, self.terms_at.data, len(self.terms)

    def _checked(self, rows: Rows) -> Rows:
        # As unsigned numbers those below 0 are beyond the last one too.
        if len(rows) and rows.view(np.uint32).max() >= len(self):
            _damaged("the terms of an index", f"name passages that are not among its {len(self)}")
        return rows

    def _vocabulary(self) -> list[bytes]:
        for starts in (self.terms_at, self.rows_at):
            if (np.diff(starts) < 0).any():
                _damaged("the terms of an index", "are not in order")
        text = self.terms.tobytes()
        return [text[start:end] for start, end in pairwise(self.terms_at.tolist())]

    def _kept(self, number: Numbers, keep: Mask) -> Iterator[tuple[Numbers, Rows, Frequencies]]:
        """The postings in their order, some at a time, but for rows not kept: `number` of the term, row, frequency."""
        for start in range(0, len(self.rows), _SLAB):
            end = min(start + _SLAB, len(self.rows))
            first, last = np.searchsorted(self.rows_at, [start, end - 1], "right") - 1
            bounds = np.clip(self.rows_at[first : last + 2], start, end)
            terms = np.repeat(number[first : last + 1], bounds[1:] - bounds[:-1])
            rows, often = self._checked(self.rows[start:end]), self.frequencies[start:end]
            kept = np.flatnonzero(keep[rows])
            yield terms[kept], rows[kept], often[kept]


def _stretch(start: int, stop: int, end: int) -> slice:
    if not 0 <= start <= stop <= end:
        _damaged("the terms of an index", f"reach from {start} to {stop} of {end}")
    return slice(start, stop)


def _end_to_end(terms: Sequence[bytes]) -> tuple[NDArray[np.uint8], Numbers]:
    ends = np.cumsum(np.fromiter(map(len, terms), np.int64, len(terms)))
    return np.frombuffer(b"".join(terms), np.uint8), np.concatenate([np.zeros(1, np.int64), ends])


def _mapped(path: Path, kind: np.dtype[Any]) -> NDArray[Any]:
    array = load_array(path, kind)
    if array.ndim != 1:
        _damaged(path, f"has {array.ndim} dimensions")
    return np.asarray(array)  # without what makes each slice of a mapped array slow


def _damaged(what: object, how: str) -> NoReturn:
    raise IndexDamagedError(f"{what} {how}; {mend(())}")
