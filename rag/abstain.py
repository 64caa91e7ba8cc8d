"""Whether what was found answers the question: a calibrated probability from a few figures of the search.

A logistic regression over figures that mean the same in every index and language; `benchmarks/fit_abstention.py` fits
it and prints its constants.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from rag.retrieve import Candidate

CONFIDENCE = 0.5  # least probability at which an answer is given
_COMPARED = 10  # passages that the best one is compared with


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the search says about its own success; higher is better in each."""

    score: float  # of the best passage
    margin: float  # by which it exceeds the mean of the next ones
    cosine: float  # of the nearest passage
    sentence: float  # cosine of the nearest sentence
    lexical: float  # greatest lexical share


_WEIGHTS = Evidence(0.0, 0.0, 0.0, 0.0, 0.0)
_BIAS = 0.0


def weigh(candidates: Sequence[Candidate]) -> Evidence:
    """The evidence in what retrieval ranked; `candidates` must not be empty."""
    best, others = candidates[0], candidates[1:_COMPARED]
    return Evidence(
        best.score,
        best.score - sum(c.score for c in others) / len(others) if others else 0.0,
        max(c.cosine for c in candidates),
        max((s.cosine for c in candidates for s in c.sentences), default=0.0),
        max(c.lexical for c in candidates),
    )


def probability(evidence: Evidence) -> float:
    """How likely it is that the passages answer, 0 to 1."""
    weighted = sum(w * x for w, x in zip(astuple(_WEIGHTS), astuple(evidence), strict=True))
    return 1 / (1 + math.exp(-(weighted + _BIAS)))
