"""An answer and its parts, as the public interface names them."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Mode = Literal["quote", "compose"]
StatementStatus = Literal["quoted", "supported", "unsupported"]
CitationStatus = Literal["exact", "unverified"]


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote with its address: `document text[start:end] == quote` whenever `status` is "exact"."""

    number: int  # 1-based; its marker in the answer's text is [number]
    document: str
    title: str
    page: int | None
    language: str
    start: int
    end: int
    quote: str
    status: CitationStatus


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    status: StatementStatus


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage that retrieval ranked; a higher score is better."""

    document: str
    start: int
    end: int
    score: float
    language: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question got. Abstained: `statements` and `citations` are empty and `reason` is a short code."""

    question: str
    language: str
    mode: Mode
    abstained: bool
    reason: str | None
    text: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[RankedPassage, ...]
    timings: dict[str, float]  # milliseconds

    def to_json(self, id: str | int | None = None) -> dict[str, Any]:
        """The answer as the public interface's JSON object; `id` only in a batch."""
        fields = asdict(self)
        return fields if id is None else {"id": id, **fields}
