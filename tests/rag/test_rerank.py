"""A reranker orders the best passages, and nothing else; what it says is checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.document import Passage, Span
from index.errors import ModelError
from rag.assistant import Assistant
from rag.rerank import RERANKED, WEIGHT, rerank
from rag.retrieve import Candidate, RankedSentence
from tests.index.fake_encoder import LetterEncoder
from tests.rag.desk import build

QUESTION = "Who has the key of the lamp?"


@dataclass
class WordReranker:
    """Sure of every text that holds a word, and sure against every other; keeps what it was asked."""

    word: str
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append((question, tuple(texts)))
        return np.array([self.word in text for text in texts], np.float32)


@dataclass
class SayingReranker:
    """Says what it is told to say of so many texts."""

    said: Callable[[int], object]

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array(self.said(len(texts)), np.float32)


def candidates(count: int, title: str = "") -> list[Candidate]:
    """Candidates of falling scores, 1.0 at first; the text of each is its number."""
    return [
        Candidate(
            Passage(n, "a.txt", title, "en", 0, 3, f"n{n}."), 1 - n / 100, 0.5, 0.0, (RankedSentence(Span(0, 3), 0.5),)
        )
        for n in range(count)
    ]


def order(found: Sequence[Candidate]) -> list[int]:
    return [c.passage.number for c in found]


def test_a_sure_passage_comes_first_and_the_others_keep_their_order() -> None:
    found = rerank("?", candidates(5), WordReranker("n3."))
    assert order(found) == [3, 0, 1, 2, 4]
    assert found[0].score == pytest.approx(0.97 + WEIGHT)
    assert found[1:4] == candidates(3)


def test_only_the_best_are_looked_at_and_they_stay_before_all_others() -> None:
    reranker = WordReranker(f"n{RERANKED}.")
    given = candidates(RERANKED + 3)
    assert rerank("?", given, reranker) == given
    ((_, texts),) = reranker.asked
    assert texts == tuple(f"n{n}." for n in range(RERANKED))


def test_a_passage_is_read_below_its_title() -> None:
    reranker = WordReranker("x")
    rerank("Why?", candidates(1, "The roof"), reranker)
    assert reranker.asked == [("Why?", ("The roof\nn0.",))]


def test_nothing_is_asked_of_nothing() -> None:
    reranker = WordReranker("x")
    assert rerank("?", [], reranker) == []
    assert reranker.asked == []


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (lambda n: [np.nan] * n, "a passage nan, which is no probability"),
        (lambda n: [np.inf] * n, "a passage inf, which"),
        (lambda n: [0.5] * (n - 1) + [1.5], r"a passage 1\.5, which"),
        (lambda n: [0.5] * (n - 1) + [-0.5], r"a passage -0\.5, which"),
        (lambda n: [0.5] * (n - 1), r"shape \(2,\) for 3 passages"),
        (lambda n: [0.5] * (n + 1), r"shape \(4,\) for 3 passages"),
        (lambda n: [[0.5, 0.5]] * n, r"shape \(3, 2\) for 3 passages"),
        (lambda n: 0.5, r"shape \(\) for 3 passages"),
    ],
)
def test_what_is_no_probability_for_each_is_refused(said: Callable[[int], object], message: str) -> None:
    with pytest.raises(ModelError, match=message) as refused:
        rerank("?", candidates(3), SayingReranker(said))
    assert "\n" not in str(refused.value)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("rerank"))


def test_passages_and_quotes_follow_the_reranker(index: Path) -> None:
    plain = Assistant(index, LetterEncoder(), 0.0).ask(QUESTION)
    answer = Assistant(index, LetterEncoder(), 0.0, reranker=WordReranker("clock")).ask(QUESTION)
    assert "clock" not in plain.passages[0].text
    assert "clock" in answer.passages[0].text
    assert {p.text for p in answer.passages} == {p.text for p in plain.passages}
    assert all(np.isfinite(p.score) for p in answer.passages)
    assert all(a.score >= b.score for a, b in pairwise(answer.passages))
    assert plain.citations[0].quote != answer.citations[0].quote
    assert answer.citations[0].document in {p.document for p in answer.passages if "clock" in p.text}


def test_a_search_takes_its_few_from_all_that_were_looked_at(index: Path) -> None:
    asking = Assistant(index, LetterEncoder(), reranker=WordReranker("ampoule"))
    assert Assistant(index, LetterEncoder()).search(QUESTION, k=1)[0].document != "fr/lampe.txt"
    (found,) = asking.search(QUESTION, k=1)
    assert found.document == "fr/lampe.txt"


@pytest.mark.parametrize("word", ["clock", "", "nowhere"])
@pytest.mark.parametrize("question", [QUESTION, "Où est la clef ?", "xyzzy", "😀"])
@pytest.mark.parametrize("k", [1, 10, 30])
def test_the_confidence_is_that_of_retrieval(many: Path, question: str, word: str, k: int) -> None:
    plain = Assistant(many, LetterEncoder()).ask(question, k=k)
    reranker = WordReranker(word)
    answer = Assistant(many, LetterEncoder(), reranker=reranker).ask(question, k=k)
    assert (answer.confidence, answer.abstained) == (plain.confidence, plain.abstained)
    assert len(answer.passages) == len(plain.passages)
    assert len(reranker.asked[0][1]) == RERANKED


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More documents than an answer lists, so that the reranker brings in some that retrieval alone would not list."""
    texts = {f"{n:02}.txt": f"The lamp {chr(97 + n) * 5} number {n} has a key. " * 2 for n in range(24)}
    return build(tmp_path_factory.mktemp("many"), {**texts, "clock.txt": "Zigzag fuzzy jumps by the clock."})


def test_what_retrieval_would_not_list_lends_no_confidence(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = candidates(RERANKED)
    given[15] = replace(given[15], sentences=(RankedSentence(Span(0, 3), 0.99),))
    monkeypatch.setattr("rag.assistant.retrieve", lambda view, question, k: given[:k])
    plain = Assistant(index, LetterEncoder(), 1.0).ask(QUESTION)
    answer = Assistant(index, LetterEncoder(), 1.0, reranker=WordReranker("n15.")).ask(QUESTION)
    assert answer.passages[0].text == "n15."
    assert answer.confidence == plain.confidence


def test_another_confidence_keeps_the_reranker(index: Path) -> None:
    asking = Assistant(index, LetterEncoder(), reranker=WordReranker("clock")).with_confidence(0.0)
    assert "clock" in asking.ask(QUESTION).passages[0].text


def test_an_empty_index_needs_no_reranker(tmp_path: Path) -> None:
    reranker = WordReranker("x")
    answer = Assistant(build(tmp_path, {}), LetterEncoder(), reranker=reranker).ask(QUESTION)
    assert (answer.reason, reranker.asked) == ("no_passages", [])
