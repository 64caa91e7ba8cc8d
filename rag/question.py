"""A question as retrieval needs it."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoder import QuestionEncoder
from index.errors import QuestionError
from index.language import detect
from index.lexical import QuestionTerm
from index.view import View

_HALVES = re.compile("[\ud800-\udfff]")
LONGEST = 2_000  # characters; what is longer is a text, and the encoder would see only its beginning


@dataclass(frozen=True)
class Question:
    """What was asked, its language (ISO 639-1 or "und"), its centred vector (d,), its terms, and the centred vectors of
    its words (words, d).
    """

    text: str
    language: str
    vector: NDArray[np.float32]
    terms: tuple[QuestionTerm, ...]
    words: NDArray[np.float32]


def check(text: str) -> str:
    """The question without white space around it; raises QuestionError where it is empty or too long.

    Halves of characters (lone surrogates), which no file could hold, become U+FFFD.
    """
    text = whole(text).strip()
    if not text:
        raise QuestionError("the question is empty; ask something")
    if len(text) > LONGEST:
        raise QuestionError(f"the question has {len(text):,} characters; ask in at most {LONGEST:,}")
    return text


def whole(text: str) -> str:
    """`text` with U+FFFD for every half of a character (lone surrogate)."""
    return _HALVES.sub("\N{REPLACEMENT CHARACTER}", text)


def understand(text: str, view: View, encoder: QuestionEncoder) -> Question:
    """Make a question of checked `text`."""
    language = detect(text)
    encoded = encoder.encode_question(text)
    vector = view.means.centre_question(encoded.vector, language)
    words = view.means.centre_question_words(encoded.words, language)
    return Question(text, language, vector, tuple(view.question_terms(text, language)), words)
