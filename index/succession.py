"""The generations that one sync writes, each in the place of the one before: what is done answers from then on."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from index import generations
from index.base_generation import Base
from index.centring import LanguageMeans
from index.manifest import Builder
from index.merging import is_due
from index.writer import IndexWriter

_WORK_PER_SAVING = 4  # seconds of work for each second that the last saving took


class Succession:
    """The last generation that was saved, and the next one while it is written. Only for the holder of the lock."""

    def __init__(self, index: Path, last: Base | None, builder: Builder, measure: Callable[[], LanguageMeans]) -> None:
        """Begin with `last`, or with none; `measure` gives the encoder's language means."""
        self.last = last
        self._index, self._builder, self._measure = index, builder, measure
        self._next: IndexWriter | None = None
        self._saved_at, self._saving = time.monotonic(), 0.0

    @property
    def is_begun(self) -> bool:
        """Whether anything was written that is not saved."""
        return self._next is not None

    def next(self) -> IndexWriter:
        """The next generation, which is begun where it is not yet."""
        if self._next is None:
            self._next = IndexWriter(self._index, self.last, self._builder, self._measure)
        return self._next

    def has_worked(self, seconds: float) -> bool:
        """Whether so much work lies behind the last saving, and more where that took long, that one is worth it."""
        worked = time.monotonic() - self._saved_at
        return worked >= max(seconds, _WORK_PER_SAVING * self._saving)

    def save(self) -> None:
        """Make the next generation the one that answers."""
        began = time.monotonic()
        self.last = self.next().commit()
        self._next = None
        self._saved_at = time.monotonic()
        self._saving = self._saved_at - began

    def merge(self, compact: bool) -> None:
        """Merge the segments that are due, once everything is saved, so that nothing waits for it.

        With `compact` nothing of removed documents is left on disk, but what others read at the moment.
        """
        assert self.last is not None
        if is_due(self.last.manifest.segments, compact) or (compact and self.last.holds_dead()):
            self.next().merge(compact)
            self.save()
        if compact:
            with contextlib.suppress(OSError):
                generations.prune(self._index, keep_previous=False)

    def discard(self) -> None:
        """Throw away what was written since the last saving."""
        if self._next:
            self._next.discard()
