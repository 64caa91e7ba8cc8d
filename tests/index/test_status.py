"""What an index holds is counted, and how far it is behind its folders is told without reading a file."""

import os
import shutil
from pathlib import Path

import pytest

from index import plan, scan
from index.errors import IndexMissingError
from index.scan import Failure
from index.status import OutOfStep, Status, status
from tests.index.desk import LAMP, Desk, Here


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(plan, "_RACY_NS", 0)
    return Desk(tmp_path)


def look(desk: Desk) -> Status:
    """The status, for which no document may be read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scan, "read_file", None)
        patch.setattr(plan, "read_file", None)
        return status(desk.index)


def test_what_an_index_holds(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.write("b.txt", "La lampe a besoin d'une ampoule neuve. Demandez la clef à Hannah.")
    desk.write("c.md", "# Lamps\n\nAsk Hannah for the key of the lamp.")
    desk.write("d.txt", b"\x89PNG\r\n\x1a\n")
    desk.write("empty.txt", "")
    desk.write("access.toml", '[[rule]]\nfiles = "b.txt"\ngroups = "hr"\n')
    report = desk.sync()
    found = look(desk)
    assert found.folders == (str(desk.folder),)
    assert (found.documents, found.passages, found.encoder) == (4, report.passages, "letters")
    assert found.characters == sum(map(len, desk.texts().values()))
    assert found.languages == {"en": 2, "fr": 1, "und": 1}
    assert found.formats == {"plain": 3, "markdown": 1}
    assert (found.restricted, found.segments, found.dead_passages) == (1, 1, 0)
    assert [f.document for f in found.failed] == ["d.txt"] and "binary" in found.failed[0].reason
    assert found.failed == report.failed
    generation = desk.index / "generations" / desk.generation()
    sizes = [p.stat().st_size for p in generation.rglob("*") if p.is_file() and p.name != "manifest.json"]
    assert found.bytes == sum(sizes)
    assert found.synced.endswith("+00:00")
    assert found.out_of_step == OutOfStep(0, 0, 0, ())
    assert found.to_json()["failed"] == ({"document": "d.txt", "reason": found.failed[0].reason},)
    assert found.to_json()["out_of_step"]["unknown"] == ()


def test_an_index_of_nothing_and_none(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        status(desk.index)
    desk.sync_without_encoder()
    found = look(desk)
    assert (found.documents, found.languages, found.segments, found.failed) == (0, {}, 0, ())


def test_what_is_out_of_step(desk: Desk) -> None:
    for name in "abcde":
        desk.write(f"{name}.txt", LAMP)
    desk.write("binary.txt", b"\x89PNG\r\n\x1a\n")
    desk.sync()
    desk.write("new/f.txt", LAMP)
    desk.write("new/g.xyz", "not a document")
    desk.write("a.txt", LAMP + "!")
    os.utime(desk.folder / "b.txt", ns=(1, 1))
    desk.write("binary.txt", b"\x89PNG\r\n\x1a\nx")
    (desk.folder / "c.txt").unlink()
    (desk.folder / "d.txt").rename(desk.folder / "h.txt")
    assert look(desk).out_of_step == OutOfStep(2, 3, 2, ())
    desk.sync()
    found = look(desk)
    assert found.out_of_step == OutOfStep(0, 0, 0, ())
    assert found.dead_passages == 3 or found.segments > 1
    desk.sync_without_encoder(compact=True)
    assert look(desk).dead_passages == 0


def test_a_file_written_just_before_its_sync_is_in_step(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_RACY_NS", 10**18)
    desk.write("a.txt", LAMP)
    desk.sync()
    assert look(desk).out_of_step == OutOfStep(0, 0, 0, ())


def test_a_folder_that_is_away_is_unknown_not_gone(desk: Desk, tmp_path: Path) -> None:
    desk.write("a.txt", LAMP)
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.txt").write_text(LAMP)
    desk.sync(desk.folder, other)
    other.rename(tmp_path / "away")
    assert look(desk).out_of_step == OutOfStep(0, 0, 0, (str(other),))
    shutil.rmtree(desk.folder)
    assert look(desk).out_of_step == OutOfStep(0, 0, 0, (str(desk.folder), str(other)))


def test_a_folder_that_cannot_be_listed_is_unknown_not_gone(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("closed/a.txt", LAMP)
    desk.write("open/b.txt", LAMP)
    desk.write("c.txt", LAMP)
    desk.sync()
    (desk.folder / "open" / "b.txt").unlink()
    opened = os.open

    def refuse(path: str, *arguments: int, **named: int) -> int:
        if path == "closed":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuse)
    assert look(desk).out_of_step == OutOfStep(0, 0, 1, (str(desk.folder / "closed"),))


def test_failures_in_files_are_listed_with_their_documents(desk: Desk) -> None:
    line = '{"id": "1", "text": "The lamp is old."}\n'
    desk.write("x.jsonl", line + "no json\n")
    desk.sync()
    (failure,) = look(desk).failed
    assert failure == Failure("x.jsonl/line 2", failure.reason)
    assert look(desk).documents == 1
