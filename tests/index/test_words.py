"""A question is compared with a passage word by word, as exact arithmetic on signs would."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.words import average_words, likeness, signs, word_of_tokens


@pytest.mark.parametrize(
    ("text", "tokens", "start", "expected"),
    [
        ("the lamp s.", [(0, 0), (0, 3), (3, 6), (6, 8), (8, 10), (10, 11), (0, 0)], 0, [-1, 0, 1, 1, 2, -1, -1]),
        ("query: the lamp", [(0, 5), (5, 6), (6, 10), (10, 13), (13, 15)], 7, [-1, -1, 0, 1, 1]),
        ("l\u2019eau", [(0, 1), (1, 2), (2, 5)], 0, [0, -1, 0]),
        ("a - b", [(0, 1), (1, 3), (3, 5)], 0, [0, -1, 1]),
        ("المفتاح هنا", [(0, 2), (2, 7), (7, 11)], 0, [0, 0, 1]),
        ("東京都 に", [(0, 2), (2, 3), (3, 5)], 0, [0, 1, 2]),
        ("กขค", [(0, 1), (1, 3)], 0, [0, 1]),
        ("", [(0, 0)], 0, [-1]),
        ("?!", [(0, 1), (1, 2)], 0, [-1, -1]),
    ],
)
def test_the_words_of_tokens(text: str, tokens: list[tuple[int, int]], start: int, expected: list[int]) -> None:
    assert word_of_tokens(text, tokens, start).tolist() == expected


def test_a_word_is_the_average_of_its_tokens() -> None:
    states = np.array([[9, 9], [1, 0], [3, 2], [0, 5]], np.float32)
    assert np.array_equal(average_words(states, np.array([-1, 0, 0, 1])), [[2, 1], [0, 5]])
    assert average_words(states, np.array([-1, -1, -1, -1])).shape == (0, 2)


@settings(max_examples=80)
@given(st.data())
def test_likeness_is_exact(data: st.DataObject) -> None:
    chance = np.random.default_rng(data.draw(st.integers(0, 1000)))
    dimension = data.draw(st.sampled_from([3, 8, 27, 384]))
    counts = np.array(data.draw(st.lists(st.integers(0, 4), max_size=6)), np.int64)
    words = chance.standard_normal((counts.sum(), dimension)).astype(np.float32)
    question = chance.standard_normal((data.draw(st.integers(0, 4)), dimension)).astype(np.float32)
    question /= np.linalg.norm(question, axis=1, keepdims=True)
    found = likeness(question, signs(words), counts)
    assert found.shape == (len(counts), len(question))
    at = 0
    for row, count in zip(found, counts, strict=True):
        own = np.where(words[at : at + count] > 0, 1, -1) / np.sqrt(dimension)
        at += count
        for cosine, word in zip(row, question, strict=True):
            assert cosine == pytest.approx(max((float(w @ word) for w in own), default=-1.0), abs=1e-4)
