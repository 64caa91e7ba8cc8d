"""A text's lines as blocks: paragraphs, headings, list items and table rows, across whose edges no sentence runs.

In most files a line is a paragraph. In files that were wrapped to a width it is a part of one; then each line is as
full as it can be: the next line's first word would not have fitted. That holds in every script.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.document import Span

_LINE = re.compile(r"[^\n\r\f\v]+")
_ITEM = re.compile(r"\s*(?:>\s?)*(?:#{1,6}\s|[-*+•‣◦▪●·–—]\s|\(?\d{1,3}[.)]\s|\(?[a-zA-Z][.)]\s|\|)")
_STOPS = tuple('.!?…:。！？؟۔।॥"»”’)')
_COMMAS = tuple(",;،؛、，；")
_NARROWEST, _WIDEST = 30, 120  # characters in a wrapped line
_NEARLY_ALL = 0.75
_SHORTEST = 25  # characters; what is shorter is a label or a list, even where the next line begins with a small letter
_SAMPLE = 200_000  # characters in which the width of a file's lines is looked for


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int  # without white space at either end
    item: bool  # begins a list item, heading or table row, whatever stands before
    closed: bool  # a heading or a table row, whatever follows


def blocks(blanked: str, text: str, breaks: Sequence[int]) -> Iterator[Span]:
    """The blocks of `text` in order; `blanked` has spaces for its noise. None crosses one of the sorted `breaks`."""
    width = _usual_width(_paragraphs(blanked[:_SAMPLE], text, breaks), blanked)
    for paragraph in _paragraphs(blanked, text, breaks):
        start = paragraph[0].start
        for i, joined in enumerate(_joints(blanked, paragraph, width)):
            if not joined:
                yield Span(start, paragraph[i].end)
                start = paragraph[i + 1].start
        yield Span(start, paragraph[-1].end)


def _paragraphs(blanked: str, text: str, breaks: Sequence[int]) -> Iterator[list[_Line]]:
    """Runs of lines without an empty line or a break between them."""
    paragraph: list[_Line] = []
    end_of_last, next_break = 0, 0
    for span in _spans(blanked, breaks):
        while next_break < len(breaks) and breaks[next_break] < end_of_last:
            next_break += 1
        broken = next_break < len(breaks) and breaks[next_break] <= span.start
        empty = len(re.findall(r"\r\n|[\n\r\f\v]", blanked[end_of_last : span.start])) > 1
        if paragraph and (broken or empty):
            yield paragraph
            paragraph = []
        line = span.of(blanked)
        first = span.start + len(line) - len(line.lstrip())
        raw = span.of(text)
        closed = "|" in raw or raw.lstrip().startswith("#")
        paragraph.append(_Line(first, span.start + len(line.rstrip()), closed or bool(_ITEM.match(raw)), closed))
        end_of_last = span.end
    if paragraph:
        yield paragraph


def _spans(blanked: str, breaks: Sequence[int]) -> Iterator[Span]:
    """Lines that hold something, cut at breaks inside them."""
    number = 0
    for match in _LINE.finditer(blanked):
        start, end = match.span()
        while number < len(breaks) and breaks[number] <= start:
            number += 1
        while number < len(breaks) and breaks[number] < end:
            if not blanked[start : breaks[number]].isspace():
                yield Span(start, breaks[number])
            start = breaks[number]
            number += 1
        if start < end and not blanked[start:end].isspace():
            yield Span(start, end)


def _joints(blanked: str, paragraph: list[_Line], usual: int | None) -> list[bool]:
    """For each line of a paragraph but the last, whether the next one goes on with it."""
    width = _width(paragraph)
    if _is_wrapped(blanked, paragraph):
        usual = width
    elif usual is not None and not usual * 0.8 <= width <= usual:
        usual = None
    return [
        _may_join(line, after)
        and (_goes_on(blanked, line, after) or (usual is not None and _is_full(blanked, line, after, width)))
        for line, after in pairwise(paragraph)
    ]


def _usual_width(paragraphs: Iterable[list[_Line]], blanked: str) -> int | None:
    """The width that a file's longer paragraphs are wrapped to, or None."""
    return max((_width(lines) for lines in paragraphs if _is_wrapped(blanked, lines)), default=None)


def _width(paragraph: list[_Line]) -> int:
    return max(line.end - line.start for line in paragraph)


def _is_wrapped(blanked: str, paragraph: list[_Line]) -> bool:
    """Whether nearly all lines that end in mid-sentence, two or more, are as full as the paragraph's width allows."""
    width = _width(paragraph)
    if len(paragraph) < 3 or not _NARROWEST <= width <= _WIDEST:
        return False
    open_ones = [
        _is_full(blanked, line, after, width)
        for line, after in pairwise(paragraph)
        if _may_join(line, after) and blanked[line.end - 1] not in _STOPS
    ]
    return sum(open_ones) >= max(2, _NEARLY_ALL * len(open_ones))


def _may_join(line: _Line, after: _Line) -> bool:
    return not line.closed and not after.item


def _is_full(blanked: str, line: _Line, after: _Line, width: int) -> bool:
    """Whether the first word of the line after did not fit on this one."""
    return line.end - line.start + 1 + _first_word(blanked, after) > width


def _first_word(blanked: str, line: _Line) -> int:
    """How many characters had to fit on the line before; scripts without spaces break between any two."""
    if blanked[line.start] >= "\u2e80":
        return 3
    return next((i for i, c in enumerate(blanked[line.start : line.end]) if c.isspace()), line.end - line.start)


def _goes_on(blanked: str, line: _Line, after: _Line) -> bool:
    """Whether the words themselves show that a sentence goes on; a definition goes with its term."""
    if blanked[after.start] == ":":
        return True
    if line.end - line.start < _SHORTEST:
        return False
    last = blanked[line.end - 1]
    return last in _COMMAS or (blanked[after.start].islower() and last not in _STOPS)
