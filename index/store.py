"""The files and documents of a generation in SQLite: small, copied with every change, unlike the segments.

A file is what was found in a folder; it gives one document, or several (an archive, a mail with attachments), or none
where it could not be read, and then its failures say why. A document's number is never used twice.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import access
from index.access import Access
from index.scan import Failure, Stamp

NAME = "documents.sqlite"
_SOURCE = "folder, size, mtime_ns, ctime_ns, read_ns, sha256, read_by"

_SCHEMA = """
CREATE TABLE files(
    number INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, folder TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, read_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    read_by TEXT NOT NULL);
CREATE TABLE documents(
    number INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, heading TEXT, language TEXT NOT NULL, date TEXT, author TEXT, url TEXT, format TEXT NOT NULL,
    characters INTEGER NOT NULL, passages INTEGER NOT NULL, own_groups TEXT, access TEXT NOT NULL);
CREATE INDEX documents_by_file ON documents(file);
CREATE TABLE failures(file INTEGER NOT NULL, document TEXT NOT NULL, reason TEXT NOT NULL);
CREATE INDEX failures_by_file ON failures(file);
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read, as it was then."""

    id: str  # its path below the folder
    folder: str  # absolute
    stamp: Stamp
    read_ns: int  # when reading began, nanoseconds since the epoch
    sha256: str  # hexadecimal, of the file's bytes
    read_by: str = ""  # the readers and limits it was read with


@dataclass(frozen=True, slots=True)
class IndexedFile:
    """A file as the index knows it: how many documents it gave, and what of it could not be read."""

    source: Source
    documents: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is known of a document beside its text."""

    number: int
    id: str
    title: str
    language: str  # ISO 639-1, or "und"
    date: str | None  # ISO 8601, of the day
    author: str | None
    url: str | None
    format: str  # "pdf"
    characters: int
    passages: int
    access: Access


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it is written. `name` is its path below its file, "" for the file itself."""

    name: str
    id: str
    title: str
    heading: str | None  # a title that stands in the file itself
    language: str
    date: str | None
    author: str | None
    url: str | None
    format: str
    characters: int
    passages: int
    own_groups: tuple[str, ...] | None
    access: Access


@dataclass(frozen=True, slots=True)
class AccessList:
    """Who may see a document: what its folder's rules and its own file say, as `access` has it."""

    number: int
    id: str
    file: str
    folder: str
    own: tuple[str, ...] | None  # the groups that the document's own file names
    access: Access


@dataclass(frozen=True, slots=True)
class Counts:
    """What a store holds."""

    files: int
    documents: int
    passages: int
    characters: int


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the store at `path`, an empty file where there is none; transactions are the caller's.

    The file is a copy that nobody reads and that is thrown away when anything fails, so it needs no journal on disk.
    """
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = MEMORY")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA secure_delete = ON")  # what was deleted is gone from the file
    return db


def create(db: sqlite3.Connection) -> None:
    """Create the tables."""
    db.executescript(_SCHEMA)


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open the finished store at `path`, which will not change; the connection may be closed from any thread."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def compact(db: sqlite3.Connection) -> None:
    """Give back the space of removed rows where it is more than half of the file. Outside a transaction only."""
    (free,), (pages,) = (db.execute(f"PRAGMA {p}").fetchone() for p in ("freelist_count", "page_count"))
    if 2 * free > pages:
        db.execute("VACUUM")


def add_file(db: sqlite3.Connection, source: Source) -> int:
    """Write a file without documents and return its number; raises sqlite3.IntegrityError where its path is taken."""
    number = db.execute(
        f"INSERT INTO files(path, {_SOURCE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (source.id, *_values(source))
    ).lastrowid
    assert number is not None
    return number


def add_document(db: sqlite3.Connection, file: int, document: NewDocument) -> int:
    """Write a document of a file and return its number; raises sqlite3.IntegrityError where its id is taken."""
    d = document
    own = None if d.own_groups is None else json.dumps(d.own_groups)
    number = db.execute(
        "INSERT INTO documents(file, name, id, title, heading, language, date, author, url, format, characters,"
        " passages, own_groups, access) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (file, d.name, d.id, d.title, d.heading, d.language, d.date, d.author, d.url, d.format, d.characters,
         d.passages, own, access.to_json(d.access)),
    ).lastrowid  # fmt: skip
    assert number is not None
    return number


def add_failure(db: sqlite3.Connection, file: int, failure: Failure) -> None:
    """Note what of a file could not be read."""
    db.execute("INSERT INTO failures VALUES (?, ?, ?)", (file, failure.document, failure.reason))


def remove_file(db: sqlite3.Connection, path: str) -> None:
    """Remove a file with its documents and failures."""
    (number,) = db.execute("SELECT number FROM files WHERE path = ?", (path,)).fetchone()
    for table, column in (("documents", "file"), ("failures", "file"), ("files", "number")):
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))


def move_file(db: sqlite3.Connection, path: str, source: Source) -> None:
    """Note that the file `path` is now `source`, whose bytes are the same, its documents under new ids."""
    columns = ", ".join(f"{column} = ?" for column in _SOURCE.split(", "))
    db.execute(f"UPDATE files SET path = ?, {columns} WHERE path = ?", (source.id, *_values(source), path))
    if source.id != path:
        (number,) = db.execute("SELECT number FROM files WHERE path = ?", (source.id,)).fetchone()
        db.execute(
            "UPDATE documents SET id = CASE name WHEN '' THEN ?1 ELSE ?1 || '/' || name END WHERE file = ?2",
            (source.id, number),
        )
        db.execute(
            "UPDATE failures SET document = ?1 || substr(document, length(?2) + 1) WHERE file = ?3",
            (source.id, path, number),
        )


def titles_to_derive(db: sqlite3.Connection, path: str) -> list[tuple[int, str]]:
    """The numbers and ids of a file's documents that have no heading, so that their titles come from their names."""
    return list(
        db.execute(
            "SELECT d.number, d.id FROM documents d JOIN files f ON f.number = d.file"
            " WHERE f.path = ? AND d.heading IS NULL",
            (path,),
        )
    )


