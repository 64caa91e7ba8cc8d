"""Which passages speak to a question: dense and lexical search, joined so that no language is favoured.

A passage's score is the cosine of its centred vector with the question's, plus a share of the best cosine among its
sentences, plus how alike they are word by word (index/words.py), plus a share of its BM25 as a fraction of the most
that the question's words could give. BM25 speaks only where question and passage are in one language: there, few
shared words are a sign against a passage; in another language they are no sign at all. So passages of the question's
own language must earn more than they would by chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.document import Passage, Span
from index.view import PassageSentences, View
from index.words import likeness
from rag.question import Question

CANDIDATES = 100  # from either search
DETAILED = 30  # candidates whose sentences are looked at; 20, 30 and 50 rank alike (docs/log.md)
SENTENCE_WEIGHT = 0.5
LEXICAL_WEIGHT = 0.6
WORDS_WEIGHT = 1.0
BY_CHANCE = 0.1  # the share of the question's words that a passage of its language has anyhow
_BM25_LIMIT = 2.2  # k1 + 1: what BM25 approaches for a term of weight 1


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence, the cosine of its centred vector with the question's, and how alike the two are word by word.

    Both from -1 to 1, and the second 0 where the encoder knows no words.
    """

    span: Span
    cosine: float
    words: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was found; higher is better in every figure."""

    passage: Passage
    score: float  # what it is ranked by, about 0 to 2, and a reranker's probability on top where there is one
    cosine: float  # -1 to 1
    lexical: float  # share of the question's words, weighted by rarity, 0 to 1
    sentences: tuple[RankedSentence, ...]  # in the order of the text
    words: float = 0.0  # how alike passage and question are word by word, -1 to 1


def retrieve(view: View, question: Question, k: int) -> list[Candidate]:
    """The `k` best passages that the view shows, best first."""
    shares = _lexical_shares(view, question)
    rows = _candidates(view, question, shares, max(k, CANDIDATES))
    cosines = view.vectors(rows) @ question.vector
    same_language = np.array([language == question.language for language in view.languages(rows)], bool)
    scores = cosines + LEXICAL_WEIGHT * (shares[rows] - BY_CHANCE * same_language)
    first = np.argsort(-scores, kind="stable")[: max(k, DETAILED)]
    found = []
    for i, passage, inner in zip(first, view.passages(rows[first]), view.sentences(rows[first]), strict=True):
        sentences, words = _rank(question, inner)
        best = max((s.cosine for s in sentences), default=0.0)
        score = float(scores[i]) + SENTENCE_WEIGHT * best + WORDS_WEIGHT * words
        found.append(Candidate(passage, score, float(cosines[i]), float(shares[rows[i]]), sentences, words))
    return sorted(found, key=lambda c: -c.score)[:k]


def look_at(view: View, question: Question, passages: Sequence[Passage]) -> list[Candidate]:
    """These passages of the view as `retrieve` would rank them, best first."""
    rows = np.array([passage.number for passage in passages], np.int64)
    cosines = view.vectors(rows) @ question.vector
    shares = _lexical_shares(view, question)[rows]
    found = []
    for i, (passage, inner) in enumerate(zip(passages, view.sentences(rows), strict=True)):
        sentences, words = _rank(question, inner)
        lexical = float(shares[i]) - BY_CHANCE * (passage.language == question.language)
        best = max((s.cosine for s in sentences), default=0.0)
        score = float(cosines[i]) + LEXICAL_WEIGHT * lexical + SENTENCE_WEIGHT * best + WORDS_WEIGHT * words
        found.append(Candidate(passage, score, float(cosines[i]), float(shares[i]), sentences, words))
    return sorted(found, key=lambda c: -c.score)


def _lexical_shares(view: View, question: Question) -> NDArray[np.float32]:
    """Of every row, its BM25 as a share of the most that the question's words could give, 0 to 1."""
    most = _BM25_LIMIT * sum(term.weight for term in question.terms) or 1.0
    return np.asarray(view.bm25(question.terms) / most, np.float32)


def _candidates(view: View, question: Question, shares: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """The rows that either search finds."""
    dense = view.nearest(question.vector, count)
    sharing = np.flatnonzero(shares)
    if len(sharing) > count:
        sharing = sharing[np.argpartition(-shares[sharing], count)[:count]]
    lexical = sharing[np.argsort(-shares[sharing], kind="stable")]
    return np.array(list(dict.fromkeys([*dense.tolist(), *lexical.tolist()])), np.int64)


def _rank(question: Question, sentences: PassageSentences) -> tuple[tuple[RankedSentence, ...], float]:
    """A passage's sentences, and how alike it and the question are word by word."""
    cosines = sentences.vectors @ question.vector
    alike = likeness(question.words, sentences.words, sentences.counts)
    if not (alike.size and len(sentences.words)):  # the encoder knows no words, or nobody said any
        return tuple(RankedSentence(s, float(c)) for s, c in zip(sentences.spans, cosines, strict=True)), 0.0
    means = alike @ question.word_weights
    ranked = zip(sentences.spans, cosines, means, strict=True)
    return tuple(RankedSentence(s, float(c), float(m)) for s, c, m in ranked), float(
        alike.max(axis=0) @ question.word_weights
    )
