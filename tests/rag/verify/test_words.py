"""Words of a statement for which nothing in a source stands, with likenesses made up by hand."""

import numpy as np
import pytest

from index.document import Passage, Span
from rag.verify.comparison import compare
from rag.verify.decision import UNHEARD, Scored, unheard
from rag.verify.nearness import Stretch, WordPairs
from rag.verify.other_words import OTHER_WORD
from rag.verify.source import Source

SOURCE = "The old ferry of the lower harbour was sold to a museum."


def spans(text: str) -> tuple[Span, ...]:
    found, at = [], 0
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        found.append(Span(start, at))
    return tuple(found)


def pairs(statement: str, other: float) -> WordPairs:
    """Equal words are alike by 1, all others by `other`."""
    cosines = [[1.0 if a == b else other for b in SOURCE.split()] for a in statement.split()]
    return WordPairs(np.array(cosines, np.float32), spans(statement), spans(SOURCE))


@pytest.mark.parametrize(
    ("statement", "differ"),
    [
        (SOURCE, []),
        (SOURCE.replace("museum", "baker"), [("baker.", "museum.")]),
        (SOURCE.replace("lower harbour", "village"), [("village", "lower")]),  # one word for two
        (SOURCE.replace("sold to a museum", "given by the owner away"), []),  # too much for a word in another's place
        (SOURCE.replace("The old", "An old"), []),  # a little word
        (SOURCE.replace("ferry", "ferries"), []),  # the same stem
    ],
)
def test_a_word_in_the_place_of_another(statement: str, differ: list[tuple[str, str]]) -> None:
    for other, expected in ((OTHER_WORD - 0.01, differ), (OTHER_WORD, [])):
        source = Source(SOURCE, 40, "en", "", pairs(statement, other))
        found = compare(statement, "en", [source]).mismatches
        assert [(m.stated, m.found) for m in found] == expected
        for mismatch in found:
            assert statement[mismatch.stated_start : mismatch.stated_end] == mismatch.stated
            assert SOURCE[mismatch.found_start - 40 : mismatch.found_end - 40] == mismatch.found
    source = Source(SOURCE, 40, "en", "", pairs(statement, 0.0))
    assert compare(statement, "fr", [source]).mismatches == ()


@pytest.mark.parametrize(
    ("heard", "language", "word"),
    [
        ([0.9, 0.9, UNHEARD, 0.9], "en", None),
        ([0.9, 0.9, UNHEARD - 0.01, 0.9], "en", "forged"),
        ([0.9, 0.9, UNHEARD - 0.01, 0.9], "fr", None),  # other languages have no such limit
        ([0.9, 0.1, 0.9, 0.9], "en", None),  # a little word
        ([0.9, 0.9, 0.4, 0.3], "en", "today"),
    ],
)
def test_a_word_that_nothing_stands_for(heard: list[float], language: str, word: str | None) -> None:
    statement = "Catalogue was forged today"
    passage = Passage(0, "a.txt", "", "en", 0, len(SOURCE), SOURCE)
    words = WordPairs(np.zeros((4, len(SOURCE.split())), np.float32), spans(statement), spans(SOURCE))
    stretch = Stretch(passage, 0, len(SOURCE), 0.9, heard=np.array(heard, np.float32), pairs=words)
    found = unheard(statement, language, Scored(0.9, (stretch,)))
    assert (found.stated if found else None) == word
    assert found is None or statement[found.stated_start : found.stated_end] == word
    better = Stretch(passage, 0, len(SOURCE), 0.9, heard=np.ones(4, np.float32), pairs=words)
    assert unheard(statement, language, Scored(0.9, (stretch, better))) is None
