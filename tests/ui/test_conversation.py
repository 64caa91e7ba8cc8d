"""A visitor's conversation without a page: what is asked, what is written, what ends."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rag.answer import Answer, Mode
from rag.remark import Remark
from tests.rag.conversation.test_standalone import Scripted
from tests.ui.library import ANSWERS, Library
from tests.ui.test_render import Page
from tests.ui.writing import ENGLISH as QUESTION
from tests.ui.writing import QUOTED, SAID, STRUCK, Writing, written_steps
from ui.conversation import Conversation, Shown
from ui.render import render_conversation, render_sources
from ui.strings import ARABIC, ENGLISH, STRINGS, Strings
from ui.strings import FRENCH as FRENCH_WORDS
from ui.turn import Turn, numbered_on

FRENCH = next(iter(ANSWERS))
COMPOSE = {"mode": "compose"}


def last(steps: Iterator[Shown]) -> Page:
    return Page([conversation for conversation, _ in steps][-1])


def written_turn(strings: Strings = ENGLISH) -> Turn:
    quoted = Library().ask(QUESTION)
    written = numbered_on(written_steps(quoted)[-1], quoted)
    return Turn(1, QUESTION, quoted, settled=True, written=written)


def test_a_written_answer_is_numbered_on_from_the_quoted_one() -> None:
    quoted = Library().ask(QUESTION)
    step = written_steps(quoted)[-1]
    other = replace(step.citations[1], start=step.citations[1].start + 5, quote=step.citations[1].quote[5:])
    made = numbered_on(replace(step, citations=(step.citations[0], replace(other, differs_from=(1,)))), quoted)
    assert [citation.number for citation in quoted.citations] == [1, 2]
    assert [citation.number for citation in made.citations] == [2, 3]
    assert made.citations[1].differs_from == (2,)
    assert [statement.citations for statement in made.statements] == [(2,), (3,)]
    assert [removed.citations for removed in made.removed] == [(2,)]
    turn = Turn(1, QUESTION, quoted, settled=True, written=made)
    assert [citation.number for citation in turn.citations] == [1, 2, 3]
    page = Page(render_conversation([turn], ENGLISH) + render_sources([turn], ENGLISH))
    assert len(page.ids()) == len(set(page.ids()))
    assert {(a["href"] or "").lstrip("#") for a in page.all("a")} <= set(page.ids())


@pytest.mark.parametrize("strings", STRINGS.values(), ids=lambda strings: strings.language)
def test_written_sentences_say_their_status_and_removed_ones_their_reason(strings: Strings) -> None:
    turn = written_turn()
    html = render_conversation([turn], strings)
    page = Page(html)
    assert page.texts["h2"] == [strings.written, strings.quotes]
    assert [strings.is_supported, strings.is_quoted] == page.texts["span"][1:4:2]
    assert page.texts["del"] == [STRUCK]
    assert strings.reasons["another_number"] in html
    assert "<b>31.4</b>" in page.texts["bdi"]
    assert strings.removed.format(count=1) in page.texts["summary"]
    assert strings.written_by.format(model="tiny") in page.texts["p"]
    assert page.with_class("written")[0]["aria-live"] == "off"
    assert "button" not in page.texts or strings.stop not in page.texts["button"]


def test_what_a_model_writes_is_never_markup() -> None:
    evil = "<script>alert(1)</script>"
    turn = written_turn()
    assert turn.written
    statement = replace(turn.written.statements[0], text=evil)
    removed = replace(turn.written.removed[0], text=evil, reason=evil)
    written = replace(
        turn.written, statements=(statement,), removed=(removed,), remarks=(Remark("away", evil),), model=evil
    )
    page = Page(render_conversation([replace(turn, written=written, asked_as=evil, question=evil)], ENGLISH))
    assert "script" not in {tag for tag, _ in page.elements}
    assert page.texts["del"] == [evil]
    assert f"{ENGLISH.remarks['away']} {evil}." in page.texts["p"]
    assert page.with_class("edit")[0]["data-question"] == evil


def test_a_quoted_answer_is_there_before_anything_is_written() -> None:
    library = Writing()
    library.go = threading.Semaphore(0)
    conversation = Conversation(library, ENGLISH)
    page = last(conversation.ask(QUESTION, COMPOSE))
    assert library.questions == [(QUESTION, "compose")]
    assert page.with_class("turns")[0]["aria-busy"] == "false"
    assert page.with_class("written")[0]["data-writing"] == "true"
    assert page.with_class("stop")[0]["data-turn"] == "1"
    assert list(ANSWERS[QUESTION][1]) == [said for said in page.texts["span"] if said in ANSWERS[QUESTION][1]]
    assert conversation.newly_done() == ()
    library.go.release(3)
    steps = [Page(conversation) for conversation, _ in conversation.write()]
    said = [[text for text in page.texts["span"] if text in (SAID, QUOTED)] for page in steps]
    assert [SAID] in said
    assert steps[-1].with_class("written")[0]["data-writing"] == "false"
    assert [turn.question for turn in conversation.newly_done()] == [QUESTION]
    assert conversation.newly_done() == ()
    assert library.stops[0].is_set()  # nothing goes on behind it


def test_writing_that_is_stopped_keeps_what_was_checked() -> None:
    library = Writing()
    library.go = threading.Semaphore(1)
    conversation = Conversation(library, ENGLISH)
    last(conversation.ask(QUESTION, COMPOSE))
    steps = conversation.write()
    next(steps)
    for number in (7, "1", None):
        conversation.stop(number)
    assert not library.stops[0].is_set()
    conversation.stop(1)
    page = last(steps)
    assert ENGLISH.remarks["stopped"] in page.texts["p"]
    assert SAID in page.texts["span"]
    assert "del" not in page.texts


def test_a_visitor_who_leaves_ends_the_writing() -> None:
    library = Writing()
    conversation = Conversation(library, ENGLISH)
    last(conversation.ask(QUESTION, COMPOSE))
    steps = conversation.write()
    next(steps)
    steps.close()  # type: ignore[attr-defined]
    assert library.stops[0].is_set()
    assert not conversation.turns[0].writing


def test_a_model_that_fails_leaves_the_quoted_answer() -> None:
    class Failing(Writing):
        def _written(self, quoted: Answer, stop: threading.Event) -> Iterator[Answer]:
            yield written_steps(quoted)[0]
            raise RuntimeError("secret detail")

    conversation = Conversation(Failing(), FRENCH_WORDS)
    last(conversation.ask(QUESTION, COMPOSE))
    steps = []
    with pytest.raises(RuntimeError):
        steps.extend(shown for shown in conversation.write())
    turn = conversation.turns[0]
    assert turn.done
    page = Page(steps[-1][0])
    assert FRENCH_WORDS.problems["failed"] in page.texts["p"]
    assert page.with_class("written")[0]["data-writing"] == "false"
    assert "secret detail" not in steps[-1][0]
    assert turn.answer == Library().ask(QUESTION, mode="compose")


@pytest.mark.parametrize(("question", "choice"), [("Who won?", COMPOSE), (QUESTION, None), (QUESTION, {"mode": 7})])
def test_nothing_is_written_where_nothing_answers_or_quotes_were_asked_for(question: str, choice: object) -> None:
    library = Writing()
    conversation = Conversation(library, ENGLISH)
    page = last(conversation.ask(question, choice))
    assert page.with_class("written") == []
    assert list(conversation.write()) == []
    assert library.stops == []


def test_without_a_model_an_answer_is_quoted_whatever_is_asked_for() -> None:
    modes: list[Mode] = []

    class Quoting(Writing):
        can_compose = False

        def ask(self, *arguments: object, mode: Mode = "quote", **more: object) -> Answer:
            modes.append(mode)
            return super().ask(*arguments, mode=mode, **more)  # type: ignore[arg-type]

    last(Conversation(Quoting(), ENGLISH).ask(QUESTION, COMPOSE))
    assert modes == ["quote"]


def test_a_follow_up_is_asked_as_it_stands_by_itself_and_says_so() -> None:
    library = Writing()
    conversation = Conversation(library, ARABIC)
    last(conversation.ask(FRENCH))
    page = last(conversation.ask("et en 2024 ?"))
    meant = FRENCH.replace("2023", "2024")
    assert library.questions[-1] == (meant, "quote")
    assert page.with_class("edit")[0]["data-question"] == meant
    assert page.with_class("original")[0]["data-question"] == "et en 2024 ?"
    assert page.texts["bdi"].count(meant) == 1
    last(conversation.ask("et en 2024 ?", as_written=True))
    assert library.questions[-1] == ("et en 2024 ?", "quote")
    assert conversation.turns[-1].asked_as is None


def test_a_model_makes_a_question_whole_where_sentences_are_asked_for() -> None:
    class Rewriting(Writing):
        @property
        def model(self) -> Scripted:
            return Scripted(f"{QUESTION[:-1]} of minors?")

    library, follow_up = Rewriting(), "And of minors?"
    conversation = Conversation(library, ENGLISH)
    last(conversation.ask(QUESTION))
    last(conversation.ask(follow_up))
    last(conversation.ask(follow_up, COMPOSE))
    assert [question for question, _ in library.questions[1:]] == [
        f"{follow_up} ({QUESTION[:-1]})", f"{QUESTION[:-1]} of minors?",
    ]  # fmt: skip


def test_a_question_goes_on_from_no_other_visitors() -> None:
    library = Writing()
    last(Conversation(library, ENGLISH).ask(FRENCH))
    last(Conversation(library, ENGLISH).ask("et en 2024 ?"))
    assert library.questions[-1] == ("et en 2024 ?", "quote")


def test_a_conversation_is_taken_up_and_dropped() -> None:
    conversation = Conversation(Library(), ENGLISH)
    kept = [Turn(0, f"{number}", Library().ask(QUESTION), settled=True) for number in range(50)]
    conversation.restore(kept)
    assert [turn.number for turn in conversation.turns] == list(range(1, 41))
    assert conversation.turns[-1].question == "49"
    assert conversation.newly_done() == ()  # they are kept already
    conversation.restore(kept)
    assert len(conversation.turns) == 40
    conversation.forget()
    assert conversation.turns == ()
