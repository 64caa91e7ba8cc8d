"""A model's sentence as plain words: no markup, no links, nothing unseen; and the addresses that it names."""

import re
import unicodedata

_KEPT = "\u200c\u200d"  # join and part letters in Persian and the scripts of India
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(\s*<?([^()\s]*)>?[^()]*\)")
_TAG = re.compile(
    r"<\|[^<>]*\|>|<!--.*?(?:-->|\Z)|</?[A-Za-z][^<>]*>|<\s*(?:script|img|iframe|svg|a)\b[^<>]*>?", re.DOTALL
)
_MARKS = re.compile(r"\*\*|__|~~|`+|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)")
_LINE_START = re.compile(r"\A\s*(?:#{1,6}\s+|>\s+|[-*•–]\s+|[1-9][.)]\s+)+")
_ADDRESS = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s<>\"»”)\]]+"
    r"|\b(?:mailto|javascript|data|file|tel|vbscript):[^\s<>\"»”)\]]+"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,24}\b(?:/[^\s<>\"»”)\]]*)?",
    re.IGNORECASE | re.ASCII,
)
_TRAILING = ".,;:!?'"


def plain(text: str) -> str:
    """`text` on one line, without controls, unseen signs, tags and emphasis; a link becomes its words and address."""
    text = "".join(map(_seen, text))
    text = _LINK.sub(r"\1 \2", text)
    while (bare := _MARKS.sub("", _TAG.sub(" ", text))) != text:  # "<<b>script>" leaves a tag behind, "<**b**>" too
        text = bare
    return " ".join(_LINE_START.sub("", text).replace("](", "] (").split())  # a link of other brackets' making


def addresses(text: str) -> list[str]:
    """The addresses of pages, files and people that stand in `text`, in lower case."""
    return [match[0].rstrip(_TRAILING).lower() for match in _ADDRESS.finditer(text)]


def _seen(sign: str) -> str:
    if sign.isspace():
        return " " if sign not in "\n\r" else "\n"
    return sign if sign in _KEPT or not unicodedata.category(sign).startswith("C") else ""
