"""Quotes are sentences as they stand, best first, each once."""

import math
from itertools import pairwise

import numpy as np
import pytest

from index.document import Passage, Span
from index.lexical import QuestionTerm
from rag.question import Question
from rag.quote import LONGEST, MOST, PRICE, TEMPERATURE, Quote, choose_quotes, coverage
from rag.retrieve import Candidate, RankedSentence

NO_WORDS = np.zeros((0, 1), np.float32)
NO_WEIGHTS = np.zeros(0, np.float32)
QUESTION = Question(
    "lamp?", "en", np.ones(1, np.float32), (QuestionTerm("lamp", ("lamp",), 1.0),), NO_WORDS, NO_WEIGHTS
)
OFFSET = 100  # where every passage begins in its document


def candidate(number: int, *sentences: tuple[str, float], gap: str = " ", language: str = "fr") -> Candidate:
    """A passage of these sentences with their cosines; not of the question's language unless told so."""
    text = gap.join(sentence for sentence, _ in sentences)
    ranked, at = [], 0
    for sentence, cosine in sentences:
        start = OFFSET + text.index(sentence, at)
        at = start - OFFSET + len(sentence)
        ranked.append(RankedSentence(Span(start, start + len(sentence)), cosine))
    passage = Passage(number, f"{number}.txt", "", language, OFFSET, OFFSET + len(text), text)
    return Candidate(passage, 1.0, 0.5, 0.0, tuple(ranked))


def texts(*candidates: Candidate) -> list[str]:
    return [quote.text for quote in choose_quotes(QUESTION, candidates)]


def test_the_best_sentences_come_first() -> None:
    one, two = candidate(1, ("A.", 0.50), ("B.", 0.10), ("C.", 0.48)), candidate(2, ("D.", 0.52))
    quotes = choose_quotes(QUESTION, [one, two])
    assert [q.text for q in quotes] == ["D.", "A.", "C."]
    assert [q.score for q in quotes] == sorted((q.score for q in quotes), reverse=True)
    assert [(q.start, q.end) for q in quotes] == [(100, 102), (100, 102), (106, 108)]


def test_no_candidates_no_quotes() -> None:
    assert choose_quotes(QUESTION, []) == []


def test_no_more_than_the_most() -> None:
    found = texts(*(candidate(n, (f"Sentence {n}.", 0.5)) for n in range(9)))
    assert len(found) == MOST


def test_a_sentence_that_is_said_twice_is_quoted_once() -> None:
    found = texts(candidate(1, ("The  LAMP.", 0.50)), candidate(2, ("The lamp.", 0.49)), candidate(3, ("A key.", 0.48)))
    assert found == ["The  LAMP.", "A key."]


def test_neighbours_are_one_quote() -> None:
    (quote,) = choose_quotes(QUESTION, [candidate(1, ("B.", 0.49), ("A.", 0.50), ("C.", 0.48), gap="  ")])
    assert (quote.text, quote.start, quote.end) == ("B.  A.  C.", 100, 110)


def test_paragraphs_are_not_joined() -> None:
    assert texts(candidate(1, ("A.", 0.50), ("B.", 0.49), gap="\n")) == ["A.", "B."]


def test_noise_between_two_sentences_is_not_quoted() -> None:
    assert texts(candidate(1, ("A.", 0.50), ("B.", 0.49), gap=" <hr> ")) == ["A.", "B."]


def test_joined_quotes_stay_short() -> None:
    long = "x" * (LONGEST - 10) + "."
    assert texts(candidate(1, (long, 0.50), ("A short one after it.", 0.49))) == [long, "A short one after it."]


def test_only_the_first_quote_takes_in_its_neighbours() -> None:
    two = candidate(1, ("B.", 0.50), ("C.", 0.49))
    assert texts(two) == ["B. C."]
    assert texts(candidate(2, ("First.", 0.6)), two) == ["First.", "B.", "C."]


def test_the_better_neighbour_joins_first() -> None:
    length = LONGEST // 3 + 10
    before, best, after = ("a" * length + ".", 0.48), ("b" * length + ".", 0.50), ("c" * length + ".", 0.49)
    assert texts(candidate(1, before, best, after))[0] == f"{best[0]} {after[0]}"


