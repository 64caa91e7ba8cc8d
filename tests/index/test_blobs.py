"""Bytes come back for the stretch they belong to, and an altered byte is told."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.blobs import Blob, Blobs, load_array, pieces, write_blobs
from index.errors import IndexDamagedError

BLOBS = [Blob(1, 0, 4, b"abcd"), Blob(1, 4, 6, b"ef"), Blob(3, 0, 2, b""), Blob(3, 2, 9, b"\0\xff" * 9)]


def stored(folder: Path) -> Blobs:
    write_blobs(folder, "x", BLOBS)
    return Blobs(folder, "x")


@pytest.mark.parametrize(
    ("document", "start", "end", "expected"),
    [
        (1, 0, None, [0, 1]),
        (1, 3, 5, [0, 1]),
        (1, 4, 5, [1]),
        (1, 0, 4, [0]),
        (1, 6, 9, []),
        (2, 0, None, []),
        (3, 0, None, [2, 3]),
        (9, 0, None, []),
    ],
)
def test_what_overlaps_is_found(
    tmp_path: Path, document: int, start: int, end: int | None, expected: list[int]
) -> None:
    assert list(stored(tmp_path).of(document, start, end)) == [BLOBS[i] for i in expected]


def test_some_documents_are_kept(tmp_path: Path) -> None:
    blobs = stored(tmp_path)
    assert list(blobs.kept(np.array([3, 7]))) == BLOBS[2:]
    assert blobs.documents.tolist() == [1, 1, 3, 3]
    write_blobs(tmp_path, "none", [])
    assert list(Blobs(tmp_path, "none").of(1)) == []


def test_every_altered_byte_is_told_when_it_is_read(tmp_path: Path) -> None:
    stored(tmp_path)
    path = tmp_path / "x.bin"
    content = path.read_bytes()
    for at in range(len(content)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        with pytest.raises(IndexDamagedError, match=r"x\.bin was altered.*sync --rebuild"):
            [*Blobs(tmp_path, "x").of(1), *Blobs(tmp_path, "x").of(3)]
    path.write_bytes(content[:-1])
    with pytest.raises(IndexDamagedError):
        list(Blobs(tmp_path, "x").of(3))
    path.unlink()
    with pytest.raises(IndexDamagedError, match=r"x\.bin cannot be read"):
        Blobs(tmp_path, "x")


def test_an_array_of_another_kind_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.zeros(3, np.float32))
    assert load_array(path).shape == (3,)
    with pytest.raises(IndexDamagedError, match="does not hold"):
        load_array(path, np.dtype(np.float16))
    path.write_bytes(b"no array")
    with pytest.raises(IndexDamagedError, match=r"a\.npy cannot be read"):
        load_array(path)
    np.save(path, np.array([{}], object), allow_pickle=True)
    with pytest.raises(IndexDamagedError):
        load_array(path)


@settings(max_examples=50)
@given(st.text(max_size=40), st.integers(1, 9))
def test_pieces_make_the_text(text: str, length: int) -> None:
    cut = list(pieces(text, length))
    assert "".join(piece for _, piece in cut) == text
    assert all(text[at : at + len(piece)] == piece and 0 < len(piece) <= length for at, piece in cut)
