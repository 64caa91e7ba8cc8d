"""A text without what is mere typography, each character with its place in the text it came from.

Quotation marks, apostrophes, dashes, kinds of spaces, ligatures, invisible signs, the script of digits, and in Arabic
letter forms, vowel points and stretching make no difference between two folded texts; case does.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_DOUBLE = '"“”„‟«»″〝〞＂「」『』'
_SINGLE = "'‘’‚‛′ʼʹ`´ʿʾ"
_DASHES = "-‐‑‒–—―−﹣－"
_LETTERS = {
    **dict.fromkeys(_DOUBLE, '"'),
    **dict.fromkeys(_SINGLE, "'"),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys("أإآٱ", "ا"),
    "ى": "ي",
    "ی": "ي",
    "ک": "ك",
    "ة": "ه",
    "٪": "%",
    "٫": ".",
    "٬": ",",
    "،": ",",
    "؛": ";",
    "؟": "?",
    "…": "...",
    "œ": "oe",
    "Œ": "Oe",
    "æ": "ae",
    "Æ": "Ae",
}
_DROPPED = frozenset("\u00ad\u0640\u061c\u2060\ufeff") | {
    chr(c) for c in (*range(0x200B, 0x2010), *range(0x202A, 0x202F))
}
_POINTS = frozenset(map(chr, (*range(0x064B, 0x0660), 0x0670, *range(0x0591, 0x05C8))))
_NO_SPACE_BEFORE = frozenset(":;!?%»")
_NO_SPACE_AFTER = frozenset("«")


@dataclass(frozen=True, slots=True)
class Folded:
    """`text[i]` came from `source[starts[i]:ends[i]]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where `text[start:end]`, which must not be empty, stands in the source."""
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=1024)  # a passage is compared with many statements
def folded(source: str) -> Folded:
    """`source` without its typography."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(source):
        until = _cluster_end(source, at)
        for letter in _fold(source, at, until, letters[-1] if letters else " "):
            letters.append(letter)
            starts.append(at)
            ends.append(until)
        at = until
    while letters and letters[-1] == " ":
        letters.pop(), starts.pop(), ends.pop()
    return Folded("".join(letters), tuple(starts), tuple(ends))


def _cluster_end(source: str, at: int) -> int:
    """The end of a character with the marks that are set on it."""
    until = at + 1
    while until < len(source) and source[until] > "\u02ff" and unicodedata.combining(source[until]):
        until += 1
    return until


def _fold(source: str, at: int, until: int, before: str) -> str:
    char = source[at]
    if char.isspace():
        return "" if before == " " or _hugs(source, at) else " "
    if until == at + 1 and char < "\x80":
        return _LETTERS.get(char, char)
    if char in _DROPPED:
        return ""
    return _one(source[at:until])


@lru_cache(maxsize=8192)
def _one(cluster: str) -> str:
    bare = "".join(char for char in cluster if char not in _POINTS)
    if bare in _LETTERS:  # before compatibility forms: an acute accent alone would become a space
        return _LETTERS[bare]
    plain = unicodedata.normalize("NFKC", bare)
    return "".join(_LETTERS.get(char, _digit(char)) for char in plain if not char.isspace())


def _digit(char: str) -> str:
    return str(unicodedata.digit(char)) if char.isdigit() and unicodedata.digit(char, None) is not None else char


def _hugs(source: str, at: int) -> bool:
    """Whether a space stands where only French typography has one."""
    if at and source[at - 1] in _NO_SPACE_AFTER:
        return True
    return at + 1 < len(source) and source[at + 1] in _NO_SPACE_BEFORE
