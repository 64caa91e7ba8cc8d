"""A segment: what is indexed of some documents, in files that never change once written.

    passages.npy          where each passage lies, by rising document number and start; a row a passage
    sentences.npy         where each sentence lies; the sentences of a passage follow each other
    passage_vectors.npy   raw vectors of the passages, half precision, a row a passage
    sentence_vectors.npy  the same of the sentences
    words.npy             the signs of the vectors of the sentences' words (index/words.py), sentence by sentence
    passages.faiss        the passages' vectors, centred by language: what is searched
    terms.npy …           the passages' terms (index/postings.py)
    texts, boxes, places  .npy and .bin: texts in pieces, the words' boxes on their pages, pages, slides and rows

An index is a list of segments and a table of documents (index/store.py). A passage whose document is not in that table
any more is dead: it is skipped until the segment is merged into another.
"""

import json
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.blobs import Blob, Blobs, chunks, load_array, pieces
from index.document import Extract, Place, Span, Word
from index.errors import IndexDamagedError
from index.generations import mend
from index.postings import Postings
from index.vectors import SearchedVectors
from index.words import Signs

PASSAGES = np.dtype(
    [
        ("document", "<i8"), ("start", "<i4"), ("end", "<i4"), ("first", "<i8"), ("sentences", "<i4"),
        ("language", "S8"), ("key", "<u8", 2), ("crc", "<u4"),
    ]
)  # fmt: skip
SENTENCES = np.dtype([("start", "<i4"), ("end", "<i4"), ("first_word", "<i8"), ("words", "<i4")])
_BOXES = np.dtype([("start", "<i4"), ("end", "<i4"), ("page", "<i4"), ("box", "<f4", 4)])

# Small, and what is read of the rest is checked as it is read or harms no quote: compared whenever an index is opened.
TABLES = ("passages.npy", "sentences.npy", "texts.npy", "boxes.npy", "places.npy")
_PIECE = 4096  # characters of text a blob: a passage of the usual length lies in one or two
_T = TypeVar("_T")
_MANY = 512  # words or places a blob


