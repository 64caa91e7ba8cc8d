"""Answers and reports as text for a terminal."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rag.answer import Answer, Citation, RankedPassage

if TYPE_CHECKING:
    from index.sync import SyncProgress, SyncReport

# Control characters would let a document steer the terminal; direction marks are left, since Arabic needs them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_T = TypeVar("_T")
_EXCERPT = 160  # characters of a passage


def plain(text: str) -> str:
    """`text` on one line, without characters that a terminal obeys."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def say(message: str) -> None:
    """Tell the person something that is not the result."""
    print(f"pincite: {plain(message)}", file=sys.stderr)


def progress(message: str) -> None:
    """Tell the person what is going on, if standard error is a terminal."""
    if sys.stderr.isatty():
        say(message)


def answer_text(answer: Answer) -> str:
    """An answer with its sources below it, or what was nearest where it abstained."""
    if answer.abstained:
        nearest = [f"  {passage_text(n, p)}" for n, p in enumerate(answer.passages[:3], 1)]
        return "\n".join([answer.text, *(["", "Nearest passages:"] if nearest else []), *nearest])
    quotes = [f"{plain(s.text)} {''.join(f'[{n}]' for n in s.citations)}" for s in answer.statements]
    return "\n".join([*quotes, "", *map(citation_text, answer.citations)])


def citation_text(citation: Citation) -> str:
    """A citation's number, title and place."""
    page = f", page {citation.page}" if citation.page is not None else ""
    place = f"{plain(citation.document)}{page}, characters {citation.start} to {citation.end}"
    return f"[{citation.number}] {plain(citation.title)} ({citation.language}): {place}"


def passage_text(number: int, passage: RankedPassage) -> str:
    """A passage's rank, score, place and beginning."""
    text = plain(passage.text)
    excerpt = text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"
    place = f"{plain(passage.document)} {passage.start}:{passage.end}"
    return f"{number}. {passage.score:.3f} {place} ({passage.language}) {excerpt}"


def sync_text(report: "SyncReport") -> str:
    """What a sync did."""
    counts = f"{report.added} added, {report.changed} changed, {report.removed} removed, {report.unchanged} unchanged"
    failed = [f"  could not read {plain(f.document)}: {plain(f.reason)}" for f in report.failed]
    done = f"{counts}; {report.passages} passages in {report.seconds:.1f} s"
    return "\n".join([done, *failed])


@contextmanager
def sync_bar() -> Iterator[Callable[["SyncProgress"], None]]:
    """A progress bar on standard error, if that is a terminal."""
    from tqdm import tqdm

    with tqdm(unit=" documents", disable=not sys.stderr.isatty(), leave=False, file=sys.stderr) as bar:

        def advance(done: "SyncProgress") -> None:
            bar.total = done.of_documents
            bar.n = done.documents
            bar.set_postfix_str(f"{done.passages} passages")

        yield advance


def bar(items: Sequence[_T], unit: str) -> Iterator[_T]:
    """`items` one after the other, with a progress bar on standard error if that is a terminal."""
    from tqdm import tqdm

    yield from tqdm(items, unit=unit, disable=not sys.stderr.isatty(), leave=False, file=sys.stderr)
