"""A card says where else its quote stands and who says otherwise, in the page's words and directions."""

from dataclasses import replace

import pytest

from rag.answer import Citation, Difference, Elsewhere
from tests.ui.test_render import FRENCH_QUESTION as QUESTION
from tests.ui.test_render import HOSTILE, Page, turn_of
from ui.agreement import render_also, render_differences
from ui.render import render_sources
from ui.strings import ARABIC, ENGLISH, FRENCH, Strings

CITATION = Citation(1, "a.pdf", "A", None, "en", 0, 4, "One.", "exact")
ALSO = replace(CITATION, also=(Elsewhere("b.pdf", "B", 3, 0, 4), Elsewhere("c.xlsx", "C", None, 0, 4, "Fees", 2)))
DIFFERING = replace(
    CITATION,
    differs_from=(2, 3),
    differences=(Difference(2, "412", "421"), Difference(3, "", "not"), Difference(2, "97", "102")),
)


@pytest.mark.parametrize(
    ("strings", "also", "badges"),
    [
        (
            ENGLISH,
            "Also in: b.pdf, page 3 · c.xlsx, sheet Fees, row 2",
            ["Differs from [2]: 412 / 421, 97 / 102", "Differs from [3]: — / not"],
        ),
        (
            FRENCH,
            "Aussi dans\u00a0: b.pdf, page 3 · c.xlsx, feuille Fees, ligne 2",
            ["Diffère de [2]\u00a0: 412 / 421, 97 / 102", "Diffère de [3]\u00a0: — / not"],
        ),
        (
            ARABIC,
            "ورد أيضًا في: b.pdf، الصفحة 3 · c.xlsx، الورقة Fees، الصف 2",
            ["يختلف عن [2]: 412 / 421، 97 / 102", "يختلف عن [3]: — / not"],
        ),
    ],
)
def test_in_the_pages_words(strings: Strings, also: str, badges: list[str]) -> None:
    assert Page(render_also(ALSO, strings)).texts["p"] == [also]
    assert Page(render_differences(7, DIFFERING, strings)).texts["p"] == ["".join(badges)]


def test_names_and_figures_keep_their_direction() -> None:
    assert Page(render_also(ALSO, ARABIC)).texts["bdi"] == ["b.pdf", "c.xlsx", "Fees"]
    figures = ["[2]", "412", "421", "97", "102", "[3]", "—", "not"]
    assert Page(render_differences(7, DIFFERING, ARABIC)).texts["bdi"] == figures


def test_only_cards_of_the_answer_are_linked() -> None:
    assert Page(render_also(ALSO, ENGLISH)).all("a") == []
    links = Page(render_differences(7, DIFFERING, ENGLISH)).all("a")
    assert [link["href"] for link in links] == ["#turn-7-source-2", "#turn-7-source-3"]


def test_nothing_is_shown_where_there_is_nothing() -> None:
    assert render_also(CITATION, ENGLISH) + render_differences(1, CITATION, ENGLISH) == ""


@pytest.mark.parametrize("text", HOSTILE)
def test_what_documents_say_is_no_markup(text: str) -> None:
    citation = replace(CITATION, also=(Elsewhere(text, text, None, 0, 1, text, 1),), differs_from=(2,))
    citation = replace(citation, differences=(Difference(2, text, text),))
    page = Page(render_also(citation, ENGLISH) + render_differences(1, citation, ENGLISH))
    assert {tag for tag, _ in page.elements} == {"a", "bdi", "p", "span"}
    shown = text.replace("\u202e", "[U+202E]")
    assert page.texts["bdi"] == [shown, shown, "[2]", shown, shown]


def test_a_card_has_both() -> None:
    turn = turn_of(QUESTION)
    assert turn.answer
    first, *others = turn.answer.citations
    first = replace(first, also=ALSO.also, differs_from=(2,), differences=DIFFERING.differences)
    answer = replace(turn.answer, citations=(first, *others))
    page = Page(render_sources([replace(turn, answer=answer)], ENGLISH))
    assert len(page.with_class("also")) == len(page.with_class("differs")) == len(page.with_class("badge")) == 1
