"""A sync makes the index mirror its folders, whatever happens on the way."""

import contextlib
import errno
import json
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import durable, generations, plan, scan, segment_writer, store_writer, writer
from index.encoder import EncoderSource
from index.errors import IndexDamagedError, IndexLockedError, IndexMismatchError, ModelError, PinciteError
from index.filters import Filter
from index.limits import Limits
from index.manifest import check_sums, read_manifest
from index.mirror import MirrorOptions, folder_for, mirror
from index.opened import Index
from index.postings import Postings
from index.reading import ReadPart
from index.sync import SyncOptions, SyncProgress, sync
from index.vectors import SearchedVectors
from index.worker import Worker
from tests.index.desk import LAMP, ROOF, Desk, counts
from tests.index.fake_encoder import IDENTITY, LetterEncoder, source_of
from tests.index.packed import packed
from tests.index.web_host import serving


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once; the test of those that are not says so itself."""
    monkeypatch.setattr(plan, "_RACY_NS", 0)


def test_added_changed_removed_unchanged(desk: Desk) -> None:
    desk.write("a/lamp.txt", LAMP)
    desk.write("b.txt", ROOF)
    desk.write("c.md", "# Stairs\n\nTwelve steps lead up.\n")
    report = desk.sync()
    assert counts(report) == (3, 0, 0, 0, 0)
    assert desk.texts() == {"a/lamp.txt": LAMP, "b.txt": ROOF, "c.md": "# Stairs\n\nTwelve steps lead up.\n"}
    assert report.passages == len(desk.encoder.embedded)

    desk.write("b.txt", "The roof was mended.")
    (desk.folder / "c.md").unlink()
    desk.write("d.txt", "A door is new.")
    assert counts(desk.sync()) == (1, 1, 1, 1, 0)
    assert desk.texts() == {"a/lamp.txt": LAMP, "b.txt": "The roof was mended.", "d.txt": "A door is new."}
    assert desk.embedded() == ["The roof was mended.", "A door is new."]


def test_nothing_to_do_writes_nothing_and_loads_no_encoder(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.write("empty.txt", "")
    desk.write("binary.txt", b"%PDF-1.7 binary")
    assert counts(desk.sync()) == (2, 0, 0, 0, 1)
    before = {p: p.stat().st_mtime_ns for p in desk.index.rglob("*") if p.name != "lock"}
    report = desk.sync_without_encoder()
    assert counts(report) == (0, 0, 0, 2, 1)
    assert report.passages == 1
    assert {p: p.stat().st_mtime_ns for p in desk.index.rglob("*") if p.name != "lock"} == before


def test_the_report_as_json(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.write("b.txt", b"\x89PNG\r\n\x1a\n")
    report = replace(desk.sync(), seconds=1.23456)
    assert report.to_json() == {
        "added": 1,
        "changed": 0,
        "removed": 0,
        "unchanged": 0,
        "failed": [{"document": "b.txt", "reason": report.failed[0].reason}],
        "passages": 1,
        "seconds": 1.235,
    }


def test_an_empty_folder_is_an_empty_index(desk: Desk) -> None:
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 0, 0)
    assert desk.texts() == {}
    desk.write("a.txt", LAMP)
    desk.sync()
    (desk.folder / "a.txt").unlink()
    assert counts(desk.sync_without_encoder()) == (0, 0, 1, 0, 0)
    assert desk.texts() == {}


def test_a_document_of_nothing_needs_no_encoder(desk: Desk) -> None:
    desk.write("empty.txt", "")
    desk.write("blank.txt", " \n\n\t")
    assert counts(desk.sync_without_encoder()) == (2, 0, 0, 0, 0)
    assert desk.texts() == {"empty.txt": "", "blank.txt": " \n\n\t"}


def test_another_time_stamp_on_the_same_bytes_is_no_change(desk: Desk) -> None:
    path = desk.write("a.txt", LAMP)
    desk.sync()
    os.utime(path, ns=(1, 1))
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 1, 0)
    before = desk.generation()  # the new stamp is noted, so that the file is not read again
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 1, 0)
    assert desk.generation() == before


def test_a_stamp_is_brought_up_to_date_with_the_next_change(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.write("a.txt", LAMP)
    desk.sync()
    os.utime(path, ns=(1, 1))
    desk.write("b.txt", ROOF)
    desk.sync()

    def refuse(found: scan.Found, most: int) -> None:
        raise AssertionError(f"{found.id} was read")

    monkeypatch.setattr(plan, "read_file", refuse)
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 2, 0)


def test_a_change_that_keeps_size_and_time_is_found_by_ctime(desk: Desk) -> None:
    path = desk.write("a.txt", "One lamp.")
    status = path.stat()
    desk.sync()
    desk.write("a.txt", "Two lamp.")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert counts(desk.sync()) == (0, 1, 0, 0, 0)
    assert desk.texts() == {"a.txt": "Two lamp."}


def test_a_file_written_just_before_the_last_sync_is_read_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_RACY_NS", 2_000_000_000)
    path = desk.write("a.txt", "One lamp.")
    desk.sync()
    # A coarse clock: another content under the very same stamp.
    stamp = scan._stamp(path.stat())
    desk.write("a.txt", "Two lamp.")
    monkeypatch.setattr(scan, "_stamp", lambda _: stamp)
    assert counts(desk.sync()) == (0, 1, 0, 0, 0)
    assert desk.texts() == {"a.txt": "Two lamp."}


def test_an_equal_stamp_in_another_folder_proves_nothing(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "_stamp", lambda _: scan.Stamp(9, 1, 1))
    desk.write("a.txt", "One lamp.")
    desk.sync()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").write_text("Two lamp.")
    assert counts(desk.sync(tmp_path / "other")) == (0, 1, 0, 0, 0)


def test_every_file_and_the_manifest_last_is_flushed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[str] = []
    flush = durable.flush

    def note(path: Path) -> None:
        flushed.append(path.name)
        flush(path)

    monkeypatch.setattr(durable, "flush", note)
    desk.write("a.txt", LAMP)
    desk.sync()
    with Index.open(desk.index) as index:
        names = [f.name for f in index.manifest.files]
        found = {p.relative_to(index.folder).as_posix() for p in index.folder.rglob("*") if p.is_file()}
        assert found == {*names, "manifest.json"}
    plain = [name.split("/")[-1] for name in names]
    assert flushed[: len(names) + 3] == [*plain, "manifest.json", "s000001", "g000001.part"]


def test_a_rename_keeps_passages_and_vectors(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.write("b.txt", ROOF)
    desk.sync()
    with Index.open(desk.index) as index:
        before = index.view().facts("a.txt")
    (desk.folder / "new").mkdir()
    (desk.folder / "a.txt").rename(desk.folder / "new" / "the_lamp.txt")
    assert counts(desk.sync_without_encoder()) == (1, 0, 1, 1, 0)
    assert desk.texts() == {"new/the_lamp.txt": LAMP, "b.txt": ROOF}
    with Index.open(desk.index) as index:
        after = index.view().facts("new/the_lamp.txt")
        assert before and after == replace(before, id="new/the_lamp.txt", title="the lamp")
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 2, 0)


def test_a_rename_to_another_format_or_over_another_document_is_embedded(desk: Desk) -> None:
    desk.write("a.txt", "# " + LAMP)
    desk.write("b.txt", ROOF)
    desk.sync()
    (desk.folder / "a.txt").rename(desk.folder / "a.md")
    assert counts(desk.sync()) == (1, 0, 1, 1, 0)
    assert desk.encoder.embedded
    (desk.folder / "b.txt").rename(desk.folder / "a.md")
    assert counts(desk.sync()) == (0, 1, 1, 0, 0)
    assert desk.texts() == {"a.md": ROOF}


def test_renames_among_equal_documents(desk: Desk) -> None:
    for id in ("a.txt", "b.txt", "c.txt"):
        desk.write(id, LAMP)
    desk.sync()
    (desk.folder / "a.txt").rename(desk.folder / "d.txt")
    (desk.folder / "b.txt").rename(desk.folder / "e.txt")
    desk.write("f.txt", LAMP)
    assert counts(desk.sync()) == (3, 0, 2, 1, 0)
    assert desk.encoder.embedded == []  # the same was embedded before
    assert desk.texts() == dict.fromkeys(["c.txt", "d.txt", "e.txt", "f.txt"], LAMP)


def test_two_documents_that_change_places(desk: Desk) -> None:
    a, b = desk.write("a.txt", LAMP), desk.write("b.txt", ROOF)
    desk.sync()
    a.rename(desk.folder / "c")
    b.rename(a)
    (desk.folder / "c").rename(b)
    assert counts(desk.sync()) == (0, 2, 0, 0, 0)
    assert desk.texts() == {"a.txt": ROOF, "b.txt": LAMP}


def test_a_heading_is_embedded_and_a_name_is_not(desk: Desk) -> None:
    desk.write("guide_to_stairs.html", "<html><title>Stairs</title><body><p>Twelve steps lead up.</p></body></html>")
    desk.write("door_list.txt", "a door that is old stands open, and nobody shuts it.")
    desk.sync()
    with Index.open(desk.index) as index:
        assert {e.id: e.title for e in index.view().documents()} == {
            "guide_to_stairs.html": "Stairs",
            "door_list.txt": "door list",
        }
    assert {i.heading for i in desk.encoder.embedded} == {"", "Stairs"}


def test_the_index_mirrors_the_folders_named_and_no_others(desk: Desk, tmp_path: Path) -> None:
    desk.write("a.txt", LAMP)
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text(ROOF)
    (other / "b.txt").write_text(ROOF)
    report = desk.sync(desk.folder, other)
    assert counts(report) == (2, 0, 0, 0, 1)
    assert "named first" in report.failed[0].reason
    assert desk.texts() == {"a.txt": LAMP, "b.txt": ROOF}
    assert counts(desk.sync(other, desk.folder)) == (0, 1, 0, 1, 1)
    assert desk.texts() == {"a.txt": ROOF, "b.txt": ROOF}
    assert counts(desk.sync()) == (0, 1, 1, 0, 0)
    assert desk.texts() == {"a.txt": LAMP}


def test_other_folders_of_the_same_documents_are_noted_without_embedding(desk: Desk, tmp_path: Path) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    moved = desk.folder.rename(tmp_path / "moved")
    assert counts(desk.sync_without_encoder(moved)) == (0, 0, 0, 1, 0)
    with Index.open(desk.index) as index:
        assert index.manifest.folders == (str(moved),)
    before = desk.generation()
    desk.sync_without_encoder(moved)
    assert desk.generation() == before


def test_folders_that_cannot_be_synced_leave_the_index_alone(desk: Desk, tmp_path: Path) -> None:
    for bad in (tmp_path / "none", desk.write("a.txt", LAMP)):
        with pytest.raises(PinciteError, match="name a folder"):
            desk.sync(desk.folder, bad)
    assert not desk.index.exists()
    desk.index = desk.folder
    with pytest.raises(PinciteError, match="is itself to be indexed"):
        desk.sync()
    desk.index = desk.folder / "a.txt"
    with pytest.raises(PinciteError, match=r"a\.txt is a file and cannot hold an index"):
        desk.sync()
    assert sorted(p.name for p in desk.folder.iterdir()) == ["a.txt"]


def test_the_index_inside_the_folder_is_not_indexed(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.index = desk.folder / "index"
    desk.sync()
    (desk.index / "generations" / "b.txt").write_text("Not a document.")
    assert counts(desk.sync()) == (0, 0, 0, 1, 0)
    assert desk.texts() == {"a.txt": LAMP}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"%PDF-1.7\n", "binary"), (b"x" * 2000, "too large: 2,000 bytes where 1,000")],
)
def test_a_document_that_turned_unreadable_is_removed(desk: Desk, content: bytes, reason: str) -> None:
    desk.write("a.txt", LAMP)
    desk.write("b.txt", ROOF)
    desk.sync()
    desk.write("a.txt", content)
    report = desk.sync(limits=Limits(file_bytes=1000))
    assert counts(report) == (0, 0, 1, 1, 1)
    assert report.failed[0].document == "a.txt"
    assert reason in report.failed[0].reason
    assert desk.texts() == {"b.txt": ROOF}
    assert counts(desk.sync(limits=Limits(file_bytes=1000))) == (0, 0, 0, 1, 1)
    desk.write("a.txt", LAMP)
    assert counts(desk.sync()) == (1, 0, 0, 1, 0)


def refuse_reading(monkeypatch: pytest.MonkeyPatch, id: str, error: OSError) -> None:
    read = plan.read_file

    def refuse(found: scan.Found, most: int) -> tuple[bytes, scan.Stamp]:
        if found.id == id:
            raise error
        return read(found, most)

    monkeypatch.setattr(plan, "read_file", refuse)


def test_a_document_that_may_not_be_opened_keeps_its_last_version(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    desk.write("a.txt", ROOF)
    desk.write("b.txt", ROOF)
    with monkeypatch.context() as patch:
        refuse_reading(patch, "a.txt", PermissionError(errno.EACCES, "Permission denied"))
        report = desk.sync()
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.failed[0].reason == ("it cannot be read: Permission denied (what was indexed of it before stays)")
    assert desk.texts() == {"a.txt": LAMP, "b.txt": ROOF}
    assert counts(desk.sync()) == (0, 1, 0, 1, 0)
    assert desk.texts() == {"a.txt": ROOF, "b.txt": ROOF}


def test_a_document_that_vanishes_while_it_is_read_is_removed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    desk.write("a.txt", ROOF)
    desk.write("new.txt", ROOF)
    with monkeypatch.context() as patch:
        for id in ("a.txt", "new.txt"):
            refuse_reading(patch, id, FileNotFoundError(errno.ENOENT, "No such file"))
        report = desk.sync()
    assert counts(report) == (0, 0, 1, 0, 2)
    assert {f.reason for f in report.failed} == {"it vanished before it was read"}
    assert desk.texts() == {}


def test_what_lies_in_a_folder_that_cannot_be_listed_stays(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("closed/a.txt", LAMP)
    desk.write("closed-not/b.txt", ROOF)
    desk.sync()
    (desk.folder / "closed-not" / "b.txt").unlink()
    opened = os.open

    def refuse(path: str, *arguments: int, **named: int) -> int:
        if path == "closed":
            raise PermissionError(errno.EACCES, "Permission denied")
        return opened(path, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        report = desk.sync()
    assert counts(report) == (0, 0, 1, 0, 1)
    assert desk.texts() == {"closed/a.txt": LAMP}


@pytest.mark.parametrize("id", ['it\'s "q".txt', "line\nbreak.txt", "\u202egnp.txt", "سؤال/ملف.txt", "%41?#.txt"])
def test_names_of_all_kinds_come_through(desk: Desk, id: str) -> None:
    desk.write(id, LAMP)
    assert counts(desk.sync()) == (1, 0, 0, 0, 0)
    assert desk.texts() == {id: LAMP}
    (desk.folder / id).unlink()
    assert counts(desk.sync()) == (0, 0, 1, 0, 0)


def test_a_folder_whose_name_is_no_text(desk: Desk, tmp_path: Path) -> None:
    desk.write("a.txt", LAMP)
    moved = desk.folder.rename(tmp_path / os.fsdecode(b"caf\xe9"))
    assert counts(desk.sync(moved)) == (1, 0, 0, 0, 0)
    assert counts(desk.sync(moved)) == (0, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("field", "value"), [("name", "others"), ("revision", "2"), ("passage_prefix", ""), ("max_tokens", 48)]
)
def test_an_index_of_another_encoder_is_refused_then_rebuilt(desk: Desk, field: str, value: str | int) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    desk.encoder = LetterEncoder(replace(IDENTITY, **{field: value}))  # type: ignore[arg-type]
    with pytest.raises(IndexMismatchError, match=f"{field.replace('_', ' ')} .*`pincite sync --rebuild {desk.folder}`"):
        desk.sync()
    assert desk.texts() == {"a.txt": LAMP}
    assert counts(desk.sync(rebuild=True)) == (1, 0, 0, 0, 0)
    with Index.open(desk.index) as index:
        assert index.manifest.encoder == desk.encoder.identity
    assert counts(desk.sync()) == (0, 0, 0, 1, 0)


def test_another_splitter_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    monkeypatch.setattr("index.sync.SPLITTER", "other/1")
    with pytest.raises(IndexMismatchError, match="splitter"):
        desk.sync()


def test_a_rebuild_switches_once_at_the_end(desk: Desk) -> None:
    for n in range(6):
        desk.write(f"{n}.txt", LAMP)
    desk.sync()
    assert desk.generation() == "g000001"
    seen: list[str] = []
    sync(
        [desk.folder],
        desk.index,
        source_of(desk.encoder),
        SyncOptions(rebuild=True, save_passages=1, batch_passages=1),
        lambda _: seen.append(desk.generation()),
    )
    assert set(seen) == {"g000001"}
    assert desk.generation() == "g000002"
    assert len(desk.texts()) == 6


def verify(index: Path) -> None:
    hold = generations.hold(index)
    with hold:
        check_sums(read_manifest(hold.folder, hold.sha256), hold.folder)


def test_a_damaged_index_is_told_then_rebuilt(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    whole = shutil.copytree(desk.index, desk.index.with_name("whole"))
    with Index.open(desk.index) as index:
        names = [f.name for f in index.manifest.files if f.size]
    desk.write("b.txt", ROOF)
    for name in names:
        shutil.rmtree(desk.index)
        shutil.copytree(whole, desk.index)
        path = generations.current(desk.index) / name
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        # An altered byte must not be carried into the next generation under a new checksum.
        with contextlib.suppress(IndexDamagedError):
            desk.sync()
        with pytest.raises(IndexDamagedError, match=f"{path.name} is not what was written.*sync --rebuild"):
            verify(desk.index)
    (generations.current(desk.index) / "manifest.json").unlink()
    with pytest.raises(IndexDamagedError):
        desk.sync()
    assert counts(desk.sync(rebuild=True)) == (2, 0, 0, 0, 0)
    assert desk.texts().keys() == {"a.txt", "b.txt"}


def test_work_is_saved_on_the_way(desk: Desk) -> None:
    for n in range(5):
        desk.write(f"{n}.txt", f"Lamp number {n} hangs here.")
    saved: list[int] = []

    def look(_: SyncProgress) -> None:
        if (desk.index / "CURRENT").exists():
            saved.append(len(desk.texts()))

    sync([desk.folder], desk.index, source_of(desk.encoder), SyncOptions(save_passages=2, batch_passages=1), look)
    assert set(saved) == {2, 4}
    assert len(desk.texts()) == 5


def test_work_is_saved_after_a_time(desk: Desk) -> None:
    for n in range(3):
        desk.write(f"{n}.txt", LAMP)
    desk.sync(save_seconds=0, batch_passages=1)
    assert desk.generation() != "g000001"
    assert len(desk.texts()) == 3


def test_progress_counts_documents_and_passages(desk: Desk) -> None:
    desk.write("a.txt", "The lamp is out again. " * 20)
    desk.write("b.txt", LAMP)
    desk.write("c.txt", b"%PDF-1.7")
    steps: list[SyncProgress] = []
    report = sync([desk.folder], desk.index, source_of(desk.encoder), progress=steps.append)
    assert steps[-1] == SyncProgress(3, 3, report.passages)
    assert report.passages > 5


def test_an_encoder_that_fails_leaves_the_last_index(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    desk.write("b.txt", ROOF)

    class Failing(LetterEncoder):
        def encode_passages(self, passages, progress):  # type: ignore[no-untyped-def]
            raise RuntimeError("out of memory")

    desk.encoder = Failing()
    with pytest.raises(RuntimeError, match="out of memory"):
        desk.sync()
    assert desk.texts() == {"a.txt": LAMP}
    assert [p.name for p in (desk.index / "generations").iterdir()] == ["g000001"]


@pytest.mark.parametrize("wrong", ["shape", "nan", "count", "sentences", "words", "identity"])
def test_an_encoder_that_gives_nonsense_is_refused(desk: Desk, wrong: str) -> None:
    class Wrong(LetterEncoder):
        def encode_passages(self, passages, progress):  # type: ignore[no-untyped-def]
            encoded = super().encode_passages(passages, progress)
            if wrong == "count":
                return encoded[1:]
            changed = {
                "shape": {"vector": encoded[0].vector[:-1]},
                "nan": {"vector": np.full_like(encoded[0].vector, np.nan)},
                "sentences": {"sentences": encoded[0].sentences[1:]},
                "words": {"counts": encoded[0].counts + 1},
                "identity": {},
            }[wrong]
            return [replace(encoded[0], **changed), *encoded[1:]]

    desk.write("a.txt", LAMP)
    identity = replace(IDENTITY, revision="2") if wrong == "identity" else IDENTITY
    with pytest.raises(ModelError, match="the encoder"):
        sync([desk.folder], desk.index, EncoderSource(identity, Wrong))
    assert not (desk.index / "CURRENT").exists()


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("where", "what", "failure"),
    [
        (shutil, "copyfile", full),
        (os, "fsync", full),
        (os, "replace", full),
        (writer, "write_manifest", full),
        (segment_writer, "write_blobs", full),
        (SearchedVectors, "save", full),
        (Postings, "save", full),
        (Path, "mkdir", full),
        (Path, "rename", full),
        (store_writer, "add_document", "database or disk is full"),
        (store_writer, "compact", "database or disk is full"),
    ],
)
def test_a_full_disk_leaves_the_last_index(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, where: object, what: str, failure: object
) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    desk.write("b.txt", ROOF)

    def full_database(*_: object) -> None:
        raise sqlite3.OperationalError(failure)

    with monkeypatch.context() as patch:
        patch.setattr(where, what, full_database if isinstance(failure, str) else failure)
        with pytest.raises(PinciteError, match=r"could not be written: (No space|database or disk is full).*make room"):
            desk.sync()
    assert desk.texts() == {"a.txt": LAMP}
    assert not [p for p in (desk.index / "generations").iterdir() if p.suffix == ".part"]
    assert counts(desk.sync()) == (1, 0, 0, 1, 0)
    assert desk.texts() == {"a.txt": LAMP, "b.txt": ROOF}


def test_a_sync_while_another_is_at_work_is_told_so(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    errors: list[str] = []

    def second(_: SyncProgress) -> None:
        with pytest.raises(IndexLockedError) as raised:
            desk.sync_without_encoder()
        errors.append(str(raised.value))

    sync([desk.folder], desk.index, source_of(desk.encoder), progress=second)
    assert f"process {os.getpid()} on" in errors[0]
    assert desk.texts() == {"a.txt": LAMP}


# who may see what

RULES = """
[[rule]]
files = "hr"
groups = ["hr", "board"]
"""


def seen(desk: Desk, groups: str) -> set[str]:
    with Index.open(desk.index) as index:
        return {d.id for d in index.view(Filter.parse(groups=groups)).documents()}


def test_rules_are_applied_at_once_and_without_embedding(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.write("hr/b.txt", ROOF)
    desk.sync()
    assert seen(desk, "") == {"a.txt", "hr/b.txt"}

    rules = desk.write("access.toml", RULES)
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 2, 0)  # the rules are no document
    assert seen(desk, "") == {"a.txt"}
    assert seen(desk, "hr") == seen(desk, "board,x") == seen(desk, "*") == {"a.txt", "hr/b.txt"}
    before = desk.generation()
    desk.sync_without_encoder()
    assert desk.generation() == before

    desk.write("access.toml", RULES.replace('"hr"\n', '"**"\n'))
    desk.sync_without_encoder()
    assert seen(desk, "") == seen(desk, "staff") == set()
    assert seen(desk, "board") == {"a.txt", "hr/b.txt"}

    rules.unlink()
    desk.sync_without_encoder()
    assert seen(desk, "") == {"a.txt", "hr/b.txt"}


def test_new_rules_hold_before_anything_new_is_read(desk: Desk) -> None:
    """Embedding may take hours: what was closed to some is closed to them at its beginning."""
    desk.write("hr/b.txt", ROOF)
    desk.sync()
    desk.write("access.toml", RULES)
    desk.write("hr/c.txt", LAMP)
    views: list[set[str]] = []
    sync([desk.folder], desk.index, source_of(desk.encoder), progress=lambda _: views.append(seen(desk, "")))
    assert views and set().union(*views) == set()
    assert seen(desk, "hr") == {"hr/b.txt", "hr/c.txt"}


def test_a_document_that_moves_is_under_the_rules_of_where_it_is(desk: Desk) -> None:
    desk.write("access.toml", RULES)
    desk.write("a.txt", LAMP)
    desk.write("hr/b.txt", ROOF)
    desk.sync()
    (desk.folder / "a.txt").rename(desk.folder / "hr" / "a.txt")
    (desk.folder / "hr" / "b.txt").rename(desk.folder / "b.txt")
    assert counts(desk.sync_without_encoder()) == (2, 0, 2, 0, 0)
    assert seen(desk, "") == {"b.txt"}
    assert seen(desk, "hr") == {"b.txt", "hr/a.txt"}


def test_each_folder_has_rules_of_its_own(desk: Desk, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "c.txt").write_text(LAMP)
    (other / "hr.txt").write_text(ROOF)
    (other / "access.toml").write_text('[[rule]]\nfiles = "c.txt"\ngroups = "staff"\n')
    desk.write("access.toml", RULES)
    desk.write("hr/a.txt", LAMP)
    desk.write("deep/access.toml", RULES)  # only at a synced folder's root
    desk.write("deep/hr/b.txt", LAMP)
    desk.sync(desk.folder, other)
    assert seen(desk, "") == {"deep/hr/b.txt", "hr.txt"}
    assert seen(desk, "staff") == {"deep/hr/b.txt", "hr.txt", "c.txt"}


@pytest.mark.parametrize("broken", ["[[rule]]\n", "not toml at all", b"\xff\xfe", "directory", "link", "unreadable"])
def test_rules_that_cannot_be_used_refuse_the_sync(
    desk: Desk, broken: str | bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = desk.write("access.toml", RULES)
    desk.write("hr/b.txt", ROOF)
    desk.sync()
    path.unlink()
    desk.write("hr/c.txt", LAMP)
    if broken == "directory":
        path.mkdir()
    elif broken == "link":
        (tmp_path / "elsewhere.toml").write_text("")
        path.symlink_to(tmp_path / "elsewhere.toml")
    elif broken == "unreadable":
        path.write_text("")
        monkeypatch.setattr("index.folder_rules.read_file", refuse_access)
    else:
        desk.write("access.toml", broken)
    before = desk.generation()
    with pytest.raises(PinciteError, match=r"access\.toml cannot be used, so nothing was synced: "):
        desk.sync()
    with pytest.raises(PinciteError, match=r"access\.toml cannot be used"):
        desk.sync(rebuild=True)
    assert desk.generation() == before
    assert seen(desk, "") == set()  # the old rules hold
    assert seen(desk, "hr") == {"hr/b.txt"}


def refuse_access(*_: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_a_lines_own_groups_and_the_rules_both_hold(desk: Desk) -> None:
    lines = [
        {"id": "open", "text": LAMP},
        {"id": "staff", "text": LAMP, "groups": ["staff", "hr"]},
        {"id": "nobody", "text": LAMP, "groups": []},
        {"id": "odd", "text": LAMP, "groups": "staff"},
        {"id": "secret/1", "text": LAMP, "groups": ["hr"]},
        {"id": "secret/2", "text": LAMP},
    ]
    desk.write("x.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    desk.write("access.toml", '[[rule]]\nfiles = "x.jsonl/secret/**"\ngroups = "board"\n')
    report = desk.sync()
    assert [f.document for f in report.failed] == ["x.jsonl/line 4"]  # what is not understood is shown to nobody
    assert seen(desk, "") == {"x.jsonl/open"}
    assert seen(desk, "staff") == {"x.jsonl/open", "x.jsonl/staff"}
    assert seen(desk, "board") == {"x.jsonl/open", "x.jsonl/secret/2"}
    assert seen(desk, "board,hr") == {"x.jsonl/open", "x.jsonl/staff", "x.jsonl/secret/1", "x.jsonl/secret/2"}
    (desk.folder / "access.toml").unlink()
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 1, 1)
    assert seen(desk, "hr") == {"x.jsonl/open", "x.jsonl/staff", "x.jsonl/secret/1", "x.jsonl/secret/2"}
    (desk.folder / "x.jsonl").rename(desk.folder / "y.jsonl")
    assert counts(desk.sync_without_encoder()) == (1, 0, 1, 0, 1)
    assert seen(desk, "") == {"y.jsonl/open", "y.jsonl/secret/2"}


# files of several documents

LETTER = f"""From: Hannah <hannah@example.org>
Subject: The lamp
Date: Fri, 03 May 2024 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

