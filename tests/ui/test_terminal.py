"""What is printed is one's own layout; nothing in a document steers the terminal."""

import sys
from dataclasses import replace

import pytest

from index.scan import Failure
from index.sync import SyncProgress, SyncReport
from rag.answer import Answer, Before, Citation, Difference, Elsewhere, RankedPassage, Removed, Statement
from rag.remark import Remark
from ui import terminal

HOSTILE = "a\x1b[2Jb\x1b]0;title\x07c\rd\x9b31me\x00\x08\x7f\x85f\ng\u2028h"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a  b\r\n c\t", "a b c"),
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("\x9b31m \x07 \x00 \x7f", "\ufffd31m \ufffd \ufffd \ufffd"),
        ("مرحبا\u200f 😀 e\u0301", "مرحبا\u200f 😀 e\u0301"),
        (HOSTILE, "a\ufffd[2Jb\ufffd]0;title\ufffdc d\ufffd31me\ufffd\ufffd\ufffd f g h"),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert terminal.plain(text) == expected
    assert terminal.plain(expected) == expected


def quoted(text: str) -> Answer:
    citations = (
        Citation(1, f"{text}.txt", text, None, "en", 10, 20, text, "exact"),
        Citation(2, "b.pdf", "B", 3, "fr", 0, 5, "Deux.", "exact"),
    )
    statements = (Statement(text, (1,), "quoted"), Statement("Deux.", (2,), "quoted"))
    return Answer("?", "en", "quote", False, None, f"{text} [1] Deux. [2]", statements, citations, (), {})


def abstained(*passages: RankedPassage) -> Answer:
    return Answer("?", "en", "quote", True, "no_evidence", "Nothing answers.", (), (), passages, {})


def passage(text: str) -> RankedPassage:
    return RankedPassage("a.txt", 5, 9, 0.70549, "en", text, "A")


def test_an_answer_with_its_sources_below() -> None:
    sources = "[1] One. (en): One..txt, characters 10 to 20\n[2] B (fr): b.pdf, page 3, characters 0 to 5"
    assert terminal.answer_text(quoted("One.")) == f"One. [1]\nDeux. [2]\n\n{sources}"


def test_a_written_answer_with_what_was_removed() -> None:
    written = replace(
        quoted("One."),
        mode="compose",
        composed=True,
        model=HOSTILE,
        removed=(
            Removed(HOSTILE, "contradicted", "another_number", (2,)),
            Removed("Four.", "unsupported", "words_not_found", words=("Four", HOSTILE)),
        ),
        remarks=(Remark("away", HOSTILE), Remark("quotes_left_out", count=1, of=3)),
    )
    steered = terminal.plain(HOSTILE)
    assert terminal.answer_text(written) == (
        "One. [1]\nDeux. [2]\n\n"
        "[1] One. (en): One..txt, characters 10 to 20\n    “One.”\n"
        "[2] B (fr): b.pdf, page 3, characters 0 to 5\n    “Deux.”\n\n"
        f"Removed, as the sources do not support it (written by {steered}):\n"
        f"  - {steered} (contradicted, another number [2])\n"
        f"  - Four. (unsupported, words not found: Four, {steered})\n\n"
        f"{steered}; the quoted answer stands; 1 of 3 quotes did not fit into the prompt"
    )


def test_other_documents_stand_below_a_source() -> None:
    also = (Elsewhere("a.txt", "A", 3, 0, 4), Elsewhere(HOSTILE, "B", None, 0, 4, "S", 2))
    differences = (Difference(2, "412", "421"), Difference(2, HOSTILE, "97"), Difference(3, "", "not"))
    citation = Citation(1, "x.txt", "X", None, "en", 0, 4, "One.", "exact")
    steered = terminal.plain(HOSTILE)
    assert terminal.citation_text(replace(citation, also=also, differs_from=(2, 3), differences=differences)) == (
        "[1] X (en): x.txt, characters 0 to 4\n"
        f"    also in: a.txt, page 3; {steered}, sheet S, row 2\n"
        f"    differs from [2]: 412 / 421, {steered} / 97\n"
        "    differs from [3]: — / not"
    )


def test_the_sentence_before_a_quote_stands_below_its_source() -> None:
    citation = Citation(1, "x.txt", "X", None, "en", 20, 24, "He.", "exact", before=Before(0, 19, HOSTILE))
    assert terminal.citation_text(citation) == (
        f"[1] X (en): x.txt, characters 20 to 24\n    the sentence before: {terminal.plain(HOSTILE)}"
    )


def test_an_abstention_names_the_nearest() -> None:
    assert terminal.answer_text(abstained()) == "Nothing answers."
    assert terminal.answer_text(abstained(passage("One."), passage("Two."))) == (
        "Nothing answers.\n\nNearest passages:\n  1. 0.705 a.txt 5:9 (en) One.\n  2. 0.705 a.txt 5:9 (en) Two."
    )


def test_a_long_passage_is_shortened() -> None:
    line = terminal.passage_text(1, passage("word " * 200))
    assert line.endswith("…")
    assert len(line) < 220


def test_no_document_steers_the_terminal() -> None:
    outputs = [
        terminal.answer_text(quoted(HOSTILE)),
        terminal.answer_text(abstained(passage(HOSTILE))),
        terminal.sync_text(SyncReport(0, 0, 0, 0, (Failure(HOSTILE, HOSTILE),), 0, 0.1)),
    ]
    for output in outputs:
        assert "a\ufffd[2Jb" in output
        assert not {char for char in output if char != "\n" and (ord(char) < 32 or 127 <= ord(char) < 160)}
    assert outputs[0].count("\n") == 4


def test_what_a_sync_did() -> None:
    report = SyncReport(1, 2, 3, 4, (Failure("x.bin", "it is binary"),), 5, 6.04)
    assert terminal.sync_text(report) == (
        "1 added, 2 changed, 3 removed, 4 unchanged; 5 passages in 6.0 s\n  could not read x.bin: it is binary"
    )


def test_messages_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("two\nlines \x1b[1m")
    assert capsys.readouterr() == ("", "pincite: two lines \ufffd[1m\n")


def test_progress_is_for_terminals_only(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.progress("fetching")
    assert list(terminal.bar([1, 2], " questions")) == [1, 2]
    with terminal.sync_bar() as advance:
        advance(SyncProgress(1, 2, 3))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    terminal.progress("fetching")
    assert list(terminal.bar([1, 2], " questions")) == [1, 2]
    with terminal.sync_bar() as advance:
        advance(SyncProgress(1, 2, 3))
    output, errors = capsys.readouterr()
    assert output == ""
    assert "pincite: fetching" in errors
    assert "0/2 [" in errors
    assert "3 passages" in errors
