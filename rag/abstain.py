"""Whether what was found answers the question, as a probability.

A logistic regression on one figure, the cosine of the nearest sentence plus a share of the best passage's score. The
sentence tells more where every passage is on topic, the score where the subject is missing altogether; margins and
lexical shares help on one kind of collection and mislead on another (docs/log.md). `benchmarks/fit_abstention.py` fits
it and prints its constants.
"""

import math
from collections.abc import Sequence

from rag.retrieve import WORDS_WEIGHT, Candidate

# The least probability at which an answer is given. On a collection in four languages it answers .95 of what can be
# answered and refuses .56 of the questions whose article is missing; where every question is on topic it refuses few.
CONFIDENCE = 0.195
SCORE_WEIGHT = 0.2
_WEIGHT, _BIAS = 4.89, -4.02


def evidence(candidates: Sequence[Candidate]) -> float:
    """What speaks for an answer: the nearest sentence's cosine plus a share of the best score; -1 where none is."""
    nearest = max((s.cosine for c in candidates for s in c.sentences), default=-1.0)
    return nearest + SCORE_WEIGHT * max((c.score - WORDS_WEIGHT * c.words for c in candidates), default=0.0)


def probability(candidates: Sequence[Candidate]) -> float:
    """How likely it is that these passages answer, 0 to 1, where half of the questions can be answered."""
    return 1 / (1 + math.exp(-(_WEIGHT * evidence(candidates) + _BIAS)))
