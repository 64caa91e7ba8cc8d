"""The store keeps files, their documents and their failures apart, and knows each by its path."""

import sqlite3
from pathlib import Path

import pytest

from index import store, store_writer
from index.scan import Failure, Stamp
from index.store import AccessList, Counts, IndexedFile, Source
from index.store_writer import NewDocument


def source(id: str, folder: str = "/folder", sha256: str = "0" * 64) -> Source:
    return Source(id, folder, Stamp(4, 1, 2), 3, sha256, "readers/1")


def new(id: str, name: str = "", heading: str | None = None, own: tuple[str, ...] | None = None) -> NewDocument:
    access = (tuple(sorted(own)),) if own else ()
    return NewDocument(
        name, id, heading or id, heading, "fr", "2024-05-31", "A. Author", None, "plain", 10, 2, own, access
    )


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    opened = store_writer.open_to_write(tmp_path / "s")
    store_writer.create(opened)
    return opened


def add(db: sqlite3.Connection, path: str, *names: str, failures: tuple[Failure, ...] = ()) -> list[int]:
    """A file with a document for each name below it."""
    file = store_writer.add_file(db, source(path))
    for failure in failures:
        store_writer.add_failure(db, file, failure)
    return [store_writer.add_document(db, file, new(f"{path}/{name}" if name else path, name)) for name in names]


def test_a_file_has_documents_and_failures(db: sqlite3.Connection) -> None:
    failed = Failure("mail.eml/b.pdf", "it is encrypted")
    add(db, "mail.eml", "", "a.txt", failures=(failed,))
    add(db, "bad.pdf", failures=(Failure("bad.pdf", "no"),))
    assert store.files(db) == {
        "bad.pdf": IndexedFile(source("bad.pdf"), 0, (Failure("bad.pdf", "no"),)),
        "mail.eml": IndexedFile(source("mail.eml"), 2, (failed,)),
    }
    assert [d.id for d in store.documents(db)] == ["mail.eml", "mail.eml/a.txt"]
    assert store.counts(db) == Counts(2, 2, 4, 20)


def test_a_document_comes_back_with_all_that_is_known_of_it(db: sqlite3.Connection) -> None:
    number = store_writer.add_document(db, store_writer.add_file(db, source("a.txt")), new("a.txt", own=("b", "a")))
    found = store.document(db, "a.txt")
    assert found is not None
    assert (found.number, found.title, found.language, found.date) == (number, "a.txt", "fr", "2024-05-31")
    assert (found.author, found.url, found.format, found.characters) == ("A. Author", None, "plain", 10)
    assert found.access == (("a", "b"),)
    assert store.documents_numbered(db, {number, 99}) == {number: found}
    assert store.document(db, "b.txt") is None


def test_numbers_are_never_used_twice(db: sqlite3.Connection) -> None:
    assert add(db, "a.zip", "1", "2") == [1, 2]
    store_writer.remove_file(db, "a.zip")
    assert add(db, "a.zip", "1") == [3]
    assert store.numbers(db) == [3]


def test_removing_a_file_leaves_nothing_of_it_and_all_of_the_other(db: sqlite3.Connection) -> None:
    add(db, "a.zip", "1", failures=(Failure("a.zip/2", "no"),))
    add(db, "b.zip", "1", failures=(Failure("b.zip/2", "no"),))
    store_writer.remove_file(db, "a.zip")
    assert list(store.files(db)) == ["b.zip"]
    assert [d.id for d in store.documents(db)] == ["b.zip/1"]
    assert [f.document for f in store.files(db)["b.zip"].failures] == ["b.zip/2"]


def test_a_file_under_another_name_keeps_its_documents(db: sqlite3.Connection) -> None:
    numbers = add(db, "a.eml", "", "x/1.txt", failures=(Failure("a.eml/2", "no"),))
    moved = source("new/b.eml", "/other", "1" * 64)
    store_writer.move_file(db, "a.eml", moved)
    assert store.files(db) == {"new/b.eml": IndexedFile(moved, 2, (Failure("new/b.eml/2", "no"),))}
    assert {d.id: d.number for d in store.documents(db)} == dict(
        zip(["new/b.eml", "new/b.eml/x/1.txt"], numbers, strict=True)
    )
    assert store_writer.titles_to_derive(db, "new/b.eml") == [(1, "new/b.eml"), (2, "new/b.eml/x/1.txt")]
    store_writer.set_title(db, 1, "b")
    assert store.document(db, "new/b.eml").title == "b"  # type: ignore[union-attr]


def test_a_heading_outlives_another_name(db: sqlite3.Connection) -> None:
    store_writer.add_document(db, store_writer.add_file(db, source("a.txt")), new("a.txt", heading="The harbour"))
    assert store_writer.titles_to_derive(db, "a.txt") == []


def test_who_may_see_what(db: sqlite3.Connection) -> None:
    assert not store.restricts(db)
    number = store_writer.add_document(
        db, store_writer.add_file(db, source("x.jsonl")), new("x.jsonl/1", "1", own=("hr",))
    )
    assert store.restricts(db)
    assert list(store.access_lists(db)) == [AccessList(number, "x.jsonl/1", "x.jsonl", "/folder", ("hr",), (("hr",),))]
    store_writer.set_access(db, number, ())
    assert not store.restricts(db)
    assert next(store.access_lists(db)).access == ()


def test_a_path_is_taken_once(db: sqlite3.Connection) -> None:
    add(db, "a.txt", "")
    with pytest.raises(sqlite3.IntegrityError):
        add(db, "a.txt")
    with pytest.raises(sqlite3.IntegrityError):
        store_writer.add_document(db, store_writer.add_file(db, source("b.txt")), new("a.txt"))


def test_an_id_is_data(db: sqlite3.Connection) -> None:
    ids = ["it's.txt", '"; DROP TABLE documents; --.txt', "a\nb.txt", "\u202egnp.txt", "%_[.txt", "سؤال.txt"]
    for id in ids:
        add(db, id, "")
    assert [store.document(db, id).id for id in ids] == ids  # type: ignore[union-attr]


def test_the_reading_side_cannot_write(tmp_path: Path) -> None:
    folder = tmp_path / "what? a#b %41 'q'"
    folder.mkdir()
    written = store_writer.open_to_write(folder / "s")
    store_writer.create(written)
    written.close()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store.open_to_read(folder / "s").execute("DELETE FROM documents")
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_what_was_removed_is_gone_from_the_file_and_its_space_given_back(tmp_path: Path) -> None:
    path = tmp_path / "s"
    db = store_writer.open_to_write(path)
    store_writer.create(db)
    for n in range(300):
        add(db, f"{n}-marmalade-{'x' * 300}", "")
    large = path.stat().st_size
    for n in range(250):
        store_writer.remove_file(db, f"{n}-marmalade-{'x' * 300}")
    assert b"249-marmalade" not in path.read_bytes()
    store_writer.compact(db)
    assert path.stat().st_size < large / 2
    assert len(store.files(db)) == 50
