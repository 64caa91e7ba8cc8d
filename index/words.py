"""Comparing a question's words with a passage's, one by one.

Each word of the question takes its best cosine among the words of a sentence or passage, and the mean of these says how
alike they are ("MaxSim", Khattab and Zaharia 2020, arXiv:2004.12832). A word's vector is the mean of its tokens' in the
pass that embeds the passage anyway, less the mean word of its language; of a passage's words one sign a dimension is
kept, which ranks as well as the numbers do (docs/log.md).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Signs = NDArray[np.uint8]

# Han, Kana, Thai, Lao, Myanmar, Khmer: written without spaces, so that each token is a word of its own.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class EncodedText:
    """A text's vector (d,), of length 1, and those of its words (words, d), of any length.

    An encoder that does not know words gives none.
    """

    vector: Matrix
    words: Matrix


def word_of_tokens(text: str, tokens: Sequence[tuple[int, int]], start: int = 0) -> NDArray[np.int64]:
    """The word that each token is a part of, from 0 on; -1 for those before `start`, special ones and mere signs.

    `tokens` are spans of `text`; a token may begin with the space before it.
    """
    words, last, end = [], -1, start
    for first, until in tokens:
        piece = text[first:until]
        if first >= until or until <= start or not any(map(str.isalnum, piece)):
            words.append(-1)
            continue
        own = first + len(piece) - len(piece.lstrip())
        if last < 0 or _UNSPACED.search(piece) or any(map(str.isspace, text[end:own])):
            last += 1
        words.append(last)
        end = max(own, until - 1)
    return np.array(words, np.int64)


def average_words(states: Matrix, words: NDArray[np.int64]) -> Matrix:
    """The vectors (words, d) of the words that `word_of_tokens` found, of the tokens' states (tokens, d)."""
    own = np.flatnonzero(words >= 0)
    count = int(words[own].max()) + 1 if len(own) else 0
    sums = np.zeros((count, states.shape[1]), np.float32)
    np.add.at(sums, words[own], states[own])
    return np.asarray(sums / np.maximum(np.bincount(words[own], minlength=count), 1)[:, None], np.float32)


def signs(words: Matrix) -> Signs:
    """The sign of each dimension of centred vectors (n, d), eight a byte, (n, ceil(d / 8))."""
    return np.packbits(words > 0, axis=1)


def likeness(question: Matrix, words: Signs, counts: NDArray[np.int64]) -> Matrix:
    """How alike each sentence and the question are, word by word of the question: (sentences, question's words).

    `question` (q, d) holds centred vectors of length 1, `words` the signs of the sentences' words one after the other,
    `counts` how many each sentence has. Cosines from -1 to 1; -1 where a sentence has no words.
    """
    alike = np.full((len(counts), len(question)), -1.0, np.float32)
    if len(words) and len(question):
        dimension = question.shape[1]
        bits = np.unpackbits(words, axis=1, count=dimension).astype(np.float32)
        # A sign is 2 bit - 1, and a vector of signs has the length of the square root of their number.
        cosines = (2 * (bits @ question.T) - question.sum(axis=1)) / np.sqrt(np.float32(dimension))
        has = np.flatnonzero(counts)
        alike[has] = np.maximum.reduceat(cosines, (np.cumsum(counts) - counts)[has], axis=0)
    return alike
