"""A question as retrieval needs it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.analysis import words as words_of
from index.encoder import QuestionEncoder
from index.errors import QuestionError
from index.language import detect
from index.lexical import QuestionTerm
from index.view import View

_HALVES = re.compile("[\ud800-\udfff]")
COMMON_WORD = 0.2  # what a word tells that stands everywhere, where the rarest tells 1.2; docs/log.md
LONGEST = 2_000  # characters; what is longer is a text, and the encoder would see only its beginning


@dataclass(frozen=True)
class Question:
    """What was asked, its language (ISO 639-1 or "und"), its centred vector (d,), its terms, the centred vectors of its
    words (words, d), and how much each of those tells (words,), 1 together.
    """

    text: str
    language: str
    vector: NDArray[np.float32]
    terms: tuple[QuestionTerm, ...]
    words: NDArray[np.float32]
    word_weights: NDArray[np.float32]


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
    terms = tuple(view.question_terms(text, language))
    return Question(text, language, vector, terms, words, weigh(text, terms, len(words)))


def weigh(text: str, terms: Sequence[QuestionTerm], count: int) -> NDArray[np.float32]:
    """How much each of the `count` words of `text` tells, (count,), 1 together: by the rarity of the terms in it.

    Words that are not parted by spaces count alike, as do all where no term is known.
    """
    rarity = {term.word: term.weight for term in terms}
    pieces = [piece for piece in text.split() if any(map(str.isalnum, piece))]
    rarest = max(rarity.values(), default=0.0)
    if len(pieces) != count or not rarest:
        return np.full(count, 1 / max(1, count), np.float32)
    of_piece = [max((rarity.get(word, 0.0) for word in words_of(piece)), default=0.0) for piece in pieces]
    weights = COMMON_WORD + np.array(of_piece, np.float32) / rarest
    return np.asarray(weights / weights.sum(), np.float32)
