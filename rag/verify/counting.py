"""Numbers, amounts and measures among the tokens of a text: digits, spelt numbers, ordinals and Roman numerals."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from rag.verify import lexicon
from rag.verify.fact import YEARS, Date, Fact, FactKind, Token

_AFTERNOON = re.compile(
    r"\s*(?:h|:00)?\s*(?:p\.?\s?m\.?|مساء|م\.|بعد الظهر|de la tarde|de la noche|du soir|de l'après-midi)(?!\w)"
)
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_ROMAN_WORD = re.compile(
    r"(?<![^\W\d_])((?:siglos?|secol[oi]|séculos?) )?([IVXLCDM]+)(?:e|ème)?\b( siècles?)?", re.UNICODE
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_SCALES = {"k": 1e3, "mn": 1e6, "mln": 1e6, "mio": 1e6, "bn": 1e9, "mrd": 1e9, "md": 1e9, "mds": 1e9}
_HALVES = frozenset("ونصف demi medio media half".split())
_TEENS = frozenset("عشر عشره".split())
_ELEVEN = frozenset("احد احدي اِحدي حادي الحادي".split())
_HUNDRED, _THOUSAND = 100, 1000
_ROUND = frozenset({100.0, 1e3, 1e6, 1e9, 1e12})  # that count roughly where nothing says how many: hundreds
_CENTURY = "century"
_SHORT = 3  # letters; one joined to a shorter word would make it another
_NOON = 12


def quantities(tokens: Sequence[Token], text: str, language: str) -> list[tuple[Fact, int, int]]:
    """The numbers among the tokens, each with the first token it takes and the one after its last."""
    found = []
    at = 0
    while at < len(tokens):
        read = _digits(tokens, at, text, language) or _spelt(tokens, at, text, language)
        if read is None:
            at += 1
            continue
        fact, until = read
        found.append((_with_unit(fact, tokens, at, until, text), at, until))
        at = until
    return found


def _digits(tokens: Sequence[Token], at: int, text: str, language: str) -> tuple[Fact, int] | None:
    token = tokens[at]
    if token.kind != "number":
        return None
    values, until, end = _values(token.text), at + 1, token.end
    firm, spelt = True, lexicon.numbers(language)
    while until < len(tokens) and tokens[until].kind == "word" and tokens[until].start - end <= 1:
        word = tokens[until].text
        scale = spelt.get(word, 0.0) if spelt.get(word, 0.0) >= _THOUSAND else _SCALES.get(word, 0.0)
        if word == "m" and (_money_beside(tokens, at, until)):
            scale = 1e6
        if not scale:
            break
        values, end, until = frozenset(v * scale for v in values), tokens[until].end, until + 1
        if until < len(tokens) and tokens[until].text in _HALVES:
            values, end, until = frozenset(v + scale / 2 for v in values), tokens[until].end, until + 1
    dates: frozenset[Date] = frozenset()
    if until == at + 1 and token.text.isdigit() and int(token.text) in YEARS:
        dates = frozenset({(int(token.text), None, None)})
    if _AFTERNOON.match(text, end):
        values |= {v + _NOON for v in values if v < _NOON}
    kind: FactKind = "date" if dates else "number"
    return Fact(kind, token.start, end, values, None, dates, firm), until


def _money_beside(tokens: Sequence[Token], at: int, until: int) -> bool:
    beside = [tokens[at - 1].text if at else "", tokens[until + 1].text if until + 1 < len(tokens) else ""]
    return any(lexicon.units().get(word) in lexicon.CURRENCIES for word in beside)


def _values(said: str) -> frozenset[float]:
    """What digits may stand for: 1.500 is one thing in English and another in Spanish."""
    plain = re.sub(r"[' ]", "", said)
    marks = re.findall(r"[.,]", plain)
    if not marks:
        return frozenset({float(plain)})
    groups = re.split(r"[.,]", plain)
    thousands = all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3 and groups[0] != "0"
    if len(set(marks)) > 1:  # the last one is the decimal point
        return frozenset({float("".join(groups[:-1]) + "." + groups[-1])})
    if len(marks) > 1:
        return frozenset({float("".join(groups))} if thousands else {float(group) for group in groups})
    decimal = float(".".join(groups))
    return frozenset({decimal, float("".join(groups))} if thousands and plain == said else {decimal})


def _spelt(tokens: Sequence[Token], at: int, text: str, language: str) -> tuple[Fact, int] | None:
    """A number in words that begins with this token."""
    table = lexicon.numbers(language)
    parts: list[float] = []
    until, end = at, tokens[at].start
    while until < len(tokens) and tokens[until].kind == "word" and (until == at or _touch(text, tokens, until)):
        value = _part(tokens, until, table, language, bool(parts))
        if value is None:
            break
        if value:
            parts.append(value)
            end = tokens[until].end
        until += 1
    if parts and parts[-1] >= _THOUSAND and until < len(tokens) and tokens[until].text in _HALVES:
        parts.append(parts[-1] / 2)
        until, end = until + 1, tokens[until].end
    while until > at and tokens[until - 1].end > end:  # a joining word at the end joins nothing
        until -= 1
    if not parts:
        return _ranked(tokens, at, language)
    bare = len(parts) == 1 and parts[0] in _ROUND and not lexicon.is_one(tokens[at].text)
    return Fact("number", tokens[at].start, end, frozenset({_total(parts)}), firm=not bare), until


def _ranked(tokens: Sequence[Token], at: int, language: str) -> tuple[Fact, int] | None:
    """A word that ranks: third, الثالث عشر."""
    token = tokens[at]
    value = lexicon.ordinals(language).get(token.text) if token.kind == "word" else None
    if value is None:
        return None
    until = at + 1
    if until < len(tokens) and tokens[until].text in _TEENS:
        value, until = value + 10, until + 1
    return Fact("number", token.start, tokens[until - 1].end, frozenset({value}), firm=False), until


def _touch(text: str, tokens: Sequence[Token], at: int) -> bool:
    return text[tokens[at - 1].end : tokens[at].start] in (" ", "-")


def _part(tokens: Sequence[Token], at: int, table: dict[str, float], language: str, begun: bool) -> float | None:
    """What a word adds to a spelt number; 0 of a word that joins, None of any other."""
    word = tokens[at].text
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if word in table:
        return table[word]
    if begun and lexicon.joins(word, language) and (following in table or lexicon.is_one(following)):
        return 0.0
    if lexicon.is_one(word):
        return 1.0 if begun or table.get(following, 0.0) >= _HUNDRED else None
    return _arabic_part(word, following, table, begun) if language == "ar" else None


def _arabic_part(word: str, following: str, table: dict[str, float], begun: bool) -> float | None:
    """The same of an Arabic word with what is joined to its beginning."""
    if word.removeprefix("ب").removeprefix("ل") in _ELEVEN and following in _TEENS:
        return 1.0
    prefixes = ("و", "ال") if begun else ("و", "ب", "ل", "ك", "ف", "ال", "وال", "بال")
    bare = [word.removeprefix(prefix) for prefix in prefixes if word.startswith(prefix) and len(word) > _SHORT]
    return next((table[rest] for rest in bare if rest in table), None)


def _total(parts: Sequence[float]) -> float:
    total = current = 0.0
    for part in parts:
        if part == _HUNDRED or (part == 20 and current % _HUNDRED == 4):
            small = current if part == _HUNDRED else 4
            current = current - (small if part != _HUNDRED else current) + (small or 1) * part
        elif part >= _THOUSAND:
            if total and total < part:
                total, current = (total + current) * part, 0.0
            else:
                total, current = total + (current or 1) * part, 0.0
        else:
            current += part
    return total + current


def _with_unit(fact: Fact, tokens: Sequence[Token], at: int, until: int, text: str) -> Fact:
    """The number with the unit or currency beside it."""
    unit, start, end = _unit_after(fact, tokens, until, text) or _unit_before(fact, tokens, at, text) or (None, 0, 0)
    if unit is None:
        return fact
    if unit == _CENTURY:
        return _of_century(fact, start, end)
    kind: FactKind = "amount" if unit in lexicon.CURRENCIES else "number"
    return replace(fact, kind=kind, start=start, end=end, unit=unit, dates=frozenset())


def _unit_after(fact: Fact, tokens: Sequence[Token], until: int, text: str) -> tuple[str, int, int] | None:
    """The unit that follows a number, and the two as one stretch."""
    units, after = lexicon.units(), [token.text for token in tokens[until : until + 2]]
    if not after or text[fact.end : tokens[until].start].strip(" -"):
        return None
    one, two = after[0], after[1] if len(after) > 1 else ""
    suffixed = one in lexicon.SUFFIXES and tokens[until].start <= fact.end + 1 and units.get(two) == _CENTURY
    unit, taken = units.get(one) or ("%" if one in lexicon.PERCENTS else None), 1
    if (one, two) in lexicon.PERCENT_PAIRS:
        unit, taken = "%", 2
    elif suffixed or (one in lexicon.BETWEEN and units.get(two) in lexicon.CURRENCIES):
        unit, taken = units[two], 2
    return (unit, fact.start, tokens[until + taken - 1].end) if unit else None


def _unit_before(fact: Fact, tokens: Sequence[Token], at: int, text: str) -> tuple[str, int, int] | None:
    """The currency before a number, or the century that it numbers, and the two as one stretch."""
    before = tokens[at - 1] if at else None
    unit = lexicon.units().get(before.text) if before else None
    if before is None or unit is None or text[before.end : fact.start].strip():
        return None
    return (unit, before.start, fact.end) if unit in lexicon.CURRENCIES | {_CENTURY} else None


def _of_century(fact: Fact, start: int, end: int) -> Fact:
    return replace(fact, kind="number", start=start, end=end, unit=_CENTURY, dates=frozenset(), firm=True)


def romans(text: str) -> list[Fact]:
    """Roman numerals: they may confirm any number, and name a century."""
    found = []
    for match in _ROMAN_WORD.finditer(text):
        if not _ROMAN.fullmatch(match[2]) or (len(match[2]) == 1 and match[2] not in "VX"):
            continue
        values = [_ROMAN_VALUES[c] for c in match[2]]
        total = sum(-a if a < b else a for a, b in pairwise([*values, 0]))
        fact = Fact("number", match.start(2), match.end(2), frozenset({float(total)}), firm=False)
        of_century = match[1] or match[3]
        found.append(_of_century(fact, match.start(), match.end()) if of_century else fact)
    return found
