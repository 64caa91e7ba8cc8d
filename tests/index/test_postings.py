"""Postings hold what the passages hold, through files and merging, and what cannot be right is refused."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import postings
from index.errors import IndexDamagedError
from index.postings import Postings

# Among them neighbours by bytes that other orders of characters put elsewhere.
ODD = ["clé", "e", "é", "zz", "z", "مفتاح", "人民", "\uffff", "\U0001d4b3", "\x00", "", "\ud800"]
TERMS = st.sampled_from(ODD) | st.text(max_size=3)
PASSAGES = st.lists(st.lists(TERMS, max_size=8), max_size=8)
FEW = [["lamp", "key", "lamp"], [], ["clé", "key"], ["مفتاح"]]
FILES = [
    "postings.at.npy", "postings.frequencies.npy", "postings.lengths.npy", "postings.npy", "terms.at.npy", "terms.npy",
]  # fmt: skip


def held(found: Postings) -> dict[str, dict[int, int]]:
    """Every term of postings with its rows and frequencies, read from the arrays in the plainest way."""
    text, at = found.terms.tobytes(), found.terms_at
    terms = [text[at[i] : at[i + 1]].decode("utf-8", "surrogatepass") for i in range(len(at) - 1)]
    return {
        term: {int(found.rows[i]): int(found.frequencies[i]) for i in range(found.rows_at[n], found.rows_at[n + 1])}
        for n, term in enumerate(terms)
    }


def expected(passages: list[list[str]]) -> dict[str, dict[int, int]]:
    every = {term for passage in passages for term in passage}
    counts = [Counter(passage) for passage in passages]
    return {term: {row: c[term] for row, c in enumerate(counts) if c[term]} for term in every}


def check(found: Postings, passages: list[list[str]]) -> None:
    assert held(found) == expected(passages)
    assert len(found) == len(passages)
    assert found.lengths.tolist() == [len(passage) for passage in passages]
    assert found.total == sum(map(len, passages))
    encoded = [term.encode("utf-8", "surrogatepass") for term in held(found)]
    assert encoded == sorted(encoded)
    for term, where in held(found).items():
        rows, frequencies = found.of(term)
        assert rows.tolist() == sorted(where)
        assert frequencies.tolist() == [where[row] for row in sorted(where)]
    kinds = [found.terms, found.terms_at, found.rows, found.rows_at, found.frequencies, found.lengths]
    assert [str(a.dtype) for a in kinds] == ["uint8", "int64", "int32", "int64", "uint16", "int32"]


@settings(deadline=None)
@given(PASSAGES, TERMS)
def test_every_term_gives_its_passages(passages: list[list[str]], other: str) -> None:
    built = Postings.build(passages)
    check(built, passages)
    rows, frequencies = built.of(other)
    assert rows.tolist() == [row for row, passage in enumerate(passages) if other in passage]
    assert (rows.dtype, frequencies.dtype) == (np.int32, np.uint16)


@pytest.mark.parametrize("passages", [[], [[]], FEW, [["a"] * 3, ["é"], ["\U0001f600"]]])
def test_files_give_back_what_was_saved(tmp_path: Path, passages: list[list[str]]) -> None:
    saved = Postings.build(passages).save(tmp_path)
    assert sorted(path.name for path in saved) == sorted(path.name for path in tmp_path.iterdir()) == FILES
    loaded = Postings.load(tmp_path)
    check(loaded, passages)
    assert loaded.of("nowhere")[0].tolist() == []
    again = Postings.merged([(loaded, np.ones(len(loaded), np.bool_))])
    check(again, passages)


def test_what_is_loaded_is_mapped(tmp_path: Path) -> None:
    Postings.build(FEW).save(tmp_path)
    loaded = Postings.load(tmp_path)
    for array in (loaded.terms, loaded.rows, loaded.frequencies, loaded.lengths):
        assert isinstance(array.base, np.memmap)


@settings(deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.lists(TERMS, max_size=8), st.booleans()), max_size=8), max_size=4), st.integers(1, 9)
)
def test_merging_is_building_from_what_is_kept(parts: list[list[tuple[list[str], bool]]], slab: int) -> None:
    built = [(Postings.build([p for p, _ in part]), np.array([keep for _, keep in part], np.bool_)) for part in parts]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postings, "_SLAB", slab)  # stretches that end within a term and within a passage
        merged = Postings.merged(built)
    check(merged, [passage for part in parts for passage, keep in part if keep])
    assert all(merged.of(term)[0].size for term in held(merged)), "a term that no passage holds is kept"


def test_a_term_is_counted_as_far_as_its_frequency_goes() -> None:
    built = Postings.build([["a"] * 70_000 + ["b"]])
    assert built.of("a")[1].tolist() == [65_535]
    assert (built.lengths.tolist(), built.total) == ([70_001], 70_001)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_missing_or_cut_or_of_another_kind_is_damage(tmp_path: Path, name: str) -> None:
    Postings.build(FEW).save(tmp_path)
    path, before = tmp_path / name, (tmp_path / name).read_bytes()
    for damaged in (before[:-1], before[:40], b"", b"\x93NUMPY", before.replace(b"'<", b"'>").replace(b"|u1", b"|i1")):
        path.write_bytes(damaged)
        with pytest.raises(IndexDamagedError, match=r"pincite sync --rebuild"):
            Postings.load(tmp_path)
    path.unlink()
    with pytest.raises(IndexDamagedError):
        Postings.load(tmp_path)


def test_a_table_is_no_row_of_numbers(tmp_path: Path) -> None:
    Postings.build(FEW).save(tmp_path)
    np.save(tmp_path / "postings.lengths.npy", np.zeros((4, 2), np.int32), allow_pickle=False)
    with pytest.raises(IndexDamagedError, match="2 dimensions"):
        Postings.load(tmp_path)


@pytest.mark.parametrize("name", [name for name in FILES if name != "postings.lengths.npy"])
@pytest.mark.parametrize("change", [lambda a: a[:-1], lambda a: np.append(a, a[-1:]), lambda a: a[:0]])
def test_files_that_do_not_fit_each_other_are_damage(tmp_path: Path, name: str, change: object) -> None:
    Postings.build(FEW).save(tmp_path)
    np.save(tmp_path / name, change(np.load(tmp_path / name)), allow_pickle=False)  # type: ignore[operator]
    with pytest.raises(IndexDamagedError, match=name.partition(".")[0]):
        Postings.load(tmp_path)


@pytest.mark.parametrize("name", ["terms.at.npy", "postings.at.npy"])
def test_offsets_begin_at_the_beginning_and_reach_no_further_than_the_end(tmp_path: Path, name: str) -> None:
    Postings.build(FEW).save(tmp_path)
    array = np.load(tmp_path / name)
    np.save(tmp_path / name, np.maximum(array, 1), allow_pickle=False)
    with pytest.raises(IndexDamagedError, match=name):
        Postings.load(tmp_path)
    array[1] = 10_000
    np.save(tmp_path / name, array, allow_pickle=False)
    with pytest.raises(IndexDamagedError, match=r"from 0 to 10000|from 10000 to"):
        Postings.load(tmp_path).of("clé")


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("terms.at.npy", 1, -1),
        ("terms.at.npy", 2, 10_000),
        ("terms.at.npy", 2, 1),
        ("postings.at.npy", 1, -1),
        ("postings.at.npy", 1, 10_000),
        ("postings.at.npy", 2, 0),
        ("postings.npy", 0, 4),
        ("postings.npy", 0, -1),
        ("terms.npy", 0, ord("z")),
    ],
)
def test_offsets_and_rows_out_of_range_are_damage(tmp_path: Path, name: str, place: int, value: int) -> None:
    Postings.build(FEW).save(tmp_path)
    array = np.load(tmp_path / name)
    array[place] = value
    np.save(tmp_path / name, array, allow_pickle=False)
    loaded = Postings.load(tmp_path)
    if name != "terms.npy":  # terms out of order are only seen when all are read
        with pytest.raises(IndexDamagedError, match="pincite sync --rebuild"):
            for term in ("clé", "key", "lamp", "مفتاح"):
                loaded.of(term)
    with pytest.raises(IndexDamagedError, match="pincite sync --rebuild"):
        Postings.merged([(loaded, np.ones(4, np.bool_))])
