"""The page in Chromium: what a person sees and can do, and what the browser is made to fetch and run."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.document import Document
from index.errors import IndexDamagedError, QuestionError
from index.filters import Filter
from rag.answer import Answer, Mode
from tests.ui.browsing import BOX, ask, needs_chromium, serving
from tests.ui.library import ABSTENTIONS, ANSWERS, DOCUMENTS, Library, answer_of, passage_of
from tests.ui.test_render import HOSTILE
from ui.strings import ARABIC as WORDS
from ui.strings import FRENCH as FRENCH_WORDS
from ui.strings import STRINGS, Strings

ROOT = Path(__file__).parents[2]
FRENCH, ENGLISH, ARABIC = ANSWERS


class Busy(Library):
    """Refuses one question, lacks an index for another, fails on a third."""

    def ask(self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None) -> Answer:
        if question == "refuse":
            raise QuestionError("the question is too long: shorten it")
        if question == "damage":
            raise IndexDamagedError("the index in <b>x</b> is damaged: rebuild it")
        if question == "fail":
            raise RuntimeError("secret detail")
        return super().ask(question, mode=mode, k=k, filter=filter)


class Hostile(Library):
    """Every document, title, id and answer is an attempt to get into the page."""

    def __init__(self) -> None:
        super().__init__(tuple(Document(f"{t}/{t}", t, "en", f"Before. {t} After.") for t in HOSTILE))

    def ask(self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None) -> Answer:
        quotes = [(document, document.title) for document in self.known.values()]
        passages = tuple(passage_of(document, document.text, 1.0) for document in self.known.values())
        return answer_of(question, "en", quotes, passages)


@pytest.fixture(scope="module")
def library() -> Library:
    return Busy()


@pytest.fixture(scope="module")
def address(library: Library) -> Iterator[str]:
    with serving(library) as address:
        yield address


def shown_sources(page: Any) -> list[str]:
    return [mark.inner_text() for mark in page.locator("#sources mark:visible").all()]


@needs_chromium
@pytest.mark.browser
def test_an_answer_and_its_sources_lead_to_each_other(visit: Callable[..., Any], address: str) -> None:
    page = visit(address)
    assert "Documents: 4" in page.inner_text("#header")
    ask(page, ENGLISH)
    quotes = list(ANSWERS[ENGLISH][1])
    assert page.locator(".said").all_inner_texts() == quotes
    assert shown_sources(page) == quotes
    assert page.input_value(BOX) == ""
    page.click(".marker >> nth=1")
    card = page.locator("#turn-1-source-2")
    assert "is-target" in (card.get_attribute("class") or "")
    assert page.evaluate("document.activeElement.id") == "turn-1-source-2"
    card.locator("a.back").click()
    assert page.evaluate("document.activeElement.id") == "turn-1-marker-2"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "turn-1-source-2"
    assert page.url.rstrip("/") == address


@needs_chromium
@pytest.mark.browser
def test_earlier_answers_keep_their_sources(visit: Callable[..., Any], address: str) -> None:
    page = visit(address)
    for question in (FRENCH, ENGLISH, "Who won?"):
        ask(page, question)
    assert page.locator(".turn .question").all_inner_texts() == [FRENCH, ENGLISH, "Who won?"]
    assert ABSTENTIONS["en"] in page.inner_text("#turn-3")
    assert page.locator("#sources .card.closest:visible").count() == 5
    assert shown_sources(page) == []
    page.click("#turn-1 .marker >> nth=0")
    assert shown_sources(page) == list(ANSWERS[FRENCH][1])
    page.click("#turn-2 .show-sources")
    assert shown_sources(page) == list(ANSWERS[ENGLISH][1])
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(element => element.id)")
    assert len(ids) == len(set(ids))


@needs_chromium
@pytest.mark.browser
def test_examples_are_asked_by_a_click(visit: Callable[..., Any], address: str) -> None:
    page = visit(address)
    assert sorted(page.locator("button.example").evaluate_all("all => all.map(one => one.lang)")) == [
        "ar", "en", "es", "fr",
    ]  # fmt: skip
    question = page.locator("button.example").first.inner_text()
    page.locator("button.example").first.click()
    page.wait_for_selector(".turns[aria-busy=false]")
    assert page.inner_text(".turn .question") == question


@needs_chromium
@pytest.mark.browser
def test_a_choice_of_documents_goes_with_each_question_until_it_is_cleared(
    visit: Callable[..., Any], address: str, library: Library
) -> None:
    page = visit(address)
    assert page.inner_text(".look summary").split("\n") == ["Look in:", "all documents"]
    page.press(BOX, "Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.value") == "ar"
    page.keyboard.press("Space")
    page.check(".look input[name=formats][value=plain]")
    page.fill(".look input[name=until]", "2024-05-01")
    page.locator(".look input[name=until]").press("Escape")
    assert not page.is_visible(".look .fields")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    assert page.inner_text(".look .chosen") == "Arabic · Text · until 1 May 2024"
    ask(page, ARABIC)
    assert library.filters[-1] == Filter(library.filter.groups, (), ("ar",), None, "2024-05-01", ("plain",))
    assert page.inner_text("#turn-1 .within") == "Only in: Arabic · Text · until 1 May 2024"
    page.click(".look .clear")
    ask(page, ARABIC)
    assert library.filters[-1] is None
    assert page.locator(".within").all_inner_texts() == ["Only in: Arabic · Text · until 1 May 2024"]
    assert page.inner_text(".look .chosen") == "all documents"
    assert not page.is_visible(".look .clear")


@needs_chromium
@pytest.mark.browser
def test_a_choice_that_cannot_be_is_told(visit: Callable[..., Any], address: str, library: Library) -> None:
    page = visit(address, locale="ar", viewport={"width": 360, "height": 740})
    asked = len(library.filters)
    page.click(".look summary")
    box = page.locator(".look .fields").bounding_box()
    assert (box["x"] >= 0, box["y"] >= 0, box["x"] + box["width"] <= 360) == (True, True, True)
    page.fill(".look input[name=since]", "2024-05-02")
    page.fill(".look input[name=until]", "2024-05-01")
    ask(page, ARABIC)
    assert not page.is_visible(".look .fields")
    assert page.inner_text(".problem") == WORDS.problems["dates"]
    assert len(library.filters) == asked
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("strings", STRINGS.values(), ids=lambda strings: strings.language)
def test_a_question_that_gets_no_answer_says_why(visit: Callable[..., Any], address: str, strings: Strings) -> None:
    page = visit(address, locale=strings.language, viewport={"width": 390, "height": 800})
    page.press(BOX, "Enter")
    page.click("#ask")
    page.wait_for_timeout(300)
    assert page.locator("button.example").count() == 4
    ask(page, "refuse")
    assert page.inner_text(".problem") == strings.problems["question"].format(most=2000)
    ask(page, "damage")
    detail = "The index in <b>x</b> is damaged: rebuild it."
    assert page.inner_text("#turn-2 .problem").split("\n") == [strings.problems["index"], detail]
    assert page.inner_text("#turn-2 .problem [lang=en][dir=ltr]") == detail
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ask(page, FRENCH)
    page.set_viewport_size({"width": 1280, "height": 800})
    assert shown_sources(page) == list(ANSWERS[FRENCH][1])


@needs_chromium
@pytest.mark.browser
def test_what_got_into_the_page_all_the_same_would_not_run(browser: Any, address: str) -> None:
    page = browser.new_context().new_page()
    page.goto(address)
    page.wait_for_selector("button.example")
    for markup in (
        "<p id=p onclick='window.ran = 1'>p</p>",
        "<a id=p href='javascript:window.ran = 1'>p</a>",
        "<iframe id=p srcdoc='<script>parent.ran = 1</script>'></iframe>",
    ):
        page.evaluate("markup => document.body.insertAdjacentHTML('beforeend', markup)", markup)
        page.evaluate("document.getElementById('p').click()")
        page.wait_for_timeout(200)
        assert page.evaluate("document.getElementById('p').remove(), window.ran") is None
    page.context.close()


@needs_chromium
@pytest.mark.browser
def test_a_failure_is_told_without_its_details(browser: Any, address: str) -> None:
    context = browser.new_context(locale="fr")
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("button.example")
    ask(page, "fail")
    assert page.inner_text(".problem") == FRENCH_WORDS.problems["failed"]
    assert "secret detail" not in page.content()
    context.close()


@needs_chromium
@pytest.mark.browser
def test_arabic_reads_from_the_right_block_by_block(visit: Callable[..., Any], address: str) -> None:
    page = visit(address, locale="ar")
    assert page.evaluate("document.documentElement.dir + document.documentElement.lang") == "rtlar"
    ask(page, ARABIC)
    directions = "all => all.map(one => getComputedStyle(one).direction)"
    assert page.locator(".statement").evaluate_all(directions) == ["rtl", "ltr"]
    assert page.locator("#sources blockquote").evaluate_all(directions) == ["rtl", "ltr"]
    assert page.locator("#sources").bounding_box()["x"] < page.locator("#conversation").bounding_box()["x"]
    assert page.evaluate(f"document.querySelector('{BOX}').dir") == "auto"
    other = visit(address)
    ask(other, ARABIC)
    assert other.locator(".statement").evaluate_all(directions) == ["rtl", "ltr"]
    assert other.locator("#sources").bounding_box()["x"] > other.locator("#conversation").bounding_box()["x"]


@needs_chromium
@pytest.mark.browser
def test_a_quote_is_copied_with_its_title_and_place(visit: Callable[..., Any], address: str) -> None:
    page = visit(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, ENGLISH)
    page.click("#turn-1-source-1 .copy")
    page.wait_for_selector("#turn-1-source-1 .copy >> text=Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{ANSWERS[ENGLISH][1][0]}”\n— {DOCUMENTS[2].title} (en/inspectors.md, page 3, ")


@needs_chromium
@pytest.mark.browser
def test_nothing_from_documents_or_questions_runs(visit: Callable[..., Any]) -> None:
    with serving(Hostile()) as address:
        page = visit(address)
        questions = [HOSTILE[0], HOSTILE[1], " ".join(HOSTILE[2:])]
        for question in questions:
            ask(page, question)
        assert page.locator(".turn .question").all_inner_texts() == questions
        assert (
            page.locator("#turn-3-sources").locator("mark").evaluate_all("all => all.map(one => one.textContent)")
            == HOSTILE
        )
        made = "script, img, svg, iframe, b, strong, em, code, h1, a[href^=javascript]"
        assert page.locator("#conversation, #sources, #look-in").locator(made).count() == 0
        assert page.locator(".look input[name=folders]").count() == len(HOSTILE)
        page.context.close()


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize(("language", "question"), [("en", ENGLISH), ("fr", FRENCH), ("ar", ARABIC)])
def test_it_fits_wide_and_narrow_in_light_and_dark(
    visit: Callable[..., Any], address: str, language: str, question: str
) -> None:
    pictures = ROOT / "artifacts"
    pictures.mkdir(exist_ok=True)
    page = visit(address, locale=language, reduced_motion="reduce")
    page.screenshot(path=pictures / f"page-{language}-welcome.png")
    ask(page, question)
    for scheme, ground in (("light", "rgb(247, 245, 240)"), ("dark", "rgb(21, 24, 27)")):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"getComputedStyle(document.body).backgroundColor === '{ground}'")
        wide = {name: page.locator(name).bounding_box() for name in ("#conversation", "#sources", "#composer")}
        assert wide["#conversation"]["y"] == wide["#sources"]["y"]
        assert wide["#composer"]["y"] + wide["#composer"]["height"] == pytest.approx(800, abs=1)
        page.screenshot(path=pictures / f"page-{language}-{scheme}-1280.png")
        page.set_viewport_size({"width": 390, "height": 800})
        narrow = {name: page.locator(name).bounding_box() for name in wide}
        assert narrow["#sources"]["y"] >= narrow["#conversation"]["y"] + narrow["#conversation"]["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("#composer").bounding_box()["y"] < 800
        assert page.locator(".card").first.evaluate("one => getComputedStyle(one).animationName") == "none"
        page.screenshot(path=pictures / f"page-{language}-{scheme}-390.png")


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [":root", ".dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "paper"), ("ink", "sheet"), ("ink", "accent-wash"), ("soft", "paper"), ("soft", "sheet"),
        ("accent", "paper"), ("accent", "sheet"), ("accent", "accent-wash"), ("accent-ink", "accent"),
        ("mark-ink", "mark"), ("doubt", "sheet"), ("doubt", "doubt-wash"), ("doubt", "paper"),
    ],
)  # fmt: skip
def test_text_stands_out_from_its_ground(scheme: str, text: str, ground: str) -> None:
    style = (ROOT / "ui" / "page.css").read_text(encoding="utf-8")
    block = re.search(re.escape(scheme) + r" \{(.*?)\}", style, re.DOTALL)
    assert block
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block[1]))
    assert contrast(colours[text], colours[ground]) >= 4.5
