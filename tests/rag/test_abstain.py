"""The probability that passages answer rises with the nearest sentence and with the best passage."""

from index.document import Passage, Span
from rag.abstain import SCORE_WEIGHT, evidence, probability
from rag.retrieve import Candidate, RankedSentence


def candidate(score: float, *cosines: float) -> Candidate:
    sentences = tuple(RankedSentence(Span(0, 1), cosine) for cosine in cosines)
    return Candidate(Passage(0, "a.txt", "", "en", 0, 1, "x"), score, 0.0, 0.0, sentences)


def test_evidence_is_the_nearest_sentence_and_a_share_of_the_best_score() -> None:
    assert evidence([candidate(0.5, 0.1, 0.7), candidate(1.0, 0.2)]) == 0.7 + SCORE_WEIGHT


def test_nothing_is_no_evidence() -> None:
    assert evidence([]) == -1
    assert evidence([candidate(0.0)]) == -1


def test_the_probability_rises_with_both() -> None:
    assert 0 < probability([]) < probability([candidate(0.5, 0.3)]) < probability([candidate(0.5, 0.4)])
    assert probability([candidate(0.5, 0.3)]) < probability([candidate(0.9, 0.3)]) < 1
