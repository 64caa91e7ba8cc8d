"""Why something could not be done, as a code: the page has words for each, and programs can tell them apart."""

from dataclasses import dataclass
from typing import Literal

from index.errors import (
    IndexDamagedError,
    IndexLockedError,
    IndexMismatchError,
    IndexMissingError,
    PinciteError,
    QuestionError,
)
from rag.check.draft import DraftError, DraftProblem
from ui.look_in import ChoiceError

ProblemKind = Literal[
    "question", "dates", "choice", "index", "draft_kind", "draft_empty", "draft_unreadable", "failed", "other"
]

# Of these a code says little: what the error itself says, in English, has to stand beside it.
DETAILED: frozenset[ProblemKind] = frozenset(("index", "draft_unreadable", "other"))

_INDEX = (IndexMissingError, IndexDamagedError, IndexMismatchError, IndexLockedError)
_DRAFT: dict[DraftProblem, ProblemKind] = {
    "kind": "draft_kind",
    "empty": "draft_empty",
    "unreadable": "draft_unreadable",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a question got no answer, or its writing ended."""

    kind: ProblemKind
    detail: str = ""  # what the error says, in English; "" where the kind says all


def kind_of(error: PinciteError) -> ProblemKind:
    """What kind of problem an error is."""
    if isinstance(error, ChoiceError):
        return error.kind
    if isinstance(error, DraftError):
        return _DRAFT[error.problem]
    if isinstance(error, QuestionError):
        return "question"
    return "index" if isinstance(error, _INDEX) else "other"


def problem_of(error: PinciteError) -> Problem:
    """The problem that an error is, with its message where the kind does not say all."""
    kind = kind_of(error)
    return Problem(kind, str(error) if kind in DETAILED else "")
