"""Names are known in other spellings, scripts and languages, and told from each other."""

import pytest

from rag.verify.names import found_in, names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed", "محمد"), ("Muhammad", "Mohammed"), ("Luther", "لوثر"), ("Lutero", "Luther"),
        ("Shakespeare", "شكسبير"), ("Churchill", "تشرشل"), ("Gutenberg", "غوتنبرغ"), ("Gutenberg", "جوتنبرج"),
        ("Victoria", "فكتوريا"), ("Albert", "وألبرت"), ("Thoreau", "ثورو"), ("Freud", "فرويد"), ("Warsaw", "Varsovia"),
        ("Горбачёв", "Gorbatchev"), ("Путин", "Poutine"), ("Παπανδρέου", "Papandréou"), ("Napoléon", "Napoleón"),
        ("Germany", "Allemagne"), ("Germany", "ألمانيا"), ("Londres", "لندن"), ("Égypte", "مصر"), ("Warsaw", "وارسو"),
    ],
)  # fmt: skip
def test_the_same_name(one: str, other: str) -> None:
    assert found_in(one, [other])
    assert found_in(other, [one])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Napoleon", "لوثر"), ("Paris", "بيروت"), ("Martin", "Marie"), ("Denver", "Dorne"), ("Germany", "فرنسا"),
        ("Boucard", "Lemaire"), ("Tarsine", "Molvane"), ("Иванов", "Petrov"), ("Luther", "Lemaire"),
    ],
)  # fmt: skip
def test_another_name(one: str, other: str) -> None:
    assert not found_in(one, [other])
    assert not found_in(other, [one])


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "fr",
            "Le président Emmanuel Macron a rencontré M. Dupont à Alger.",
            ["Emmanuel", "Macron", "Dupont", "Alger"],
        ),
        ("en", "According to Jane Smith, it rained in May.", ["Jane", "Smith"]),
        ("en", "Yesterday it rained.", []),
        ("en", "Twenty Indonesians were freed.", ["Indonesians"]),
        ("en", "Henry Cole spoke.", ["Henry", "Cole"]),
        ("de", "Die Regierung lobte Angela Merkel.", ["Angela", "Merkel"]),
        ("fr", "Au XIXe siècle, l'Élysée fut vendu.", ["Élysée"]),
        ("ar", "قال الوزير", []),
        ("en", "MEMBERS OF THE BOARD OF TRADE", []),
    ],
)
def test_what_is_a_name(language: str, text: str, expected: list[str]) -> None:
    found = [name for name in names(text, language) if name.firm]
    assert [name.text for name in found] == expected
    assert all(text[name.start : name.end] == name.text for name in found)
