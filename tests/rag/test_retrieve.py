"""Retrieval finds by meaning and by words, and says what it found it by."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexDamagedError
from index.opened import Index
from index.view import View
from rag import retrieve as module
from rag.question import Question, understand
from rag.retrieve import Candidate, retrieve
from tests.index.fake_encoder import LetterEncoder, letters
from tests.rag.desk import TEXTS, build


@pytest.fixture
def view(tmp_path: Path) -> Iterator[View]:
    with Index.open(build(tmp_path)) as opened:
        yield opened.view()


def asked(view: View, text: str) -> Question:
    return understand(text, view, LetterEncoder())


def found(view: View, text: str, k: int = 10) -> list[Candidate]:
    return retrieve(view, asked(view, text), k)


def test_the_passage_that_speaks_of_it_comes_first(view: View) -> None:
    for text, document in {
        "Who has the key of the lamp?": "en/lamp.txt",
        "When was the roof mended?": "en/roof.md",
        "À qui demander la clef ?": "fr/lampe.txt",
        "أين المفتاح؟": "ar/مصباح.txt",
    }.items():
        assert found(view, text)[0].passage.document == document, text


def test_all_figures_are_what_they_say(view: View) -> None:
    question = asked(view, "Where are the stairs?")
    candidates = retrieve(view, question, 10)
    assert [c.score for c in candidates] == sorted((c.score for c in candidates), reverse=True)
    assert len({c.passage.number for c in candidates}) == len(candidates) == view.passage_count
    for c in candidates:
        document = view.document(c.passage.document)
        assert document is not None
        assert document.text[c.passage.start : c.passage.end] == c.passage.text
        assert 0 <= c.lexical <= 1
        assert (c.lexical > 0.1) == ("stairs" in c.passage.text)
        places = [s.span.start for s in c.sentences]
        assert places == sorted(places)
        for ranked in c.sentences:
            quote = document.text[ranked.span.start : ranked.span.end]
            own = view.means.centre(letters(quote)[None, :], [c.passage.language])[0]
            if "*" not in quote:
                assert ranked.cosine == pytest.approx(float(own @ question.vector), abs=2e-3)


def test_k_is_respected(view: View) -> None:
    every = found(view, "the lamp and the roof", 100)
    assert len(every) == view.passage_count
    for k in range(1, len(every) + 1):
        assert [c.passage.number for c in found(view, "the lamp and the roof", k)] == [
            c.passage.number for c in every[:k]
        ]


def test_words_find_what_vectors_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CANDIDATES", 2)
    monkeypatch.setattr(module, "LEXICAL_WEIGHT", 9.0)
    texts = {f"{n}.txt": "Tea at the seat, a sheet at the east. " + "est tea eat " * n for n in range(6)}
    with Index.open(build(tmp_path, {**texts, "rare.txt": "Bjkqz " + "grumpy wombat mumbo jumbo " * 3})) as index:
        view = index.view()
        question = asked(view, "tea, Bjkqz?")
        documents = [p.document for p in view.passages(view.nearest(question.vector, 2))]
        assert "rare.txt" not in documents
        assert retrieve(view, question, 1)[0].passage.document == "rare.txt"


def test_a_question_without_words_is_answered_by_vectors_alone(view: View) -> None:
    for text in ("😀", "?!", "\x00"):
        candidates = found(view, text, 3)
        assert len(candidates) == 3
        assert all(c.lexical == 0 and np.isfinite(c.score) for c in candidates)


def test_an_empty_index_has_nothing(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    with Index.open(build(tmp_path, {})) as index:
        assert found(index.view(), "Where is the lamp?") == []
    assert not recwarn.list


def test_many_passages_may_be_wanted(view: View) -> None:
    assert len(found(view, "lamp", 1_000_000)) == view.passage_count


def test_a_store_that_cannot_be_read_is_damage(tmp_path: Path) -> None:
    with Index.open(build(tmp_path, TEXTS)) as index:
        path = index.folder / "documents.sqlite"
        path.write_bytes(b"x" * path.stat().st_size)
        with pytest.raises(IndexDamagedError, match=r"documents\.sqlite cannot be read.*sync --rebuild"):
            index.view()
