"""Whether what was found answers the question, as a probability.

A logistic regression on one figure, the cosine of the nearest sentence: margins and lexical shares, which help on one
kind of collection, mislead on another (docs/log.md). `benchmarks/fit_abstention.py` fits it and prints its constants.
"""

import math
from collections.abc import Sequence

from rag.retrieve import Candidate

# The least probability at which an answer is given. On a collection in four languages it answers .94 of what can be
# answered and refuses .62 of the questions whose article is missing; where every question is on topic it refuses few.
CONFIDENCE = 0.2
_WEIGHT, _BIAS = 7.12, -4.34


def nearest(candidates: Sequence[Candidate]) -> float:
    """Cosine of the nearest sentence, -1 to 1; -1 where there is none."""
    return max((s.cosine for c in candidates for s in c.sentences), default=-1.0)


def probability(candidates: Sequence[Candidate]) -> float:
    """How likely it is that these passages answer, 0 to 1, where half of the questions can be answered."""
    return 1 / (1 + math.exp(-(_WEIGHT * nearest(candidates) + _BIAS)))
