"""BM25 is what the formula says among the passages that may be seen, and a question is data whatever it holds."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import analysis, lexical
from index.lexical import Part, QuestionTerm
from index.postings import Postings

WORDS = st.sampled_from(["lamp", "roof", "key", "stair", "bulb"])
# A passage, and whether it may be seen.
PASSAGES = st.lists(st.tuples(st.lists(WORDS, max_size=9), st.booleans()), max_size=8)
LAMPS = [
    "The lamp The lamp needs a new bulb. Ask Hannah for the key.",
    "The roof leaks above the stairs, near the lamp.",
    "Nobody may keep the key of the roof and not say so.",
]


def part(*texts: str, language: str = "en", seen: Sequence[bool] | None = None) -> Part:
    built = Postings.build([analysis.terms(text, language) for text in texts])
    return built, None if seen is None else np.array(seen, np.bool_)


def ask(parts: Sequence[Part], question: str, language: str = "en") -> list[set[int]]:
    """For each part the rows that score above 0."""
    found = lexical.bm25(parts, lexical.question_terms(parts, question, language))
    return [set(np.flatnonzero(scores).tolist()) for scores in found]


def slow_weight(passages: list[list[str]], term: str) -> float:
    holding = sum(term in passage for passage in passages)
    return math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))


def slow_bm25(passages: list[list[str]], wanted: set[str], k1: float = 1.2, b: float = 0.75) -> list[float]:
    """Every passage's BM25, term by term."""
    average = sum(map(len, passages)) / max(1, len(passages))
    scores = []
    for passage in passages:
        score = 0.0
        for term in wanted & set(passage):
            often = passage.count(term)
            damping = k1 * (1 - b + b * len(passage) / average)
            score += slow_weight(passages, term) * often * (k1 + 1) / (often + damping)
        scores.append(score)
    return scores


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(PASSAGES, st.booleans()), max_size=3), st.lists(WORDS, min_size=1, max_size=4))
def test_scores_are_those_of_the_formula_over_what_may_be_seen(
    given: list[tuple[list[tuple[list[str], bool]], bool]], question: list[str]
) -> None:
    parts: list[Part] = []
    visible: list[list[str]] = []
    for passages, masked in given:
        built = Postings.build([passage for passage, _ in passages])
        parts.append((built, np.array([seen for _, seen in passages], np.bool_) if masked else None))
        visible.extend(passage for passage, seen in passages if seen or not masked)
    wanted = lexical.question_terms(parts, " ".join(question), "en")
    assert [q.word for q in wanted] == list(dict.fromkeys(question))
    assert [q.weight for q in wanted] == pytest.approx([slow_weight(visible, q.word) for q in wanted])
    expected = iter(slow_bm25(visible, set(question)))
    for (passages, masked), scores in zip(given, lexical.bm25(parts, wanted), strict=True):
        shown = [next(expected) if seen or not masked else 0.0 for _, seen in passages]
        assert scores.dtype == np.float32
        assert scores.tolist() == pytest.approx(shown, rel=1e-5)


@settings(deadline=None)
@given(PASSAGES, PASSAGES, st.lists(WORDS, min_size=1, max_size=4))
def test_what_is_hidden_shows_in_no_figure(
    passages: list[tuple[list[str], bool]], other: list[tuple[list[str], bool]], question: list[str]
) -> None:
    """The same to the last bit as if the hidden passages did not exist."""
    parts = [(Postings.build([p for p, _ in x]), np.array([s for _, s in x], np.bool_)) for x in (passages, other)]
    alone = [(Postings.build([p for p, seen in x if seen]), None) for x in (passages, other)]
    text = " ".join(question)
    wanted = lexical.question_terms(parts, text, "en")
    assert wanted == lexical.question_terms(alone, text, "en")
    for (_, seen), scores, without in zip(parts, lexical.bm25(parts, wanted), lexical.bm25(alone, wanted), strict=True):
        assert scores[seen].tolist() == without.tolist()
        assert not scores[~seen].any()


def test_a_passage_scores_alike_in_whatever_part_it_stands(tmp_path: Path) -> None:
    together = [part(*LAMPS)]
    apart = [part(*LAMPS[:1]), part(), part(*LAMPS[1:])]
    saved, _ = apart[2]
    saved.save(tmp_path)
    apart[2] = (Postings.load(tmp_path), None)
    question = "a new lamp for the roof stairs"
    wanted = lexical.question_terms(together, question, "en")
    assert lexical.question_terms(apart, question, "en") == wanted
    (expected,) = lexical.bm25(together, wanted)
    assert np.concatenate(lexical.bm25(apart, wanted)).tolist() == expected.tolist()
    assert expected.all()


def test_rarer_words_weigh_more() -> None:
    weights = {q.word: q.weight for q in lexical.question_terms([part(*LAMPS)], "lamp bulb unheard", "en")}
    assert weights == pytest.approx(
        {"lamp": math.log(1 + 1.5 / 2.5), "bulb": math.log(1 + 2.5 / 1.5), "unheard": math.log(8)}
    )
    assert list(weights) == ["lamp", "bulb", "unheard"]


