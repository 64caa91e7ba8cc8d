"""Which passages speak to a question: dense and lexical search, joined so that no language is favoured.

A passage's score is the cosine of its centred vector with the question's, plus a share of the best cosine among its
sentences, plus a share of its BM25 as a fraction of the most that the question's words could give. BM25 speaks only
where question and passage are in one language: there, few shared words are a sign against a passage; in another
language they are no sign at all. So passages of the question's own language must earn more than they would by chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import lexical
from index.document import Passage, Sentence
from index.opened import Index
from rag.question import Question

CANDIDATES = 100  # from either search
DETAILED = 30  # candidates whose sentences are looked at; 20, 30 and 50 rank alike (docs/log.md)
SENTENCE_WEIGHT = 0.5
LEXICAL_WEIGHT = 0.6
BY_CHANCE = 0.1  # the share of the question's words that a passage of its language has anyhow
_BM25_LIMIT = 2.2  # k1 + 1: what BM25 approaches for a term of weight 1


@dataclass(frozen=True, slots=True)
class RankedSentence:
    """A sentence and the cosine of its centred vector with the question's, -1 to 1."""

    sentence: Sentence
    cosine: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was found; higher is better in every figure."""

    passage: Passage
    score: float  # what it is ranked by, about 0 to 2
    cosine: float  # -1 to 1
    lexical: float  # share of the question's words, weighted by rarity, 0 to 1
    sentences: tuple[RankedSentence, ...]  # in the order of the text


def retrieve(index: Index, question: Question, k: int) -> list[Candidate]:
    """The `k` best passages, best first."""
    numbers, cosines, shares = _candidates(index, question, max(k, CANDIDATES))
    languages = index.passage_languages(numbers)
    lexical_scores = LEXICAL_WEIGHT * (shares - BY_CHANCE * (np.array(languages) == question.language))
    first = np.argsort(-(cosines + lexical_scores), kind="stable")[: max(k, DETAILED)]
    passages = index.passages([numbers[i] for i in first])
    ranked = _rank_sentences(index, question, passages)
    found = []
    for i, passage in zip(first, passages, strict=True):
        sentences = ranked[passage.number]
        best = max((s.cosine for s in sentences), default=0.0)
        score = float(cosines[i] + lexical_scores[i]) + SENTENCE_WEIGHT * best
        found.append(Candidate(passage, score, float(cosines[i]), float(shares[i]), sentences))
    return sorted(found, key=lambda c: -c.score)[:k]


def _candidates(
    index: Index, question: Question, count: int
) -> tuple[list[int], NDArray[np.float32], NDArray[np.float32]]:
    """Numbers of the passages either search finds, their cosines and their lexical shares, both (n,)."""
    dense, _ = index.passage_vectors.search(question.vector, count)
    matches = index.read(lambda db: lexical.search(db, question.terms, count))
    numbers = list(dict.fromkeys([*dense.tolist(), *(m.passage for m in matches)]))
    bm25 = index.read(lambda db: lexical.scores(db, question.terms, numbers))
    most = _BM25_LIMIT * sum(term.weight for term in question.terms) or 1.0
    shares = np.array([bm25.get(n, 0.0) / most for n in numbers], np.float32)
    return numbers, index.passage_vectors.scores(question.vector, numbers), shares


def _rank_sentences(
    index: Index, question: Question, passages: Sequence[Passage]
) -> dict[int, tuple[RankedSentence, ...]]:
    """By passage number, its sentences with their cosines."""
    languages = {p.number: p.language for p in passages}
    sentences = index.sentences([p.number for p in passages])
    ranked: dict[int, list[RankedSentence]] = {p.number: [] for p in passages}
    if sentences:
        rows = index.sentence_rows.take([s.number for s in sentences])
        centred = index.passage_vectors.means.centre(rows, [languages[s.passage] for s in sentences])
        for sentence, cosine in zip(sentences, centred @ question.vector, strict=True):
            ranked[sentence.passage].append(RankedSentence(sentence, float(cosine)))
    return {number: tuple(found) for number, found in ranked.items()}
