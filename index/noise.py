"""The stretches of a text that are markup or page furniture rather than prose.

Text that was made from web pages or Markdown keeps remains of them. The rules know forms, not sites, and each looks at
a bounded stretch or never steps back, so that a megabyte of `[` costs no more than a megabyte of prose.
"""

import html
import re
from collections.abc import Iterator

from index.document import Span

# Controls, zero-width signs, direction marks and tag characters are not seen, so nobody can mean to quote them. The
# joiners U+200C and U+200D belong to the spelling of Persian and Hindi words; at the edge of a word they do nothing.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]+|(?<!\S)[\u200c\u200d]+|[\u200c\u200d]+(?!\S)"
)
_TAGS = (
    "a|abbr|article|aside|b|blockquote|body|br|button|center|cite|code|dd|del|details|div|dl|dt|em|figcaption|figure|font"
    "|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta|nav|nobr|noscript|ol|p"
    "|picture|pre|q|ref|s|script|section|small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|tfoot"
    "|th|thead|title|tr|tt|u|ul|var|video|wbr"
)
# Tags by name, with attributes that have values: "a < b" and "<b and c>" are prose.
_TAG = re.compile(
    rf"</?+(?:{_TAGS})(?![\w-])(?:\s{{1,20}}+[\w:.@-]{{1,60}}+\s{{0,5}}+=\s{{0,5}}+(?:\"[^\"<>]{{0,2000}}+\"|'[^'<>]{{0,2000}}+'"
    r"|[^\s\"'=<>`]{1,500}+)){0,30}+\s{0,20}+/?+>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,500}+\](?:\([^()\n]{0,2000}+\)|\[[^\[\]\n]{0,200}+\])?+")
# A link's text is prose; its brackets and its target are not.
_LINK = re.compile(
    r"(\[)(?!\d{1,4}\])[^\[\]\n]{1,1000}+"
    r"(\]\((?:[^()\s]|\([^()\s]{0,200}+\)){0,2000}+(?:[ \t]{1,5}+\"[^\"\n]{0,500}+\")?+\)|\]\[[^\[\]\n]{0,200}+\])"
)
_FOOTNOTE = re.compile(r"\[\^[\w-]{1,40}+\]:?+")
# Emphasis, code and strike marks stand at the edge of a word; inside one (2*3, snake_case) they are its own.
_MARKS = re.compile(
    r"(?<!\d)\*{2,3}+|\*{2,3}+(?!\d)|~~|(?<!\w)(?:[*_`]|__|`{2,3})(?=[^\s*_`])|(?<=[^\s*_`])(?:[*_`]|__|`{2,3})(?!\w)"
)
_ESCAPE = re.compile(r"\\(?=[!#()*+\-.>\[\]_`{|}~])")
_LINE_START = re.compile(r"^[ \t]{0,40}+(?:>[ \t]{0,4}+){0,10}+(?:#{1,6}(?=[ \t])|[-*+•‣◦▪●·](?=[ \t]))?", re.MULTILINE)
_HEADING_END = re.compile(r"(?<=[ \t])#{1,6}+(?=[ \t]{0,40}$)", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]{0,3}(?:```|~~~)[^\n`]{0,200}$", re.MULTILINE)
_BAR = re.compile(r"\|")
# Whole lines: signs without a letter (rules, table edges, what an image leaves behind), an address with a label of one
# word at most, a link's definition, the words that stand in for an image.
_LINE = re.compile(
    r"^[ \t]*+(?:(?:[^\w\n]|_)++|(?:\w{1,20}+[ \t]?+:(?!//)[ \t]*+)?+<?+(?:https?://|www\.)[^\s<>]++>?+[ \t]*+"
    r"|\[[^\[\]\n]{1,200}+\]:[ \t]++<?+\S++[^\n]{0,200}"
    r"|[*_]?+(?:image|photo|picture) (?:not found|missing|unavailable)(?: or type unknown)?+[*_.]{0,2}[ \t]*+)\r?$",
    re.MULTILINE | re.IGNORECASE,
)
# A counter below an article, "Comment (0)": one word and a number as the last line.
_COUNTER = re.compile(r"\n[ \t]*+[^\W\d_]{2,20}+ \(\d{1,3}\)\s*+\Z")
_FRONT_MATTER = re.compile(r"\A---[ \t]*+\r?\n(?:(?!---)[^\n]{0,2000}+\n){1,200}?---[ \t]*+(?=\r?\n|\Z)")
_KEY = re.compile(r"^[\w-]{1,40}+:", re.MULTILINE)
_PATTERNS = (
    _UNSEEN,
    _TAG,
    _IMAGE,
    _FOOTNOTE,
    _MARKS,
    _ESCAPE,
    _LINE_START,
    _HEADING_END,
    _FENCE,
    _BAR,
    _LINE,
    _COUNTER,
)
_ENCLOSED = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"), ("<SCRIPT", "</SCRIPT>"))


def in_prose(text: str) -> tuple[Span, ...]:
    """The characters of `text` that are not seen: all the noise there is where markup has been read already."""
    return _joined(Span(*match.span()) for match in _UNSEEN.finditer(text))


def in_markup(text: str) -> tuple[Span, ...]:
    """The noise of a text that may hold Markdown, HTML or their remains, sorted and disjoint."""
    return _joined(_found(text))


def _found(text: str) -> Iterator[Span]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield Span(*match.span())
    for match in _LINK.finditer(text):
        yield Span(*match.span(1))
        yield Span(*match.span(2))
    for match in _ENTITY.finditer(text):
        if not html.unescape(match[0]).isalnum():  # a letter is part of a word, however it is written
            yield Span(*match.span())
    for opening, closing in _ENCLOSED:
        yield from _between(text, opening, closing)
    front = _FRONT_MATTER.match(text)
    if front and _KEY.search(front[0]):
        yield Span(*front.span())


def _between(text: str, opening: str, closing: str) -> Iterator[Span]:
    """From each `opening` to its `closing`, as long as there is one."""
    start = text.find(opening)
    while start >= 0:
        end = text.find(closing, start)
        if end < 0:
            return
        yield Span(start, end + len(closing))
        start = text.find(opening, end)


def _joined(spans: Iterator[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if span.start == span.end:
            continue
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return tuple(joined)
