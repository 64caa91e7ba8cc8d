"""Whatever writes to an index can be killed whenever it changes the disk: it leaves what was there, or the next."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from index.backup import backup, restore
from index.errors import IndexLockedError, IndexMissingError
from index.filters import EVERYTHING
from index.fsck import fsck
from index.opened import Index
from index.sync import SyncOptions, sync
from tests.index.desk import Here
from tests.index.fake_encoder import LetterEncoder, source_of
from tests.index.forked import in_child, killed_at, moments

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")]

ROOT = Path(__file__).parents[2]
OLD = {"a.txt": "The lamp is old.", "b.txt": "The roof leaks.", "c.txt": "The door stands open."}
NEW = {"a.txt": "The lamp is new.", "moved.txt": OLD["b.txt"], "d.txt": "A stair creaks.", "e.txt": "A bell rings."}
# What is gone or was renamed is published before anything is embedded.
MOVED = {"a.txt": OLD["a.txt"], "moved.txt": OLD["b.txt"]}


def fill(folder: Path, texts: dict[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for id, text in texts.items():
        (folder / id).write_text(text)


def run(root: Path, save_passages: int = 1, compact: bool = False) -> None:
    options = SyncOptions(save_passages=save_passages, batch_passages=1, compact=compact)
    sync([root / "documents"], root / "index", source_of(LetterEncoder()), options)


def texts(index: Path) -> dict[str, str]:
    """Every document's text in a sound index; none where there is no index."""
    try:
        assert fsck(index).problems == ()
    except IndexMissingError:
        return {}
    with Index.open(index) as opened:
        view = opened.view(EVERYTHING)
        return {e.id: view.document(e.id).text for e in view.documents()}  # type: ignore[union-attr]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Files are read in this process; nothing is waited for: what a killed process wrote the system still has."""
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    warm = tmp_path_factory.mktemp("warm")  # loads in this process what its children then need not
    fill(warm / "documents", OLD)
    run(warm)
    texts(warm / "index")


def is_tidy(index: Path) -> bool:
    """Whether nothing lies about that a killed process left."""
    names = [path.name for path in (index / "generations").iterdir()]
    return len(names) <= 2 and not any(name.endswith(".part") for name in names) and not list(index.glob("*.part"))


def kill_at_moments(root: Path, act: Callable[[], object], step: int, check: Callable[[], None]) -> int:
    """Kill `act` again and again, each time beginning with `root` as it is now; how often.

    What is left is to pass `check`, and a sync is to mend it.
    """
    start = shutil.copytree(root, root.parent / "start")
    at = moments(act, step, root.parent / "log")
    for turn, event in enumerate(at):
        shutil.rmtree(root)
        shutil.copytree(start, root)
        assert killed_at(event, act) == -signal.SIGKILL
        check()
        if turn % 5 == 0:
            run(root, 1000)
            assert texts(root / "index") == {p.name: p.read_text() for p in (root / "documents").iterdir()}
            assert is_tidy(root / "index")
    return len(at)


def is_one_of(index: Path, allowed: Sequence[dict[str, str]]) -> Callable[[], None]:
    def check() -> None:
        assert texts(index) in allowed

    return check


def added(to: dict[str, str], ids: Sequence[str]) -> list[dict[str, str]]:
    """`to` with the first of the new documents, one more each time."""
    return [{**to, **{id: NEW[id] for id in ids[:n]}} for n in range(len(ids) + 1)]


@pytest.mark.parametrize(("save_passages", "step"), [(1, 61), (1000, 29)])
def test_killed_while_bringing_an_index_up_to_date(tmp_path: Path, quick: None, save_passages: int, step: int) -> None:
    root = tmp_path / "root"
    fill(root / "documents", OLD)
    run(root)
    fill(root / "documents", NEW)
    between = added(MOVED, ["a.txt", "d.txt", "e.txt"]) if save_passages == 1 else [MOVED, NEW]
    check = is_one_of(root / "index", [OLD, *between])
    assert kill_at_moments(root, lambda: run(root, save_passages), step, check) > 25


def test_killed_while_building_the_first_index(tmp_path: Path, quick: None) -> None:
    root = tmp_path / "root"
    fill(root / "documents", NEW)
    assert kill_at_moments(root, lambda: run(root), 61, is_one_of(root / "index", added({}, sorted(NEW)))) > 20


def test_killed_while_compacting(tmp_path: Path, quick: None) -> None:
    root = tmp_path / "root"
    fill(root / "documents", OLD | NEW)
    run(root, 1000)
    fill(root / "documents", OLD)
    run(root, 1000)
    assert b"rings" in of_texts(root / "index")
    assert kill_at_moments(root, lambda: run(root, compact=True), 17, is_one_of(root / "index", [OLD])) > 20
    run(root, compact=True)
    assert b"rings" not in of_texts(root / "index")


def of_texts(index: Path) -> bytes:
    return b"".join(path.read_bytes() for path in index.rglob("texts.bin"))


def test_killed_while_backing_up(tmp_path: Path, quick: None) -> None:
    root = tmp_path / "root"
    index, file = root / "index", root / "index.tar"
    fill(root / "documents", OLD)
    run(root, 1000)
    backup(index, file)
    fill(root / "documents", NEW)
    run(root, 1000)

    def check() -> None:
        assert texts(index) == NEW
        restore(file, tmp_path / "again")
        assert texts(tmp_path / "again") in (OLD, NEW)
        backup(index, file)
        assert not list(root.glob("*.part"))

    assert kill_at_moments(root, lambda: backup(index, file), 1, check) > 2


def test_killed_while_restoring(tmp_path: Path, quick: None) -> None:
    root = tmp_path / "root"
    index, file = root / "index", root / "index.tar"
    fill(root / "documents", OLD)
    run(root, 1000)
    backup(index, file)
    fill(root / "documents", NEW)
    run(root, 1000)
    assert kill_at_moments(root, lambda: restore(file, index), 11, is_one_of(index, [OLD, NEW])) > 10


def test_killed_in_the_encoder(tmp_path: Path, quick: None) -> None:
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


def test_two_syncs_at_once_in_two_processes(tmp_path: Path) -> None:
    fill(tmp_path / "documents", {f"{n}.txt": f"Lamp number {n} hangs here." for n in range(6)})
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
    assert len(texts(tmp_path / "index")) == 6


def test_reading_goes_on_while_another_process_syncs(tmp_path: Path, quick: None) -> None:
    fill(tmp_path / "documents", OLD)
    run(tmp_path)
    later = {f"{n}.txt": f"Lamp number {n} hangs here." for n in range(10)}
    fill(tmp_path / "documents", later)
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
            view = index.view(EVERYTHING)
            for id in (facts.id for facts in view.documents()):
                assert view.document(id).text in (OLD.get(id), later.get(id))  # type: ignore[union-attr]
            seen.add(index.folder.name)
    assert len(seen) > 1
    assert texts(tmp_path / "index") == later


def test_a_second_sync_is_told_the_process_of_the_first(tmp_path: Path, quick: None) -> None:
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
