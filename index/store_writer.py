"""Writing the store: the files and documents of the next generation, in a copy of the last one's."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from index import access
from index.access import Access
from index.scan import Failure
from index.store import SOURCE_COLUMNS, Source

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


def compact(db: sqlite3.Connection) -> None:
    """Give back the space of removed rows where it is more than half of the file. Outside a transaction only."""
    (free,), (pages,) = (db.execute(f"PRAGMA {p}").fetchone() for p in ("freelist_count", "page_count"))
    if 2 * free > pages:
        db.execute("VACUUM")


def add_file(db: sqlite3.Connection, source: Source) -> int:
    """Write a file without documents and return its number; raises sqlite3.IntegrityError where its path is taken."""
    number = db.execute(
        f"INSERT INTO files(path, {SOURCE_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (source.id, *_values(source))
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
    columns = ", ".join(f"{column} = ?" for column in SOURCE_COLUMNS.split(", "))
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


def set_access(db: sqlite3.Connection, number: int, allowed: Access) -> None:
    """Say who may see a document."""
    db.execute("UPDATE documents SET access = ? WHERE number = ?", (access.to_json(allowed), number))


def _values(source: Source) -> tuple[str | int, ...]:
    """The values of the columns `SOURCE_COLUMNS`."""
    stamp = source.stamp
    return (
        source.folder, stamp.size, stamp.mtime_ns, stamp.ctime_ns, source.read_ns, source.sha256, source.read_by,
    )  # fmt: skip
