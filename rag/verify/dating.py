"""Dates of a text: all digits, or a month's name with the day and the year beside it."""

import re
from collections.abc import Iterator, Sequence

from rag.verify import lexicon
from rag.verify.fact import YEARS, Date, Fact, Token

_NUMERIC_DATE = re.compile(r"(?<![\d./-])(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})(?![\d/-])")
_YEARS_RANGE = re.compile(r"(?<!\d)(1\d|20)(\d\d)([-/])(\d\d)(?![\d/-])")
_MONTHS, _DAYS = 12, 31


def numeric_dates(text: str) -> tuple[list[Fact], str]:
    """The dates that are all digits, and the text with spaces for them."""
    found = []
    for match in _NUMERIC_DATE.finditer(text):
        dates = frozenset(_readings(match[1], match[3], match[4]))
        if dates:
            found.append(Fact("date", match.start(), match.end(), dates=dates))
            text = text[: match.start()] + "·" * (match.end() - match.start()) + text[match.end() :]
    return found, text


def ranges(text: str) -> tuple[str, list[Fact]]:
    """The text without the second years of 1922-26, and those years."""
    found = []
    for match in _YEARS_RANGE.finditer(text):
        if int(match[4]) > int(match[2]):
            year = int(match[1] + match[4])
            found.append(
                Fact(
                    "date",
                    match.start(4),
                    match.end(4),
                    frozenset({float(year)}),
                    dates=frozenset({(year, None, None)}),
                )
            )
            text = text[: match.start(4)] + "··" + text[match.end(4) :]
    return text, found


def _readings(first: str, second: str, third: str) -> Iterator[Date]:
    a, b, c = int(first), int(second), int(third)
    if len(first) == 4:  # a year
        orders = [(a, b, c)]
    elif len(third) in (2, 4):
        year = c if len(third) == 4 else 2000 + c if c < 50 else 1900 + c
        orders = [(year, b, a), (year, a, b)]
    else:
        orders = []
    yield from ((y, m, d) for y, m, d in orders if y in YEARS and 0 < m <= _MONTHS and 0 < d <= _DAYS)


def with_months(quantities: Sequence[tuple[Fact, int, int]], tokens: Sequence[Token], language: str) -> list[Fact]:
    """The figures, days and years joined to the months beside them."""
    by_first = {at: (fact, until) for fact, at, until in quantities}
    by_last = {until: (fact, at) for fact, at, until in quantities}
    taken: set[int] = set()
    found: list[Fact] = []
    for at, token in enumerate(tokens):
        month = lexicon.months().get(token.text) if token.kind == "word" else None
        if month is None or _inside(quantities, at):
            continue
        day = _day_before(by_last, tokens, at)
        later = _after(by_first, tokens, at, day is None)
        if day is None and not later and token.text in lexicon.MAYBE_MONTHS:
            continue
        parts = [fact for fact in (day, *later) if fact is not None]
        taken.update(fact.start for fact in parts)
        found.append(_date(month, token, day, later))
    return found + [fact for fact, _, _ in quantities if fact.start not in taken]


def _inside(quantities: Sequence[tuple[Fact, int, int]], at: int) -> bool:
    return any(first <= at < until for _, first, until in quantities)


def _day_before(by_last: dict[int, tuple[Fact, int]], tokens: Sequence[Token], at: int) -> Fact | None:
    for back in range(4):
        if at - back in by_last:
            fact = by_last[at - back][0]
            return fact if _small(fact) is not None else None
        if at - back - 1 < 0 or tokens[at - back - 1].text not in (
            "de",
            "of",
            "th",
            "st",
            "nd",
            "rd",
            "er",
            "من",
            "شهر",
            "º",
            "do",
        ):
            return None
    return None


def _after(by_first: dict[int, tuple[Fact, int]], tokens: Sequence[Token], at: int, day_wanted: bool) -> list[Fact]:
    """The day, where none stood before, and the year that follow a month."""
    found: list[Fact] = []
    place = at + 1
    for _ in range(5):
        if place in by_first:
            fact, until = by_first[place]
            if any(y is not None and m is None for y, m, _ in fact.dates):
                return [*found, fact]
            if not day_wanted or found or _small(fact) is None:
                return found
            found.append(fact)
            place = until
        elif place < len(tokens) and tokens[place].text in (
            "de",
            "of",
            "th",
            "st",
            "nd",
            "rd",
            "del",
            "سنه",
            "عام",
            "من",
            "do",
        ):
            place += 1
        else:
            return found
    return found


def _small(fact: Fact) -> int | None:
    """The day of a month that a number may be."""
    days = [int(v) for v in fact.values if v.is_integer() and 0 < v <= _DAYS]
    return days[0] if days and fact.unit is None and not fact.dates else None


def _date(month: int, token: Token, day: Fact | None, later: Sequence[Fact]) -> Fact:
    parts = [fact for fact in (day, *later) if fact is not None]
    year = next((y for fact in later for y, _, _ in fact.dates), None)
    first = next((_small(fact) for fact in parts if not fact.dates), None)
    start = min([token.start, *(fact.start for fact in parts)])
    end = max([token.end, *(fact.end for fact in parts)])
    return Fact("date", start, end, dates=frozenset({(year, month, first)}))
