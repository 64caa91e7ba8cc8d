"""A watched folder's index follows it, through errors and other syncs, until it is told to stop."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index import generations, plan
from index.encoder import EncoderSource
from index.errors import IndexLockedError, PinciteError
from index.filters import EVERYTHING
from index.opened import Index
from index.sync import SyncReport, sync
from index.watch import WatchOptions, watch
from tests.index.desk import LAMP, ROOF, Desk, Here, counts
from tests.index.fake_encoder import IDENTITY, LetterEncoder

pytestmark = pytest.mark.slow

QUICK = WatchOptions(settle=0.05, retry=0.1)
LONG = 30.0  # seconds within which anything happens on the busiest machine


class Watched:
    """A watch in a thread, and what it reported."""

    def __init__(self, desk: Desk, options: WatchOptions = QUICK) -> None:
        self.desk, self.stop = desk, threading.Event()
        self.reports: list[SyncReport | PinciteError] = []
        self.loaded: list[LetterEncoder] = []
        self.failure: BaseException | None = None
        source = EncoderSource(IDENTITY, self.load)

        def act() -> None:
            try:
                for report in watch([desk.folder], desk.index, source, options, self.stop):
                    self.reports.append(report)  # each at once, for others to see
            except BaseException as error:
                self.failure = error

        self.thread = threading.Thread(target=act)
        self.thread.start()

    def load(self) -> LetterEncoder:
        self.loaded.append(LetterEncoder())
        return self.loaded[-1]

    def until(self, there: Callable[[], bool]) -> None:
        end = time.monotonic() + LONG
        while not there():
            assert self.thread.is_alive() and time.monotonic() < end, (self.reports, self.failure)
            time.sleep(0.01)

    def until_indexed(self, **texts: str) -> None:
        """Until the index holds these, by stem, and no others."""
        expected = {f"{name}.txt": text for name, text in texts.items()}
        self.until(lambda: self.texts() == expected)

    def texts(self) -> dict[str, str]:
        if not (self.desk.index / "CURRENT").exists():
            return {}
        with Index.open(self.desk.index) as index:
            view = index.view(EVERYTHING)
            return {d.id.rpartition("/")[2]: view.document(d.id).text for d in view.documents()}  # type: ignore[union-attr]

    def end(self) -> None:
        began = time.monotonic()
        self.stop.set()
        self.thread.join(LONG)
        assert not self.thread.is_alive()
        self.took = time.monotonic() - began


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(plan, "_RACY_NS", 0)
    return Desk(tmp_path)


@pytest.fixture
def start(desk: Desk) -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def start(options: WatchOptions = QUICK) -> Watched:
        started.append(Watched(desk, options))
        return started[-1]

    yield start
    for watched in started:
        watched.end()


@pytest.mark.parametrize("poll", [False, True])
def test_the_index_follows_its_folder(desk: Desk, start: Callable[..., Watched], poll: bool) -> None:
    desk.write("a.txt", LAMP)
    watched = start(replace(QUICK, poll=poll))
    watched.until_indexed(a=LAMP)
    desk.write("b.txt", ROOF)
    watched.until_indexed(a=LAMP, b=ROOF)
    desk.write("a.txt", "The lamp was mended.")
    watched.until_indexed(a="The lamp was mended.", b=ROOF)
    desk.write("deep/er/c.txt", "A door is new.")
    watched.until_indexed(a="The lamp was mended.", b=ROOF, c="A door is new.")
    desk.write("deep/er/d.txt", "A bell rings.")  # in a folder that was not there at the beginning
    watched.until_indexed(a="The lamp was mended.", b=ROOF, c="A door is new.", d="A bell rings.")
    (desk.folder / "deep").rename(desk.folder / "moved")
    (desk.folder / "a.txt").rename(desk.folder / "e.txt")
    watched.until_indexed(e="The lamp was mended.", b=ROOF, c="A door is new.", d="A bell rings.")
    (desk.folder / "b.txt").unlink()
    watched.until_indexed(e="The lamp was mended.", c="A door is new.", d="A bell rings.")
    watched.end()
    assert watched.took < 2
    assert watched.failure is None
    assert len(watched.loaded) == 1  # the encoder
    assert all(isinstance(r, SyncReport) for r in watched.reports)
    assert all(r.added or r.changed or r.removed for r in watched.reports[1:])  # type: ignore[union-attr]


def test_what_changed_before_the_system_was_asked_is_seen(desk: Desk, start: Callable[..., Watched]) -> None:
    """Between the first sync and the watching a change would tell nobody."""
    desk.write("a.txt", LAMP)
    watched, stop = Watched.__new__(Watched), threading.Event()
    reports = watch([desk.folder], desk.index, EncoderSource(IDENTITY, LetterEncoder), QUICK, stop)
    next(reports)
    desk.write("b.txt", ROOF)
    thread = threading.Thread(target=list, args=(reports,))
    thread.start()
    watched.desk, watched.thread, watched.reports, watched.failure = desk, thread, [], None
    try:
        watched.until_indexed(a=LAMP, b=ROOF)
    finally:
        stop.set()
        thread.join()


def test_errors_in_between_are_reported_once_and_it_goes_on(
    desk: Desk, start: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def noted(*given: Any) -> SyncReport:
        tries.append(1)
        return sync(*given)

    monkeypatch.setattr("index.watch.sync", noted)
    desk.write("a.txt", LAMP)
    watched = start()
    watched.until_indexed(a=LAMP)
    broken = desk.write("access.toml", "[[rule]]\n")
    watched.until(lambda: len(watched.reports) == 2)
    failures = len(tries)
    watched.until(lambda: len(tries) >= failures + 2)  # tried again, and not reported again
    (_, error) = watched.reports
    assert isinstance(error, PinciteError) and "access.toml cannot be used" in str(error)
    desk.write("b.txt", ROOF)
    assert watched.texts() == {"a.txt": LAMP}
    broken.unlink()
    watched.until_indexed(a=LAMP, b=ROOF)
    assert [type(r) for r in watched.reports if not isinstance(r, SyncReport)] == [PinciteError]


def test_a_folder_that_is_away_for_a_while(desk: Desk, start: Callable[..., Watched], tmp_path: Path) -> None:
    desk.write("a.txt", LAMP)
    watched = start()
    watched.until_indexed(a=LAMP)
    desk.folder.rename(tmp_path / "away")
    watched.until(lambda: len(watched.reports) == 2)
    assert "does not exist" in str(watched.reports[1])
    assert watched.texts() == {"a.txt": LAMP}  # nothing was removed for that
    (tmp_path / "away").rename(desk.folder)
    desk.write("b.txt", ROOF)
    watched.until_indexed(a=LAMP, b=ROOF)
    desk.write("c.txt", "A bell rings.")  # and it is watched again
    watched.until_indexed(a=LAMP, b=ROOF, c="A bell rings.")


def test_a_file_that_cannot_be_read_stops_nothing(desk: Desk, start: Callable[..., Watched]) -> None:
    desk.write("a.txt", LAMP)
    watched = start()
    watched.until_indexed(a=LAMP)
    desk.write("bad.txt", b"\x89PNG\r\n\x1a\n")
    desk.write("b.txt", ROOF)
    watched.until_indexed(a=LAMP, b=ROOF)
    watched.until(lambda: len(watched.reports) >= 2)
    last = watched.reports[-1]
    assert isinstance(last, SyncReport)
    assert [f.document for f in last.failed] == ["bad.txt"]


def locks(index: Path, until: contextlib.ExitStack) -> bool:
    """Whether the index could be locked, and is now; the watch may be writing to it."""
    with contextlib.suppress(IndexLockedError):
        until.enter_context(generations.writing(index))
        return True
    return False


def test_another_sync_at_work_is_waited_for(desk: Desk, start: Callable[..., Watched]) -> None:
    desk.write("a.txt", LAMP)
    watched = start()
    watched.until_indexed(a=LAMP)
    with contextlib.ExitStack() as writing:
        watched.until(lambda: locks(desk.index, writing))
        desk.write("b.txt", ROOF)
        time.sleep(0.5)
        assert watched.texts() == {"a.txt": LAMP}
    watched.until_indexed(a=LAMP, b=ROOF)
    watched.until(lambda: len(watched.reports) == 2)
    assert all(isinstance(r, SyncReport) for r in watched.reports)


def test_an_index_in_the_folder_does_not_set_itself_off(desk: Desk, start: Callable[..., Watched]) -> None:
    desk.index = desk.folder / "index"
    desk.write("a.txt", LAMP)
    watched = start()
    watched.until_indexed(a=LAMP)
    watched.until(lambda: "since" in (desk.index / "lock").read_text())
    time.sleep(1.5)  # by then it has looked a second time
    before = (desk.index / "lock").stat().st_mtime_ns
    time.sleep(0.5)
    assert (desk.index / "lock").stat().st_mtime_ns == before


def test_it_looks_again_after_a_time_whatever_the_system_tells(
    desk: Desk, start: Callable[..., Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    import watchfiles

    def deaf(*folders: Path, stop_event: threading.Event, **_: object) -> Iterator[set[object]]:
        while not stop_event.wait(0.02):
            yield set()

    monkeypatch.setattr(watchfiles, "watch", deaf)
    desk.write("a.txt", LAMP)
    watched = start(replace(QUICK, rescan=0.1))
    watched.until_indexed(a=LAMP)
    desk.write("b.txt", ROOF)
    watched.until_indexed(a=LAMP, b=ROOF)


def test_the_first_failure_is_raised(desk: Desk, tmp_path: Path) -> None:
    stop = threading.Event()
    source = EncoderSource(IDENTITY, LetterEncoder)
    with pytest.raises(PinciteError, match="name a folder"):
        next(watch([tmp_path / "none"], desk.index, source, QUICK, stop))
    desk.write("access.toml", "x = 1")
    with pytest.raises(PinciteError, match=r"access\.toml cannot be used"):
        next(watch([desk.folder], desk.index, source, QUICK, stop))


def test_readers_answer_all_the_while(desk: Desk, start: Callable[..., Watched]) -> None:
    desk.write("a.txt", LAMP)
    watched = start()
    watched.until_indexed(a=LAMP)
    for n in range(5):
        desk.write("b.txt", f"Turn {n} of the lamp.")
        text = f"Turn {n} of the lamp."
        watched.until(lambda text=text: watched.texts() == {"a.txt": LAMP, "b.txt": text})  # type: ignore[misc]
    watched.end()
    assert counts(desk.sync_without_encoder()) == (0, 0, 0, 2, 0)
    assert desk.texts()["b.txt"] == "Turn 4 of the lamp."
