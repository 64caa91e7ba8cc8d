"""What a site's robots.txt asks of us, by RFC 9309: the longest rule that fits an address decides.

The standard library's parser takes the first rule that fits and knows no wildcards; parsers that turn wildcards into
regular expressions can be held up for hours by a few stars.
"""

import math
from dataclasses import dataclass
from typing import Self

from index.remote.address import escaped

MOST_BYTES = 512_000  # that a parser must read by the standard; what follows is left out


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules for one agent: (pattern, whether it allows); `delay` is in seconds between requests."""

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float | None = None

    @classmethod
    def parse(cls, text: str, agent: str) -> Self:
        """The rules for `agent`, a name such as "pincite", or else those for everybody."""
        groups = list(_groups(text))
        for wanted in (agent.lower(), "*"):
            lines = [line for names, group in groups if wanted in names for line in group]
            if lines or any(wanted in names for names, _ in groups):
                rules = tuple(
                    (escaped(value), key == "allow") for key, value in lines if key != "crawl-delay" and value
                )
                return cls(rules, max((_seconds(value) for key, value in lines if key == "crawl-delay"), default=None))
        return cls()

    def allows(self, target: str) -> bool:
        """Whether an address with this path and query, percent-encoded, may be fetched."""
        fitting = [(len(pattern), allows) for pattern, allows in self.rules if _fits(pattern, target)]
        return max(fitting, default=(0, True))[1]  # of equally long ones, the one that allows


_Line = tuple[str, str]


def _groups(text: str) -> list[tuple[set[str], list[_Line]]]:
    """Each group's agents in lower case, and its lines (key in lower case, value)."""
    groups: list[tuple[set[str], list[_Line]]] = []
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        key, value = key.strip().lower(), value.strip()
        if colon and key == "user-agent":
            if not groups or groups[-1][1]:
                groups.append((set(), []))
            groups[-1][0].add(value.partition("/")[0].strip().lower())
        elif groups and key in ("allow", "disallow", "crawl-delay"):
            groups[-1][1].append((key, value))
    return groups


def _fits(pattern: str, target: str) -> bool:
    """Whether `pattern` stands at the start of `target`: `*` is anything, `$` at the end is the end."""
    ends = pattern.endswith("$")
    first, *others = pattern.removesuffix("$").split("*")
    if not target.startswith(first):
        return False
    at = len(first)
    last = others.pop() if ends and others else None
    for other in others:
        found = target.find(other, at)
        if found < 0:
            return False
        at = found + len(other)
    if last is not None:
        return len(target) - at >= len(last) and target.endswith(last)
    return not ends or at == len(target)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return 0.0 if math.isnan(seconds) else max(seconds, 0.0)
