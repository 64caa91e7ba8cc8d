"""A model's sentences, each as soon as it is complete, whatever pieces it comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.compose.splitting import Sentences, Written

TABLE = [
    ("en", "The lamp is on [1]. The roof leaks [2].", [("The lamp is on.", (1,)), ("The roof leaks.", (2,))]),
    ("en", "The lamp is on. [1][2] The roof leaks. [3]", [("The lamp is on.", (1, 2)), ("The roof leaks.", (3,))]),
    ("en", "It costs 3.5 euros [1]. Mr. Ames paid.", [("It costs 3.5 euros.", (1,)), ("Mr. Ames paid.", ())]),
    ("en", "[2] The lamp is on.", [("The lamp is on.", (2,))]),
    ("en", "The lamp\nThe roof leaks", [("The lamp", ()), ("The roof leaks", ())]),
    ("en", "No stop at all [1]", [("No stop at all", (1,))]),
    ("fr", "Qui a la clef ? Hannah [1] !", [("Qui a la clef ?", ()), ("Hannah !", (1,))]),
    ("ar", "أين المفتاح؟ عند هناء [١]. شكرا", [("أين المفتاح؟", ()), ("عند هناء.", (1,)), ("شكرا", ())]),
    ("ur", "چابی حنا کے پاس ہے۔ [1] چراغ جل رہا ہے۔ [2]", [("چابی حنا کے پاس ہے۔", (1,)), ("چراغ جل رہا ہے۔", (2,))]),
    ("zh", "灯亮了[1]。屋顶漏水[2]。", [("灯亮了。", (1,)), ("屋顶漏水。", (2,))]),
    ("und", "... [1] !", []),
    ("en", "", []),
]


def sentences(language: str, pieces: list[str]) -> list[Written]:
    splitter = Sentences(language)
    found = [written for piece in pieces for written in splitter.add(piece)]
    return [*found, *splitter.rest()]


@pytest.mark.parametrize(("language", "text", "wanted"), TABLE)
def test_sentences_with_their_markers(language: str, text: str, wanted: list[tuple[str, tuple[int, ...]]]) -> None:
    expected = [Written(*pair) for pair in wanted]
    assert sentences(language, [text]) == expected
    assert sentences(language, list(text)) == expected
    assert sentences(language, ["", *(text[i : i + 3] for i in range(0, len(text), 3)), ""]) == expected


def test_a_sentence_is_given_before_the_next_one_ends() -> None:
    splitter = Sentences("en")
    assert list(splitter.add("The lamp is on [1]. The roo")) == [Written("The lamp is on.", (1,))]
    assert list(splitter.add("f leaks [2].")) == []
    assert list(splitter.rest()) == [Written("The roof leaks.", (2,))]
    assert list(splitter.rest()) == []


def test_a_long_sentence_is_not_cut() -> None:
    text = "The lamp, " * 200 + "is on."
    assert [written.text for written in sentences("en", [text])] == [text]


@given(st.text("aB1 .?!\n[]؟", max_size=40), st.integers(1, 7))
def test_no_word_is_lost_or_said_twice(text: str, size: int) -> None:
    whole = "".join(written.text for written in sentences("en", [text]))
    pieces = "".join(
        written.text for written in sentences("en", [text[i : i + size] for i in range(0, len(text), size)])
    )
    letters = [c for c in whole if c.isalpha()]
    assert letters == [c for c in text if c.isalpha()]
    assert [c for c in pieces if c.isalpha()] == letters
