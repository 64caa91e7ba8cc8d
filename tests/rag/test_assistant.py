"""Answers are what the public interface says: quotes that stand where they say, or an abstention."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import generations
from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, PinciteError, QuestionError
from index.opened import Index
from index.sync import SyncOptions, sync
from rag.agreement import same
from rag.answer import Answer, Difference
from rag.assistant import PASSAGES, Assistant
from rag.question import LONGEST
from tests.index.fake_encoder import IDENTITY, LetterEncoder, source_of
from tests.rag.desk import ANSWER, TEXTS, build, write

ALWAYS, NEVER = 0.0, 1.0  # confidence
CITATION = {
    "number",
    "document",
    "title",
    "page",
    "language",
    "start",
    "end",
    "quote",
    "status",
    "sheet",
    "row",
    "boxes",
    "date",
    "url",
    "also",
    "differs_from",
    "differences",
    "before",
}
ELSEWHERE = {"document", "title", "page", "start", "end", "sheet", "row"}
PASSAGE = {"document", "start", "end", "score", "language", "text"}
END = "The lamp stands by the stairs, near the clock. " * 2  # so that it is text, whatever comes before
NOISE = st.sampled_from(
    [
        "\r\n",
        "\n\n",
        "\x00",
        "\u202e",
        "[1]",
        "[^2]",
        "**",
        "<b>",
        "&amp;",
        "😀",
        "e\u0301",
        "\u200f",
        "# ",
        "| a | b |",
        "\t",
    ]
)
SENTENCES = st.sampled_from(
    ["The lamp is on.", "La clef est là !", "المصباح هنا؟", "中文句子。", "No stop", "Mr. Ames [3] left."]
)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return build(tmp_path)


def assistant(index: Path, confidence: float = ALWAYS) -> Assistant:
    return Assistant(index, LetterEncoder(), confidence)


def check(answer: Answer, texts: dict[str, str], k: int = PASSAGES) -> None:
    """What the public interface promises of every answer."""
    fields = json.loads(json.dumps(answer.to_json(), ensure_ascii=False))
    assert fields.keys() == ANSWER
    assert answer.to_json("7")["id"] == "7"
    assert fields["mode"] == "quote"
    assert re.fullmatch("[a-z]{2,3}", fields["language"])
    assert fields["timings"]["total_ms"] > 0
    assert len(fields["passages"]) <= k
    for passage in fields["passages"]:
        assert passage.keys() >= PASSAGE
        assert texts[passage["document"]][passage["start"] : passage["end"]] == passage["text"] != ""
    assert all(a["score"] >= b["score"] for a, b in pairwise(fields["passages"]))
    markers = [int(number) for number in re.findall(r"\[(\d+)\]", fields["text"])]
    numbers = [citation["number"] for citation in fields["citations"]]
    assert markers == numbers == list(range(1, len(numbers) + 1))
    assert [s["citations"] for s in fields["statements"]] == [[n] for n in numbers]
    if fields["abstained"]:
        assert fields["citations"] == fields["statements"] == []
        assert re.fullmatch("[a-z_]+", fields["reason"])
        assert fields["text"]
        return
    assert fields["reason"] is None
    assert fields["citations"]
    for citation, statement in zip(fields["citations"], fields["statements"], strict=True):
        assert citation.keys() == CITATION
        assert texts[citation["document"]][citation["start"] : citation["end"]] == citation["quote"] != ""
        assert (citation["status"], statement["status"]) == ("exact", "quoted")
        assert statement["text"] == citation["quote"]
        assert len(citation["also"]) <= 10
        for place in citation["also"]:
            assert place.keys() == ELSEWHERE
            assert place["document"] != citation["document"]
            said = texts[place["document"]][place["start"] : place["end"]]
            assert same(said, citation["quote"]) or len(said) < len(citation["quote"])
        if citation["before"]:
            before = citation["before"]
            assert texts[citation["document"]][before["start"] : before["end"]] == before["text"] != ""
            assert before["end"] <= citation["start"]
        assert citation["differs_from"] == list(dict.fromkeys(d["number"] for d in citation["differences"]))
        for other in citation["differs_from"]:
            assert citation["number"] in fields["citations"][other - 1]["differs_from"]


def texts_of(index: Path) -> dict[str, str]:
    with Index.open(index) as opened:
        return {entry.id: opened.view().document(entry.id).text for entry in opened.view().documents()}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "question",
    [
        "Who has the key?",
        "Où est la clef ?",
        "أين المفتاح؟",
        "When was the roof mended?",
        "the",
        "😀",
        "\x00\x1b[31mred\x1b[0m\u202e",
        "[1] [2] <b>&amp;</b> {question} %s",
        "AND OR NOT NEAR( * \" '; DROP TABLE lexical; --",
        "half \ud83d of it \udcff",
        "x" * LONGEST,
    ],
)
def test_every_question_gets_an_answer_as_promised(index: Path, question: str) -> None:
    texts = texts_of(index)
    for confidence in (ALWAYS, 0.5, NEVER):
        check(assistant(index, confidence).ask(question), texts)


def test_an_answer(index: Path) -> None:
    answer = assistant(index).ask("  Who has the key of the lamp, is it Hannah?\n")
    assert (answer.question, answer.language) == ("Who has the key of the lamp, is it Hannah?", "en")
    assert "Ask Hannah for the key." in answer.citations[0].quote
    assert answer.citations[0].document == "en/lamp.txt"
    assert answer.citations[0].title == "lamp"
    assert answer.text.startswith(f"{answer.citations[0].quote} [1]")


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.lists(st.one_of(NOISE, SENTENCES), min_size=1, max_size=12), min_size=1, max_size=4),
    st.sampled_from("tm"),
)
def test_quotes_of_noisy_documents_are_exact(documents: list[list[str]], kind: str) -> None:
    texts = {
        f"{n}.{kind}{'xt' if kind == 't' else 'd'}": " ".join([*pieces, END]) for n, pieces in enumerate(documents)
    }
    with TemporaryDirectory() as folder:
        index = build(Path(folder), texts)
        asking = assistant(index)
        for question in ("Where is the lamp?", "المصباح", "[3]"):
            check(asking.ask(question), texts_of(index))
        assert texts_of(index).items() <= texts.items()


def test_what_looks_like_a_marker_in_a_quote_is_none_in_the_text(index: Path) -> None:
    answer = assistant(index).ask("When was the roof mended, in May 2019?")
    (quoted,) = [c for c in answer.citations if "[2]" in c.quote]
    assert "mended in May 2019 [2]." in quoted.quote
    assert "mended in May 2019 [\u20602]." in answer.text
    assert "[2]" in next(s for s in answer.statements if s.citations == (quoted.number,)).text


def test_what_other_documents_say_of_it(tmp_path: Path) -> None:
    fee = "The membership fee is {} euros a year."
    index = build(
        tmp_path,
        {
            "a.txt": f"{fee.format(40)} Ask Hannah.\n",
            "b.txt": f"On joining.\n\n{fee.format('٤٠')}\n",
            "c.txt": f"{fee.format(45)}\n",
            "d.csv": f"name,fee\nHannah,{fee.format(50)}\n",
            "e.txt": "The lamp stands by the stairs, near the old clock.\n",
        },
    )
    answer = assistant(index).ask("How high is the membership fee in euros a year?")
    check(answer, texts_of(index))
    quoted = {c.document: c for c in answer.citations}
    (one,) = [quoted[id] for id in ("a.txt", "b.txt") if id in quoted]
    other = quoted["c.txt"]
    assert {one.document, *(place.document for place in one.also)} == {"a.txt", "b.txt"}
    assert (one.differs_from, other.differs_from) == ((other.number,), (one.number,))
    assert other.differences == (Difference(one.number, "45", one.quote.split()[4]),)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who has the key of the house?", "The documents do not answer this question."),
        ("Où se trouve donc la clef de la maison ?", "Les documents ne répondent pas à cette question."),
        ("أين يوجد المفتاح الآن؟", "لا تجيب الوثائق عن هذا السؤال."),
    ],
)
def test_an_abstention_is_in_the_questions_language(index: Path, question: str, text: str) -> None:
    answer = assistant(index, NEVER).ask(question)
    assert (answer.abstained, answer.reason, answer.text) == (True, "no_evidence", text)
    assert len(answer.passages) > 3


def test_k_passages_are_listed(index: Path) -> None:
    asking = assistant(index)
    every = asking.search("the lamp", k=100)
    assert len(every) > 5
    for k in (1, 3, 100):
        answer = asking.ask("the lamp", k=k)
        check(answer, texts_of(index), k)
        assert answer.passages == asking.search("the lamp", k=k) == every[:k]
        assert answer.citations == asking.ask("the lamp").citations


def test_an_empty_index_abstains(tmp_path: Path) -> None:
    for texts in ({}, {"empty.txt": ""}):
        asking = assistant(build(tmp_path, texts))
        answer = asking.ask("Where is the lamp?")
        check(answer, texts)
        assert (answer.abstained, answer.reason, answer.passages) == (True, "no_passages", ())
        assert asking.search("lamp") == ()


@pytest.mark.parametrize("question", ["", "  \n", "é" * 20_000])
def test_what_is_no_question(index: Path, question: str) -> None:
    asking = assistant(index)
    for refused in (asking.ask, asking.search):
        with pytest.raises(QuestionError):
            refused(question)
    answer = asking.ask_any(question + "\ud800" * bool(question.strip()))
    assert answer.abstained
    assert answer.reason == "bad_question"
    assert (answer.citations, answer.statements) == ((), ())
    assert bool(answer.passages) == bool(question.strip())  # the closest to its beginning
    json.dumps(answer.to_json("1"), ensure_ascii=False).encode()


def test_answers_are_not_composed(index: Path) -> None:
    with pytest.raises(PinciteError, match="--mode quote"):
        assistant(index).ask("Where?", mode="compose")


def test_documents(index: Path) -> None:
    asking = assistant(index)
    assert [entry.id for entry in asking.documents()] == sorted(TEXTS)
    assert asking.document("en/lamp.txt").text == TEXTS["en/lamp.txt"]  # type: ignore[union-attr]
    assert asking.document("fr/lampe.txt").text == TEXTS["fr/lampe.txt"].removeprefix("\ufeff")  # type: ignore[union-attr]
    assert asking.document("none.txt") is None


def test_a_newer_index_is_taken_up(tmp_path: Path, index: Path) -> None:
    asking = assistant(index)
    for turn in range(6):
        write(tmp_path / "documents", {"new.txt": f"The safe was opened in room {turn}."})
        sync([tmp_path / "documents"], index, source_of(LetterEncoder()))
        answer = asking.ask("Where was the safe opened?")
        assert answer.citations[0].quote == f"The safe was opened in room {turn}."
        check(answer, texts_of(index))
    # What nobody reads any more is let go of, so that the writer can remove it.
    assert len(list((index / "generations").glob("g*"))) <= 3


def test_many_threads_ask_while_the_index_changes(tmp_path: Path, index: Path) -> None:
    asking = assistant(index)

    def ask(turn: int) -> Answer:
        return asking.ask(("Who has the key?", "Où est la clef ?", "When was the roof mended?")[turn % 3])

    def change() -> None:
        for turn in range(4):
            write(tmp_path / "documents", {f"{turn}.txt": f"Room {turn} is shut."})
            sync([tmp_path / "documents"], index, source_of(LetterEncoder()))

    with ThreadPoolExecutor(9) as pool:
        changing = pool.submit(change)
        answers = list(pool.map(ask, range(60)))
        changing.result()
    texts = texts_of(index)
    for answer in answers:
        check(answer, texts)


def test_another_encoder_is_refused(tmp_path: Path, index: Path) -> None:
    other = LetterEncoder(replace(IDENTITY, revision="2"))
    with pytest.raises(IndexMismatchError, match="encoder revision '1' and '2' is in use; run `pincite sync --rebuild"):
        Assistant(index, other)
    asking = assistant(index)
    sync([tmp_path / "documents"], index, source_of(other), SyncOptions(rebuild=True))
    with pytest.raises(IndexMismatchError, match="sync --rebuild"):
        asking.ask("Where is the lamp?")


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="pincite sync FOLDER"):
        assistant(tmp_path)


@pytest.mark.parametrize(
    "name", ["s000001/passages.faiss", "s000001/sentence_vectors.npy", "s000001/texts.bin", "s000001/postings.npy"]
)
def test_truncated_vectors_never_answer(index: Path, name: str) -> None:
    asking = assistant(index)  # it has loaded no vectors yet
    path = generations.current(index) / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(IndexDamagedError, match="sync --rebuild"):
        asking.ask("Where is the lamp?")
    with pytest.raises(IndexDamagedError, match=f"{name}.*sync --rebuild"):
        assistant(index)


def test_an_altered_store_is_told(index: Path) -> None:
    asking = assistant(index)
    path = generations.current(index) / "documents.sqlite"
    path.write_bytes(b"\xff" * path.stat().st_size)
    for ask in (asking.ask, asking.search, asking.document):
        with pytest.raises(IndexDamagedError, match="sync --rebuild"):
            ask("Where is the lamp?")


def test_a_long_answer_takes_its_time_apart(index: Path) -> None:
    timings = assistant(index).ask("Where is the lamp?").timings
    assert timings.keys() == {"total_ms", "encode_ms", "search_ms"}
    assert timings["total_ms"] == pytest.approx(timings["encode_ms"] + timings["search_ms"], abs=0.1)
