"""Documents, passages and sentences in SQLite: the schema, what a writer does and what readers ask.

A document's text is kept once, in pieces, and a passage's text is sliced from it, so the two cannot differ. The pieces
keep a slice as cheap in a long document as in a short one, and slicing is Python's: SQLite's own `substr` stops at
U+0000, which a text file may hold. Numbers of passages and sentences are never used twice, so a vector cannot come to
stand for another text.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.document import Document, Passage, Sentence, Span
from index.scan import Stamp

NAME = "passages.sqlite"
_PIECE = 4096  # characters of text a row: a passage of the usual length lies in one or two
_SOURCE = "folder, size, mtime_ns, ctime_ns, read_ns, sha256"

_SCHEMA = """
CREATE TABLE documents(
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, heading TEXT,
    language TEXT NOT NULL, sha256 TEXT NOT NULL, folder TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, read_ns INTEGER NOT NULL);
CREATE TABLE texts(document INTEGER NOT NULL, start INTEGER NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX texts_by_place ON texts(document, start);
CREATE TABLE passages(
    number INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, language TEXT NOT NULL);
CREATE INDEX passages_by_document ON passages(document);
CREATE TABLE sentences(
    number INTEGER PRIMARY KEY AUTOINCREMENT, passage INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL);
CREATE INDEX sentences_by_passage ON sentences(passage);
"""


@dataclass(frozen=True, slots=True)
class Source:
    """The file a document was read from, as it was then."""

    id: str
    folder: str  # absolute
    stamp: Stamp
    read_ns: int  # when reading began, nanoseconds since the epoch
    sha256: str  # hexadecimal, of the file's bytes


@dataclass(frozen=True, slots=True)
class PassagePlace:
    """Where a passage and its sentences lie in their document's text."""

    span: Span
    language: str
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A document as it is written: `heading` stands in the file itself, or is None."""

    source: Source
    title: str
    heading: str | None
    language: str
    text: str
    passages: tuple[PassagePlace, ...]


@dataclass(frozen=True, slots=True)
class DocumentEntry:
    """A line of the list of documents; `passages` is how many it has."""

    id: str
    title: str
    language: str
    heading: str | None
    passages: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What a store holds."""

    documents: int
    passages: int
    sentences: int


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the store at `path`, an empty file where there is none; transactions are the caller's.

    The file is a copy that nobody reads and that is thrown away when anything fails, so it needs no journal on disk.
    """
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = MEMORY")
    db.execute("PRAGMA synchronous = OFF")
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


def add_document(db: sqlite3.Connection, document: NewDocument) -> tuple[list[int], list[int]]:
    """Write a document; returns the numbers of its passages and those of all their sentences, both in order.

    Raises sqlite3.IntegrityError where its id is taken.
    """
    source = document.source
    number = db.execute(
        f"INSERT INTO documents(id, {_SOURCE}, title, heading, language) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (source.id, *_file(source), document.title, document.heading, document.language),
    ).lastrowid
    text = document.text
    db.executemany(
        "INSERT INTO texts VALUES (?, ?, ?)",
        ((number, at, text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)),
    )
    passages = _next_numbers(db, "passages", len(document.passages))
    db.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?)",
        ((n, number, p.span.start, p.span.end, p.language) for n, p in zip(passages, document.passages, strict=True)),
    )
    spans = [(n, s) for n, p in zip(passages, document.passages, strict=True) for s in p.sentences]
    sentences = _next_numbers(db, "sentences", len(spans))
    db.executemany(
        "INSERT INTO sentences VALUES (?, ?, ?, ?)",
        ((n, passage, s.start, s.end) for n, (passage, s) in zip(sentences, spans, strict=True)),
    )
    return list(passages), list(sentences)


def remove_document(db: sqlite3.Connection, id: str) -> tuple[list[int], list[int]]:
    """Remove a document; returns the numbers of the passages and sentences that went with it."""
    (number,) = db.execute("SELECT number FROM documents WHERE id = ?", (id,)).fetchone()
    passages = [n for (n,) in db.execute("SELECT number FROM passages WHERE document = ?", (number,))]
    sentences = [s.number for s in sentences_of(db, passages)]
    db.execute("DELETE FROM sentences WHERE passage IN (SELECT number FROM passages WHERE document = ?)", (number,))
    for table, column in (("passages", "document"), ("texts", "document"), ("documents", "number")):
        db.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))
    return passages, sentences


def update_source(db: sqlite3.Connection, id: str, source: Source, title: str) -> None:
    """Note that the document `id` now comes from `source`, whose bytes are the same, and is called `title`."""
    db.execute(
        f"UPDATE documents SET (id, title, {_SOURCE}) = (?, ?, ?, ?, ?, ?, ?, ?) WHERE id = ?",
        (source.id, title, *_file(source), id),
    )


def sources(db: sqlite3.Connection) -> dict[str, tuple[Source, str | None]]:
    """Every document's id to the file it was read from and the heading in it."""
    rows = db.execute(f"SELECT id, heading, {_SOURCE} FROM documents ORDER BY id")
    return {
        id: (Source(id, folder, Stamp(size, mtime_ns, ctime_ns), read_ns, sha256), heading)
        for id, heading, folder, size, mtime_ns, ctime_ns, read_ns, sha256 in rows
    }


def counts(db: sqlite3.Connection) -> Counts:
    """How many documents, passages and sentences there are."""
    return Counts(
        *(db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("documents", "passages", "sentences"))
    )


def passage_languages(db: sqlite3.Connection) -> list[str]:
    """The language of every passage, by rising number."""
    return [language for (language,) in db.execute("SELECT language FROM passages ORDER BY number")]


def languages_of(db: sqlite3.Connection, passages: Sequence[int]) -> list[str]:
    """The languages of these passages, in this order. Raises KeyError for a number that is not there."""
    rows = db.execute(
        "SELECT number, language FROM passages WHERE number IN (SELECT value FROM json_each(?))", (_json(passages),)
    )
    known = dict(rows)
    return [known[n] for n in passages]


def passages(db: sqlite3.Connection, numbers: Sequence[int]) -> list[Passage]:
    """The passages of these numbers, in this order. Raises KeyError for a number that is not there."""
    rows = db.execute(
        'SELECT p.number, d.id, d.title, p.language, p.start, p."end", t.start, t.text FROM passages p'
        " JOIN documents d ON d.number = p.document"
        " LEFT JOIN texts t ON t.document = p.document"
        f' AND t.start >= p.start - p.start % {_PIECE} AND t.start < p."end"'
        " WHERE p.number IN (SELECT value FROM json_each(?)) ORDER BY p.number, t.start",
        (_json(numbers),),
    )
    pieces: dict[int, list[str]] = {}
    known: dict[int, tuple[Any, ...]] = {}
    for row in rows:
        known.setdefault(row[0], row)  # the first row has the piece in which the passage begins
        pieces.setdefault(row[0], []).append(row[7] or "")
    return [_passage(known[n], "".join(pieces[n])) for n in numbers]


def sentences_of(db: sqlite3.Connection, passages: Sequence[int]) -> list[Sentence]:
    """The sentences of these passages, by rising number; passages that are not there have none."""
    rows = db.execute(
        'SELECT number, passage, start, "end" FROM sentences'
        " WHERE passage IN (SELECT value FROM json_each(?)) ORDER BY number",
        (_json(passages),),
    )
    return [Sentence(*row) for row in rows]


def document(db: sqlite3.Connection, id: str) -> Document | None:
    """The document of this id with its whole text, or None."""
    row = db.execute("SELECT number, title, language FROM documents WHERE id = ?", (id,)).fetchone()
    if row is None:
        return None
    pieces = db.execute("SELECT text FROM texts WHERE document = ? ORDER BY start", (row[0],))
    return Document(id, row[1], row[2], "".join(text for (text,) in pieces))


def documents(db: sqlite3.Connection) -> Iterator[DocumentEntry]:
    """Every document, by id in the order of its characters."""
    rows = db.execute(
        "SELECT d.id, d.title, d.language, d.heading, count(p.number) FROM documents d"
        " LEFT JOIN passages p ON p.document = d.number GROUP BY d.number ORDER BY d.id"
    )
    return (DocumentEntry(*row) for row in rows)


def languages(db: sqlite3.Connection) -> dict[str, int]:
    """How many passages each language has, most first."""
    return dict(db.execute("SELECT language, count(*) AS n FROM passages GROUP BY language ORDER BY n DESC, language"))


def _file(source: Source) -> tuple[str | int, ...]:
    """The values of the columns `_SOURCE`."""
    stamp = source.stamp
    return source.folder, stamp.size, stamp.mtime_ns, stamp.ctime_ns, source.read_ns, source.sha256


def _passage(row: tuple[Any, ...], pieces: str) -> Passage:
    number, document, title, language, start, end, first, _ = row
    at = start - (first or 0)
    return Passage(number, document, title, language, start, end, pieces[at : at + end - start])


def _next_numbers(db: sqlite3.Connection, table: str, count: int) -> range:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    first = row[0] + 1 if row else 1
    return range(first, first + count)


def _json(numbers: Iterable[int]) -> str:
    return json.dumps([int(n) for n in numbers])
