"""A sync makes the index mirror its folders, whatever happens on the way."""

import errno
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index import generations, lexical, plan, readers, scan, store, writer
from index.document import Extract
from index.errors import IndexDamagedError, IndexLockedError, IndexMismatchError, ModelError, PinciteError
from index.opened import Index
from index.sync import EncoderSource, SyncOptions, SyncProgress, SyncReport, sync
from index.vectors import PassageVectors, VectorRows
from tests.index.fake_encoder import IDENTITY, LetterEncoder, no_encoder, source_of

LAMP = "The lamp needs a new bulb. Ask Hannah for the key."
ROOF = "The roof leaks above the stairs. It was mended last in May."


class Desk:
    """A folder of documents and its index."""

    def __init__(self, root: Path) -> None:
        self.folder, self.index, self.encoder = root / "documents", root / "index", LetterEncoder()
        self.folder.mkdir()

    def write(self, id: str, content: str | bytes) -> Path:
        path = self.folder / id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def sync(self, *folders: Path, **options: float) -> SyncReport:
        self.encoder.embedded.clear()
        return sync(
            folders or [self.folder],
            self.index,
            source_of(self.encoder),
            SyncOptions(**options),  # type: ignore[arg-type]
        )

    def sync_without_encoder(self, *folders: Path) -> SyncReport:
        return sync(folders or [self.folder], self.index, no_encoder())

    def texts(self) -> dict[str, str]:
        """What the index holds, after checking that all of it fits together."""
        with Index.open(self.index) as index:
            index.verify()
            whole(index)
            return {e.id: index.document(e.id).text for e in index.documents()}  # type: ignore[union-attr]

    def generation(self) -> str:
        return (self.index / "CURRENT").read_text()

    def embedded(self) -> list[str]:
        return [sentence for input in self.encoder.embedded for sentence in input.sentences]


