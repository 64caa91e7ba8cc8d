"""Markdown: the document's text is the file's own characters, its marks are noise."""

import re

from index import noise, title
from index.decode import decode
from index.document import Extract
from index.limits import Limits
from index.readers.length import bounded

_FENCED = re.compile(r"^[ \t]{0,3}(```|~~~)")
_FRONT_TITLE = re.compile(r"\A---[ \t]*\r?\n(?:(?!---)[^\n]*\n){0,50}?title:[ \t]*[\"']?([^\n]+?)[\"']?[ \t]*\r?\n")


def read(data: bytes, limits: Limits) -> Extract:
    """The decoded text; its heading is the front matter's title, else the first heading, else a first line like one.

    Raises ReadError where the bytes are not text, or the text is longer than `limits` allows.
    """
    text = bounded(decode(data), limits)
    spans = noise.in_markup(text)
    front = _FRONT_TITLE.match(text)
    heading = front[1].strip() if front else title.marked(text, spans) or title.first_line(text, spans)
    return Extract(text, heading=heading or None, noise=spans, breaks=_code_lines(text))


def _code_lines(text: str) -> tuple[int, ...]:
    """Where the lines of fenced code begin: code is never wrapped, so each line stands for itself."""
    found, at, inside = [], 0, False
    for line in text.split("\n"):
        fence = bool(_FENCED.match(line))
        if inside or fence:
            found.append(at)
        inside ^= fence
        at += len(line) + 1
    return tuple(found)
