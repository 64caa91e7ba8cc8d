"""Scoring answers on an evaluation set: a folder with corpus/ and questions.jsonl.

A line of questions.jsonl has id, question, language, document (or null), answers ([{text, start}] in characters of the
document) and kind ("mono", "cross", "answerable" or "unanswerable").
"""

import codecs
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean, median
from typing import Any, Protocol

from index.errors import PinciteError
from rag.answer import Answer
from rag.assistant import Assistant

CUT = 10  # passages looked at for the reciprocal rank


class Place(Protocol):
    """A stretch of a document."""

    @property
    def document(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and where its answer stands: spans of `document`, or none where the set gives none."""

    question: str
    kind: str
    document: str | None
    spans: tuple[tuple[int, int], ...]

    def is_answered_by(self, place: Place) -> bool:
        """Whether a place overlaps an answer, or lies in the document where no answer is marked."""
        return place.document == self.document and (
            not self.spans or any(place.start < end and start < place.end for start, end in self.spans)
        )


@dataclass(frozen=True, slots=True)
class KindScore:
    """Shares from 0 to 1 over the questions of one kind; None where the set does not say.

    hit_k: a passage that answers is among the first k. mrr_10: mean reciprocal rank among ten. quote_hit: some quote
    overlaps the answer; quote_hit_1: the first does. answered: not abstained from.
    """

    questions: int
    answered: float
    hit_1: float | None
    hit_5: float | None
    mrr_10: float | None
    quote_hit: float | None
    quote_hit_1: float | None


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """Scores by kind of question, the share of quotes that stand where they say, their length, and the time taken."""

    set: str
    kinds: dict[str, KindScore]
    exact: float | None
    quote_characters: float | None
    median_ms: float

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON object."""
        return asdict(self)

    def to_text(self) -> str:
        """The report as a table."""
        names = list(KindScore.__dataclass_fields__)
        rows = [["kind", *names], *([kind, *_cells(score)] for kind, score in sorted(self.kinds.items()))]
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        table = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        exact = "no quotes" if self.exact is None else f"{self.exact:.4f} of the quotes are exact"
        length = "" if self.quote_characters is None else f", {self.quote_characters:.0f} characters on average"
        return "\n".join([*table, f"{exact}{length}; a question takes {self.median_ms:.1f} ms (median)"])


def read_questions(path: Path) -> list[GoldQuestion]:
    """The questions in a questions.jsonl. Raises PinciteError naming a line that is none."""
    questions = []
    for number, line in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            spans = tuple((a["start"], a["start"] + len(a["text"])) for a in raw.get("answers") or ())
            questions.append(GoldQuestion(raw["question"], raw["kind"], raw.get("document"), spans))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise PinciteError(f"line {number} of {path} is no evaluation question ({error})") from error
    return questions


def score(name: str, assistant: Assistant, questions: Sequence[GoldQuestion]) -> EvaluationReport:
    """Ask every question and score the answers."""
    answers = [assistant.ask_any(gold.question) for gold in questions]
    by_kind: dict[str, list[tuple[GoldQuestion, Answer]]] = defaultdict(list)
    for gold, answer in zip(questions, answers, strict=True):
        by_kind[gold.kind].append((gold, answer))
    citations = [c for answer in answers for c in answer.citations]
    texts = {id: document.text for id in {c.document for c in citations} if (document := assistant.document(id))}
    return EvaluationReport(
        name,
        {kind: _score_kind(pairs) for kind, pairs in by_kind.items()},
        _mean(texts.get(c.document, "")[c.start : c.end] == c.quote for c in citations),
        _mean(len(c.quote) for c in citations),
        median([a.timings["total_ms"] for a in answers] or [0.0]),
    )


def _score_kind(pairs: Sequence[tuple[GoldQuestion, Answer]]) -> KindScore:
    located = [(gold, answer) for gold, answer in pairs if gold.document]
    ranks = [_rank(gold, answer.passages[:CUT]) for gold, answer in located]
    quoted = [(gold, answer.citations) for gold, answer in located if gold.spans]
    return KindScore(
        len(pairs),
        mean(not answer.abstained for _, answer in pairs),
        _mean(rank == 1 for rank in ranks),
        _mean(0 < rank <= 5 for rank in ranks),
        _mean(1 / rank if rank else 0.0 for rank in ranks),
        _mean(_rank(gold, citations) > 0 for gold, citations in quoted),
        _mean(_rank(gold, citations) == 1 for gold, citations in quoted),
    )


def _rank(gold: GoldQuestion, places: Sequence[Place]) -> int:
    """The 1-based rank of the first place that answers, 0 if none does."""
    return next((rank for rank, place in enumerate(places, 1) if gold.is_answered_by(place)), 0)


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return mean(listed) if listed else None


def _cells(score: KindScore) -> list[str]:
    values = asdict(score).values()
    return ["-" if v is None else str(v) if isinstance(v, int) else f"{v:.3f}" for v in values]


def evaluation_folder(folder: Path) -> tuple[Path, Path]:
    """The corpus folder and the questions file of a set; raises PinciteError where one is missing."""
    corpus, questions = folder / "corpus", folder / "questions.jsonl"
    if not corpus.is_dir() or not questions.is_file():
        raise PinciteError(f"{folder} is no evaluation set; it needs a folder corpus and a file questions.jsonl")
    return corpus, questions
