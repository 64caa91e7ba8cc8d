"""What an evaluation set asks, and where in its documents the answers stand."""

import codecs
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from index.document import Document
from index.errors import PinciteError

UNANSWERABLE = "unanswerable"  # the kind of questions that should be refused


class Place(Protocol):
    """A stretch of a document."""

    @property
    def document(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def end(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """An answer's words and where they begin, in characters of the document."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Where they end."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and where its answer stands: in `answers` of `document`, or anywhere in it where none is marked.

    `document` is None where nothing answers, and where a set only says that something does. `language` is an ISO 639-1
    code, or None where the set gives none.
    """

    id: str
    question: str
    kind: str
    language: str | None
    document: str | None
    answers: tuple[GoldAnswer, ...]

    @property
    def answerable(self) -> bool:
        """Whether something in the documents answers."""
        return self.kind != UNANSWERABLE

    def is_answered_by(self, place: Place) -> bool:
        """Whether a place overlaps an answer, or lies in the document where no answer is marked."""
        return place.document == self.document and (
            not self.answers or any(place.start < a.end and a.start < place.end for a in self.answers)
        )

    def to_json(self) -> dict[str, Any]:
        """The question as a line of questions.jsonl."""
        answers = [{"text": a.text, "start": a.start} for a in self.answers]
        return {"id": self.id, "question": self.question, "language": self.language, "document": self.document,
                "answers": answers, "kind": self.kind}  # fmt: skip


def evaluation_folder(folder: Path) -> tuple[Path | None, Path]:
    """The corpus folder, or None where a set has none, and the questions file; raises PinciteError without that."""
    corpus, questions = folder / "corpus", folder / "questions.jsonl"
    if not questions.is_file():
        raise PinciteError(f"{folder} is no evaluation set; it needs a file questions.jsonl and, mostly, a corpus")
    return corpus if corpus.is_dir() else None, questions


def read_questions(path: Path) -> list[GoldQuestion]:
    """The questions in a questions.jsonl. Raises PinciteError naming a line that is none, or a file without any."""
    questions: dict[str, GoldQuestion] = {}
    for number, line in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines(), 1):
        if not line.strip():
            continue
        try:
            gold = _question(json.loads(line), number)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise PinciteError(
                f"line {number} of {path} is no evaluation question ({reason}); mend it or take it out"
            ) from error
        if gold.id in questions:
            raise PinciteError(f"line {number} of {path} has the id {gold.id!r} of a line before; give it its own")
        questions[gold.id] = gold
    if not questions:
        raise PinciteError(f"{path} holds no question; a line is an object with id, question, kind, document, answers")
    return list(questions.values())


def _question(raw: dict[str, Any], number: int) -> GoldQuestion:
    answers = tuple(GoldAnswer(a["text"], a["start"]) for a in raw.get("answers") or ())
    question, kind, document, language = raw["question"], raw["kind"], raw.get("document"), raw.get("language")
    if not all(isinstance(text, str) for text in (question, kind, document or "", language or "")):
        raise TypeError("question and kind are strings, document and language strings or null")
    if not all(isinstance(a.text, str) and isinstance(a.start, int) and a.start >= 0 for a in answers):
        raise TypeError("an answer has a text and a whole number, its start")
    return GoldQuestion(str(raw.get("id", number)), question, kind, language or None, document or None, answers)


def still_there(questions: Iterable[GoldQuestion], document: Callable[[str], Document | None]) -> list[GoldQuestion]:
    """The questions whose document is there and whose answers stand in it where they stood when the set was made."""
    kept: list[GoldQuestion] = []
    id: str | None = None
    text: str | None = None
    for gold in questions:
        if gold.document and gold.document != id:
            found = document(gold.document)
            id, text = gold.document, found.text if found else None
        if not gold.document or (text is not None and all(text[a.start : a.end] == a.text for a in gold.answers)):
            kept.append(gold)
    return kept
