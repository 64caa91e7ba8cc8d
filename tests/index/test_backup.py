"""A backup holds a whole index or is not made; what is no backup changes nothing of an index."""

import errno
import hashlib
import io
import json
import os
import random
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index import backup as backups
from index import generations, plan
from index.backup import backup, restore
from index.errors import IndexDamagedError, IndexLockedError, IndexMissingError, PinciteError
from index.manifest import FORMAT, read_manifest
from index.opened import Index
from index.sync import sync
from tests.index.desk import LAMP, ROOF, Desk, Here, counts
from tests.index.fake_encoder import letters, source_of

TEXTS = {"a.txt": LAMP, "sub/b.txt": ROOF, "empty.txt": "", "x.pdf": "One page.\fAnother, with a lamp."}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(plan, "_RACY_NS", 0)
    desk = Desk(tmp_path)
    for id, text in TEXTS.items():
        desk.write(id, text)
    desk.sync()
    return desk


def elsewhere(desk: Desk) -> Desk:
    """The same desk with an index in another folder, which is not there yet."""
    other = Desk.__new__(Desk)
    other.folder, other.index, other.encoder = desk.folder, desk.index.with_name("restored"), desk.encoder
    return other


def left(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but the lock, and its content."""
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    found.pop("lock", None)
    return found


def test_a_backup_brings_everything_back(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "index.backup"
    manifest = backup(desk.index, file)
    assert (manifest.documents, manifest.passages) == (4, 3)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["documents", "index", "index.backup"]
    with tarfile.open(file) as archive:  # anyone can look into it
        names = archive.getnames()
        assert names[:2] == ["manifest.sha256", "manifest.json"]
        assert {m.uid for m in archive.getmembers()} == {0}
    other = elsewhere(desk)
    assert restore(file, other.index) == manifest
    assert other.texts() == desk.texts() == TEXTS
    with Index.open(desk.index) as one, Index.open(other.index) as two:
        assert one.manifest == two.manifest
        assert one.view().words("x.pdf", 0, 99) == two.view().words("x.pdf", 0, 99) != []
    assert counts(other.sync_without_encoder()) == (0, 0, 0, 4, 0)  # it can be kept current like any other
    desk.write("c.txt", "A door is new.")
    assert counts(other.sync()) == (1, 0, 0, 4, 0)
    assert desk.texts() == TEXTS


def test_an_index_of_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.sync_without_encoder()
    backup(desk.index, tmp_path / "b")
    restore(tmp_path / "b", tmp_path / "restored")
    assert elsewhere(desk).texts() == {}


def test_a_backup_is_made_and_brought_back_while_the_index_is_in_use(desk: Desk, tmp_path: Path) -> None:
    """Syncs write, readers read, and every backup holds one state that there was."""
    done, failures = threading.Event(), []

    def read() -> None:
        try:
            while not done.is_set():
                with Index.open(desk.index) as index:
                    view = index.view()
                    found = view.passages(view.nearest(letters("the lamp"), 99))
                    assert {p.document for p in found} >= {"a.txt", "sub/b.txt"}
        except BaseException as error:
            failures.append(error)

    def write() -> None:
        try:
            for n in range(6):
                (desk.folder / "turn.txt").write_text(f"Turn {n} of the lamp.")
                sync([desk.folder], desk.index, source_of(desk.encoder))
        except BaseException as error:
            failures.append(error)
        finally:
            done.set()

    threads = [threading.Thread(target=act) for act in (read, read, write)]
    for thread in threads:
        thread.start()
    made = 0
    while not done.is_set():
        backup(desk.index, tmp_path / f"{made % 3}.backup")
        made += 1
    for thread in threads:
        thread.join()
    assert failures == [] and made > 1
    other = elsewhere(desk)
    for n in range(min(made, 3)):
        restore(tmp_path / f"{n}.backup", other.index)
        texts = other.texts()
        turn = texts.pop("turn.txt", "Turn 0 of the lamp.")
        assert texts == TEXTS and turn.startswith("Turn ")


def test_readers_keep_what_they_read_while_another_state_is_restored(desk: Desk, tmp_path: Path) -> None:
    backup(desk.index, tmp_path / "old")
    (desk.folder / "a.txt").unlink()
    desk.write("new.txt", "A bell rings.")
    desk.sync()
    with Index.open(desk.index) as before:
        restore(tmp_path / "old", desk.index)
        assert before.view().document("new.txt") and not before.view().document("a.txt")
        before.verify()
        with Index.open(desk.index, before) as after:
            assert after.view().document("a.txt") and not after.view().document("new.txt")
    assert desk.texts() == TEXTS
    assert counts(desk.sync()) == (1, 0, 1, 3, 0)  # the folders are what they are


def test_a_file_that_is_there_is_replaced_whole(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "b"
    file.write_bytes(b"before")
    monkeypatch.setattr(backups.os, "fsync", lambda _: full())
    with pytest.raises(PinciteError, match=r"b could not be written: No space left on device; make room"):
        backup(desk.index, file)
    assert file.read_bytes() == b"before"
    monkeypatch.undo()
    backup(desk.index, file)
    restore(file, tmp_path / "restored")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b", "documents", "index", "restored"]


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_where_no_file_can_be_written(desk: Desk, tmp_path: Path) -> None:
    for target in (tmp_path / "none" / "b", tmp_path / "documents"):
        with pytest.raises(PinciteError, match=f"{target} could not be written"):
            backup(desk.index, target)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["documents", "index"]


def test_no_index_no_backup(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        backup(tmp_path / "none", tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_damage_is_never_backed_up(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"before")
    folder = generations.current(desk.index)
    for path in [p for p in folder.rglob("*") if p.is_file() and p.stat().st_size]:
        content = path.read_bytes()
        middle = len(content) // 2
        path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        with pytest.raises(IndexDamagedError, match=f"{path.name} .*--rebuild"):
            backup(desk.index, tmp_path / "b")
        path.write_bytes(content)
    assert (tmp_path / "b").read_bytes() == b"before"


def refused(file: Path, index: Path, said: str = "") -> str:
    """Restoring `file` fails in one sentence and leaves `index` what it was, and nothing beside it."""
    before, beside = left(index), sorted(index.parent.iterdir())
    with pytest.raises(PinciteError) as raised:
        restore(file, index)
    message = str(raised.value)
    assert said in message and "\n" not in message
    assert left(index) == before
    assert sorted(index.parent.iterdir()) == beside
    return message


def remade(file: Path, change: Callable[[list[tuple[tarfile.TarInfo, bytes]]], None]) -> Path:
    """The backup with its members changed; their sizes follow their content."""
    with tarfile.open(file) as archive:
        members = [(m, archive.extractfile(m).read()) for m in archive.getmembers()]  # type: ignore[union-attr]
    change(members)
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as archive:
        for member, data in members:
            if member.isreg():
                member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file


Members = list[tuple[tarfile.TarInfo, bytes]]


def with_manifest(change: Callable[[dict[str, Any]], None]) -> Callable[[Members], None]:
    """The manifest changed, and its checksum with it: whoever made this knew how."""

    def act(members: Members) -> None:
        manifest = json.loads(members[1][1])
        change(manifest)
        data = json.dumps(manifest).encode()
        members[0] = (members[0][0], hashlib.sha256(data).hexdigest().encode())
        members[1] = (members[1][0], data)

    return act


def named(name: str, at: int = 2) -> Callable[[Members], None]:
    """The member at `at` and its entry in the manifest under another name."""

    def act(members: Members) -> None:
        def change(manifest: dict[str, Any]) -> None:
            next(f for f in manifest["files"] if f["name"] == members[at][0].name)["name"] = name

        with_manifest(change)(members)
        members[at][0].name = name

    return act


def kind(type: bytes, target: str = "/etc/passwd") -> Callable[[Members], None]:
    def act(members: Members) -> None:
        members[2][0].type, members[2][0].linkname = type, target

    return act


def drop(at: int) -> Callable[[Members], None]:
    return lambda members: members.pop(at) and None


def content(at: int, data: bytes) -> Callable[[Members], None]:
    def act(members: Members) -> None:
        members[at] = (members[at][0], data)

    return act


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (named("../../../../evil"), "outside its folder"),
        (named("/tmp/evil"), "outside its folder"),
        (named("s000001/../../evil"), "outside its folder"),
        (named("a/b/c"), "outside its folder"),
        (named("CURRENT"), "outside its folder"),
        (named("manifest.json"), ""),
        (kind(tarfile.SYMTYPE), "is missing from it"),
        (kind(tarfile.LNKTYPE), "is missing from it"),
        (kind(tarfile.CHRTYPE), "is missing from it"),
        (kind(tarfile.FIFOTYPE), "is missing from it"),
        (kind(tarfile.DIRTYPE), "is missing from it"),
        (drop(0), "manifest.sha256 is missing"),
        (drop(1), "manifest.json is missing"),
        (drop(2), "is missing from it"),
        (drop(-1), "is missing from it"),
        (lambda members: members.reverse(), "manifest.sha256 is missing"),
        (lambda members: members.insert(2, members[3]), "is missing from it"),
        (content(0, b""), "checksum is missing"),
        (content(0, b"\xff"), "checksum differs"),
        (content(1, b"{}"), "checksum differs"),
        (content(2, b"short"), "is not what was written"),
        (content(-1, b"x" * 100_000), "is not what was written"),
        (with_manifest(lambda m: m.update(format=FORMAT + 1)), f"has format {FORMAT + 1} and {FORMAT} is wanted"),
        (with_manifest(lambda m: m.update(files=7)), "manifest.json"),
        (with_manifest(lambda m: m.update(documents="all")), "manifest.json"),
        (with_manifest(lambda m: m.pop("encoder")), "manifest.json"),
        (with_manifest(lambda m: m["files"][0].update(sha256="0" * 64)), "is not what was written"),
        (with_manifest(lambda m: m["files"][0].update(size=7)), "is not what was written"),
    ],
)
def test_what_is_no_backup_changes_nothing(
    desk: Desk, tmp_path: Path, change: Callable[[Members], None], said: str
) -> None:
    file = tmp_path / "b"
    backup(desk.index, file)
    remade(file, change)
    refused(file, desk.index, said)
    assert desk.texts() == TEXTS


def headed(name: str, size: int, type: bytes = tarfile.REGTYPE) -> bytes:
    """A tar header alone that promises `size` bytes."""
    entry = tarfile.TarInfo(name)
    entry.size, entry.type = size, type
    return entry.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no tar at all",
        b"\0" * 10_240,
        b"\x1f\x8b\x08" + b"x" * 1000,
        b"PK\x03\x04" * 200,
        headed("manifest.sha256", 10**12),
        headed("manifest.sha256", 64) + b"0".ljust(512) + headed("manifest.json", 10**12),
        headed("manifest.sha256", 64) + b"0" * 64 + b"\0" * 448 + headed("manifest.json", 2**62) + b"x" * 5000,
        headed("././@PaxHeader", 10**11, tarfile.XHDTYPE) + b"x" * 5000,
        headed("././@LongLink", 10**11, tarfile.GNUTYPE_LONGNAME) + b"x" * 5000,
    ],
)
def test_other_files_are_no_backups(desk: Desk, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "b"
    file.write_bytes(data)
    refused(file, desk.index, "is no backup of an index, or was altered")


def test_a_file_that_is_not_there_or_is_a_folder(desk: Desk, tmp_path: Path) -> None:
    for file in (tmp_path / "none", tmp_path / "documents"):
        refused(file, desk.index, str(file))
    with pytest.raises(PinciteError):
        restore(tmp_path / "none", tmp_path / "restored")
    assert not (tmp_path / "restored" / "CURRENT").exists()


def test_a_sparse_file_takes_no_room(desk: Desk, tmp_path: Path) -> None:
    """A few bytes of a tar may stand for terabytes of nothing."""
    file = tmp_path / "b"
    backup(desk.index, file)

    def hollow(members: Members) -> None:
        entry = members[2][0]
        entry.type, entry.pax_headers = tarfile.REGTYPE, {
            "GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,1", "GNU.sparse.size": str(10**12),
        }  # fmt: skip

    remade(file, with_manifest(lambda m: m["files"][0].update(size=10**12)))
    remade(file, hollow)
    with tarfile.open(file) as archive:
        assert archive.getmembers()[2].size == 10**12
    began = os.times().elapsed
    refused(file, desk.index, "is no backup")
    assert os.times().elapsed - began < 20


def test_a_backup_that_is_cut_off_anywhere(desk: Desk, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    backup(desk.index, whole)
    data = whole.read_bytes()
    end = len(data.rstrip(b"\0"))
    for length in [*range(0, end, end // 12), end - 1]:
        (tmp_path / "b").write_bytes(data[:length])
        refused(tmp_path / "b", desk.index, "is no backup")


def test_a_backup_that_was_altered_anywhere(desk: Desk, tmp_path: Path) -> None:
    """Whatever is changed, it is refused, or what was changed means nothing: all comes back as it was."""
    whole = tmp_path / "whole"
    backup(desk.index, whole)
    data, chance = whole.read_bytes(), random.Random(7)
    manifest = read_manifest(*generations.named(desk.index))
    headers = [at for at in range(0, len(data), 512) if data[at + 257 : at + 262] == b"ustar"]
    assert len(headers) > 15
    changed = 0
    for turn in range(60):
        altered = bytearray(data)
        for _ in range(chance.randint(1, 3)):
            at = chance.choice(headers) + chance.randrange(512) if turn % 3 else chance.randrange(len(data))
            altered[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
        (tmp_path / "b").write_bytes(altered)
        before = left(desk.index)
        try:
            assert restore(tmp_path / "b", desk.index) == manifest
        except PinciteError as error:
            assert "\n" not in str(error)
            assert left(desk.index) == before
            changed += 1
    assert changed > 40
    assert desk.texts() == TEXTS


@pytest.mark.parametrize("where", ["copyfileobj", "mkdir", "fsync", "replace", "write_bytes"])
def test_a_full_disk_while_restoring(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    backup(desk.index, tmp_path / "b")
    before = left(desk.index)
    holder = {"copyfileobj": backups.shutil, "mkdir": Path, "write_bytes": Path}.get(where, os)
    with monkeypatch.context() as patch:
        patch.setattr(holder, where, full)
        with pytest.raises(PinciteError, match="could not be written: No space left on device; make room"):
            restore(tmp_path / "b", desk.index)
    after = left(desk.index)
    assert {name: data for name, data in after.items() if name in before} == before
    assert desk.texts() == TEXTS
    desk.write("new.txt", "A bell rings.")
    desk.sync()
    assert left(desk.index).keys() >= {"CURRENT"} and not list(desk.index.rglob("*.part"))


def test_a_restore_while_another_writes_is_told_so(desk: Desk, tmp_path: Path) -> None:
    backup(desk.index, tmp_path / "b")
    with generations.writing(desk.index):
        with pytest.raises(IndexLockedError, match="is writing to the index"):
            restore(tmp_path / "b", desk.index)
        backup(desk.index, tmp_path / "c")  # reading needs no lock
    restore(tmp_path / "c", desk.index)
    assert desk.texts() == TEXTS
