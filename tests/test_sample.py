"""The sample folder and the questions over it: answers stand where they say, and nothing in it could reach anyone."""

import json
import re
from pathlib import Path

import pytest

from index.limits import Limits
from index.reading import read_here

SAMPLE = Path(__file__).parent.parent / "sample"
QUESTIONS = [
    json.loads(line)
    for line in Path(__file__).with_name("sample_questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERED = [question for question in QUESTIONS if question["kind"] != "unanswerable"]
LANGUAGES = {
    "guidance/dalil-al-mutarjimin.md": "ar",
    "guidance/glossary.md": "en",
    "guidance/procedure-ligne-ecoute.md": "fr",
    "guidance/reperer-les-victimes.md": "fr",
    "housing/ijraat-al-iwaa.txt": "ar",
    "minutes/proces-verbal-2024-11-21.txt": "fr",
    "press/bayan-itlaq-al-khatt.html": "ar",
    "reports/annual-report-2024-summary.txt": "en",
    "rules/himayat-al-bayanat.md": "ar",
    "rules/note-2022-07-deplacements.md": "fr",
    "rules/travel-rule-2025.md": "en",
    "training/plan-de-formation-2025.txt": "fr",
    "web/faq.html": "en",
}
# Ranges that the French and British regulators keep for fiction, and the emergency number.
FICTITIOUS = re.compile(r"0808 157 0\d{3}|01 99 00 \d\d \d\d|06 39 98 \d\d \d\d")


def text_of(document: str) -> str:
    (part,) = read_here(document, (SAMPLE / document).read_bytes(), Limits())
    assert part.extract is not None, part.failure
    return part.extract.text


def test_the_folder_holds_these_documents_and_no_other() -> None:
    found = {path.relative_to(SAMPLE).as_posix() for path in SAMPLE.rglob("*") if path.is_file()}
    assert found == set(LANGUAGES)


def test_ids_run_on_and_kinds_stand_in_order() -> None:
    assert [question["id"] for question in QUESTIONS] == [f"sample-{n:03}" for n in range(1, 61)]
    assert [question["kind"] for question in QUESTIONS] == ["mono"] * 30 + ["cross"] * 18 + ["unanswerable"] * 12


def test_every_question_has_the_fields_of_an_evaluation_set_and_stands_once() -> None:
    fields = ["id", "question", "language", "document", "answers", "kind"]
    assert all(list(question) == fields for question in QUESTIONS)
    assert len({question["question"] for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", ANSWERED, ids=lambda question: question["id"])
def test_an_answer_stands_at_its_start(question: dict) -> None:
    assert question["answers"]
    text = text_of(question["document"])
    for answer in question["answers"]:
        start = answer["start"]
        assert answer["text"]
        assert text[start : start + len(answer["text"])] == answer["text"]


def test_mono_and_cross_mean_what_they_say() -> None:
    for question in ANSWERED:
        same = LANGUAGES[question["document"]] == question["language"]
        assert same == (question["kind"] == "mono"), question["id"]


def test_unanswerable_questions_name_no_document() -> None:
    for question in QUESTIONS[48:]:
        assert (question["document"], question["answers"]) == (None, []), question["id"]


def test_every_document_is_asked_about() -> None:
    assert {question["document"] for question in ANSWERED} == set(LANGUAGES)


@pytest.mark.parametrize("document", sorted(name for name in LANGUAGES if not name.endswith(".html")))
def test_text_formats_keep_the_files_own_characters(document: str) -> None:
    assert text_of(document) == (SAMPLE / document).read_bytes().decode("utf-8-sig")


@pytest.mark.parametrize("document", sorted(LANGUAGES))
def test_telephone_numbers_and_addresses_are_fictitious(document: str) -> None:
    raw = (SAMPLE / document).read_bytes().decode("utf-8")
    numbers = re.findall(r"\b0\d[\d ]{7,13}\d\b", raw)
    assert all(FICTITIOUS.fullmatch(number) for number in numbers), numbers
    assert all(host.endswith(".example") for host in re.findall(r"[\w.+-]+@([\w.-]+\w)", raw))
