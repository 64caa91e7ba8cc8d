"""The title of a document."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from index.document import Span

_LONGEST = 120  # characters; a longer first line is a paragraph
_START = 5000  # characters in which a title is looked for
_SENTENCE_ENDINGS = tuple(".!?…。！？؟۔।:;,،؛、，")
_LINE = re.compile(r"[^\r\n]*(\r\n|[\r\n]|\Z)")
_MARKED = re.compile(r"^[ ]{0,3}#[ \t]+([^\n]+)$|^([^\n]+)\n=+[ \t]*\r?$", re.MULTILINE)


def first_line(text: str, noise: Sequence[Span]) -> str | None:
    """The first line of `text` that is not all noise where it looks like a title: it is short, does not end like a
    sentence, and stands apart from what follows or is far shorter. Else None.
    """
    lines = list(_LINE.finditer(text, 0, _START))
    for i, line in enumerate(lines):
        title = cleaned(text, Span(line.start(), line.end()), noise)
        if not any(map(str.isalnum, title)):
            continue
        following = lines[i + 1][0].strip() if i + 1 < len(lines) else ""
        apart = not following or len(following) >= 2 * len(title)
        plain = len(title) <= _LONGEST and not title.endswith(_SENTENCE_ENDINGS)
        return title if plain and apart and text[line.end() :].strip() else None
    return None


def marked(text: str, noise: Sequence[Span]) -> str | None:
    """The first heading of the first level in Markdown, without its marks, else None."""
    found = _MARKED.search(text)
    if found is None:
        return None
    return cleaned(text, Span(*found.span(found.lastindex or 0)), noise) or None


def title_from_name(id: str) -> str:
    """A title made of a document's path: its file name without the suffix, with spaces for `_` and `-`."""
    stem = PurePosixPath(id).stem
    return " ".join(re.split(r"[\s_-]+", stem)).strip() or stem


def cleaned(text: str, span: Span, noise: Sequence[Span]) -> str:
    """The characters of `span` without the noise in it, in one line."""
    parts, at = [], span.start
    for hole in noise:
        if hole.start >= span.end:
            break
        if hole.end > at:
            parts.append(text[at : max(at, hole.start)])
            at = hole.end
    parts.append(text[at : span.end])
    return " ".join("".join(parts).split())
