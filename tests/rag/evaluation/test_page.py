"""The report as a page: whole, escaped, reaching for nothing."""

import base64
import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from index.document import Document
from rag.answer import Answer, Citation, RankedPassage
from rag.evaluation.asking import Asked
from rag.evaluation.cases import worst_cases
from rag.evaluation.compare import compare
from rag.evaluation.gold import GoldAnswer, GoldQuestion
from rag.evaluation.page import render_page
from rag.evaluation.report import summarise
from tests.rag.evaluation.made import refusable, result

ATTACK = "<script>ran=1</script>\"'><img src=x onerror=ran=1>&amp;${ran}$ran\u202e\x1b[31m\ud800"
ARABIC = "المفتاح عند هناء في الطابق الأول. " * 12
TEXTS = {"ar/مصباح.txt": ARABIC, ATTACK: ATTACK * 8}
VOID = {"meta", "img", "br"}
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Reader(HTMLParser):
    """Tags and attributes as a browser sees them; elements must close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def asked(number: int) -> Asked:
    """Questions of every sort, hostile in every field; numbers 0, 5, 10 have no answer."""
    id = list(TEXTS)[number % 2]
    of = refusable(number) if number % 5 == 0 else result(number, kind=ATTACK, rank=number % 4, document=id)
    abstained = number % 7 == 0
    of = replace(of, confidence=number % 10 / 10, right=number % 3 == 0, pair=f"{ATTACK}->ar", abstained=abstained)
    answers = (GoldAnswer(TEXTS[id][10:20], 10),) if of.document else ()
    gold = GoldQuestion(of.id, f"{ATTACK} أين المفتاح؟", of.kind, ATTACK, of.document, answers)
    quotes = (Citation(1, id, ATTACK, None, "ar", 0, 40, TEXTS[id][:40], "exact"),)
    passages = (RankedPassage(id, 0, 200, 1.0, ATTACK, TEXTS[id][:200], ATTACK),)
    answer = Answer(gold.question, "ar", "quote", abstained, None, "", (), () if abstained else quotes, passages, {})
    return Asked(gold, answer, answer, replace(of, question=gold.question))


def document(id: str) -> Document | None:
    return Document(id, ATTACK, "ar", TEXTS[id]) if id in TEXTS else None


@pytest.fixture(scope="module")
def page() -> str:
    run = [asked(n) for n in range(40)]
    results = [one.result for one in run]
    before = [replace(r, rank=0 if r.rank == 1 else r.rank, abstained=False) for r in results]
    report = summarise(ATTACK, results, left_out=3)
    return render_page(report, run, worst_cases(run, document), compare(before, results))


def test_what_others_wrote_is_text_and_nothing_else(page: str) -> None:
    reader = Reader(page)
    assert not {"script", "img", "iframe", "object", "link", "base", "form", "a", "foreignobject"} & set(reader.tags)
    assert not [name for name, _ in reader.attributes if name.startswith("on") or name in ("src", "href", "style")]
    assert "<script>ran=1</script>" in reader.text
    assert "$ran" in reader.text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]", page)
    page.encode("utf-8")


def test_the_page_reaches_for_nothing(page: str) -> None:
    assert "http:" not in page and "https:" not in page and "url(" not in page and "@import" not in page
    (policy,) = (value for name, value in Reader(page).attributes if name == "content" and "default-src" in value)
    assert "default-src 'none'" in policy
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() in policy


def test_parts(page: str) -> None:
    text = Reader(page).text
    for heading in (
        "Against the run before",
        "By kind of question",
        "Knowing when not to answer",
        "Where the passage that answers stands",
        "By pair of languages",
        "The worst cases",
        "Answered, though nothing answers",
        "Quoted beside the point",
        "The passage was not among the first ten",
        "Refused, though it can be answered",
    ):
        assert heading in text
    assert "3 were left out" in text
    for tag in ("h4", "blockquote", "li"):
        assert page.count(f'<{tag} dir="auto"') == len(re.findall(rf"<{tag}\b(?! class='soft')", page)) > 0
    assert f"<mark>{ARABIC[10:20]}</mark>" in page


def test_little_to_show() -> None:
    for run in ([], [asked(0)], [asked(1)]):
        results = [one.result for one in run]
        Reader(render_page(summarise("set", results), run, worst_cases(run, document)))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Any, path: Path, width: int) -> tuple[Any, list[str]]:
    """The page in a browser, and what the browser asked for or complained of."""
    page, seen = browser.new_page(viewport={"width": width, "height": 800}), []
    page.on("request", lambda request: seen.append(request.url))
    page.on("console", lambda message: seen.append(message.text))
    page.goto(path.as_uri())
    return page, seen


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [390, 1280])
def test_a_browser_shows_it(page: str, browser: Any, tmp_path: Path, width: int) -> None:
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    opened_page, seen = opened(browser, path, width)
    assert seen == [path.as_uri()]
    assert opened_page.evaluate("window.ran") is None
    assert opened_page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened_page.evaluate("getComputedStyle(document.querySelector('figure')).borderTopStyle") == "solid"
    for svg in opened_page.locator("figure svg").all():
        box = svg.bounding_box()
        assert box and box["width"] <= width
    quotes = opened_page.locator("blockquote", has_text="المفتاح عند")
    assert quotes.count() > 0
    directions = quotes.evaluate_all("all => all.map(one => getComputedStyle(one).direction)")
    assert set(directions) == {"rtl"}
    opened_page.close()
