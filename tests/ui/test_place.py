from dataclasses import replace
from typing import Any

import pytest

from rag.answer import Citation, RankedPassage
from tests.ui.test_render import HOSTILE, Page
from ui.place import copied, day, render_place
from ui.strings import ARABIC, ENGLISH, FRENCH, Strings

CITATION = Citation(1, "a/b.pdf", "Charter", None, "en", 5, 9, "Said", "exact")


@pytest.mark.parametrize(
    ("changes", "strings", "shown"),
    [
        ({"page": 3}, ENGLISH, "a/b.pdf · page 3 · characters 5–9 · English"),
        ({"page": 3, "document": "z.zip/c.pptx"}, ENGLISH, "z.zip/c.pptx · slide 3 · characters 5–9 · English"),
        ({"page": 3, "document": "C.PPTX"}, FRENCH, "C.PPTX · diapositive 3 · caractères 5–9 · anglais"),
        ({"page": 3}, ARABIC, "a/b.pdf · الصفحة 3 · الأحرف 5–9 · الإنجليزية"),
        ({"sheet": "Budget", "row": 12}, ENGLISH, "a/b.pdf · sheet Budget, row 12 · characters 5–9 · English"),
        ({"sheet": "Budget", "row": 12}, ARABIC, "a/b.pdf · الورقة Budget، الصف 12 · الأحرف 5–9 · الإنجليزية"),
        ({"row": 2}, FRENCH, "a/b.pdf · ligne 2 · caractères 5–9 · anglais"),
        ({"sheet": "{row}\u202e"}, ENGLISH, "a/b.pdf · sheet {row}[U+202E] · characters 5–9 · English"),
        ({"date": "2024-05-31"}, ENGLISH, "a/b.pdf · characters 5–9 · English · 31 May 2024"),
        (
            {"url": "https://example.org/a?b=c&d"},
            ENGLISH,
            "a/b.pdf · characters 5–9 · English · example.org",
        ),
    ],
)
def test_a_place_in_words(changes: dict[str, Any], strings: Strings, shown: str) -> None:
    assert Page(render_place(replace(CITATION, **changes), strings)).texts["p"] == [shown]


def test_names_and_dates_keep_their_direction() -> None:
    there = replace(CITATION, sheet="ورقة", row=1, date="2024-05-31", url="https://example.org/")
    assert Page(render_place(there, ENGLISH)).texts["bdi"] == ["a/b.pdf", "ورقة", "31 May 2024", "example.org"]


def test_a_passage_has_a_place_too() -> None:
    passage = RankedPassage("a.pptx", 0, 4, 0.5, "fr", "Said")
    assert Page(render_place(passage, ENGLISH)).texts["p"] == ["a.pptx · characters 0–4 · French"]


@pytest.mark.parametrize(
    ("date", "english", "french", "arabic"),
    [
        ("2024-05-31", "31 May 2024", "31 mai 2024", "31 مايو 2024"),
        ("0987-08-01", "1 August 987", "1er août 987", "1 أغسطس 987"),
        ("2024-05", *["2024-05"] * 3),
        ("2024-13-01", *["2024-13-01"] * 3),
        ("2024-05-31\n", *["2024-05-31[U+000A]"] * 3),
        ("٢٠٢٤-٠٥-٣١", *["٢٠٢٤-٠٥-٣١"] * 3),
    ],
)
def test_a_day_in_the_pages_language(date: str, english: str, french: str, arabic: str) -> None:
    assert [day(date, strings) for strings in (ENGLISH, FRENCH, ARABIC)] == [english, french, arabic]


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://example.org/a?b=c&d#e", "example.org"),
        ("HTTP://Example.org:8080", "example.org"),
        ("http://bank.example@evil.example/", "evil.example"),
        ("https://[::1]/", "::1"),
        ('https://example.org/"onclick="alert(1)\'<b>&amp;', "example.org"),
        ("https://مثال.example/وثيقة", "مثال.example"),
    ],
)
def test_a_web_address_is_a_link(url: str, host: str) -> None:
    page = Page(render_place(replace(CITATION, url=url), ENGLISH))
    (link,) = page.all("a")
    assert (link["href"], link["target"], link["rel"]) == (url, "_blank", "noopener noreferrer")
    assert page.texts["a"] == [host]
    assert copied(replace(CITATION, url=url), ENGLISH).endswith(f"\n{url}")


@pytest.mark.parametrize(
    "url",
    [
        *HOSTILE,
        *(
            "",
            "example.org",
            "//example.org",
            "/a",
            "#a",
            "ftp://example.org",
            "file:///etc/passwd",
            "data:text/html,a",
        ),
        *("java\nscript:alert(1)", " https://example.org", "https://example.org/a b", "https://example.org/\n"),
        *("https://good.example\\@evil.example", "https://", "https:///a", "https://[::1", "https://a.example/\u202e"),
        *("https://a.example/\u200b", "https://a.example/\x00", "vbscript:https://a.example"),
    ],
)
def test_nothing_else_is_a_link(url: str) -> None:
    there = replace(CITATION, url=url)
    assert Page(render_place(there, ENGLISH)).all("a") == []
    assert copied(there, ENGLISH) == copied(CITATION, ENGLISH)


def test_what_is_copied() -> None:
    assert copied(replace(CITATION, page=3, date="2024-05-01"), FRENCH) == (
        "“Said”\n— Charter (a/b.pdf, page 3, caractères 5–9, 1er mai 2024)"
    )
    there = replace(CITATION, document="b.xlsx", sheet="Budget", row=12)
    assert copied(there, ENGLISH) == "“Said”\n— Charter (b.xlsx, sheet Budget, row 12, characters 5–9)"
    assert copied(there, ARABIC) == "“Said”\n— Charter (b.xlsx، الورقة Budget، الصف 12، الأحرف 5–9)"
