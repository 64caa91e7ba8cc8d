"""Which sentences answer best: one to three, quoted as they stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.analysis import terms
from index.document import Passage
from rag.question import Question
from rag.retrieve import Candidate

MOST = 3  # quotes an answer
SEARCHED = 10  # best passages whose sentences are considered
COVERAGE_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage and what it is ranked by; higher is better."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The sentence, as it stands in its document."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def choose_quotes(question: Question, candidates: Sequence[Candidate]) -> list[Quote]:
    """The sentences that answer best, best first; empty only where there are no candidates."""
    quotes = [quote for candidate in candidates[:SEARCHED] for quote in _quotes(question, candidate)]
    quotes.sort(key=lambda q: -q.score)
    chosen: dict[str, Quote] = {}
    for quote in quotes:
        if len(chosen) == MOST:
            break
        chosen.setdefault(" ".join(quote.text.split()).casefold(), quote)
    return list(chosen.values())


def _quotes(question: Question, candidate: Candidate) -> list[Quote]:
    found = []
    for ranked in candidate.sentences:
        quote = Quote(candidate.passage, ranked.sentence.start, ranked.sentence.end, 0.0)
        score = candidate.score + ranked.cosine
        if candidate.passage.language == question.language:
            score += COVERAGE_WEIGHT * coverage(question, quote.text)
        found.append(Quote(candidate.passage, quote.start, quote.end, score))
    return found


def coverage(question: Question, text: str) -> float:
    """The share of the question's words that stand in `text` of the same language, weighted by rarity, 0 to 1."""
    present = set(terms(text, question.language))
    total = sum(term.weight for term in question.terms)
    return sum(q.weight for q in question.terms if present.intersection(q.terms)) / total if total else 0.0
