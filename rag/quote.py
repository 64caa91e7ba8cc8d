"""Which sentences answer best: one to three quotes, each as it stands in its document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.analysis import terms
from index.document import Passage
from rag.question import Question
from rag.retrieve import Candidate, RankedSentence

MOST = 3  # quotes an answer
HEADING = 80  # characters at most
LONGEST = 350  # characters of a quote of several sentences
SEARCHED = 10  # best passages whose sentences are considered
COVERAGE_WEIGHT = 0.2
FAR = 0.35  # below the best score; docs/log.md
_ENDED = re.compile(r"[.!?…。！？؟۔।॥][\"'»”’)\]*_]*\Z")
_ASKED = ("?", "？", "؟")
_LINE_START = re.compile(r"(?:^|\n)[#*_\s]*\Z")  # after a line break, with no more than a heading's marks


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, or several in a row, and what it is ranked by; higher is better."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The quote, as it stands in its document."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def choose_quotes(question: Question, candidates: Sequence[Candidate]) -> list[Quote]:
    """The one to three quotes that answer best, best first; empty only where there are no candidates.

    A sentence beside one that was chosen joins its quote while that stays short: what answers is often said in two.
    """
    sentences = [quote for candidate in candidates[:SEARCHED] for quote in _quotes(question, candidate)]
    sentences.sort(key=lambda q: -q.score)
    chosen: list[Quote] = []
    for sentence in sentences:
        if chosen and sentence.score < sentences[0].score - FAR:
            break
        if any(_within(sentence, quote) for quote in chosen):
            continue
        neighbour = next((i for i, quote in enumerate(chosen) if _adjoin(quote, sentence)), None)
        if neighbour is not None:
            chosen[neighbour] = _join(chosen[neighbour], sentence)
        elif len(chosen) < MOST:
            chosen.append(sentence)
        else:
            break
    return chosen


def _within(one: Quote, other: Quote) -> bool:
    """Whether the words of one quote stand in the other, wherever it is from."""
    return f" {_folded(one.text)} " in f" {_folded(other.text)} "


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _adjoin(one: Quote, other: Quote) -> bool:
    """Whether two quotes stand side by side in one paragraph and are short enough together."""
    if one.passage.number != other.passage.number:
        return False
    first, second = sorted((one, other), key=lambda q: q.start)
    between = one.passage.text[first.end - one.passage.start : second.start - one.passage.start]
    return not between.strip() and "\n" not in between and second.end - first.start <= LONGEST


def _join(one: Quote, other: Quote) -> Quote:
    return replace(one, start=min(one.start, other.start), end=max(one.end, other.end))


def _quotes(question: Question, candidate: Candidate) -> list[Quote]:
    found = []
    for ranked in _without_headings(candidate):
        quote = Quote(candidate.passage, ranked.sentence.start, ranked.sentence.end, 0.0)
        score = candidate.score + ranked.cosine
        if candidate.passage.language == question.language:
            score += COVERAGE_WEIGHT * coverage(question, quote.text)
        found.append(Quote(candidate.passage, quote.start, quote.end, score))
    return found


def _without_headings(candidate: Candidate) -> list[RankedSentence]:
    """The passage's sentences, headings left out: they resemble a question and answer none."""
    following = [*candidate.sentences[1:], None]
    return [s for s, after in zip(candidate.sentences, following, strict=True) if not _is_heading(candidate, s, after)]


def _is_heading(candidate: Candidate, ranked: RankedSentence, following: RankedSentence | None) -> bool:
    """Whether a line ends here with a question, or is a short one of its own without an end before one that has one."""
    text, offset = candidate.passage.text, candidate.passage.start
    start, end = ranked.sentence.start - offset, ranked.sentence.end - offset
    after_start, after_end = len(text), len(text)
    if following is not None:
        after_start, after_end = following.sentence.start - offset, following.sentence.end - offset
    ends_line = following is None or "\n" in text[end:after_start]
    if ends_line and text[:end].endswith(_ASKED):
        return True
    alone = ends_line and _LINE_START.search(text[:start]) is not None
    short = alone and following is not None and end - start <= HEADING and end - start < after_end - after_start
    return short and not _ENDED.search(text[:end]) and _ENDED.search(text[:after_end]) is not None


def coverage(question: Question, text: str) -> float:
    """The share of the question's words that stand in `text` of the same language, weighted by rarity, 0 to 1."""
    present = set(terms(text, question.language))
    total = sum(term.weight for term in question.terms)
    return sum(q.weight for q in question.terms if present.intersection(q.terms)) / total if total else 0.0
