"""Answers and reports as text for a terminal."""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rag.answer import Answer, Citation, Elsewhere, RankedPassage

if TYPE_CHECKING:
    from index.fsck import FsckReport
    from index.status import Status
    from index.sync import SyncProgress, SyncReport

# Control characters would let a document steer the terminal; direction marks are left, since Arabic needs them.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_T = TypeVar("_T")
_EXCERPT = 160  # characters of a passage


def plain(text: str) -> str:
    """`text` on one line, without characters that a terminal obeys."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def clean(text: str) -> str:
    """`text` without characters that a terminal obeys, its white space as it is."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


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
    said = [f"{plain(s.text)} {''.join(f'[{n}]' for n in s.citations)}" for s in answer.statements]
    sources = [""] + [_source_text(c, answer.composed) for c in answer.citations]
    return "\n".join([*said, *sources, *_writing(answer)])


def _source_text(citation: Citation, composed: bool) -> str:
    """A citation; with its quote where that is not the answer itself."""
    text = citation_text(citation)
    return f"{text}\n    “{plain(citation.quote)}”" if composed else text


def _writing(answer: Answer) -> Iterator[str]:
    """What came of a language model's writing beside what stands."""
    if answer.removed:
        yield ""
        yield f"Removed, as the sources do not support it (written by {plain(answer.model or 'a language model')}):"
        for removed in answer.removed:
            against = "".join(f"[{n}]" for n in removed.citations)
            words = f": {', '.join(map(plain, removed.words))}" if removed.words else ""
            why = f"{removed.status}, {removed.reason.replace('_', ' ')}{words}"
            yield f"  - {plain(removed.text)} ({why}{' ' + against if against else ''})"
    if answer.notice:
        yield ""
        yield plain(answer.notice)


def citation_text(citation: Citation) -> str:
    """A citation's number, title and place; below it where else the quote stands and which citations say otherwise."""
    place = f"{plain(citation.document)}{_at(citation)}, characters {citation.start} to {citation.end}"
    lines = [f"[{citation.number}] {plain(citation.title)} ({citation.language}): {place}"]
    if citation.before:
        lines.append(f"    the sentence before: {plain(citation.before.text)}")
    if citation.also:
        lines.append(f"    also in: {'; '.join(plain(there.document) + _at(there) for there in citation.also)}")
    for number in citation.differs_from:
        pairs = (
            f"{plain(d.here) or '—'} / {plain(d.there) or '—'}" for d in citation.differences if d.number == number
        )
        lines.append(f"    differs from [{number}]: {', '.join(pairs)}")
    return "\n".join(lines)


def _at(place: Citation | Elsewhere) -> str:
    if place.row is not None:
        return (f", sheet {plain(place.sheet)}" if place.sheet else "") + f", row {place.row}"
    return f", page {place.page}" if place.page is not None else ""


def passage_text(number: int, passage: RankedPassage) -> str:
    """A passage's rank, score, place and beginning."""
    text = plain(passage.text)
    excerpt = text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"
    place = f"{plain(passage.document)} {passage.start}:{passage.end}"
    return f"{number}. {passage.score:.3f} {place} ({passage.language}) {excerpt}"


def status_text(status: "Status") -> str:
    """What an index holds and how far it is behind."""
    behind = status.out_of_step
    step = f"{behind.new} new, {behind.changed} changed, {behind.gone} gone"
    lines = [
        f"{status.documents:,} documents, {status.passages:,} passages, {status.characters:,} characters of text",
        f"languages: {_counted(status.languages)}",
        f"formats: {_counted(status.formats)}",
        f"folders: {', '.join(map(plain, status.folders))}",
        f"last sync: {status.synced}, with {status.encoder}",
        f"on disk: {status.bytes / 1e6:,.1f} MB in {status.segments} segments",
        f"out of step: {step}" if behind.new or behind.changed or behind.gone else "in step with its folders",
    ]
    if status.dead_passages:
        lines.append(f"removed but still on disk: {status.dead_passages:,} passages; `pincite compact` takes them out")
    if status.restricted:
        lines.append(f"not for everyone: {status.restricted:,} documents")
    lines += [f"cannot be listed: {plain(folder)}" for folder in behind.unknown]
    lines += [f"could not read {plain(f.document)}: {plain(f.reason)}" for f in status.failed]
    return "\n".join(lines)


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def fsck_text(report: "FsckReport") -> str:
    """What was checked and what is wrong."""
    text = f"{report.documents} documents, {report.passages} passages and {report.sentences} sentences"
    found = [plain(problem) for problem in report.problems] or ["nothing is wrong"]
    return "\n".join([f"checked {report.files} files, {text}", *found])


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
