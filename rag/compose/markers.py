"""The form of a citation in an answer's text, `[2]`, or `[1][3]`: written, read and asked for here alone."""

import re
from dataclasses import dataclass

# What a prompt says of it; the numbers are those of the prompt's sources.
ASKED = "the number of each source that it rests on, in square brackets, like this: [2] or [1][3]"
_NUMBERS = r"\d{1,3}(?:\s*[,،;–-]\s*\d{1,3})*"
_MARKER = re.compile(rf"\s*(?:\[\s*({_NUMBERS})\s*\]|【\s*({_NUMBERS})\s*】|［\s*({_NUMBERS})\s*］)")
_SEPARATOR = re.compile(r"[,،;]")
_RANGE = re.compile(r"[–-]")
_LOOKALIKE = re.compile(r"\[(?=\s*\d+(?:\s*[,،;–-]\s*\d+)*\s*\])")
_BEGUN = re.compile(r"\s*[\[【［][\s\d,،;–-]*\Z")  # at the end of what has come so far
_LONGEST_RANGE = 20
_ENDS = ".!?…。！？｡؟۔।॥"


@dataclass(frozen=True, slots=True)
class Unmarked:
    """A text without its markers; `markers` are the places in it where one stood, ascending, each with its number."""

    text: str
    markers: tuple[tuple[int, int], ...]


def marker(number: int) -> str:
    """The marker of a citation."""
    return f"[{number}]"


def without_lookalikes(text: str) -> str:
    """`text` in which nothing passes for a marker: an unseen joiner tells a source's own footnotes from ours."""
    return _LOOKALIKE.sub("[\N{WORD JOINER}", text)


def unmarked(text: str) -> Unmarked:
    """What a model wrote, its markers taken out: `[1]`, `[1][3]`, `[1, 3]`, `[1-3]`, in any script's digits."""
    parts: list[str] = []
    markers: list[tuple[int, int]] = []
    at = length = 0
    for match in _MARKER.finditer(text):
        parts.append(text[at : match.start()])
        length += len(parts[-1])
        at = match.end()
        markers.extend((length, number) for number in _numbers(next(filter(None, match.groups()))))
        if text[: match.start()].endswith(tuple(_ENDS)) and text[at : at + 1].isalnum():
            parts.append(" ")  # "It is so.[1]It was" are two sentences
            length += 1
    parts.append(text[at:])
    return Unmarked("".join(parts), tuple(markers))


def settled(text: str) -> str:
    """`text` without a marker that has only begun at its end."""
    return _BEGUN.sub("", text)


def _numbers(written: str) -> list[int]:
    found: list[int] = []
    for part in _SEPARATOR.split(written):
        first, *last = (int(number) for number in _RANGE.split(part))
        end = last[-1] if last else first
        found.extend(range(first, end + 1) if first <= end < first + _LONGEST_RANGE else (first, end))
    return found
