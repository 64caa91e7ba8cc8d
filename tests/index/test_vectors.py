"""Vectors are found as exact arithmetic finds them, whoever sees how much of them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.vectors import SearchedVectors

DIMENSION = 4
VECTOR = st.lists(st.integers(-9, 9), min_size=DIMENSION, max_size=DIMENSION)


def unit(matrix: object) -> NDArray[np.float32]:
    array = np.array(matrix, np.float32).reshape(-1, DIMENSION)
    array[:, 0] += 0.5  # no row of zeros
    return np.asarray(array / np.linalg.norm(array, axis=1, keepdims=True), np.float32)


@settings(max_examples=120)
@given(st.data())
def test_search_is_exact_among_what_is_visible(data: st.DataObject) -> None:
    vectors = unit(data.draw(st.lists(VECTOR, min_size=1, max_size=40)))
    question, k = unit(data.draw(VECTOR))[0], data.draw(st.integers(1, 45))
    seen = data.draw(st.none() | st.lists(st.booleans(), min_size=len(vectors), max_size=len(vectors)))
    visible = None if seen is None else np.array(seen, bool)
    rows, cosines = SearchedVectors.build(vectors).search(question, k, visible)
    allowed = np.arange(len(vectors)) if visible is None else np.flatnonzero(visible)
    exact = {int(i): float(vectors[i] @ question) for i in allowed}
    assert set(rows.tolist()) <= set(exact)
    assert len(set(rows.tolist())) == len(rows) == min(k, len(exact))
    assert np.allclose(cosines, [exact[i] for i in rows.tolist()], atol=1e-5)
    assert np.allclose(cosines, sorted(exact.values(), reverse=True)[:k], atol=1e-5)


def test_they_come_back_from_disk(tmp_path: Path) -> None:
    vectors = unit(np.eye(DIMENSION))
    SearchedVectors.build(vectors).save(tmp_path / "a é.faiss")
    loaded = SearchedVectors.load(tmp_path / "a é.faiss")
    assert (len(loaded), loaded.dimension) == (4, 4)
    assert np.array_equal(loaded.take(np.array([3, 0, 3])), vectors[[3, 0, 3]])
    assert loaded.take(np.zeros(0, np.int64)).shape == (0, DIMENSION)


def test_none_are_searched(tmp_path: Path) -> None:
    SearchedVectors.build(np.zeros((0, DIMENSION), np.float32)).save(tmp_path / "none")
    rows, cosines = SearchedVectors.load(tmp_path / "none").search(unit([[1, 2, 3, 4]])[0], 5)
    assert rows.tolist() == cosines.tolist() == []


@pytest.mark.parametrize("content", [b"", b"no index", b"IxFI" + b"\xff" * 200])
def test_what_is_no_index_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "passages.faiss").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"passages\.faiss cannot be read.*sync --rebuild"):
        SearchedVectors.load(tmp_path / "passages.faiss")
