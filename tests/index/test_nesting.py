"""Documents in files in files: their names, their order, and the limits that they share."""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from types import ModuleType

import pytest

from index import readers
from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers.member import Member

LAMP, ROOF = b"The lamp hangs in the hall.", b"Le toit est neuf."


def packed(*files: tuple[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def mail(text: str, *attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["Subject"] = "The lamp"
    message.set_content(text)
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def lines(*objects: dict[str, object]) -> bytes:
    return "\n".join(map(json.dumps, objects)).encode()


def read(name: str, data: bytes, limits: Limits = Limits()) -> list[tuple[str, str | None]]:  # noqa: B008
    """Each document's name, and its text or else why there is none."""
    parts = list(readers.read(name, data, limits))
    assert all((part.extract is None) == (part.failure is not None) for part in parts)
    assert len({part.name for part in parts}) == len(parts)
    return [(part.name, part.extract.text if part.extract else part.failure) for part in parts]


def formats(name: str, data: bytes) -> dict[str, str]:
    return {part.name: format for part, format in readers.documents(name, data, Limits())}


def test_an_archive_is_its_files() -> None:
    data = packed(
        ("b/c.txt", LAMP), ("a.md", ROOF), ("picture.png", b"\x89PNG"), ("b/d.html", b"<p>Hi"), ("e.txt", b"\x00")
    )
    found = read("x.zip", data)
    assert found[:3] == [("b/c.txt", LAMP.decode()), ("a.md", ROOF.decode()), ("b/d.html", "Hi")]
    assert [name for name, _ in found[3:]] == ["e.txt"]
    assert "looks binary" in str(found[3][1])
    assert formats("x.zip", data) == {"b/c.txt": "plain", "a.md": "markdown", "b/d.html": "html", "e.txt": "plain"}
    assert read("x.zip", packed()) == []


def test_a_message_comes_first_and_then_what_is_attached() -> None:
    found = read("x.eml", mail("Look at this.", ("a.txt", LAMP), ("b.png", b"\x89PNG"), ("c.md", ROOF)))
    assert [name for name, _ in found] == ["", "a.txt", "c.md"]
    assert "Look at this." in str(found[0][1])
    assert found[1:] == [("a.txt", LAMP.decode()), ("c.md", ROOF.decode())]


def test_an_archive_in_a_message_in_an_archive() -> None:
    inner = packed(
        ("a/b.txt", LAMP), ("export.jsonl", lines({"id": "7", "text": "Line."}, {"id": "8.pdf", "text": "Two."}))
    )
    data = packed(("mails/m.eml", mail("See below.", ("inner.zip", inner), ("last.txt", ROOF))), ("z.txt", ROOF))
    found = read("outer.zip", data)
    assert [name for name, _ in found] == [
        "mails/m.eml",
        "mails/m.eml/inner.zip/a/b.txt",
        "mails/m.eml/inner.zip/export.jsonl/7",
        "mails/m.eml/inner.zip/export.jsonl/8.pdf",
        "mails/m.eml/last.txt",
        "z.txt",
    ]
    assert [text for _, text in found][1:] == [LAMP.decode(), "Line.", "Two.", ROOF.decode(), ROOF.decode()]
    assert list(formats("outer.zip", data).values()) == ["eml", "plain", "jsonl", "jsonl", "plain", "plain"]


def test_lines_are_documents_by_their_ids() -> None:
    data = lines({"id": "a/1", "text": "One."}, {"id": "2", "text": "Two."}) + b"\nno JSON"
    found = read("x.jsonl", data)
    assert found[:2] == [("a/1", "One."), ("2", "Two.")]
    assert len(found) == 3


@pytest.mark.parametrize("name", ["a.zip", "a.eml", "a.pdf", "a.docx", "a.pptx", "a.xlsx", "a.odt", "a.epub", "a.msg"])
def test_a_file_that_is_nothing_of_the_kind_is_one_failure(name: str) -> None:
    for data in (b"", b"\x00\x01\x02" * 100, b"PK\x03\x04garbage"):
        (part,) = readers.read(name, data, Limits())
        assert part.name == ""
        assert name == "a.eml" or part.failure


def test_a_nested_file_that_is_broken_is_a_failure_under_its_name() -> None:
    data = packed(("a.txt", LAMP), ("b/inner.zip", b"PK\x03\x04garbage"), ("c.docx", b"none"), ("d.txt", ROOF))
    found = read("x.zip", data)
    assert [name for name, _ in found] == ["a.txt", "b/inner.zip", "c.docx", "d.txt"]
    assert found[3][1] == ROOF.decode()
    assert "ZIP" in str(found[1][1])


def nested(depth: int) -> bytes:
    data = packed(("a.txt", LAMP))
    for _ in range(depth - 1):
        data = packed(("n.zip", data), ("b.txt", ROOF))
    return data


def test_depth() -> None:
    limits = Limits(depth=3)
    assert read("x.zip", nested(3), limits) == [
        ("n.zip/n.zip/a.txt", LAMP.decode()),
        ("n.zip/b.txt", ROOF.decode()),
        ("b.txt", ROOF.decode()),
    ]
    assert read("x.zip", nested(4), limits) == [
        ("n.zip/n.zip/n.zip", "archives and messages are read 3 deep in each other; unpack it"),
        ("n.zip/n.zip/b.txt", ROOF.decode()),
        ("n.zip/b.txt", ROOF.decode()),
        ("b.txt", ROOF.decode()),
    ]


def test_messages_count_for_depth_too() -> None:
    data = mail("One.", ("two.eml", mail("Two.", ("three.zip", packed(("a.txt", LAMP))))))
    assert [name for name, _ in read("x.eml", data, Limits(depth=3))] == ["", "two.eml", "two.eml/three.zip/a.txt"]
    found = read("x.eml", data, Limits(depth=2))
    assert [name for name, _ in found] == ["", "two.eml", "two.eml/three.zip"]
    assert "2 deep" in str(found[2][1])


def test_files_are_counted_over_all_archives() -> None:
    data = packed(
        ("one.zip", packed(("a.txt", LAMP), ("b.txt", LAMP))), ("two.zip", packed(("c.txt", LAMP))), ("d.txt", LAMP)
    )
    names = ["one.zip/a.txt", "one.zip/b.txt", "two.zip/c.txt", "d.txt"]
    assert [name for name, _ in read("x.zip", data, Limits(members=6))] == names
    found = read("x.zip", data, Limits(members=5))
    assert [name for name, _ in found] == names
    assert found[-1][1] == "it was not read, nor what follows it: the file holds more than 5 files; split the file"
    assert len(read("x.zip", data, Limits(members=3))) < 4


def test_bytes_are_counted_over_all_archives() -> None:
    big = b"The lamp hangs. " * 1000
    one, two = packed(("a.txt", big)), packed(("b.txt", big))
    data = packed(("one.zip", one), ("two.zip", two), ("z.txt", LAMP))
    enough = 2 * len(big) + len(one) + len(two) + len(LAMP)
    assert [name for name, _ in read("x.zip", data, Limits(unpacked_bytes=enough))] == [
        "one.zip/a.txt",
        "two.zip/b.txt",
        "z.txt",
    ]
    found = read("x.zip", data, Limits(unpacked_bytes=enough - 1))
    assert [text == big.decode() for _, text in found] == [True, True, False]
    assert f"more than {enough - 1:,} bytes" in str(found[2][1])
    found = read("x.zip", data, Limits(unpacked_bytes=len(big)))
    assert [name for name, _ in found] == ["one.zip/a.txt"]
    assert f"more than {len(big):,} bytes" in str(found[0][1])


def test_characters_are_counted_over_all_documents() -> None:
    data = packed(("a.txt", b"x" * 60), ("b.txt", b"y" * 50), ("c.txt", b"z" * 10))
    assert len(read("x.zip", data, Limits(characters=120))) == 3
    assert read("x.zip", data, Limits(characters=100)) == [
        ("a.txt", "x" * 60),
        (
            "b.txt",
            "it was not read, nor what follows it: the texts of the file have more than 100 characters; split the file",
        ),
    ]


def test_one_long_document_does_not_hide_the_others() -> None:
    data = packed(("a.txt", b"x" * 60), ("b.txt", b"y" * 101), ("c.txt", b"z" * 10))
    assert read("x.zip", data, Limits(characters=100)) == [
        ("a.txt", "x" * 60),
        ("b.txt", "its text has more than 100 characters; split it into several files"),
        ("c.txt", "z" * 10),
    ]


def test_so_many_lines_are_read() -> None:
    data = lines(*({"id": n, "text": "x"} for n in range(15)))
    assert len(read("x.jsonl", data, Limits(members=20, characters=50))) == 15
    found = read("x.jsonl", data, Limits(members=10, characters=50))
    assert [text for _, text in found[:-1]] == ["x"] * 11
    assert "more than 11 documents; split the file" in str(found[-1][1])


def bomb(depth: int) -> bytes:
    data = packed(*((f"{n}.txt", b"0" * 1_000_000) for n in range(10)))
    for _ in range(depth - 1):
        data = packed(*((f"{n}.zip", data) for n in range(10)))
    return data


def test_a_bomb_goes_out() -> None:
    found = read("x.zip", bomb(4), Limits(unpacked_bytes=3_000_000, characters=10_000_000))
    assert [name for name, _ in found] == [f"0.zip/0.zip/0.zip/{n}.txt" for n in range(3)]
    assert "bytes" in str(found[-1][1])


@pytest.fixture
def fake_reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Stands in for the reader of mail."""
    module = ModuleType("index.readers.eml")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ReadError("it is encrypted"), "it is encrypted"),
        (RecursionError("too\n deep"), "reading it failed unexpectedly (RecursionError: too deep)"),
        (KeyError("\ud800"), "reading it failed unexpectedly (KeyError: '\\ud800')"),
        (ValueError("x" * 9999), f"reading it failed unexpectedly (ValueError: {'x' * 200})"),
    ],
)
def test_what_a_reader_raises_is_told(fake_reader: ModuleType, error: Exception, told: str) -> None:
    def fail(data: bytes, limits: Limits) -> Extract:
        raise error

    fake_reader.read = fail
    assert read("x.eml", b"") == [("", told)]
    assert read("x.zip", packed(("m.eml", b""), ("a.txt", LAMP))) == [("m.eml", told), ("a.txt", LAMP.decode())]


def test_want_of_memory_is_nobodys_failure_here(fake_reader: ModuleType) -> None:
    def fail(data: bytes, limits: Limits) -> Extract:
        try:
            raise MemoryError
        except MemoryError:
            raise ReadError("it is damaged") from None

    fake_reader.read = fail
    with pytest.raises(MemoryError):
        read("x.eml", b"")


@pytest.mark.parametrize(
    ("extract", "told"),
    [
        (Extract("half \ud800"), "its text holds halves of characters (surrogates); save it as UTF-8"),
        (Extract("whole", heading="\udfff"), "its text holds halves of characters (surrogates); save it as UTF-8"),
        (Extract("whole", author="\udfff"), "its text holds halves of characters (surrogates); save it as UTF-8"),
        (Extract("whole", groups=("\udfff",)), "its text holds halves of characters (surrogates); save it as UTF-8"),
        (Extract("whole \U0001f600"), "whole \U0001f600"),
    ],
)
def test_halves_of_characters_are_a_failure(fake_reader: ModuleType, extract: Extract, told: str) -> None:
    fake_reader.read = lambda data, limits: extract
    fake_reader.members = lambda data, limits: iter(())
    assert read("x.eml", b"") == [("", told)]


def test_members_that_fail_and_members_of_all_names(fake_reader: ModuleType) -> None:
    def members(data: bytes, limits: Limits) -> Iterator[Member]:
        yield Member("a.txt", LAMP)
        yield Member("a.txt", ROOF)
        yield Member("b.txt", b"", "it is encrypted")
        yield Member("c.png", b"", "it is encrypted")
        yield Member("half\udc80.txt", LAMP)
        yield Member("n" * 2000 + ".txt", LAMP)
        raise ReadError("it ends too early")

    fake_reader.read = lambda data, limits: Extract("Hello.")
    fake_reader.members = members
    found = read("x.eml", b"")
    assert found[:5] == [
        ("", "Hello."),
        ("a.txt", LAMP.decode()),
        ("a (2).txt", ROOF.decode()),
        ("b.txt", "it is encrypted"),
        ("half\\udc80.txt", "its name holds halves of characters (surrogates); rename it"),
    ]
    assert found[5] == ("n" * 500 + "…", "its name has more than 1,000 characters; give it a shorter one")
    assert found[6:] == [("attachments", "it ends too early")]


class PanicException(BaseException):
    """What a parser in Rust raises that trips over itself."""


def test_a_panic_is_about_the_document_and_an_interrupt_is_not(fake_reader: ModuleType) -> None:
    raised: list[BaseException] = [PanicException("index out of bounds")]

    def fail(data: bytes, limits: Limits) -> Iterator[Member]:
        yield Member("a.txt", LAMP)
        raise raised[0]

    told = "reading it failed unexpectedly (PanicException: index out of bounds)"
    fake_reader.read = lambda data, limits: Extract("Hello.")
    fake_reader.members = fail
    assert read("x.eml", b"") == [("", "Hello."), ("a.txt", LAMP.decode()), ("attachments", told)]
    fake_reader.read = lambda data, limits: _raise(raised[0])
    assert read("x.eml", b"") == [("", told), ("a.txt", LAMP.decode())]
    raised[0] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        read("x.eml", b"")
    fake_reader.read = lambda data, limits: Extract("Hello.")
    with pytest.raises(KeyboardInterrupt):
        read("x.eml", b"")


def _raise(error: BaseException) -> None:
    raise error
