"""Keeping an index current: a sync whenever something below its folders changes, while questions are answered."""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index.encoder import EncoderSource
from index.errors import IndexLockedError, PinciteError
from index.scan import check_folders
from index.sync import SyncOptions, SyncReport, sync

_POLLS = 5  # the rest between two looks, in `settle`s and in looks


@dataclass(frozen=True, slots=True)
class WatchOptions:
    """How to watch, in seconds.

    A sync begins once nothing has changed for `settle`, `rescan` after the last one in any case (not every file system
    tells of every change), and `retry` after one that failed. `poll` looks at every file's times instead of being told,
    for shares that tell of none.
    """

    settle: float = 0.4
    rescan: float = 600.0
    retry: float = 5.0
    poll: bool = False
    sync: SyncOptions = field(default_factory=SyncOptions)


def watch(
    folders: Sequence[Path], index: Path, encoder: EncoderSource, options: WatchOptions, stop: threading.Event
) -> Iterator[SyncReport | PinciteError]:
    """Sync now and whenever something changes, until `stop` is set; the report of each sync that did something.

    The encoder is loaded once. A sync that fails (a full disk, a folder that is away for a while) gives its error, once
    for as long as it fails in the same way, and is tried again; so is one that finds another sync at work, untold. The
    first one's failure is raised.
    """
    source = encoder.once()
    folders = check_folders(folders)
    yield sync(folders, index, source, options.sync)
    failed = ""
    while not stop.is_set():
        try:
            for _ in _changes(folders, index.resolve(), options, stop):
                done = sync(folders, index, source, options.sync)
                failed = ""
                if done.added or done.changed or done.removed:
                    yield done
        except PinciteError as error:
            if not isinstance(error, IndexLockedError) and str(error) != failed:
                failed = str(error)
                yield error
            # Asked anew after that: of a folder that was away and is back the system tells nothing more.
            stop.wait(options.retry)


def _changes(folders: Sequence[Path], index: Path, options: WatchOptions, stop: threading.Event) -> Iterator[None]:
    """Whenever something has changed and settled, or it is time to look again.

    The first time is at once, for what changed before the system was asked to tell. Raises PinciteError where the
    system cannot tell.
    """
    from watchfiles import watch as events

    if options.poll:
        yield from _times(options, stop)
        return

    def of_documents(_: object, path: str) -> bool:
        return not Path(path).is_relative_to(index)

    told = events(
        *folders,
        watch_filter=of_documents,
        debounce=max(int(options.settle * 4000), 1600),
        step=max(int(options.settle * 1000), 1),
        stop_event=stop,
        rust_timeout=1000,
        yield_on_timeout=True,
        raise_interrupt=False,
        ignore_permission_denied=True,
        force_polling=False,
    )
    looked = -math.inf
    while (changed := _next(told)) is not None:
        if changed or time.monotonic() - looked >= options.rescan:
            yield
            looked = time.monotonic()


def _times(options: WatchOptions, stop: threading.Event) -> Iterator[None]:
    """Again and again: a sync looks at every file's times itself. Most of the time it rests."""
    while not stop.is_set():
        began = time.monotonic()
        yield
        stop.wait(max(_POLLS * options.settle, _POLLS * (time.monotonic() - began)))


def _next(told: Iterator[set[Any]]) -> set[Any] | None:
    """The next changes, none after a while without any; None once it is to stop."""
    try:
        return next(told, None)
    except OSError as error:
        raise PinciteError(
            f"changes to the folders cannot be told of ({error}); see that they are there, or watch with --poll"
        ) from error
