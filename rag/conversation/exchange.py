"""What a rewriting may know of a conversation: what was asked and said before, and what came of rewriting."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.answer import Answer

MOST_NAMES = 5  # of an answer
_SAID = 2000  # characters of an answer that are kept
_BETWEEN = frozenset("de du des del della di da von van der of al ben ibn bin".split())
_STARTING = frozenset("the a an le la les l un une el los las der die das il elle he she it in en on this".split())
_QUOTED = re.compile(r"[«“„]\s*([^«»“”„]{2,80}?)\s*[»”“]")


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier turn: only what a rewriting may use, never evidence for a later answer."""

    question: str
    answer_text: str = ""
    names: tuple[str, ...] = ()  # of the answer, that the question does not have


@dataclass(frozen=True, slots=True)
class Standalone:
    """A question that stands by itself, and how it came to: `question == original` where it was left alone."""

    question: str
    original: str
    by: Literal["none", "rules", "model"] = "none"


def exchange_of(question: str, answer: Answer | None) -> Exchange:
    """An earlier turn as a rewriting sees it; one that got no answer has its question alone."""
    if answer is None or answer.abstained:
        return Exchange(question)
    said = " ".join(statement.text for statement in answer.statements)[:_SAID]
    return Exchange(question, said, names_in(said, question))


def names_in(text: str, but_not: str = "") -> tuple[str, ...]:
    """Names in a text, in its order: quoted words, and capitalised ones that stand together."""
    known = but_not.casefold()
    found = [quoted[1] for quoted in _QUOTED.finditer(text)] + list(_capitalised(text))
    return tuple(dict.fromkeys(name for name in found if name.casefold() not in known))[:MOST_NAMES]


def _capitalised(text: str) -> Iterator[str]:
    # Two words at least: by itself, a word may have its capital from the beginning of its sentence.
    for sentence in re.split(r"[.!?…:;,()\n]", text):
        run: list[str] = []
        for word in [*sentence.split(), ""]:
            if word[:1].isupper() or (run and word in _BETWEEN):
                run.append(word)
            else:
                while run and run[-1] in _BETWEEN:
                    run.pop()
                if len(run) > 1 and run[0].lower() not in _STARTING:
                    yield " ".join(run)
                elif len(run) > 2:
                    yield " ".join(run[1:])
                run = []
