"""The names of a sentence, and whether another sentence has them, in whatever script.

Where a script has capitals a name is a capitalised word. Names are compared by the consonants they are said with, as
far as scripts and languages agree on them: Mohammed, Muhammad and محمد have one skeleton, Горбачёв and Gorbatchev too.
Places and peoples that each language calls otherwise (Germany, Allemagne, ألمانيا) are compared by a table.
"""
# ruff: noqa: E501 - a row of a table is a line

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import product
from typing import Literal

from index.analysis import fold
from rag.verify import lexicon
from rag.verify.exonyms import called, is_place
from rag.verify.folded import folded

_WORD = re.compile(r"[^\W\d_]+")
_BEGINS = re.compile(r"(?:\A|[.!?:;…\n][\"'”»)\]]*\s+|\A[\"'«“(\[\s]+|[:.]?\s*[\"«“]\s*)\Z")
_ELISION = re.compile(r"(?i)^(?:l|d|j|qu|s|n|c|m|t|dell|all|dall|nell|sull|un)$")
_NO_NAMES = frozenset(
    "i mr mrs ms dr m mme mlle sr sra st ste ii iii iv vi vii viii ix xi xii xiii xiv xv xvi xvii xviii xix xx xxi "
    "europe europa the le la les el los las der die das".split()
)
# What sentences begin with before a name.
_OPENERS = frozenset(
    "according after although among and as at because before between both but by despite due during for from he her his "
    "if in it its like many more most no not of on once one only our she since so some that the their then these they "
    "this those three through to two under unlike until upon we what when where which while who with within without "
    "selon après alors ainsi afin au aux avant avec bien car ce cela ces cet cette chez comme contre dans de depuis des "
    "dès devant donc dont du durant elle elles en entre et il ils je la le les leur leurs lors lorsque mais malgré même "
    "ni notre nous on or ou où par pas pendant plus pour pourquoi près puis quand que quelques qui sa sans sauf se sera "
    "ses si sous son sur tous tout toute toutes très trois un une vers voici vous "
    "según además al algunos ante antes aunque bajo cada como con contra cuando desde después donde dos durante el ella "
    "ellos en entre era es esta este estos hacia hasta hay la las lo los mientras muchos muy no nuestra o otro para pero "
    "por porque pues si sin sobre su sus también tras todo todos tres un una unos y ya "
    "nach laut bei während seit mit für von als auch auf aus nel nella secondo dopo con dal della segundo após com desde".split()
)
_MOSTLY = 0.6  # of a sentence's words; where more are capitalised, capitals tell nothing
_LEAST = 6  # words, of which that can be told
# Articles, prepositions and the like, which Arabic writes with the word after them.
PREFIXES = ("وبال", "وال", "بال", "كال", "فال", "لل", "ال", "و", "ب", "ل", "ك", "ف", "س")
_SHORT = 3
_LONG = 5  # sounds; one of so many may differ
_SILENT = ("t", "d", "s", "p", "x", "z", "r")  # at the end of French names
_VOWELS = re.compile("[aeiouy]")
_NUMERAL = re.compile("[IVXLCDM]+(?:e|ème)?")
_TITLE = re.compile(r"(?:\b(?:MM?|M[mrl][mes]*|Mlle|Dr|Pr|Prof|St|Ste|Sr|Sra|Jr|[A-Z])\.\s*)\Z")
_MOST_SPELLINGS = 48
_ALIKE = 0.8  # share of letters that two spellings in one script have in common

Script = Literal["latin", "arabic", "cyrillic", "greek", "other"]

