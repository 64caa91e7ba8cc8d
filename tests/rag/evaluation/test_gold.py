import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.document import Document
from index.errors import PinciteError
from rag.evaluation.gold import GoldAnswer, GoldQuestion, evaluation_folder, read_questions, still_there

LINE = {"id": "1", "question": "Where?", "language": "en", "document": "a.txt", "answers": [], "kind": "mono"}


@dataclass(frozen=True)
class At:
    document: str
    start: int
    end: int


def write(path: Path, *lines: object) -> Path:
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_questions_as_they_stand_in_the_file(tmp_path: Path) -> None:
    path = write(
        tmp_path / "questions.jsonl",
        "\ufeff",
        {**LINE, "answers": [{"text": "here", "start": 4, "more": 1}]},
        "\n",
        {"question": "Who?", "kind": "unanswerable"},
        {"id": 7, "question": "Où ?", "kind": "cross", "document": None, "answers": None, "language": None},
    )
    assert read_questions(path) == [
        GoldQuestion("1", "Where?", "mono", "en", "a.txt", (GoldAnswer("here", 4),)),
        GoldQuestion("3", "Who?", "unanswerable", None, None, ()),
        GoldQuestion("7", "Où ?", "cross", None, None, ()),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "no json\n",
        "[]\n",
        "null\n",
        '{"id": "1"}\n',
        {**LINE, "question": 3},
        {**LINE, "kind": None},
        {**LINE, "document": 3},
        {**LINE, "language": ["en"]},
        {**LINE, "answers": ["here"]},
        {**LINE, "answers": [{"text": "here"}]},
        {**LINE, "answers": [{"text": None, "start": 1}]},
        {**LINE, "answers": [{"text": "here", "start": "1"}]},
        {**LINE, "answers": [{"text": "here", "start": -1}]},
        {**LINE, "answers": 3},
        "[" * 100_000 + "\n",
    ],
)
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: object) -> None:
    path = write(tmp_path / "questions.jsonl", {**LINE, "id": "0"}, line)
    with pytest.raises(PinciteError, match=r"line 2 of .*questions\.jsonl is no evaluation question"):
        read_questions(path)


def test_an_id_stands_once(tmp_path: Path) -> None:
    with pytest.raises(PinciteError, match=r"line 2 of .* has the id '1'"):
        read_questions(write(tmp_path / "questions.jsonl", LINE, LINE))


def test_a_set_without_questions_is_none(tmp_path: Path) -> None:
    with pytest.raises(PinciteError, match="holds no question"):
        read_questions(write(tmp_path / "questions.jsonl", "\n"))


def test_a_folder_is_a_set_by_its_questions(tmp_path: Path) -> None:
    with pytest.raises(PinciteError, match="is no evaluation set"):
        evaluation_folder(tmp_path)
    path = write(tmp_path / "questions.jsonl", LINE)
    assert evaluation_folder(tmp_path) == (None, path)
    (tmp_path / "corpus").mkdir()
    assert evaluation_folder(tmp_path) == (tmp_path / "corpus", path)


@pytest.mark.parametrize(
    ("place", "answered"),
    [
        (At("a.txt", 0, 10), False),
        (At("a.txt", 0, 11), True),
        (At("a.txt", 14, 15), False),
        (At("a.txt", 13, 14), True),
        (At("a.txt", 11, 12), True),
        (At("a.txt", 30, 90), True),
        (At("b.txt", 0, 90), False),
    ],
)
def test_a_place_answers_where_it_overlaps_an_answer(place: At, answered: bool) -> None:
    gold = GoldQuestion("1", "?", "mono", "en", "a.txt", (GoldAnswer("here", 10), GoldAnswer("there", 40)))
    assert gold.is_answered_by(place) == answered
    unmarked = GoldQuestion("1", "?", "title", "en", "a.txt", ())
    assert unmarked.is_answered_by(place) == (place.document == "a.txt")


def test_what_has_changed_since_is_left_out() -> None:
    texts = {"a.txt": "It is here.", "b.txt": "Elsewhere."}

    def document(id: str) -> Document | None:
        return Document(id, id, "en", texts[id]) if id in texts else None

    def gold(id: str, document: str | None, *answers: GoldAnswer) -> GoldQuestion:
        return GoldQuestion(id, "?", "cloze", "en", document, answers)

    kept = [gold("1", "a.txt", GoldAnswer("here", 6)), gold("2", None), gold("3", "b.txt")]
    gone = [
        gold("4", "a.txt", GoldAnswer("here", 5)),
        gold("5", "a.txt", GoldAnswer("here", 6), GoldAnswer("there", 6)),
        gold("6", "c.txt"),
    ]
    mixed = [kept[0], gone[0], kept[1], gone[2], kept[2], gone[1]]
    assert still_there(mixed, document) == kept
