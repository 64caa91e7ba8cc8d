"""Asking: question, passages, quotes, verified citations, answer."""

import copy
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

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
from rag.compose.cited import Material
from rag.compose.markers import marker, without_lookalikes
from rag.corroboration import corroborate
from rag.question import LONGEST, Question, check, understand, whole
from rag.quote import Quote, choose_quotes
from rag.rerank import RERANKED, Reranker, rerank
from rag.retrieve import Candidate, retrieve

if TYPE_CHECKING:
    from rag.compose.composer import Composer
    from rag.compose.model import ChatModel
    from rag.verify.judge import EntailmentJudge
    from rag.verify.verifier import Verifier

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

    def __init__(  # noqa: PLR0913, PLR0917 - each is a part of its own, and most are left out
        self,
        folder: Path,
        encoder: QuestionEncoder,
        confidence: float = abstain.CONFIDENCE,
        filter: Filter = PUBLIC,
        reranker: Reranker | None = None,
        composer: "Composer | None" = None,
        judge: "EntailmentJudge | None" = None,
    ) -> None:
        """Open the index in `folder`, which `encoder` must have built, and see of it what `filter` admits.

        `confidence`, 0 to 1, is the least probability at which an answer is given; a `reranker` looks again at
        the best passages; a `composer` writes answers where that is asked for; a `judge` has a say in what is
        verified. Raises IndexMissingError, IndexMismatchError or IndexDamagedError.
        """
        self._folder, self._encoder, self._confidence = folder, encoder, confidence
        self.filter, self._reranker, self._composer = filter, reranker, composer
        self._judge = judge
        self._lock = threading.Lock()
        self._verifier: Verifier | None = None
        self._index = self._open()

    @property
    def can_compose(self) -> bool:
        """Whether there is a language model, so that mode "compose" can be asked for."""
        return self._composer is not None

    @property
    def model(self) -> "ChatModel | None":
        """The language model, where there is one."""
        return self._composer.model if self._composer else None

    def warm(self) -> None:
        """Have a local language model load and read the fixed part of the prompt, so that the first answer is quick.

        Returns at once; a model that cannot be loaded is told of in the answers.
        """
        if self._composer and self._composer.local:
            threading.Thread(target=self._composer.warm, daemon=True).start()

    @property
    def verifier(self) -> "Verifier":
        """Verifies statements with this assistant's encoder."""
        with self._lock:
            if self._verifier is None:
                from rag.verify.verifier import Verifier

                self._verifier = Verifier(self._encoder, self._judge)
            return self._verifier

    def ask(self, question: str, *, mode: Mode = "quote", k: int = PASSAGES, filter: Filter | None = None) -> Answer:
        """Answer, or abstain; `k` passages are listed. Raises like `answers`."""
        *_, last = self.answers(question, mode=mode, k=k, filter=filter)
        return last

    def answers(
        self, question: str, *, mode: Mode = "quote", k: int = PASSAGES, filter: Filter | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Answer]:  # fmt: skip
        """The quoted answer, and in mode "compose" after it the composed one as it grows; the last is final.

        An abstention is the only one: no model is called. Setting `stop` ends the writing, and what was checked until
        then is the answer. Raises QuestionError for what is no question, at once, and PinciteError where no language
        model is set up.
        """
        if mode == "compose" and self._composer is None:
            raise PinciteError(
                "no language model is set up, so answers cannot be composed: set PINCITE_LLM to one (a name of "
                "`pincite models`, a .gguf file, or openai:MODEL with PINCITE_LLM_ADDRESS), or ask in --mode quote"
            )
        material = self._quote(check(question), mode, k, filter)
        return self._answers(material, stop)

    def _answers(self, material: Material, stop: threading.Event | None) -> Iterator[Answer]:
        yield material.quoted
        if self._composer is not None and material.quoted.mode == "compose" and not material.quoted.abstained:
            yield from self._composer.compose(material, self.verifier, stop)

    def _quote(self, text: str, mode: Mode, k: int, filter: Filter | None) -> Material:
        """The quoted answer to checked `text`, and what it was made from."""
        began = time.perf_counter()
        view = self.view(filter)
        asked = understand(text, view, self._encoder)
        understood = time.perf_counter()
        found = self._find(view, asked, max(k, PASSAGES))
        answer, quotes = _answer(view, asked, found, k, self._confidence)
        done = time.perf_counter()
        answer.timings.update(
            encode_ms=_milliseconds(understood - began),
            search_ms=_milliseconds(done - understood),
            total_ms=_milliseconds(done - began),
        )
        return Material(view, asked, replace(answer, mode=mode), quotes, tuple(found.candidates))

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


def _answer(
    view: View, question: Question, found: _Found, k: int, confidence: float
) -> tuple[Answer, tuple[Quote, ...]]:
    """The quoted answer and the quotes in it, in its order."""
    passages = _ranked(found.candidates[:k])
    likely = round(found.probability, 4)
    if not found.candidates or found.probability < confidence:
        reason = "no_evidence" if found.candidates else "no_passages"
        text = wording.nothing_answers(question.language)
        return Answer(question.text, question.language, "quote", True, reason, text, (), (), passages, {}, likely), ()
    corroborated = corroborate(
        choose_quotes(question, found.candidates), found.candidates, lambda quote: is_row(view, quote)
    )
    citations = cite(view, corroborated)
    statements = tuple(Statement(c.quote, (c.number,), "quoted") for c in citations)
    text = " ".join(f"{without_lookalikes(c.quote)} {marker(c.number)}" for c in citations)
    answer = Answer(
        question.text, question.language, "quote", False, None, text, statements, citations, passages, {}, likely
    )
    return answer, corroborated.quotes


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