class Segment:
    """A segment that is read, from any number of threads; its arrays are mapped when they are first used."""

    def __init__(self, folder: Path) -> None:
        """Open the segment in `folder`; raises IndexDamagedError where its tables do not fit together."""
        self.folder = folder
        self.passages = load_array(folder / "passages.npy", PASSAGES)
        self.sentences = load_array(folder / "sentences.npy", SENTENCES)
        self._lock = threading.Lock()
        self._opened: dict[str, Any] = {}
        last = self.passages[-1:]
        if (last["first"] + last["sentences"] != len(self.sentences)).any():
            raise IndexDamagedError(f"{folder / 'sentences.npy'} does not go with passages.npy; {mend(())}")

    def __len__(self) -> int:
        return len(self.passages)

    @property
    def documents(self) -> NDArray[np.int64]:
        """The document's number of each passage, (n,) ascending."""
        return self._once("documents", lambda: np.ascontiguousarray(self.passages["document"]))

    def holds_any(self, documents: NDArray[np.int64]) -> bool:
        """Whether it has the text of one of those documents."""
        return bool(np.isin(self.texts.documents, documents).any())

    def holds_only(self, documents: NDArray[np.int64]) -> bool:
        """Whether it has texts of those documents alone."""
        return bool(np.isin(self.texts.documents, documents).all())

    @property
    def searched(self) -> SearchedVectors:
        """The passages' centred vectors."""
        return self._once("searched", self._load_searched)

    @property
    def postings(self) -> Postings:
        """The passages' terms."""
        return self._once("postings", lambda: Postings.load(self.folder))

    @property
    def passage_vectors(self) -> NDArray[np.float16]:
        """The passages' raw vectors, (n, d)."""
        return self._once("passage_vectors", lambda: self._load_vectors("passage_vectors", len(self)))

    @property
    def sentence_vectors(self) -> NDArray[np.float16]:
        """The sentences' raw vectors, (m, d)."""
        return self._once("sentence_vectors", lambda: self._load_vectors("sentence_vectors", len(self.sentences)))

    @property
    def texts(self) -> Blobs:
        """The documents' texts in pieces, UTF-8."""
        return self._once("texts", lambda: Blobs(self.folder, "texts"))

    @property
    def boxes(self) -> Blobs:
        """The boxes of the documents' words."""
        return self._once("boxes", lambda: Blobs(self.folder, "boxes"))

    @property
    def places(self) -> Blobs:
        """The pages, slides and rows of the documents' texts."""
        return self._once("places", lambda: Blobs(self.folder, "places"))

    def sentence_spans(self, row: int) -> list[Span]:
        """Where the sentences of the passage in `row` lie."""
        first, count = int(self.passages[row]["first"]), int(self.passages[row]["sentences"])
        return [Span(int(s["start"]), int(s["end"])) for s in self.sentences[first : first + count]]

    def text(self, document: int, start: int = 0, end: int | None = None) -> str:
        """`text[start:end]` of a document; raises IndexDamagedError where it is not all there."""
        found = list(self.texts.of(document, start, end))
        text = "".join(blob.data.decode() for blob in found)
        first = found[0].start if found else start
        sliced = text[start - first : None if end is None else end - first]
        if end is not None and len(sliced) != end - start:
            raise IndexDamagedError(f"{self.folder / 'texts.bin'} lacks a part of a text; {mend(())}")
        return sliced

    @property
    def signs(self) -> Signs:
        """The signs of the words' vectors, (words, bytes)."""
        return self._once("signs", self._load_signs)

    def words(self, row: int) -> tuple[Signs, NDArray[np.int64]]:
        """The signs of the words of the passage in `row`, and how many each of its sentences has."""
        first, count = int(self.passages[row]["first"]), int(self.passages[row]["sentences"])
        sentences = self.sentences[first : first + count]
        if not count:
            return self.signs[:0], np.zeros(0, np.int64)
        start, counts = int(sentences[0]["first_word"]), sentences["words"].astype(np.int64)
        return self.signs[start : start + int(counts.sum())], counts

    def words_on_pages(self, document: int, start: int, end: int) -> list[Word]:
        """The words of a document that overlap `text[start:end]` and have boxes."""
        words = []
        for blob in self.boxes.of(document, start, end):
            rows = np.frombuffer(zlib.decompress(blob.data), _BOXES)
            for row in rows[(rows["end"] > start) & (rows["start"] < end)]:
                left, top, right, bottom = (round(float(side), 2) for side in row["box"])
                words.append(Word(int(row["start"]), int(row["end"]), int(row["page"]), (left, top, right, bottom)))
        return words

    def place(self, document: int, start: int) -> Place | None:
        """Where in its file a document's character at `start` stands, None where the file has no places."""
        found = None
        for blob in self.places.of(document, start, start + 1):
            for place in json.loads(zlib.decompress(blob.data)):
                if place[0] <= start:
                    found = Place(*place)
        return found

    def _load_searched(self) -> SearchedVectors:
        searched = SearchedVectors.load(self.folder / "passages.faiss")
        if len(searched) != len(self):
            raise IndexDamagedError(f"{self.folder / 'passages.faiss'} has not a vector a passage; {mend(())}")
        return searched

    def _load_signs(self) -> Signs:
        words = load_array(self.folder / "words.npy", np.dtype(np.uint8))
        last = self.sentences[-1:]
        if words.ndim != 2 or (last["first_word"] + last["words"] != len(words)).any():
            raise IndexDamagedError(f"{self.folder / 'words.npy'} has not the words that it should; {mend(())}")
        return words

    def _load_vectors(self, stem: str, rows: int) -> NDArray[np.float16]:
        vectors = load_array(self.folder / f"{stem}.npy", np.dtype(np.float16))
        if vectors.ndim != 2 or len(vectors) != rows:
            raise IndexDamagedError(f"{self.folder / stem}.npy has not the vectors that it should; {mend(())}")
        return vectors

    def _once(self, name: str, load: Callable[[], _T]) -> _T:
        """What `load` gives the first time it is asked for under `name`."""
        if name not in self._opened:
            with self._lock:
                if name not in self._opened:
                    self._opened[name] = load()
        found: _T = self._opened[name]
        return found


def checksum(own: NDArray[np.float16], sentences: NDArray[np.float16], words: Signs) -> int:
    """The CRC-32 of a passage's vectors, its sentences' and its words'."""
    return zlib.crc32(words.tobytes(), zlib.crc32(sentences.tobytes(), zlib.crc32(own.tobytes())))


def text_blobs(document: int, text: str) -> Iterator[Blob]:
    """A document's text as blobs."""
    return (Blob(document, at, at + len(piece), piece.encode()) for at, piece in pieces(text, _PIECE))


def box_blobs(document: int, words: Sequence[Word]) -> Iterator[Blob]:
    """The boxes of a document's words as blobs."""
    for some in chunks(words, _MANY):
        rows = np.array([(w.start, w.end, w.page, w.box) for w in some], _BOXES)
        yield Blob(document, some[0].start, max(w.end for w in some), zlib.compress(rows.tobytes(), 1))


def place_blobs(document: int, extract: Extract) -> Iterator[Blob]:
    """The places of a document's text as blobs, each up to where the next begins."""
    groups = list(chunks(extract.places, _MANY))
    for group, following in zip_longest(groups, groups[1:]):
        end = following[0].start if following else len(extract.text)
        listed = [(p.start, p.kind, p.number, p.sheet) for p in group]
        packed = zlib.compress(json.dumps(listed, ensure_ascii=False).encode())
        yield Blob(document, group[0].start, max(end, group[0].start + 1), packed)
