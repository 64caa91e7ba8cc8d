"""The figures of a sentence as comparable values, each with its place: numbers, amounts, measures and dates.

Seven languages' spelt numbers are read, and digits in any script. What can be read in two ways (1.500, 03/04/2021) has
both values, and figures that share one are taken for equal.
"""

import re
from dataclasses import replace
from functools import lru_cache

from rag.verify.counting import quantities, romans
from rag.verify.dating import numeric_dates, ranges, with_months
from rag.verify.fact import Fact, Token
from rag.verify.folded import folded

_TOKEN = re.compile(
    r"(?P<number>(?<![A-Za-z\d])(?:\d{1,3}(?:[' ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*))"
    r"|(?P<word>k?m2(?!\w)|[^\W\d_]+)|(?P<sign>[%€$£¥₹])"
)


@lru_cache(maxsize=4096)  # a source's sentences are compared with many statements
def facts(text: str, language: str) -> tuple[Fact, ...]:
    """The figures of `text`, in order."""
    plain = folded(text)
    lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in plain.text)
    dated, blanked = numeric_dates(lower)
    blanked, later = ranges(blanked)
    tokens = [Token(m.lastgroup or "", m[0], m.start(), m.end()) for m in _TOKEN.finditer(blanked)]
    counted = quantities(tokens, lower, language)
    found = [*dated, *later, *with_months(counted, tokens, language), *romans(plain.text)]
    found.sort(key=lambda fact: (fact.start, fact.end))
    return tuple(replace(f, start=plain.starts[f.start], end=plain.ends[f.end - 1]) for f in found)
