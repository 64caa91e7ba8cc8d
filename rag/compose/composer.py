"""An answer in a model's words, of which none is shown before the sources were found to say it."""

import contextlib
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import Protocol, cast

from index.document import Passage
from index.language import detect
from index.view import View
from prompts.budget import counter
from prompts.loader import load_prompt
from rag.answer import Answer
from rag.compose.cited import Draft, Material
from rag.compose.grammar import answer_grammar
from rag.compose.language_names import language_name
from rag.compose.markers import ASKED
from rag.compose.model import ChatModel, Message, ModelUnavailableError
from rag.compose.plain import addresses, plain
from rag.compose.refusal import NONE, is_refusal
from rag.compose.sources import LARGE, SMALL, Sources, choose_sources, shown
from rag.compose.splitting import Sentences
from rag.compose.thinking import spoken
from rag.quote import Quote
from rag.remark import Remark
from rag.verify.verdict import Reason, Verdict

# Of quotes that hold an answer 97 in 100 are no further below the best one; what somebody planted is seldom so near.
# Measured without a reranker, which moves scores further apart.
NEARLY_BEST = 0.1
MOST_SENTENCES = 5
MOST_STRUCK = 5  # after as many a model is on the wrong track
LETTERS_THAT_TELL = 20  # of a sentence, what language it is in
MOST_TOKENS = 400  # of an answer, in the model's own
FEW_TOKENS = 220  # of a local model's, some 15 seconds of writing: one that has lost its way goes on to the last
MOST_SIGNS = 10 * MOST_TOKENS  # characters after which a model, or its server, does not keep to that
_LATEST = 200  # characters in which a model that says the same again and again is found out
_CIRCLING = re.compile(r"(.{16,60}?)\1\1\Z", re.DOTALL)
_PROMPT = "composed_answer"


class Checks(Protocol):
    """Verifies a statement against passages (rag/verify)."""

    def verify(
        self, view: View, statement: str, passages: Sequence[Passage] | None = None, closely: bool = False
    ) -> Verdict:
        """What the passages say of the statement; `closely`, by their very words."""
        ...


class Composer:
    """Writes answers with a language model; safe to use from many threads if the model is."""

    def __init__(self, model: ChatModel, local: bool = False) -> None:
        """Write with `model`; one that is `local` is slow, and given few words to read."""
        self.model, self.local = model, local
        self._budget = SMALL if local else LARGE
        self._prompt = load_prompt(_PROMPT)

    def warm(self) -> None:
        """Have the model read what every prompt begins with."""
        filled = self._prompt.filled(markers=ASKED, none=NONE, sources="", question="", language="")
        with contextlib.suppress(ModelUnavailableError):
            for _ in self.model.stream(cast(tuple[Message, ...], filled), most_tokens=1):
                pass

    def compose(self, material: Material, verifier: Checks, stop: threading.Event | None = None) -> Iterator[Answer]:
        """The answer as it grows, a sentence that `verifier` supports after the other; the last is final.

        Its remarks say what went otherwise. Where the model is away, is stopped at once, or writes nothing that is
        supported, that is the quoted answer.
        """
        return _Writing(self, material, verifier, stop or threading.Event()).answers()

    def sources(self, material: Material) -> Sources:
        """What the model is given of this material."""
        count = counter(self.model.count_tokens)
        return choose_sources(material.quotes, material.candidates, self._budget, count)

    def messages(self, material: Material, sources: Sources) -> tuple[Message, ...]:
        """The prompt; all that changes from one question to the next stands in its last message."""
        language = material.question.language
        filled = self._prompt.filled(
            markers=ASKED,
            none=NONE,
            sources=sources.lines,
            question=shown(material.question.text),
            language=language_name(language),
        )
        return cast(tuple[Message, ...], filled)


