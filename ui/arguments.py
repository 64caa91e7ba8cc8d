"""The command line: which commands there are and what they take."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class _Parser(argparse.ArgumentParser):
    """A parser that knows options by their whole names only; those of its commands do too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "allow_abbrev": False})


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was given on the command line; says what is wrong with it and exits with code 2 where something is."""
    parser = build_parser()
    given = parser.parse_args(arguments)
    if getattr(given, "out", None) and not given.batch:
        parser.error("--out goes with --batch")
    if given.command == "eval":
        _check_eval(parser, given)
    if getattr(given, "histories", None) and not given.user_header:
        parser.error("--histories goes with --user-header")
    return given


def build_parser() -> argparse.ArgumentParser:
    """The parser of the `pincite` command; `command` names the command that was given."""
    parser = _Parser(prog="pincite", description="Answers from your own documents, in the documents' own words.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_sync(commands)
    _add_upkeep(commands)
    _add_ask(commands)
    _add_check(commands)
    _add_readers(commands)
    _add_serve(commands)
    _add_eval(commands)
    _add_models(commands)
    return parser


def _add_sync(commands: "argparse._SubParsersAction[_Parser]") -> None:
    sync = commands.add_parser("sync", help="bring the index in line with folders: the index holds just what they hold")
    sync.add_argument("folders", nargs="+", metavar="FOLDER", help="or a sitemap's or bucket's address")
    sync.add_argument("--rebuild", action="store_true", help="embed everything anew, beside the index in use")
    _add_reading(sync)
    watch = commands.add_parser("watch", help="keep the index in line with folders until interrupted")
    watch.add_argument("folders", nargs="+", metavar="FOLDER")
    watch.add_argument("--poll", action="store_true", help="look at every file, for shares that tell of no change")
    watch.add_argument("--rescan", type=_positive, default=600, metavar="S", help="seconds after which to look anyway")
    _add_reading(watch)
    rebuild = commands.add_parser("rebuild", help="read and embed everything anew, beside the index in use")
    _add_reading(rebuild)
    compact = commands.add_parser("compact", help="rid the index's files of what was in removed documents")
    _add_reading(compact, encoder=False)


def _add_reading(command: argparse.ArgumentParser, encoder: bool = True) -> None:
    if encoder:
        command.add_argument(
            "--encoder", metavar="MODEL", help="a model of `pincite models`, a folder, or OWNER/NAME of a hub"
        )
    command.add_argument("--max-document-mb", type=_positive, default=100, metavar="N", help="largest file read (100)")
    command.add_argument(
        "--max-document-seconds", type=_positive, default=120, metavar="S", help="longest that reading one takes (120)"
    )
    command.add_argument(
        "--max-document-memory-mb", type=_positive, default=2000, metavar="N", help="most memory for it (2000)"
    )
    command.add_argument("--ocr", action="store_true", help="read scanned pages with Tesseract")
    _add_output(command)


def _add_upkeep(commands: "argparse._SubParsersAction[_Parser]") -> None:
    _add_output(commands.add_parser("status", help="what the index holds, what failed, what is out of step"))
    _add_output(commands.add_parser("fsck", help="check every checksum, count and quote of the index"))
    backup = commands.add_parser("backup", help="write the whole index to one file, while it is in use")
    backup.add_argument("file", type=Path, metavar="FILE")
    _add_index(backup)
    restore = commands.add_parser("restore", help="bring an index back from such a file, while it is in use")
    restore.add_argument("file", type=Path, metavar="FILE")
    _add_index(restore)


def _add_ask(commands: "argparse._SubParsersAction[_Parser]") -> None:
    ask = commands.add_parser("ask", help="answer a question, or a file of them")
    asked = ask.add_mutually_exclusive_group(required=True)
    asked.add_argument("question", nargs="?", metavar="QUESTION")
    asked.add_argument("--batch", type=Path, metavar="FILE.jsonl", help='a {"id", "question"} a line')
    ask.add_argument("--out", type=Path, metavar="OUT.jsonl", help="with --batch: where the answers go")
    ask.add_argument(
        "--mode", choices=("quote", "compose"), default="quote", help="quotes, or a language model's checked words"
    )
    ask.add_argument("--k", type=_positive, default=10, metavar="N", help="passages listed with an answer (10)")
    ask.add_argument("--confidence", type=_share, metavar="P", help="0 answers always, 1 never; see the README")
    _add_filter(ask)
    _add_output(ask)


def _add_check(commands: "argparse._SubParsersAction[_Parser]") -> None:
    check = commands.add_parser("check", help="check a draft's sentences, quotations and references")
    check.add_argument("draft", metavar="FILE", help="text, Markdown or DOCX; - for standard input")
    check.add_argument("--html", type=Path, metavar="OUT.html", help="write the draft with what was found, to read")
    check.add_argument("--docx", type=Path, metavar="OUT.docx", help="write it as a Word document with comments")
    _add_filter(check)
    _add_output(check)


def _add_readers(commands: "argparse._SubParsersAction[_Parser]") -> None:
    search = commands.add_parser("search", help="list the passages that are nearest to a query")
    search.add_argument("query", metavar="QUERY")
    search.add_argument("--k", type=_positive, default=10, metavar="N", help="passages listed (10)")
    _add_filter(search)
    _add_output(search)
    show = commands.add_parser("show", help="print a document's text, as offsets count it")
    show.add_argument("document", metavar="DOCUMENT")
    _add_groups(show)
    _add_index(show)


def _add_serve(commands: "argparse._SubParsersAction[_Parser]") -> None:
    serve = commands.add_parser("serve", help="serve the chat page and the HTTP interface")
    serve.add_argument("--host", default="127.0.0.1", metavar="H", help="127.0.0.1 unless told otherwise")
    serve.add_argument("--port", type=_port, default=7860, metavar="P", help="7860 unless told otherwise")
    serve.add_argument("--user-header", metavar="NAME", help="in which a proxy in front names who is signed in")
    serve.add_argument("--histories", type=Path, metavar="DIR", help="where their histories are kept")
    _add_groups(serve)
    _add_index(serve)


def _add_eval(commands: "argparse._SubParsersAction[_Parser]") -> None:
    evaluate = commands.add_parser("eval", help="score on an evaluation set, or make one of an index")
    of = evaluate.add_mutually_exclusive_group(required=True)
    of.add_argument("set", nargs="?", type=Path, metavar="SET", help="a folder with questions.jsonl and corpus/")
    of.add_argument("--generate", type=Path, metavar="OUT", help="make a set of the index's own documents")
    evaluate.add_argument("--questions", type=_positive, metavar="N", help="with --generate: how many at most (200)")
    evaluate.add_argument("--confidence", type=_share, metavar="P", help="the least at which an answer is given")
    evaluate.add_argument("--report", type=Path, metavar="FILE.html", help="write plots and the worst cases")
    evaluate.add_argument("--save", type=Path, metavar="RUN.jsonl", help="write what came of each question")
    evaluate.add_argument("--against", type=Path, metavar="RUN.jsonl", help="compare with a run that was saved")
    _add_groups(evaluate)
    _add_output(evaluate)


def _check_eval(parser: argparse.ArgumentParser, given: argparse.Namespace) -> None:
    if given.generate and (given.report or given.save or given.against or given.confidence is not None):
        parser.error("--report, --save, --against and --confidence go with a set, not with --generate")
    if given.questions and not given.generate:
        parser.error("--questions goes with --generate")


def _add_models(commands: "argparse._SubParsersAction[_Parser]") -> None:
    models = commands.add_parser("models", help="which models there are, and fetching one")
    actions = models.add_subparsers(dest="action", metavar="list | pull NAME")
    actions.add_parser("list", help="which models there are")
    pull = actions.add_parser("pull", help="fetch a model, or check one that is here")
    pull.add_argument("name", metavar="NAME")


def _add_filter(command: argparse.ArgumentParser) -> None:
    _add_groups(command)
    command.add_argument("--folder", action="append", default=[], metavar="PATH", help="only documents below it")
    command.add_argument("--language", action="append", default=[], metavar="CODE", help="only documents in it")
    command.add_argument("--since", metavar="DATE", help="only documents of that day, month or year, and later")
    command.add_argument("--until", metavar="DATE", help="only documents of that day, month or year, and earlier")
    command.add_argument("--format", action="append", default=[], metavar="NAME", help="only documents of it: pdf")


def _add_groups(command: argparse.ArgumentParser) -> None:
    command.add_argument("--groups", default="", metavar="A,B", help="the asker's groups; '*' sees everything")


def _add_output(command: argparse.ArgumentParser) -> None:
    _add_index(command)
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_index(command: argparse.ArgumentParser) -> None:
    command.add_argument("--index", type=Path, metavar="DIR", help="else PINCITE_INDEX, else .pincite here")


def _positive(text: str) -> int:
    return _between(text, 1, 1_000_000)


def _port(text: str) -> int:
    return _between(text, 0, 65535)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to 1")
    return value


def _between(text: str, least: int, most: int) -> int:
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} to {most}")
    return value
