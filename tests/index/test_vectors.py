"""Vectors keep their numbers, are found as exact arithmetic finds them, and damage is told, never answered from."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index import centring
from index.centring import LanguageMeans
from index.errors import IndexDamagedError
from index.vectors import PassageVectors, VectorRows

DIMENSION = 4
LANGUAGES = ("en", "fr", "ar", "und")
VECTOR = st.lists(st.integers(-9, 9), min_size=DIMENSION, max_size=DIMENSION)
ROW = st.tuples(st.sampled_from(LANGUAGES), VECTOR)
MEANS = LanguageMeans(
    {"": np.full(DIMENSION, 0.1, np.float32), "en": np.eye(DIMENSION, dtype=np.float32)[0] / 2},
    {"": np.full(DIMENSION, 0.2, np.float32), "fr": np.eye(DIMENSION, dtype=np.float32)[1] / 2},
)


def unit(matrix: object) -> NDArray[np.float64]:
    array = np.array(matrix, np.float64).reshape(-1, DIMENSION)
    array[:, 0] += 0.5  # no row of zeros
    units: NDArray[np.float64] = array / np.linalg.norm(array, axis=1, keepdims=True)
    return units


def rows_of(matrix: object, first: int = 1, step: int = 1) -> VectorRows:
    units = unit(matrix)
    return VectorRows.empty(DIMENSION).with_rows(range(first, first + step * len(units), step), units)


def means_of(of_passages: dict[str, list[int]], of_questions: dict[str, list[int]]) -> LanguageMeans:
    one, other = (
        {code: (np.array(mean) / 12).astype(np.float32) for code, mean in {"": [0] * DIMENSION, **means}.items()}
        for means in (of_passages, of_questions)
    )
    return LanguageMeans(one, other)


def slow_cosines(
    rows: VectorRows, languages: list[str], question: NDArray[np.float64], asked_in: str, means: LanguageMeans
) -> list[float]:
    """Every passage's cosine with the question, a loop a step."""

    def centred(vector: NDArray[np.float64], mean: NDArray[np.float32]) -> NDArray[np.float64]:
        shifted = np.array([v - centring.CENTRING * float(m) for v, m in zip(vector.tolist(), mean, strict=True)])
        return np.asarray(shifted / np.linalg.norm(shifted))

    asked = centred(question, means.questions.get(asked_in, means.questions[""]))
    return [
        float(centred(row.astype(np.float64), means.passages.get(code, means.passages[""])) @ asked)
        for row, code in zip(rows.vectors, languages, strict=True)
    ]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(ROW, min_size=1, max_size=12),
    st.dictionaries(st.sampled_from(("", *LANGUAGES)), VECTOR),
    st.dictionaries(st.sampled_from(("", *LANGUAGES)), VECTOR),
    st.tuples(VECTOR, st.sampled_from((*LANGUAGES, "xx"))),
    st.integers(1, 15),
)
def test_search_is_exact(
    passages: list[tuple[str, list[int]]],
    of_passages: dict[str, list[int]],
    of_questions: dict[str, list[int]],
    question: tuple[list[int], str],
    k: int,
) -> None:
    languages, means = [language for language, _ in passages], means_of(of_passages, of_questions)
    rows = rows_of([vector for _, vector in passages], first=5, step=3)
    built = PassageVectors.build(rows, languages, means)
    asked, asked_in = unit(question[0])[0], question[1]
    exact = dict(zip(rows.ids.tolist(), slow_cosines(rows, languages, asked, asked_in, means), strict=True))
    centred = means.centre_question(asked.astype(np.float32), asked_in)
    ids, cosines = built.search(centred, k)
    assert len(built) == len(passages)
    assert len(set(ids.tolist())) == len(ids) == min(k, len(passages))
    assert np.allclose(cosines, [exact[id] for id in ids.tolist()], atol=1e-4)
    assert np.allclose(cosines, sorted(exact.values(), reverse=True)[:k], atol=1e-4)
    assert np.allclose(built.scores(centred, list(exact)[::-1]), list(exact.values())[::-1], atol=1e-4)


def test_numbers_stay_with_their_vectors(tmp_path: Path) -> None:
    matrix = np.eye(DIMENSION)
    rows = rows_of(matrix, first=10, step=10).without([20]).with_rows([50, 70], unit([[0, 5, 5, 0], [1, 0, 0, 9]]))
    rows = rows.without([]).without([999]).with_rows([], np.zeros((0, DIMENSION)))
    assert rows.ids.tolist() == [10, 30, 40, 50, 70]
    expected = [*unit(matrix)[[0, 2, 3]], *unit([[0, 5, 5, 0], [1, 0, 0, 9]])]
    for loaded in (rows, saved_and_loaded(rows, tmp_path)):
        assert loaded.ids.dtype == np.int64
        assert loaded.vectors.dtype == np.float16
        for id, vector in zip([10, 30, 40, 50, 70], expected, strict=True):
            assert np.allclose(loaded.take([id])[0], vector, atol=1e-3)
        assert np.allclose(loaded.take([70, 10, 70]), [expected[4], expected[0], expected[4]], atol=1e-3)
        assert loaded.take([]).shape == (0, DIMENSION)


