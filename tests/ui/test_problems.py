import pytest

from index.errors import IndexMissingError, ModelError, PinciteError, QuestionError
from rag.check.draft import DraftError
from ui.look_in import ChoiceError
from ui.problems import Problem, problem_of


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (QuestionError("the question has 2,001 characters"), Problem("question")),
        (ChoiceError("there is no day", "dates"), Problem("dates")),
        (ChoiceError("it cannot be read", "choice"), Problem("choice")),
        (DraftError("x.xlsx is no draft", "kind"), Problem("draft_kind")),
        (DraftError("x.md holds no text", "empty"), Problem("draft_empty")),
        (DraftError("x.docx is malformed", "unreadable"), Problem("draft_unreadable", "x.docx is malformed")),
        (IndexMissingError("there is no index"), Problem("index", "there is no index")),
        (ModelError("the model is not there"), Problem("other", "the model is not there")),
        (PinciteError("something else"), Problem("other", "something else")),
    ],
)
def test_what_went_wrong_is_of_a_kind_and_told_in_detail_where_that_says_little(
    error: PinciteError, problem: Problem
) -> None:
    assert problem_of(error) == problem
