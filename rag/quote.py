"""Which sentences answer best: one to three quotes, each as it stands in its document."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.analysis import terms
from index.document import Passage, Span
from rag.agreement import same
from rag.question import Question
from rag.retrieve import Candidate, RankedSentence

MOST = 3  # quotes an answer
HEADING = 80  # characters at most
LONGEST = 550  # characters of a first quote of several sentences
TEMPERATURE = 0.07  # of the share that each sentence has of what is likely to answer; docs/log.md for these three
PRICE = 0.0002  # of that share, for which a sentence joins the first quote, a character
SEARCHED = 10  # best passages whose sentences are considered
PASSAGE_WEIGHT = 0.3
WORDS_WEIGHT = 1.0
COVERAGE_WEIGHT = 0.2
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
    best: Span | None = None  # of several sentences, the one it grew from

    @property
    def text(self) -> str:
        """The quote, as it stands in its document."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def choose_quotes(question: Question, candidates: Sequence[Candidate]) -> list[Quote]:
    """The one to three quotes that answer best, best first; empty only where there are no candidates.

    The first takes in the sentences beside it that are likely enough to answer for their length: what answers is often
    said in two. The others are a sentence each.
    """
    sentences = [quote for candidate in candidates[:SEARCHED] for quote in _quotes(question, candidate)]
    sentences.sort(key=lambda q: -q.score)
    chosen: list[Quote] = []
    left = sentences
    while left and len(chosen) < MOST:
        chosen.append(left[0] if chosen else _grow(sentences))
        left = _unsaid(chosen[-1], left)
    return chosen


def _unsaid(quote: Quote, sentences: Sequence[Quote]) -> list[Quote]:
    """Those of the sentences that the quote does not say already, wherever they are from."""
    said = f" {_folded(quote.text)} "
    unsaid = [s for s in sentences if f" {_folded(s.text)} " not in said]
    return [s for s in unsaid if not same(s.text, quote.text)]


def _grow(sentences: Sequence[Quote]) -> Quote:
    """The first of the `sentences`, ranked best first, with those that adjoin it and are worth their length."""
    quote = sentences[0]
    around = [s for s in _worth_their_length(sentences) if s.passage.number == quote.passage.number]
    while beside := next((s for s in around if _adjoin(quote, s) and len(_join(quote, s).text) <= LONGEST), None):
        quote = _join(quote, beside)
    return quote


def _worth_their_length(sentences: Sequence[Quote]) -> list[Quote]:
    """Those whose share (softmax of the scores) pays for their characters."""
    best = sentences[0].score
    likely = [math.exp((s.score - best) / TEMPERATURE) for s in sentences]
    price = PRICE * sum(likely)
    return [s for s, share in zip(sentences, likely, strict=True) if share >= price * (s.end - s.start)]


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _adjoin(one: Quote, other: Quote) -> bool:
    """Whether two quotes of one passage stand side by side in one paragraph."""
    first, second = sorted((one, other), key=lambda q: q.start)
    between = one.passage.text[first.end - one.passage.start : second.start - one.passage.start]
    return first.end <= second.start and not between.strip() and "\n" not in between


def _join(one: Quote, other: Quote) -> Quote:
    return replace(one, start=min(one.start, other.start), end=max(one.end, other.end))


def _quotes(question: Question, candidate: Candidate) -> list[Quote]:
    found = []
    for ranked in _without_headings(candidate):
        quote = Quote(candidate.passage, ranked.span.start, ranked.span.end, 0.0)
        score = ranked.cosine + WORDS_WEIGHT * ranked.words + PASSAGE_WEIGHT * candidate.score
        if candidate.passage.language == question.language:
            score += COVERAGE_WEIGHT * coverage(question, quote.text)
        found.append(replace(quote, score=score, best=ranked.span))
    return found


def sentences_of(candidate: Candidate) -> list[Quote]:
    """The sentences of a passage that may be quoted, in the order of its text, not ranked."""
    return [Quote(candidate.passage, s.span.start, s.span.end, 0.0) for s in _without_headings(candidate)]


def _without_headings(candidate: Candidate) -> list[RankedSentence]:
    """The passage's sentences, headings left out: they resemble a question and answer none."""
    following = [*candidate.sentences[1:], None]
    return [s for s, after in zip(candidate.sentences, following, strict=True) if not _is_heading(candidate, s, after)]


def _is_heading(candidate: Candidate, ranked: RankedSentence, following: RankedSentence | None) -> bool:
    """Whether a line ends here with a question, or is a short one of its own without an end before one that has one."""
    text, offset = candidate.passage.text, candidate.passage.start
    start, end = ranked.span.start - offset, ranked.span.end - offset
    after_start, after_end = len(text), len(text)
    if following is not None:
        after_start, after_end = following.span.start - offset, following.span.end - offset
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
