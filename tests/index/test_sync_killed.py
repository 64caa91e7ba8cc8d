"""A sync that is killed, at any instruction that touches the disk, leaves the last good index or the next one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import IndexLockedError, IndexMissingError, PinciteError
from index.opened import Index
from index.sync import SyncOptions, sync
from tests.index.fake_encoder import LetterEncoder, source_of
from tests.index.test_sync import whole

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")

ROOT = Path(__file__).parents[2]
OLD = {"a.txt": "The lamp is old.", "b.txt": "The roof leaks.", "c.txt": "The door stands open."}
NEW = {"a.txt": "The lamp is new.", "moved.txt": OLD["b.txt"], "d.txt": "A stair creaks.", "e.txt": "A bell rings."}
# Each of these touches the disk in a way that the next start can see.
EVENTS = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "sqlite3.connect", "shutil.copyfile"}


def fill(folder: Path, texts: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for id, text in texts.items():
        (folder / id).write_text(text)


def run(root: Path, save_passages: int = 1) -> None:
    options = SyncOptions(save_passages=save_passages, batch_passages=1)
    sync([root / "documents"], root / "index", source_of(LetterEncoder()), options)


def texts(index: Path) -> dict[str, str]:
    with Index.open(index) as opened:
        opened.verify()
        whole(opened)
        return {e.id: opened.document(e.id).text for e in opened.documents()}  # type: ignore[union-attr]


def in_child(act: Callable[[], None]) -> int:
    """Run `act` in a forked process; its signal as a negative number, 0 where it ended well, else 1."""
    child = os.fork()
    if child == 0:
        try:
            act()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(event: int, act: Callable[[], None]) -> Callable[[], None]:
    """`act`, killed just before the disk is touched for the `event`-th time."""

    def run_until() -> None:
        left = [event]

        def count(name: str, _: tuple[object, ...]) -> None:
            if name in EVENTS:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)  # cannot be taken away again; the child is
        act()

    return run_until


def kill_everywhere(root: Path, save_passages: int, step: int, allowed: Callable[[dict[str, str] | None], bool]) -> int:
    """Kill a sync at every `step`-th event in turn; check what is left, and that a sync mends it."""
    start = shutil.copytree(root, root.parent / "start")
    warm = root.parent / "warm"  # loads in this process what the children then need not
    warm.mkdir()
    fill(warm / "documents", OLD)
    run(warm)
    for turn, event in enumerate(range(1, 10_000, step)):
        shutil.rmtree(root / "index", ignore_errors=True)
        if (start / "index").exists():
            shutil.copytree(start / "index", root / "index")
        ended = in_child(killed_at(event, lambda: run(root, save_passages)))
        if ended == 0:
            return event - 1
        assert ended == -signal.SIGKILL
        try:
            left: dict[str, str] | None = texts(root / "index")
        except IndexMissingError:
            left = None
        assert allowed(left), (event, left)
        if turn % 5 == 0:
            run(root)
            assert texts(root / "index") == {p.name: p.read_text() for p in (root / "documents").iterdir()}
            names = sorted(p.name for p in (root / "index" / "generations").iterdir())
            assert len(names) <= 2
            assert not any(name.endswith(".part") for name in names)
    raise AssertionError("the sync never came to its end")


@pytest.mark.parametrize(("save_passages", "step"), [(1, 11), (1000, 2)])
def test_killed_while_bringing_an_index_up_to_date(tmp_path: Path, save_passages: int, step: int) -> None:
    root = tmp_path / "root"
    root.mkdir()
    fill(root / "documents", OLD)
    run(root)
    fill(root / "documents", NEW)

    def allowed(left: dict[str, str] | None) -> bool:
        # With removals and renames first, then each document at its saving: old, or the new ones in order.
        steps = [{"a.txt": OLD["a.txt"], "moved.txt": NEW["moved.txt"]}]
        steps.extend([dict(steps[0], **{id: NEW[id] for id in ["a.txt", "d.txt", "e.txt"][:n]}) for n in (1, 2, 3)])
        return left in ([OLD, *steps] if save_passages == 1 else [OLD, NEW])

    assert kill_everywhere(root, save_passages, step, allowed) > 50


def test_killed_while_building_the_first_index(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    fill(root / "documents", OLD)
    steps = [None, *({id: OLD[id] for id in sorted(OLD)[:n]} for n in (1, 2, 3))]
    assert kill_everywhere(root, 1, 7, lambda left: left in steps) > 50


def test_killed_in_the_encoder(tmp_path: Path) -> None:
    fill(tmp_path / "documents", OLD)

    class Deadly(LetterEncoder):
        def encode_passages(self, passages, progress):  # type: ignore[no-untyped-def]
            if len(self.embedded) == 2:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().encode_passages(passages, progress)

    def act() -> None:
        options = SyncOptions(save_passages=1, batch_passages=1)
        sync([tmp_path / "documents"], tmp_path / "index", source_of(Deadly()), options)

    assert in_child(act) == -signal.SIGKILL
    assert list(texts(tmp_path / "index")) == ["a.txt", "b.txt"]
    encoder = LetterEncoder()
    sync([tmp_path / "documents"], tmp_path / "index", source_of(encoder))
    assert [i.sentences for i in encoder.embedded] == [(OLD["c.txt"],)]  # what was saved is not embedded again
    assert texts(tmp_path / "index") == OLD


@pytest.mark.parametrize("largest", [1, 300, 5_000, 30_000, 60_000, 70_000])
def test_a_disk_that_is_really_full(tmp_path: Path, largest: int) -> None:
    """Files may not grow past `largest` bytes, in every part of the writer that writes."""
    resource = pytest.importorskip("resource")
    fill(tmp_path / "documents", OLD)
    run(tmp_path)
    before = (tmp_path / "index" / "CURRENT").read_text()
    fill(tmp_path / "documents", OLD | {"long.txt": "The lamp is new again and shines. " * 2000})

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        with pytest.raises(PinciteError, match="could not be written: "):
            run(tmp_path, 1000)

    assert in_child(act) == 0
    assert (tmp_path / "index" / "CURRENT").read_text() == before
    assert texts(tmp_path / "index") == OLD
    assert [p.name for p in (tmp_path / "index" / "generations").iterdir()] != []


def test_two_syncs_at_once_in_two_processes(tmp_path: Path) -> None:
    fill(tmp_path / "documents", {f"{n}.txt": f"Lamp number {n} hangs here." for n in range(20)})
    code = (
        "import sys; from pathlib import Path; from index.errors import IndexLockedError\n"
        "from tests.index.test_sync_killed import run\n"
        "try: run(Path(sys.argv[1])); print('done')\n"
        "except IndexLockedError as error: print(error)"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path)]
    started = [subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate()[0].strip() for process in started]
    assert "done" in said
    assert all(s == "done" or "is writing to the index in" in s for s in said), said
    assert len(texts(tmp_path / "index")) == 20


def test_reading_goes_on_while_another_process_syncs(tmp_path: Path) -> None:
    fill(tmp_path / "documents", OLD)
    run(tmp_path)
    fill(tmp_path / "documents", {f"{n}.txt": f"Lamp number {n} hangs here." for n in range(30)})
    child = os.fork()
    if child == 0:
        try:
            run(tmp_path)
        finally:
            os._exit(0)
    seen, ended = set(), 0
    while not ended:
        ended, _ = os.waitpid(child, os.WNOHANG)
        with Index.open(tmp_path / "index") as index:
            whole(index)
            seen.add(index.folder.name)
    assert len(seen) > 1
    assert len(texts(tmp_path / "index")) == 30


def test_a_second_sync_is_told_the_process_of_the_first(tmp_path: Path) -> None:
    fill(tmp_path / "documents", OLD)

    class Waiting(LetterEncoder):
        def encode_passages(self, passages, progress):  # type: ignore[no-untyped-def]
            (tmp_path / "started").touch()
            while not (tmp_path / "go on").exists():
                time.sleep(0.01)
            return super().encode_passages(passages, progress)

    child = os.fork()
    if child == 0:
        try:
            sync([tmp_path / "documents"], tmp_path / "index", source_of(Waiting()))
        finally:
            os._exit(0)
    while not (tmp_path / "started").exists():
        time.sleep(0.01)
    with pytest.raises(IndexLockedError, match=f"process {child} on"):
        run(tmp_path)
    (tmp_path / "go on").touch()
    os.waitpid(child, 0)
    assert texts(tmp_path / "index") == OLD