def set_title(db: sqlite3.Connection, number: int, title: str) -> None:
    """Give a document another title."""
    db.execute("UPDATE documents SET title = ? WHERE number = ?", (title, number))


def access_lists(db: sqlite3.Connection) -> Iterator[AccessList]:
    """Who may see each document."""
    rows = db.execute(
        "SELECT d.number, d.id, f.path, f.folder, d.own_groups, d.access FROM documents d"
        " JOIN files f ON f.number = d.file"
    )
    for number, id, file, folder, own, allowed in rows:
        groups = None if own is None else tuple(json.loads(own))
        yield AccessList(number, id, file, folder, groups, access.from_json(allowed))


def set_access(db: sqlite3.Connection, number: int, allowed: Access) -> None:
    """Say who may see a document."""
    db.execute("UPDATE documents SET access = ? WHERE number = ?", (access.to_json(allowed), number))


def files(db: sqlite3.Connection) -> dict[str, IndexedFile]:
    """Every file by its path."""
    failed: dict[int, list[Failure]] = {}
    for file, document, reason in db.execute("SELECT file, document, reason FROM failures ORDER BY file, document"):
        failed.setdefault(file, []).append(Failure(document, reason))
    rows = db.execute(
        f"SELECT f.number, (SELECT count(*) FROM documents d WHERE d.file = f.number), path, {_SOURCE} FROM files f"
        " ORDER BY path"
    )
    return {
        path: IndexedFile(
            Source(path, folder, Stamp(size, mtime_ns, ctime_ns), read_ns, sha256, read_by),
            documents,
            tuple(failed.get(number, ())),
        )
        for number, documents, path, folder, size, mtime_ns, ctime_ns, read_ns, sha256, read_by in rows
    }


def counts(db: sqlite3.Connection) -> Counts:
    """How many files, documents and passages there are, and characters of text."""
    (files,) = db.execute("SELECT count(*) FROM files").fetchone()
    row = db.execute(
        "SELECT count(*), coalesce(sum(passages), 0), coalesce(sum(characters), 0) FROM documents"
    ).fetchone()
    return Counts(files, *row)


def numbers(db: sqlite3.Connection) -> list[int]:
    """The number of every document, ascending."""
    return [number for (number,) in db.execute("SELECT number FROM documents ORDER BY number")]


def restricts(db: sqlite3.Connection) -> bool:
    """Whether there is a document that not everyone may see."""
    everyone = access.to_json(())
    return db.execute("SELECT 1 FROM documents WHERE access != ? LIMIT 1", (everyone,)).fetchone() is not None


_FACTS = "number, id, title, language, date, author, url, format, characters, passages, access"


def documents(db: sqlite3.Connection) -> Iterator[DocumentFacts]:
    """Every document, by id in the order of its characters."""
    return (_facts(row) for row in db.execute(f"SELECT {_FACTS} FROM documents ORDER BY id"))


def document(db: sqlite3.Connection, id: str) -> DocumentFacts | None:
    """The document of this id, or None."""
    row = db.execute(f"SELECT {_FACTS} FROM documents WHERE id = ?", (id,)).fetchone()
    return row and _facts(row)


def documents_numbered(db: sqlite3.Connection, wanted: set[int]) -> dict[int, DocumentFacts]:
    """Documents by their numbers; those that are not there are left out."""
    sql = f"SELECT {_FACTS} FROM documents WHERE number IN (SELECT value FROM json_each(?))"
    return {row[0]: _facts(row) for row in db.execute(sql, (json.dumps(sorted(wanted)),))}


def _facts(row: tuple[Any, ...]) -> DocumentFacts:
    number, id, title, language, date, author, url, format, characters, passages, allowed = row
    return DocumentFacts(
        number, id, title, language, date, author, url, format, characters, passages, access.from_json(allowed)
    )


def _values(source: Source) -> tuple[str | int, ...]:
    """The values of the columns `_SOURCE`."""
    stamp = source.stamp
    return (
        source.folder, stamp.size, stamp.mtime_ns, stamp.ctime_ns, source.read_ns, source.sha256, source.read_by,
    )  # fmt: skip