class _Writing:
    """One answer in the making."""

    def __init__(self, composer: Composer, material: Material, verifier: Checks, stop: threading.Event) -> None:
        self._composer, self._material, self._verifier, self._stop = composer, material, verifier, stop
        self._began = time.perf_counter()
        self._timings: dict[str, float] = {}
        self._draft = Draft(material, composer.model.name)
        self._outcome: Remark | None = None  # what went otherwise than it should, if anything did
        self._left_out: Remark | None = None
        best = max((quote.score for quote in material.quotes), default=0.0)
        self._telling = [quote for quote in material.quotes if best - quote.score <= NEARLY_BEST]
        self._waiting: list[Verdict] = []  # sentences that are borne out, but rest on none of these

    def answers(self) -> Iterator[Answer]:
        try:
            yield from self._grow()
        except ModelUnavailableError as error:
            self._outcome = Remark("broke_off" if self._draft.sentences else "away", str(error))
        for verdict in self._waiting:
            self._draft.strike(replace(verdict, status="unsupported", reason="beside_the_answer"))
        if self._stop.is_set():
            self._outcome = Remark("stopped")
        elif not self._draft.sentences and not self._outcome:
            self._outcome = Remark("nothing_supported")
        yield self._answer()

    def _grow(self) -> Iterator[Answer]:
        material = self._material
        sources = self._composer.sources(material)
        if sources.left_out:
            self._left_out = Remark("quotes_left_out", count=sources.left_out, of=len(material.quotes))
        for sentence in self._sentences(sources):
            if is_refusal(sentence):
                if not self._draft.sentences:
                    self._outcome = Remark("no_answer_found")
                return
            if self._draft.repeats(sentence):
                continue
            self._judge(sentence, sources)
            yield self._answer()
            if self._draft.sentences + len(self._waiting) >= MOST_SENTENCES or self._draft.struck >= MOST_STRUCK:
                return

    def _sentences(self, sources: Sources) -> Iterator[str]:
        """The model's sentences as each is complete, without markers and markup; nothing more once it was stopped."""
        language = self._material.question.language
        grammar = answer_grammar(len(sources.listed), NONE, language)
        messages = self._composer.messages(self._material, sources)
        most = FEW_TOKENS if self._composer.local else MOST_TOKENS
        splitter = Sentences(language)
        signs, latest = 0, ""
        pieces = self._composer.model.stream(messages, most_tokens=most, grammar=grammar)
        with contextlib.closing(_closable(pieces)) as stream:
            for piece in spoken(stream):
                signs, latest = signs + len(piece), (latest + piece)[-_LATEST:]
                if self._stop.is_set() or signs > MOST_SIGNS:
                    return
                if piece.strip():
                    self._timings.setdefault("first_word_ms", self._elapsed())
                for written in splitter.add(piece):
                    yield from _words(written.text)
                if _circles(latest):
                    return
        if not self._stop.is_set():
            for written in splitter.rest():
                yield from _words(written.text)

    def _judge(self, sentence: str, sources: Sources) -> None:
        verdict = self._verifier.verify(self._material.view, sentence, sources.passages, closely=True)
        if verdict.status in ("quoted", "supported") and verdict.evidence:
            reason = self._doubt(sentence, verdict)
            if reason is None:
                self._take(verdict)
                return
            verdict = replace(verdict, status="unsupported", reason=reason)
        elif verdict.status != "contradicted":
            verdict = replace(verdict, status="unsupported")
        self._draft.strike(verdict)

    def _doubt(self, sentence: str, verdict: Verdict) -> Reason | None:
        """Why a sentence that the sources bear out may not stand in an answer after all; None where it may."""
        # What a model puts together from two places is more often wrong than what stands in one (docs/log.md).
        if len(verdict.evidence) > 1:
            return "too_unlike"
        if not _names_no_more(sentence, verdict):
            return "name_not_found"
        asked = self._material.question.language
        told = sum(map(str.isalpha, sentence)) >= LETTERS_THAT_TELL and asked != "und"
        if verdict.status == "supported" and told and detect(sentence, asked) != asked:
            return "another_language"
        return None

    def _take(self, verdict: Verdict) -> None:
        """Keep a sentence once one rests on what was quoted: what only stands beside it answers nothing alone."""
        self._waiting.append(verdict)
        if self._draft.sentences or any(_rests_on(verdict, quote) for quote in self._telling):
            self._timings.setdefault("first_sentence_ms", self._elapsed())
            for waiting in self._waiting:
                self._draft.keep(waiting)
            self._waiting = []

    def _answer(self) -> Answer:
        elapsed = self._elapsed()
        total = self._material.quoted.timings.get("total_ms", 0.0) + elapsed
        timings = {**self._timings, "compose_ms": elapsed, "total_ms": round(total, 2)}
        remarks = tuple(remark for remark in (self._outcome, self._left_out) if remark)
        return self._draft.answer(remarks, timings)

    def _elapsed(self) -> float:
        return round(1000 * (time.perf_counter() - self._began), 2)


def _circles(latest: str) -> bool:
    """Whether a text ends in the same words three times over; a row of dots is none."""
    found = _CIRCLING.search(latest)
    return found is not None and sum(map(str.isalpha, found[1])) > len(found[1]) / 2


def _words(text: str) -> Iterator[str]:
    words = plain(text)
    if any(map(str.isalnum, words)):
        yield words


def _names_no_more(sentence: str, verdict: Verdict) -> bool:
    """Whether every address in the sentence stands in what supports it."""
    said = " ".join(evidence.text for evidence in verdict.evidence).lower()
    return all(address in said for address in addresses(sentence))


def _rests_on(verdict: Verdict, quote: Quote) -> bool:
    """Whether what bears a sentence out is in the sentence for which a passage was quoted, not merely beside it."""
    best = quote.best or quote
    return any(
        evidence.passage.number == quote.passage.number and evidence.start < best.end and best.start < evidence.end
        for evidence in verdict.evidence
    )


def _closable(pieces: Iterator[str]) -> Generator[str, None, None]:
    """The same as a generator, which closes its source when it is closed."""
    try:
        yield from pieces
    finally:
        close = getattr(pieces, "close", None)
        if close:
            close()
