"""`pincite check`: what it takes, prints and writes. The model is a stand-in."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.check.checked import CheckedDraft
from tests.rag.check.desk import WordVerifier, opened
from tests.rag.check.packed import paragraph, word_file
from ui import checking, commands

NOTE = "# A note\n\nThe hotline received 4900 calls in 2024. The hotline received 4812 calls in 2024.\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a note, and an index that is asked through a stand-in."""
    (tmp_path / "note.md").write_text(NOTE, encoding="utf-8")
    with opened(tmp_path) as view:

        def assistant(*_: object, **__: object) -> SimpleNamespace:
            return SimpleNamespace(view=lambda: view, verifier=WordVerifier())

        monkeypatch.setattr(checking, "assistant", assistant)
        monkeypatch.chdir(tmp_path)
        yield tmp_path


def run(*arguments: str) -> int:
    return commands.main(["check", *arguments])


def test_the_text_and_exit_code_0_where_something_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("note.md") == 0
    told = capsys.readouterr()
    assert "1. line 3, contradicted (another number): The hotline received 4900 calls in 2024." in " ".join(
        told.out.split()
    )
    assert told.err == ""


def test_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("note.md", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "note.md"
    assert [s["status"] for s in told["sentences"]] == ["not_checked", "contradicted", "quoted"]


def test_standard_input(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(NOTE.encode())))
    assert run("-") == 0
    assert capsys.readouterr().out.startswith("standard input: checked against")


def test_files_are_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "note.docx").write_bytes(word_file(paragraph("The hotline received 4900 calls in 2024.")))
    assert run("note.docx", "--html", "out.html", "--docx", "out.docx") == 0
    assert "4900" in (folder / "out.html").read_text(encoding="utf-8")
    assert (folder / "out.docx").read_bytes().startswith(b"PK")
    assert not list(folder.glob("*.part"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["none.md"], "there is no file none.md"),
        (["."], ". is a folder"),
        (["note.md", "--html", "none/out.html"], "cannot be written"),
        (["note.md", "--html", "."], "cannot be written"),
        (["note.md", "--html", "note.md"], "is the draft itself"),
        (["note.md", "--html", "x", "--docx", "x"], "name two files"),
        (["empty.md"], "empty.md holds no text"),
        (["note.md", "--language", "french"], "french"),
    ],
)
def test_mistakes_are_told_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    (folder / "empty.md").write_text("")
    assert run(*arguments) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.startswith("pincite: ") and says in told.err and told.err.count("\n") == 1
    assert (folder / "note.md").read_text(encoding="utf-8") == NOTE


def test_a_file_that_cannot_be_made_leaves_what_was_there(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "out.html").write_text("before")

    def fail(_: CheckedDraft) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ui.checked_page.checked_page", fail)
    assert run("note.md", "--html", "out.html") == 1
    assert (folder / "out.html").read_text() == "before"
    assert "No space left" in capsys.readouterr().err
