"""Asking: question, passages, quotes, verified citations, answer."""

import copy
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index import generations
from index.document import Document
from index.encoder import QuestionEncoder
from index.errors import PinciteError, QuestionError
from index.filters import PUBLIC, Filter
from index.language import detect
from index.opened import Index
from index.store import DocumentFacts
from index.view import View
from rag import abstain, wording
from rag.answer import Answer, Mode, RankedPassage, Statement
from rag.cite import cite, is_row
from rag.corroboration import corroborate
from rag.question import LONGEST, Question, check, understand, whole
from rag.quote import choose_quotes
from rag.rerank import RERANKED, Reranker, rerank
from rag.retrieve import Candidate, retrieve

_MARKER_LIKE = re.compile(r"\[(?=\d+\])")
PASSAGES = 10  # that an answer lists, unless asked otherwise


@dataclass(frozen=True, slots=True)
class _Found:
    """Passages, best first, and how likely it is that they answer, 0 to 1."""

    candidates: Sequence[Candidate]
    probability: float


class Assistant:
    """Answers from one index folder; safe to use from many threads. A newer index is taken up as it appears.

    Every method looks through a filter: who asks, and what they want to look in. One that is given to a method takes
    the place of the assistant's own.
    """

    def __init__(
        self,
        folder: Path,
        encoder: QuestionEncoder,
        confidence: float = abstain.CONFIDENCE,
        filter: Filter = PUBLIC,
        reranker: Reranker | None = None,
    ) -> None:
        """Open the index in `folder`, which `encoder` must have built, and see of it what `filter` admits.

        `confidence`, 0 to 1, is the least probability at which an answer is given; a `reranker` looks again at
        the best passages. Raises IndexMissingError, IndexMismatchError or IndexDamagedError.
        """
        self._folder, self._encoder, self._confidence = folder, encoder, confidence
        self.filter, self._reranker = filter, reranker
        self._lock = threading.Lock()
        self._index = self._open()

    def ask(self, question: str, *, mode: Mode = "quote", k: int = PASSAGES, filter: Filter | None = None) -> Answer:
        """Answer in quotes, or abstain; `k` passages are listed. Raises QuestionError for what is no question."""
        if mode != "quote":
            raise PinciteError("no language model is set up, so answers cannot be composed; ask in --mode quote")
        began = time.perf_counter()
        text = check(question)
        view = self.view(filter)
        asked = understand(text, view, self._encoder)
        understood = time.perf_counter()
        found = self._find(view, asked, max(k, PASSAGES))
        answer = _answer(view, asked, found, k, self._confidence)
        done = time.perf_counter()
        answer.timings.update(
            encode_ms=_milliseconds(understood - began),
            search_ms=_milliseconds(done - understood),
            total_ms=_milliseconds(done - began),
        )
        return answer

    def ask_any(
        self, question: str, *, mode: Mode = "quote", k: int = PASSAGES, filter: Filter | None = None
    ) -> Answer:
        """Like `ask`, but abstains from what is no question, for batches in which every line has an answer."""
        try:
            return self.ask(question, mode=mode, k=k, filter=filter)
        except QuestionError:
            question = whole(question)
            asked = question.strip()[:LONGEST]
            language = detect(asked)
            passages = self.search(asked, k=k, filter=filter) if asked else ()
            text = wording.nothing_answers(language)
            return Answer(question, language, mode, True, "bad_question", text, (), (), passages, {"total_ms": 0.0})

    def search(self, query: str, *, k: int = PASSAGES, filter: Filter | None = None) -> tuple[RankedPassage, ...]:
        """The `k` best passages, best first. Raises QuestionError for what is no query."""
        view = self.view(filter)
        return _ranked(self._find(view, understand(check(query), view, self._encoder), k).candidates)

    def document(self, id: str, filter: Filter | None = None) -> Document | None:
        """The document of this id with its text, or None."""
        return self.view(filter).document(id)

    def documents(self, filter: Filter | None = None) -> list[DocumentFacts]:
        """Every document, sorted by id."""
        return self.view(filter).documents()

    def with_confidence(self, confidence: float) -> "Assistant":
        """The same over the same index, but answering from another probability up, 0 to 1."""
        other = copy.copy(self)
        other._confidence = confidence
        return other

    def view(self, filter: Filter | None = None) -> View:
        """What there is to see now."""
        return self._current().view(self.filter if filter is None else filter)

    def _find(self, view: View, question: Question, k: int) -> _Found:
        """The `k` best passages; their probability is of retrieval's own order and scores, for which it was fitted."""
        found = retrieve(view, question, max(k, RERANKED) if self._reranker else k)
        probability = abstain.probability(found[:k])
        if self._reranker:
            found = rerank(question.text, found, self._reranker)
        return _Found(found[:k], probability)

    def _current(self) -> Index:
        # Whoever still reads the old generation keeps it; it closes with its last user.
        with self._lock:
            if generations.current(self._folder) != self._index.folder:
                self._index = self._open(self._index)
            return self._index

    def _open(self, before: Index | None = None) -> Index:
        index = Index.open(self._folder, before)
        index.check_encoder(self._encoder.identity)
        return index


def _answer(view: View, question: Question, found: _Found, k: int, confidence: float) -> Answer:
    passages = _ranked(found.candidates[:k])
    likely = round(found.probability, 4)
    if not found.candidates or found.probability < confidence:
        reason = "no_evidence" if found.candidates else "no_passages"
        text = wording.nothing_answers(question.language)
        return Answer(question.text, question.language, "quote", True, reason, text, (), (), passages, {}, likely)
    quotes = choose_quotes(question, found.candidates)
    citations = cite(view, corroborate(quotes, found.candidates, lambda quote: is_row(view, quote)))
    statements = tuple(Statement(c.quote, (c.number,), "quoted") for c in citations)
    # A quote may hold what looks like a marker (a source's own footnotes); an unseen joiner tells it from ours.
    marked = (_MARKER_LIKE.sub("[\N{WORD JOINER}", c.quote) for c in citations)
    text = " ".join(f"{quote} [{number}]" for number, quote in enumerate(marked, 1))
    return Answer(
        question.text, question.language, "quote", False, None, text, statements, citations, passages, {}, likely
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
