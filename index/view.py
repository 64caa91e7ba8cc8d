"""What one asker sees of an index: searched, ranked and read as if the rest were not there.

A passage's row counts through the segments of the index that is open; another generation may number it otherwise.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index import lexical, store
from index.centring import LanguageMeans, Matrix
from index.document import Document, Passage, Place, Span, Word
from index.errors import IndexDamagedError
from index.filters import Filter
from index.generations import mend
from index.lexical import QuestionTerm
from index.segment import Segment
from index.store import DocumentFacts
from index.vectors import Mask, Rows
from index.words import Signs

if TYPE_CHECKING:
    from index.opened import Index


@dataclass(frozen=True)
class PassageSentences:
    """The sentences of a passage: where they lie, their centred vectors (n, d), and the signs of their words' vectors
    one after the other, `counts` (n,) for each.
    """

    spans: list[Span]
    vectors: Matrix
    words: Signs
    counts: NDArray[np.int64]


class View:
    """The passages and documents that a filter admits."""

    def __init__(self, index: "Index", filter: Filter, masks: tuple[Mask | None, ...]) -> None:
        """See of `index` the documents that `filter` admits; `masks` says which passages those are, None all."""
        self._index, self._filter, self._masks = index, filter, masks

    @property
    def means(self) -> LanguageMeans:
        """What the encoder adds to a text for its language alone."""
        return self._index.means

    @property
    def passage_count(self) -> int:
        """How many passages there are."""
        return sum(len(s) if m is None else int(np.count_nonzero(m)) for s, m in self._parts())

    def nearest(self, question: Matrix, k: int) -> Rows:
        """The rows of the `k` passages nearest to a centred question (d,), best first."""
        found = [
            (first, *segment.searched.search(question, k, mask))
            for first, (segment, mask) in zip(self._index.first_rows, self._parts(), strict=False)
        ]
        if not found:
            return np.zeros(0, np.int64)
        rows = np.concatenate([first + rows for first, rows, _ in found])
        cosines = np.concatenate([c for _, _, c in found])
        return rows[np.argsort(-cosines, kind="stable")[:k]]

    def vectors(self, rows: Rows) -> Matrix:
        """The centred vectors of those passages, (len(rows), d)."""
        vectors = np.zeros((len(rows), self._index.manifest.encoder.dimension), np.float32)
        at, inner = self._located(rows)
        for number in np.unique(at):
            here = at == number
            vectors[here] = self._index.segments[number].searched.take(inner[here])
        return vectors

    def question_terms(self, question: str, language: str) -> list[QuestionTerm]:
        """The words of a question with what each tells among these passages."""
        return lexical.question_terms(self._postings(), question, language)

    def bm25(self, terms: Sequence[QuestionTerm]) -> NDArray[np.float32]:
        """The BM25 of every row, 0 where no term stands or the passage is not to be seen."""
        scores = lexical.bm25(self._postings(), terms)
        return np.concatenate(scores) if scores else np.zeros(0, np.float32)

    def languages(self, rows: Rows) -> list[str]:
        """The languages of those passages."""
        return [self._entry(row)["language"].decode("ascii", "replace") for row in rows]

    def passages(self, rows: Rows) -> list[Passage]:
        """The passages of those rows, in this order."""
        entries = [(int(row), self._segment(row), self._entry(row)) for row in rows]
        wanted = {int(entry["document"]) for _, _, entry in entries}
        facts = self._index.read(lambda db: store.documents_numbered(db, wanted))
        found = []
        for row, segment, entry in entries:
            document = facts.get(int(entry["document"]))
            if document is None:
                raise IndexDamagedError(f"{segment.folder} has passages of a document that is not listed; {mend(())}")
            start, end = int(entry["start"]), int(entry["end"])
            text = segment.text(document.number, start, end)
            language = entry["language"].decode("ascii", "replace")
            found.append(Passage(row, document.id, document.title, language, start, end, text))
        return found

    def sentences(self, rows: Rows) -> list[PassageSentences]:
        """The sentences of each of those passages."""
        found = []
        for row in rows:
            segment, entry = self._segment(row), self._entry(row)
            first, count = int(entry["first"]), int(entry["sentences"])
            raw = np.asarray(segment.sentence_vectors[first : first + count], np.float32)
            if not np.isfinite(raw).all():
                raise IndexDamagedError(f"{segment.folder / 'sentence_vectors.npy'} was altered; {mend(())}")
            language = entry["language"].decode("ascii", "replace")
            inner = int(row) - self._first(row)
            vectors = self.means.centre(raw, [language] * count)
            found.append(PassageSentences(segment.sentence_spans(inner), vectors, *segment.words(inner)))
        return found

    def documents(self) -> list[DocumentFacts]:
        """Every document, by id."""
        return self._index.read(lambda db: [d for d in store.documents(db) if self._filter.admits(d)])

    def facts(self, id: str) -> DocumentFacts | None:
        """What is known of the document of this id, or None."""
        found = self._index.read(lambda db: store.document(db, id))
        return found if found and self._filter.admits(found) else None

    def document(self, id: str) -> Document | None:
        """The document of this id with its whole text, or None."""
        facts = self.facts(id)
        if facts is None:
            return None
        segment = self._holding(facts)
        text = "" if segment is None else segment.text(facts.number)
        if len(text) != facts.characters:
            raise IndexDamagedError(f"the index has not the whole text of {id!r}; {mend(())}")
        return Document(facts.id, facts.title, facts.language, text)

    def place(self, id: str, start: int) -> Place | None:
        """The page, slide or row where a document's character at `start` stands; None where it has none."""
        facts = self.facts(id)
        segment = self._holding(facts) if facts else None
        return None if segment is None or facts is None else segment.place(facts.number, start)

    def words(self, id: str, start: int, end: int) -> list[Word]:
        """The boxes of the words of a document's `text[start:end]`; none where its format has no boxes."""
        facts = self.facts(id)
        segment = self._holding(facts) if facts else None
        return [] if segment is None or facts is None else segment.words_on_pages(facts.number, start, end)

    def passages_of(self, facts: DocumentFacts) -> Rows:
        """The rows of a document's passages, in the order of its text."""
        for first, segment in zip(self._index.first_rows, self._index.segments, strict=False):
            a, b = np.searchsorted(segment.documents, [facts.number, facts.number + 1])
            if a < b:
                return np.arange(first + a, first + b, dtype=np.int64)
        return np.zeros(0, np.int64)

    def _parts(self) -> list[tuple[Segment, Mask | None]]:
        return list(zip(self._index.segments, self._masks, strict=True))

    def _postings(self) -> list[lexical.Part]:
        return [(segment.postings, mask) for segment, mask in self._parts()]

    def _first(self, row: int) -> int:
        return self._index.first_rows[bisect_right(self._index.first_rows, row) - 1]

    def _segment(self, row: int) -> Segment:
        return self._index.segments[bisect_right(self._index.first_rows, row) - 1]

    def _entry(self, row: int) -> np.void:
        entry: np.void = self._segment(row).passages[int(row) - self._first(row)]
        return entry

    def _located(self, rows: Rows) -> tuple[Rows, Rows]:
        """The segment of each row, and the row in it."""
        firsts = np.array(self._index.first_rows[:-1] or [0], np.int64)
        at = np.searchsorted(firsts, rows, "right") - 1
        return at, rows - firsts[at]

    def _holding(self, facts: DocumentFacts) -> Segment | None:
        """The segment with a document's text, None where the text is empty."""
        wanted = np.array([facts.number], np.int64)
        return next((s for s in self._index.segments if s.holds_any(wanted)), None)
