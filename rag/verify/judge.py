"""The seam for a model that reads two texts and says whether the one follows from the other."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class EntailmentJudge(Protocol):
    """Judges whether texts say a statement, in whatever languages its model reads."""

    def judge(self, statement: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Of each text, how likely it is that it says the statement, and that it denies it: (texts, 2), each 0 to 1."""
        ...
