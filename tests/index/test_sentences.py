from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index import noise
from index.document import Extract, Span
from index.sentences import split


def quotes(text: str, language: str = "en", longest: int = 400) -> list[str]:
    extract = Extract(text, noise=noise.in_markup(text))
    return [span.of(text) for span in split(extract, language, longest)]


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("ar", ["هل فهمت السؤال؟", "نعم، فهمته جيدا!", "ولد د. أحمد عام 1990م.", "ثم رحل إلى القاهرة."]),
        ("ar", ["قال الرئيس: «هذا صحيح.»", "ثم غادر."]),
        ("de", ["Am 3. Oktober 1990 war die Einheit.", "Dr. Müller kam z. B. aus Berlin.", "Er ging.",
                "Im 19. Jahrhundert lebte er in Wien.", "Prof. Dr. Kurz sprach."]),
        ("en", ["He met Mr. Smith of the U.S. Army.", "It costs 3.5 dollars.", "He left at 5 p.m. on Monday.",
                'He said "Go. Run away."', "Then he left.", "J. K. Rowling wrote it.", "See Fig. 5 and p. 3.", "Why?",
                "Yes!"]),
        ("es", ["El Sr. Pérez llegó.", "¿Quién es?", "¡Hola!", "La Dra. Ruiz y Dña. Ana son de EE. UU. y viven aquí."]),
        ("fr", ["M. Dupont est là.", "« Bonjour ! » dit-il.", "Il a vu « la mer. »",
                "Mme. X arrive en 300 av. J.-C. avec lui.",
                "Voir p. 3 et art. 5.", "Un fait.[1]", "Un autre.[2][3]", "Oui… enfin, non."]),
        ("hi", ["यह पहला वाक्य है।", "क्या यह ठीक है?", "डॉ. शर्मा आए।"]),
        ("ja", ["「こんにちは。」と言った。", "東京は首都です。", "そうですか？", "はい！"]),
        ("ru", ["Он жил в XIX в. и умер.", "А. С. Пушкин родился в 1799 г. в Москве.", "Да."]),
        ("ur", ["یہ پہلا جملہ ہے۔", "دوسرا جملہ ہے۔", "کیا یہ ٹھیک ہے؟"]),
        ("fa", ["این جمله اول است.", "آیا می‌روم؟", "بله."]),
        ("el", ["Τι είναι αυτό;", "Είναι καλό."]),
        ("xx", ["Unknown codes do no harm.", "They fall back."]),
    ],
)  # fmt: skip
def test_sentences_of_languages(language: str, sentences: list[str]) -> None:
    assert quotes(" ".join(sentences), language) == sentences


def test_scripts_without_spaces() -> None:
    assert quotes("他说：“你好。”然后走了。真的吗？是的！", "zh") == [
        "他说：“你好。”",
        "然后走了。",
        "真的吗？",
        "是的！",
    ]
    thai = "ประเทศไทยตั้งอยู่ในเอเชีย มีประชากร 70 ล้านคน"
    assert quotes(thai, "th") == [thai]
    assert quotes(f"{thai} {thai}", "th", longest=60) == [thai, thai]


WRAPPED = """\
The quick brown fox jumps over the lazy dog and keeps
Running through the forest until it reaches the river
Bank, where Mr. Smith waits for it with a bowl of
Water"""
WRAPPED_ARABIC = """\
هذا نص طويل ملفوف على عدة أسطر بحيث يكون كل سطر ممتلئا
تقريبا إلى حد العرض المحدد للنص وهو ستون حرفا أو نحو ذلك
ثم ينتهي هنا"""


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Title\n\nText one. Text two.", ["Title", "Text one.", "Text two."]),
        ("A title above\nA paragraph in one line. It has two sentences.",
         ["A title above", "A paragraph in one line.", "It has two sentences."]),
        (f"{WRAPPED}. There Mr.", [f"{WRAPPED}.", "There Mr."]),
        (f"{WRAPPED_ARABIC}. نعم.", [f"{WRAPPED_ARABIC}.", "نعم."]),
        ("this line ends in the middle of\na sentence. Next.",
         ["this line ends in the middle of\na sentence.", "Next."]),
        ("a line with a comma at its very end,\n\nand more", ["a line with a comma at its very end,", "and more"]),
        ("A fact. [citation needed]\nAnother.", ["A fact. [citation needed]", "Another."]),
        ("apples\noranges\nsweet pears", ["apples", "oranges", "sweet pears"]),
        ("Anna Schmidt\nBerta Müller\nCarla Weber", ["Anna Schmidt", "Berta Müller", "Carla Weber"]),
        ("1. First item\n2. Second item. More.", ["1. First item", "2. Second item.", "More."]),
        ("- one of the items, long enough,\n- another item", ["one of the items, long enough,", "another item"]),
        ("# Heading with enough letters\nlower text follows", ["Heading with enough letters", "lower text follows"]),
        ("| a | b |\n|---|---|\n| c | d |", ["a | b", "c | d"]),
        ("One.\r\n\r\nTwo.\r\nThree", ["One.", "Two.", "Three"]),
        ("![]()\n***\n\u200b\u202e\n😀\n...", []),
        ("# **Bold** title\n\n<b>One</b> *two*.<br>", ["Bold** title", "One</b> *two*."]),
        ("\u200fنعم\u200f.\u200e", ["نعم\u200f."]),
        ("", []),
    ],
)  # fmt: skip
def test_lines_and_blocks(text: str, sentences: list[str]) -> None:
    assert quotes(text) == sentences


