"""What other documents say of what is quoted: the same in other places, or another number, date or negation."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.agreement import differences, same
from rag.quote import MOST, SEARCHED, Quote, sentences_of
from rag.retrieve import Candidate

MOST_SHOWN = MOST + 1  # quotes an answer, those that disagree with one among them
_LONGER = 2  # times as long as a quote: what vowel points may add to the same words


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two quotes, by their places in the list, of which the second differs from the first."""

    one: int
    other: int
    pairs: tuple[tuple[str, str], ...]  # what the first says and what the second says


@dataclass(frozen=True, slots=True)
class Corroborated:
    """Quotes, those that disagree with an earlier one last; beside each where else the same is said."""

    quotes: tuple[Quote, ...]
    elsewhere: tuple[tuple[Quote, ...], ...]  # as many as quotes
    disagreements: tuple[Disagreement, ...]


def corroborate(
    quotes: Sequence[Quote], candidates: Sequence[Candidate], is_row: Callable[[Quote], bool]
) -> Corroborated:
    """The quotes beside what the other documents of the searched passages say of the same.

    `is_row` says whether a quote is of a table's row, which speaks of what its other cells name: rows never disagree.
    """
    searched = candidates[:SEARCHED]
    shown = list(quotes)
    found: dict[tuple[int, int], Disagreement] = {}
    for at, quote in enumerate(quotes):
        for other, pairs in _opposed(quote, searched):
            if is_row(quote) or is_row(other):
                continue
            number = _holding(shown, other)
            if number is None and len(shown) < MOST_SHOWN:
                shown.append(other)
                number = len(shown) - 1
            if number is not None and (number, at) not in found:
                found.setdefault((at, number), Disagreement(at, number, pairs))
    elsewhere = tuple(tuple(_elsewhere(quote, searched)) for quote in shown)
    return Corroborated(tuple(shown), elsewhere, tuple(found.values()))


def _opposed(quote: Quote, candidates: Sequence[Candidate]) -> Iterator[tuple[Quote, tuple[tuple[str, str], ...]]]:
    """Sentences of other documents that differ from one of the quote's own, each with what differs."""
    own = [c for c in candidates if c.passage.number == quote.passage.number]
    sentences = [s for c in own for s in sentences_of(c) if quote.start <= s.start and s.end <= quote.end]
    for candidate in _others(quote, candidates):
        for other in sentences_of(candidate):
            for sentence in sentences:
                if pairs := differences(sentence.text, other.text):
                    yield other, pairs
                    break


def _elsewhere(quote: Quote, candidates: Sequence[Candidate]) -> list[Quote]:
    """The same in other documents, once a document: all of the quote, or the sentence that it grew from."""
    found: dict[str, Quote] = {}
    for candidate in _others(quote, candidates):
        if candidate.passage.document not in found and (there := _same_in(quote, candidate)):
            found[candidate.passage.document] = there
    if quote.best and (quote.best.start, quote.best.end) != (quote.start, quote.end):
        sentence = Quote(quote.passage, quote.best.start, quote.best.end, 0.0)
        found |= {there.passage.document: there for there in _elsewhere(sentence, candidates)} | found
    return list(found.values())


def _same_in(quote: Quote, candidate: Candidate) -> Quote | None:
    """A sentence of the candidate, or several in a row, that say what the quote says."""
    passage, spans = candidate.passage, [s.span for s in candidate.sentences]
    for first, begin in enumerate(spans):
        for last in spans[first:]:
            there = Quote(passage, begin.start, last.end, 0.0)
            if len(there.text) > _LONGER * len(quote.text):
                break
            if same(quote.text, there.text):
                return there
    return None


def _others(quote: Quote, candidates: Sequence[Candidate]) -> list[Candidate]:
    here = quote.passage
    return [c for c in candidates if c.passage.document != here.document and c.passage.language == here.language]


def _holding(quotes: Sequence[Quote], sentence: Quote) -> int | None:
    """Which of the quotes the sentence stands in, or says the same as."""
    for at, quote in enumerate(quotes):
        same_document = quote.passage.document == sentence.passage.document
        if same_document and quote.start <= sentence.start and sentence.end <= quote.end:
            return at
    for at, quote in enumerate(quotes):
        if same(quote.text, sentence.text):
            return at
    return None
