"""An answer and its parts, as the public interface names them."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from rag.locate import Box
from rag.remark import Remark

Mode = Literal["quote", "compose"]
StatementStatus = Literal["quoted", "supported", "unsupported"]
CitationStatus = Literal["exact", "unverified"]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another document's place where a citation's quote, or its best sentence, stands too: `text[start:end]`."""

    document: str
    title: str
    page: int | None
    start: int
    end: int
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """A number, date or negation in which two citations of an answer differ; "" where a negation is lacking."""

    number: int  # of the other citation
    here: str  # as this citation's quote has it
    there: str


@dataclass(frozen=True, slots=True)
class Before:
    """The sentence before a quote that begins by pointing back ("He said"): `text[start:end]` of the same document."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote with its address: `document text[start:end] == quote` whenever `status` is "exact"."""

    number: int  # 1-based; its marker in the answer's text is [number]
    document: str
    title: str
    page: int | None  # where it begins, of a document that has pages or slides
    language: str
    start: int
    end: int
    quote: str
    status: CitationStatus
    sheet: str | None = None
    row: int | None = None  # of a table
    boxes: tuple[Box, ...] = ()  # of its words on their pages, line by line
    date: str | None = None  # of the document, ISO 8601
    url: str | None = None
    also: tuple[Elsewhere, ...] = ()  # other documents that say the same
    differs_from: tuple[int, ...] = ()  # numbers of citations that say the same but for a number, date or negation
    differences: tuple[Difference, ...] = ()  # in what they differ
    before: Before | None = None  # to be shown beside the quote, never as part of it


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of an answer and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    status: StatementStatus


@dataclass(frozen=True, slots=True)
class Removed:
    """A sentence of a model's that the sources do not support: struck from the answer, shown apart."""

    text: str
    status: Literal["contradicted", "unsupported"]
    reason: str  # a code of rag/verify/verdict.py
    citations: tuple[int, ...] = ()  # what contradicts it, where the answer cites it
    words: tuple[str, ...] = ()  # words of it that are the reason, the first few


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
    confidence: float | None = None  # how likely it is that the sources answer, 0 to 1; None where nothing was judged
    composed: bool = False  # whether `text` is a model's, checked; else, in mode "compose", the quoted answer stands
    removed: tuple[Removed, ...] = ()
    remarks: tuple[Remark, ...] = ()  # what went otherwise: the model is away, it was stopped, quotes were left out
    model: str | None = None  # that wrote it

    @property
    def notice(self) -> str | None:
        """The remarks as one English sentence, without a capital and a full stop; None where there are none."""
        return "; ".join(map(str, self.remarks)) or None

    def to_json(self, id: str | int | None = None) -> dict[str, Any]:
        """The answer as the public interface's JSON object; `id` only in a batch."""
        fields = {**asdict(self), "notice": self.notice}
        return fields if id is None else {"id": id, **fields}
