"""The one form of a citation: what is written is read back, whatever a model makes of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.compose.markers import ASKED, marker, settled, unmarked, without_lookalikes


@pytest.mark.parametrize(
    ("written", "text", "markers"),
    [
        ("It is blue [1].", "It is blue.", ((10, 1),)),
        ("It is blue. [1] It was red.[2]", "It is blue. It was red.", ((11, 1), (23, 2))),
        ("Blue [1][3].", "Blue.", ((4, 1), (4, 3))),
        ("Blue [1, 3] and [2;4].", "Blue and.", ((4, 1), (4, 3), (8, 2), (8, 4))),
        ("Blue [1-3].", "Blue.", ((4, 1), (4, 2), (4, 3))),
        ("Blue [3-1].", "Blue.", ((4, 3), (4, 1))),
        ("أزرق [١]، وأحمر [٢، ٣].", "أزرق، وأحمر.", ((4, 1), (11, 2), (11, 3))),
        ("青い【2】。", "青い。", ((2, 2),)),
        ("It is so.[1]It was.", "It is so. It was.", ((9, 1),)),
        ("[1] It is.", " It is.", ((0, 1),)),
        ("[[1]] x", "[] x", ((1, 1),)),
        ("Blue [a] [1a] [May 2019] [1234] [].", "Blue [a] [1a] [May 2019] [1234] [].", ()),
        ("", "", ()),
    ],
)
def test_markers_are_taken_out(written: str, text: str, markers: tuple[tuple[int, int], ...]) -> None:
    found = unmarked(written)
    assert (found.text, found.markers) == (text, markers)


@given(st.lists(st.tuples(st.text("ab .؟", max_size=5), st.integers(1, 999)), max_size=5))
def test_what_is_written_is_read(parts: list[tuple[str, int]]) -> None:
    found = unmarked("".join(text + marker(number) for text, number in parts))
    assert [number for _, number in found.markers] == [number for _, number in parts]
    assert all(0 <= place <= len(found.text) for place, _ in found.markers)
    assert "[" not in found.text


@pytest.mark.parametrize("text", ["see [2]", "[1, 3]", "[١]", "[ 2 ]", "[1-3] and [4]", "[[5]]"])
def test_a_lookalike_is_none_any_more(text: str) -> None:
    plain = without_lookalikes(text)
    assert unmarked(plain).markers == ()
    assert not re.search(r"\[\d+\]", plain)
    assert plain.replace("\u2060", "") == text


def test_other_brackets_stay_as_they_are() -> None:
    assert without_lookalikes("[sic] [2a] f[x]") == "[sic] [2a] f[x]"


@pytest.mark.parametrize(
    ("text", "left"),
    [("blue [", "blue"), ("blue [1", "blue"), ("blue [1, ", "blue"), ("blue [a", "blue [a"), ("b", "b")],
)
def test_a_marker_that_has_only_begun_is_waited_for(text: str, left: str) -> None:
    assert settled(text) == left


def test_the_prompt_s_own_words_show_the_form() -> None:
    assert {number for _, number in unmarked(ASKED).markers} == {1, 2, 3}
