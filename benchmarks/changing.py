"""A folder of documents that change, of whose every sentence it can be told which document it is from, and when."""

import random
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from upkeep import text

from index.filters import EVERYTHING
from index.opened import Index
from rag.answer import Answer

DOCUMENTS = 40
_NAMED = re.compile(r"Report (\d+) edition (\d+) ")

Texts = dict[str, str]  # of documents, by id


@lru_cache(100_000)
def edition(number: int, version: int) -> str:
    """The text of a report, about three passages; every sentence begins with what report it is from."""
    return text(random.Random(f"{number}/{version}"), 3, f"Report {number} edition {version}")


def texts_of(index: Path) -> Texts:
    """What an index holds."""
    with Index.open(index) as opened:
        view = opened.view(EVERYTHING)
        found = {facts.id: view.document(facts.id) for facts in view.documents()}
    return {id: document.text for id, document in found.items() if document}


def false_in(answer: Answer) -> Iterator[str]:
    """The quotes and passages of an answer that do not stand where they say in the report that they begin with."""
    shown = [(c.document, c.start, c.end, c.quote) for c in answer.citations]
    for document, start, end, quote in [*shown, *((p.document, p.start, p.end, p.text) for p in answer.passages)]:
        named = _NAMED.match(quote)
        if not named or edition(int(named[1]), int(named[2]))[start:end] != quote:
            yield f"{quote[:40]!r} is not in {document} from {start} to {end}"


class Folder:
    """Reports in a folder, and what was made of them."""

    def __init__(self, path: Path, chance: random.Random) -> None:
        """Make the folder."""
        self._path, self._chance = path, chance
        self._reports: dict[str, tuple[int, int]] = {}
        self._next = 0
        path.mkdir()
        for _ in range(DOCUMENTS):
            self._add()

    def texts(self) -> Texts:
        """What it holds."""
        return {id: edition(*report) for id, report in self._reports.items()}

    def change(self) -> None:
        """Write three documents anew, rename one, remove one, add one."""
        *anew, old, gone = self._chance.sample(sorted(self._reports), 5)
        for id in anew:
            number, version = self._reports[id]
            self._write(id, (number, version + 1))
        renamed = f"renamed-{self._next}.txt"
        (self._path / old).rename(self._path / renamed)
        self._reports[renamed] = self._reports.pop(old)
        (self._path / gone).unlink()
        del self._reports[gone]
        self._add()

    def _add(self) -> None:
        self._write(f"{self._next}.txt", (self._next, 0))
        self._next += 1

    def _write(self, id: str, report: tuple[int, int]) -> None:
        part = self._path / f".{id}"  # hidden, so that no half of it is read
        part.write_text(edition(*report), encoding="utf-8")
        part.replace(self._path / id)
        self._reports[id] = report
