"""What went otherwise than it should, in every language of the page."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import get_args

import pytest

from rag.answer import Answer
from rag.remark import Remark, RemarkKind
from tests.ui.library import Library
from tests.ui.test_render import HOSTILE, Page
from tests.ui.writing import ENGLISH as QUESTION
from ui.problems import DETAILED, Problem, ProblemKind
from ui.render import render_conversation
from ui.render_check import render_check
from ui.render_told import problem_words, render_problem, render_remark
from ui.strings import ENGLISH, FRENCH, STRINGS, Strings
from ui.turn import Turn

REASON = "tiny at 127.0.0.1:1 cannot be reached; check that it runs"
SHOWN = '<span class="detail" lang="en" dir="ltr">Tiny at 127.0.0.1:1 cannot be reached; check that it runs.</span>'
DETAIL = re.compile(r'<span class="detail" lang="en" dir="ltr">[^<]*</span>')
REMARKS: tuple[RemarkKind, ...] = get_args(RemarkKind)
PROBLEMS: tuple[ProblemKind, ...] = get_args(ProblemKind)
OTHERS = [strings for strings in STRINGS.values() if strings is not ENGLISH]
# Of which every English sentence here has one, and no other language any.
ENGLISH_WORDS = {"the", "that", "what", "was", "is", "cannot", "could", "something", "there"}


def english(html: str) -> set[str]:
    """What can only be English in what is not marked as such."""
    text = unescape(re.sub(r"<[^>]*>", " ", DETAIL.sub("", html)))
    return ENGLISH_WORDS & set(re.findall(r"\w+", text.lower()))


def remark_of(kind: RemarkKind) -> Remark:
    return Remark(kind, REASON if kind in ("away", "broke_off") else "", 1, 3)


def turn_of(*remarks: Remark) -> Turn:
    quoted: Answer = Library().ask(QUESTION, mode="compose")
    return Turn(1, QUESTION, quoted, settled=True, written=replace(quoted, remarks=remarks, model="tiny"))


@pytest.mark.parametrize("strings", STRINGS.values(), ids=lambda strings: strings.language)
def test_every_language_has_words_for_all_of_it(strings: Strings) -> None:
    assert strings.remarks.keys() == set(REMARKS)
    assert strings.problems.keys() == set(PROBLEMS)
    assert all(strings.remarks.values())
    assert all(strings.problems.values())


@pytest.mark.parametrize("strings", OTHERS, ids=lambda strings: strings.language)
@pytest.mark.parametrize("kind", REMARKS)
def test_below_a_written_answer_no_english_stands_unmarked(strings: Strings, kind: RemarkKind) -> None:
    html = render_conversation([turn_of(remark_of(kind))], strings)
    notes = "".join(re.findall(r'<p class="note.*?</p>', html))
    assert strings.remarks[kind].format(count=1, of=3) in notes
    assert (SHOWN in notes) == (kind in ("away", "broke_off"))
    assert english(ENGLISH.remarks[kind])
    assert not english(notes)


@pytest.mark.parametrize("strings", OTHERS, ids=lambda strings: strings.language)
@pytest.mark.parametrize("kind", PROBLEMS)
def test_in_place_of_an_answer_no_english_stands_unmarked(strings: Strings, kind: ProblemKind) -> None:
    html = render_problem(Problem(kind, REASON if kind in DETAILED else ""), strings)
    assert strings.problems[kind].format(most=2000) in html
    assert (SHOWN in html) == (kind in DETAILED)
    assert "{" not in html
    assert english(ENGLISH.problems[kind])
    assert not english(html)


def test_everything_that_went_otherwise_is_told_and_a_stop_is_no_warning() -> None:
    stopped, left = Remark("stopped"), Remark("quotes_left_out", count=2, of=3)
    page = Page(render_conversation([turn_of(stopped, left)], ENGLISH))
    assert [said for said in page.texts["p"] if said in ENGLISH.remarks.values()] == [ENGLISH.remarks["stopped"]]
    assert "Quotes that the model was not given, for lack of room: 2 of 3." in page.texts["p"]
    assert len(page.with_class("notice")) == 1
    assert "notice" not in render_conversation([turn_of()], ENGLISH)


def test_while_more_may_come_nothing_is_told() -> None:
    turn = replace(turn_of(Remark("quotes_left_out", count=2, of=3)), writing=True)
    assert "notice" not in render_conversation([turn], ENGLISH)


@pytest.mark.parametrize("strings", STRINGS.values(), ids=lambda strings: strings.language)
def test_the_check_view_has_the_pages_words_for_every_problem(strings: Strings) -> None:
    (view,) = Page(render_check(strings)).with_class("check")
    problems = json.loads(view["data-problems"] or "")
    assert {kind: problem["words"] for kind, problem in problems.items()} == problem_words(strings)
    assert {kind for kind, problem in problems.items() if problem["detailed"]} == DETAILED


@pytest.mark.parametrize("text", HOSTILE)
def test_what_an_error_says_is_no_markup(text: str) -> None:
    for html in (render_remark(Remark("away", text), ENGLISH), render_problem(Problem("other", text), ENGLISH)):
        page = Page(html)
        assert {tag for tag, _ in page.elements} == {"p", "span"}
        assert text[1:] in page.texts["span"][0]


def test_french_keeps_its_signs_with_their_words() -> None:
    said = [getattr(FRENCH, name) for name in FRENCH.__slots__]
    texts = [text for value in said for text in (value.values() if isinstance(value, dict) else [value])]
    assert [text for text in texts if isinstance(text, str) and re.search("[ \u202f][:;?!»]|« ", text)] == []
