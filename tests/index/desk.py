"""A folder of documents and its index, synced with an encoder that counts letters."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from index.document import Extract, Place, Span, Word
from index.filters import EVERYTHING
from index.fsck import fsck
from index.limits import Limits
from index.opened import Index
from index.reading import ReadPart, read_here
from index.sync import SyncOptions, SyncReport, sync
from tests.index.fake_encoder import LetterEncoder, no_encoder, source_of

LAMP = "The lamp needs a new bulb. Ask Hannah for the key."
ROOF = "The roof leaks above the stairs. It was mended last in May."


class Desk:
    """A folder of documents and its index."""

    def __init__(self, root: Path) -> None:
        self.folder, self.index, self.encoder = root / "documents", root / "index", LetterEncoder()
        self.folder.mkdir()

    def write(self, id: str, content: str | bytes) -> Path:
        path = self.folder / id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def sync(self, *folders: Path, **options: object) -> SyncReport:
        self.encoder.embedded.clear()
        return sync(
            folders or [self.folder],
            self.index,
            source_of(self.encoder),
            SyncOptions(**options),  # type: ignore[arg-type]
        )

    def sync_without_encoder(self, *folders: Path, **options: object) -> SyncReport:
        return sync(folders or [self.folder], self.index, no_encoder(), SyncOptions(**options))  # type: ignore[arg-type]

    def texts(self) -> dict[str, str]:
        """What the index holds, after checking that all of it fits together."""
        assert fsck(self.index).problems == ()
        with Index.open(self.index) as index:
            view = index.view(EVERYTHING)
            return {e.id: view.document(e.id).text for e in view.documents()}  # type: ignore[union-attr]

    def generation(self) -> str:
        return (self.index / "CURRENT").read_text().split()[0]

    def embedded(self) -> list[str]:
        return [sentence for input in self.encoder.embedded for sentence in input.sentences]


def counts(report: SyncReport) -> tuple[int, int, int, int, int]:
    """Added, changed, removed, unchanged, failed."""
    return report.added, report.changed, report.removed, report.unchanged, len(report.failed)


class Here:
    """Takes the place of the worker where many syncs read small files: reads in this process.

    A file called `.pdf` is a text whose form feeds part its pages; each of its words has a box.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        pass

    def read(self, name: str, data: bytes) -> list[ReadPart]:
        if not name.endswith(".pdf"):
            return read_here(name, data, self.limits)
        (part,) = read_here(f"{name}.txt", data, self.limits)
        assert part.extract
        extract = boxed(part.extract.text)
        return [ReadPart("", "pdf", extract, None, part.language, part.sentences)]


def boxed(text: str) -> Extract:
    """A text with pages and boxes: a word's box is where it starts, on a page ten points high."""
    pages = (0, *(at + 1 for at, char in enumerate(text) if char == "\f"))
    places = tuple(Place(start, "page", number) for number, start in enumerate(pages, 1))
    words = tuple(
        Word(w.start, w.end, text.count("\f", 0, w.start) + 1, (float(w.start), 1.5, float(w.end), 9.25))
        for w in words_of(text)
    )
    return Extract(text, places=places, words=words)


def words_of(text: str) -> Iterable[Span]:
    """The stretches of `text` between white space."""
    start = None
    for at, char in enumerate(text + " "):
        if char.isspace() and start is not None:
            yield Span(start, at)
            start = None
        elif not char.isspace() and start is None:
            start = at
