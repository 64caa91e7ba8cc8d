"""The characters of a line with letters from right to left, in the order of speech, from where they are drawn.

On the page such a line stands as the rules of bidirectional text lay it out: letters of Arabic and Hebrew from right to
left, numbers and Latin words in it from left to right. This takes that back.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from index.readers.pdf_arabic import CLOSING, OPENING, is_right_to_left
from index.readers.pdf_glyphs import Glyph

Cluster = list[Glyph]  # a letter with its marks, or the letters of a ligature; none for a space

_CLASSES = {"R": "R", "AL": "R", "L": "L", "EN": "N", "AN": "N", "CS": "S", "ES": "E", "ET": "T", "WS": " "}
_ON_ALEF = ("\u064b", "\u0653", "\u0654", "\u0655")  # marks of alef in the ligature of lam and alef; others are lam's
_NEAR = 12  # letters, among which that of a mark is looked for
# Patterns over one sign a character, from left to right: R and L letters, N digits, S separators of numbers, E + and -,
# T signs of money, P percent, ( and ) brackets, O others. Latin words go on over spaces, signs and what is in brackets.
_WORD = "[LN]++(?:[SETPO]{1,3}+[LN]++)*+"
_WORDS = rf"{_WORD}(?:[SETPO ]{{1,3}}+{_WORD})*+"
_ISLAND = re.compile(rf"{_WORDS}(?: ?\({_WORDS}\)(?:[SETPO ]{{1,3}}+{_WORDS})*+)*+P?")
_NUMBER, _HEBREW_NUMBER = re.compile("N++(?:SN++)*+P?"), re.compile("N++(?:[SE]N++)*+P?")
_SPAN_IN_LATIN = re.compile("R(?:[^L]*R)?")


def spoken(glyphs: Sequence[Glyph], right_to_left: bool, gap: float) -> list[Glyph | None]:
    """The characters of a line in the order of speech, None between words; `right_to_left` is the line's direction.

    A `gap`, a share of the font's size, stands between words.
    """
    clusters = _with_spaces(_clusters(glyphs, _covering), gap)
    signs = "".join(_sign(cluster[0]) if cluster else " " for cluster in clusters)
    hebrew = any("\u0590" <= cluster[0].text[0] <= "\u05ff" for cluster in clusters if cluster)
    number = _HEBREW_NUMBER if hebrew else _NUMBER
    if right_to_left:
        order = _from_the_right(signs, (0, len(signs)), number)
    else:
        order, at = [], 0
        for match in _SPAN_IN_LATIN.finditer(signs):
            order += [*range(at, match.start()), *_from_the_right(signs, match.span(), number)]
            at = match.end()
        order += range(at, len(signs))
    return _flat(clusters[index] for index in order)


def as_drawn(glyphs: Sequence[Glyph], gap: float) -> list[Glyph | None]:
    """The characters of a line that was drawn the wrong way round, None between words."""
    return _flat(_with_spaces(_clusters(glyphs, _before), gap))


def _flat(clusters: Iterable[Cluster]) -> list[Glyph | None]:
    found: list[Glyph | None] = []
    for cluster in clusters:
        found += cluster or [None]
    return found


def _from_the_right(signs: str, span: tuple[int, int], number: re.Pattern[str]) -> list[int]:
    """The indices of a span from right to left, but numbers and Latin words from left to right."""
    units: list[range] = []
    at, end = span
    for island in _ISLAND.finditer(signs, *span):
        for match in [island] if "L" in island[0] else number.finditer(signs, *island.span()):
            units += [range(index, index + 1) for index in range(at, match.start())]
            units.append(range(*match.span()))
            at = match.end()
    units += [range(index, index + 1) for index in range(at, end)]
    return [index for unit in reversed(units) for index in unit]


def _sign(glyph: Glyph) -> str:
    char = glyph.text[0]
    if glyph.mirrored:
        return "R"  # in the order of speech already
    if char in "%٪‰°":
        return "P"
    if char in OPENING:
        return "("
    if char in CLOSING:
        return ")"
    return _CLASSES.get(unicodedata.bidirectional(char), "O")


def _clusters(glyphs: Sequence[Glyph], home: Callable[[list[Cluster], Glyph], list[Glyph]]) -> list[Cluster]:
    """Letters with their marks, and the letters of a ligature in the order of speech, from left to right.

    `home` finds the letter of a mark.
    """
    bases = [glyph for glyph in glyphs if not unicodedata.combining(glyph.text[0])]
    clusters: list[Cluster] = []
    for glyph in sorted(bases, key=lambda glyph: (glyph.left + glyph.right, glyph.number)):
        if clusters and _is_same_glyph(clusters[-1][-1], glyph):
            clusters[-1].append(glyph)
        else:
            clusters.append([glyph])
    for cluster in clusters:
        if len(cluster) > 1 and not _is_ligature("".join(glyph.text for glyph in cluster)):
            cluster.reverse()  # PDFium reverses the letters of a glyph with the line
    letters = [cluster for cluster in clusters if cluster[0].text != " "]
    middles = [cluster[0].left + cluster[0].right for cluster in letters]
    for mark in glyphs:
        if letters and unicodedata.combining(mark.text[0]):
            at = bisect(middles, mark.left + mark.right)
            cluster = home(letters[max(at - _NEAR, 0) : at + _NEAR], mark)
            of_lam = len(cluster) > 1 and cluster[-1].text == "ا" and mark.text not in _ON_ALEF
            cluster.insert(len(cluster) - of_lam, mark)
    return clusters


def _is_same_glyph(one: Glyph, other: Glyph) -> bool:
    return one[1:8] == other[1:8] and one.number + 1 == other.number and one.text != " "


def _covering(clusters: list[Cluster], mark: Glyph) -> list[Glyph]:
    """The letter of the same glyph, else the one that the mark is drawn over."""

    def closeness(cluster: list[Glyph]) -> tuple[bool, float, float]:
        base = cluster[0]
        same = base.origin == mark.origin and abs(base.number - mark.number) <= 8
        overlap = min(base.right, mark.right) - max(base.left, mark.left)
        return same, overlap, -abs(base.left + base.right - mark.left - mark.right)

    return max(clusters, key=closeness)


def _before(clusters: list[Cluster], mark: Glyph) -> list[Glyph]:
    """The letter before the mark in the file, which PDFium puts behind it."""
    return min(clusters, key=lambda cluster: (cluster[0].number < mark.number, abs(cluster[0].number - mark.number)))


def _with_spaces(clusters: list[Cluster], gap: float) -> list[Cluster]:
    """`clusters` with an empty one for each space and gap."""
    found: list[Cluster] = []
    high = 0.0  # how far the word has come
    for cluster in clusters:
        glyph = cluster[0]
        if glyph.text == " ":
            if glyph.right > glyph.left:
                found.append([])
            continue
        if found and found[-1] and _left(glyph) - high > gap * glyph.size:
            found.append([])
        high = max(glyph.right, high if found and found[-1] else glyph.right)
        if glyph.mirrored:
            high = max(high, glyph.origin)
        found.append(cluster)
    return found


def _left(glyph: Glyph) -> float:
    """Where it begins: where the pen stood, for its ink may hang over."""
    near = -glyph.size < glyph.origin - glyph.left < glyph.size / 2
    return glyph.origin if near and not glyph.mirrored else glyph.left


@cache
def _ligatures() -> frozenset[str]:
    """The letters, in the order of speech, that one glyph can stand for."""
    forms = (unicodedata.normalize("NFKC", chr(code)) for code in (*range(0xFB1D, 0xFDFD), *range(0xFEF5, 0xFEFD)))
    return frozenset(form for form in forms if len(form) > 1) | {"لله", "لل", "ff", "fi", "fl", "ffi", "ffl"}


def _is_ligature(text: str) -> bool:
    """Whether a glyph can stand for `text` rather than for its letters the other way round."""
    return text in _ligatures() or (not is_right_to_left(text)) or text == text[::-1]
