"""What can be asked, and what is made of it."""

from pathlib import Path

import numpy as np
import pytest

from index.errors import QuestionError
from index.lexical import QuestionTerm
from index.opened import Index
from rag.question import COMMON_WORD, LONGEST, check, understand, weigh, whole
from tests.index.fake_encoder import LetterEncoder
from tests.rag.desk import build


@pytest.mark.parametrize(
    ("text", "checked"),
    [
        ("Where?", "Where?"),
        (" \n\tWhere is\nthe lamp?\u3000\r\n", "Where is\nthe lamp?"),
        ("😀", "😀"),
        ("\x00\x1b[31m", "\x00\x1b[31m"),
        ("half \ud83d of \udca9 it", "half \ufffd of \ufffd it"),
        ("\udcff", "\ufffd"),
        ("x" * LONGEST + "   ", "x" * LONGEST),
    ],
)
def test_a_question_is_taken_as_it_is(text: str, checked: str) -> None:
    assert check(text) == checked
    checked.encode()


@pytest.mark.parametrize("text", ["", " ", "\n\t\r", "\u3000\u2003"])
def test_an_empty_question(text: str) -> None:
    with pytest.raises(QuestionError, match="empty; ask"):
        check(text)


@pytest.mark.parametrize("length", [LONGEST + 1, 20_000])
def test_a_text_is_no_question(length: int) -> None:
    with pytest.raises(QuestionError, match=f"{length:,} characters.*{LONGEST:,}"):
        check("é" * length)


def test_whole_characters_are_left_alone() -> None:
    assert whole("\U0001f4a9 é \ud7ff\ue000") == "\U0001f4a9 é \ud7ff\ue000"


@pytest.mark.parametrize(
    ("text", "language", "terms"),
    [
        ("Where is the lamp by the stairs?", "en", ["where", "is", "the", "lamp", "by", "stair"]),
        ("Où se trouve la clef de l'ampoule ?", "fr", ["clef", "ampoul"]),
        ("أين يوجد المفتاح الآن؟", "ar", ["مفتاح"]),
        ("😀 !!", "und", []),
    ],
)
def test_what_is_understood(tmp_path: Path, text: str, language: str, terms: list[str]) -> None:
    encoder = LetterEncoder()
    with Index.open(build(tmp_path)) as index:
        question = understand(text, index.view(), encoder)
        assert (question.text, question.language) == (text, language)
        assert set(terms) <= {term for q in question.terms for term in q.terms}
        assert bool(terms) == bool(question.terms)
        assert all(q.weight >= 0 for q in question.terms)
        expected = index.means.centre_question(encoder.encode_question(text).vector, language)
        assert np.array_equal(question.vector, expected)
        assert np.linalg.norm(question.vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("The lamp, by Lampedusa's door?", [COMMON_WORD, COMMON_WORD + 0.5, COMMON_WORD, COMMON_WORD + 1, COMMON_WORD]),
        ("lamp ? lamp", [1, 1]),  # a sign is no word
        ("the door", [1, 1]),  # nothing is known of them
        ("灯在哪里 lamp", [1, 1, 1, 1, 1]),  # words that no space parts
    ],
)
def test_rare_words_weigh_more(text: str, shares: list[float]) -> None:
    known = (QuestionTerm("lamp", ("lamp",), 2.0), QuestionTerm("lampedusa", ("lampedusa",), 4.0))
    terms = () if text == "the door" else known
    assert weigh(text, terms, len(shares)) == pytest.approx(np.array(shares) / sum(shares))
    assert weigh("", known, 0).shape == (0,)
