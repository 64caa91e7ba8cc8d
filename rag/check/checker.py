"""A draft against the documents of a view: every sentence, quotation and reference, on two cores."""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from index.document import Span
from index.view import View
from rag.check.checked import CheckedDraft, CheckedQuotation, CheckedReference, CheckedSentence, ReferenceFinding
from rag.check.claims import why_no_claim
from rag.check.draft import Draft, DraftSentence
from rag.check.evidence import StatementVerifier, Witness, differences
from rag.check.quotation import check_quotation
from rag.check.quoted import quotations
from rag.check.references import Reference, left_out, references
from rag.check.sources import Sources
from rag.check.statement import Statement, statement_of
from rag.verify.verdict import Evidence, Verdict

THREADS = 2  # of one draft; docs/log.md has one against two
_SAID = ("quoted", "supported")
_AS_NEAR = 0.1  # by which a contradiction may be less near than what supports a sentence elsewhere
_MOSTLY = 0.7  # share of a sentence's characters that quotations must make up for it to be one


def _unheard(_: int) -> None:
    """Nobody listens."""


def check(
    draft: Draft,
    view: View,
    verifier: StatementVerifier,
    progress: Callable[[int], None] = _unheard,
    threads: int = THREADS,
) -> CheckedDraft:
    """Verify every sentence of `draft` against what `view` shows, and look up its quotations and references.

    `progress` is told, in this thread, each time how many more sentences are done; all of `draft.sentences` in the end.
    """
    began = time.perf_counter()
    sources = Sources(view.documents())
    task = _Task(draft, Witness(view, verifier), sources, references(draft, sources))
    units = _units(draft, task.references, sources)
    done: list[_Checked] = []
    executor = ThreadPoolExecutor(threads, "check")
    try:
        for result in executor.map(task.check, units):
            done.append(result)
            progress(1)
    finally:
        executor.shutdown(cancel_futures=True)
    quoted = tuple(q for unit in done for q in unit.quotations)
    cited = tuple(r for unit in done for r in unit.references)
    return CheckedDraft(
        draft, tuple(unit.sentence for unit in done if unit.sentence), tuple(sorted(quoted, key=lambda q: q.start)),
        tuple(sorted(cited, key=lambda r: (r.start, r.end))), view.passage_count, time.perf_counter() - began,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence with what stands in it or belongs to it."""

    number: int  # 1-based, 0 for what belongs to no sentence
    sentence: DraftSentence | None
    statement: Statement
    quotations: tuple[Span, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class _Checked:
    sentence: CheckedSentence | None
    quotations: tuple[CheckedQuotation, ...]
    references: tuple[CheckedReference, ...]


def _units(draft: Draft, found: Sequence[Reference], sources: Sources) -> list[_Unit]:
    """The sentences with their quotations and references. What no sentence holds comes last, by itself."""
    starts = [s.start for s in draft.sentences]
    statements = _statements(draft, left_out(found))
    claims = [why_no_claim(st.text, s.kind) is None for st, s in zip(statements, draft.sentences, strict=True)]
    quoted: dict[int, list[Span]] = {}
    for span in quotations(draft):
        if not sources.is_title(draft.text[span.start : span.end]):
            quoted.setdefault(_sentence_at(draft, starts, span.start), []).append(span)
    cited: dict[int, list[Reference]] = {}
    for reference in found:
        cited.setdefault(_cited_for(draft, starts, claims, reference), []).append(reference)
    units = [
        _Unit(number + 1, s, statements[number], tuple(quoted.get(number, ())), tuple(cited.get(number, ())))
        for number, s in enumerate(draft.sentences)
    ]
    rest = _Unit(0, None, Statement("", ()), tuple(quoted.get(-1, ())), tuple(cited.get(-1, ())))
    return [*units, rest] if rest.quotations or rest.references else units


def _statements(draft: Draft, gaps: Sequence[Span]) -> list[Statement]:
    """What the sentences say, without the sorted `gaps`, which may only be the same or apart."""
    starts, ends = [gap.start for gap in gaps], [gap.end for gap in gaps]
    return [
        statement_of(draft, Span(s.start, s.end), gaps[bisect_right(ends, s.start) : bisect_left(starts, s.end)])
        for s in draft.sentences
    ]


def _sentence_at(draft: Draft, starts: list[int], at: int) -> int:
    """The place of the sentence that `at` stands in or just behind, in its block; -1 where there is none."""
    number = bisect_right(starts, at) - 1
    if number < 0:
        return -1
    sentence, block = draft.sentences[number], draft.block(at) or draft.block(at - 1)
    return number if at < sentence.end or (block and block.start <= sentence.start) else -1


def _cited_for(draft: Draft, starts: list[int], claims: list[bool], reference: Reference) -> int:
    """The place of the claim that a reference stands with: the sentence it is in, else the one before in its block."""
    at = _sentence_at(draft, starts, max(reference.start - (reference.start == reference.end), 0))
    block = draft.block(draft.sentences[at].start) if at >= 0 else None
    if at > 0 and not claims[at] and block and block.start <= draft.sentences[at - 1].start and claims[at - 1]:
        return at - 1
    return at


@dataclass(frozen=True, slots=True)
class _Task:
    draft: Draft
    witness: Witness
    sources: Sources
    references: tuple[Reference, ...]

    def check(self, unit: _Unit) -> _Checked:
        """Check a sentence and what belongs to it."""
        verdict = self._verdict(unit)
        quoted = tuple(check_quotation(self.draft, self.witness, span, unit.number or None) for span in unit.quotations)
        cited = {id: self._of_source(unit, id) for r in unit.references for id in _sure(r) if verdict is not None}
        return _Checked(
            self._sentence(unit, verdict, list(cited.values()), quoted) if unit.sentence else None,
            quoted,
            tuple(self._reference(unit, reference, verdict, cited) for reference in unit.references),
        )

    def _verdict(self, unit: _Unit) -> Verdict | None:
        """What all sources say of a sentence; None where it claims nothing."""
        if unit.sentence is None or why_no_claim(unit.statement.text, unit.sentence.kind):
            return None
        verdict = self.witness.verdict(unit.statement.text)
        return None if verdict.reason == "no_claim" else verdict

    def _of_source(self, unit: _Unit, id: str) -> Verdict:
        return self.witness.verdict_of(unit.statement.text, self.sources.facts(id))

    def _sentence(
        self, unit: _Unit, verdict: Verdict | None, cited: list[Verdict], quoted: Sequence[CheckedQuotation]
    ) -> CheckedSentence:
        assert unit.sentence is not None
        start, end = unit.sentence.start, unit.sentence.end
        place = (unit.number, start, end, self.draft.line(start), self.draft.text[start:end])
        if verdict is None:
            reason = why_no_claim(unit.statement.text, unit.sentence.kind) or "no_claim"
            return CheckedSentence(*place, "not_checked", reason)
        if verdict.status not in _SAID and _is_quotation(unit, quoted):
            found = tuple(q.source for q in quoted if q.source)
            return CheckedSentence(*place, "quoted", "quotation", None, found)
        said = next((v for status in _SAID for v in cited if v.status == status), None)
        told = said if said and verdict.status not in _SAID else verdict  # what the named source says comes first
        against = verdict.evidence if told is not verdict and verdict.status == "contradicted" else ()
        return CheckedSentence(
            *place, told.status, told.reason, round(told.score, 4), self.witness.pincites(told.evidence),
            differences(unit.statement, told), self.witness.pincites(against),
        )  # fmt: skip

    def _reference(
        self, unit: _Unit, reference: Reference, verdict: Verdict | None, cited: dict[str, Verdict]
    ) -> CheckedReference:
        start, end = reference.start, reference.end
        place = (start, end, self.draft.line(start), self.draft.text[start:end], reference.kind, unit.number or None)
        about = (*place, reference.target, reference.documents)
        if len(reference.documents) != 1:
            unknown: ReferenceFinding = "unknown_source" if reference.entry else "no_entry"
            return CheckedReference(*about, "ambiguous" if reference.documents else unknown)
        if verdict is None:
            return CheckedReference(*about, "not_checked")
        finding, evidence = _borne_out(cited[reference.documents[0]], verdict)
        return CheckedReference(*about, finding, self.witness.pincites(evidence))


def _is_quotation(unit: _Unit, quoted: Sequence[CheckedQuotation]) -> bool:
    """Whether a sentence is little more than quotations that stand in the sources, with who says so."""
    sound = [q for q in quoted if q.status in ("exact", "variant")]
    letters = sum(q.end - q.start for q in sound)
    return bool(sound) and len(sound) == len(quoted) and letters >= _MOSTLY * len(unit.statement.text)


def _borne_out(own: Verdict, of_all: Verdict) -> tuple[ReferenceFinding, tuple[Evidence, ...]]:
    """Whether a cited source says a sentence, by its own verdict and that of all sources."""
    if own.status in _SAID:
        return "supported", own.evidence
    if own.status == "contradicted" and _speaks_to_it(own, of_all):
        return "contradicted", own.evidence
    return ("elsewhere", of_all.evidence) if of_all.status in _SAID else ("not_said", own.evidence[:1])


def _speaks_to_it(own: Verdict, of_all: Verdict) -> bool:
    """Whether a cited source that says otherwise is about the same thing, not less near to it than one that says so."""
    if of_all.status not in _SAID or not (own.evidence and of_all.evidence):
        return True
    return own.evidence[0].score >= of_all.evidence[0].score - _AS_NEAR


def _sure(reference: Reference) -> tuple[str, ...]:
    return reference.documents if len(reference.documents) == 1 else ()
