"""One process reads the drafts of all tests: starting one for each would take most of their time."""

from collections.abc import Iterator
from types import TracebackType

import pytest

from index.limits import Limits
from index.worker import Worker
from rag.check import reading


@pytest.fixture(scope="session", autouse=True)
def _one_worker() -> Iterator[None]:
    kept = Worker(reading.LIMITS)

    class Shared(Worker):
        def __enter__(self) -> Worker:  # type: ignore[override]
            return kept if self._limits == reading.LIMITS else self

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
        ) -> None:
            self.close()

    def shared(limits: Limits) -> Worker:
        return Shared(limits)

    patch = pytest.MonkeyPatch()
    patch.setattr(reading, "Worker", shared)
    yield
    patch.undo()
    kept.close()
