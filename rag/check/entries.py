"""The draft's own list of sources: its entries, by number or by author and year."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from index.analysis import words
from rag.check.draft import Block, Draft

_NUMBER = re.compile(r"\s*(?:>\s*)?(?:\[(\d{1,3})\]|\(?(\d{1,3})[.)])[ \t:.]*")
_BULLET = re.compile(r"\s*[-*+•‣◦▪●·–—]\s+")
_DATED = re.compile(r"(?<!\d)\d{4}(?!\d)|https?://|\.\w{2,5}\b")
_JOINING = frozenset("et al and y und e و".split())
_BEGINNING = 12  # words of an entry in which its authors stand


@dataclass(frozen=True)
class Entries:
    """What the draft lists as its sources."""

    numbered: dict[int, str] = field(default_factory=dict)
    plain: tuple[str, ...] = ()  # every entry

    @classmethod
    def of(cls, draft: Draft) -> "Entries":
        """Those of a draft. Of a file whose program numbers its lists itself, entries count from 1."""
        numbered: dict[int, str] = {}
        plain: list[str] = []
        for entry in (e for block in draft.blocks if block.kind == "bibliography" for e in _entries(draft, block)):
            number = _NUMBER.match(entry)
            said = " ".join((entry[number.end() :] if number else _BULLET.sub("", entry, count=1)).split())
            if number:
                numbered.setdefault(int(number[1] or number[2]), said)
            plain.append(said)
        for note in draft.notes:
            if note.mark.isdecimal():
                numbered.setdefault(int(note.mark), note.text)
        if not numbered and not draft.has_lines:
            numbered = dict(enumerate(plain, 1))
        return cls(numbered, tuple(plain))

    def by_author(self, names: str, year: str) -> tuple[str, ...]:
        """The entries that begin with these names and have the year."""
        wanted = {word for word in words(names) if word not in _JOINING}
        found = (e for e, said in zip(self.plain, self._words, strict=True) if year in said[1] and wanted <= said[0])
        return tuple(found) if wanted else ()

    @cached_property
    def _words(self) -> list[tuple[frozenset[str], frozenset[str]]]:
        """Of each entry the words it begins with, and all."""
        return [(frozenset(said[:_BEGINNING]), frozenset(said)) for said in map(words, self.plain)]


def _entries(draft: Draft, block: Block) -> Iterator[str]:
    """The entries of a block: one, or one a line where each line has a year, an address or a file name of its own."""
    lines = [line for line in draft.text[block.start : block.end].splitlines() if line.strip()]
    if len(lines) > 1 and all(_DATED.search(line) for line in lines):
        yield from lines
    else:
        yield " ".join(lines)
