import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import noise
from index.document import Extract, Span


def without(text: str) -> str:
    kept, at = [], 0
    for span in noise.in_markup(text):
        kept.append(text[at : span.start])
        at = span.end
    return "".join([*kept, text[at:]])


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("# Title", " Title"),
        ("Title #\nText", "Title \nText"),
        ("#hashtag stays", "#hashtag stays"),
        ("**bold** and *thin* and __both__", "bold and thin and both"),
        ("重**要**な点", "重要な点"),
        ("snake_case, 2*3 and 2 * 3", "snake_case, 2*3 and 2 * 3"),
        ("![](a.png) after", " after"),
        ('![alt text](a.png "t") after', " after"),
        ("see [the page](https://a.b/c_(d)) now", "see the page now"),
        ("see [the page][ref] now", "see the page now"),
        ("[ref]: https://a.b 'Title'", ""),
        ("a note[^1] and [1] and [2][3]", "a note and [1] and [2][3]"),
        ("one<br>two<br/>three", "onetwothree"),
        ('<div class="x y" id=z>in</div>', "in"),
        ("<!-- <p>x</p>\n--> after", " after"),
        ("<script>if (a < b) {}</script>after", "after"),
        ("a < b and c > d", "a < b and c > d"),
        ("if a <b and c> d", "if a <b and c> d"),
        ("mail <me@a.b> or <https://a.b> now", "mail <me@a.b> or <https://a.b> now"),
        ("a&nbsp;b &lt;tag&gt; caf&eacute;", "ab tag caf&eacute;"),
        ("R&D; AT&T", "R&D; AT&T"),
        ("text\n---\ntext", "text\n\ntext"),
        ("text\n___\n* * *\n===", "text\n\n\n"),
        ("| a | b |\n|---|:-:|\n| c | d |", " a  b \n\n c  d "),
        ("```python\nx = 1\n```", "\nx = 1\n"),
        ("- item\n* item\n• item", " item\n item\n item"),
        ("> quoted\n>> twice", "quoted\ntwice"),
        ("https://a.b/c?d=e\ntext https://a.b stays", "\ntext https://a.b stays"),
        ("Source : https://a.b/c\ntext", "\ntext"),
        ("<https://a.b>\ntext", "\ntext"),
        ("*Image not found or type unknown*\ntext", "\ntext"),
        ("The image not found in the book.", "The image not found in the book."),
        ("text\n\nComment (0)", "text\n"),
        ("Alien (1979)\nComment (0)\ntext", "Alien (1979)\nComment (0)\ntext"),
        ("---\ntitle: x\ntags: [a]\n---\ntext", "\ntext"),
        ("---\nNot matter\n---\ntext", "\nNot matter\n\ntext"),
        ("a\u200bb\u200e c\u202ed\x07\ufeff", "ab cd"),
        ("می\u200cروم क्\u200dष", "می\u200cروم क्\u200dष"),
        ("edge\u200c \u200dedge", "edge edge"),
        ("hidden\U000e0041\U000e0042", "hidden"),
        ("1\\. not a list, \\*no\\*", "1. not a list, no"),
        ("Plain prose (with brackets), [sic], 50 % & more; l'été — fin.", None),
        ("« Bonjour ! » dit-il… “Yes.”", None),
        ("مرحبا، كيف الحال؟ (نعم)", None),
    ],
)
def test_what_is_left_of_a_text(text: str, kept: str | None) -> None:
    assert without(text) == (text if kept is None else kept)


def test_markup_that_was_read_already_is_prose() -> None:
    assert noise.in_prose("a **b** <br> c\u200bd") == (Span(14, 15),)


@given(st.text(st.sampled_from("ab \n\r#*_`~|[]()<>!&;:/\\-=.\u200b\u200c\u202eéا1")))
def test_spans_are_sorted_disjoint_and_inside(text: str) -> None:
    at = -1
    for span in Extract(text, noise=noise.in_markup(text)).noise:
        assert at < span.start < span.end <= len(text)
        at = span.end


UNITS = ["[", "<", "*", "|", " ", "![", "](", "[a](", "[a](b(", "<a ", '<a b="', "<!--", "<script", "&", "_", "a*"]
LINES = ["# ", "> ", "---\n", "a: http://x ", "[a]: ", "\u200c", "a (1)\n", "\r\n", "---\nk: v\n", "`\n"]


@pytest.mark.parametrize("unit", UNITS + LINES)
def test_endless_repetition_of_a_mark_is_read(unit: str) -> None:
    """Rules that step back would not come to an end here."""
    text = unit * (300_000 // len(unit))
    assert all(span.end <= len(text) for span in noise.in_markup(text))
