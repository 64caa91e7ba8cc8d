"""The `pincite` command: what each of its commands does."""

import codecs
import contextlib
import io
import json
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import PinciteError
from ui import terminal
from ui.arguments import parse
from ui.settings import Settings, read_settings

if TYPE_CHECKING:
    from index.sync import EncoderSource
    from rag.assistant import Assistant

# What a command imports, it imports by itself: `pincite show` should not wait for faiss, nor `pincite ask` for torch.


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 wrong usage."""
    given = parse(arguments)
    _write_utf8()
    try:
        settings = read_settings()
        if getattr(given, "index", None):
            settings = replace(settings, index=given.index)
        _COMMANDS[given.command](given, settings)
        sys.stdout.flush()
    except PinciteError as error:
        terminal.say(str(error))
        return 1
    except BrokenPipeError:  # the reader of a pipe has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        terminal.say(f"{error.filename or 'the system'}: {error.strerror or error}; check the path and its permissions")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _write_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # whatever the locale; halves of characters, as in paths, are escaped
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _sync(given: Namespace, settings: Settings) -> None:
    from index.scan import check_folders
    from index.sync import SyncOptions, sync

    check_folders(given.folders)  # before a model is fetched for a folder that is not there
    options = SyncOptions(rebuild=given.rebuild, max_bytes=given.max_document_mb * 1_000_000)
    with terminal.sync_bar() as advance:
        report = sync(given.folders, settings.index, _encoder_source(given.encoder, settings), options, advance)
    print(_json(report.to_json()) if given.json else terminal.sync_text(report))


def _ask(given: Namespace, settings: Settings) -> None:
    assistant = _assistant(settings, given.confidence)
    if not given.batch:
        answer = assistant.ask(given.question, mode=given.mode, k=given.k)
        print(_json(answer.to_json()) if given.json else terminal.answer_text(answer))
        return
    asked = terminal.bar(list(_read_batch(given.batch)), " questions")
    answers = ((id, assistant.ask_any(question, mode=given.mode, k=given.k)) for id, question in asked)
    _write_lines((_json(answer.to_json(id)) for id, answer in answers), given.out)


def _search(given: Namespace, settings: Settings) -> None:
    found = _assistant(settings).search(given.query, k=given.k)
    if given.json:
        print(_json({"query": given.query, "passages": [asdict(p) for p in found]}))
    else:
        print("\n".join(terminal.passage_text(n, p) for n, p in enumerate(found, 1)) or "no passages")


def _show(given: Namespace, settings: Settings) -> None:
    from index.opened import Index
    from index.scan import shown

    with Index.open(settings.index) as index:
        document = index.document(shown(given.document))
    if document is None:
        raise PinciteError(f"no document is called {given.document!r}; `pincite search` names those it finds")
    sys.stdout.buffer.write(document.text.encode())


def _serve(given: Namespace, settings: Settings) -> None:
    from ui.server import serve

    serve(_assistant(settings), given.host, given.port, terminal.say)


def _eval(given: Namespace, settings: Settings) -> None:
    from index.sync import sync
    from rag.evaluate import evaluation_folder, read_questions, score

    corpus, questions = evaluation_folder(given.set)
    gold = read_questions(questions)
    if given.index:
        _check_of_set(given.index, corpus)
    with tempfile.TemporaryDirectory(prefix="pincite-eval-") as scratch:
        settings = replace(settings, index=given.index or Path(scratch))  # a scratch index unless one is named
        with terminal.sync_bar() as advance:
            sync([corpus], settings.index, _encoder_source(None, settings), progress=advance)
        report = score(given.set.resolve().name, _assistant(settings), gold)
    print(_json(report.to_json()) if given.json else report.to_text())


def _check_of_set(index: Path, corpus: Path) -> None:
    """Refuse an index of other folders, which a sync with the set's corpus would empty."""
    from index.errors import IndexMissingError
    from index.opened import Index
    from index.scan import shown

    with contextlib.suppress(IndexMissingError), Index.open(index) as opened:
        if opened.manifest.folders != (shown(corpus.resolve()),):
            raise PinciteError(f"{index} is an index of other documents; name one of this set, or leave out --index")


def _models(given: Namespace, settings: Settings) -> None:
    from index.models import catalogue, installed, pull

    if given.action == "pull":
        print(pull(given.name, settings.models, terminal.progress).folder)
        return
    here = {model.name: model for model in installed(settings.models)}
    for card in catalogue():
        state = "installed" if card.name in here else "not installed"
        print(f"{card.name}  {card.kind}  {card.licence}  {card.size / 1e6:,.0f} MB  {state}")
    for name in sorted(here.keys() - {card.name for card in catalogue()}):
        print(f"{name}  encoder  installed in {here[name].folder}")


def _encoder_source(name: str | None, settings: Settings) -> "EncoderSource":
    """The encoder by name, else the one that built the index, else the default."""
    from index.encoder import identity_of, load_encoder
    from index.models import DEFAULT_MODEL, ensure
    from index.sync import EncoderSource

    model = ensure(name or _built_by(settings.index) or DEFAULT_MODEL, settings.models, terminal.progress)
    return EncoderSource(identity_of(model), lambda: load_encoder(model))


def _built_by(index: Path) -> str | None:
    from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
    from index.opened import Index

    try:
        with Index.open(index) as opened:
            return opened.manifest.encoder.name
    except (IndexMissingError, IndexDamagedError, IndexMismatchError):
        return None  # the sync itself says what is wrong


def _assistant(settings: Settings, confidence: float | None = None) -> "Assistant":
    from index.encoder import load_question_encoder
    from index.models import ensure
    from index.opened import Index
    from rag.abstain import CONFIDENCE
    from rag.assistant import Assistant

    with Index.open(settings.index) as index:
        name = index.manifest.encoder.name
    encoder = load_question_encoder(ensure(name, settings.models, terminal.progress))
    return Assistant(settings.index, encoder, CONFIDENCE if confidence is None else confidence)


def _read_batch(path: Path) -> Iterator[tuple[str | int, str]]:
    for number, line in enumerate(path.read_bytes().removeprefix(codecs.BOM_UTF8).splitlines(), 1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            id, question = asked["id"], asked["question"]
            if not isinstance(id, str | int) or not isinstance(question, str):
                raise TypeError("an id is a string or a whole number, a question is a string")
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            reason = f"{type(error).__name__}: {error}"
            raise PinciteError(
                f'line {number} of {path} is no {{"id", "question"}} object ({reason}); mend it or take it out'
            ) from error
        yield id, question


def _write_lines(lines: Iterator[str], path: Path | None) -> None:
    if path is None:
        for line in lines:
            print(line)
        return
    if path.exists() and not path.is_file():  # a pipe or a device must not be replaced
        _write_file(lines, path)
        return
    path = path.resolve()
    part = path.with_name(path.name + ".part")  # OUT is either what it was or complete
    try:
        _write_file(lines, part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_file(lines: Iterator[str], path: Path) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.writelines(line + "\n" for line in lines)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_COMMANDS = {
    "sync": _sync,
    "ask": _ask,
    "search": _search,
    "show": _show,
    "serve": _serve,
    "eval": _eval,
    "models": _models,
}

if __name__ == "__main__":
    sys.exit(main())