def whole(index: Index) -> None:
    """Every passage and sentence has its vector, its row in the lexical tables and its document, and no other has."""
    db = index.connection()
    passages = [n for (n,) in db.execute("SELECT number FROM passages ORDER BY number")]
    sentences = [n for (n,) in db.execute("SELECT number FROM sentences ORDER BY number")]
    assert index.sentence_rows.ids.tolist() == sentences
    rows = [n for (n,) in db.execute("SELECT rowid FROM lexical ORDER BY rowid")]
    assert rows == passages
    assert VectorRows.load(index.folder, "passages").ids.tolist() == passages
    assert len(index.passages(passages)) == index.manifest.passages == len(passages)
    assert {s.passage for s in index.sentences(passages)} == set(passages)
    assert index.manifest.documents == len(index.documents())
    assert index.manifest.sentences == len(sentences)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files count as settled at once; the test of those that are not says so itself."""
    monkeypatch.setattr(plan, "_RACY_NS", 0)


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    """Added, changed, removed, unchanged, failed."""
    return report.added, report.changed, report.removed, report.unchanged, len(report.failed)


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
    before = desk.generation()
    os.utime(path, ns=(1, 1))
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
    flush = generations.flush

    def note(path: Path) -> None:
        flushed.append(path.name)
        flush(path)

    monkeypatch.setattr(generations, "flush", note)
    desk.write("a.txt", LAMP)
    desk.sync()
    with Index.open(desk.index) as index:
        names = [f.name for f in index.manifest.files]
        assert {p.name for p in index.folder.iterdir()} == {*names, "manifest.json"}
    assert flushed[: len(names) + 2] == [*names, "manifest.json", "g000001.part"]


def test_a_rename_keeps_passages_and_vectors(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.write("b.txt", ROOF)
    desk.sync()
    with Index.open(desk.index) as index:
        before = {p.document: p.number for p in index.passages([1, 2])}
    (desk.folder / "new").mkdir()
    (desk.folder / "a.txt").rename(desk.folder / "new" / "the_lamp.txt")
    assert counts(desk.sync_without_encoder()) == (1, 0, 1, 1, 0)
    assert desk.texts() == {"new/the_lamp.txt": LAMP, "b.txt": ROOF}
    with Index.open(desk.index) as index:
        passages = {p.document: (p.number, p.title) for p in index.passages([1, 2])}
        assert passages["new/the_lamp.txt"] == (before["a.txt"], "the lamp")
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
    assert len(desk.encoder.embedded) == 1
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
        assert {e.id: (e.title, e.heading) for e in index.documents()} == {
            "guide_to_stairs.html": ("Stairs", "Stairs"),
            "door_list.txt": ("door list", None),
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
    report = desk.sync(max_bytes=1000)
    assert counts(report) == (0, 0, 1, 1, 1)
    assert report.failed[0].document == "a.txt"
    assert reason in report.failed[0].reason
    assert desk.texts() == {"b.txt": ROOF}
    assert counts(desk.sync(max_bytes=1000)) == (0, 0, 0, 1, 1)
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


def test_a_document_that_trips_a_reader_is_named_and_the_rest_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = readers.read

    def trip(name: str, data: bytes) -> object:
        if name == "a.txt":
            raise RecursionError("too deep")
        return read(name, data)

    monkeypatch.setattr(readers, "read", trip)
    desk.write("a.txt", LAMP)
    desk.write("b.txt", ROOF)
    report = desk.sync()
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.failed[0].reason == "reading it failed unexpectedly (RecursionError: too deep)"


@pytest.mark.parametrize("extract", [Extract("half \ud800"), Extract("whole", heading="half \udfff")])
def test_halves_of_characters_are_a_failure(desk: Desk, monkeypatch: pytest.MonkeyPatch, extract: Extract) -> None:
    monkeypatch.setattr(readers, "read", lambda name, data: extract)
    desk.write("a.txt", LAMP)
    report = desk.sync()
    assert counts(report) == (0, 0, 0, 0, 1)
    assert "surrogates" in report.failed[0].reason


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
    assert desk.generation() == "g000001\n"
    seen: list[str] = []
    sync(
        [desk.folder],
        desk.index,
        source_of(desk.encoder),
        SyncOptions(rebuild=True, save_passages=1, batch_passages=1),
        lambda _: seen.append(desk.generation()),
    )
    assert set(seen) == {"g000001\n"}
    assert desk.generation() == "g000002\n"
    assert len(desk.texts()) == 6


def test_a_damaged_index_is_refused_then_rebuilt(desk: Desk) -> None:
    desk.write("a.txt", LAMP)
    desk.sync()
    with Index.open(desk.index) as index:
        files = [index.folder / f.name for f in index.manifest.files]
    for path in files:  # an altered byte must not be carried into the next generation
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        desk.write("b.txt", ROOF)
        with pytest.raises(IndexDamagedError, match=f"{path.name}.*sync --rebuild"):
            desk.sync()
        path.write_bytes(content)
    (files[0].parent / "manifest.json").unlink()
    with pytest.raises(IndexDamagedError):
        desk.sync()
    assert counts(desk.sync(rebuild=True)) == (2, 0, 0, 0, 0)
    assert desk.texts() == {"a.txt": LAMP, "b.txt": ROOF}


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
    assert desk.generation() != "g000001\n"
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


@pytest.mark.parametrize("wrong", ["shape", "nan", "count", "identity"])
def test_an_encoder_that_gives_nonsense_is_refused(desk: Desk, wrong: str) -> None:
    class Wrong(LetterEncoder):
        def encode_passages(self, passages, progress):  # type: ignore[no-untyped-def]
            vectors, of_sentences = super().encode_passages(passages, progress)
            if wrong == "shape":
                return vectors[:, :-1], of_sentences
            if wrong == "nan":
                return np.full_like(vectors, np.nan), of_sentences
            return vectors, of_sentences[1:] if wrong == "count" else of_sentences

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
        (VectorRows, "save", full),
        (PassageVectors, "save", full),
        (Path, "mkdir", full),
        (Path, "rename", full),
        (store, "add_document", "database or disk is full"),
        (store, "compact", "database or disk is full"),
        (lexical, "add", "database or disk is full"),
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
