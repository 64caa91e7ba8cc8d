import io
import stat
import warnings
import zipfile
from dataclasses import replace

import pytest

from index.errors import ReadError
from index.limits import Limits
from index.readers.archive import members
from index.readers.member import Member
from tests.index.mutated import mutated

LIMITS = Limits()


def packed(*files: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive, warnings.catch_warnings(action="ignore"):
        for name, content in files:
            archive.writestr(name, content, method)
    return data.getvalue()


def names(data: bytes) -> list[str]:
    return [member.name for member in members(data, LIMITS)]


def test_files_come_in_their_order_with_their_bytes() -> None:
    data = packed(("lettres/été.txt", "Été".encode()), ("قائمة.md", b"# A"), ("c", b""))
    assert list(members(data, LIMITS)) == [
        Member("lettres/été.txt", "Été".encode()),
        Member("قائمة.md", b"# A"),
        Member("c", b""),
    ]


def test_folders_links_and_hidden_files_are_no_members() -> None:
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    hidden = ("__MACOSX/._a.txt", ".git/config", "a/.DS_Store", "~$report.docx", "a/~$b.xlsx", "folder/", "back\\")
    data = packed(*((name, b"x") for name in hidden), (link, b"/etc/passwd"), ("a/b.txt", b"x"), ("~a.txt", b"x"))
    assert names(data) == ["a/b.txt", "~a.txt"]


def test_names_that_lead_elsewhere_lead_down() -> None:
    data = packed(
        ("../../a.txt", b"1"), ("/b.txt", b"2"), ("C:\\c\\d.txt", b"3"), ("x/../a.txt", b"4"), ("a.txt", b"5")
    )
    assert names(data) == ["a.txt", "b.txt", "c/d.txt", "x/a.txt", "a (2).txt"]


def test_names_in_utf_8_that_do_not_say_so_and_in_old_letters() -> None:
    utf8, old = packed(("ete-0.txt", b"")), packed(("ete-0.txt", b""))
    assert names(utf8.replace(b"ete-0", "été".encode())) == ["été.txt"]
    assert names(old.replace(b"ete-0", "été-0".encode("cp437"))) == ["été-0.txt"]


def test_what_is_not_wanted_costs_nothing() -> None:
    data = packed(("film.mp4", bytes(10_000)), ("a.txt", b"abc"))
    few = replace(LIMITS, unpacked_bytes=3, members=1)
    assert list(members(data, few, lambda name: name.endswith(".txt"))) == [Member("a.txt", b"abc")]


def test_more_bytes_than_are_allowed() -> None:
    data = packed(("a.txt", bytes(1000)), ("b.txt", bytes(1000)))
    assert len(list(members(data, replace(LIMITS, unpacked_bytes=2000)))) == 2
    found = members(data, replace(LIMITS, unpacked_bytes=1999))
    assert next(found).name == "a.txt"
    with pytest.raises(ReadError, match="more than the 1,999 bytes"):
        next(found)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = packed(("zeros.txt", bytes(50_000_000)))
    assert len(bomb) < 100_000
    with pytest.raises(ReadError, match="more than the 1,000,000 bytes"):
        list(members(bomb, replace(LIMITS, unpacked_bytes=1_000_000)))


def test_more_files_than_are_allowed() -> None:
    data = packed(*((f"{number}.txt", b"") for number in range(30)))
    with pytest.raises(ReadError, match="30 files, more than 29"):
        list(members(data, replace(LIMITS, members=29)))
    with pytest.raises(ReadError, match="lists more than 1 files"):
        list(members(data, replace(LIMITS, members=1)))


def test_one_bad_file_does_not_spoil_the_others() -> None:
    data = bytearray(packed(("bad.txt", b"some words that are compressed"), ("good.txt", b"words")))
    data[40] ^= 0xFF
    bad, good = members(bytes(data), LIMITS)
    assert bad == Member("bad.txt", b"", "it is damaged in the archive; pack it again")
    assert good == Member("good.txt", b"words")


def test_encrypted_and_unusual_files_say_so() -> None:
    data = packed(("secret.txt", b"words"))
    directory = data.index(b"PK\x01\x02")
    encrypted = data[: directory + 8] + b"\x01" + data[directory + 9 :]
    [secret] = members(encrypted, LIMITS)
    assert secret.failure == "it is encrypted; pack it again without a password"
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        [unusual] = members(packed(("a.txt", b"words"), method=method), LIMITS)
        assert "unusual way" in (unusual.failure or "")
        assert unusual.data == b""


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"Rar!\x1a\x07", b"words"])
def test_what_is_no_archive(data: bytes) -> None:
    with pytest.raises(ReadError, match="not a sound ZIP"):
        list(members(data, LIMITS))


def test_nothing_but_a_read_error_comes_of_damage() -> None:
    data = packed(("a/b.txt", b"Some words. " * 50), ("c.md", "Été".encode() * 100), ("d.zip", packed(("e.txt", b"x"))))
    for changed in mutated(data, 400, seed=1):
        try:
            assert all(isinstance(member, Member) for member in members(changed, replace(LIMITS, unpacked_bytes=10**6)))
        except ReadError as error:
            assert str(error)
