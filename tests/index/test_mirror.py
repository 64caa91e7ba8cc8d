"""Mirrors on disk: where they lie, what is recorded of them, and that nothing else is touched, whatever happens."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from filelock import FileLock

from index import mirror as mirrors
from index.errors import IndexDamagedError, IndexLockedError, PinciteError
from index.mirror import MirrorOptions, MirrorReport, folder_for, is_remote, mirror, origin_of, urls
from index.mirror_folder import opened
from index.remote import Content, Fetched, Listed, Listing, Marks, Unfetched
from index.scan import Failure
from tests.index.web_host import Host, serving

URL = "s3://bucket/folder"
OPTIONS = MirrorOptions()


@dataclass
class Shelf:
    """A remote whose documents are set: path to bytes, or to what fetching it raises."""

    documents: dict[str, bytes | Exception] = field(default_factory=dict)
    failed: Exception | None = None
    whole: bool = True
    current: bool = False  # whether the listing says that nothing changed
    fetched: list[str] = field(default_factory=list)

    def listing(self) -> Listing:
        if self.failed:
            raise self.failed
        return Listing(tuple(Listed(f"{URL}/{path}", None) for path in self.documents), whole=self.whole)

    def unchanged(self, listed: Listed, marks: Marks) -> bool:
        return self.current

    def fetch(self, listed: Listed, marks: Marks | None) -> Fetched:
        path = listed.address.removeprefix(f"{URL}/")
        self.fetched.append(path)
        *folders, name = path.split("/")
        stem, dot, suffix = name.rpartition(".")
        return Fetched(Marks(None, None, None, 1.0), Content((*folders, stem), dot + suffix, True, self.pieces(path)))

    def pieces(self, path: str) -> Iterator[bytes]:
        document = self.documents[path]
        if isinstance(document, Exception):
            yield b"half of it"
            raise document
        yield document[:1]
        yield document[1:]


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    shelf = Shelf()
    monkeypatch.setattr(mirrors, "_remote", lambda origin, options: shelf)
    return shelf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirrors" / "shelf"


def run(folder: Path, url: str = URL) -> MirrorReport:
    return mirror(url, folder, OPTIONS, lambda progress: None)


def files(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): p.read_text() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("https://example.org/sitemap.xml", True),
        ("S3://bucket", True),
        ("webdavs://host/a", True),
        ("git+ssh://host", True),
        ("documents", False),
        ("C:/documents", False),
        ("c://documents", False),
        ("./a://b", False),
        ("/a//b", False),
        ("", False),
    ],
)
def test_is_remote(text: str, remote: bool) -> None:
    assert is_remote(text) is remote


def test_where_a_mirror_lies(tmp_path: Path) -> None:
    folder = folder_for("https://www.Example.org/a/sitemap.xml", tmp_path)
    assert folder.parent == tmp_path / "mirrors"
    assert folder.name.startswith("www-example-org-a-sitemap-xml-")
    assert folder == folder_for(" https://www.example.org:443/a/./sitemap.xml#x ", tmp_path)
    others = [
        "http://www.example.org/a/sitemap.xml",
        "https://www.example.org/a/sitemap.xml?x",
        "s3://b/../..",
        "s3://ب",
    ]
    names = {folder_for(url, tmp_path).name for url in [*others, "https://www.example.org/A/sitemap.xml", "s3://B"]}
    assert len(names) == 6 and folder.name not in names
    assert all(name.isascii() and len(name) <= 73 and not name.startswith(".") for name in names)
    assert len(folder_for("s3://" + "a" * 500, tmp_path).name) == 73


@pytest.mark.parametrize("url", ["documents", "https://user:pw@example.org/", "https://"])
def test_what_is_no_address(url: str, tmp_path: Path) -> None:
    with pytest.raises(PinciteError) as caught:
        folder_for(url, tmp_path)
    assert "pw" not in str(caught.value)


def test_documents_come_change_and_go(shelf: Shelf, folder: Path) -> None:
    shelf.documents = {"a.txt": b"one", "b/c.txt": b"two", "b/d/e.txt": b"three"}
    assert run(folder) == MirrorReport((), 3, 0, 0)
    assert files(folder) == {"a.txt": "one", "b/c.txt": "two", "b/d/e.txt": "three"}
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.txt")}
    assert run(folder) == MirrorReport((), 0, 3, 0)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.txt")} == times
    shelf.documents = {"a.txt": b"ONE", "b/c.txt": b"two"}
    assert run(folder) == MirrorReport((), 1, 1, 1)
    assert files(folder) == {"a.txt": "ONE", "b/c.txt": "two"}
    assert not (folder / "b" / "d").exists()
    assert origin_of(folder) == URL
    assert urls(folder) == {"a.txt": f"{URL}/a.txt", "b/c.txt": f"{URL}/b/c.txt"}
    shelf.documents = {}
    assert run(folder) == MirrorReport((), 0, 0, 2)
    assert files(folder) == {} and folder.is_dir()


def test_where_the_listing_fails_all_stays(shelf: Shelf, folder: Path) -> None:
    shelf.documents = {"a.txt": b"one"}
    run(folder)
    shelf.failed = Unfetched("it cannot be listed (no access)")
    failure = Failure(URL, "it cannot be listed (no access); what was mirrored before stays")
    assert run(folder) == MirrorReport((failure,), 0, 0, 0)
    assert files(folder) == {"a.txt": "one"}
    shelf.failed, shelf.whole, shelf.documents = None, False, {"b.txt": b"two"}
    assert run(folder) == MirrorReport((), 1, 0, 0)
    assert files(folder) == {"a.txt": "one", "b.txt": "two"}


def test_what_breaks_off_leaves_the_old_copy(shelf: Shelf, folder: Path) -> None:
    shelf.documents = {"a.txt": b"one", "b.txt": b"two"}
    run(folder)
    shelf.documents = {"a.txt": Unfetched("it broke off", silent=True), "b.txt": Unfetched("too large", outdated=True)}
    report = run(folder)
    assert (report.fetched, report.unchanged, report.removed) == (0, 0, 1)
    assert report.failed == (Failure(f"{URL}/a.txt", "it broke off"), Failure(f"{URL}/b.txt", "too large"))
    assert files(folder) == {"a.txt": "one"}
    assert list(urls(folder)) == ["a.txt"]


def test_a_copy_that_was_altered_is_fetched_anew(shelf: Shelf, folder: Path) -> None:
    shelf.documents = {f"{name}.txt": b"as it should be" for name in "abcd"}
    run(folder)
    (folder / "a.txt").write_text("altered")
    (folder / "b.txt").unlink()
    (folder / "c.txt").unlink()
    (folder / "c.txt").mkdir()
    (folder / "d.txt").write_text("as it should BE")
    shelf.current = True
    assert run(folder) == MirrorReport((), 4, 0, 0)
    assert run(folder) == MirrorReport((), 0, 4, 0)
    assert files(folder) == {f"{name}.txt": "as it should be" for name in "abcd"}


def test_what_else_lies_in_the_folder_is_removed_and_links_are_not_followed(
    shelf: Shelf, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    (outside / "sub").mkdir(parents=True)
    (outside / "keep.txt").write_text("keep")
    shelf.documents = {"a.txt": b"one", "b/c.txt": b"two", "sub/keep.txt": b"three"}
    run(folder)
    (folder / "stray.txt").write_text("stray")
    (folder / ".part-x").write_text("left by a crash")
    (folder / "link.txt").symlink_to(outside / "keep.txt")
    (folder / "linked").symlink_to(outside)
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(outside / "keep.txt")
    (folder / "b" / "c.txt").unlink()
    (folder / "b").rmdir()
    (folder / "b").symlink_to(outside)
    run(folder)
    assert files(folder) == {"a.txt": "one", "b/c.txt": "two", "sub/keep.txt": "three"}
    assert not any(path.is_symlink() for path in folder.rglob("*"))
    (folder / "a.txt").unlink()
    (folder / "a.txt").symlink_to(outside / "keep.txt")
    shelf.documents["a.txt"] = Unfetched("not now")
    run(folder)
    assert files(folder) == {"b/c.txt": "two", "sub/keep.txt": "three"}
    shelf.documents = {}
    run(folder)
    assert files(outside) == {"keep.txt": "keep"} and (outside / "sub").is_dir()


def test_a_folder_that_is_no_mirror_is_not_touched(shelf: Shelf, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.txt").write_text("mine")
    for prepare in (lambda: None, lambda: folder.with_name("documents.json").write_text('{"mine": 1}')):
        prepare()
        with pytest.raises(PinciteError):
            run(folder)
        assert files(folder) == {"a.txt": "mine"}
    assert folder.with_name("documents.json").read_text() == '{"mine": 1}'


def test_the_mirror_of_another_address_is_not_touched(shelf: Shelf, folder: Path) -> None:
    shelf.documents = {"a.txt": b"one"}
    run(folder)
    with pytest.raises(PinciteError, match="mirrors s3://bucket/folder, not s3://bucket/other"):
        run(folder, "s3://bucket/other")
    assert files(folder) == {"a.txt": "one"}


def tamper(change: Callable[[dict[str, object]], object]) -> Callable[[str], str]:
    def tampered(text: str) -> str:
        record = json.loads(text)
        change(record)
        return json.dumps(record)

    return tampered


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        tamper(lambda record: record.update(format=99)),
        *(
            tamper(lambda record, name=name: record["documents"][f"{URL}/a.txt"].update(name=name))  # type: ignore[misc]
            for name in ("../outside.txt", "/etc/passwd", "a/../../b", "a//b", "", "..\\b", "C:b", "a\0b", 7, None)
        ),
        tamper(lambda record: record["documents"][f"{URL}/a.txt"].pop("size")),  # type: ignore[index]
        tamper(lambda record: record["documents"][f"{URL}/a.txt"]["marks"].update(seen=float("nan"))),  # type: ignore[index]
        tamper(lambda record: record["documents"][f"{URL}/a.txt"]["marks"].update(etag=[])),  # type: ignore[index]
    ],
)
def test_a_damaged_record_is_named_and_nothing_removed(
    shelf: Shelf, folder: Path, damage: Callable[[str], str]
) -> None:
    shelf.documents = {"a.txt": b"one"}
    run(folder)
    record = folder.with_name("shelf.json")
    (folder.parent / "outside.txt").write_text("outside")
    record.write_text(damage(record.read_text()))
    for use in (run, origin_of, urls):
        with pytest.raises(IndexDamagedError, match=r"shelf\.json is not what a mirror's record is .*; remove it and"):
            use(folder)
    assert files(folder) == {"a.txt": "one"} and (folder.parent / "outside.txt").exists()


def test_no_mirror(tmp_path: Path) -> None:
    assert origin_of(tmp_path / "none") is None
    assert urls(tmp_path / "none" / "at all") == {}


def test_one_process_at_a_time(shelf: Shelf, folder: Path) -> None:
    run(folder)
    with (
        FileLock(folder.with_name("shelf.lock")),
        pytest.raises(IndexLockedError, match="another process is mirroring"),
    ):
        run(folder)
    run(folder)


def test_names_are_free_again(shelf: Shelf, folder: Path) -> None:
    shelf.documents = {"a.txt": b"file"}
    run(folder)
    shelf.documents = {"a.txt/b.txt": b"folder", "A.txt": b"other case"}
    assert run(folder).removed == 1
    assert sorted(files(folder).values()) == ["folder", "other case"]
    assert "a.txt/b.txt" in files(folder)


def test_a_document_may_be_called_as_a_folder_is(shelf: Shelf, folder: Path) -> None:
    shelf.documents = {"a.txt": b"file", "a.txt/b.txt": b"below", "c.txt/d.txt": b"below", "c.txt": b"file"}
    assert run(folder) == MirrorReport((), 4, 0, 0)
    assert run(folder) == MirrorReport((), 0, 4, 0)
    assert sorted(files(folder).values()) == ["below", "below", "file", "file"]


def test_a_folder_that_cannot_be_written_to(shelf: Shelf, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.documents = {"a.txt": b"one"}
    run(folder)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    shelf.documents = {"a.txt": b"two", "b.txt": b"three"}
    with monkeypatch.context() as patch:
        patch.setattr("index.mirror_folder._put", full)
        with pytest.raises(PinciteError, match=r"cannot be written to .* \(No space left on device\); what was"):
            run(folder)
    assert files(folder) == {"a.txt": "one"}
    assert run(folder) == MirrorReport((), 2, 0, 0)


KILLED = """
import os, sys
from pathlib import Path
from index.mirror import MirrorOptions, mirror