def test_offsets_count_characters_beyond_the_basic_plane() -> None:
    text = "😀 One 𝒳 e\u0301. 👩‍👩‍👧 Two 🇫🇷."
    assert quotes(text) == ["😀 One 𝒳 e\u0301.", "👩‍👩‍👧 Two 🇫🇷."]


def test_no_sentence_crosses_a_break() -> None:
    text = "a line that goes on in the next\nand on without a stop"
    assert split(Extract(text), "en") == [Span(0, len(text))]
    assert split(Extract(text, breaks=(32,)), "en") == [Span(0, 31), Span(32, len(text))]
    assert split(Extract("abcd", breaks=(2,)), "en") == [Span(0, 2), Span(2, 4)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two; three four five six", ["one two;", "three four five six"]),
        ("one two three, four five six", ["one two three,", "four five six"]),
        ("one two three four five six", ["one two three", "four five six"]),
        ("a" * 22 + " " + "b" * 10, ["a" * 16, "a" * 6 + " " + "b" * 10]),
        ("aaaaaaaaaaaaaaaaaaaaaaaaaa", ["aaaaaaaaaaaaa", "aaaaaaaaaaaaa"]),
        ("我们今天去公园，明天去学校上课学习中文，后天休息", ["我们今天去公园，", "明天去学校上课学习中文，后天休息"]),
        ("e\u0301" * 13, ["e\u0301" * 6, "e\u0301" * 7]),
    ],
)
def test_long_sentences_are_cut_where_it_hurts_least(text: str, pieces: list[str]) -> None:
    assert quotes(text, longest=20) == pieces


def test_pieces_are_balanced() -> None:
    pieces = quotes("word " * 85)  # 424 characters: not 399 and 24
    assert [len(piece) for piece in pieces] == [209, 214]


SCRIPTS = ["One two", "été", "نعم", "هل", "中文", "かな", "हाँ", "ไทย", "да", "𝒳", "😀", "e\u0301", "1", "J", "M"]
SIGNS = [
    ". ",
    "! ",
    "؟ ",
    "。",
    "।",
    "۔ ",
    ", ",
    "; ",
    "… ",
    '"',
    "«",
    "»",
    "“",
    "”",
    "(",
    ")",
    "「",
    "」",
    "'",
    "-",
    ": ",
]
MARKS = [
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "\u200b",
    "\u202e",
    "\ufeff",
    "**",
    "# ",
    "- ",
    "|",
    "<br>",
    "![](x)",
    "\t",
    "\u200d",
    "\f",
]
TEXTS = st.lists(st.sampled_from(SCRIPTS * 3 + SIGNS + MARKS), max_size=60).map("".join)


@given(
    TEXTS | st.text(), st.sampled_from(["en", "ar", "fr", "zh", "th", "und"]), st.sampled_from([10, 30, 400]), st.data()
)
@example("a" * 30, "en", 10, None)
def test_spans_of_any_text(text: str, language: str, longest: int, data: st.DataObject | None) -> None:
    breaks = data.draw(st.sets(st.integers(0, len(text)), max_size=3)) if data else set[int]()
    extract = Extract(text, noise=noise.in_markup(text), breaks=tuple(sorted(breaks)))
    spans = split(extract, language, longest)
    unseen = {at for span in extract.noise for at in range(span.start, span.end)}
    at = 0
    for span in spans:
        assert at <= span.start < span.end <= len(text)
        assert span.end - span.start <= longest
        assert not any(span.start < edge < span.end for edge in breaks)
        assert any(text[i].isalnum() and i not in unseen for i in range(span.start, span.end))
        for edge in (span.start, span.end - 1):
            assert not text[edge].isspace()
            assert edge not in unseen
        gap = range(at, span.start)
        assert not any(text[i].isalnum() and i not in unseen for i in gap)
        at = span.end
    assert not any(text[i].isalnum() and i not in unseen for i in range(at, len(text)))


@given(TEXTS)
def test_without_noise_nothing_with_a_letter_is_lost(text: str) -> None:
    extract = Extract(text)
    kept = "".join(span.of(text) for span in split(extract, "fr"))
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]
    assert split(replace(extract, heading="x"), "fr") == split(extract, "fr")


def test_a_paragraph_longer_than_what_is_looked_at_once() -> None:
    sentences = [f"This is sentence number {number} of them." for number in range(1000)]
    assert quotes(" ".join(sentences)) == sentences


@pytest.mark.parametrize("unit", ["word ", "x", "中", "“a. ", "a\n", "\n", "a. ", "(", '"a '])
def test_text_without_an_end_in_sight(unit: str) -> None:
    """What looks back to the start of a text would not come to an end here."""
    text = unit * (100_000 // len(unit))
    assert all(span.end - span.start <= 400 for span in split(Extract(text), "en"))
