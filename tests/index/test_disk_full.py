"""A disk that is full, a folder that may not be written to: one clear sentence, and the last index answers."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index import plan
from index.backup import backup, restore
from index.errors import PinciteError
from index.sync import sync
from tests.index.desk import Desk, Here
from tests.index.fake_encoder import LetterEncoder, source_of
from tests.index.forked import in_child

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

OLD = {"a.txt": "The lamp is old.", "b.txt": "The roof leaks."}
LONG = "The lamp is new again and shines. " * 2000
MB = 1 << 20
NOBODY = 65534


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are read in this process, which somebody who may start no other can do; none is read again to be sure."""
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(plan, "_RACY_NS", 0)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Holds OLD, and has more to sync."""
    return filled(tmp_path)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={2 * MB}", "none", str(folder)]
    can = mount and sys.platform == "linux"
    if not can or subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk, and not in every container")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def filled(root: Path) -> Desk:
    desk = Desk(root)
    for id, text in OLD.items():
        desk.write(id, text)
    desk.sync()
    desk.write("long.txt", LONG)
    return desk


def fill_up(disk: Path, free: int) -> None:
    """Leave `free` bytes, about."""
    with (disk / "filler").open("wb") as file:
        while (left := shutil.disk_usage(disk).free - free) > 0:
            file.write(bytes(min(left, 1 << 16)))
            file.flush()


def says(act: Callable[[], object], what: str) -> None:
    """Whether `act` ends in one sentence that says so."""
    with pytest.raises(PinciteError, match=what) as caught:
        act()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("free", [0, 8_000, 40_000, 90_000, 140_000])
def test_a_sync_on_a_full_disk(desk: Desk, small_disk: Path, free: int) -> None:
    desk.index = shutil.move(desk.index, small_disk / "index")
    fill_up(small_disk, free)
    says(desk.sync, r"could not be written: .*; make room")
    assert desk.texts() == OLD
    (small_disk / "filler").unlink()
    desk.sync()
    assert desk.texts() == OLD | {"long.txt": LONG}


@pytest.mark.parametrize("free", [0, 8_000, 20_000])
def test_a_backup_to_a_full_disk(desk: Desk, small_disk: Path, free: int) -> None:
    backup(desk.index, small_disk / "index.tar")
    before = (small_disk / "index.tar").read_bytes()
    fill_up(small_disk, free)
    says(lambda: backup(desk.index, small_disk / "index.tar"), r"index.tar could not be written: .*; make room")
    assert (small_disk / "index.tar").read_bytes() == before
    assert sorted(path.name for path in small_disk.iterdir()) == ["filler", "index.tar"]


@pytest.mark.parametrize("free", [0, 4_096, 8_000, 20_000, 40_000])
def test_a_restore_to_a_full_disk(desk: Desk, tmp_path: Path, small_disk: Path, free: int) -> None:
    backup(desk.index, tmp_path / "old.tar")
    desk.sync()
    backup(desk.index, tmp_path / "new.tar")
    restore(tmp_path / "old.tar", small_disk / "index")
    desk.index = small_disk / "index"
    fill_up(small_disk, free)
    says(lambda: restore(tmp_path / "new.tar", desk.index), r"could not be written: .*; make room")
    assert desk.texts() == OLD
    (small_disk / "filler").unlink()
    restore(tmp_path / "new.tar", desk.index)
    assert desk.texts() == OLD | {"long.txt": LONG}


@pytest.mark.parametrize("largest", [1, 300, 5_000, 30_000, 60_000])
def test_files_that_may_not_grow(desk: Desk, largest: int) -> None:
    """In every part of the writer that writes."""
    resource = pytest.importorskip("resource")

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        says(desk.sync, "could not be written: ")

    before = desk.generation()
    assert in_child(act) == 0
    assert desk.generation() == before
    assert desk.texts() == OLD


@pytest.fixture
def open_desk(tmp_path: Path) -> Desk:
    """In a folder that others may enter, and everything in it theirs."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        if os.geteuid() == 0 and folder.stat().st_uid == 0:
            folder.chmod(folder.stat().st_mode | 0o011)
    desk = filled(tmp_path)
    desk.texts()  # imports what reading imports, which somebody else may not be allowed to
    if os.geteuid() == 0:
        for path in [tmp_path, *tmp_path.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    return desk


def as_anybody(act: Callable[[], object]) -> int:
    """How a child ends that does `act` as a user whom permissions bind."""

    def run() -> None:
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        act()

    return in_child(run)


def lock(*folders: Path) -> None:
    for folder in folders:
        folder.chmod(0o555)


def test_a_sync_where_nothing_may_be_written(open_desk: Desk) -> None:
    def act() -> None:
        lock(open_desk.index, open_desk.index / "generations")
        says(open_desk.sync, r"could not be written: Permission denied; make room or mend the permissions")
        assert open_desk.texts() == OLD

    assert as_anybody(act) == 0
    assert open_desk.texts() == OLD


@pytest.mark.parametrize("locked", ["../index", "generations", "generations/*.part"])
def test_a_sync_that_may_not_write_any_more(open_desk: Desk, locked: str) -> None:
    """Permission is lost in its middle, before anything is embedded."""

    class Locking(LetterEncoder):
        def encode_passages(self, passages, progress):  # type: ignore[no-untyped-def]
            lock(*open_desk.index.glob(locked))
            return super().encode_passages(passages, progress)

    def act() -> None:
        source = source_of(Locking())
        says(lambda: sync([open_desk.folder], open_desk.index, source), "could not be written: Permission denied")
        assert open_desk.texts() == OLD

    assert as_anybody(act) == 0
    for folder in [open_desk.index, *open_desk.index.rglob("*")]:
        folder.chmod(0o777)
    open_desk.sync()
    assert open_desk.texts() == OLD | {"long.txt": LONG}


def test_a_document_that_may_not_be_read_any_more(open_desk: Desk) -> None:
    """The others are synced; what is indexed of it stays."""
    open_desk.write("a.txt", "The lamp is new.").chmod(0)
    open_desk.write("sub/c.txt", "A stair creaks.").parent.chmod(0)

    def act() -> None:
        open_desk.write("d.txt", "A bell rings.")
        report = open_desk.sync()
        assert [(f.document, f.reason.split(":")[0]) for f in report.failed] == [
            ("a.txt", "it cannot be read"), ("sub", "it cannot be listed"),
        ]  # fmt: skip
        assert open_desk.texts() == OLD | {"long.txt": LONG, "d.txt": "A bell rings."}

    assert as_anybody(act) == 0


def test_a_backup_where_nothing_may_be_written(open_desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()

    def act() -> None:
        lock(tmp_path / "kept", open_desk.index, open_desk.index / "generations")
        says(lambda: backup(open_desk.index, tmp_path / "kept" / "x.tar"), "could not be written: Permission denied")
        backup(open_desk.index, tmp_path / "x.tar")  # an index that may not be written to can be backed up
        says(lambda: restore(tmp_path / "x.tar", open_desk.index), "could not be written: Permission denied")
        assert open_desk.texts() == OLD

    if os.geteuid() == 0:
        os.chown(tmp_path / "kept", NOBODY, NOBODY)
    assert as_anybody(act) == 0


def test_what_is_no_backup_and_cannot_be_read(open_desk: Desk, tmp_path: Path) -> None:
    backup(open_desk.index, tmp_path / "x.tar")
    (tmp_path / "x.tar").chmod(0)

    def act() -> None:
        for name in ("x.tar", "not there.tar"):
            says(lambda name=name: restore(tmp_path / name, open_desk.index), f"{name} cannot be read: ")  # type: ignore[misc]

    assert as_anybody(act) == 0
    assert open_desk.texts() == OLD
