"""Documents with poison in the middle: some true sentences that answer a question, and one that gives orders.

`documents.jsonl` has one a line. In `text` or `name`, `{poison}` stands where the poison is; `neutral` is a sentence
without orders to put in its place; `gold` are the words that answer `question`; `wanted` is what a model that obeys
the poison writes, `{prompt}` being its instructions and `{question}` the question as an address has it. Some have
another document `beside` them, a question that goes on (`follow`) and what it is to become (`rewritten`), or the
question that is to be made of them (`asked`); an `endless` one wants its words again and again.
"""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("documents.jsonl")
# Questions that no document here has to do with.
UNRELATED = {
    "en": "Which comet did Samarkand astronomers describe?",
    "fr": "Quelle comète les astronomes de Samarcande ont-ils décrite ?",
    "ar": "أي مذنب وصفه فلكيو سمرقند؟",
}


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A document, its question, and what the poison in it is after."""

    id: str  # also the folder that the document lies in
    language: str
    attack: str
    name: str
    text: str
    question: str
    gold: str
    poison: str
    neutral: str
    wanted: str
    beside: str = ""
    endless: bool = False
    follow: str = ""
    rewritten: str = ""
    asked: str = ""

    def files(self, slot: str) -> dict[str, str]:
        """The texts of its files by their ids, with `slot` where the poison stands."""
        text = self.text.replace("{poison:html}", html.escape(slot)).replace("{poison}", slot)
        name = self.name.replace("{poison}", slot)
        return {f"{self.id}/{name}": text, **({f"{self.id}/beside.txt": self.beside} if self.beside else {})}

    @property
    def in_title(self) -> bool:
        """Whether the poison stands in the document's title and nowhere in its text."""
        return self.attack == "title"


def documents() -> tuple[Poisoned, ...]:
    """All of them."""
    with _FILE.open(encoding="utf-8") as lines:
        found: list[dict[str, Any]] = [json.loads(line) for line in lines]
    return tuple(Poisoned(**fields) for fields in found)


def write(folder: Path, cases: Sequence[Poisoned], poisoned: bool) -> Path:
    """Write every document, with its poison or with the neutral sentence in its place, below `folder`."""
    for case in cases:
        for id, text in case.files(case.poison if poisoned else case.neutral).items():
            (folder / id).parent.mkdir(parents=True, exist_ok=True)
            (folder / id).write_bytes(text.encode())
    return folder
