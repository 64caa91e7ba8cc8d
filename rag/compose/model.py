"""What a language model is to Pincite: something that goes on writing a text, piece by piece."""

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

from index.errors import PinciteError

Message = tuple[Literal["system", "human", "ai"], str]


class ModelUnavailableError(PinciteError):
    """A language model that does not answer; the message says what to do, and the quoted answer stands meanwhile."""


class ChatModel(Protocol):
    """A language model, on a server or in this process."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        """The pieces of its answer as they come, at most `most_tokens` of its own tokens in all.

        `grammar` (GBNF) bounds what it may write, where the model can be bound at all. While nothing comes, an empty
        piece comes now and then, so that whoever reads can stop; whoever stops reading and closes the iterator ends
        the writing. Raises ModelUnavailableError.
        """
        ...

    def count_tokens(self, text: str) -> int | None:
        """Length of `text` in the model's own tokens; None where they are not known here."""
        ...
