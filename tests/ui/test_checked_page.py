"""The page of a checked draft: what it says, and that nothing in a draft or a source gets into it as markup."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.check.checked import CheckedDraft
from tests.ui.checked import ARABIC, checked, full, pincite
from tests.ui.test_render import HOSTILE
from ui.checked_page import checked_page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


HOSTILE_DRAFT = "".join(HOSTILE) + ". In 1999 it leaked. It was 1999."


class Outline(HTMLParser):
    """The elements of a page, its ids and links, and that every element is closed."""

    VOID = frozenset(("meta", "br"))

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def hostile(found: CheckedDraft) -> CheckedDraft:
    evil = tuple(pincite(h, h, title=h, sheet=h, language=h) for h in HOSTILE)
    every = "".join(HOSTILE)
    sentences, quotations, references = [], [], []
    for s in found.sentences:
        differences = tuple(replace(d, stated=h, found=h) for d in s.differences for h in HOSTILE)
        sentences.append(replace(s, evidence=evil, against=evil, reason=every, text=every, differences=differences))
    for q in found.quotations:
        pieces = tuple(replace(p, said=h, found=h) for p in q.pieces for h in HOSTILE)
        quotations += [replace(q, source=evil[0], nearest=evil[1], text=h, pieces=pieces) for h in HOSTILE]
    for r in found.references:
        references += [replace(r, text=h, target=h, documents=(h, h)) for h in HOSTILE]
    draft = replace(found.draft, title=every, name=every, language=every)
    return replace(
        found, draft=draft, sentences=tuple(sentences), quotations=tuple(quotations), references=tuple(references)
    )


@pytest.mark.parametrize("found", [full(), hostile(full()), checked(ARABIC), checked(HOSTILE_DRAFT)])
def test_the_page_is_whole_and_leads_nowhere(found: CheckedDraft) -> None:
    page = Outline(checked_page(found))
    assert not page.open
    assert page.tags <= set(
        "html head meta title style body header main section article h1 h2 p dl div dt dd ul ol li span b i a bdi "
        "details summary small blockquote ins del pre".split()
    )
    assert page.attributes <= set("lang dir charset http-equiv content name class id href".split())
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert len(page.ids) == len(set(page.ids))


def test_what_the_page_says() -> None:
    page = checked_page(full())
    text = " ".join(re.sub(r"<style>.*?</style>|<[^<>]+>", " ", page, flags=re.DOTALL).split())
    assert "<ins>greatest</ins>" in page and "<del>biggest</del>" in page
    assert '<span class="differs">1999</span>' in page
    for said in (
        "1 supported", "1 contradicted", "contradicted (another date)", "It was mended in 2019.", "page 3",
        "Quotation: misquoted", "the cited source does not say it, but another does", "this source is not in the index",
        "<script>code</script>".replace("<", "&lt;").replace(">", "&gt;"),
    ):  # fmt: skip
        assert said in text
    assert "**" not in text  # marks of the draft's own


def test_the_words_of_a_draft_are_no_markup() -> None:
    page = checked_page(checked("We know <nobody at all> & x<y>z today. It leaks. It was 1999 <not a tag & b>. No."))
    assert "We know &lt;nobody at all&gt; &amp; x&lt;y&gt;z today." in page
    assert "&lt;not a tag &amp; b&gt;" in page and "<not" not in page


def test_the_page_speaks_the_language_of_the_draft() -> None:
    assert '<html lang="ar" dir="rtl">' in checked_page(checked(ARABIC))
    assert "تناقضه المصادر" in checked_page(checked(ARABIC))
    assert '<html lang="fr" dir="ltr">' in checked_page(
        checked("Le toit fuit beaucoup. Il a été réparé. Il le fut en 1999.")
    )


def test_every_sentence_has_its_status_in_words() -> None:
    page = checked_page(full())
    for found in full().sentences:
        assert page.count(f'id="s{found.number}"') == 1
    assert page.count('<small class="tag contradicted">contradicted</small>') == 1
    assert page.count('<small class="tag supported">supported</small>') == 1


def test_a_draft_without_findings_says_so() -> None:
    found = checked()
    assert "Nothing to look at" in checked_page(replace(found, sentences=found.sentences[:2]))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("width", [1200, 360])
@pytest.mark.parametrize("text", [None, ARABIC])
def test_in_a_browser(browser: Any, tmp_path: Path, width: int, text: str | None) -> None:
    path = tmp_path / "checked.html"
    path.write_text(checked_page(checked(text) if text else full()), encoding="utf-8")
    page, told = browser.new_page(viewport={"width": width, "height": 800}), []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: None if request.url.startswith("file:") else told.append(request.url))
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    evidence = page.locator("#s3 .why").first
    assert not evidence.is_visible()
    page.locator("#s3 summary").click()
    assert evidence.is_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('#s2 .said')).textDecorationLine") == "underline"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgba(0, 0, 0, 0)"  # the style was taken
    before, after = page.locator("#s2 .said").bounding_box(), page.locator("#s2 .tag").first.bounding_box()
    assert (after["x"] < before["x"] + before["width"]) == (
        text == ARABIC or after["y"] > before["y"] + before["height"]
    )
    page.emulate_media(media="print")
    assert page.locator("#s2 .why").first.evaluate("e => e.getBoundingClientRect().height") > 0
    assert told == []
    page.close()
