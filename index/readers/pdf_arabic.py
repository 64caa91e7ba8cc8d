"""Words in letters that are written from right to left: which way round they are, their letters, their brackets."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

_RIGHT_TO_LEFT = re.compile("[\u0590-\u05ff\u0600-\u06ff\u0700-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")
_FORMS = re.compile("[\ufb00-\ufb06\ufb1d-\ufdff\ufe70-\ufefc]+")
_KASHIDA = re.compile("(?<=[\u0620-\u063f\u0641-\u06d3])\u0640+(?=[\u0620-\u063f\u0641-\u06d3])")
OPENING, CLOSING = "([{«‹", ")]}»›"

_ARTICLE, _ARTICLE_REVERSED = ("ال", "وال", "بال", "لل", "ٱل"), ("لا", "لاو", "لاب", "لل", "لٱ")
_LAST, _LAST_HEBREW = "ةىۃ", "ךםןףץ"  # letters that end words and begin none
_COMMON = frozenset(
    "في من على إلى أن عن هذا هذه التي الذي ما لا كان مع بين قد كل بعد قبل أو ثم هو هي ذلك كما لم إن غير "  # Arabic
    "در به از که این است را با برای آن می شود های یک هم بود شده خود تا نیز "  # Persian
    "کے میں کی ہے سے کا اور کو پر یہ نے ہیں کہ اس ایک تھا کیا بھی "  # Urdu
    "لە بۆ کە ئەم لەگەڵ دا بە وە په چې د کې سره دی نه "  # Kurdish, Pashto
    "של את על לא עם זה כי גם או הוא היא אם כל אל יש אני אשר".split()  # Hebrew
)
_COMMON_REVERSED = frozenset(word[::-1] for word in _COMMON)
_PALINDROMES = _COMMON & _COMMON_REVERSED
_EDGES = "".join(OPENING + CLOSING) + "\"'“”‘’.,;:!?؟،؛…-–"


class Evidence(NamedTuple):
    """How many words are such as are only written one way round, and how many only the other way; of how many."""

    forward: int
    backward: int
    words: int

    def __add__(self, other: object) -> "Evidence":
        if not isinstance(other, Evidence):
            return NotImplemented
        return Evidence(*(a + b for a, b in zip(self, other, strict=True)))


def count_letters(text: str) -> tuple[int, int]:
    """How many letters of `text` are written from right to left, and how many from left to right."""
    every = _LETTER.findall(text)
    right_to_left = sum(map(is_right_to_left, every)) if is_right_to_left(text) else 0
    return right_to_left, len(every) - right_to_left


def is_right_to_left(text: str) -> bool:
    """Whether it has a letter that is written from right to left."""
    return bool(_RIGHT_TO_LEFT.search(text))


def evidence(words: Iterable[str]) -> Evidence:
    """What words in letters from right to left say of the order of their letters."""
    forward = backward = count = 0
    for word in words:
        bare = word.strip(_EDGES)
        if len(bare) < 2 or not _RIGHT_TO_LEFT.match(bare):
            continue
        count += 1
        if bare in _COMMON:
            forward += bare not in _PALINDROMES
        elif bare in _COMMON_REVERSED:
            backward += 1
        else:
            long = len(bare) > 4
            forward += bare[-1] in _LAST or bare[-1] in _LAST_HEBREW or (long and bare.startswith(_ARTICLE[:3]))
            backward += bare[0] in _LAST or bare[0] in _LAST_HEBREW or (long and bare.endswith(_ARTICLE_REVERSED[:3]))
    return Evidence(forward, backward, count)


def normal(word: str) -> str:
    """`word` with letters for the forms that they take in a word, without kashidas that fill a line."""
    if _FORMS.search(word):
        word = _FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), word)
    return unicodedata.normalize("NFC", _KASHIDA.sub("", word))


def with_brackets(words: list[str]) -> list[str]:
    """The words of a paragraph from right to left with brackets that open where they stand before what they enclose.

    Files say either the character or the shape that is drawn for it, which is the other bracket of the pair.
    """
    for opening, closing in zip(OPENING, CLOSING, strict=True):
        marks = [(i, j) for i, word in enumerate(words) for j, c in enumerate(word) if c in (opening, closing)]
        if not marks or _are_balanced([words[i][j] == opening for i, j in marks]):
            continue
        first, place = marks[0]
        if first == 0 and place == len(words[0]) - 1 and place <= 3 and words[0][:place].isalnum():
            words[0] = words[0][:place] + closing  # "1)" begins an item
            marks = marks[1:]
        opens = [words[i][j] == opening for i, j in marks]
        if not _are_balanced(opens):
            swapped = [not open_ for open_ in opens]
            opens = swapped if _are_balanced(swapped) else _alternating(opens)
        for (i, j), open_ in zip(marks, opens, strict=True):
            words[i] = words[i][:j] + (opening if open_ else closing) + words[i][j + 1 :]
    return words


def _are_balanced(opens: list[bool]) -> bool:
    depth = 0
    for open_ in opens:
        depth += 1 if open_ else -1
        if depth < 0:
            return False
    return depth == 0


def _alternating(opens: list[bool]) -> list[bool]:
    """Each second one closing; where one is left over, as it is most likely: what is said is the drawn shape."""
    if len(opens) == 1:
        return opens
    return [i % 2 == 0 for i in range(len(opens))]
