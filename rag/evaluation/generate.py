"""An evaluation set made of the documents of an index: each question's source is known.

A question says where it comes from because it is made of it, so no one need judge answers. `title` asks for a document
by its title, `cloze` gives part of a sentence and asks for what is left out of it; where there is a language model,
`written` asks for the same in a question of its own. What nothing answers cannot be made this way: a document would
have to be taken out of the index first.
"""

import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TypeVar

from index import analysis
from index.errors import PinciteError
from index.store import DocumentFacts
from rag.assistant import Assistant
from rag.compose.model import ChatModel
from rag.evaluation.cloze import Cloze, Rarity, cloze_questions
from rag.evaluation.gold import GoldAnswer, GoldQuestion
from rag.evaluation.written import written
from rag.examples import examples

_T = TypeVar("_T")
_Cloze = tuple[DocumentFacts, Cloze]

QUESTIONS = 200
TITLES = 1 / 3  # of the questions, at most
_LEAST_OF_DOCUMENT = 3  # cloze questions that a document may give however many documents there are
_BACKGROUND, _LOOKED_AT = 300, 50_000  # documents by which it is judged how rare a word is, and characters of each
_COMMON = 0.2  # share of those documents in which a word is too common to be asked for
_SEED = 20260101
_PUBLISHED = 10  # passages looked at for a copy of the sentence


def generate(assistant: Assistant, count: int, model: ChatModel | None = None) -> list[GoldQuestion]:
    """Up to `count` questions, spread evenly over languages and the documents of each; the same ones each time.

    A `model` writes a question in place of a cloze where it can. Raises PinciteError where the documents give none, and
    ModelUnavailableError where the model does not answer.
    """
    languages = _by_language(assistant.documents())
    entries = list(_in_turn([iter(listed) for listed in languages]))
    most = max(_LEAST_OF_DOCUMENT, math.ceil(2 * count / max(len(entries), 1)))
    titles = list(islice(_title_questions(entries), round(count * TITLES)))
    rarity = _rarity(assistant, entries)
    found = _in_turn([_cloze_questions(assistant, listed, rarity, most) for listed in languages])
    clozes = [_asked(entry, cloze, model) for entry, cloze in islice(found, count - len(titles))]
    if not titles and not clozes:
        raise PinciteError("no question can be made of these documents; they need sentences with names or numbers")
    return [replace(q, id=f"{q.kind}-{n:04}") for n, q in enumerate([*titles, *clozes], 1)]


def free_place(folder: Path) -> Path:
    """Where the questions of a new set in `folder` go. Raises PinciteError where that is taken."""
    path = folder / "questions.jsonl"
    if path.exists() or (folder.exists() and not folder.is_dir()):
        taken = path if path.exists() else folder
        raise PinciteError(f"{taken} is there already; name another folder for the set, or take it away first")
    return path


def write_set(questions: Sequence[GoldQuestion], folder: Path) -> Path:
    """Write questions.jsonl in `folder`, which may be new, and return its path.

    There is no corpus in it: such a set is for the index that it was made of. Raises PinciteError as `free_place`.
    """
    path = free_place(folder)
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(question.to_json(), ensure_ascii=False) + "\n" for question in questions)
    path.write_text(lines, encoding="utf-8", errors="backslashreplace", newline="\n")
    return path


def _by_language(entries: Sequence[DocumentFacts]) -> list[list[DocumentFacts]]:
    """The documents with passages, a list a language, each shuffled."""
    by_language: dict[str, list[DocumentFacts]] = {}
    for entry in entries:
        if entry.passages:
            by_language.setdefault(entry.language, []).append(entry)
    for language, listed in by_language.items():
        random.Random(f"{_SEED} {language}").shuffle(listed)
    return [by_language[language] for language in sorted(by_language)]


def _in_turn(queues: Sequence[Iterator[_T]]) -> Iterator[_T]:
    """One item of each queue, then a second of each, as long as any has some."""
    waiting = list(queues)
    while waiting:
        for queue in list(waiting):
            try:
                yield next(queue)
            except StopIteration:
                waiting.remove(queue)


def _title_questions(entries: Sequence[DocumentFacts]) -> Iterator[GoldQuestion]:
    """What the document of each title says, where the title says something and no other document has it."""
    shared = Counter(_folded(entry.title) for entry in entries)
    for entry in entries:
        made = examples([entry], lambda _: "", 1) if shared[_folded(entry.title)] == 1 else ()
        if made:
            yield GoldQuestion("", made[0].question, "title", made[0].language, entry.id, ())


def _cloze_questions(
    assistant: Assistant, entries: Sequence[DocumentFacts], rarity: Rarity, most: int
) -> Iterator[_Cloze]:
    """The questions of each document in turn, at most so many of one; what stands elsewhere as well is left out."""
    return _in_turn([islice(_of_document(assistant, entry, rarity), most) for entry in entries])


def _of_document(assistant: Assistant, entry: DocumentFacts, rarity: Rarity) -> Iterator[_Cloze]:
    document = assistant.document(entry.id)
    for cloze in cloze_questions(document, rarity) if document else ():
        if not _stands_elsewhere(assistant, entry.id, cloze):
            yield entry, cloze


def _asked(entry: DocumentFacts, cloze: Cloze, model: ChatModel | None) -> GoldQuestion:
    question = written(cloze, entry.language, model) if model else None
    kind = "written" if question else "cloze"
    answers = (GoldAnswer(cloze.answer, cloze.start),)
    return GoldQuestion("", question or cloze.question, kind, entry.language, entry.id, answers)


def _rarity(assistant: Assistant, entries: Sequence[DocumentFacts]) -> Rarity:
    """How many of some documents each term stands in."""
    counts: Counter[str] = Counter()
    for entry in entries[:_BACKGROUND]:
        if document := assistant.document(entry.id):
            counts.update(set(analysis.terms(document.text[:_LOOKED_AT], entry.language)))
    return Rarity(counts, max(3, round(_COMMON * min(len(entries), _BACKGROUND))))


def _stands_elsewhere(assistant: Assistant, document: str, cloze: Cloze) -> bool:
    """Whether another place says the same around the blank, so that the question has more answers than one."""
    before, after = _folded(cloze.before), _folded(cloze.after)
    end = cloze.start + len(cloze.answer)
    for passage in assistant.search(cloze.question, k=_PUBLISHED):
        own = passage.document == document and passage.start < end and cloze.start < passage.end
        text = _folded(passage.text)
        if not own and before in text and after in text:
            return True
    return False


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
