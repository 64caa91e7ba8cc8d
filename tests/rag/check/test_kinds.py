from itertools import pairwise

import pytest

from rag.check.kinds import blocks_of

TEXT = """---
title: x
---
# Heading

Dear all,

Prose that runs
over two lines.

- one
- two
  goes on

> quoted words
> on two lines

| a | b |
| - | - |

```
code [1]
```

Setext
------

Text with a note[^1].

[^1]: The note.
    goes on

## References

[1] First entry.
[2] Second entry.
"""


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end].strip("\n")) for block in blocks_of(text)]


def test_the_blocks_of_markdown() -> None:
    assert kinds(TEXT) == [
        ("code", "---\ntitle: x\n---"),
        ("heading", "# Heading"),
        ("prose", "Dear all,"),
        ("prose", "Prose that runs\nover two lines."),
        ("item", "- one"),
        ("item", "- two\n  goes on"),
        ("quotation", "> quoted words\n> on two lines"),
        ("table", "| a | b |"),
        ("table", "| - | - |"),
        ("code", "```\ncode [1]\n```"),
        ("heading", "Setext"),
        ("heading", "------"),
        ("prose", "Text with a note[^1]."),
        ("note", "[^1]: The note.\n    goes on"),
        ("heading", "## References"),
        ("bibliography", "[1] First entry."),
        ("bibliography", "[2] Second entry."),
    ]


def test_blocks_are_sorted_and_hold_every_line_that_is_not_empty() -> None:
    blocks = blocks_of(TEXT)
    assert [b.start for b in blocks] == sorted(b.start for b in blocks)
    assert all(a.end <= b.start for a, b in pairwise(blocks))
    assert "".join(TEXT[b.start : b.end] for b in blocks).split() == TEXT.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A title\n\nA sentence of it.\n", ["heading", "prose"]),
        ("The hotline received 4812 calls in 2024\n", ["prose"]),  # all there is: a claim without its full stop
        ("Bonjour,\n\nElle est ouverte.\n", ["prose", "prose"]),
        ("Elle est ouverte.\n\nمقدمة\n\nهذا نص.\n", ["prose", "heading", "prose"]),
        ("A sentence without a stop that is too long for being a heading of anything\n\nAnd.\n", ["prose", "prose"]),
        ("**Bold line**\n\nText.\n", ["heading", "prose"]),
        ("Text [1].\n\n[1] An entry, 2020.\n", ["prose", "bibliography"]),
        ("Text.\n\nالمراجع\n\n1. مرجع\n2. مرجع آخر\n", ["prose", "heading", "bibliography", "bibliography"]),
        ("Text.\n\nRéférences :\nUne entrée, 2020.\n", ["prose", "heading", "bibliography"]),
        ("Text¹ here.\n\n¹ Annual report.\n", ["prose", "note"]),
        ("Text.\n\n## Sources\n\na\n\n## After\n\nText.\n", ["prose", "heading", "bibliography", "heading", "prose"]),
        ("    return x;\n\nText.\n", ["code", "prose"]),
        ("    An indented paragraph of prose, as typewriters had it.\n", ["prose"]),
        ("~~~\n```\n~~~\n\nText.\n", ["code", "prose"]),
        ("", []),
    ],
)  # fmt: skip
def test_kinds_of_lines(text: str, expected: list[str]) -> None:
    assert [kind for kind, _ in kinds(text)] == expected
