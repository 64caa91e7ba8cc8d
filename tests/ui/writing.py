"""A library that answers in sentences too, a step at a time, as a language model would make it."""

import threading
from collections.abc import Iterator
from dataclasses import replace

from index.filters import Filter
from rag.answer import Answer, Citation, Mode, Removed, Statement
from rag.remark import Remark
from tests.ui.library import ANSWERS, Library

FRENCH, ENGLISH, ARABIC = ANSWERS
SAID = "A worker in debt is to be treated as a possible victim."
QUOTED = "Call the liaison before calling the employer."
STRUCK = "Peru has <b>31.4</b> million inhabitants."


class Writing(Library):
    """Writes two sentences and strikes one; each step waits until `go` is released."""

    can_compose = True

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Semaphore(1_000)
        self.stops: list[threading.Event] = []
        self.questions: list[tuple[str, Mode]] = []

    def answers(
        self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None,
        stop: threading.Event | None = None,
    ) -> Iterator[Answer]:  # fmt: skip
        self.questions.append((question, mode))
        quoted = self.ask(question, mode=mode, k=k, filter=filter)
        yield quoted
        if mode == "compose" and not quoted.abstained:
            stop = stop or threading.Event()
            self.stops.append(stop)
            yield from self._written(quoted, stop)

    def _written(self, quoted: Answer, stop: threading.Event) -> Iterator[Answer]:
        last = replace(quoted, model="tiny")
        for step in written_steps(quoted):
            while not self.go.acquire(timeout=0.02):
                if stop.is_set():
                    break
            if stop.is_set():
                yield replace(last, remarks=(Remark("stopped"),))
                return
            last = step
            yield step
        yield replace(last, remarks=(Remark("quotes_left_out", count=1, of=3),))


def written_steps(quoted: Answer) -> tuple[Answer, ...]:
    """The written answer after its first sentence, its second, and the one that was struck.

    Its citations are numbered anew: the first is the quoted answer's last, the second one of its own.
    """
    source = next(passage for passage in quoted.passages if "Call the liaison" in passage.text)
    start = source.start + source.text.index(QUOTED)
    place = (source.document, source.title, None, "en", start, start + len(QUOTED), QUOTED, "exact")
    first = replace(quoted.citations[-1], number=1) if quoted.citations else Citation(1, *place)  # type: ignore[arg-type]
    citations = (first, Citation(2, *place))  # type: ignore[arg-type]
    statements = (Statement(SAID, (1,), "supported"), Statement(QUOTED, (2,), "quoted"))
    begun = replace(quoted, composed=True, model="tiny", text=SAID, statements=statements[:1], citations=citations[:1])
    more = replace(begun, text=f"{SAID} {QUOTED}", statements=statements, citations=citations)
    return (
        begun,
        more,
        replace(more, removed=(Removed(STRUCK, "contradicted", "another_number", (1,), ("<b>31.4</b>",)),)),
    )
