"""What the sources say of a statement, asked once each, and its evidence with addresses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from index.document import Passage, Span
from index.language import detect
from index.store import DocumentFacts
from index.view import View
from rag.check.checked import Difference, Pincite
from rag.check.statement import Statement
from rag.locate import locate
from rag.verify.verdict import Evidence, Verdict

_MOST_PASSAGES = 60  # of a cited document that are looked at; of a longer one those that share most with the sentence
_QUOTATION_PASSAGES = 8  # in which a quotation is looked for


class StatementVerifier(Protocol):
    """What `rag.verify.verifier.Verifier` is to a draft; safe to use from many threads."""

    def verify(self, view: View, statement: str, passages: Sequence[Passage] | None = None) -> Verdict:
        """What these passages, or None whatever of the view is found for it, say of a statement."""


@dataclass(frozen=True)
class Witness:
    """A view and a verifier, and what they have said so far."""

    view: View
    verifier: StatementVerifier
    _said: dict[str, Verdict] = field(default_factory=dict)
    _said_by: dict[tuple[str, str], Verdict] = field(default_factory=dict)

    def verdict(self, statement: str) -> Verdict:
        """What all documents say of a statement."""
        if statement not in self._said:
            self._said[statement] = self.verifier.verify(self.view, statement)
        return self._said[statement]

    def verdict_of(self, statement: str, source: DocumentFacts) -> Verdict:
        """What one document says of a statement."""
        key = (statement, source.id)
        of_all = self.verdict(statement)
        if of_all.status in ("quoted", "supported") and all(e.passage.document == source.id for e in of_all.evidence):
            return of_all
        if key not in self._said_by:
            passages = self.passages_of(source, statement)
            self._said_by[key] = self.verifier.verify(self.view, statement, passages)
        return self._said_by[key]

    def passages_of(self, source: DocumentFacts, text: str) -> list[Passage]:
        """The passages of a document; of a long one those that share most with `text`."""
        rows = self.view.passages_of(source)
        if len(rows) > _MOST_PASSAGES:
            scores = self.view.bm25(self.view.question_terms(text, detect(text)))[rows]
            rows = rows[np.sort(np.argsort(-scores, kind="stable")[:_MOST_PASSAGES])]
        return self.view.passages(rows)

    def sharing(self, text: str) -> list[Passage]:
        """The passages that share most words with a text, best first."""
        scores = self.view.bm25(self.view.question_terms(text, detect(text)))
        best = np.argsort(-scores, kind="stable")[:_QUOTATION_PASSAGES]
        return self.view.passages(best[scores[best] > 0].astype(np.int64))

    def pincites(self, evidence: Iterable[Evidence]) -> tuple[Pincite, ...]:
        """Evidence with its addresses."""
        return tuple(self._at(e.passage, Span(e.start, e.end), e.text, e.score) for e in evidence)

    def of_document(self, id: str, span: Span, quote: str) -> Pincite | None:
        """A stretch of a document, word for word, with its address; None where the document is not to be seen."""
        facts = self.view.facts(id)
        return None if facts is None else self._at(facts, span, quote, 1.0)

    def _at(self, source: Passage | DocumentFacts, span: Span, quote: str, score: float) -> Pincite:
        id = source.document if isinstance(source, Passage) else source.id
        at = locate(self.view, id, span.start, span.end)
        place = (at.page, at.sheet, at.row, source.language, span.start, span.end)
        return Pincite(id, source.title, *place, quote, round(score, 4))


def differences(statement: Statement, verdict: Verdict) -> tuple[Difference, ...]:
    """Where a statement and its best evidence part, with the places in the draft."""
    document = verdict.evidence[0].passage.document if verdict.evidence else ""
    found = []
    for m in verdict.mismatches:
        has_place = m.stated_start < m.stated_end <= len(statement.at)
        place = statement.in_draft(m.stated_start, m.stated_end) if has_place else None
        start, end = (place.start, place.end) if place else (0, 0)
        found.append(Difference(m.kind, m.stated, m.found, start, end, document, m.found_start, m.found_end))
    return tuple(found)
