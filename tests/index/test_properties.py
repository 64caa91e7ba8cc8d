from collections import Counter

import pytest

from index.readers import properties


@pytest.mark.parametrize(
    "text", ["Rapport annuel 2023", "L’eau", "تقرير سنوي", "  Plan \n de\tl’eau ", "Slides of the year"]
)
def test_titles(text: str) -> None:
    assert properties.title(text) == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        None, "", " ", "x", "12", "Microsoft Word - doc1.docx", "Document1", "untitled", "Untitled 3", "Sans titre",
        "PowerPoint Presentation", "Présentation PowerPoint", "Slide 1", "Diapositive 12", "rapport.docx", "a b.PDF",
        "rapport_final", "C:\\Temp\\x y", "rapport2", "بدون عنوان", "عرض تقديمي 1", "Word Document", "x" * 201,
    ],
)  # fmt: skip
def test_what_is_no_title(text: str | None) -> None:
    assert properties.title(text) is None


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("fr-FR", "fr"), ("AR", "ar"), ("en_US", "en"), ("zh-Hans-CN", "zh"), ("fra", "fr"), ("ger", "de"),
        (" de ", "de"), ("x-none", None), ("zxx", None), ("und", None), ("french", None), ("", None), (None, None),
        ("f", None),
    ],
)  # fmt: skip
def test_languages(tag: str | None, code: str | None) -> None:
    assert properties.language(tag) == code


@pytest.mark.parametrize(
    ("language", "text", "fits"),
    [
        ("fr", "Le prix", True), ("fr", "قرر المجلس", False), ("ar", "قرر المجلس (Oran)", True),
        ("ar", "Le prix", False), (None, "x", True), ("fr", "12", False),
    ],
)  # fmt: skip
def test_a_language_of_the_other_direction_is_not_believed(language: str | None, text: str, fits: bool) -> None:
    assert properties.fitting(language, text) == (language if fits else None)


def test_most_used() -> None:
    assert properties.most_used(Counter({"fr": 6, None: 5})) == "fr"
    assert properties.most_used(Counter({"fr": 5, "en": 5})) is None
    assert properties.most_used(Counter({None: 5, "en": 1})) is None
    assert properties.most_used(Counter()) is None


@pytest.mark.parametrize(
    ("moments", "day"),
    [
        (("2024-05-31T09:30:00Z",), "2024-05-31"),
        ((None, "", "2024-13-01", "1980-01-01T00:00:00Z", "2020-02-29"), "2020-02-29"),
        (("2024-05-311",), None),
        (("0000-01-01", "31/05/2024"), None),
        ((), None),
    ],
)
def test_days(moments: tuple[str | None, ...], day: str | None) -> None:
    assert properties.day(*moments) == day


def test_authors() -> None:
    assert properties.author("Amina  Haddad", None, "Karim", "Karim") == "Amina Haddad, Karim"
    assert properties.author("python-docx", "Admin", "", "-") is None
