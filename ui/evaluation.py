"""`pincite eval`: over which index it asks, what it writes and what it prints."""

import contextlib
import json
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import PinciteError
from ui import terminal
from ui.loading import assistant, encoder_source
from ui.settings import Settings

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.evaluation.gold import GoldQuestion
    from rag.evaluation.run import Result


def evaluate(given: Namespace, settings: Settings) -> None:
    """Make a set of an index, or ask a set's questions and say what came of them."""
    from index.filters import Filter

    task = _Task.read(given)
    with _index(given, settings) as index:
        asking = assistant(replace(settings, index=index), given.confidence, Filter.parse(groups=given.groups))
        print(_generate(given, asking) if given.generate else _score(given, task, asking))


@dataclass(frozen=True, slots=True)
class _Task:
    """What is asked, and the run that it is held against."""

    questions: "list[GoldQuestion]"
    before: "list[Result] | None"

    @classmethod
    def read(cls, given: Namespace) -> "_Task":
        """Refuse first what would fail only after every question has been made or asked."""
        from rag.evaluation.generate import free_place
        from rag.evaluation.gold import evaluation_folder, read_questions
        from rag.evaluation.run import read_run

        if given.generate:
            free_place(given.generate)
            return cls([], None)
        for path in filter(None, (given.report, given.save)):
            if path.is_dir() or not path.resolve().parent.is_dir():
                raise PinciteError(f"{path} cannot be written; name a file in a folder that is there")
        questions = read_questions(evaluation_folder(given.set)[1])
        return cls(questions, read_run(given.against) if given.against else None)


@contextlib.contextmanager
def _index(given: Namespace, settings: Settings) -> Iterator[Path]:
    """The index that is asked: of the set's corpus and in line with it, else the one that is there."""
    from rag.evaluation.gold import evaluation_folder

    corpus = None if given.generate else evaluation_folder(given.set)[0]
    if corpus is None:
        yield settings.index
        return
    from index.sync import sync

    if given.index:
        _check_of_set(given.index, corpus)
    with tempfile.TemporaryDirectory(prefix="pincite-eval-") as scratch:
        settings = replace(settings, index=given.index or Path(scratch))  # a scratch index unless one is named
        with terminal.sync_bar() as advance:
            sync([corpus], settings.index, encoder_source(None, settings), progress=advance)
        yield settings.index


def _generate(given: Namespace, asking: "Assistant") -> str:
    """Make a set of the index's documents, and say what is in it."""
    from rag.evaluation.generate import QUESTIONS, generate, write_set

    questions = generate(asking, given.questions or QUESTIONS, asking.model)
    path = write_set(questions, given.generate)
    kinds = Counter(question.kind for question in questions)
    documents = len({question.document for question in questions})
    if given.json:
        made = {"file": str(path), "questions": len(questions), "kinds": kinds, "documents": documents}
        return json.dumps(made, ensure_ascii=False)
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    return f"{len(questions)} questions ({listed}) about {documents} documents in {terminal.plain(str(path))}"


def _score(given: Namespace, task: _Task, asking: "Assistant") -> str:
    """Ask the set's questions, write what is to be written, and say what came of it."""
    from rag.evaluation.asking import ask_all
    from rag.evaluation.cases import worst_cases
    from rag.evaluation.compare import compare
    from rag.evaluation.page import render_page
    from rag.evaluation.report import summarise
    from rag.evaluation.run import run_lines

    questions = _present(given, task.questions, asking)
    asked = ask_all(asking, terminal.bar(questions, " questions"))
    results = [one.result for one in asked]
    report = summarise(given.set.resolve().name, results, left_out=len(task.questions) - len(questions))
    if given.save:
        _write(given.save, (line + "\n" for line in run_lines(results)))
    comparison = compare(task.before, results) if task.before is not None else None
    if given.report:
        _write(given.report, [render_page(report, asked, worst_cases(asked, asking.document), comparison)])
    if given.json:
        compared = {"comparison": comparison.to_json()} if comparison else {}
        return json.dumps(report.to_json() | compared, ensure_ascii=False)
    text = "\n\n".join([report.to_text(), *([comparison.to_text()] if comparison else [])])
    return "\n".join(terminal.clean(line) for line in text.split("\n"))


def _present(given: Namespace, questions: "list[GoldQuestion]", asking: "Assistant") -> "list[GoldQuestion]":
    """The questions, without those whose answer is gone from an index that the set did not make itself."""
    from rag.evaluation.gold import evaluation_folder, still_there

    corpus, path = evaluation_folder(given.set)
    kept = questions if corpus else still_there(questions, asking.document)
    if not kept:
        raise PinciteError(
            f"none of the answers of {path} stands in this index; name the index it was made of, or make a new set"
        )
    return kept


def _check_of_set(index: Path, corpus: Path) -> None:
    """Refuse an index of other folders, which a sync with the set's corpus would empty."""
    from index.errors import IndexMissingError
    from index.opened import Index
    from index.scan import shown

    with contextlib.suppress(IndexMissingError), Index.open(index) as opened:
        if opened.manifest.folders != (shown(corpus.resolve()),):
            raise PinciteError(f"{index} is an index of other documents; name one of this set, or leave out --index")


def _write(path: Path, parts: Iterable[str]) -> None:
    """Write a file that is either what it was or complete."""
    path = path.resolve()
    part = path.with_name(path.name + ".part") if path.is_file() or not path.exists() else path  # a pipe is written to
    try:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.writelines(parts)
        if part != path:
            part.replace(path)
    finally:
        if part != path:
            part.unlink(missing_ok=True)
