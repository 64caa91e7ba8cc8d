"""Whether what was read of a document is what `Extract` promises: offsets that lie in its text, in order."""

import re
from collections.abc import Sequence
from itertools import pairwise

from index.document import Extract, Place, Span, Word

KINDS = ("page", "slide", "row")
_LANGUAGE = re.compile(r"[a-z]{2}")
_MOST = 2**31 - 1  # pages or rows; no file counts farther
_FARTHEST = 1e7  # points from the corner of a page, which measures 14,400 at most unless it is scaled
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def is_language(code: str) -> bool:
    """Whether `code` has the form of an ISO 639-1 code."""
    return bool(_LANGUAGE.fullmatch(code))


def is_box(box: Sequence[float]) -> bool:
    """Whether these can be the four sides of a word on a page, in points."""
    return len(box) == 4 and all(-_FARTHEST < side < _FARTHEST for side in box)


def check(extract: Extract, sentences: Sequence[Span]) -> None:
    """Raise ValueError where something stands outside the text or out of order."""
    end = len(extract.text)
    _demand(extract.language is None or is_language(extract.language), "its language is no code of two letters")
    _demand(extract.date is None or bool(_DAY.fullmatch(extract.date)), "its date is no day")
    _check_spans(extract.noise, end, "noise")
    _check_spans(sentences, end, "sentences")
    _check_order(extract.breaks, end, "breaks")
    _check_places(extract.places, end)
    _check_words(extract.words, end)


def _check_spans(spans: Sequence[Span], end: int, what: str) -> None:
    at = 0
    for span in spans:
        _demand(at <= span.start < span.end, f"{what} out of order or empty at {span.start}")
        at = span.end
    _demand(at <= end, f"{what} outside the text")


def _check_order(offsets: Sequence[int], end: int, what: str) -> None:
    _demand(all(a <= b for a, b in pairwise(offsets)), f"{what} out of order")
    _demand(not offsets or (offsets[0] >= 0 and offsets[-1] <= end), f"{what} outside the text")


def _check_places(places: Sequence[Place], end: int) -> None:
    _check_order([place.start for place in places], end, "places")
    sound = all(place.kind in KINDS and 1 <= place.number <= _MOST for place in places)
    _demand(sound, "a place of no known kind or number")


def _check_words(words: Sequence[Word], end: int) -> None:
    _check_order([word.start for word in words], end, "words")
    for word in words:
        sound = word.start <= word.end <= end and 1 <= word.page <= _MOST and is_box(word.box)
        _demand(sound, f"a word that cannot be at {word.start}")


def _demand(met: bool, otherwise: str) -> None:
    if not met:
        raise ValueError(otherwise)
