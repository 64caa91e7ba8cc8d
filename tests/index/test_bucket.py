"""Buckets and folders on servers, through fsspec's own file systems in memory and on disk."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import PinciteError
from index.mirror import MirrorOptions, MirrorReport, mirror, urls
from index.scan import Failure

fsspec = pytest.importorskip("fsspec", reason="the extra `sources` is not installed")
OPTIONS = MirrorOptions(most_bytes=1000)


@pytest.fixture
def bucket() -> Iterator[Any]:
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.pseudo_dirs[:] = [""]
    memory.pipe("/team/a.txt", b"one")
    memory.pipe("/team/b/c.md", b"# two")
    yield memory
    memory.store.clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirrors" / "team"


def run(folder: Path, url: str = "memory://team/", options: MirrorOptions = OPTIONS) -> MirrorReport:
    return mirror(url, folder, options, lambda progress: None)


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_objects_come_change_and_go(bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.pipe({"/team/.git/x.txt": b"hidden", "/team/~$b.docx": b"", "/team/d.bin": b"no", "/other/e.txt": b"other"})
    assert run(folder) == MirrorReport((), 2, 0, 0)
    assert files(folder) == {"a.txt": "one", "b/c.md": "# two"}
    assert urls(folder) == {"a.txt": "memory://team/a.txt", "b/c.md": "memory://team/b/c.md"}
    with monkeypatch.context() as patch:
        patch.setattr(type(bucket), "_open", lambda *args, **named: pytest.fail("read again"))
        assert run(folder) == MirrorReport((), 0, 2, 0)
    bucket.pipe("/team/a.txt", b"eno")
    bucket.pipe("/team/f.txt", b"new")
    bucket.rm("/team/b", recursive=True)
    assert run(folder) == MirrorReport((), 2, 0, 1)
    assert files(folder) == {"a.txt": "eno", "f.txt": "new"}


def test_one_object(bucket: Any, folder: Path) -> None:
    assert run(folder, "memory://team/b/c.md") == MirrorReport((), 1, 0, 0)
    assert files(folder) == {"c.md": "# two"}
    assert urls(folder) == {"c.md": "memory://team/b/c.md"}


@pytest.mark.parametrize("broken", ["/team", "/team/b"])
def test_a_folder_that_cannot_be_listed_removes_nothing(
    bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    run(folder)
    listed = type(bucket).ls

    def ls(self: Any, path: str, **named: Any) -> Any:
        if path.rstrip("/") == broken:
            raise PermissionError("no access\nto this")
        return listed(self, path, **named)

    monkeypatch.setattr(type(bucket), "ls", ls)
    bucket.rm("/team/a.txt")
    failure = Failure("memory://team/", "it cannot be listed (no access); what was mirrored before stays")
    assert run(folder) == MirrorReport((failure,), 0, 0, 0)
    assert len(files(folder)) == 2


def test_a_bucket_that_is_not_there(bucket: Any, folder: Path) -> None:
    run(folder)
    bucket.rm("/team", recursive=True)
    report = run(folder)
    assert report.failed[0].reason.startswith("it cannot be listed") and report.removed == 0
    assert len(files(folder)) == 2


def test_objects_that_cannot_be_read(bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("denied", "gone", "reset", "large", "fine"):
        bucket.pipe(f"/team/{name}.txt", b"before")
    run(folder)
    opened = type(bucket)._open
    errors = {
        "denied": PermissionError("denied"),
        "gone": FileNotFoundError("gone"),
        "reset": TimeoutError("timed out"),
    }

    def open_(self: Any, path: str, *args: Any, **named: Any) -> Any:
        if error := errors.get(Path(path).stem):
            raise error
        return opened(self, path, *args, **named)

    for name in ("denied", "gone", "reset", "fine"):
        bucket.pipe(f"/team/{name}.txt", b"after")
    bucket.pipe("/team/large.txt", b"x" * 1001)
    monkeypatch.setattr(type(bucket), "_open", open_)
    report = run(folder)
    assert (report.fetched, report.unchanged, report.removed) == (1, 2, 2)
    assert {f.document.rpartition("/")[2]: f.reason for f in report.failed} == {
        "denied.txt": "it may not be read (denied)",
        "gone.txt": "it vanished after it was listed",
        "reset.txt": "it cannot be read (timed out)",
        "large.txt": "it is too large: 1,001 bytes where 1,000 are read at most; split it, or leave it out",
    }
    assert {k: v for k, v in files(folder).items() if k not in ("a.txt", "b/c.md")} == {
        "denied.txt": "before",
        "fine.txt": "after",
        "reset.txt": "before",
    }


def test_an_object_longer_than_listed_is_cut_off(bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.pipe("/team/a.txt", b"x" * 5000)
    listed = type(bucket).ls
    monkeypatch.setattr(
        type(bucket),
        "ls",
        lambda self, path, **named: [{**info, "size": 3} for info in listed(self, path, **named)],
    )
    assert "it is too large" in run(folder).failed[0].reason
    assert list(files(folder)) == ["b/c.md"]


def test_keys_that_are_no_paths(bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [
        "a\\..\\b.txt",
        "c:d.txt",
        "tab\t.txt",
        "sp .txt",
        " x/y.txt",
        "رسالة.txt",
        "con.txt",
        "é.txt",
        "e\u0301.txt",
    ]
    keys += ["Case.txt", "case.txt", "n" * 300 + ".txt"]
    bucket.rm("/team", recursive=True)
    for key in keys:
        bucket.store[f"/team/{key}"] = type(bucket.open("/team/x", "wb"))(bucket, f"/team/{key}", key.encode())
    report = run(folder)
    assert report == MirrorReport((), len(keys), 0, 0)
    assert sorted(files(folder).values()) == sorted(keys)
    assert "رسالة.txt" in files(folder) and "Case.txt" in files(folder)
    assert all("\\" not in name and ":" not in name and name.isprintable() for name in files(folder))
    assert run(folder) == MirrorReport((), 0, len(keys), 0)


def test_names_a_server_makes_up_stay_below_the_mirror(
    bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["/team/../../escaped.txt", "/etc/passwd.txt", "/team//double.txt", "../../up.txt", "/team/ok.txt"]
    bucket.pipe(dict.fromkeys(["/team/ok.txt", "/etc/passwd.txt", "/team/double.txt"], b"x"))
    infos = [{"name": name, "type": "file", "size": 1, "mtime": 1.0} for name in names]
    loop = {"name": "/team", "type": "directory", "size": 0}
    monkeypatch.setattr(type(bucket), "ls", lambda self, path, **named: [*infos, loop])
    run(folder)
    assert {"ok.txt", "etc/passwd.txt"} <= set(files(folder))
    assert [path.name for path in folder.parent.parent.iterdir()] == ["mirrors"]
    assert len(list(folder.parent.iterdir())) == 3


def test_what_cannot_be_listed_is_reported(bucket: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nameless = {"name": "/team/", "type": "directory", "size": 0}  # as an object store gives team//x.txt
    marker = {"name": "/team/", "type": "file", "size": 0}
    listed = type(bucket).ls
    monkeypatch.setattr(
        type(bucket), "ls", lambda self, path, **named: [nameless, marker, *listed(self, path, **named)]
    )
    failure = Failure("memory://team//", "what lies in a folder without a name cannot be listed; give it one")
    assert run(folder).failed == (failure,)
    assert len(files(folder)) == 2


def test_a_folder_on_disk(tmp_path: Path, folder: Path) -> None:
    shared = tmp_path / "shared"
    (shared / "sub").mkdir(parents=True)
    (shared / "sub" / "a.txt").write_text("un")
    (tmp_path / "secret.txt").write_text("secret")
    (shared / "link.txt").symlink_to(tmp_path / "secret.txt")
    (shared / "loop").symlink_to(shared)
    Path(os.fsdecode(os.fsencode(shared) + b"/\xe9t\xe9.txt")).write_text("latin")
    url = f"file://{shared}"
    assert run(folder, url) == MirrorReport((), 2, 0, 0)
    assert sorted(files(folder).values()) == ["latin", "un"] and "sub/a.txt" in files(folder)
    assert run(folder, url) == MirrorReport((), 0, 2, 0)
    (shared / "sub" / "a.txt").write_text("deux")
    assert run(folder, url) == MirrorReport((), 1, 1, 0)
    os.utime(shared / "sub" / "a.txt", (1, 1))
    assert run(folder, url) == MirrorReport((), 0, 2, 0)  # read again, and the same bytes
    (shared / "sub" / "a.txt").unlink()
    assert run(folder, url) == MirrorReport((), 0, 1, 1)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense://x/y", "nonsense://x/y cannot be read .*; name an address such as s3://"),
        ("zip://a::memory://b.zip", "chains several addresses"),
        ("ftp://user:secret@host/", "the address of host contains a password"),
    ],
)
def test_addresses_that_are_not_read(url: str, reason: str, folder: Path) -> None:
    with pytest.raises(PinciteError, match=reason) as caught:
        run(folder, url)
    assert "secret" not in str(caught.value)
    assert not folder.exists()


@pytest.mark.parametrize("url", ["s3://bucket/folder", "webdavs://host/folder"])
def test_a_missing_extra_names_what_to_install(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("s3fs", "webdav4", "webdav4.fsspec"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        PinciteError, match=r"needs packages that are not installed; run pip install 'pincite\[sources\]'"
    ):
        run(folder, url)
    for module in [name for name in sys.modules if name.partition(".")[0] == "fsspec"]:
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PinciteError, match=r"run pip install 'pincite\[sources\]'"):
        run(folder, url)


def test_buckets_need_no_leave_for_the_web(bucket: Any, folder: Path) -> None:
    assert run(folder, options=replace(OPTIONS, enabled=False)).fetched == 2