{LAMP}
--x
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename="roof.txt"

{ROOF}
--x
Content-Type: application/pdf
Content-Disposition: attachment; filename="bad.pdf"

no pdf
--x--
"""


def test_the_documents_of_files(desk: Desk) -> None:
    desk.write("a.eml", LETTER)
    desk.write(
        "b.zip", packed({"c/d.txt": ROOF, "x.xyz": "nothing", "letter.eml": LETTER, "bin.txt": b"\x89PNG\r\n\x1a"})
    )
    desk.write("e.jsonl", '{"id": "1", "text": "A bell rings."}\nno json\n')
    report = desk.sync()
    failed = ["a.eml/bad.pdf", "b.zip/bin.txt", "b.zip/letter.eml/bad.pdf", "e.jsonl/line 2"]
    assert [f.document for f in report.failed] == failed
    assert counts(report) == (3, 0, 0, 0, 4)  # files are counted
    texts = desk.texts()
    ids = ["a.eml", "a.eml/roof.txt", "b.zip/c/d.txt", "b.zip/letter.eml", "b.zip/letter.eml/roof.txt", "e.jsonl/1"]
    assert sorted(texts) == ids
    assert texts["a.eml/roof.txt"].strip() == texts["b.zip/c/d.txt"] == ROOF
    with Index.open(desk.index) as index:
        letter = index.view().facts("b.zip/letter.eml")
        assert letter and (letter.title, letter.date, letter.format) == ("The lamp", "2024-05-03", "eml")

    again = desk.sync_without_encoder()  # reported again, without being read again
    assert (counts(again), again.failed) == ((0, 0, 0, 3, 4), report.failed)
    (desk.folder / "a.eml").rename(desk.folder / "new.eml")
    moved = desk.sync_without_encoder()
    assert counts(moved) == (1, 0, 1, 2, 4)
    assert [f.document for f in moved.failed] == [*failed[1:], "new.eml/bad.pdf"]
    assert sorted(desk.texts()) == [*ids[2:], "new.eml", "new.eml/roof.txt"]

    desk.write("b.zip", packed({"c/d.txt": ROOF}))
    assert counts(desk.sync()) == (0, 1, 0, 2, 2)
    assert desk.embedded() == []
    assert sorted(desk.texts()) == ["b.zip/c/d.txt", "e.jsonl/1", "new.eml", "new.eml/roof.txt"]
    (desk.folder / "new.eml").unlink()
    assert counts(desk.sync_without_encoder()) == (0, 0, 1, 2, 1)
    assert sorted(desk.texts()) == ["b.zip/c/d.txt", "e.jsonl/1"]


def test_a_file_that_failed_is_read_again_when_it_or_the_limits_change(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.write("x.jsonl", '{"id": "1", "text": "A bell rings, and a lamp is lit."}\n')
    desk.write("b.txt", LAMP)
    few, more = Limits(characters=20), Limits(characters=5000)
    report = desk.sync(limits=few)
    assert [f.document for f in report.failed] == ["b.txt", "x.jsonl/line 1"]
    read: list[str] = []

    class Noting(Worker):
        def read(self, name: str, data: bytes) -> list[ReadPart]:
            read.append(name)
            return super().read(name, data)

    monkeypatch.setattr("index.sync.Worker", Noting)
    for _ in range(2):
        assert desk.sync(limits=few).failed == report.failed
    assert read == []
    path.write_text(path.read_text() + "\n")
    assert counts(desk.sync(limits=few)) == (0, 0, 0, 0, 2)
    assert read == ["x.jsonl"]
    assert counts(desk.sync(limits=more)) == (2, 0, 0, 0, 0)
    assert read == ["x.jsonl", "b.txt", "x.jsonl"]
    assert counts(desk.sync(limits=few)) == (0, 0, 0, 2, 0)  # what was read stays
    assert sorted(desk.texts()) == ["b.txt", "x.jsonl/1"]


def test_documents_of_one_name_are_told_apart(desk: Desk) -> None:
    desk.write("a.zip", packed({"b.txt": LAMP, "B.txt": ROOF}))
    desk.write("a.zip.d/b.txt", "A bell rings.")
    assert counts(desk.sync()) == (2, 0, 0, 0, 0)
    assert desk.texts() == {"a.zip/b.txt": LAMP, "a.zip/B.txt": ROOF, "a.zip.d/b.txt": "A bell rings."}


# mirrors


def test_what_is_mirrored_says_where_it_can_be_seen(desk: Desk, tmp_path: Path) -> None:
    """Also after it has moved to another address with the same words."""
    options = MirrorOptions(enabled=True, allow=("127.0.0.1",), delay=0)
    with serving() as host:
        url = host.sitemap(host.page("/lamp", LAMP), host.page("/roof", ROOF))
        folder = folder_for(url, desk.index)
        mirror(url, folder, options, lambda _: None)
        assert counts(desk.sync(folder)) == (2, 0, 0, 0, 0)
        assert addresses(desk) == {host.url("/lamp"), host.url("/roof")}
        host.sitemap(host.page("/new/lamp", LAMP), host.url("/roof"))
        mirror(url, folder, options, lambda _: None)
        assert counts(desk.sync(folder)) == (1, 0, 1, 1, 0)
        assert desk.embedded() == []
        assert addresses(desk) == {host.url("/new/lamp"), host.url("/roof")}


def addresses(desk: Desk) -> set[str | None]:
    with Index.open(desk.index) as index:
        return {d.url for d in index.view().documents()}
