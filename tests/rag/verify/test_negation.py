"""The words that deny, and those that only look like it."""

import pytest

from rag.verify.negation import cues, near_denials


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "He isn't here.", ["isn't"]),
        ("en", "Not only here, and in no. 5.", []),
        ("fr", "Il n’est pas venu.", ["pas"]),
        ("fr", "Il est venu.", []),
        ("es", "No vino nunca.", ["No", "nunca"]),
        ("es", "No solo vino.", []),
        ("ar", "لم يوقع الوزير", ["لم"]),
        ("ar", "لا يزال الوزير هنا", []),
        ("de", "Er kam nicht.", ["nicht"]),
        ("it", "Non è venuto.", ["Non"]),
        ("pt", "Ele não veio.", ["não"]),
        ("und", "not", []),
    ],
)
def test_cues(language: str, text: str, expected: list[str]) -> None:
    assert [text[cue.start : cue.end] for cue in cues(text, language)] == expected


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "He refused, without a reason.", 2),
        ("fr", "Il ne saurait le dire.", 1),
        ("fr", "Il ne vient pas.", 0),
        ("ar", "عادة ما يصل الوزير مساء", 0),
        ("ar", "ما وصل الوزير", 1),
        ("ar", "ما قاله الوزير لم يكن صحيحا", 0),
    ],
)
def test_words_that_come_near_to_denying(language: str, text: str, expected: int) -> None:
    assert near_denials(text, language) == expected
