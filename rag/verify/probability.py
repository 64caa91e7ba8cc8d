"""How likely it is that sentences say a statement, by meaning alone: a logistic regression on three figures.

A clause that the sentences say nothing of hides in a mean over all words; so the few words in a row that are heard
least count most. `benchmarks/fit_verifier.py` fits the weights and prints them.
"""

import math

import numpy as np
from numpy.typing import NDArray

LEAST = 0.5  # from which a statement is supported, its figures, names and negations permitting
NEAR = 0.05  # below, nothing speaks of it
WINDOW = 5  # words of the statement in a row; 3 to 6 do alike (docs/log.md)
_HEARD, _WORST, _CROSSES, _BIAS = 5.06, 23.97, 3.37, -17.39


def figures(cosine: float, heard: NDArray[np.float32], crosses: bool) -> tuple[float, float, float]:
    """What the probability is made of: how alike the statement's words are to their best matches in the sentences,
    on average and in the worst few in a row, each -1 to 1, and whether the languages differ, 0 or 1.

    Where the encoder knows no words, the cosine of statement and sentence stands for both.
    """
    if not len(heard):
        return cosine, cosine, float(crosses)
    length = min(WINDOW, len(heard))
    worst = np.convolve(heard, np.full(length, 1 / length), "valid").min()
    return float(heard.mean()), float(worst), float(crosses)


def probability(cosine: float, heard: NDArray[np.float32], crosses: bool) -> float:
    """0 to 1, where half of the statements are supported."""
    told = np.dot(figures(cosine, heard, crosses), (_HEARD, _WORST, _CROSSES)) + _BIAS
    return 1 / (1 + math.exp(-float(told)))