url, *folders = sys.argv[1:]
left = 0

def counted(act):
    def step(*args, **named):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return act(*args, **named)
    return step

os.fsync, Path.replace, Path.unlink = counted(os.fsync), counted(Path.replace), counted(Path.unlink)
options = MirrorOptions(enabled=True, allow=("127.0.0.1",), delay=0.0)
for steps, folder in enumerate(folders):
    child = os.fork()
    if not child:
        left = steps
        mirror(url, Path(folder), options, lambda progress: None)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_the_next_run_repairs_what_a_kill_leaves(tmp_path: Path) -> None:
    """A process is killed before its first step on disk, before its second, and so on until it gets to its end."""
    options = MirrorOptions(enabled=True, allow=("127.0.0.1",), delay=0.0)
    folders = [tmp_path / str(steps) for steps in range(20)]
    with serving() as host:
        kept, gone = host.page("/same", "same", ETag="same"), host.page("/old", "")
        url = host.sitemap(kept, gone, host.page("/new", "1", ETag="1"))
        mirror(url, tmp_path / "first", options, lambda progress: None)
        for folder in folders:
            shutil.copytree(tmp_path / "first", folder)
            shutil.copy(tmp_path / "first.json", f"{folder}.json")
        host.sitemap(kept, host.page("/new", "2", ETag="2"), host.page("/more", "more"))
        root = str(Path(__file__).parents[2])
        command = [sys.executable, "-c", KILLED, url, *map(str, folders)]
        environment = {**os.environ, "PYTHONPATH": root}
        done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True, env=environment)
        codes = done.stdout.split()
        assert codes[0] == "9" and codes[-1] == "0" and codes.count("9") > 10, (codes, done.stderr)
        for folder in folders:
            mirror(url, folder, options, lambda progress: None)
            check(folder, host)


def check(folder: Path, host: Host) -> None:
    at = f"127.0.0.1_{host.port}"
    found = files(folder)
    assert {name: text[15:-18] for name, text in found.items()} == {
        f"{at}/more.html": "more",
        f"{at}/new.html": "2",
        f"{at}/same.html": "same",
    }
    assert set(urls(folder)) == set(found)


def test_a_file_is_not_known_before_it_is_whole(shelf: Shelf, folder: Path) -> None:
    with opened(folder, URL) as local:
        content = Content(("a",), ".txt", True, shelf.pieces("a.txt"))
        shelf.documents = {"a.txt": Unfetched("it broke off")}
        with pytest.raises(Unfetched):
            local.store(f"{URL}/a.txt", content, Marks(None, None, None, 1.0))
        assert local.addresses() == () and files(folder) == {}
