"""What checking a draft found, sentence by sentence, with the address of everything that speaks to it."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal

from rag.check.draft import Draft
from rag.verify.verdict import MismatchKind

SentenceStatus = Literal["quoted", "supported", "contradicted", "unsupported", "not_checked"]
QuotationStatus = Literal["exact", "variant", "altered", "not_found"]
ReferenceKind = Literal["number", "note", "author_date", "file", "link"]
ReferenceFinding = Literal[
    "supported",  # the cited source says it
    "elsewhere",  # the cited source does not say it, another does
    "not_said",  # neither the cited source nor any other says it
    "contradicted",  # the cited source says otherwise
    "unknown_source",  # it leads to no document of the index
    "no_entry",  # the draft's own list of sources has no such entry
    "ambiguous",  # it may lead to several
    "not_checked",  # it leads to a document, and stands with no claim
]


@dataclass(frozen=True, slots=True)
class Pincite:
    """Words of a source with their address: `document text[start:end] == quote`."""

    document: str
    title: str
    page: int | None
    sheet: str | None
    row: int | None
    language: str
    start: int
    end: int
    quote: str
    score: float  # how surely it says what it is cited for, 0 to 1


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a sentence and a source part; `start` and `end` are in the draft, both 0 where `stated` is ""."""

    kind: MismatchKind
    stated: str
    found: str
    start: int
    end: int
    document: str
    found_start: int
    found_end: int


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence, `draft text[start:end] == text`, and what the sources say of it.

    `evidence` supports or contradicts it as `status` says; that of an unsupported one only came nearest. `against` is
    what other sources say to the contrary where the source that the draft cites supports it.
    """

    number: int  # 1-based
    start: int
    end: int
    line: int
    text: str
    status: SentenceStatus
    reason: str  # a code of rag/verify/verdict.py, or why it was not checked: rag/check/claims.py
    score: float | None = None
    evidence: tuple[Pincite, ...] = ()
    differences: tuple[Difference, ...] = ()
    against: tuple[Pincite, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a quotation beside its source, with the white space behind it: `said` in the draft where the source
    has `found`. "allowed" is what quoting permits: typography, words left out at an ellipsis or put in brackets.
    """

    change: Literal["same", "allowed", "changed"]
    said: str
    found: str


@dataclass(frozen=True, slots=True)
class CheckedQuotation:
    """What stands between quotation marks, `draft text[start:end] == text`, and whether a source has it so."""

    start: int
    end: int
    line: int
    text: str
    sentence: int | None  # the number of the one that it stands in
    status: QuotationStatus
    source: Pincite | None
    nearest: Pincite | None = None  # of one that was not found: what says the same in other words, or another language
    pieces: tuple[Piece, ...] = ()  # the quotation and the source word by word, where they are not the same


@dataclass(frozen=True, slots=True)
class CheckedReference:
    """A reference, `draft text[start:end] == text`, and whether what it leads to says what it stands with."""

    start: int
    end: int
    line: int
    text: str  # "" for the call of a DOCX footnote
    kind: ReferenceKind
    sentence: int | None
    target: str  # what it leads to in the draft: an entry, a note, an address; else its own words
    documents: tuple[str, ...]  # one where it was resolved, several where it is ambiguous
    finding: ReferenceFinding
    evidence: tuple[Pincite, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that its writer should look at."""

    what: Literal["sentence", "quotation", "reference"]
    status: str
    start: int
    line: int
    of: CheckedSentence | CheckedQuotation | CheckedReference


@dataclass(frozen=True)
class CheckedDraft:
    """A draft with what was found of it. Nothing is claimed that a verdict did not establish."""

    draft: Draft = field(repr=False)
    sentences: tuple[CheckedSentence, ...]
    quotations: tuple[CheckedQuotation, ...]
    references: tuple[CheckedReference, ...]
    passages: int  # that the draft was checked against
    seconds: float

    def counts(self) -> dict[str, dict[str, int]]:
        """How many sentences, quotations and references there are of each status."""
        return {
            "sentences": dict(Counter(s.status for s in self.sentences)),
            "quotations": dict(Counter(q.status for q in self.quotations)),
            "references": dict(Counter(r.finding for r in self.references)),
        }

    def findings(self) -> tuple[Finding, ...]:
        """What to look at, in the draft's order: what is contradicted, unsupported, misquoted or wrongly cited.

        A reference whose source does not say its sentence is no finding of its own where another's does, or where the
        sentence is one already.
        """
        return self._findings

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        settled = {r.sentence for r in self.references if r.finding == "supported"}
        told = {s.number for s in self.sentences if _is_finding(s)}
        found = [Finding("sentence", s.status, s.start, s.line, s) for s in self.sentences if _is_finding(s)]
        found += [
            Finding("quotation", q.status, q.start, q.line, q)
            for q in self.quotations
            if q.status in ("altered", "not_found")
        ]
        found += [
            Finding("reference", r.finding, r.start, r.line, r)
            for r in self.references
            if r.finding not in ("supported", "not_checked")
            and not (r.finding in ("elsewhere", "not_said") and r.sentence in settled)
            and not (r.finding in ("contradicted", "not_said") and r.sentence in told)
        ]
        return tuple(sorted(found, key=lambda f: (f.start, f.what != "sentence")))

    def of_sentence(self, number: int | None) -> tuple[tuple[CheckedQuotation, ...], tuple[CheckedReference, ...]]:
        """The quotations and references that stand in a sentence or belong to it; None for those of no sentence."""
        quoted, cited = self._by_sentence
        return tuple(quoted.get(number, ())), tuple(cited.get(number, ()))

    def told_with(self, sentence: CheckedSentence) -> tuple[CheckedReference, ...]:
        """The references of a sentence that are no findings of their own."""
        return tuple(r for r in self.of_sentence(sentence.number)[1] if id(r) not in self._own)

    @cached_property
    def _own(self) -> set[int]:
        return {id(finding.of) for finding in self._findings}

    @cached_property
    def _by_sentence(self) -> tuple[dict[int | None, list[CheckedQuotation]], dict[int | None, list[CheckedReference]]]:
        quoted: dict[int | None, list[CheckedQuotation]] = {}
        cited: dict[int | None, list[CheckedReference]] = {}
        for quotation in self.quotations:
            quoted.setdefault(quotation.sentence, []).append(quotation)
        for reference in self.references:
            cited.setdefault(reference.sentence, []).append(reference)
        return quoted, cited

    def to_json(self) -> dict[str, Any]:
        """The draft's `name`, `title`, `language`, `passages`, `seconds`, `counts`; `sentences`, `quotations` and
        `references` with the fields of their classes; `findings`: {"what", "status", "line", "number"}, where `number`
        is the place, from 0, in the list that `what` names.
        """
        lists = {"sentence": self.sentences, "quotation": self.quotations, "reference": self.references}
        places = {
            (what, id(one)): number for what, many in lists.items() for number, one in enumerate(many)
        }  # of values that may be equal
        return {
            "name": self.draft.name,
            "title": self.draft.title,
            "language": self.draft.language,
            "passages": self.passages,
            "seconds": round(self.seconds, 2),
            "counts": self.counts(),
            "findings": [
                {"what": f.what, "status": f.status, "line": f.line, "number": places[f.what, id(f.of)]}
                for f in self.findings()
            ],
            "sentences": [asdict(s) for s in self.sentences],
            "quotations": [asdict(q) for q in self.quotations],
            "references": [asdict(r) for r in self.references],
        }


def _is_finding(sentence: CheckedSentence) -> bool:
    return sentence.status in ("contradicted", "unsupported") or bool(sentence.against)
