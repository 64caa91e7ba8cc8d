"""Whether every quote of every answer stands where its citation says, to the character.

    python benchmarks/exact.py FOLDER [--index DIR] [--limit 2000]

FOLDER is an evaluation set (`corpus/`, `questions.jsonl`), whose questions are asked, or any folder of documents: then
the questions are made from the documents' titles, and every document's sentences in turn are asked as if they were
questions, up to the limit. Without --index the folder is indexed first, in a temporary folder. Nothing abstains, so
that every question is answered. A quote is compared with the text as it is read from the file again, not with the
index. Exits with 1 if one differs.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from itertools import islice, zip_longest
from pathlib import Path

from report import publish

from index.encoder import EncoderSource, identity_of, load_encoder, load_question_encoder
from index.limits import Limits
from index.models import DEFAULT_MODEL, ensure
from index.reading import read_here
from index.sync import sync
from rag.answer import Answer
from rag.assistant import Assistant
from rag.examples import examples
from rag.question import LONGEST
from ui.settings import read_settings


def main() -> None:
    """Check and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path)
    parser.add_argument("--limit", type=int, default=2000, help="questions asked at most")
    given = parser.parse_args()
    documents = given.folder / "corpus" if (given.folder / "questions.jsonl").is_file() else given.folder
    with tempfile.TemporaryDirectory() as temporary:
        model = ensure(DEFAULT_MODEL, read_settings().models, print)
        index = given.index or Path(temporary, "index")
        if not given.index:
            sync([documents], index, EncoderSource(identity_of(model), lambda: load_encoder(model)))
        measured = check(Assistant(index, load_question_encoder(model), confidence=0), given.folder, given.limit)
    publish("exact", measured)
    sys.exit(1 if measured["quotes_that_differ"] or measured["passages_that_differ"] else 0)


def check(assistant: Assistant, folder: Path, limit: int) -> dict[str, int]:
    """Ask, and count the quotes and passages that are and are not where they are said to be."""
    a_set = (folder / "questions.jsonl").is_file()
    documents = folder / "corpus" if a_set else folder

    @cache
    def text_of(document: str) -> str:
        file = document
        while not (documents / file).is_file():  # a document inside a file is named below it
            file = file.rpartition("/")[0]
        below = document[len(file) + 1 :]
        parts = read_here(file, (documents / file).read_bytes(), Limits())
        return next(part.extract.text for part in parts if part.name == below and part.extract)

    counts = dict.fromkeys(("questions", "answers", "quotes", "quotes_that_differ", "passages_that_differ"), 0)
    questions = set_questions(folder) if a_set else made_questions(assistant)
    for question in islice(questions, limit):
        answer: Answer = assistant.ask(question)
        counts["questions"] += 1
        counts["answers"] += not answer.abstained
        counts["quotes"] += len(answer.citations)
        for citation in answer.citations:
            counts["quotes_that_differ"] += (
                not citation.quote or text_of(citation.document)[citation.start : citation.end] != citation.quote
            )
        for passage in answer.passages:
            counts["passages_that_differ"] += text_of(passage.document)[passage.start : passage.end] != passage.text
    return counts


def set_questions(folder: Path) -> Iterator[str]:
    """The questions of an evaluation set."""
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)["question"]


def made_questions(assistant: Assistant) -> Iterator[str]:
    """Questions from the documents' titles, then one sentence of each document after the other, round and round."""
    entries = assistant.documents()
    made = examples(entries, lambda id: document_text(assistant, id)[:2000], len(entries))
    yield from (example.question for example in made)
    view = assistant.view()
    of_document: dict[str, list[str]] = {}
    for entry in entries:
        rows, text = view.passages_of(entry), document_text(assistant, entry.id)
        of_document[entry.id] = [s.of(text).strip() for found in view.sentences(rows) for s in found.spans]
    for one_of_each in zip_longest(*of_document.values(), fillvalue=""):
        yield from (sentence[:LONGEST] for sentence in one_of_each if sentence)


def document_text(assistant: Assistant, id: str) -> str:
    """The text of a document that is indexed."""
    document = assistant.document(id)
    return document.text if document else ""


if __name__ == "__main__":
    main()
