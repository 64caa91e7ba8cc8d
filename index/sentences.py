"""A text as sentences, each with its place.

Lines become blocks (paragraphs, headings, list items), sentencex finds the sentences of a block, what it cuts wrongly
is mended, and what is too long is cut at clauses. Offsets are the text's own: noise is blanked out, never removed.
"""

import math
import re
import unicodedata
from collections.abc import Iterator

import sentencex

from index.blocks import blocks
from index.document import Extract, Span

_WINDOW = 10_000  # characters given to sentencex at once; it looks through all of them for each closing quotation mark
_VISIBLE = re.compile(r"[^\n\r]")
_ENDS = re.compile(r"(?:(?<=\w\w\w)\.|[!?…؟۔।॥])+[\"'»”’)\]]*(?=\s)|[。！？｡]+[”’」』】》）]*")
_CLAUSES = re.compile(r"[;:؛；：]\s+|\s(?=[—–]\s)|[，、；：]", re.UNICODE)
_COMMAS = re.compile(r"[,،]\s+|\s(?=\()|\)\s+")
_SPACES = re.compile(r"\s+")
_JOINED = "\u200d\ufe0e\ufe0f"  # hold an emoji together
_CLOSING = "»”’)]}」』】》）］｝〉"
# What a sentence goes on after, where sentencex does not know it: titles before a name, and words before a number.
_TITLE = re.compile(
    r"(?<!\w)(?:MM?|M(?:me|lle|gr|aître|e)s?|Ste?|Dr|Pr|Prof|Mr|Mrs|Ms|Sr|Sra|Dra|Dña|vs|cf|Cf|[أدمصق]|डॉ)\.$"
)
_NUMBERED = re.compile(
    r"(?<![^\W\d_])(?:pp?|págs?|arts?|figs?|vol|no|núm|nr|abb|bd|kap|cap|chap|sec|стр|рис|ст|гл)\.$", re.IGNORECASE
)
_ABBREVIATED = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,2}\.$")
_ORDINAL = re.compile(r"(?<![\w.,])\d{1,2}\.$")
_WRITE_ORDINALS = ("cs", "da", "de", "et", "fi", "hr", "hu", "is", "lv", "no", "pl", "sk", "sl", "sr", "tr")
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)\]]+")
_REMARK = re.compile(r"\[[^\[\]]{1,30}\]\s*")  # "[citation needed]"
_LINE_ENDS = str.maketrans("\n\r\f\v", "    ")


def split(extract: Extract, language: str, longest: int = 400) -> list[Span]:
    """The sentences of `extract`, in order, disjoint, each with a letter or digit and at most `longest` characters."""
    blanked = _blanked(extract)
    flat = blanked.translate(_LINE_ENDS)
    found: list[Span] = []
    for block in blocks(blanked, extract.text, extract.breaks):
        for sentence in _mended(flat, _sentences(flat, block, language), language):
            found.extend(piece for piece in _pieces(flat, sentence, longest) if any(map(str.isalnum, piece.of(flat))))
    return found


def _blanked(extract: Extract) -> str:
    """The text with a space for each character of noise but line ends."""
    parts, at = [], 0
    for span in extract.noise:
        parts.append(extract.text[at : span.start])
        parts.append(_VISIBLE.sub(" ", span.of(extract.text)))
        at = span.end
    parts.append(extract.text[at:])
    return "".join(parts)


def _sentences(flat: str, block: Span, language: str) -> Iterator[Span]:
    """The sentences of a block as sentencex sees them, with the white space after them."""
    start = block.start
    while start < block.end:
        end = _window_end(flat, start, block.end)
        pieces = sentencex.get_sentence_boundaries(language, flat[start:end])
        if end < block.end and len(pieces) > 1:
            pieces.pop()  # it may go on behind the window
        for piece in pieces:
            yield Span(start + piece["start_index"], start + piece["end_index"])
        start += pieces[-1]["end_index"] if pieces else end - start


