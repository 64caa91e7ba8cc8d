"""A model that says what it is told to, and a verifier that believes what it is told to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.document import Passage
from index.view import View
from rag.compose.model import Message, ModelUnavailableError
from rag.verify.verdict import Evidence, Reason, Verdict, VerdictStatus


@dataclass
class FakeModel:
    """Says `text` in pieces of a few characters, then fails if it is to."""

    text: str
    failure: str = ""
    size: int = 3
    name: str = "fake"
    messages: list[tuple[Message, ...]] = field(default_factory=list)
    grammars: list[str | None] = field(default_factory=list)
    said: int = 0  # pieces
    closed: bool = False

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        self.messages.append(tuple(messages))
        self.grammars.append(grammar)
        try:
            yield ""
            for at in range(0, len(self.text), self.size):
                self.said += 1
                yield self.text[at : at + self.size]
            if self.failure:
                raise ModelUnavailableError(self.failure)
        finally:
            self.closed = True

    def count_tokens(self, text: str) -> int | None:
        return len(text.split())


class FakeVerifier:
    """Knows of each statement what it is worth and which words of a passage say so; nothing else is supported."""

    def __init__(self, known: dict[str, tuple[VerdictStatus, Reason, str]] | None = None) -> None:
        self.known = known or {}
        self.asked: list[tuple[str, tuple[Passage, ...]]] = []
        self.closely = True  # every time

    def verify(
        self, view: View, statement: str, passages: Sequence[Passage] | None = None, closely: bool = False
    ) -> Verdict:
        self.closely &= closely
        self.asked.append((statement, tuple(passages or ())))
        status, reason, quotes = self.known.get(statement, ("unsupported", "nothing_near", ""))
        evidence = tuple(found for quote in quotes.split("|") if quote for found in _evidence(quote, passages or ()))
        return Verdict(statement, status, 0.9, reason, evidence)


def _evidence(quote: str, passages: Sequence[Passage]) -> Iterator[Evidence]:
    for passage in passages:
        at = passage.text.find(quote)
        if at >= 0:
            start = passage.start + at
            yield Evidence(passage, start, start + len(quote), 0.9)
            return
