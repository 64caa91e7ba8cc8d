"""Results of a run, made up."""

from dataclasses import replace
from typing import Any

from rag.evaluation.run import Result

RESULT = Result(
    id="q",
    question="Where?",
    kind="mono",
    pair="en->en",
    document="a.txt",
    rank=1,
    ndcg_10=1.0,
    quote_rank=1,
    quotes=2,
    exact=2,
    quote_characters=100,
    abstained=False,
    reason=None,
    confidence=0.5,
    right=True,
    ms=10.0,
)


def result(number: int, **changes: Any) -> Result:
    """The result of question `number`, of a document of its own unless told otherwise."""
    return replace(RESULT, **{"id": f"q{number}", "document": f"{number}.txt", **changes})


def refusable(number: int, **changes: Any) -> Result:
    """The result of a question that nothing answers, answered unless told otherwise."""
    of_none: dict[str, Any] = {"document": None, "rank": None, "ndcg_10": None, "quote_rank": None, "right": False}
    return result(number, **{"kind": "unanswerable", "pair": "en", **of_none, **changes})
