from dataclasses import replace

from tests.ui.checked import checked, full, pincite
from ui.checked_text import checked_text


def test_the_whole_text() -> None:
    assert checked_text(full()) == (
        "bilan.md: checked against 47 passages in 1.5 s\n"
        "2 claims: 1 supported, 1 contradicted\n"
        "5 more (headings, questions, table rows and the like) not checked\n"
        "1 quotation: 1 misquoted\n"
        "2 references: 1 said elsewhere, 1 not in the index\n"
        "\n"
        "What to look at:\n"
        "\n"
        "1. line 3, the cited source does not say it, but another does: [1] (leads to a/roof.md)\n"
        "   - The sources say: “It leaks very badly.” — The roof (a/roof.md, page 3, characters 10 to 30)\n"
        "\n"
        "2. line 3, contradicted (another date): It was mended in 1999.\n"
        "   - date: the draft has “1999”, the source has “2019”\n"
        "   - The sources say: “It was mended in 2019.” — The roof (a/roof.md, page 3, characters 10 to 32)\n"
        "\n"
        "3. line 3, quotation misquoted: “our biggest weakness here”\n"
        "   - the draft has “biggest”, the source has “greatest”\n"
        "   - The sources say: “our greatest weakness here” — The roof (a/roof.md, page 3, characters 10 to\n"
        "     36)\n"
        "\n"
        "4. line 7, this source is not in the index: | a | b |\n"
        "\n"
        "Found in the sources:\n"
        "\n"
        "- line 3, supported: It leaks badly [1]. — a/roof.md, page 3, characters 10 to 30"
    )


def test_lines_are_no_wider_than_asked() -> None:
    assert max(map(len, checked_text(full(), 60).splitlines())) <= 60


def test_nothing_that_a_terminal_obeys_comes_through() -> None:
    found = checked()
    evil = pincite("\x1b[31mred\x07", "a/\x1b[2J.md", title="t\x9bitle", sheet="s\x1b", row=2)
    found = replace(found, sentences=tuple(replace(s, evidence=(evil,)) for s in found.sentences))
    assert not [char for char in checked_text(found) if (char < " " and char != "\n") or "\x7f" <= char <= "\x9f"]


def test_a_draft_without_findings_says_so_in_its_counts() -> None:
    found = checked()
    text = checked_text(replace(found, sentences=found.sentences[:2]))
    assert "What to look at" not in text and "1 claim: 1 supported" in text
