"""The `pincite` command: what each of its commands does."""

import codecs
import io
import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from index.errors import PinciteError
from ui import checking, evaluation, terminal, upkeep
from ui.arguments import parse
from ui.loading import assistant, filter_of
from ui.settings import Settings, read_settings

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


def _ask(given: Namespace, settings: Settings) -> None:
    asking = assistant(settings, given.confidence, filter_of(given))
    if not given.batch:
        answer = asking.ask(given.question, mode=given.mode, k=given.k)
        print(_json(answer.to_json()) if given.json else terminal.answer_text(answer))
        return
    asked = terminal.bar(list(_read_batch(given.batch)), " questions")
    answers = ((id, asking.ask_any(question, mode=given.mode, k=given.k)) for id, question in asked)
    _write_lines((_json(answer.to_json(id)) for id, answer in answers), given.out)


def _search(given: Namespace, settings: Settings) -> None:
    found = assistant(settings, filter=filter_of(given)).search(given.query, k=given.k)
    if given.json:
        print(_json({"query": given.query, "passages": [asdict(p) for p in found]}))
    else:
        print("\n".join(terminal.passage_text(n, p) for n, p in enumerate(found, 1)) or "no passages")


def _show(given: Namespace, settings: Settings) -> None:
    from index.opened import Index
    from index.scan import shown

    with Index.open(settings.index) as index:
        document = index.view(filter_of(given)).document(shown(given.document))
    if document is None:
        raise PinciteError(f"no document is called {given.document!r}; `pincite search` names those it finds")
    sys.stdout.buffer.write(document.text.encode())


def _serve(given: Namespace, settings: Settings) -> None:
    from ui.accounts import Accounts, Histories
    from ui.server import serve

    accounts = None
    if given.user_header:
        folder = given.histories or settings.index.with_name(f"{settings.index.name}-histories")
        accounts = Accounts(given.user_header, Histories(folder))
    asking = assistant(settings, filter=filter_of(given))
    asking.warm()
    serve(asking, given.host, given.port, terminal.say, accounts)


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
    "sync": upkeep.sync,
    "watch": upkeep.watch,
    "rebuild": upkeep.rebuild,
    "compact": upkeep.compact,
    "status": upkeep.status,
    "fsck": upkeep.fsck,
    "backup": upkeep.backup,
    "restore": upkeep.restore,
    "ask": _ask,
    "check": checking.check,
    "search": _search,
    "show": _show,
    "serve": _serve,
    "eval": evaluation.evaluate,
    "models": _models,
}

if __name__ == "__main__":
    sys.exit(main())
