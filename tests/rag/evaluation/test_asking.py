"""Real answers from real documents, noted down; the encoder counts letters."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.document import Document
from rag.assistant import Assistant
from rag.evaluation.asking import Asked, ask_all
from rag.evaluation.gold import GoldAnswer, GoldQuestion
from tests.index.fake_encoder import LetterEncoder
from tests.rag.desk import LAMP, TEXTS, build


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("asking"))


def ask(index: Path, gold: GoldQuestion, confidence: float = 0.0) -> Asked:
    (asked,) = ask_all(Assistant(index, LetterEncoder(), confidence), [gold])
    return asked


def gold(question: str, document: str | None, *answers: str, kind: str = "mono", language: str = "en") -> GoldQuestion:
    text = TEXTS.get(document or "", "").removeprefix("\ufeff")
    spans = tuple(GoldAnswer(answer, text.index(answer)) for answer in answers)
    return GoldQuestion("1", question, kind, language, document, spans)


def test_an_answer_that_is_found_and_quoted(index: Path) -> None:
    one = ask(index, gold("Whom to ask for the key of the lamp, Hannah?", "en/lamp.txt", "Ask Hannah for the key."))
    result = one.result
    assert (result.id, result.kind, result.pair, result.document) == ("1", "mono", "en->en", "en/lamp.txt")
    assert (result.rank, result.ndcg_10, result.quote_rank, result.right) == (1, 1.0, 1, True)
    assert not result.abstained
    assert result.exact == result.quotes == len(one.answer.citations) > 0
    assert result.quote_characters == sum(len(c.quote) for c in one.answer.citations)
    assert result.confidence == one.answer.confidence
    assert result.ms == one.answer.timings["total_ms"]
    assert one.unguarded is one.answer


def test_a_quote_that_stands_elsewhere_is_not_exact(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = Assistant.document

    def shifted(assistant: Assistant, id: str) -> Document | None:
        found = document(assistant, id)
        return found and replace(found, text=" " + found.text)

    monkeypatch.setattr(Assistant, "document", shifted)
    result = ask(index, gold("Whom to ask for the key, Hannah?", None)).result
    assert (result.quotes > 0, result.exact) == (True, 0)


def test_what_would_have_been_said_is_known_of_an_abstention(index: Path) -> None:
    one = ask(
        index, gold("Whom to ask for the key of the lamp, Hannah?", "en/lamp.txt", "Ask Hannah for the key."), 1.0
    )
    assert (one.result.abstained, one.result.reason, one.result.quotes) == (True, "no_evidence", 0)
    assert (one.result.quote_rank, one.result.right) == (0, True)
    assert one.unguarded.citations
    assert one.result.rank == 1


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (gold("Whom to ask for the key, Hannah?", None, kind="unanswerable"), ("en", None, None, False)),
        (gold("Whom to ask for the key, Hannah?", None, kind="answerable"), ("en", None, None, True)),
        (gold("Ask Hannah for the key", "gone.txt"), ("en->?", 0, None, False)),
        (gold("Ask Hannah for the key.", "en/lamp.txt", "Hannah", language="fr"), ("fr->en", 1, 1, True)),
    ],
)
def test_what_a_set_says_and_does_not(index: Path, asked: GoldQuestion, expected: tuple[object, ...]) -> None:
    result = ask(index, asked).result
    assert (result.pair, result.rank, result.quote_rank, result.right) == expected


def test_a_document_without_marked_answers_counts_once(index: Path) -> None:
    result = ask(index, gold("The lamp stands by the stairs", "en/lamp.txt", kind="title")).result
    assert (result.rank, result.ndcg_10, result.quote_rank) == (1, 1.0, None)
    assert result.right


def test_answers_that_no_passage_holds_count_as_missed(index: Path) -> None:
    spans = (GoldAnswer("lamp", LAMP.index("lamp")), GoldAnswer("x" * 5, 10_000), GoldAnswer("x" * 5, 10_002))
    asked = GoldQuestion("1", "The lamp needs a new bulb", "mono", "en", "en/lamp.txt", spans)
    result = ask(index, asked).result
    assert result.rank == 1
    assert result.ndcg_10 is not None
    # One found at the first place, one missed (the two that overlap are one): 1 / (1 + 1 / log2(3)).
    assert result.ndcg_10 == pytest.approx(0.6131, abs=1e-4)


def test_the_language_is_told_where_the_set_does_not(index: Path) -> None:
    asked = GoldQuestion("1", "Où est la clef de la lampe ?", "cross", None, None, ())
    assert ask(index, asked).result.pair == "fr"


def test_what_is_no_question_is_abstained_from(index: Path) -> None:
    result = ask(index, GoldQuestion("1", "  ", "mono", "en", "en/lamp.txt", ())).result
    assert (result.abstained, result.reason, result.ms, result.confidence) == (True, "bad_question", None, 0.0)
    assert (result.rank, result.right) == (0, False)


def test_another_confidence_over_the_same_index(index: Path) -> None:
    never = Assistant(index, LetterEncoder(), 1.0)
    always = never.with_confidence(0.0)
    question = "Ask Hannah for the key"
    assert (never.ask(question).abstained, always.ask(question).abstained) == (True, False)
    assert never.ask(question).confidence == always.ask(question).confidence
