"""Typography makes no difference, and every folded letter knows where it came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verify.folded import folded


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("« L’œuvre »", '"L\'oeuvre"'),
        ("12\u202f%", "12%"),
        ("2019–2020", "2019-2020"),
        ("ﬁn…", "fin..."),
        ("cafe\u0301", "café"),
        ("in\u00adfor\u200bme", "informe"),
        ("a \n\t b", "a b"),
        ("تُحفَظ مِلفّات ٢٠٢٤", "تحفظ ملفات 2024"),
        ("الأمـــم", "الامم"),
        ("مدرسة", "مدرسه"),
    ],
)
def test_the_same_but_for_typography(one: str, other: str) -> None:
    assert folded(one).text == folded(other).text


@pytest.mark.parametrize(("one", "other"), [("The", "the"), ("1.5", "15"), ("a-b", "ab"), ("été", "ete")])
def test_not_the_same(one: str, other: str) -> None:
    assert folded(one).text != folded(other).text


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_each_letter_has_its_place(text: str) -> None:
    plain = folded(text)
    assert len(plain.text) == len(plain.starts) == len(plain.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(plain.starts, plain.ends, strict=True))
    assert list(plain.starts) == sorted(plain.starts)
    for at, letter in enumerate(plain.text):
        start, end = plain.place(at, at + 1)
        assert letter in folded(text[start:end]).text or letter == " "
