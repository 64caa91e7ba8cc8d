"""Sentences to passages: stretches of whole sentences, measured in the encoder's own tokens."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.document import Extract, Span
from index.encoder import PassageInput

SPLITTER = "whole-sentences/1"
TARGET_TOKENS = 192  # chosen on eval sets, docs/log.md
_JOINS, _CUTS = 0.1, 0.5  # costs of joining paragraphs and of ending inside one, in squared deviations from the target
_HEADING_CHARACTERS = 200  # of a heading that is embedded with each passage
_SPECIAL_TOKENS = 8  # begin, end, and where the parts meet
# Emphasis, zero-width and direction marks stand inside words; tags stand between them.
_INVISIBLE = re.compile(r"[^\w|]+")

CountTokens = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True)
class PassageDraft:
    """A passage before it has a number: where it lies, its sentences, and what is embedded of it."""

    span: Span
    sentences: tuple[Span, ...]
    input: PassageInput


def split_passages(
    extract: Extract, sentences: Sequence[Span], count_tokens: CountTokens, max_tokens: int, target: int = TARGET_TOKENS
) -> list[PassageDraft]:
    """Group `sentences` (sorted, disjoint) into passages of about `target` tokens.

    Nothing that is embedded exceeds `max_tokens`, heading and special tokens included; a sentence that would is cut.
    """
    heading = _short_heading(extract, count_tokens, max_tokens // 3)
    room = max_tokens - _SPECIAL_TOKENS - (count_tokens([heading])[0] if heading else 0)
    measured = list(_measure(extract, sentences, count_tokens, room))
    return [
        PassageDraft(Span(group[0].start, group[-1].end), group, PassageInput(heading, _prose(extract, group)))
        for group in _group(extract, measured, min(target, room), min(2 * target, room))
    ]


def clean(extract: Extract, span: Span) -> str:
    """The prose of a span: its text without noise, white space folded."""
    parts, at = [], span.start
    for i in range(bisect_right(extract.noise, span.start, key=lambda n: n.end), len(extract.noise)):
        noise = extract.noise[i]
        if noise.start >= span.end:
            break
        parts += [extract.text[at : noise.start], "" if _INVISIBLE.fullmatch(noise.of(extract.text)) else " "]
        at = noise.end
    return tidy("".join([*parts, extract.text[at : span.end]]))


def tidy(text: str) -> str:
    """White space folded to single spaces, none at the ends."""
    return " ".join(text.split())


def _short_heading(extract: Extract, count_tokens: CountTokens, room: int) -> str:
    """The beginning of the heading, no longer than `room` tokens, so that the text itself has the most of a passage."""
    heading = tidy(extract.heading or "")[:_HEADING_CHARACTERS]
    while heading and count_tokens([heading])[0] > room:
        heading = heading[: len(heading) // 2].rstrip()
    return heading


def _prose(extract: Extract, spans: Sequence[Span]) -> tuple[str, ...]:
    return tuple(clean(extract, span) for span in spans)


def _measure(
    extract: Extract, sentences: Sequence[Span], count_tokens: CountTokens, room: int
) -> Iterator[tuple[Span, int]]:
    """Each sentence with its length in tokens, halved until it fits into `room`."""
    counts = count_tokens(_prose(extract, sentences))
    for sentence, count in zip(sentences, counts, strict=True):
        if count <= room or sentence.end - sentence.start < 2:
            yield sentence, min(count, room)
        else:
            middle = (sentence.start + sentence.end) // 2
            halves = [Span(sentence.start, middle), Span(middle, sentence.end)]
            yield from _measure(extract, halves, count_tokens, room)


def _group(
    extract: Extract, measured: Sequence[tuple[Span, int]], target: int, room: int
) -> Iterator[tuple[Span, ...]]:
    """Consecutive sentences in groups of about `target` tokens, never over `room`, that end where paragraphs do.

    The cheapest way of cutting, by dynamic programming over the sentence before which the last cut falls.
    """
    ends_paragraph = _paragraph_ends(extract.text, [sentence for sentence, _ in measured])
    cheapest: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(measured) + 1):
        choices = []
        length = joined = 0
        for start in range(end - 1, -1, -1):
            length += measured[start][1]
            if length > room and start < end - 1:
                break
            joined += start < end - 1 and ends_paragraph[start]
            choices.append((cheapest[start][0] + _cost(length / target, joined, ends_paragraph[end - 1]), start))
        cheapest.append(min(choices))
    yield from reversed([tuple(s for s, _ in measured[a:b]) for a, b in _cuts(cheapest)])


def _cost(size: float, joined: int, ends_paragraph: bool) -> float:
    """What a passage of `size` targets costs that joins so many paragraphs to the first and may end inside one."""
    return (size - 1) ** 2 + _JOINS * joined + (0 if ends_paragraph else _CUTS)


def _cuts(cheapest: Sequence[tuple[float, int]]) -> Iterator[tuple[int, int]]:
    end = len(cheapest) - 1
    while end > 0:
        start = cheapest[end][1]
        yield start, end
        end = start


def _paragraph_ends(text: str, sentences: Sequence[Span]) -> list[bool]:
    """Whether a line ends between each sentence and the next; true of the last."""
    gaps = (text[a.end : b.start] for a, b in pairwise(sentences))
    return [*("\n" in gap or "\r" in gap for gap in gaps), True]
