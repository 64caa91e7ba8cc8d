"""BM25 over the terms of passages, among those that may be seen.

Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond" (k1 = 1.2, b = 0.75), with the
inverse document frequency that is never below 0, log(1 + (N - n + 0.5) / (n + 0.5)). Every figure in it, the number of
passages, those that hold a term and the average length, is taken over the passages that may be seen and no others: a
score tells nothing of what is hidden.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.analysis import word_terms, words
from index.postings import Frequencies, Mask, Postings, Rows

_K1, _B = np.float32(1.2), np.float32(0.75)
_COMMON = 0.25  # a term in more than this share of the passages tells nothing and costs the most to look up
_FEW = 200  # below so many passages every term is looked up

Part = tuple[Postings, Mask | None]  # passages and which of them may be seen, None for all
Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class QuestionTerm:
    """A word of a question: the terms it may stand as in passages of some language, and how much it tells."""

    word: str
    terms: tuple[str, ...]
    weight: float  # inverse document frequency, 0 or more; the rarer the higher


def question_terms(parts: Sequence[Part], question: str, language: str) -> list[QuestionTerm]:
    """The distinct words of `question` with the terms to look up, commonest left out."""
    passages = sum(_visible(part) for part in parts)
    found: dict[str, QuestionTerm] = {}
    for word in words(question):
        for term in word_terms(word, language):
            if term not in found:
                holding = sum(_holding(part, term) for part in parts)
                weight = math.log(1 + (passages - holding + 0.5) / (holding + 0.5))
                if holding <= max(_FEW, _COMMON * passages):
                    found[term] = QuestionTerm(word, (term,), weight)
    return list(found.values())


def bm25(parts: Sequence[Part], wanted: Sequence[QuestionTerm]) -> list[Scores]:
    """For each part the BM25 of its passages, (rows,), 0 or more, higher is better; 0 for those not to be seen.

    A word's terms are one term in several forms: what tells is how often any of them stands in the passage.
    """
    scores = [np.zeros(len(postings), np.float32) for postings, _ in parts]
    average = sum(map(_length, parts)) / max(1, sum(map(_visible, parts)))
    share = _B / np.float32(average or 1)
    for part, of_part in zip(parts, scores, strict=True):
        lengths = part[0].lengths
        for term in wanted:
            rows, often = _occurrences(part, term.terms)
            damping = _K1 * (1 - _B + share * lengths[rows].astype(np.float32))
            of_part[rows] += np.float32(term.weight) * (_K1 + 1) * often / (often + damping)
    return scores


def _occurrences(part: Part, terms: Sequence[str]) -> tuple[NDArray[np.intp], Scores]:
    """The passages to be seen that hold any of `terms`, each once, and how often they do."""
    postings, seen = part
    rows, often = _added([postings.of(term) for term in terms])
    at = rows.astype(np.intp)  # NumPy looks up by its own kind of number three times as fast
    if seen is not None:
        shown = np.flatnonzero(seen[at])  # and by numbers faster than by a mask
        at, often = at[shown], often[shown]
    return at, often.astype(np.float32)


def _added(found: Sequence[tuple[Rows, Frequencies]]) -> tuple[Rows, NDArray[Any]]:
    """The rows of all, each once, ascending, and its frequencies added up."""
    if len(found) == 1:
        return found[0]
    every = np.concatenate([np.zeros(0, np.int32), *(rows for rows, _ in found)])
    often = np.concatenate([np.zeros(0), *(often for _, often in found)])
    rows, place = np.unique(every, return_inverse=True)
    return rows, np.bincount(place, often, len(rows))


def _holding(part: Part, term: str) -> int:
    """How many passages to be seen hold `term`."""
    postings, seen = part
    rows, _ = postings.of(term)
    return len(rows) if seen is None else int(np.count_nonzero(seen[rows.astype(np.intp)]))


def _visible(part: Part) -> int:
    postings, seen = part
    return len(postings) if seen is None else int(np.count_nonzero(seen))


def _length(part: Part) -> int:
    """How many terms the passages to be seen have together."""
    postings, seen = part
    return postings.total if seen is None else int(np.multiply(postings.lengths, seen).sum(dtype=np.int64))