# What each letter may be heard as; "" is nothing. Vowels are nothing but at the beginning ("A").
_ARABIC = {
    **dict.fromkeys("بپ", "B"), **dict.fromkeys("تطدض", "T"), **dict.fromkeys("ثذظ", "TS"), **dict.fromkeys("جچ", "JKS"),
    **dict.fromkeys("قكگ", "K"), "خ": "KH", "غ": "K", "ح": "H", "ه": "H", **dict.fromkeys("سصشزژ", "S"), "ر": "R", "ل": "L",
    "م": "M", "ن": "N", **dict.fromkeys("فڤ", "F"), "و": "_F", **dict.fromkeys("اعءئؤيآ", "_"),
}  # fmt: skip
_LATIN = {
    **dict.fromkeys(["b", "p"], "B"), **dict.fromkeys(["t", "d", "tt"], "T"), **dict.fromkeys(["th", "dh"], "TS"),
    **dict.fromkeys(["k", "q", "ck", "qu", "cq"], "K"), "g": "KJ", "gh": "KJ_", "gu": "KJ", "c": "KS", "kh": "KH",
    "ch": "KSJ", "cz": "SKJ",
    **dict.fromkeys(["s", "z", "sch", "sh", "sz", "tz", "ss", "ts"], "S"), "zh": "SJ", "j": "JHK_", "dj": "J", "h": "H",
    "r": "R", "l": "L", "m": "M", "n": "N", **dict.fromkeys(["f", "ph"], "F"), "v": "F", "w": "_F", "ll": "L_", "gn": "N",
    **dict.fromkeys("aeiouy", "_"),
}  # fmt: skip
_PIECES = re.compile(r"sch|th|dh|kh|ck|cq|qu|gh|gn|gu(?=[eiy])|ch|cz|sh|sz|tz|ts|tt|ss|zh|dj|ph|ll|x|[a-z]")
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўјљњћђџ", (
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sh _ y _ e u a i i e g u j l n ch dj dj").split(), strict=True))  # fmt: skip
_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t i f ch ps o".split(), strict=True)
)


@dataclass(frozen=True, slots=True)
class Name:
    """A word of a name, at `text[start:end]`; `firm` is False of a first word, which may be any word."""

    text: str
    start: int
    end: int
    firm: bool


@lru_cache(maxsize=4096)
def names(text: str, language: str) -> tuple[Name, ...]:
    """The words of names in `text`; none in a script without capitals."""
    words = [m for m in _WORD.finditer(text) if not _ELISION.match(m[0])]
    capital = [m for m in words if m[0][0].isupper()]
    if len(words) >= _LEAST and len(capital) > _MOSTLY * len(words):
        return ()
    places = {m.start() for m in capital if _is_name(m[0])}
    found = []
    for at, match in enumerate(words):
        if match.start() not in places:
            continue
        beside = [words[i] for i in (at - 1, at + 1) if 0 <= i < len(words) and words[i].start() in places]
        before = text[max(0, match.start() - 6) : match.start()]
        first = _BEGINS.search(before) is not None and not _TITLE.search(before)
        if language == "de" and not match[0].isupper() and not any(_touching(text, match, other) for other in beside):
            continue
        follows = [w for w in beside if w.start() > match.start() and _touching(text, match, w)]
        opens = match[0].lower() in _OPENERS or not follows
        found.append(Name(match[0], match.start(), match.end(), not (first and opens)))
    return tuple(found)


def _is_name(word: str) -> bool:
    lower = "".join(folded(word).text.lower())
    return (
        len(word) > 1
        and not _NUMERAL.fullmatch(word)
        and lower not in _NO_NAMES
        and lower not in lexicon.months()
        and lower not in lexicon.counting()
        and lower not in lexicon.WEEKDAYS
    )


