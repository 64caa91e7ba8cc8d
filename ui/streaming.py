"""Work that takes its time, for whoever waits at the other end of a connection: who leaves ends it."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import StreamingResponse

from index.errors import PinciteError
from ui.problems import kind_of
from ui.strings import sentence

FAILED = "Something failed on the server; its log says what."
LINES = "application/x-ndjson"
_TOLD_SECONDS = 0.2  # between two words about how far a work is
_T = TypeVar("_T")
Lines = AsyncIterator[dict[str, Any]]


class Left(Exception):  # noqa: N818 - nothing went wrong
    """Nobody waits any more."""


@asynccontextmanager
async def watched(request: Request, stop: threading.Event) -> AsyncIterator[None]:
    """Sets `stop` as soon as the other end has left, and in the end."""

    async def leaving() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass
        stop.set()

    watcher = asyncio.create_task(leaving())
    try:
        yield
    finally:
        watcher.cancel()
        stop.set()


async def stepwise(steps: Iterator[_T], limiter: CapacityLimiter) -> AsyncGenerator[_T, None]:
    """The steps as they come, each made in a thread."""
    while (step := await to_thread.run_sync(next, steps, None, limiter=limiter, abandon_on_cancel=True)) is not None:
        yield step


async def told(
    work: Callable[[Callable[[int, int], None]], _T], limiter: CapacityLimiter, stop: threading.Event
) -> AsyncGenerator[tuple[int, int] | _T, None]:
    """How far a work in a thread is, as it says itself: done, of how many; last what comes of it.

    Where `stop` is set, the work meets `Left` the next time it says so.
    """
    loop, said = asyncio.get_running_loop(), asyncio.Queue[tuple[int, int] | None]()

    def tell(done: int, of: int) -> None:
        if stop.is_set():
            raise Left
        loop.call_soon_threadsafe(said.put_nowait, (done, of))

    async def working() -> _T:
        try:
            return await to_thread.run_sync(work, tell, limiter=limiter, abandon_on_cancel=True)
        finally:
            said.put_nowait(None)

    task = asyncio.create_task(working())
    try:
        last = 0.0
        while (step := await said.get()) is not None:
            if loop.time() - last > _TOLD_SECONDS:
                last = loop.time()
                yield step
        yield await task
    finally:
        task.cancel()


def lines_of(lines: Lines, failed: Callable[[Exception], None]) -> StreamingResponse:
    """A response of one JSON object a line. An error after the first line is a line too, since the status is sent."""

    async def written() -> AsyncIterator[str]:
        try:
            async for line in lines:
                yield _line(line)
        except PinciteError as error:
            yield _line({"error": sentence(error), "reason": kind_of(error)})
        except Exception as error:  # told without its details, which go to the log
            failed(error)
            yield _line({"error": FAILED, "reason": "failed"})

    return StreamingResponse(written(), media_type=LINES)


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True) + "\n"