@pytest.mark.parametrize("missing", [0, 25, 71])
def test_a_number_that_is_not_there_gets_no_other_vector(missing: int) -> None:
    with pytest.raises(IndexDamagedError, match="sync --rebuild"):
        rows_of(np.eye(DIMENSION), first=10, step=20).take([10, missing])
    with pytest.raises(IndexDamagedError):
        VectorRows.empty(DIMENSION).take([missing])


def test_vectors_of_another_dimension_are_refused() -> None:
    with pytest.raises(ValueError, match="reshape"):
        rows_of(np.eye(DIMENSION)).with_rows([9], np.ones((1, DIMENSION + 1)))


def test_nothing_is_an_index_too(tmp_path: Path) -> None:
    rows = saved_and_loaded(VectorRows.empty(DIMENSION), tmp_path)
    PassageVectors.build(rows, [], LanguageMeans.none(DIMENSION)).save(tmp_path)
    empty = PassageVectors.load(tmp_path)
    question = empty.means.centre_question(np.array([0, 0, 0, 1], np.float32), "en")
    assert question.tolist() == [0, 0, 0, 1]
    assert len(empty) == 0
    assert [part.tolist() for part in empty.search(question, 10)] == [[], []]
    assert empty.scores(question, []).tolist() == []


def test_what_is_saved_is_what_is_searched(tmp_path: Path) -> None:
    rows = rows_of([[1, 2, 3, 4], [4, 3, 2, 1], [0, 0, 9, 1]], first=7)
    built = PassageVectors.build(rows, ["en", "fr", "ar"], MEANS)
    built.save(tmp_path)
    loaded = PassageVectors.load(tmp_path)
    for language in ("en", "fr", "ar", "xx"):
        question = built.means.centre_question(np.array([0, 0, 1, 0], np.float32), language)
        assert np.array_equal(question, loaded.means.centre_question(np.array([0, 0, 1, 0], np.float32), language))
        assert [a.tolist() for a in built.search(question, 3)] == [a.tolist() for a in loaded.search(question, 3)]


def test_nothing_is_pickled(tmp_path: Path) -> None:
    paths = save_all(tmp_path)
    assert len(paths) == 4
    pieces = [path.read_bytes() for path in paths]
    with zipfile.ZipFile(tmp_path / "means.npz") as means:
        pieces += [means.read(name) for name in means.namelist()]
    for piece in pieces:
        with pytest.raises((pickle.UnpicklingError, ValueError, EOFError, KeyError, IndexError)):
            pickle.loads(piece)


def test_a_truncated_file_is_damage(tmp_path: Path) -> None:
    for path in save_all(tmp_path):
        content = path.read_bytes()
        for length in [*range(0, len(content) - 1, 17), len(content) - 1]:
            path.write_bytes(content[:length])
            with pytest.raises(IndexDamagedError, match="sync --rebuild"):
                load_all(tmp_path)
        path.unlink()
        with pytest.raises(IndexDamagedError, match="sync --rebuild"):
            load_all(tmp_path)
        path.write_bytes(content)
    load_all(tmp_path)


def test_an_altered_file_is_read_or_is_damage(tmp_path: Path) -> None:
    refused = 0
    for path in save_all(tmp_path):
        content = path.read_bytes()
        for at in range(0, len(content), 5):
            path.write_bytes(content[:at] + bytes([content[at] ^ (0x80 if at % 2 else 0xFF)]) + content[at + 1 :])
            try:
                load_all(tmp_path)
            except IndexDamagedError:
                refused += 1
        path.write_bytes(content)
    assert refused > 60


def test_an_archive_in_place_of_an_array_is_damage(tmp_path: Path) -> None:
    save_all(tmp_path)
    (tmp_path / "passages.npy").write_bytes((tmp_path / "means.npz").read_bytes())
    with pytest.raises(IndexDamagedError, match=r"passages\.npy"):
        VectorRows.load(tmp_path, "passages")


def test_a_pickled_array_is_not_loaded(tmp_path: Path) -> None:
    save_all(tmp_path)
    np.save(tmp_path / "passages.npy", np.array([{"a": 1}], object), allow_pickle=True)
    with pytest.raises(IndexDamagedError, match=r"passages\.npy"):
        VectorRows.load(tmp_path, "passages")


def test_numbers_and_vectors_must_match(tmp_path: Path) -> None:
    save_all(tmp_path)
    np.save(tmp_path / "passages.ids.npy", np.arange(5))
    with pytest.raises(IndexDamagedError, match="a row for each"):
        VectorRows.load(tmp_path, "passages")


def saved_and_loaded(rows: VectorRows, folder: Path) -> VectorRows:
    rows.save(folder, "rows")
    return VectorRows.load(folder, "rows")


def save_all(folder: Path) -> list[Path]:
    rows = rows_of([[1, 2, 3, 4], [4, 3, 2, 1], [0, 0, 9, 1]])
    return [*rows.save(folder, "passages"), *PassageVectors.build(rows, ["en", "fr", "fr"], MEANS).save(folder)]


def load_all(folder: Path) -> None:
    VectorRows.load(folder, "passages")
    PassageVectors.load(folder).search(np.ones(DIMENSION, np.float32), 2)
