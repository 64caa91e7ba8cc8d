"""A language model whose answers are kept in a file, so that the same ones can be verified again by other rules."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha1
from pathlib import Path

from rag.compose.model import ChatModel, Message

_PIECE = 6  # characters


class Recorded:
    """A model that writes to each prompt what it wrote to it before, where the file has that."""

    def __init__(self, model: ChatModel, file: Path) -> None:
        """Ask `model`, and keep what it writes in `file`, a JSON object of `key` and `text` a line."""
        self.name, self._model, self._file = model.name, model, file
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self._texts = {row["key"]: row["text"] for row in map(json.loads, lines)}

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        """What it wrote, in pieces of a word or so; a new text is waited for to its end."""
        key = sha1(json.dumps(list(messages), ensure_ascii=False).encode(), usedforsecurity=False).hexdigest()
        if key not in self._texts:
            pieces = self._model.stream(messages, most_tokens=most_tokens, grammar=grammar)
            self._texts[key] = "".join(pieces)
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "text": self._texts[key]}, ensure_ascii=False) + "\n")
        text = self._texts[key]
        yield from (text[at : at + _PIECE] for at in range(0, len(text), _PIECE))

    def count_tokens(self, text: str) -> int | None:
        """As the model."""
        return self._model.count_tokens(text)
