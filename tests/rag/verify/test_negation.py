"""The words that deny, and those that only look like it."""

import pytest

from rag.verify.negation import cues


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
