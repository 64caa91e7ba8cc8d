"""A language's share is measured on sentences that say the same, and taken away from what is compared."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import centring
from index.centring import LanguageMeans
from index.errors import IndexDamagedError
from index.words import EncodedText

Matrix = NDArray[np.float32]
MEANS = LanguageMeans(
    {"": np.array([0.1, 0.1], np.float32), "en": np.array([0.5, 0], np.float32)},
    {"": np.array([0.2, 0.2], np.float32), "fr": np.array([0, 0.5], np.float32)},
)


def test_a_share_of_the_languages_mean_is_taken_away() -> None:
    vectors = np.array([[0, 1], [1, 0], [0.6, 0.8]], np.float32)
    for vector, row, language in zip(vectors, MEANS.centre(vectors, ["en", "fr", "xx"]), ("en", "", ""), strict=True):
        shifted = vector - centring.CENTRING * MEANS.passages[language]
        assert np.allclose(row, shifted / np.linalg.norm(shifted))
    assert MEANS.centre(np.zeros((0, 2), np.float32), []).shape == (0, 2)


def test_a_question_has_means_of_its_own() -> None:
    vector = np.array([0, 1], np.float32)
    for asked_in, language in (("fr", "fr"), ("en", ""), ("xx", ""), ("und", "")):
        shifted = vector - centring.CENTRING * MEANS.questions[language]
        assert np.allclose(MEANS.centre_question(vector, asked_in), shifted / np.linalg.norm(shifted)), asked_in


def test_no_means_change_nothing() -> None:
    vectors = np.array([[0, 1], [0.6, 0.8]], np.float32)
    assert np.allclose(LanguageMeans.none(2).centre(vectors, ["en", "fr"]), vectors)
    assert np.allclose(LanguageMeans.none(2).centre_question(vectors[1], "en"), vectors[1])


def test_means_are_those_of_the_reference_sentences() -> None:
    with Path(centring.__file__).with_name("reference_sentences.toml").open("rb") as file:
        sentences = tomllib.load(file)
    asked: list[tuple[int, bool]] = []

    def lengths(texts: Sequence[str], questions: bool) -> list[EncodedText]:
        asked.append((len(texts), questions))
        return [
            EncodedText(
                np.array([len(text), questions], np.float32),
                np.array([[len(word), 7] for word in text.split()], np.float32),
            )
            for text in texts
        ]

    measured = LanguageMeans.measure(lengths)
    assert {questions for _, questions in asked} == {True, False}
    for means, kind, second in ((measured.passages, "statements", 0), (measured.questions, "questions", 1)):
        assert means.keys() == sentences.keys() | {""}
        for code, some in sentences.items():
            assert means[code] == pytest.approx([np.mean([len(text) for text in some[kind]]), second])
        assert means[""] == pytest.approx(np.mean([means[code] for code in sentences], axis=0))
    for means, kind in ((measured.words, "statements"), (measured.question_words, "questions")):
        assert means.keys() == sentences.keys() | {""}
        for code, some in sentences.items():
            words = [len(word) for text in some[kind] for word in text.split()]
            assert means[code] == pytest.approx([np.mean(words), 7])


def test_words_have_means_of_their_own() -> None:
    means = LanguageMeans(
        {"": np.zeros(2, np.float32)}, {"": np.zeros(2, np.float32)},
        {"": np.array([1, 0], np.float32), "en": np.array([0, 1], np.float32)},
        {"": np.array([0, 2], np.float32), "fr": np.array([2, 0], np.float32)},
    )  # fmt: skip
    words = np.array([[3, 4], [0, 1]], np.float32)
    assert np.array_equal(means.centre_words(words, "en"), [[3, 3], [0, 0]])
    assert np.array_equal(means.centre_words(words, "xx"), [[2, 4], [-1, 1]])
    assert np.allclose(means.centre_question_words(np.array([[5, 4]], np.float32), "fr"), [[0.6, 0.8]])
    assert np.array_equal(LanguageMeans.none(2).centre_words(words, "en"), words)
    assert LanguageMeans.none(2).centre_question_words(np.zeros((0, 2), np.float32), "en").shape == (0, 2)


def test_reference_sentences_say_the_same_in_each_language() -> None:
    with Path(centring.__file__).with_name("reference_sentences.toml").open("rb") as file:
        sentences = tomllib.load(file)
    assert {"en", "fr", "ar"} <= sentences.keys()
    for code, some in sentences.items():
        assert some.keys() == {"statements", "questions"}, code
        for kind, texts in some.items():
            assert len(texts) == len(sentences["en"][kind]) == len(set(texts)), (code, kind)
            assert all(text.strip() == text != "" for text in texts)


def test_they_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "means.npz"
    assert LanguageMeans.load(path) is None
    MEANS.save(path)
    loaded = LanguageMeans.load(path)
    assert loaded is not None
    for one, other in ((loaded.passages, MEANS.passages), (loaded.questions, MEANS.questions)):
        assert one.keys() == other.keys()
        assert all(np.array_equal(one[code], other[code]) for code in one)


def test_what_cannot_be_read_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "means.npz"
    MEANS.save(path)
    content = path.read_bytes()
    for damaged in (
        b"",
        content[:-1],
        content[: len(content) // 2],
        b"\x00" * len(content),
        b"PK\x05\x06" + b"\x00" * 18,
    ):
        path.write_bytes(damaged)
        with pytest.raises(IndexDamagedError, match=r"means\.npz.*sync --rebuild"):
            LanguageMeans.load(path)


def test_a_models_means_are_measured_once(tmp_path: Path) -> None:
    asked: list[int] = []

    def encode(texts: Sequence[str], questions: bool) -> list[EncodedText]:
        asked.append(len(texts))
        vectors = np.array([[len(t), questions] for t in texts], np.float32)
        return [EncodedText(vector, vector[None, :]) for vector in vectors]

    first = LanguageMeans.kept(tmp_path, ("", ""), encode)
    assert len(asked) == 2
    again = LanguageMeans.kept(tmp_path, ("", ""), encode)
    assert len(asked) == 2
    assert all(np.array_equal(first.passages[code], again.passages[code]) for code in first.passages)
    LanguageMeans.kept(tmp_path, ("passage: ", ""), encode)  # another model, other means
    assert len(asked) == 4
    for path in tmp_path.iterdir():
        path.write_bytes(b"cut short")
    LanguageMeans.kept(tmp_path, ("", ""), encode)
    assert len(asked) == 6
    assert LanguageMeans.kept(tmp_path / "nowhere", ("", ""), encode).passages.keys() == first.passages.keys()