def _window_end(flat: str, start: int, end: int) -> int:
    if end - start <= _WINDOW:
        return end
    space = flat.rfind(" ", start + _WINDOW // 2, start + _WINDOW)
    return space + 1 if space > 0 else start + _WINDOW


def _mended(flat: str, sentences: Iterator[Span], language: str) -> Iterator[Span]:
    """Sentences with wrong cuts taken back, and with closing signs moved to the sentence that they close."""
    last: Span | None = None
    for sentence in sentences:
        start = sentence.start
        if last is not None:
            start = _behind_closing(flat, sentence)
            head, tail = Span(last.start, start), Span(start, sentence.end)
            if start >= sentence.end or _goes_on(flat, head, tail, language):
                last = Span(last.start, sentence.end)
                continue
            yield Span(last.start, start)
        last = Span(start, sentence.end)
    if last is not None:
        yield last


def _behind_closing(flat: str, sentence: Span) -> int:
    """Where `sentence` begins without the closing signs that belong to the one before."""
    at = sentence.start
    while at < sentence.end and (flat[at].isspace() or flat[at] in _CLOSING):
        at += 1
    if at + 1 < sentence.end and flat[at] in "\"'" and flat[at + 1].isspace():
        at += 1
    return at if flat[sentence.start : at].strip() else sentence.start


def _goes_on(flat: str, before: Span, after: Span, language: str) -> bool:
    """Whether `after` belongs to the sentence that `before` begins."""
    head = flat[max(before.start, before.end - 40) : before.end].rstrip()
    tail = flat[after.start : min(after.end, after.start + 40)].lstrip()
    if _REMARK.fullmatch(flat, after.start, after.end):
        return True
    if not any(map(str.isalnum, tail)):
        return after.end - after.start < 40
    if before.end - before.start < 12 and _ENUMERATOR.fullmatch(head.strip()):
        return True
    if head.endswith(("」", "』")) and tail.startswith(("と", "って")):
        return True
    if not flat[before.end - 1].isspace() and (tail[0] in "-–,;:" or (head.endswith(".") and tail[0].islower())):
        return True
    return _is_shortened(head, tail[0], language)


def _is_shortened(head: str, following: str, language: str) -> bool:
    """Whether the full stop at the end of `head` marks a shortened word or an ordinal number."""
    if _TITLE.search(head) or (following.isdigit() and _NUMBERED.search(head)):
        return True
    if following.islower() and _ABBREVIATED.search(head):
        return True
    return language in _WRITE_ORDINALS and following.isalpha() and bool(_ORDINAL.search(head))


def _pieces(flat: str, sentence: Span, longest: int) -> Iterator[Span]:
    """`sentence` without white space at its ends, cut into parts of about the same length where it is too long."""
    start, end = sentence.start, sentence.end
    while start < end and flat[end - 1].isspace():
        end -= 1
    while start < end:
        while flat[start].isspace():
            start += 1
        cut = end if end - start <= longest else _cut(flat, Span(start, end), longest)
        last = cut
        while flat[last - 1].isspace():
            last -= 1
        yield Span(start, last)
        start = cut


def _cut(flat: str, sentence: Span, longest: int) -> int:
    """The best place to cut near the length that parts of equal length would have."""
    length = sentence.end - sentence.start
    aim = sentence.start + length // math.ceil(length / longest)
    low = sentence.start + longest // 5
    high = min(sentence.start + longest, sentence.end - longest // 5)
    for signs in (_ENDS, _CLAUSES, _COMMAS, _SPACES):
        places = [match.end() for match in signs.finditer(flat, low, high)]
        if places:
            return min(places, key=lambda place: abs(place - aim))
    while aim > sentence.start + 1 and (
        unicodedata.combining(flat[aim]) or flat[aim] in _JOINED or flat[aim - 1] in _JOINED
    ):
        aim -= 1
    return aim
