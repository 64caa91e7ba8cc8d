import pytest

from rag.check.quoted import quotations
from rag.check.reading import read_text


def quoted(text: str) -> list[str]:
    draft = read_text(text)
    return [draft.text[q.start : q.end] for q in quotations(draft)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “one two three” and left.", ["one two three"]),
        ('He said "one two three" and left.', ["one two three"]),
        ("Il dit « un deux trois » hier.", ["un deux trois"]),
        ("Il dit « un “deux trois quatre” cinq » hier.", ["un “deux trois quatre” cinq"]),
        ("Er sagte „eins zwei drei“ gestern.", ["eins zwei drei"]),
        ("Er sagte »eins zwei drei« gestern.", ["eins zwei drei"]),
        ("Il dit ‹un deux trois› hier.", ["un deux trois"]),
        ("قال «لا تُنسخ وثائق الهوية» أمس.", ["لا تُنسخ وثائق الهوية"]),
        ("彼は「電話は鳴り続けた」と言った。", ["電話は鳴り続けた"]),
        ("The “two words” are too few.", []),
        ("A “mark that never closes is none. It goes on.", []),
        ('A 15" screen and a 17" screen.', []),
        ('He said "one two\n\nthree four" twice.', []),  # a mark does not reach beyond its paragraph
        ("> one two three\n> four\n>\n> — Somebody\n", ["one two three\n> four"]),
        ("```\n“one two three”\n```\n\nText here.\n", []),
        ("He said “a b c d” and “e f g h”.", ["a b c d", "e f g h"]),
        ("He said « a b c [...] d ».", ["a b c [...] d"]),
    ],
)
def test_what_is_quoted(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


def test_a_long_block_quotation_is_taken_sentence_by_sentence() -> None:
    sentences = [f"This is sentence number {n} of a long quotation that goes on." for n in range(12)]
    assert quoted("> " + "\n> ".join(sentences) + "\n") == sentences
