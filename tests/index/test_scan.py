"""Scanning finds the documents of a folder and nothing outside it."""

import os
import socket
from pathlib import Path

import pytest

from index.errors import PinciteError, ReadError
from index.scan import Found, Scan, Stamp, check_folders, read_file, scan


def fill(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}")
    return folder


def ids(result: Scan) -> list[str]:
    return [found.id for found in result.found]


def found_in(folder: Path, id: str) -> Found:
    return Found(id, folder, Stamp(0, 0, 0))


def test_documents_at_any_depth_in_order(tmp_path: Path) -> None:
    fill(tmp_path, "b.txt", "a/z.md", "a/b/c/d.html", "B.TXT", "a.txt", "é.txt")
    result = scan([tmp_path], tmp_path / "none")
    assert ids(result) == ["B.TXT", "a.txt", "a/b/c/d.html", "a/z.md", "b.txt", "é.txt"]
    assert result.failed == result.blind == ()
    status = (tmp_path / "a.txt").stat()
    assert result.found[1].stamp == Stamp(13, status.st_mtime_ns, status.st_ctime_ns)


@pytest.mark.parametrize(
    "name",
    [".hidden.txt", ".git/a.txt", "a/.b/c.txt", "~$report.html", "a.txt~", "#a.txt#", ".a.txt.swp", "a.xyz", "README"],
)
def test_what_is_left_out_silently(tmp_path: Path, name: str) -> None:
    fill(tmp_path, name, "kept.txt")
    assert scan([tmp_path], tmp_path / "none") == Scan(
        tuple(f for f in scan([tmp_path], tmp_path / "none").found if f.id == "kept.txt"), (), ()
    )


@pytest.mark.parametrize(
    "name",
    [
        'it\'s "quoted".txt',
        "line\nbreak.txt",
        "\u202etxt.exe.txt",
        "سؤال/ملف.txt",
        " a .txt",
        "a;b|c&d$(e).txt",
        "-n.txt",
        "\\back\\slash.txt",
        "%41.txt",
        "日本語.md",
        "..a..txt",
        "a?b#c.txt",
        "x" * 251 + ".txt",
    ],
)
def test_names_of_all_kinds(tmp_path: Path, name: str) -> None:
    fill(tmp_path, name)
    result = scan([tmp_path], tmp_path / "none")
    assert ids(result) == ([name] if not name.startswith(".") else [])
    for found in result.found:
        assert read_file(found, 1000)[0].decode() == f"text of {name}"


def test_a_name_that_is_no_text_is_a_failure(tmp_path: Path) -> None:
    fill(tmp_path, "good.txt")
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("latin-1")
    (tmp_path / os.fsdecode(b"caf\xe9.xyz")).write_text("not for us")
    result = scan([tmp_path], tmp_path / "none")
    assert ids(result) == ["good.txt"]
    assert [(f.document, f.reason) for f in result.failed] == [
        ("caf\\xe9.txt", "its name is not valid UTF-8; rename it")
    ]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", "secret.txt", "below/secret.txt")
    inside = fill(tmp_path / "inside", "a.txt", "b/c.txt")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "link").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "b" / "up").symlink_to("..")
    (inside / "dangling.txt").symlink_to("nowhere")
    result = scan([inside], tmp_path / "none")
    assert ids(result) == ["a.txt", "b/c.txt"]
    assert result.failed == ()


