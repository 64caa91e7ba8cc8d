"""Retrieval finds by meaning and by words, and says what it found it by."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexDamagedError
from index.opened import Index
from rag import retrieve as module
from rag.question import Question, understand
from rag.retrieve import Candidate, retrieve
from tests.index.fake_encoder import LetterEncoder, letters
from tests.rag.desk import TEXTS, build


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(build(tmp_path)) as opened:
        yield opened


def asked(index: Index, text: str) -> Question:
    return understand(text, index, LetterEncoder())


def found(index: Index, text: str, k: int = 10) -> list[Candidate]:
    return retrieve(index, asked(index, text), k)


def test_the_passage_that_speaks_of_it_comes_first(index: Index) -> None:
    for text, document in {
        "Who has the key of the lamp?": "en/lamp.txt",
        "When was the roof mended?": "en/roof.md",
        "À qui demander la clef ?": "fr/lampe.txt",
        "أين المفتاح؟": "ar/مصباح.txt",
    }.items():
        assert found(index, text)[0].passage.document == document, text


def test_all_figures_are_what_they_say(index: Index) -> None:
    question = asked(index, "Where are the stairs?")
    candidates = retrieve(index, question, 10)
    assert [c.score for c in candidates] == sorted((c.score for c in candidates), reverse=True)
    assert len({c.passage.number for c in candidates}) == len(candidates) == index.manifest.passages
    for c in candidates:
        document = index.document(c.passage.document)
        assert document is not None
        assert document.text[c.passage.start : c.passage.end] == c.passage.text
        assert 0 <= c.lexical <= 1
        assert (c.lexical > 0.01) == ("stairs" in c.passage.text)
        places = [s.sentence.start for s in c.sentences]
        assert places == sorted(places)
        for ranked in c.sentences:
            quote = document.text[ranked.sentence.start : ranked.sentence.end]
            own = index.passage_vectors.means.centre(letters(quote)[None, :], [c.passage.language])[0]
            if "*" not in quote:
                assert ranked.cosine == pytest.approx(float(own @ question.vector), abs=2e-3)


def test_k_is_respected(index: Index) -> None:
    every = found(index, "the lamp and the roof", 100)
    assert len(every) == index.manifest.passages
    for k in range(1, len(every) + 1):
        assert [c.passage.number for c in found(index, "the lamp and the roof", k)] == [
            c.passage.number for c in every[:k]
        ]


def test_words_find_what_vectors_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CANDIDATES", 2)
    monkeypatch.setattr(module, "LEXICAL_WEIGHT", 9.0)
    texts = {f"{n}.txt": "Tea at the seat, a sheet at the east. " + "est tea eat " * n for n in range(6)}
    with Index.open(build(tmp_path, {**texts, "rare.txt": "Bjkqz " + "grumpy wombat mumbo jumbo " * 3})) as index:
        question = asked(index, "tea eats the east sheets, Bjkqz?")
        nearest, _ = index.passage_vectors.search(question.vector, 2)
        documents = [p.document for p in index.passages(nearest.tolist())]
        assert "rare.txt" not in documents
        assert retrieve(index, question, 1)[0].passage.document == "rare.txt"


def test_a_question_without_words_is_answered_by_vectors_alone(index: Index) -> None:
    for text in ("😀", "?!", "\x00"):
        candidates = found(index, text, 3)
        assert len(candidates) == 3
        assert all(c.lexical == 0 and np.isfinite(c.score) for c in candidates)


def test_an_empty_index_has_nothing(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    with Index.open(build(tmp_path, {})) as index:
        assert found(index, "Where is the lamp?") == []
    assert not recwarn.list


def test_many_passages_may_be_wanted(index: Index) -> None:
    assert len(found(index, "lamp", 1_000_000)) == index.manifest.passages


def test_a_store_that_cannot_be_read_is_damage(tmp_path: Path) -> None:
    with Index.open(build(tmp_path, TEXTS)) as index:
        path = index.folder / "passages.sqlite"
        path.write_bytes(b"x" * path.stat().st_size)
        with pytest.raises(IndexDamagedError, match=r"passages\.sqlite cannot be read.*sync --rebuild"):
            asked(index, "Where is the lamp?")
