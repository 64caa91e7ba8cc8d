"""A figure of a sentence as a comparable value."""

from dataclasses import dataclass
from typing import Literal

FactKind = Literal["number", "amount", "date"]
Date = tuple[int | None, int | None, int | None]  # year, month, day, as far as they are said

YEARS = range(1000, 2200)  # what four digits may be the year of


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure that stands at `text[start:end]`.

    A date has its readings in `dates`, anything else in `values`, with its unit where it has one. `firm` is False of
    what only ranks or roughly counts (third, XIX, thousands): it may confirm a figure, and its absence proves nothing.
    """

    kind: FactKind
    start: int
    end: int
    values: frozenset[float] = frozenset()
    unit: str | None = None
    dates: frozenset[Date] = frozenset()
    firm: bool = True


@dataclass(frozen=True, slots=True)
class Token:
    """A number, word or sign of a folded text, in lower case, and its place in that."""

    kind: str
    text: str
    start: int
    end: int


def equal(one: Fact, other: Fact) -> bool:
    """Whether `other` says at least what `one` says; units that only one of them names are let pass."""
    if one.dates and other.dates:
        return any(_within(a, b) for a in one.dates for b in other.dates)
    if one.dates or other.dates:
        date, number = (one, other) if one.dates else (other, one)
        return any((v, None, None) in date.dates for v in number.values)
    return bool(one.values & other.values) and not units_differ(one, other)


def units_differ(one: Fact, other: Fact) -> bool:
    """Whether two figures count surely different things."""
    return one.unit is not None and other.unit is not None and one.unit != other.unit


def alike(one: Fact, other: Fact) -> bool:
    """Whether two figures are of one kind, so that one may stand in the other's place."""
    return one.kind == other.kind and not units_differ(one, other)


def _within(one: Date, other: Date) -> bool:
    return all(a is None or a == b for a, b in zip(one, other, strict=True))
