"""What came of each question: a line of a file, so that a run can be kept and compared with a later one."""

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from index.errors import PinciteError
from rag.evaluation.gold import UNANSWERABLE


@dataclass(frozen=True, slots=True)
class Result:
    """One question's outcome. None: the set does not say what would be right.

    rank: of the first of ten passages that answers, 1 the best, 0 where none does. quote_rank: the same of the quotes.
    right: whether what was said, or would have been said had it not abstained, answers.
    """

    id: str
    question: str
    kind: str
    pair: str  # the languages of question and document, "fr->ar"; "fr" where no document answers
    document: str | None
    rank: int | None
    ndcg_10: float | None
    quote_rank: int | None
    quotes: int
    exact: int  # quotes that stand where they say
    quote_characters: int  # of all quotes together
    abstained: bool
    reason: str | None
    confidence: float  # 0 to 1
    right: bool
    ms: float | None  # None where no search was made

    @property
    def answerable(self) -> bool:
        """Whether something in the documents answers."""
        return self.kind != UNANSWERABLE

    @property
    def group(self) -> str:
        """What the question may share its difficulty with others by: its document, or nothing but itself."""
        return f"document {self.document}" if self.document else f"question {self.id}"


_STRING, _WHOLE, _NUMBER, _NONE = (str,), (int,), (int, float), (type(None),)
_TYPES: dict[str, tuple[type, ...]] = {
    "id": _STRING, "question": _STRING, "kind": _STRING, "pair": _STRING, "document": _STRING + _NONE,
    "rank": _WHOLE + _NONE, "ndcg_10": _NUMBER + _NONE, "quote_rank": _WHOLE + _NONE, "quotes": _WHOLE,
    "exact": _WHOLE, "quote_characters": _WHOLE, "abstained": (bool,), "reason": _STRING + _NONE,
    "confidence": _NUMBER, "right": (bool,), "ms": _NUMBER + _NONE,
}  # fmt: skip


def run_lines(results: Iterable[Result]) -> Iterator[str]:
    """A JSON object a question."""
    return (json.dumps(asdict(result), ensure_ascii=False) for result in results)


def read_run(path: Path) -> list[Result]:
    """The run that was saved in `path`. Raises PinciteError naming a line that is none."""
    results = []
    for number, line in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines(), 1):
        if not line.strip():
            continue
        try:
            results.append(_result(json.loads(line, parse_constant=_refuse)))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise PinciteError(
                f"line {number} of {path} is no line of a run ({reason}); name a file that `pincite eval --save` wrote"
            ) from error
    return results


def _result(raw: dict[str, Any]) -> Result:
    values = {field.name: raw[field.name] for field in fields(Result)}
    for name, value in values.items():
        if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and bool not in _TYPES[name]):
            raise TypeError(f"{name} is {value!r}")
    return Result(**values)


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number")
