"""Text to terms: what a word of one form must share with a word of another."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.analysis import terms, words


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("الإِتِّجارُ بالبَشَر سنة ٢٠٢٤", "ar", ["اتجار", "بشر", "سنه", "2024"]),
        ("مدرسة ومدرسه إلى على ـــ كتـــاب", "ar", ["مدرس", "مدرس", "الي", "علي", "كتاب"]),
        ("۲۰۲۴ کتاب‌های", "fa", ["2024", "كتاب", "هاي"]),
        ("Œuvre, oeuvre; Łódź, Lodz", "und", ["oeuvre", "oeuvre", "lodz", "lodz"]),
        ("IŞIK ışık", "tr", ["isik", "isik"]),
        ("佐々木", "ja", ["佐々", "々木"]),
        ("L'eau d’été, aujourd'hui", "fr", ["l", "eau", "d", "ete", "aujourd", "hui"]),
        ("élève ÉLÈVES eleve e\u0301le\u0300ve", "fr", ["elev"] * 4),
        ("Die Straßen der Häuser; 3,5", "de", ["die", "strass", "der", "haus", "3", "5"]),
        ("İstanbul'da kitapları", "tr", ["istanbul", "da", "kitap"]),
        ("στους δρόμους ΔΡΌΜΟΣ", "el", ["στ", "δρομ", "δρομ"]),
        ("Дети в школах; ёлка", "ru", ["дет", "в", "школ", "елк"]),
        ("भारत की राजधानी है।", "hi", ["भारत", "क", "राजधान", "है"]),
        ("টাকা৳ தமிழ்₹", "bn", ["টাকা", "தமிழ்"]),
        ("中华人民", "zh", ["中华", "华人", "人民"]),
        ("中", "zh", ["中"]),
        ("東京タワー123", "ja", ["東京", "京タ", "タワ", "ワー", "123"]),
        ("ราคา฿50 ไทย๛", "th", ["ราค", "าคา", "50", "ไทย"]),
        ("ဟိုတယ်။", "my", ["ဟို", "ိုတ", "ုတယ", "တယ်"]),
        ("한국어", "ko", [unicodedata.normalize("NFD", "한국어")]),
        ("שָׁלוֹם", "he", ["שלום"]),
        ("COVID-19和中国 в Москве", "zh", ["covid", "19", "和中", "中国", "в", "москве"]),
        ("ＡＢＣ１２３ ﬁn x²", "en", ["abc123", "fin", "x2"]),
        ("Running runs it's snake_case", "en", ["run", "run", "it", "s", "snake", "case"]),
        ('NEAR(AND* "OR" NOT)', "und", ["near", "and", "or", "not"]),
        ("a\x00b \ud800c", "en", ["a", "b", "c"]),
        ("😀 !!! \u200b \u0301 \u064b", "ar", []),
        ("", "en", []),
    ],
)
def test_terms(text: str, language: str, expected: list[str]) -> None:
    assert terms(text, language) == expected


def test_words_are_not_stemmed() -> None:
    assert words("Les ÉLÈVES de ２０２４") == ["les", "élèves", "de", "2024"]


@settings(deadline=None)
@given(st.text(), st.sampled_from(["ar", "en", "fr", "hi", "th", "tr", "zh", "und"]))
def test_terms_hold_letters_digits_and_marks_only(text: str, language: str) -> None:
    for term in terms(text, language):
        assert term
        kinds = {unicodedata.category(char) for char in term} - {"Cn"}  # what Unicode has assigned since
        assert {kind[0] for kind in kinds} <= {"L", "M", "N"}


def test_signs_among_the_letters_of_a_script_are_no_letters() -> None:
    signs = [chr(code) for code in range(0x0900, 0x1800) if unicodedata.category(chr(code))[0] in "PS"]
    assert len(signs) > 40
    for sign in signs:
        assert terms(f"ab{sign}cd", "und") == ["ab", "cd"], hex(ord(sign))


def test_stemmers_are_not_shared_by_threads() -> None:
    texts = [("the running horses of the kings " + "abcdefgh"[i % 8] * (i % 5), "en") for i in range(400)]
    texts += [("les élèves travaillaient régulièrement " + "abcdefgh"[i % 8] * (i % 7), "fr") for i in range(400)]
    expected = [terms(*text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: terms(*text), texts)) == expected