def test_a_neighbour_joins_where_its_share_pays_for_its_length() -> None:
    below = 3 * TEMPERATURE
    share = math.exp(-3) / (1 + math.exp(-3))
    for length, quoted in ((int(share / PRICE) - 1, 1), (int(share / PRICE) + 2, 2)):
        assert len(texts(candidate(1, ("A.", 0.5), ("b" * (length - 1) + ".", 0.5 - below)))) == quoted


def test_a_sentence_as_long_as_it_is_may_be_quoted() -> None:
    long = "x" * 3 * LONGEST + "."
    assert texts(candidate(1, (long, 0.50))) == [long]


def test_quotes_do_not_overlap() -> None:
    cosines = np.random.default_rng(0).uniform(0.4, 0.6, (50, 8))
    for row in cosines:
        quotes = choose_quotes(QUESTION, [candidate(1, *((f"Sentence {n}.", float(c)) for n, c in enumerate(row)))])
        ordered = sorted(quotes, key=lambda q: q.start)
        assert all(a.end <= b.start for a, b in pairwise(ordered))
        assert all(q.text == q.passage.text[q.start - OFFSET : q.end - OFFSET] for q in quotes)


def test_words_of_the_question_help_in_its_own_language() -> None:
    sentences = (("Nothing of it.", 0.50), ("The lamp is here.", 0.49))
    assert texts(candidate(1, *sentences, gap="\n", language="en"))[0] == "The lamp is here."
    assert texts(candidate(1, *sentences, gap="\n", language="fr"))[0] == "Nothing of it."


@pytest.mark.parametrize(
    ("text", "share"), [("", 0.0), ("A lamp, two lamps", 0.25), ("Bulbs", 0.75), ("LAMP bulb", 1.0), ("roof", 0.0)]
)
def test_coverage(text: str, share: float) -> None:
    terms = (QuestionTerm("lamp", ("lamp",), 1.0), QuestionTerm("bulbs", ("bulb",), 3.0))
    assert coverage(Question("", "en", np.ones(1, np.float32), terms, NO_WORDS, NO_WEIGHTS), text) == share
    assert coverage(Question("", "en", np.ones(1, np.float32), (), NO_WORDS, NO_WEIGHTS), text) == 0


def test_a_quote_is_a_slice() -> None:
    assert Quote(candidate(1, ("A 😀 b.", 0.1)).passage, 102, 103, 0.0).text == "😀"


def test_what_a_joined_quote_says_already_is_not_quoted_again() -> None:
    one = candidate(1, ("The lamp burns.", 0.50), ("It is old.", 0.49))
    assert texts(one, candidate(2, ("It  is old.", 0.48))) == ["The lamp burns. It is old."]


@pytest.mark.parametrize(
    ("first", "gap", "second", "quoted"),
    [
        ("Opening hours", "\n\n", "Open from nine to five.", ["Open from nine to five."]),
        ("## ثالثًا: الاستقبال"[3:], "\n", "تُستقبل القادمة بوجبة ساخنة.", ["تُستقبل القادمة بوجبة ساخنة."]),
        ("It is closed.", "\n\n", "Open from nine to five.", ["It is closed.", "Open from nine to five."]),
        ("Call 112 now", " ", "Open from nine to five.", ["Call 112 now Open from nine to five."]),
        ("Warden: Mrs Lamp", "\n", "Porter: Mr Key, weekdays", ["Warden: Mrs Lamp", "Porter: Mr Key, weekdays"]),
        ("The whole list of all our rooms", "\n", "Six rooms.", ["The whole list of all our rooms", "Six rooms."]),
    ],
)
def test_headings_are_not_quoted(first: str, gap: str, second: str, quoted: list[str]) -> None:
    assert texts(candidate(1, (first, 0.50), (second, 0.49), gap=gap)) == quoted


def test_a_heading_alone_is_all_there_is() -> None:
    assert texts(candidate(1, ("Opening hours", 0.5))) == ["Opening hours"]


def test_questions_of_a_document_are_not_quoted() -> None:
    asked, answered = ("Who may join?", 0.6), ("Anyone over twenty.", 0.5)
    assert texts(candidate(1, asked, answered, gap="\n")) == ["Anyone over twenty."]
    assert texts(candidate(1, answered, ("Where is the lamp؟", 0.6), gap="\n\n")) == ["Anyone over twenty."]
    assert texts(candidate(1, asked, answered)) == ["Who may join? Anyone over twenty."]  # within a paragraph
