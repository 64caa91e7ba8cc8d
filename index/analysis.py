"""Text to lexical terms, by the language's own rules.

A term is made of letters, digits and marks only. Numbers are written with ASCII digits, so that ٢٠٢٤ and 2024 are one
term. Stems come from Snowball; scripts that put no spaces between words give overlapping runs of characters instead.
"""

import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

# Snowball's stemmers by language code.
_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "nb": "norwegian", "no": "norwegian", "nn": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# One form for letters that are written in several ways and that no decomposition joins.
_LETTERS = str.maketrans({
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "ـ": None,
    "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i",
})  # fmt: skip
_HAN = r"\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
_MARKS = r"\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670"  # Latin, Greek and Cyrillic accents; Hebrew and Arabic points
_POINTS = re.compile(f"[{_MARKS}]")
# Dandas, currency signs and the like stand among the letters of their scripts.
_SIGNS = "".join(c for c in map(chr, range(0x0900, 0x1800)) if unicodedata.category(c)[0] in "PS")
# \w leaves out the combining vowels of Indic scripts, which belong to their words.
WORD = re.compile(
    rf"[{_HAN}]+|(?:(?![{_SIGNS}])[{_UNSPACED}])+"
    rf"|(?:(?![{_HAN}{_UNSPACED}])[^\W_]|(?![{_SIGNS}])[\u0900-\u0dff{_MARKS}])+"
)
_HAN_RUN = re.compile(f"[{_HAN}]")
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]")
_HAN_LENGTH, _UNSPACED_LENGTH = 2, 3  # characters a term
_stemmers = threading.local()  # a Snowball stemmer keeps state between calls


def terms(text: str, language: str) -> list[str]:
    """The terms of `text` in order, repeated as often as they occur; `language` is an ISO 639-1 code."""
    return [term for word in words(text) for term in word_terms(word, language)]


def words(text: str) -> list[str]:
    """The words of `text`, case folded, compatibility forms and digits made plain, before any stemming."""
    return WORD.findall(_plain_digits(unicodedata.normalize("NFKC", text).casefold()))


def word_terms(word: str, language: str) -> tuple[str, ...]:
    """The terms of one word as `words` gives it: its stem, or its overlapping runs where words are not spaced."""
    if _HAN_RUN.match(word):
        return tuple(_runs(word, _HAN_LENGTH))
    if _UNSPACED_RUN.match(word):
        return tuple(_runs(word, _UNSPACED_LENGTH))
    stem = _stem(word, language)
    return (stem,) if stem else ()


@lru_cache(maxsize=65536)
def _stem(word: str, language: str) -> str:
    if "\u0600" <= word[0] <= "\u06ff":
        word = _POINTS.sub("", word)
    if language in _SNOWBALL:
        word = _stemmer(language).stemWord(word)
    return fold(word)


def fold(word: str) -> str:
    """Letters without accents and points, and one form for each letter that is written in several ways."""
    return _POINTS.sub("", unicodedata.normalize("NFD", word).translate(_LETTERS)).translate(_LETTERS)


def _runs(word: str, length: int) -> Iterable[str]:
    if len(word) <= length:
        return [word]
    return (word[i : i + length] for i in range(len(word) - length + 1))


def _plain_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() and unicodedata.digit(c, None) is not None else c
        for c in text
    )


def _stemmer(language: str) -> Stemmer.Stemmer:
    cache: dict[str, Stemmer.Stemmer] = _stemmers.__dict__
    if language not in cache:
        cache[language] = Stemmer.Stemmer(_SNOWBALL[language])
    return cache[language]