def test_a_link_that_is_named_is_followed(tmp_path: Path) -> None:
    fill(tmp_path / "real", "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert check_folders([tmp_path / "link", tmp_path / "real", tmp_path / "real" / "."]) == (tmp_path / "real",)


@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_a_link_put_in_place_between_two_looks_is_not_followed(tmp_path: Path, swapped: str) -> None:
    outside = fill(tmp_path / "outside", "a.txt")
    inside = fill(tmp_path / "inside", "b/a.txt")
    (found,) = scan([inside], tmp_path / "none").found
    if swapped == "file":
        (inside / "b" / "a.txt").unlink()
        (inside / "b" / "a.txt").symlink_to(outside / "a.txt")
    else:
        (inside / "b").rename(inside / "c")
        (inside / "b").symlink_to(outside)
    with pytest.raises(OSError):
        read_file(found, 1000)


def test_pipes_sockets_and_folders_are_never_read(tmp_path: Path) -> None:
    fill(tmp_path, "folder.txt/a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket.txt"))
        result = scan([tmp_path], tmp_path / "none")
    assert ids(result) == ["folder.txt/a.txt"]
    for id in ("pipe.txt", "folder.txt"):
        with pytest.raises((ReadError, OSError)):
            read_file(found_in(tmp_path, id), 1000)


def test_the_index_inside_is_left_out(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "index/generations/b.txt", "other/index/c.txt")
    assert ids(scan([tmp_path], tmp_path / "index")) == ["a.txt", "other/index/c.txt"]


def test_the_same_path_in_two_folders_belongs_to_the_first(tmp_path: Path) -> None:
    one, two = fill(tmp_path / "one", "a.txt", "b.txt"), fill(tmp_path / "two", "b.txt", "c.txt")
    for first, second in ((one, two), (two, one)):
        result = scan([first, second], tmp_path / "none")
        assert sorted(ids(result)) == ["a.txt", "b.txt", "c.txt"]
        assert [f.folder for f in result.found if f.id == "b.txt"] == [first]
        assert [(f.document, f.reason) for f in result.failed] == [
            ("b.txt", f"the same path stands in {first}, which was named first")
        ]


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind the superuser")
def test_a_folder_that_cannot_be_listed_by_permission(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt", "closed/b.txt")
    (tmp_path / "closed").chmod(0)
    result = scan([tmp_path], tmp_path / "none")
    (tmp_path / "closed").chmod(0o700)
    assert ids(result) == ["a.txt"]
    assert result.blind == ((tmp_path, "closed"),)


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "a.txt", "closed/b.txt")
    opened = os.open

    def refuse(path: str, *arguments: int, **named: int) -> int:
        if path == "closed":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuse)
    result = scan([tmp_path], tmp_path / "none")
    assert ids(result) == ["a.txt"]
    assert result.blind == ((tmp_path, "closed"),)
    assert [(f.document, f.reason) for f in result.failed] == [("closed", "it cannot be listed: Permission denied")]


def test_deep_folders(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(60):
        deep = deep / ("d" * 60)
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("deep")
    (found,) = scan([tmp_path], tmp_path / "none").found
    assert read_file(found, 10)[0] == b"deep"


def test_a_file_of_the_largest_size_and_one_byte_more(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"1234567890")
    found = found_in(tmp_path, "a.txt")
    assert read_file(found, 10)[0] == b"1234567890"
    with pytest.raises(ReadError, match="it is too large: 10 bytes where 9 are read at most"):
        read_file(found, 9)


def test_folders_that_cannot_be_synced(tmp_path: Path) -> None:
    fill(tmp_path, "a.txt")
    with pytest.raises(PinciteError, match=r"none does not exist; name a folder"):
        check_folders([tmp_path, tmp_path / "none"])
    with pytest.raises(PinciteError, match=r"a\.txt is a file; name a folder"):
        check_folders([tmp_path / "a.txt"])
    with pytest.raises(PinciteError, match="does not exist"):
        check_folders([tmp_path / "bad\0name"])


def descriptors() -> int:
    """How many this process has open."""
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    fill(tmp_path, "a/b/c.txt", "d.txt")
    before = descriptors()
    for _ in range(3):
        for found in scan([tmp_path], tmp_path / "none").found:
            read_file(found, 1000)
        with pytest.raises(ReadError):
            read_file(found_in(tmp_path, "d.txt"), 1)
        with pytest.raises(OSError):
            read_file(found_in(tmp_path, "a/none/c.txt"), 1)
    assert descriptors() == before
