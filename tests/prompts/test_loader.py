from pathlib import Path

import pytest

import prompts
from prompts.loader import load_prompt, parse_prompt

FOLDER = Path(prompts.__file__).parent
SHIPPED = sorted(path.stem for path in FOLDER.glob("*.txt"))


def test_a_prompt_is_its_variables_and_its_messages() -> None:
    prompt = parse_prompt("p", "variables: b, a\n\n[system]\nSay {a}.\n\nThen stop.\n\n[human]\n{b}\n{a}\n")
    assert prompt.variables == ("b", "a")
    assert prompt.messages == (("system", "Say {a}.\n\nThen stop."), ("human", "{b}\n{a}"))


def test_doubled_braces_and_markers_are_no_holes_and_no_roles() -> None:
    prompt = parse_prompt("p", "variables:\n[human]\nWrite {{x}} and cite [2].\n")
    assert prompt.messages == (("human", "Write {{x}} and cite [2]."),)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "its first line has to be 'variables: one, two'"),
        ("[human]\n{a}", "its first line has to be"),
        ("variables: a\n[human]\n{a} {b}", "uses 'b', which its first line does not declare"),
        ("variables: a, b\n[human]\n{a}", "declares 'b', and no message uses it"),
        ("variables: a, a\n[human]\n{a}", "declares a variable twice"),
        ("variables: a\n{a}", "text before its first message"),
        ("variables: a\nHello\n[human]\n{a}", "text before its first message"),
        ("variables: a\n", "text before its first message"),
        ("variables: a\n[robot]\n{a}", "a message [robot]"),
        ("variables: a\n[human]\n{a}\n[ai]\n", "a message [ai]"),
        ("variables: a\n[human]\n{a} }", "a stray brace"),
        ("variables: a\n[human]\n{a", "a stray brace"),
        ("variables: a\n[human]\n{a} {}", "a hole ''"),
        ("variables: a\n[human]\n{a.__class__}", "a hole 'a.__class__'"),
        ("variables: a\n[human]\n{a!r}", "a hole 'a'"),
        ("variables: a\n[human]\n{a:>9}", "a hole 'a'"),
    ],
)
def test_a_prompt_that_does_not_keep_its_word_fails_at_load(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match="the prompt 'p'") as raised:
        parse_prompt("p", text)
    assert complaint in str(raised.value)


def test_a_prompt_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("variables: وثيقة\n[human]\n{وثيقة} ؟\n", encoding="utf-8")
    assert load_prompt("x", tmp_path).variables == ("وثيقة",)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_prompt_that_is_shipped_loads(name: str) -> None:
    assert load_prompt(name).name == name


def test_there_are_prompts() -> None:
    assert {"cited_answer", "composed_answer"} <= set(SHIPPED)


def test_holes_are_filled_and_what_fills_them_has_none() -> None:
    prompt = parse_prompt("p", "variables: b, a\n[system]\nSay {{x}} {a}.\n[human]\n{b} {a}\n")
    assert prompt.filled(a="{b}", b="1") == (("system", "Say {x} {b}."), ("human", "1 {b}"))


@pytest.mark.parametrize("values", [{}, {"a": "1"}, {"a": "1", "b": "2", "c": "3"}])
def test_just_what_was_declared_fills_them(values: dict[str, str]) -> None:
    prompt = parse_prompt("p", "variables: b, a\n[human]\n{b} {a}\n")
    with pytest.raises(ValueError, match="the prompt 'p' takes"):
        prompt.filled(**values)