def _touching(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    first, second = sorted((one, other), key=lambda m: m.start())
    return text[first.end() : second.start()] in (" ", "-", "\u00a0")


def words_of(text: str) -> tuple[str, ...]:
    """The words of `text`, as they are compared."""
    return tuple(_WORD.findall(folded(text).text))


def candidates(text: str) -> tuple[str, ...]:
    """Those words of `text` that may be a name's by what they mean: "million" sounds as Molvane may, "third" as Toledo."""
    return tuple(word for word in words_of(text) if not _measures(_plain(word)))


def _measures(word: str) -> bool:
    return word in lexicon.counting() or word in lexicon.units()


def found_in(name: str, words: Iterable[str]) -> bool:
    """Whether one of the words is this name, in another spelling or script or by what other languages call it."""
    own = called(name)
    return any(same_name(name, word) or (own and own & called(word)) for word in words)


def is_common(name: str) -> bool:
    """Whether a word makes up names but is none: United, Party, Museum."""
    return bool(called(name)) and not is_place(name)


def comparable(name: str, words: Sequence[str]) -> bool:
    """Whether names in the script of these words could be recognised at all."""
    return script(name) != "other" and any(script(word) != "other" for word in words)


@lru_cache(maxsize=65536)
def same_name(one: str, other: str) -> bool:
    """Whether two words may be one name."""
    first, second = _plain(one), _plain(other)
    if first == second:
        return True
    if script(one) == script(other) and script(one) != "arabic":
        return _alike(first, second)
    if script(one) == script(other):
        return bool(_bare(first) & _bare(second))
    return _sound_alike(skeletons(one), skeletons(other))


def _alike(one: str, other: str) -> bool:
    """Whether two words of one script are spellings of one name: Lutero and Luther, Napoléon and Napoleón."""
    if one[0] != other[0] and not {one[0], other[0]} <= set("kcqgjyivwszhx"):
        return False
    if min(len(one), len(other)) <= _SHORT:
        return False
    close = SequenceMatcher(None, one, other).ratio() >= _ALIKE
    return (
        close
        or (len(_VOWELS.sub("", one)) >= _SHORT and _VOWELS.sub("", one) == _VOWELS.sub("", other))
        or _sound_alike(_long(skeletons(one)), _long(skeletons(other)))
    )


def _long(found: frozenset[str]) -> frozenset[str]:
    return frozenset(s for s in found if len(s) >= _SHORT)


def _sound_alike(one: frozenset[str], other: frozenset[str]) -> bool:
    if one & other:
        return True
    return any(
        len(a) >= _LONG and len(b) >= _LONG and a[0] == b[0] and abs(len(a) - len(b)) <= 1 and _one_apart(a, b)
        for a in one
        for b in other
    )


def _one_apart(one: str, other: str) -> bool:
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    return one[at + (len(one) == len(other)) :] == other[at + 1 :]


@lru_cache(maxsize=65536)
def skeletons(word: str) -> frozenset[str]:
    """The consonants that a word may be said with."""
    kind = script(word)
    if kind == "arabic":
        return frozenset(
            s
            for bare in _bare(_plain(word))
            for s in _spellings([_ARABIC.get(c, "_") for c in bare.replace("تش", "ش")])
        )
    if kind == "other":
        return frozenset()
    table = _CYRILLIC if kind == "cyrillic" else _GREEK if kind == "greek" else {}
    latin = "".join(table.get(c, c) for c in _plain(word)).replace("_", "")
    pieces = _PIECES.findall(latin)
    silent = pieces[:-1] if len(pieces) > _LONG and pieces[-1] in _SILENT else pieces
    return frozenset(_heard(pieces)) | frozenset(_heard(silent))


def _heard(pieces: Sequence[str]) -> Iterable[str]:
    return _spellings([s for p in pieces for s in (("K", "S") if p == "x" else (_LATIN.get(p, "_"),))])


def _spellings(sounds: Sequence[str]) -> Iterable[str]:
    """Every way to say a row of sounds, repeated ones once."""
    if not sounds:
        return
    choices: list[str] = []
    for at, sound in enumerate(sounds):
        # A beginning that is breathed or a vowel is heard as one; later both are nothing.
        heard = sound.replace("H", "_") if at else sound.replace("_", "A").replace("H", "A")
        choices.append("".join(dict.fromkeys(heard)))
    count = 1
    for at, choice in enumerate(choices):
        count *= len(choice)
        if count > _MOST_SPELLINGS:
            choices[at] = choice[0]
            count //= len(choice)
    for said in product(*choices):
        kept = re.sub(r"(.)\1+", r"\1", "".join(said))
        yield re.sub(r"(.)\1+", r"\1", kept.replace("_", ""))


def _plain(word: str) -> str:
    return fold(folded(word).text.lower())


@lru_cache(maxsize=65536)
def _bare(word: str) -> frozenset[str]:
    """An Arabic word with and without what may be joined to its beginning."""
    without = {word[len(p) :] for p in PREFIXES if word.startswith(p) and len(word) - len(p) >= _SHORT - 1}
    return frozenset({word} | without)


@lru_cache(maxsize=65536)
def script(word: str) -> Script:
    """The script of a word's first letter."""
    char = word[:1]
    if "\u0600" <= char <= "\u06ff":
        return "arabic"
    if "\u0400" <= char <= "\u052f":
        return "cyrillic"
    if "\u0370" <= char <= "\u03ff":
        return "greek"
    return "latin" if (char and char < "\u0250") or "\u1e00" <= char <= "\u1eff" else "other"
