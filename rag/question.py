"""A question as retrieval needs it."""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import lexical
from index.encoder import QuestionEncoder
from index.errors import QuestionError
from index.language import detect
from index.lexical import QuestionTerm
from index.opened import Index

_HALVES = re.compile("[\ud800-\udfff]")
LONGEST = 2_000  # characters; what is longer is a text, and the encoder would see only its beginning


@dataclass(frozen=True)
class Question:
    """What was asked, its language (ISO 639-1 or "und"), its centred vector (d,) and its terms."""

    text: str
    language: str
    vector: NDArray[np.float32]
    terms: tuple[QuestionTerm, ...]


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


def understand(text: str, index: Index, encoder: QuestionEncoder) -> Question:
    """Make a question of checked `text`."""
    language = detect(text)
    vector: NDArray[Any] = index.passage_vectors.means.centre_question(encoder.encode_question(text), language)
    terms = index.read(lambda db: lexical.question_terms(db, text, language, index.manifest.passages))
    return Question(text, language, vector, tuple(terms))
