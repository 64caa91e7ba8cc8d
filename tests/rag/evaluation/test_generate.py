"""Sets made of real indexes, whose encoder counts letters."""

from collections import Counter
from itertools import pairwise, product
from pathlib import Path

import pytest

from index.errors import PinciteError
from rag.assistant import Assistant
from rag.evaluation.generate import free_place, generate, write_set
from rag.evaluation.gold import evaluation_folder, read_questions, still_there
from tests.index.fake_encoder import LetterEncoder
from tests.rag.desk import build
from tests.rag.evaluation.test_written import Scripted

TOWNS = {
    "Ostrel": "fishermen", "Valmaure": "weavers", "Ziran": "printers", "Brennick": "miners", "Talloway": "bakers",
    "Quarrin": "coopers", "Dunsey": "drummers", "Felmouth": "gardeners", "Garrick": "lawyers", "Hostwell": "glaziers",
}  # fmt: skip
VILLES = {
    "Aubigny": "cheminots", "Belcastel": "tanneurs", "Corvins": "verriers", "Dormelles": "bergers",
    "Esbly": "meuniers", "Fontaine": "graveurs",
}  # fmt: skip
PAIRS = list(product("cerro valle monte prado risco".split(), "alto bajo largo verde".split()))
TEXTS = {
    **{
        f"en/{town.lower()} harbour.txt": f"The harbour of {town}\n\nEvery winter {trade} and their {trade}' guild"
        f" asked Mayor Pendle{n} of {town} for {trade} boats.\n\nAfter the storm the {trade} received"
        f" {n * 137 + 210} crowns that other {trade} had collected.\n"
        for n, (town, trade) in enumerate(TOWNS.items())
    },
    **{
        f"fr/gare {ville.lower()}.txt": f"La gare des {metier} accueille à {ville} tous les {metier} de la région et"
        f" leurs amis.\n\nLes {metier} ont fêté en {1890 + n * 7} leurs compagnons {metier} avec des fanfares.\n"
        for n, (ville, metier) in enumerate(VILLES.items())
    },
    "copy/one.txt": "The archive of Penhallow holds the letters of forgotten sailors.\n",
    "copy/two.txt": "The archive of Merrivale holds the letters of forgotten sailors.\n",
    "same/1/Yearly plan.txt": "Nothing of note happened here, as everybody who was asked agreed at once.\n",
    "same/2/Yearly plan.txt": "Not much to say about it, as everybody who came along agreed in the end.\n",
    "empty.txt": "",
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    return Assistant(build(tmp_path_factory.mktemp("generate"), TEXTS), LetterEncoder())


def test_questions_of_both_kinds_with_their_sources(assistant: Assistant) -> None:
    questions = generate(assistant, 30)
    assert len(questions) == 30
    assert Counter(q.kind for q in questions) == {"title": 10, "cloze": 20}
    assert len({q.id for q in questions}) == len({(q.question, q.document) for q in questions}) == 30
    for question in questions:
        document = assistant.document(question.document or "")
        assert document and question.language == document.language
        assert bool(question.answers) == (question.kind == "cloze")
        for answer in question.answers:
            assert document.text[answer.start : answer.end] == answer.text
            assert answer.text not in question.question


def test_the_same_index_gives_the_same_questions(assistant: Assistant) -> None:
    assert generate(assistant, 30) == generate(assistant, 30)


def test_languages_take_turns_and_so_do_documents(assistant: Assistant) -> None:
    clozes = [q for q in generate(assistant, 18) if q.kind == "cloze"]
    assert all(one.language != other.language for one, other in pairwise(clozes))
    for language in ("en", "fr"):
        documents = [q.document for q in clozes if q.language == language]
        assert len(set(documents)) == len(documents) == 6


def test_no_more_than_there_are(assistant: Assistant) -> None:
    questions = generate(assistant, 10_000)
    assert 30 < len(questions) < 200
    assert {q.document for q in questions} >= {id for id in TEXTS if id.startswith(("en/", "fr/"))}


def test_what_has_two_answers_is_not_asked(assistant: Assistant) -> None:
    """Two documents say the same of two towns; two others have one title."""
    questions = generate(assistant, 10_000)
    assert not [q for q in questions if q.kind == "cloze" and (q.document or "").startswith("copy/")]
    assert not [q for q in questions if q.kind == "title" and (q.document or "").startswith("same/")]


def test_a_document_gives_a_few_at_most(tmp_path: Path) -> None:
    lines = "".join(
        f"El molino del {a}{b} vendió la harina en {1900 + n} a los {b}{a}.\n\n" for n, (a, b) in enumerate(PAIRS)
    )
    texts = {**TEXTS, "es/molinos.txt": lines}
    clozes = [q for q in generate(Assistant(build(tmp_path, texts), LetterEncoder()), 60) if q.kind == "cloze"]
    assert Counter(q.document for q in clozes)["es/molinos.txt"] == 6  # twice what a document gives on average


def test_documents_of_which_nothing_can_be_asked(tmp_path: Path) -> None:
    empty = Assistant(build(tmp_path, {"a.txt": "Nothing at all."}), LetterEncoder())
    with pytest.raises(PinciteError, match="no question can be made"):
        generate(empty, 10)


def test_a_set_is_written_once_and_reads_back(assistant: Assistant, tmp_path: Path) -> None:
    questions = generate(assistant, 12)
    path = write_set(questions, tmp_path / "new" / "set")
    assert evaluation_folder(path.parent) == (None, path)
    assert read_questions(path) == questions
    assert still_there(questions, assistant.document) == questions
    with pytest.raises(PinciteError, match="is there already"):
        write_set(questions, path.parent)
    with pytest.raises(PinciteError, match="is there already"):
        free_place(path)
    assert free_place(tmp_path) == tmp_path / "questions.jsonl"


def test_a_model_writes_where_it_can(assistant: Assistant) -> None:
    plain = generate(assistant, 30)
    asked = generate(assistant, 30, Scripted("How many crowns did the drummers of that town receive?"))
    assert [q.document for q in asked] == [q.document for q in plain]
    assert [q.answers for q in asked] == [q.answers for q in plain]
    replaced = [(new, old) for new, old in zip(asked, plain, strict=True) if new.question != old.question]
    assert replaced
    assert all(new.kind == "written" and old.kind == "cloze" for new, old in replaced)
