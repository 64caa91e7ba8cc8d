"""Questions made of a document's own sentences: one with its rarest name, number or word left out."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index import analysis
from index.document import Document, Extract
from index.sentences import split

BLANK = "____"
_SHORTEST, _LONGEST = 40, 400  # characters of a sentence; half as many where a sign says as much as three letters
_REACH = 30  # characters on either side of the blank, up to a word's edge; a whole sentence would be too easy to find
_LEAST_WORDS = 3  # of some length, on both sides of the blank together
_SHORTEST_NAME = 3  # characters
_PIECES, _PIECE = 4, 8_000  # of a long document, and characters of each
# Its ends belong to the number; a single digit is as good as anywhere.
_NUMBER = re.compile(r"(?<![\w.,-])\d(?:[\d.,:/\u00a0\u202f-]*\d)(?![\w-])")
_MARKS = r"\u0300-\u036f\u064b-\u0652\u0670\u0900-\u0963"  # that stand in words
_WORDS = re.compile(rf"[^\W\d_](?:[^\W\d_]|[{_MARKS}]|['’-](?=[^\W\d_]))*")
_MARKUP = re.compile(r"[*#_`>|\[\]{}]+")
_BEGINNING = re.compile(r"\A[\s.,;:!?…•·–—-]+")
_END = re.compile(r"[\s.,;:!?…。！？؟۔।،؛、，；：-]+\Z")
_DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ASKED = {"ar": "؟", "fa": "؟", "ur": "؟", "zh": "？", "ja": "？", "fr": " ?", "el": ";"}


@dataclass(frozen=True, slots=True)
class Cloze:
    """A question with a blank, and what was left out: `document.text[start:start + len(answer)] == answer`."""

    question: str
    answer: str
    start: int
    before: str  # the question's words in front of the blank
    after: str
    sentence: str  # the whole of it


@dataclass(frozen=True, slots=True)
class Rarity:
    """In how many of the documents that were looked at each term stands, and in how many a term is common."""

    counts: Counter[str]
    common: int

    def of(self, terms: Sequence[str]) -> int:
        """Of its rarest term, as only that tells a name from others."""
        return min(self.counts[term] for term in terms)


def cloze_questions(document: Document, rarity: Rarity) -> Iterator[Cloze]:
    """Questions of `document`, the rarest of each sentence left out, in an order that is random but always the same."""
    order = random.Random(document.id)
    for offset, piece in _pieces(document.text, order):
        sentences = split(Extract(piece), document.language)
        order.shuffle(sentences)
        for sentence in sentences:
            text = sentence.of(piece)
            if _is_prose(text) and (made := _ask(text, offset + sentence.start, document.language, rarity)):
                yield made


def _pieces(text: str, order: random.Random) -> Iterator[tuple[int, str]]:
    """Some of a long text, all of a short one, with where each piece begins."""
    if len(text) <= _PIECES * _PIECE:
        yield 0, text
        return
    for start in order.sample(range(0, len(text) - _PIECE, _PIECE), _PIECES):
        begin = text.find("\n", start, start + _PIECE) + 1 or start
        yield begin, text[begin : start + _PIECE]


def _is_prose(text: str) -> bool:
    least = _SHORTEST // 2 if _DENSE.search(text) else _SHORTEST
    letters = sum(c.isalpha() for c in text)
    return least <= len(text) <= _LONGEST and letters >= 0.6 * len(text) and not any(c in text for c in "|\t_\n\r")


def _ask(text: str, offset: int, language: str, rarity: Rarity) -> Cloze | None:
    """A question of the sentence `text`, whose place in its document is `offset`; None where it makes none."""
    candidates = []
    for is_word, start, end in _candidates(text):
        terms = analysis.terms(text[start:end], language)
        if terms and (count := rarity.of(terms)) < rarity.common:
            candidates.append((is_word, count, start - end, start, end))
    for *_, start, end in sorted(candidates):
        answer = text[start:end]
        before, after = _window(text[:start], text[end:])
        if _gives_away(answer, f"{before} {after}", language) or not _says_enough(f"{before} {after}"):
            continue
        question = f"{before} {BLANK} {after}".strip() + _ASKED.get(language, "?")
        return Cloze(("¿" if language == "es" else "") + question, answer, offset + start, before, after, text)
    return None


def _candidates(text: str) -> Iterator[tuple[bool, int, int]]:
    """Where numbers of two digits or more and names stand, False, and without capitals long words, True."""
    yield from ((False, *match.span()) for match in _NUMBER.finditer(text))
    words = list(_WORDS.finditer(text))
    capitals = any(word[0][0].isupper() for word in words)
    run: list[re.Match[str]] = []
    for word in [*words[1:], None]:  # the first is capitalised whatever it is
        joined = bool(run) and word is not None and text[run[-1].end() : word.start()] in (" ", "\u00a0")
        if word is not None and word[0][0].isupper() and (joined or not run):
            run.append(word)
            continue
        if run and run[-1].end() - run[0].start() >= _SHORTEST_NAME:
            yield False, run[0].start(), run[-1].end()
        run = [word] if word is not None and word[0][0].isupper() else []
    if not capitals:
        yield from ((True, *word.span()) for word in words if len(word[0]) >= 4 and not _DENSE.search(word[0]))


def _window(before: str, after: str) -> tuple[str, str]:
    """What is asked of the sentence around the blank."""
    reach = _REACH // 3 if _DENSE.search(before + after) else _REACH
    if len(before) > reach:
        before = before[-reach - 1 :]
        before = before[before.find(" ") + 1 :]
    if len(after) > reach:
        after = after[: reach + 1]
        after = after[: after.rfind(" ")] if " " in after else after
    return _BEGINNING.sub("", _plain(before)), _END.sub("", _plain(after))


def _plain(text: str) -> str:
    return " ".join(_MARKUP.sub(" ", text).split())


def _gives_away(answer: str, rest: str, language: str) -> bool:
    """Whether the question holds a word of what was left out."""
    return bool(set(analysis.terms(answer, language)) & set(analysis.terms(rest, language)))


def _says_enough(rest: str) -> bool:
    return sum(len(word) >= 4 for word in _WORDS.findall(rest)) >= _LEAST_WORDS or len(_DENSE.findall(rest)) >= 12
