"""A sentence as comparable words: numbers, months and weekdays are read as what they stand for, in three languages."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from index.analysis import words

Kind = Literal["number", "year", "month", "weekday"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or a sign that changes meaning, such as a currency's."""

    said: str  # as it stands in the text
    text: str  # without what is mere typography
    value: str  # `text`, or what a number, a month or a weekday stands for: "#12", "month 5", "weekday 1"
    named: bool = False  # written with a capital letter


_GROUPS = "'’\u00a0\u2009\u202f٬ "  # between the thousands of a number, beside points and commas
_NUMBER = re.compile(
    rf"(?<!\w)(?:[-−](?=\d))?(?:\d{{1,3}}(?:[{_GROUPS}]\d{{3}})+(?!\d)(?:[.,٫]\d+)?|\d+(?:[.,٫٬:/–-]\d+)*)(?!\w)"
)
_PIECE = re.compile(r"\S+")
_SIGN = re.compile(r"[%٪‰°$£¥€₤₪₹₺₽§+=<>±×]")
# Soft hyphens, joiners and marks of direction; Arabic vowel points and the line that stretches letters.
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0640\u064b-\u065f\u0670]")
_FORMS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "œ": "oe", "æ": "ae", "–": "-", "−": "-", "‐": "-"})
_NOT = re.compile(r"(?:n['’]t|(?<=can)not)\b", re.IGNORECASE)
_YEAR = re.compile(r"#(?:1\d|20|21)\d\d(?:[-/](?:\d\d){1,2})?")  # or two of them, of a season
_DECIMAL = re.compile(r"[,٫](?=\d{1,2}(?!\d)|\d{4})")
_CURRENCIES = frozenset("EUR USD GBP CHF CAD MAD DZD TND EGP SAR AED Euro Euros".split())

_NUMBERS = """2 two deux اثنان اثنين اثنتان اثنتين|3 three trois ثلاث ثلاثة|4 four quatre أربع أربعة
5 five cinq خمس خمسة|6 six ست ستة|7 seven sept سبع سبعة|8 eight huit ثمان ثماني ثمانية|9 nine neuf تسع تسعة
10 ten dix عشر عشرة|11 eleven onze|12 twelve douze|13 thirteen treize|14 fourteen quatorze|15 fifteen quinze
16 sixteen seize|17 seventeen|18 eighteen|19 nineteen|20 twenty vingt vingts عشرون عشرين
30 thirty trente ثلاثون ثلاثين|40 forty quarante أربعون أربعين|50 fifty cinquante خمسون خمسين
60 sixty soixante ستون ستين|70 seventy septante سبعون سبعين|80 eighty octante huitante ثمانون ثمانين
90 ninety nonante تسعون تسعين|100 hundred cent cents مئة مائة|200 مئتان مئتين|1000 thousand mille ألف آلاف
1000000 million millions مليون ملايين|1000000000 billion milliard milliards مليار"""
_MONTHS = """january janvier يناير|february février فبراير شباط|march mars مارس آذار|april avril أبريل إبريل نيسان
may mai مايو أيار|june juin يونيو حزيران|july juillet يوليو تموز|august août أغسطس آب|september septembre سبتمبر أيلول
october octobre أكتوبر|november novembre نوفمبر|december décembre ديسمبر"""
_WEEKDAYS = """monday lundi الاثنين الإثنين|tuesday mardi الثلاثاء|wednesday mercredi الأربعاء|thursday jeudi الخميس
friday vendredi الجمعة|saturday samedi السبت|sunday dimanche الأحد"""


def _rows(table: str) -> list[list[str]]:
    return [row.translate(_FORMS).split() for row in table.replace("\n", "|").split("|")]


_VALUES = {
    **{word: f"#{row[0]}" for row in _rows(_NUMBERS) for word in row[1:]},
    **{word: f"month {n}" for n, row in enumerate(_rows(_MONTHS), 1) for word in row},
    **{word: f"weekday {n}" for n, row in enumerate(_rows(_WEEKDAYS), 1) for word in row},
}


@lru_cache(maxsize=512)  # a sentence is compared with many
def tokens(text: str) -> tuple[Token, ...]:
    """The words, numbers and signs of `text`, in order."""
    found: list[Token] = []
    at = 0
    for number in _NUMBER.finditer(text):
        found += _words(text[at : number.start()])
        found.append(_number(number[0]))
        at = number.end()
    return (*found, *_words(text[at:]))


def unseen_left_out(text: str) -> str:
    """`text` without hyphens and joiners that nobody sees, and without Arabic's vowel points."""
    return _UNSEEN.sub("", text)


def kind_of(token: Token) -> Kind | None:
    """What a token counts or dates; None for any other word."""
    if token.value.startswith("#"):
        plainly = token.text[0].isdigit() and len(token.said) == len(token.text)  # 1 600 is none, nor is a thousand
        return "year" if plainly and _YEAR.fullmatch(token.value) else "number"
    return "month" if token.value.startswith("month ") else "weekday" if token.value.startswith("weekday ") else None


def differ(one: Token, other: Token) -> bool:
    """Whether two figures of one kind are surely not the same, however they may be written."""
    kinds = {kind_of(one), kind_of(other)}
    alike = len(kinds) == 1 or kinds == {"number", "year"}  # an amount may look like a year
    return alike and None not in kinds and _digits(one) != _digits(other)


def _digits(token: Token) -> str:
    # 1.500 is one thing in English and another in Spanish: as far as it is unclear, figures are taken for equal.
    return re.sub(r"[.,]", "", token.value)


def _number(said: str) -> Token:
    plain = "".join(str(unicodedata.digit(char, char)) for char in said).translate(_FORMS)
    plain = _DECIMAL.sub(".", re.sub(rf"[{_GROUPS}]", "", plain))
    return Token(said, plain, f"#{plain}")


def _words(text: str) -> list[Token]:
    return [token for piece in _PIECE.finditer(text) for token in _piece(piece[0])]


@lru_cache(maxsize=8192)
def _piece(said: str) -> tuple[Token, ...]:
    """The words and signs of a piece between white space."""
    plain = _NOT.sub(" not", unseen_left_out(unicodedata.normalize("NFKC", said))).casefold().translate(_FORMS)
    shown = re.sub(r"^\W+|\W+$", "", said)
    named = shown[:1].isupper() and shown not in _CURRENCIES
    signs = [sign.replace("٪", "%") for sign in _SIGN.findall(plain)]
    spelt = [Token(shown, word, _VALUES.get(word, word), named) for word in words(plain)]
    return (
        *(_whole(spelt) if len(spelt) > 1 and "-" in plain else spelt),
        *(Token(sign, sign, sign) for sign in signs),
    )


def _whole(spelt: list[Token]) -> list[Token]:
    """Words that a hyphen joins, as one where they are a number's: twenty-five, quatre-vingt-dix."""
    parts = [int(token.value[1:]) for token in spelt if kind_of(token) in ("number", "year")]
    if len(parts) != len([token for token in spelt if token.text != "et"]):
        return spelt
    number = 0
    for part in parts:
        number = number * part if number and number < part else number + part
    return [Token(spelt[0].said, " ".join(token.text for token in spelt), f"#{number}")]
