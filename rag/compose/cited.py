"""What a model wrote and the sources bear out, as an answer: its sentences, its citations, and what was struck."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from index.view import View
from rag.answer import Answer, Citation, Removed, Statement, StatementStatus
from rag.cite import cite, is_row
from rag.compose.markers import marker, without_lookalikes
from rag.corroboration import Corroborated, corroborate
from rag.question import Question
from rag.quote import Quote
from rag.remark import Remark
from rag.retrieve import Candidate
from rag.verify.verdict import Evidence, Verdict

_MOST_WORDS = 3  # for which a sentence was struck


@dataclass(frozen=True, slots=True)
class Material:
    """What a model writes from: the question, its quoted answer, the quotes, and the passages, best first."""

    view: View
    question: Question
    quoted: Answer  # which stands where nothing is composed
    quotes: tuple[Quote, ...]
    candidates: tuple[Candidate, ...]


class Draft:
    """The checked sentences so far, and those that were struck."""

    def __init__(self, material: Material, model: str) -> None:
        self._material, self._model = material, model
        self._quotes: list[Quote] = []
        self._citations: tuple[Citation, ...] = ()
        self._statements: list[Statement] = []
        self._struck: list[Verdict] = []
        self._said: set[str] = set()

    @property
    def sentences(self) -> int:
        """How many were kept."""
        return len(self._statements)

    @property
    def struck(self) -> int:
        """How many were not."""
        return len(self._struck)

    def repeats(self, sentence: str) -> bool:
        """Whether a sentence says, in the same words, what was kept or struck before; from now on it does."""
        folded = " ".join(sentence.casefold().split()).rstrip(".!?…。؟۔। ")
        if folded in self._said:
            return True
        self._said.add(folded)
        return False

    def keep(self, verdict: Verdict) -> None:
        """Take up a sentence that is quoted or supported, with the evidence as its citations."""
        numbers = dict.fromkeys(self._number(evidence) for evidence in verdict.evidence)
        status: StatementStatus = "quoted" if verdict.status == "quoted" else "supported"
        self._statements.append(Statement(without_lookalikes(verdict.statement), tuple(numbers), status))
        self._citations = self._cite()

    def strike(self, verdict: Verdict) -> None:
        """Show a sentence apart that is contradicted or not supported."""
        self._struck.append(verdict)

    def answer(self, remarks: tuple[Remark, ...], timings: dict[str, float]) -> Answer:
        """The answer as it stands: the quoted one as long as no sentence was kept."""
        quoted = self._material.quoted
        answer = replace(quoted, remarks=remarks, model=self._model, timings={**quoted.timings, **timings})
        if self._statements:
            text = " ".join(s.text + " " + "".join(marker(number) for number in s.citations) for s in self._statements)
            answer = replace(
                answer, text=text, statements=tuple(self._statements), citations=self._citations, composed=True
            )
        return replace(answer, removed=tuple(_removed(verdict, answer.citations) for verdict in self._struck))

    def _number(self, evidence: Evidence) -> int:
        """The number of the citation of this stretch: of one that holds it already, else a new one."""
        for number, quote in enumerate(self._quotes, 1):
            if _holds(quote, evidence):
                return number
        self._quotes.append(Quote(evidence.passage, evidence.start, evidence.end, evidence.score))
        return len(self._quotes)

    def _cite(self) -> tuple[Citation, ...]:
        """A citation for each quote. One that only disagrees with another would have no marker and is left out."""
        view, count = self._material.view, len(self._quotes)
        found = corroborate(self._quotes, self._material.candidates, lambda quote: is_row(view, quote))
        among = tuple(d for d in found.disagreements if d.one < count and d.other < count)
        return cite(view, Corroborated(found.quotes[:count], found.elsewhere[:count], among))


def _holds(quote: Quote, evidence: Evidence) -> bool:
    return (
        quote.passage.document == evidence.passage.document
        and quote.start <= evidence.start
        and evidence.end <= quote.end
    )


def _removed(verdict: Verdict, citations: Sequence[Citation]) -> Removed:
    contradicted = verdict.status == "contradicted"
    numbers = [c.number for c in citations if contradicted and any(_touches(c, e) for e in verdict.evidence)]
    text = without_lookalikes(verdict.statement)
    words = dict.fromkeys(without_lookalikes(m.stated) for m in verdict.mismatches if m.stated)
    status: Literal["contradicted", "unsupported"] = "contradicted" if contradicted else "unsupported"
    return Removed(text, status, verdict.reason, tuple(numbers), tuple(words)[:_MOST_WORDS])


def _touches(citation: Citation, evidence: Evidence) -> bool:
    same = citation.document == evidence.passage.document
    return same and citation.start < evidence.end and evidence.start < citation.end
