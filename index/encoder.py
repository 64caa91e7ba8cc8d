"""What an encoder is, and which one is loaded for what."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.centring import LanguageMeans
from index.document import Span
from index.errors import ModelError
from index.installed import InstalledModel
from index.words import EncodedText


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """What must be equal for two vectors to be comparable."""

    name: str
    revision: str
    dimension: int
    max_tokens: int  # of the encoder's own tokenizer, its special tokens included
    query_prefix: str
    passage_prefix: str


@dataclass(frozen=True, slots=True)
class PassageInput:
    """What is embedded of a passage: the document's heading, then the passage's sentences without their noise."""

    heading: str
    sentences: tuple[str, ...]

    def text(self, prefix: str) -> tuple[str, list[Span]]:
        """The one sequence that is embedded, and where in it each sentence lies."""
        text = prefix + (self.heading + "\n" if self.heading else "")
        spans = []
        for sentence in self.sentences:
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += sentence + " "
        return text.rstrip(" "), spans


@dataclass(frozen=True)
class EncodedPassage:
    """A passage's vector (d,) and those of its sentences (sentences, d), of length 1.

    `words` (words, d), of any length, are those of the words of its sentences one after the other, and `counts`
    (sentences,) how many each sentence has: none of an encoder that does not know them.
    """

    vector: NDArray[np.float32]
    sentences: NDArray[np.float32]
    words: NDArray[np.float32]
    counts: NDArray[np.int64]


class QuestionEncoder(Protocol):
    """Turns questions into vectors."""

    @property
    def identity(self) -> EncoderIdentity:
        """What this encoder is."""
        ...

    def encode_question(self, question: str) -> EncodedText:
        """The question's vectors."""
        ...


class Encoder(QuestionEncoder, Protocol):
    """Turns passages and questions into vectors of one space."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Length of each text in the encoder's own tokens, special tokens left out."""
        ...

    def language_means(self) -> LanguageMeans:
        """What this encoder adds to a text for its language alone."""
        ...

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> list[EncodedPassage]:
        """The passages' vectors. `progress` is told the number of passages done since it was last called."""
        ...


@dataclass(frozen=True, slots=True)
class EncoderSource:
    """An encoder that is loaded only when something has to be embedded."""

    identity: EncoderIdentity
    load: Callable[[], Encoder]

    def once(self) -> "EncoderSource":
        """The same, which loads at the first use alone, and raises ModelError where that gives another encoder."""
        return EncoderSource(self.identity, functools.cache(self._checked))

    def _checked(self) -> Encoder:
        encoder = self.load()
        if encoder.identity != self.identity:
            raise ModelError(
                f"the encoder says it is {encoder.identity} where {self.identity} was to be loaded; "
                "pull the model again"
            )
        return encoder


def identity_of(model: InstalledModel) -> EncoderIdentity:
    """What an index has to remember of the model that built it."""
    return EncoderIdentity(
        model.name, model.revision, model.dimension, model.max_tokens, model.query_prefix, model.passage_prefix
    )


def load_encoder(model: InstalledModel) -> Encoder:
    """The encoder for a sync: torch, several seconds to start, many passages a second."""
    from index.transformer import SentenceTransformersEncoder

    return SentenceTransformersEncoder(model.folder, identity_of(model))


def load_question_encoder(model: InstalledModel) -> QuestionEncoder:
    """The encoder for questions: numpy where it can compute the model, ready in a second, else as for a sync."""
    from index.bert import BertQuestionEncoder

    if BertQuestionEncoder.can_encode(model.folder):
        return BertQuestionEncoder(model.folder, identity_of(model))
    return load_encoder(model)
