"""BM25 is what the formula says, and a question is data whatever it holds."""

import math
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import lexical
from index.lexical import LexicalMatch, QuestionTerm

WORDS = st.sampled_from(["lamp", "roof", "key", "stair", "bulb"])
PASSAGE = st.tuples(st.lists(WORDS, max_size=2), st.lists(WORDS, min_size=1, max_size=9))


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    connection = table(
        ("The lamp", "The lamp needs a new bulb. Ask Hannah for the key."),
        ("", "The roof leaks above the stairs, near the lamp."),
        ("", "Nobody may keep the key of the roof and not say so."),
    )
    yield connection
    connection.close()


def table(*passages: tuple[str, str], language: str = "en") -> sqlite3.Connection:
    """Passages numbered from 1, each a heading and a text."""
    connection = sqlite3.connect(":memory:")
    lexical.create(connection)
    lexical.add(connection, ((n, language, heading, text) for n, (heading, text) in enumerate(passages, 1)))
    return connection


def ask(connection: sqlite3.Connection, question: str, language: str = "en", k: int = 10) -> list[LexicalMatch]:
    (count,) = connection.execute("SELECT count(*) FROM lexical").fetchone()
    return lexical.search(connection, lexical.question_terms(connection, question, language, count), k)


def slow_bm25(passages: list[list[str]], wanted: set[str], k1: float = 1.2, b: float = 0.75) -> list[float]:
    """Every passage's BM25, term by term; a term in half of the passages or more counts for next to nothing."""
    average = sum(map(len, passages)) / len(passages)
    scores = []
    for passage in passages:
        score = 0.0
        for term in wanted:
            holding = sum(term in other for other in passages)
            weight = max(math.log((len(passages) - holding + 0.5) / (holding + 0.5)), 1e-6)
            often = passage.count(term)
            score += weight * often * (k1 + 1) / (often + k1 * (1 - b + b * len(passage) / average))
        scores.append(score)
    return scores


@settings(max_examples=150, deadline=None)
@given(st.lists(PASSAGE, min_size=1, max_size=12), st.lists(WORDS, min_size=1, max_size=4), st.integers(1, 12))
def test_scores_are_those_of_the_formula(
    passages: list[tuple[list[str], list[str]]], question: list[str], k: int
) -> None:
    connection = table(*((" ".join(heading), " ".join(body)) for heading, body in passages))
    expected = slow_bm25([heading + body for heading, body in passages], set(question))
    wanted = lexical.question_terms(connection, " ".join(question), "en", len(passages))
    assert [q.word for q in wanted] == list(dict.fromkeys(question))
    found = lexical.search(connection, wanted, k)
    matching = sorted((score for score in expected if score), reverse=True)
    assert [m.score for m in found] == pytest.approx(matching[:k])
    assert [m.score for m in found] == pytest.approx([expected[m.passage - 1] for m in found])
    some = list(range(1, len(passages) + 1, 2))
    assert lexical.scores(connection, wanted, some) == pytest.approx(
        {n: expected[n - 1] for n in some if expected[n - 1]}
    )
    connection.close()


def test_rarer_words_weigh_more(db: sqlite3.Connection) -> None:
    weights = {q.word: q.weight for q in lexical.question_terms(db, "lamp bulb unheard", "en", 3)}
    assert weights == pytest.approx(
        {"lamp": math.log(1 + 1.5 / 2.5), "bulb": math.log(1 + 2.5 / 1.5), "unheard": math.log(8)}
    )
    assert list(weights) == ["lamp", "bulb", "unheard"]


