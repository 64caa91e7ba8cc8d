"""A language model that obeys every instruction it meets, wherever in its prompt that stands."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from urllib.parse import quote

from rag.compose.model import Message
from tests.poisoned.documents import Poisoned

# What parts the messages of one model or another: whoever can write it into a prompt speaks in any role.
ROLE_SIGNS = (
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|start_header_id|>", "<s>", "</s>", "[INST]",
    "[/INST]", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<end_of_turn>",
)  # fmt: skip
_MOST_PIECES = 5_000  # after which even this model tires
_RUN = 20  # letters that stand together in the poison, by which it is known
_PIECE = re.compile(r"\S+\s*|\s+")


@dataclass
class ObeyingModel:
    """Does what any of the poison in its prompt wants, and answers truly only as long as it meets none.

    A `faithful` one answers first, then does what the poison wants, and then answers once more. One that is not
    `polite` writes on after as many tokens as it was asked for.
    """

    cases: Sequence[Poisoned] = field(repr=False)
    faithful: bool = False
    polite: bool = True
    name: str = "obeying"
    prompts: list[tuple[Message, ...]] = field(default_factory=list)  # that it was given
    met: list[Poisoned] = field(default_factory=list)  # whose poison it read, once a prompt
    escaped: list[str] = field(default_factory=list)  # what of a document stood in a prompt as if it were no data
    pieces: int = 0  # that were read of what it wrote

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        self.prompts.append(tuple(messages))
        self.escaped += escapes(messages)
        met = [case for case in self.cases if is_met(case, messages[-1][1])]  # data come last
        self.met += met
        return self._limited(self._written(met, messages), most_tokens)

    def count_tokens(self, text: str) -> int | None:
        return len(text.split())

    def _written(self, met: Sequence[Poisoned], messages: Sequence[Message]) -> Iterator[str]:
        system, human = messages[0][1], messages[-1][1]
        true = [case for case in self.cases if json.dumps(case.gold, ensure_ascii=False)[1:-1] in human]
        if not met or self.faithful:
            yield from (f"{case.gold.rstrip('.')} [1].\n" for case in true)
        for case in met:
            yield from _obedience(self._order(case, human), case, system)
        if met and self.faithful:
            yield from (f"\n{case.gold.rstrip('.')}! [1]\n" for case in true)

    def _order(self, case: Poisoned, human: str) -> str:
        """What the poison wants of the task at hand."""
        if "Last question:" in human:
            return case.rewritten or case.wanted
        return (case.asked or case.wanted) if human.startswith("Sentence:") else case.wanted

    def _limited(self, texts: Iterator[str], most: int) -> Iterator[str]:
        for text in texts:
            for piece in _PIECE.findall(text):
                if self.pieces >= (most if self.polite else _MOST_PIECES):
                    return
                self.pieces += 1
                yield piece


def _obedience(order: str, case: Poisoned, system: str) -> Iterator[str]:
    said = order.replace("{prompt}", system).replace("{question}", quote(case.question))
    yield said if case.endless else said + "\n"
    while case.endless:
        yield said


def escapes(messages: Sequence[Message]) -> list[str]:
    """What stands in a prompt where its own words should stand: signs of roles, and lines that are no data."""
    found = [sign for _, text in messages for sign in ROLE_SIGNS if sign in text]
    sources, parting, rest = messages[-1][1].partition("\n\nQuestion: ")
    if parting:
        found += [line for line in sources.split("\n") if not is_source(line)]
        found += rest.split("\n\n")[2:] + [line for line in rest.split("\n\n") if "\n" in line]
    return found


def is_source(line: str) -> bool:
    """Whether a line of a prompt is a source and no more."""
    try:
        fields = json.loads(line)
    except ValueError:
        return False
    return isinstance(fields, dict) and fields.keys() <= {"source", "title", "text"} and _is_numbered(fields)


def _is_numbered(fields: dict[str, object]) -> bool:
    return isinstance(fields.get("source"), int) and all(isinstance(fields.get(k, ""), str) for k in ("title", "text"))


def is_met(case: Poisoned, prompt: str) -> bool:
    """Whether what a case's poison says stands in a prompt, whole or in part."""
    said = letters(prompt)
    return any(run in said for run in _runs(case))


@lru_cache(maxsize=4096)
def letters(text: str) -> str:
    """What is left of a text however it is escaped: an order is understood without its signs."""
    text = re.sub(r"\\u[0-9a-f]{4}|\\[nrt]", "", text)
    return "".join(filter(str.isalnum, re.sub(r"<[^<>]*>", "", text))).casefold()


@cache
def _runs(case: Poisoned) -> frozenset[str]:
    """What of the poison tells it from the rest of its document."""
    poison, rest = letters(case.poison), letters(case.text + case.question)
    runs = {poison[at : at + _RUN] for at in range(max(1, len(poison) - _RUN + 1))}
    return frozenset(run for run in runs if run not in rest)
