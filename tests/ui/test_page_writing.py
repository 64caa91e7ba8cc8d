"""The page in Chromium: answers in sentences, follow-ups, histories and drafts."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.filters import Filter
from index.view import View
from rag.answer import Answer
from rag.remark import Remark
from tests.rag.check.desk import WordVerifier, opened
from tests.ui.browsing import BOX, ask, needs_chromium, serving
from tests.ui.library import ANSWERS, Library
from tests.ui.writing import ENGLISH, FRENCH, QUOTED, SAID, STRUCK, Writing
from ui.accounts import Accounts, Histories
from ui.problems import DETAILED
from ui.strings import ARABIC, STRINGS, Strings
from ui.strings import ENGLISH as WORDS

pytestmark = [needs_chromium, pytest.mark.browser]
ROOT = Path(__file__).parents[2]


def test_an_answer_is_written_below_the_question_and_can_be_stopped(visit: Callable[..., Any]) -> None:
    library = Writing()
    library.go = threading.Semaphore(0)
    with serving(library) as address:
        page = visit(address)
        assert page.is_checked(".mode input[value=quote]")
        page.check(".mode input[value=compose]")
        ask(page, ENGLISH)
        quotes = page.locator(".reply > .statement .said")
        assert quotes.all_inner_texts() == list(ANSWERS[ENGLISH][1])
        assert page.locator(".written .statement").count() == 0
        library.go.release()
        page.wait_for_selector(".written .statement")
        assert page.inner_text(".written .said") == SAID
        assert page.inner_text(".written .status") == WORDS.is_supported
        page.wait_for_function("document.querySelector('#announced').textContent.includes('in debt')")
        library.go.release(2)
        page.wait_for_selector(".written[data-writing=false]")
        assert page.locator(".written .said").all_inner_texts() == [SAID, QUOTED]
        assert not page.is_visible("del")
        page.click(".removed summary")
        assert page.inner_text("del") == STRUCK
        assert WORDS.reasons["another_number"] in page.inner_text(".removed")
        page.click(".written .marker >> nth=1")
        assert page.evaluate("document.activeElement.id") == "turn-1-source-3"
        page.click("#turn-1-source-3 a.back")
        assert page.evaluate("document.activeElement.closest('.written') !== null")
        # Another one is stopped after its first sentence.
        ask(page, ENGLISH)
        library.go.release()
        page.wait_for_selector("#turn-2 .written .statement")
        page.click("#turn-2 .stop")
        page.wait_for_selector("#turn-2 .written[data-writing=false]")
        assert page.locator("#turn-2 .written .said").all_inner_texts() == [SAID]
        assert WORDS.remarks["stopped"] in page.inner_text("#turn-2 .written")
        # Whoever leaves ends the writing.
        ask(page, ENGLISH)
        while len(library.stops) < 3:
            page.wait_for_timeout(20)
        page.context.close()
        assert library.stops[2].wait(15)


def test_a_written_answer_fits_a_narrow_arabic_page(visit: Callable[..., Any]) -> None:
    with serving(Writing()) as address:
        page = visit(address, locale="ar", viewport={"width": 390, "height": 800})
        page.check(".mode input[value=compose]")
        ask(page, ENGLISH)
        page.wait_for_selector(".written[data-writing=false]")
        assert page.evaluate("getComputedStyle(document.querySelector('.written')).direction") == "rtl"
        assert page.evaluate("getComputedStyle(document.querySelector('.written .statement')).direction") == "ltr"
        assert page.inner_text(".written .status >> nth=0") == ARABIC.is_supported
        page.click(".history summary")
        menu = page.locator(".history .menu").bounding_box()
        assert menu["x"] >= 0
        assert menu["x"] + menu["width"] <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.keyboard.press("Escape")
        assert not page.is_visible(".history .menu")


def test_a_follow_up_is_shown_as_it_was_asked_and_can_be_changed(visit: Callable[..., Any]) -> None:
    library = Library()
    asked: list[str] = []

    def answers(question: str, **more: Any) -> Any:
        asked.append(question)
        return iter([library.ask(question)])

    library.answers = answers  # type: ignore[method-assign]
    meant = FRENCH.replace("2023", "2024")
    with serving(library) as address:
        page = visit(address)
        ask(page, FRENCH)
        ask(page, "et en 2024 ?")
        assert page.inner_text("#turn-2 .question") == "et en 2024 ?"
        assert page.inner_text("#turn-2 .standalone") == meant
        page.click("#turn-2 .edit")
        assert page.input_value(BOX) == meant
        assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
        page.press(BOX, "Enter")
        page.wait_for_selector("#turn-3")
        page.wait_for_selector(".turns[aria-busy=false]")
        assert page.locator("#turn-3 .standalone").count() == 0
        page.click("#turn-2 .original")
        page.wait_for_selector("#turn-4")
        page.wait_for_selector(".turns[aria-busy=false]")
        assert page.inner_text("#turn-4 .question") == "et en 2024 ?"
        assert asked == [FRENCH, meant, meant, "et en 2024 ?"]


def test_a_history_is_kept_in_the_browser_given_back_and_deleted(visit: Callable[..., Any]) -> None:
    with serving(Writing()) as address:
        page = visit(address)
        ask(page, FRENCH)
        page.check(".mode input[value=compose]")
        ask(page, ENGLISH)
        page.wait_for_selector(".written[data-writing=false]")
        page.wait_for_function("JSON.parse(localStorage.getItem('pincite.history') || '[]').length === 2")
        page.reload()
        page.wait_for_selector("#turn-2 .removed")
        assert page.locator(".turn .question").all_inner_texts() == [FRENCH, ENGLISH]
        assert page.locator("#turn-2-sources mark").all_inner_texts() == [*ANSWERS[ENGLISH][1], QUOTED]
        assert page.locator("#turn-2 .written .said").all_inner_texts() == [SAID, QUOTED]
        ask(page, "et en 2024 ?")  # goes on from what was given back
        page.click(".history summary")
        assert WORDS.history_here in page.inner_text(".history .menu")
        with page.expect_download() as saved:
            page.click(".as-markdown")
        text = Path(saved.value.path()).read_text("utf-8")
        assert text.count("## ") == 3
        assert f"> {QUOTED}" in text
        with page.expect_download() as saved:
            page.click(".as-json")
        assert len(json.loads(Path(saved.value.path()).read_text("utf-8"))["turns"]) == 3
        page.click(".delete-history")
        page.wait_for_selector("button.example")
        assert page.inner_text(".history .told") == WORDS.history_deleted
        page.reload()
        page.wait_for_selector("button.example")
        assert page.locator(".turn").count() == 0


def test_a_history_on_the_server_is_its_users_alone(visit: Callable[..., Any], tmp_path: Path) -> None:
    accounts = Accounts("X-Remote-User", Histories(tmp_path))
    with serving(Library(), accounts) as address:
        page = visit(address, extra_http_headers={"X-Remote-User": "ana <b>"})
        ask(page, FRENCH)
        while not accounts.kept("ana <b>"):
            page.wait_for_timeout(20)
        assert page.evaluate("localStorage.getItem('pincite.history')") is None
        other = visit(address, extra_http_headers={"X-Remote-User": "ben"})
        assert other.locator(".turn").count() == 0
        again = page.context.new_page()
        again.goto(address)
        again.wait_for_selector("#turn-1")
        assert again.inner_text("#turn-1 .question") == FRENCH
        again.click(".history summary")
        assert WORDS.history_there.format(user="ana <b>") in again.inner_text(".history .menu")
        again.click(".delete-history")
        again.wait_for_selector("button.example")
        assert accounts.kept("ana <b>") == []


class Checking(Library):
    """A library whose drafts are checked by words, against an index."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view

    @property
    def verifier(self) -> Any:
        return WordVerifier()

    def view(self, filter: Filter | None = None) -> View:
        return self._view


