"""Asking: question, passages, quotes, verified citations, answer."""

import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from index import generations
from index.document import Document
from index.encoder import QuestionEncoder
from index.errors import PinciteError, QuestionError
from index.language import detect
from index.opened import Index
from index.store import DocumentEntry
from rag import abstain, wording
from rag.answer import Answer, Citation, Mode, RankedPassage, Statement
from rag.question import LONGEST, Question, check, understand, whole
from rag.quote import Quote, choose_quotes
from rag.retrieve import Candidate, retrieve

_MARKER_LIKE = re.compile(r"\[(?=\d+\])")
PASSAGES = 10  # that an answer lists, unless asked otherwise


class Assistant:
    """Answers from one index folder; safe to use from many threads. A newer index is taken up as it appears."""

    def __init__(self, folder: Path, encoder: QuestionEncoder, confidence: float = abstain.CONFIDENCE) -> None:
        """Open the index in `folder`, which `encoder` must have built.

        `confidence`, 0 to 1, is the least probability at which an answer is given. Raises IndexMissingError,
        IndexMismatchError or IndexDamagedError.
        """
        self._folder, self._encoder, self._confidence = folder, encoder, confidence
        self._lock = threading.Lock()
        self._index = self._open()

    def ask(self, question: str, *, mode: Mode = "quote", k: int = PASSAGES) -> Answer:
        """Answer in quotes, or abstain; `k` passages are listed. Raises QuestionError for what is no question."""
        if mode != "quote":
            raise PinciteError("no language model is set up, so answers cannot be composed; ask in --mode quote")
        began = time.perf_counter()
        text = check(question)
        index = self._current()
        asked = understand(text, index, self._encoder)
        understood = time.perf_counter()
        found = retrieve(index, asked, max(k, PASSAGES))
        answer = _answer(asked, found, k, self._confidence)
        done = time.perf_counter()
        answer.timings.update(
            encode_ms=_milliseconds(understood - began),
            search_ms=_milliseconds(done - understood),
            total_ms=_milliseconds(done - began),
        )
        return answer

    def ask_any(self, question: str, *, mode: Mode = "quote", k: int = PASSAGES) -> Answer:
        """Like `ask`, but abstains from what is no question, for batches in which every line has an answer."""
        try:
            return self.ask(question, mode=mode, k=k)
        except QuestionError:
            question = whole(question)
            asked = question.strip()[:LONGEST]
            language = detect(asked)
            passages = self.search(asked, k=k) if asked else ()
            text = wording.nothing_answers(language)
            return Answer(question, language, mode, True, "bad_question", text, (), (), passages, {"total_ms": 0.0})

    def search(self, query: str, *, k: int = PASSAGES) -> tuple[RankedPassage, ...]:
        """The `k` best passages, best first. Raises QuestionError for what is no query."""
        index = self._current()
        return _ranked(retrieve(index, understand(check(query), index, self._encoder), k))

    def document(self, id: str) -> Document | None:
        """The document of this id with its text, or None."""
        return self._current().document(id)

    def documents(self) -> tuple[DocumentEntry, ...]:
        """Every document, sorted by id."""
        return self._current().documents()

    @property
    def index(self) -> Index:
        """The index that answers now."""
        return self._current()

    def _current(self) -> Index:
        # Whoever still reads the old generation keeps it; it closes with its last user.
        with self._lock:
            if generations.current(self._folder) != self._index.folder:
                self._index = self._open()
            return self._index

    def _open(self) -> Index:
        index = Index.open(self._folder)
        index.check_encoder(self._encoder.identity)
        return index


def _answer(question: Question, found: Sequence[Candidate], k: int, confidence: float) -> Answer:
    passages = _ranked(found[:k])
    reason = _reason_to_abstain(found, confidence)
    if reason:
        text = wording.nothing_answers(question.language)
        return Answer(question.text, question.language, "quote", True, reason, text, (), (), passages, {})
    citations = tuple(_cite(n, quote) for n, quote in enumerate(choose_quotes(question, found), 1))
    statements = tuple(Statement(c.quote, (c.number,), "quoted") for c in citations)
    # A quote may hold what looks like a marker (a source's own footnotes); an unseen joiner tells it from ours.
    quotes = (_MARKER_LIKE.sub("[\N{WORD JOINER}", c.quote) for c in citations)
    text = " ".join(f"{quote} [{number}]" for number, quote in enumerate(quotes, 1))
    return Answer(question.text, question.language, "quote", False, None, text, statements, citations, passages, {})


def _reason_to_abstain(found: Sequence[Candidate], confidence: float) -> str | None:
    if not found:
        return "no_passages"
    return "no_evidence" if abstain.probability(found) < confidence else None


def _cite(number: int, quote: Quote) -> Citation:
    passage = quote.passage
    return Citation(
        number, passage.document, passage.title, None, passage.language, quote.start, quote.end, quote.text, "exact"
    )


def _ranked(found: Sequence[Candidate]) -> tuple[RankedPassage, ...]:
    return tuple(
        RankedPassage(
            c.passage.document, c.passage.start, c.passage.end, round(c.score, 4), c.passage.language, c.passage.text,
            c.passage.title,
        )
        for c in found
    )  # fmt: skip


def _milliseconds(seconds: float) -> float:
    return round(1000 * seconds, 2)
