"""Prompts, one a file, whose holes are checked as it is loaded.

A file begins with the line `variables: one, two`. Then each message begins with a line that names its role, `[system]`,
`[human]` or `[ai]`. A hole is a variable's name in braces; braces that are meant as such are doubled.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

_ROLE = re.compile(r"^\[(\w+)\]\n", re.MULTILINE)
_ROLES = ("system", "human", "ai")


@dataclass(frozen=True, slots=True)
class Prompt:
    """The messages of a prompt, each a role and a text with holes, and the variables that fill them."""

    name: str
    variables: tuple[str, ...]
    messages: tuple[tuple[str, str], ...]

    def filled(self, **values: str) -> tuple[tuple[str, str], ...]:
        """The messages with `values` in their holes. Raises ValueError where they are not the declared variables."""
        if set(values) != set(self.variables):
            raise ValueError(f"the prompt {self.name!r} takes {self.variables}, not {tuple(values)}")
        return tuple((role, body.format(**values)) for role, body in self.messages)


def load_prompt(name: str, folder: Path = Path(__file__).parent) -> Prompt:
    """The prompt in `folder/name.txt`. Raises ValueError where it cannot be used as it declares."""
    return parse_prompt(name, (folder / f"{name}.txt").read_text(encoding="utf-8"))


def parse_prompt(name: str, text: str) -> Prompt:
    """The prompt in a file's text. Raises ValueError, a sentence that names the prompt and what is wrong with it."""
    first, _, rest = text.partition("\n")
    if not first.startswith("variables:"):
        raise ValueError(f"the prompt {name!r} begins with {first!r}; its first line has to be 'variables: one, two'")
    declared = tuple(v.strip() for v in first.removeprefix("variables:").split(",") if v.strip())
    before, *parts = _ROLE.split(rest)
    messages = tuple((role, body.strip()) for role, body in zip(parts[::2], parts[1::2], strict=True))
    if before.strip() or not messages:
        raise ValueError(f"the prompt {name!r} has text before its first message; begin one with [system] or [human]")
    for role, body in messages:
        if role not in _ROLES or not body:
            raise ValueError(f"the prompt {name!r} has a message [{role}]: it needs a text and one of {_ROLES}")
    _check(name, declared, {hole for _, body in messages for hole in _holes(name, body)})
    return Prompt(name, declared, messages)


def _holes(name: str, body: str) -> list[str]:
    try:
        fields = [field for field in Formatter().parse(body) if field[1] is not None]
    except ValueError as error:
        raise ValueError(f"the prompt {name!r} has a stray brace ({error}); double one that is no hole") from error
    for _, hole, form, conversion in fields:
        if not str(hole).isidentifier() or form or conversion:
            raise ValueError(f"the prompt {name!r} has a hole {hole!r}; a hole is the plain name of a variable")
    return [str(hole) for _, hole, _, _ in fields]


def _check(name: str, declared: tuple[str, ...], used: set[str]) -> None:
    if unknown := sorted(used.difference(declared)):
        raise ValueError(f"the prompt {name!r} uses {unknown[0]!r}, which its first line does not declare")
    if missing := sorted(set(declared) - used):
        raise ValueError(f"the prompt {name!r} declares {missing[0]!r}, and no message uses it")
    if len(set(declared)) < len(declared):
        raise ValueError(f"the prompt {name!r} declares a variable twice")
