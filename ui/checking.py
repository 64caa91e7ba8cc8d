"""The command that checks a draft."""

import json
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import PinciteError
from ui import terminal
from ui.loading import assistant, filter_of
from ui.settings import Settings

if TYPE_CHECKING:
    from rag.check import CheckedDraft, Draft

_WIDEST = 100  # columns


def check(given: Namespace, settings: Settings) -> None:
    """Check a draft against the index, say what was found and write what is to be written."""
    from rag.check import check as carry_out
    from ui.checked_text import checked_text

    _refuse_places(given)
    draft = _draft(given.draft)
    asking = assistant(settings, filter=filter_of(given))
    view = asking.view()
    with _bar(len(draft.sentences)) as advance:
        checked = carry_out(draft, view, asking.verifier, advance)
    _write_files(given, checked)
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    print(json.dumps(checked.to_json(), ensure_ascii=False) if given.json else checked_text(checked, width))


def _refuse_places(given: Namespace) -> None:
    """Refuse first what would fail only after everything was checked."""
    for path in filter(None, (given.html, given.docx)):
        if path.is_dir() or not path.resolve().parent.is_dir():
            raise PinciteError(f"{path} cannot be written; name a file in a folder that is there")
        if given.draft != "-" and path.exists() and path.resolve() == Path(given.draft).resolve():
            raise PinciteError(f"{path} is the draft itself; name another file to write to")
    if given.html and given.docx and given.html.resolve() == given.docx.resolve():
        raise PinciteError(f"--html and --docx both name {given.html}; name two files")


def _draft(name: str) -> "Draft":
    from rag.check import read_draft
    from rag.check.reading import LIMITS

    most = LIMITS.file_bytes + 1  # one more is refused as too large
    if name == "-":
        return read_draft("-", sys.stdin.buffer.read(most))
    path = Path(name)
    if path.is_dir():
        raise PinciteError(f"{name} is a folder; name a file: text, Markdown or DOCX")
    if not path.exists():
        raise PinciteError(f"there is no file {name}; name a draft, or - for standard input")
    with path.open("rb") as file:
        return read_draft(path.name, file.read(most))


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar of sentences, if standard error is a terminal."""
    steps = terminal.bar(range(total), " sentences")

    def advance(count: int) -> None:
        for _ in range(count):
            next(steps, None)

    yield advance
    steps.close()  # type: ignore[attr-defined]


def _write_files(given: Namespace, checked: "CheckedDraft") -> None:
    if given.html:
        from ui.checked_page import checked_page

        _write(given.html, checked_page(checked).encode("utf-8", "replace"))
    if given.docx:
        from ui.checked_docx import checked_docx

        _write(given.docx, checked_docx(checked))


def _write(path: Path, data: bytes) -> None:
    """Write a file that is either what it was or complete."""
    path = path.resolve()
    if path.exists() and not path.is_file():  # a pipe or a device must not be replaced
        path.write_bytes(data)
        return
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
