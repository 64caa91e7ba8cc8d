"""A visitor's conversation: what they ask and what comes of it, step by step, as HTML."""

import itertools
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

from index.errors import PinciteError
from rag.answer import Answer, Mode
from rag.assistant import Assistant
from rag.conversation.exchange import exchange_of
from rag.conversation.standalone import standalone
from rag.question import whole
from ui.look_in import chosen, mode_of
from ui.problems import Problem, problem_of
from ui.render import render_conversation, render_sources, reveal
from ui.strings import Strings
from ui.turn import Turn, numbered_on

# Of a conversation as many turns are kept; each holds its passages, some twenty kilobytes of page.
TURNS_KEPT = 40

Shown = tuple[str, str]  # the conversation and the sources, as HTML


@dataclass(frozen=True, slots=True)
class _Writing:
    """An answer that a language model has yet to write, and what ends it."""

    turn: Turn
    answers: Iterator[Answer]
    stop: threading.Event


class Conversation:
    """A visitor's turns and the words of their page: one a session. Two questions may be under way at once."""

    def __init__(
        self,
        assistant: Assistant,
        strings: Strings,
        user: str | None = None,
        rewriting: threading.Semaphore | None = None,
    ) -> None:
        """Begin for `user`, who is signed in, if anyone is; `rewriting` bounds the questions that wait for a model."""
        self.user = user
        self._rewriting = rewriting or threading.Semaphore()
        self._assistant = assistant
        self._strings = strings
        self._turns: tuple[Turn, ...] = ()
        self._numbers = itertools.count(1)
        self._waiting: list[_Writing] = []
        self._stops: dict[int, threading.Event] = {}
        self._told: set[int] = set()
        self._lock = threading.Lock()

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns, oldest first."""
        return self._turns

    @property
    def shown(self) -> Shown:
        """The conversation and the sources as HTML."""
        return render_conversation(self._turns, self._strings), render_sources(self._turns, self._strings)

    def ask(self, question: str, choice: object = None, as_written: bool = False) -> Iterator[Shown]:
        """Answer a question in quotes, from the documents that the page's control chose; None for all.

        One that goes on from an earlier one is made whole before, unless it is to be asked `as_written`. Where an
        answer in sentences was chosen, `write` goes on from here.
        """
        mode = mode_of(choice) if self._assistant.can_compose else "quote"
        turn = self._begun(whole(question).strip())
        try:
            turn = replace(turn, within=chosen(choice, self._assistant.filter))
            yield self._with(turn)
            if not as_written and (asked_as := self._made_whole(turn, mode)):
                turn = replace(turn, asked_as=asked_as)
                yield self._with(turn)
            stop = threading.Event()
            answers = self._assistant.answers(turn.asked, mode=mode, filter=turn.within, stop=stop)
            quoted = next(answers)
        except PinciteError as error:
            yield self._with(replace(turn, problem=problem_of(error), settled=True))
            return
        except Exception:
            # The visitor is told before the error goes on to the log.
            yield self._with(replace(turn, problem=Problem("failed"), settled=True))
            raise
        if mode == "compose" and not quoted.abstained:
            turn = replace(turn, answer=quoted, settled=True, writing=True)
            self._wait(_Writing(turn, answers, stop))
            yield self._with(turn)
            return
        for step in reveal(quoted):
            yield self._with(replace(turn, answer=step, settled=step is quoted))

    def write(self) -> Iterator[Shown]:
        """Let a language model write the answers that wait for it, each sentence checked before it is shown."""
        while writing := self._next():
            turn = writing.turn
            with closing(_closable(writing.answers)) as answers:
                try:
                    for answer in answers:
                        turn = replace(turn, written=self._numbered(answer, turn))
                        yield self._with(turn)
                except PinciteError as error:
                    turn = replace(turn, problem=problem_of(error))
                except Exception:
                    # The visitor is told before the error goes on to the log.
                    turn = replace(turn, problem=Problem("failed"))
                    yield self._with(replace(turn, writing=False))
                    raise
                finally:
                    # Whoever leaves ends the writing.
                    writing.stop.set()
                    self._stops.pop(turn.number, None)
                    self._with(replace(turn, writing=False))
            yield self.shown

    def stop(self, number: object) -> None:
        """End the writing of a turn, and keep what was checked until then."""
        stop = self._stops.get(number) if isinstance(number, int) else None
        if stop is not None:
            stop.set()

    def leave(self) -> None:
        """End all writing: nobody reads it any more."""
        for stop in list(self._stops.values()):
            stop.set()

    def newly_done(self) -> tuple[Turn, ...]:
        """The turns that were answered since this was asked last, of which nothing more will come."""
        with self._lock:
            done = [turn for turn in self._turns if turn.done and turn.answer and turn.number not in self._told]
            self._told |= {turn.number for turn in done}
            return tuple(done)

    def restore(self, turns: Sequence[Turn]) -> None:
        """Begin with the turns of an earlier visit, if nothing was asked yet."""
        with self._lock:
            if not self._turns:
                self._turns = tuple(replace(turn, number=next(self._numbers)) for turn in turns[-TURNS_KEPT:])
                self._told |= {turn.number for turn in self._turns}

    def forget(self) -> None:
        """Drop every turn that is done."""
        with self._lock:
            self._turns = tuple(turn for turn in self._turns if not turn.done)

    def _begun(self, question: str) -> Turn:
        with self._lock:
            turn = Turn(next(self._numbers), question)
            self._turns = (*self._turns, turn)[-TURNS_KEPT:]
            return turn

    def _made_whole(self, turn: Turn, mode: Mode) -> str | None:
        """What the question means after the ones before it; None where it stands by itself."""
        before = [kept for kept in self._turns if kept.number < turn.number and kept.answer]
        earlier = [exchange_of(kept.asked, kept.answer) for kept in before]
        # A model takes its time: few questions wait for it at once, so that there is always room for quoted answers.
        model = self._assistant.model if mode == "compose" else None
        taken = model is not None and self._rewriting.acquire(blocking=False)
        try:
            made = standalone(turn.question, earlier, model if taken else None)
        finally:
            if taken:
                self._rewriting.release()
        return made.question if made.by != "none" else None

    def _wait(self, writing: _Writing) -> None:
        with self._lock:
            self._waiting.append(writing)
            self._stops[writing.turn.number] = writing.stop

    def _next(self) -> _Writing | None:
        with self._lock:
            return self._waiting.pop(0) if self._waiting else None

    @staticmethod
    def _numbered(answer: Answer, turn: Turn) -> Answer:
        return numbered_on(answer, turn.answer) if turn.answer else answer

    def _with(self, turn: Turn) -> Shown:
        with self._lock:
            self._turns = tuple(turn if kept.number == turn.number else kept for kept in self._turns)
        return self.shown


def _closable(answers: Iterator[Answer]) -> Generator[Answer, None, None]:
    """The same as a generator, which closes what it reads when it is closed."""
    try:
        yield from answers
    finally:
        close = getattr(answers, "close", None)
        if close:
            close()