def test_a_word_is_looked_up_once_in_whatever_form() -> None:
    wanted = lexical.question_terms([part(*LAMPS)], "Lamps? LAMP! lamp", "en")
    assert [(q.word, q.terms) for q in wanted] == [("lamps", ("lamp",))]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("roof AND stairs", {1, 2}),  # words that were found, and the rows of "and": a word like another
        ("bulb NOT", {0, 2}),
        ("NEAR(lamp stairs, 5)", {0, 1}),
        ("lamp*", {0, 1}),
        ("bul*", set()),
        ("heading: bulb", {0}),
        ("^lamp", {0, 1}),
        ('bulb" OR "roof', {0, 1, 2}),
        ('"', set()),
        ("'; DROP TABLE lexical; --", set()),
        ("lamp\x00bulb", {0, 1}),
        ("-lamp + roof", {0, 1, 2}),
        ("😀😀", set()),
        ("", set()),
        ("\ud800", set()),
    ],
)
def test_a_question_is_data(question: str, found: set[int]) -> None:
    assert ask([part(*LAMPS)], question) == [found]


@pytest.mark.filterwarnings("error")
def test_nothing_asked_or_nothing_there_scores_nothing() -> None:
    lamp = [QuestionTerm("lamp", ("lamp",), 1.0)]
    assert [s.tolist() for s in lexical.bm25([part(*LAMPS), part()], [])] == [[0, 0, 0], []]
    assert lexical.bm25([], lamp) == []
    assert [s.tolist() for s in lexical.bm25([part()], lamp)] == [[]]
    assert [s.tolist() for s in lexical.bm25([part("", "...")], lamp)] == [[0, 0]]
    assert [s.tolist() for s in lexical.bm25([part(*LAMPS, seen=[False] * 3)], lamp)] == [[0, 0, 0]]
    (nowhere,) = lexical.question_terms([part(*LAMPS, seen=[False] * 3)], "lamp", "en")
    assert (nowhere,) == tuple(lexical.question_terms([], "lamp", "en"))
    assert nowhere.weight == pytest.approx(math.log(2))


def test_a_words_terms_are_one_term_in_several_forms() -> None:
    forms = QuestionTerm("light", ("bulb", "lamp", "candle"), 2.0)
    mixed = part("bulb lamp x", "lamp lamp x", "roof roof x")
    (scores,) = lexical.bm25([mixed], [forms])
    (of_one,) = lexical.bm25([mixed], [QuestionTerm("lamp", ("lamp",), 2.0)])
    assert scores[0] == scores[1] == of_one[1] > of_one[0] > 0 == scores[2]
    (hidden,) = lexical.bm25([(mixed[0], np.array([True, False, True]))], [forms])
    assert hidden[0] > 0 == hidden[1]
    assert lexical.bm25([mixed], [QuestionTerm("light", (), 2.0)])[0].tolist() == [0, 0, 0]


def test_a_score_stays_below_what_its_words_can_give() -> None:
    wanted = [QuestionTerm("lamp", ("lamp",), 1.5), QuestionTerm("light", ("bulb", "key"), 0.5)]
    (scores,) = lexical.bm25([part("lamp bulb key " * 5_000, "x " * 900)], wanted)
    assert 0.97 * 2.2 * 2 < scores[0] < 2.2 * 2


def test_common_words_of_a_large_index_are_left_out() -> None:
    many = 6 * lexical._FEW
    texts = ["the lamp" if n % 5 else "the roof" for n in range(many)]
    parts = [part(*texts[:100]), part(*texts[100:])]
    assert [q.word for q in lexical.question_terms(parts, "the lamp roof", "en")] == ["roof"]
    assert ask(parts, "The lamp, the lamp!") == [set(), set()]
    assert sum(map(len, ask(parts, "the roof"))) == len(range(0, many, 5)) > lexical._FEW


def test_common_among_what_may_be_seen_is_what_counts() -> None:
    many = 3 * lexical._FEW
    built, _ = part(*(["the lamp"] * many + ["the roof"] * many))
    few_lamps = np.arange(2 * many) >= many - 10
    assert [q.word for q in lexical.question_terms([(built, few_lamps)], "lamp roof", "en")] == ["lamp"]
    few_at_all = np.arange(2 * many) < lexical._FEW
    assert [q.word for q in lexical.question_terms([(built, few_at_all)], "the lamp", "en")] == ["the", "lamp"]


def test_languages_are_analysed_by_their_own_rules() -> None:
    parts = [
        part("خُصِّصَت المدرسة سنة ٢٠٢٤", language="ar"),
        part("中华人民共和国", language="zh"),
        part("Les élèves de l'été", language="fr"),
    ]
    assert ask(parts, "2024", "en") == [{0}, set(), set()]
    assert ask(parts, "مدرسه", "ar") == [{0}, set(), set()]
    assert ask(parts, "人民", "zh") == [set(), {0}, set()]
    assert ask(parts, "eleve", "fr") == [set(), set(), {0}]
