"""An encoder whose neighbours can be worked out by hand: a vector counts words, and a cosine is of those two share."""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.centring import LanguageMeans
from index.encoder import EncodedPassage, EncoderIdentity, EncoderSource, PassageInput
from index.words import EncodedText

DIMENSION = 1024
IDENTITY = EncoderIdentity("words", "1", DIMENSION, 200, "", "")
_NO_WORDS = np.zeros((0, DIMENSION), np.float32)


def counted(text: str) -> NDArray[np.float32]:
    """How often each word stands in `text`, a place a word but for rare collisions; of length 1, (1024,)."""
    vector = np.zeros(DIMENSION, np.float32)
    for word in re.findall(r"\w+", text.casefold()) or [""]:
        vector[zlib.crc32(word.encode()) % DIMENSION] += 1
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


@dataclass(frozen=True)
class WordEncoder:
    """Counts words; a token is a word."""

    identity: EncoderIdentity = IDENTITY

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def language_means(self) -> LanguageMeans:
        return LanguageMeans.none(DIMENSION)

    def encode_question(self, question: str) -> EncodedText:
        return EncodedText(counted(question), _NO_WORDS)

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> list[EncodedPassage]:
        progress(len(passages))
        return [_encoded(passage) for passage in passages]


def _encoded(passage: PassageInput) -> EncodedPassage:
    sentences = np.array([counted(sentence) for sentence in passage.sentences], np.float32)
    whole = counted(" ".join([passage.heading, *passage.sentences]))
    return EncodedPassage(whole, sentences, _NO_WORDS, np.zeros(len(sentences), np.int64))


def source() -> EncoderSource:
    """The encoder as a sync wants it."""
    return EncoderSource(IDENTITY, WordEncoder)
