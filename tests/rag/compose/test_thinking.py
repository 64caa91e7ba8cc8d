import pytest

from rag.compose.thinking import spoken


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The lamp.", "The lamp."),
        ("<think>Hm. Maybe.</think>The lamp.", "The lamp."),
        ("\n<think></think>\n\nThe lamp.", "\n\nThe lamp."),
        ("<think>never ending", ""),
        ("<th", "<th"),
        ("1 < 2 <think>", "1 < 2 <think>"),
        ("", ""),
    ],
)
def test_thoughts_are_no_part_of_the_answer(text: str, wanted: str) -> None:
    assert "".join(spoken([text])) == wanted
    assert "".join(spoken(list(text))) == wanted


def test_there_is_a_piece_for_a_piece_so_that_a_reader_can_stop() -> None:
    assert list(spoken(["", "<think>", "x", "</think>a", "b"])) == ["", "", "", "a", "b"]