@pytest.mark.parametrize("width", [1280, 390])
def test_a_draft_is_checked_on_the_page(visit: Callable[..., Any], tmp_path: Path, width: int) -> None:
    draft = "The hotline received 4812 calls in 2024. The hotline received 4900 calls in 2024 <script>x</script>."
    with opened(tmp_path) as view, serving(Checking(view)) as address:
        page = visit(address, viewport={"width": width, "height": 800})
        page.click(".views a >> nth=1")
        assert not page.is_visible("#desk")
        page.click(".check [type=submit]")
        assert page.inner_text(".check .state") == WORDS.check_empty
        page.fill(".check textarea", draft)
        page.click(".check [type=submit]")
        page.wait_for_selector(".check .downloads:visible")
        frame = page.frame_locator("iframe.checked")
        frame.get_by_text("contradicted").first.wait_for()
        assert page.inner_text(".check .state") == WORDS.check_done
        assert frame.locator("script").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        frame.locator("a[href^='#']").first.click()
        assert frame.locator("body").count() == 1  # the page itself was not loaded in its frame
        for format in ("html", "docx", "json"):
            with page.expect_download() as saved:
                page.click(f".save[data-format={format}]")
            assert saved.value.suggested_filename == f"checked.{format}"
            assert Path(saved.value.path()).stat().st_size > 500
        page.click(".views a >> nth=0")
        assert page.is_visible("#desk")


