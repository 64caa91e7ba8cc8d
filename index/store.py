"""The files and documents of a generation in SQLite, read; `index.store_writer` writes them.

The store is small and copied with every change, unlike the segments. A file is what was found in a folder; it gives one
document, or several (an archive, a mail with attachments), or none where it could not be read, and then its failures
say why. A document's number is never used twice.
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
SOURCE_COLUMNS = "folder, size, mtime_ns, ctime_ns, read_ns, sha256, read_by"  # of a file, beside its path


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


def open_to_read(path: Path) -> sqlite3.Connection:
    """Open the finished store at `path`, which will not change; the connection may be closed from any thread."""
    uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)


def access_lists(db: sqlite3.Connection) -> Iterator[AccessList]:
    """Who may see each document."""
    rows = db.execute(
        "SELECT d.number, d.id, f.path, f.folder, d.own_groups, d.access FROM documents d"
        " JOIN files f ON f.number = d.file"
    )
    for number, id, file, folder, own, allowed in rows:
        groups = None if own is None else tuple(json.loads(own))
        yield AccessList(number, id, file, folder, groups, access.from_json(allowed))


def files(db: sqlite3.Connection) -> dict[str, IndexedFile]:
    """Every file by its path."""
    failed: dict[int, list[Failure]] = {}
    for file, document, reason in db.execute("SELECT file, document, reason FROM failures ORDER BY file, document"):
        failed.setdefault(file, []).append(Failure(document, reason))
    rows = db.execute(
        f"SELECT f.number, (SELECT count(*) FROM documents d WHERE d.file = f.number), path, {SOURCE_COLUMNS}"
        " FROM files f ORDER BY path"
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
