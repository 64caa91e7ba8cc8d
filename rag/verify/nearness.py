"""How near the sentences of some passages come to a statement in meaning.

The index's vectors choose a few; those are embedded by themselves, as the statement is, which compares better.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from index.centring import LanguageMeans
from index.document import Passage, Span
from index.encoder import QuestionEncoder
from rag.quote import sentences_of
from rag.retrieve import Candidate

LOOKED_AT = 3  # sentences that are embedded by themselves
_PIECE = re.compile(r"\S+")


@dataclass(frozen=True)
class Meaning:
    """A text's centred vector (d,) and those of its words (words, d), all of length 1."""

    text: str
    vector: NDArray[np.float32]
    words: NDArray[np.float32]


@dataclass(frozen=True)
class WordPairs:
    """How alike each word of a statement is to each of a source: cosines (stated, found), and where the words stand.

    The places are empty where the encoder divides a text otherwise than white space does.
    """

    cosines: NDArray[np.float32]
    stated: tuple[Span, ...]
    found: tuple[Span, ...]

    def of_stated(self, start: int) -> tuple[float, Span] | None:
        """The likeness of the statement's word at `start` to its best match, and that one's place in the source."""
        at = _at(self.stated, start)
        if at is None or not self.found:
            return None
        best = int(self.cosines[at].argmax())
        return float(self.cosines[at, best]), self.found[best]

    def heard_of_found(self, start: int, end: int) -> float:
        """How alike the source's words from `start` to `end` are to their best matches on average, else 1."""
        within = [i for i, span in enumerate(self.found) if start <= span.start < end]
        return float(self.cosines[:, within].max(axis=0).mean()) if within else 1.0

    def of_found(self, start: int) -> tuple[float, Span, float] | None:
        """The likeness of the source's word at `start` to its best match, where that stands in the statement, and its
        likeness to its own best match.
        """
        at = _at(self.found, start)
        if at is None or not self.stated:
            return None
        best = int(self.cosines[:, at].argmax())
        return float(self.cosines[best, at]), self.stated[best], float(self.cosines[best].max())


@dataclass(frozen=True)
class Stretch:
    """A sentence of a passage, and figures from -1 to 1, higher is nearer: by the index's vectors, by its own.

    `heard` (stated words,) says of each word of the statement how alike its best match in the sentence is.
    """

    passage: Passage
    start: int
    end: int
    indexed: float
    cosine: float = -1.0
    heard: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    pairs: WordPairs | None = None

    @property
    def text(self) -> str:
        """The sentence, as it stands in its document."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def meaning(text: str, language: str, means: LanguageMeans, encoder: QuestionEncoder) -> Meaning:
    """Embed a sentence as a question is."""
    encoded = encoder.encode_question(text)
    return Meaning(
        text,
        means.centre_question(encoded.vector, language),
        means.centre_question_words(encoded.words, language),
    )


def by_index(candidates: Sequence[Candidate]) -> list[Stretch]:
    """The sentences of these passages, nearest first by the index's vectors."""
    found = []
    for candidate in candidates:
        kept = {(s.start, s.end) for s in sentences_of(candidate)}
        for ranked in candidate.sentences:
            if (ranked.span.start, ranked.span.end) in kept:
                near = ranked.cosine + ranked.words
                found.append(Stretch(candidate.passage, ranked.span.start, ranked.span.end, near))
    return sorted(found, key=lambda s: -s.indexed)


def beside(stretch: Stretch, sentences: Sequence[Stretch]) -> list[Stretch]:
    """The sentences just before and just after one in its passage."""
    own = sorted((s for s in sentences if s.passage.number == stretch.passage.number), key=lambda s: s.start)
    at = next(i for i, s in enumerate(own) if s.start == stretch.start)
    return [own[i] for i in (at - 1, at + 1) if 0 <= i < len(own)]


def measured(stretch: Stretch, statement: Meaning, source: Meaning) -> Stretch:
    """The sentence with what its own vectors say."""
    cosines = statement.words @ source.words.T
    if not cosines.size:
        return replace(stretch, cosine=float(statement.vector @ source.vector))
    pairs = WordPairs(cosines, _places(statement), _places(source))
    return replace(stretch, cosine=float(statement.vector @ source.vector), heard=cosines.max(axis=1), pairs=pairs)


def _places(meaning: Meaning) -> tuple[Span, ...]:
    spans = tuple(Span(*m.span()) for m in _PIECE.finditer(meaning.text) if any(map(str.isalnum, m[0])))
    return spans if len(spans) == len(meaning.words) else ()


def _at(spans: Sequence[Span], start: int) -> int | None:
    return next((i for i, span in enumerate(spans) if span.start <= start < span.end), None)
