"""An encoder whose neighbours can be worked out by hand: a vector counts letters, a token is a word."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.centring import LanguageMeans
from index.encoder import EncodedPassage, EncoderIdentity, EncoderSource, PassageInput
from index.words import EncodedText

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NO_WORDS = np.zeros((0, len(LETTERS) + 1), np.float32)
IDENTITY = EncoderIdentity("letters", "1", len(LETTERS) + 1, 24, "query: ", "passage: ")


def letters(text: str) -> NDArray[np.float32]:
    """How often each of a to z stands in `text`, then all else that is a letter; of length 1, (27,)."""
    lower = text.lower()
    counts = [lower.count(letter) for letter in LETTERS]
    counts.append(max(sum(map(str.isalpha, lower)) - sum(counts), 0 if any(counts) else 1))
    vector = np.array(counts, np.float32)
    return vector / np.linalg.norm(vector)


@dataclass
class LetterEncoder:
    """Counts letters, and keeps what it was asked to embed. A passage of a vector is made of at most 16 words."""

    identity: EncoderIdentity = IDENTITY
    embedded: list[PassageInput] = field(default_factory=list)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> list[EncodedPassage]:
        self.embedded.extend(passages)
        progress(len(passages))
        return [
            EncodedPassage(
                letters(" ".join([p.heading, *p.sentences])),
                np.array([letters(s) for s in p.sentences], np.float32),
                NO_WORDS,
                np.zeros(len(p.sentences), np.int64),
            )
            for p in passages
        ]

    def language_means(self) -> LanguageMeans:
        return LanguageMeans.none(self.identity.dimension)

    def encode_question(self, question: str) -> EncodedText:
        return EncodedText(letters(question), NO_WORDS)


def source_of(encoder: LetterEncoder) -> EncoderSource:
    """`encoder` as a sync wants it."""
    return EncoderSource(encoder.identity, lambda: encoder)


def no_encoder() -> EncoderSource:
    """For a sync that must not load its encoder."""

    def fail() -> LetterEncoder:
        raise AssertionError("the encoder was loaded")

    return EncoderSource(IDENTITY, fail)
