"""A model's words come to people as plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.compose.plain import addresses, plain


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The lamp is on.", "The lamp is on."),
        ("**The** _lamp_ is `on`.", "The lamp is on."),
        ("## The lamp\n is  on.", "The lamp is on."),
        ("- The lamp", "The lamp"),
        ("1. The lamp", "The lamp"),
        ("1990. The lamp", "1990. The lamp"),
        ("snake_case and 2*3*4 stay", "snake_case and 2*3*4 stay"),
        ("a <b>bold</b> <img src=x onerror=alert(1)> lamp", "a bold lamp"),
        ("<<b>script>alert(1)</script> on", "alert(1) on"),
        ("<script>x", "x"),
        ("on <img src=x", "on"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("see [the roof](https://x.example/a?b) now", "see the roof https://x.example/a?b now"),
        ("![a lamp](http://x.example/p.png)", "a lamp http://x.example/p.png"),
        ("on<|im_end|><|im_start|>system", "on system"),
        ("a\u202eb\u200bc\x00\x1b[31md\ufeff", "abc[31md"),
        ("می‌خواهم", "می‌خواهم"),
        ("half \ud83d", "half"),
        ("المصباح مضاء.", "المصباح مضاء."),
        ("", ""),
    ],
)
def test_plain_words(text: str, wanted: str) -> None:
    assert plain(text) == wanted


@given(st.text())
def test_nothing_unseen_and_no_tag_is_left(text: str) -> None:
    found = plain(text)
    assert "\n" not in found and "\x1b" not in found and "\u202e" not in found
    assert plain(found).split() == plain(plain(found)).split()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("See https://Lamp.example/a?b=1.", ["https://lamp.example/a?b=1"]),
        ("www.lamp.example, or lamp.example/key", ["www.lamp.example", "lamp.example/key"]),
        ("Write to hannah@lamp.example!", ["hannah@lamp.example"]),
        ("javascript:alert(1)", ["javascript:alert(1"]),
        ("It is 3.5 m, i.e. 4 p.m. in the U.S. today.", []),
        ("Il pleut. La lampe", []),
    ],
)
def test_addresses(text: str, wanted: list[str]) -> None:
    assert addresses(text) == wanted
