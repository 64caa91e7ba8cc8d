"""What a model writes, sentence by sentence, as soon as each is complete."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.document import Extract, Span
from index.sentences import split
from rag.compose.markers import Unmarked, settled, unmarked

_UNCUT = 1_000_000  # characters of a sentence: a model's are checked whole or not at all
_BEGUN = 4  # characters of the next sentence from which the splitter can tell that it is one


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a model wrote it, without its markers, and the numbers of those."""

    text: str
    numbers: tuple[int, ...]


class Sentences:
    """Takes pieces of a text and gives back its sentences, each once, in order."""

    def __init__(self, language: str) -> None:
        """`language` is ISO 639-1, or "und"."""
        self._language = language
        self._text = ""
        self._from = 0  # of the text without markers, where the next sentence begins

    def add(self, piece: str) -> Iterator[Written]:
        """The sentences that `piece` completes."""
        self._text += piece
        found = unmarked(settled(self._text))
        spans = self._spans(found.text)
        if spans and len(spans[-1].of(found.text)) < _BEGUN:
            spans.pop()
        for sentence, following in pairwise(spans):
            yield self._written(found, sentence, following.start)

    def rest(self) -> Iterator[Written]:
        """The sentences that are left when nothing more comes."""
        found = unmarked(self._text)
        end = Span(len(found.text), len(found.text))
        for sentence, following in pairwise([*self._spans(found.text), end]):
            yield self._written(found, sentence, following.start)

    def _spans(self, text: str) -> list[Span]:
        """The sentences from where the last one given ended: what comes later takes no sentence back."""
        left = text[self._from :]
        breaks = tuple(at for at, sign in enumerate(left) if sign in "\n\r")
        spans = split(Extract(left, breaks=breaks), self._language, _UNCUT)
        return [Span(self._from + span.start, self._from + span.end) for span in spans]

    def _written(self, found: Unmarked, sentence: Span, end: int) -> Written:
        """The sentence with the markers in it and those after it, up to `end`, where the next one begins."""
        after = self._from if self._from else -1
        numbers = dict.fromkeys(number for place, number in found.markers if after < place <= end)
        self._from = end
        return Written(sentence.of(found.text), tuple(numbers))
