"""Generations are switched whole, kept while they are read, and written by one process."""

import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index import generations, hold
from index.errors import IndexDamagedError, IndexLockedError, IndexMissingError

ROOT = Path(__file__).parents[2]


def publish(index: Path, content: str) -> Path:
    with generations.writing(index):
        staged = generations.stage(index)
        (staged / "data").write_text(content)
        (staged / "manifest.json").write_text("{}")
        folder = generations.commit(index, staged)
        generations.prune(index)
    return folder


def names(index: Path) -> list[str]:
    return sorted(p.name for p in (index / "generations").iterdir())


def content(index: Path) -> str:
    return (generations.current(index) / "data").read_text()


def test_no_index_at_all(tmp_path: Path) -> None:
    for index in (tmp_path / "none", tmp_path):
        with pytest.raises(IndexMissingError, match=r"there is no index in .*`pincite sync FOLDER`"):
            generations.current(index)
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexMissingError):
        generations.current(tmp_path / "file")


def test_the_last_one_answers_and_the_one_before_is_kept(tmp_path: Path) -> None:
    folders = [publish(tmp_path, str(n)) for n in range(4)]
    assert content(tmp_path) == "3"
    assert names(tmp_path) == ["g000003", "g000004"] == [f.name for f in folders[2:]]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["CURRENT", "generations", "lock"]
    name, sha256 = (tmp_path / "CURRENT").read_text().split()
    assert name == "g000004"
    assert sha256 == hashlib.sha256((folders[-1] / "manifest.json").read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "text", ["", "\n", "g1", "../elsewhere", "g000001/..", "g000001.part", "g000001\ng000002", "\xff"]
)
def test_a_current_that_names_no_generation(tmp_path: Path, text: str) -> None:
    publish(tmp_path, "a")
    (tmp_path / "CURRENT").write_text(text, encoding="latin-1")
    with pytest.raises(IndexDamagedError, match=r"CURRENT .*--rebuild"):
        generations.hold(tmp_path)


def test_a_current_whose_generation_is_gone(tmp_path: Path) -> None:
    publish(tmp_path, "a")
    (tmp_path / "CURRENT").write_text("g000007\n")
    with pytest.raises(IndexDamagedError, match="g000007"):
        generations.hold(tmp_path)


def test_a_generation_that_is_held_stays(tmp_path: Path) -> None:
    first = publish(tmp_path, "a")
    with generations.hold(tmp_path) as held, generations.hold(tmp_path) as second:
        assert held.folder == second.folder == first
        for text in "bcd":
            publish(tmp_path, text)
        assert (first / "data").read_text() == "a"
        second.release()
        publish(tmp_path, "e")
        assert names(tmp_path) == ["g000001", "g000004", "g000005"]
    publish(tmp_path, "f")
    assert names(tmp_path) == ["g000005", "g000006"]


def test_a_generation_held_by_another_process_stays(tmp_path: Path) -> None:
    first = publish(tmp_path, "a")
    code = (
        "import sys; from pathlib import Path; from index import generations\n"
        "hold = generations.hold(Path(sys.argv[1])); print(hold.folder.name, flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(arguments, cwd=ROOT, stdin=-1, stdout=-1, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "g000001\n"
        for text in "bcd":
            publish(tmp_path, text)
        assert first.is_dir()
        reader.communicate("")
    publish(tmp_path, "e")
    assert not first.exists()


def test_a_reader_that_comes_too_late_looks_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = publish(tmp_path, "a")
    seen: list[Path] = []
    named = generations.named

    def slow(index: Path) -> tuple[Path, str | None]:
        found = named(index)
        if not seen:
            seen.append(found[0])
            for text in "bc":
                publish(index, text)
        return found

    monkeypatch.setattr(generations, "named", slow)
    with generations.hold(tmp_path) as held:
        assert seen == [first]
        assert held.folder.name == "g000003"
        assert held.sha256 == hashlib.sha256((held.folder / "manifest.json").read_bytes()).hexdigest()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no flock")
def test_a_reader_whose_generation_goes_while_it_takes_hold_looks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path, "a")
    flock, seen = hold.fcntl.flock, [0]

    def slow(descriptor: int, kind: int) -> None:
        if kind == hold.fcntl.LOCK_SH:
            seen[0] += 1
            if seen[0] == 1:
                for text in "bc":
                    publish(tmp_path, text)
        flock(descriptor, kind)

    monkeypatch.setattr(hold.fcntl, "flock", slow)
    with generations.hold(tmp_path) as held:
        assert held.folder.name == "g000003"
        assert (held.folder / "data").read_text() == "c"
    assert seen == [2]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_all_is_on_disk_before_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No power cut can be had here; the order of what would survive one can."""
    steps: list[str] = []
    fsync, rename, replace = os.fsync, os.rename, os.replace

    def note_fsync(descriptor: int) -> None:
        steps.append(f"flush {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def note_rename(source: Path, target: Path) -> None:
        steps.append(f"rename {Path(source).name}")
        rename(source, target)

    def note_replace(source: Path, target: Path) -> None:
        steps.append(f"replace {Path(target).name}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "rename", note_rename)
    monkeypatch.setattr(os, "replace", note_replace)
    publish(tmp_path, "a")
    assert steps == [
        "flush g000001.part",
        "rename g000001.part",
        "flush generations",
        "flush CURRENT.part",
        "replace CURRENT",
        f"flush {tmp_path.name}",
    ]


def test_readers_and_a_writer_at_once(tmp_path: Path) -> None:
    publish(tmp_path, "0")
    done = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                with generations.hold(tmp_path) as held:
                    assert (held.folder / "data").read_text().isdigit()
        except BaseException as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(40):
        publish(tmp_path, str(n))
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []


def test_what_dead_writers_left_is_removed(tmp_path: Path) -> None:
    publish(tmp_path, "a")
    for name in ("g000002.part", "g000003", "g000009.part"):
        (tmp_path / "generations" / name).mkdir()
        (tmp_path / "generations" / name / "data").write_text("half")
    (tmp_path / "CURRENT.part").write_text("g00")
    (tmp_path / "generations" / "mine").mkdir()
    assert publish(tmp_path, "b").name == "g000002"
    assert content(tmp_path) == "b"
    assert names(tmp_path) == ["g000001", "g000002", "mine"]


def test_what_is_not_an_index_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "generations" / "notes").mkdir(parents=True)
    (tmp_path / "generations" / "notes" / "a.txt").write_text("mine")
    (tmp_path / "b.txt").write_text("mine")
    publish(tmp_path, "a")
    publish(tmp_path, "b")
    assert (tmp_path / "generations" / "notes" / "a.txt").read_text() == (tmp_path / "b.txt").read_text() == "mine"


def test_one_writer_and_the_other_is_told_who(tmp_path: Path) -> None:
    with (
        generations.writing(tmp_path),
        pytest.raises(IndexLockedError, match=f"process {os.getpid()} on .* is writing to the index in"),
        generations.writing(tmp_path),
    ):
        pass
    with generations.writing(tmp_path):
        pass


def test_a_lock_that_does_not_say_who(tmp_path: Path) -> None:
    with generations.writing(tmp_path):
        (tmp_path / "lock").write_text("nonsense")
        with pytest.raises(IndexLockedError, match="another process is writing"), generations.writing(tmp_path):
            pass


def test_a_writer_that_was_killed_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from index import generations\n"
        "with generations.writing(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False).returncode == -9
    publish(tmp_path, "a")
    assert content(tmp_path) == "a"
