"""Figures are read as what they stand for, in seven languages and any script's digits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verify.fact import alike, equal, units_differ
from rag.verify.facts import facts


def read(text: str, language: str) -> list[tuple[str, object, str | None]]:
    """What the firm figures are, their value or date, and their unit."""
    return [(text[f.start : f.end], set(f.dates) or set(f.values), f.unit) for f in facts(text, language) if f.firm]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "Le 12 mars 2021 à Lyon", [("12 mars 2021", {(2021, 3, 12)}, None)]),
        ("en", "on March 12, 2021", [("March 12, 2021", {(2021, 3, 12)}, None)]),
        ("ar", "في ١٢ مارس ٢٠٢١", [("١٢ مارس ٢٠٢١", {(2021, 3, 12)}, None)]),
        ("es", "el 12 de marzo de 2021", [("12 de marzo de 2021", {(2021, 3, 12)}, None)]),
        ("de", "am 12. März 2021", [("12. März 2021", {(2021, 3, 12)}, None)]),
        ("en", "on 2021-03-12", [("2021-03-12", {(2021, 3, 12)}, None)]),
        ("en", "on 03/04/2021", [("03/04/2021", {(2021, 3, 4), (2021, 4, 3)}, None)]),
        ("ar", "في أيار من عام 1852", [("أيار من عام 1852", {(1852, 5, None)}, None)]),
        ("en", "in 1922–26", [("1922", {(1922, None, None)}, None), ("26", {(1926, None, None)}, None)]),
        ("fr", "1,5 million d'euros", [("1,5 million d'euros", {1.5e6}, "EUR")]),
        ("en", "$1.5 million", [("$1.5 million", {1.5e6}, "USD")]),
        ("ar", "مليون ونصف", [("مليون ونصف", {1.5e6}, None)]),
        ("fr", "1 500 000 euros", [("1 500 000 euros", {1.5e6}, "EUR")]),
        ("fr", "3,2 milliards", [("3,2 milliards", {3.2e9}, None)]),
        ("es", "dos mil millones de euros", [("dos mil millones de euros", {2e9}, "EUR")]),
        ("en", "1,500 people", [("1,500", {1500.0, 1.5}, None)]),
        ("en", "three hundred and fifty thousand", [("three hundred and fifty thousand", {350000.0}, None)]),
        ("fr", "quatre-vingt-dix-sept", [("quatre-vingt-dix-sept", {97.0}, None)]),
        ("es", "treinta y cinco", [("treinta y cinco", {35.0}, None)]),
        ("de", "fünfundzwanzig", [("fünfundzwanzig", {25.0}, None)]),
        ("it", "ventuno", [("ventuno", {21.0}, None)]),
        ("pt", "vinte e cinco", [("vinte e cinco", {25.0}, None)]),
        ("ar", "ثلاثة وعشرون في المئة", [("ثلاثة وعشرون في المئة", {23.0}, "%")]),
        ("ar", "في أحد عشر إقليماً", [("أحد عشر", {11.0}, None)]),
        ("fr", "60 pour cent", [("60 pour cent", {60.0}, "%")]),
        ("en", "the thirteenth century", [("thirteenth century", {13.0}, "century")]),
        ("es", "en el siglo XIII", [("siglo XIII", {13.0}, "century")]),
        ("fr", "au XIIIe siècle", [("XIIIe siècle", {13.0}, "century")]),
        ("ar", "القرن الثالث عشر", [("القرن الثالث عشر", {13.0}, "century")]),
        ("en", "thousands of people in room B12", []),
        ("en", "It may rain.", []),
    ],
)
def test_what_is_read(language: str, text: str, expected: list[object]) -> None:
    assert read(text, language) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("fr", "le 12 mars 2021"), ("ar", "١٢ مارس ٢٠٢١"), True),
        (("fr", "en mars 2021"), ("en", "12 March 2021"), True),
        (("en", "12 March 2021"), ("fr", "en mars 2021"), False),  # the day is not established
        (("en", "from 8 p.m."), ("fr", "à partir de 20 heures"), True),
        (("en", "1.500"), ("es", "1500 personas"), True),
        (("en", "3.2 billion"), ("fr", "3,2 milliards"), True),
        (("en", "5 km"), ("fr", "5 miles"), False),
        (("en", "5 euros"), ("fr", "5 dollars"), False),
        (("en", "two years"), ("fr", "deux mois"), False),
        (("en", "1905"), ("fr", "1906"), False),
    ],
)
def test_which_are_equal(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    (first, *_), (second, *_) = facts(one[1], one[0]), facts(other[1], other[0])
    assert equal(first, second) is same


def test_a_figure_takes_the_place_of_one_of_its_kind() -> None:
    euros, dollars, year = (facts(t, "en")[0] for t in ("5 euros", "7 dollars", "1905"))
    assert not alike(euros, dollars)
    assert units_differ(euros, dollars)
    assert not alike(euros, year)
    assert alike(euros, facts("8 euros", "fr")[0])


@given(st.text(max_size=60), st.sampled_from(["en", "fr", "ar", "es", "de", "it", "pt", "und"]))
def test_places_are_in_the_text(text: str, language: str) -> None:
    assert all(0 <= f.start < f.end <= len(text) for f in facts(text, language))


@given(
    st.lists(
        st.sampled_from("12 mars 2021 , 3,5 million de cent vingt et un % € XIX siècle mai quatre".split()), max_size=9
    )
)
def test_places_of_figures_in_a_row(words: list[str]) -> None:
    text = " ".join(words)
    assert all(text[f.start : f.end].strip() == text[f.start : f.end] != "" for f in facts(text, "fr"))
