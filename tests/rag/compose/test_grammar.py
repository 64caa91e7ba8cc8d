import pytest

from rag.compose.grammar import MOST_SENTENCES, answer_grammar


def test_markers_are_of_the_sources_alone() -> None:
    rules = dict(line.split(" ::= ", 1) for line in answer_grammar(3, "NONE").splitlines())
    assert rules["marker"] == '"[1]" | "[2]" | "[3]"'
    assert rules["root"] == f'"NONE" | "NONE." | "None" | "None." | "none" | "none." | sentence{{1,{MOST_SENTENCES}}}'
    assert set(rules) == {"root", "sentence", "word", "sign", "marker"}
    for sign in "[]<>{}|*`#\\":
        assert sign in rules["sign"]


@pytest.mark.parametrize(("word", "quoted"), [('a "b"', '"a \\"b\\""'), ("لا", '"لا"')])
def test_a_refusal_is_quoted(word: str, quoted: str) -> None:
    assert answer_grammar(1, word).startswith(f"root ::= {quoted} | ")


@pytest.mark.parametrize(
    ("language", "more"), [("en", "{3,45}"), ("ar", "{3,45}"), ("und", "{3,45}"), ("zh", "{0,45}"), ("th", "{0,45}")]
)
def test_a_sentence_has_words(language: str, more: str) -> None:
    assert f'(" " word){more}' in answer_grammar(1, "NONE", language)