def test_a_word_is_looked_up_once_in_whatever_form(db: sqlite3.Connection) -> None:
    wanted = lexical.question_terms(db, "Lamps? LAMP! lamp", "en", 3)
    assert [(q.word, q.terms) for q in wanted] == [("lamps", ("lamp",))]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("roof AND stairs", {2, 3}),  # words that were found, and the rows of "and": a word like another
        ("bulb NOT", {1, 3}),
        ("NEAR(lamp stairs, 5)", {1, 2}),
        ("lamp*", {1, 2}),
        ("bul*", set()),
        ("heading: bulb", {1}),
        ("body : bulb", {1}),
        ("^lamp", {1, 2}),
        ('"lamp', {1, 2}),
        ('bulb" OR "roof', {1, 2, 3}),
        ('"', set()),
        ("'; DROP TABLE lexical; --", set()),
        ("{heading body} : (bulb)", {1}),
        ("lamp\x00bulb", {1, 2}),
        ("-lamp + roof", {1, 2, 3}),
        ("😀😀", set()),
        ("", set()),
        ("\ud800", set()),
    ],
)
def test_a_question_is_data(db: sqlite3.Connection, question: str, found: set[int]) -> None:
    assert {m.passage for m in ask(db, question)} == found
    assert db.execute("SELECT count(*) FROM lexical").fetchone() == (3,)


def test_no_term_is_an_operator(db: sqlite3.Connection) -> None:
    for operator in ("AND", "OR", "NOT", "NEAR"):
        found = lexical.search(db, [QuestionTerm("lamp", ("lamp", operator), 1.0)], 10)
        assert {m.passage for m in found} >= {1, 2}


def test_no_word_no_match(db: sqlite3.Connection) -> None:
    assert lexical.search(db, [], 10) == []
    assert lexical.scores(db, [], [1, 2]) == {}
    assert lexical.scores(db, [QuestionTerm("lamp", ("lamp",), 1.0)], []) == {}
    assert ask(table(), "lamp") == []


def test_any_of_a_words_terms_matches(db: sqlite3.Connection) -> None:
    found = lexical.search(db, [QuestionTerm("light", ("bulb", "stair"), 1.0)], 10)
    assert {m.passage for m in found} == {1, 2}


def test_common_words_of_a_large_index_are_left_out() -> None:
    many = 3 * lexical._FEW
    connection = table(*(("", "the lamp" if n % 9 else "the roof") for n in range(many)))
    assert [q.word for q in lexical.question_terms(connection, "the lamp roof", "en", many)] == ["roof"]
    assert ask(connection, "The lamp, the lamp!") == []
    assert len(ask(connection, "the roof", k=many)) == len(range(0, many, 9))
    connection.close()


def test_what_is_removed_is_not_found(db: sqlite3.Connection) -> None:
    before = {m.passage: m.score for m in ask(db, "key")}
    lexical.remove(db, [1])
    assert {m.passage for m in ask(db, "lamp bulb")} == {2}
    assert lexical.question_terms(db, "bulb", "en", 2)[0].weight == pytest.approx(math.log(1 + 2.5 / 0.5))
    assert db.execute("SELECT count(*) FROM lexical_terms WHERE term = 'bulb'").fetchone() == (0,)
    assert {m.passage for m in ask(db, "key")} == {3}
    assert before.keys() == {1, 3}


def test_a_number_of_many_passages_is_no_limit(db: sqlite3.Connection) -> None:
    wanted = lexical.question_terms(db, "bulb", "en", 3)
    assert lexical.scores(db, wanted, range(1, 400_000)).keys() == {1}


def test_languages_are_analysed_by_their_own_rules() -> None:
    connection = table(("", "خُصِّصَت المدرسة سنة ٢٠٢٤"), language="ar")
    lexical.add(connection, [(2, "zh", "", "中华人民共和国"), (3, "fr", "", "Les élèves de l'été")])
    assert [m.passage for m in ask(connection, "2024", "en")] == [1]
    assert [m.passage for m in ask(connection, "مدرسه", "ar")] == [1]
    assert [m.passage for m in ask(connection, "人民", "zh")] == [2]
    assert [m.passage for m in ask(connection, "eleve", "fr")] == [3]
    connection.close()