@pytest.mark.parametrize("strings", STRINGS.values(), ids=lambda strings: strings.language)
def test_a_draft_that_cannot_be_checked_is_told_in_the_pages_language(
    visit: Callable[..., Any], tmp_path: Path, strings: Strings
) -> None:
    with serving(Library()) as address:
        page = visit(address, locale=strings.language, viewport={"width": 390, "height": 800})
        page.click(".views a >> nth=1")
        for name, data, kind in (
            ("draft.xlsx", b"x", "draft_kind"),
            ("draft.md", b" ", "draft_empty"),
            ("draft.docx", b"x", "draft_unreadable"),
            ("draft.md", b"It leaks.", "other"),  # this library has no view
        ):
            (tmp_path / name).write_bytes(data)
            page.set_input_files(".check [type=file]", tmp_path / name)
            page.click(".check [type=submit]")
            page.wait_for_selector(f".check .state.problem >> text={strings.problems[kind]}")
            said = page.inner_text(".check .state").split("\n")
            details = page.locator(".check .state [lang=en][dir=ltr]").all_inner_texts()
            assert said == [strings.problems[kind], *details]
            assert len(details) == (kind in DETAILED)
            assert all("draft.docx" in detail.lower() for detail in details if kind == "draft_unreadable")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("strings", STRINGS.values(), ids=lambda strings: strings.language)
def test_a_server_that_is_lost_is_told_in_the_pages_language(browser: Any, strings: Strings) -> None:
    context = browser.new_context(locale=strings.language, viewport={"width": 390, "height": 800})
    page = context.new_page()
    with serving(Library()) as address:
        page.goto(address)
        page.wait_for_selector("button.example")
    page.fill(BOX, ENGLISH)
    page.press(BOX, "Enter")
    page.wait_for_selector(".toast-body .lost")
    assert page.inner_text(".toast-body").replace("×", "").strip() == strings.lost
    context.close()


@pytest.mark.parametrize("strings", STRINGS.values(), ids=lambda strings: strings.language)
def test_a_model_that_is_away_is_told_in_the_pages_language(visit: Callable[..., Any], strings: Strings) -> None:
    class Away(Writing):
        def _written(self, quoted: Answer, stop: threading.Event) -> Iterator[Answer]:
            yield replace(quoted, remarks=(Remark("away", "tiny at 127.0.0.1:1 cannot be reached"),), model="tiny")

    with serving(Away()) as address:
        page = visit(address, locale=strings.language, viewport={"width": 390, "height": 800})
        page.check(".mode input[value=compose]")
        ask(page, ENGLISH)
        page.wait_for_selector(".written[data-writing=false]")
        detail = "Tiny at 127.0.0.1:1 cannot be reached."
        assert page.inner_text(".written .note").split("\n") == [strings.remarks["away"], detail]
        assert page.inner_text(".written .note [lang=en][dir=ltr]") == detail
