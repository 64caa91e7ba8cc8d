"""Names of documents, folders and languages as the page shows them: none can turn round the words beside it."""

import re
import unicodedata
from html import escape

from ui.strings import Strings


def visible(name: str) -> str:
    """A title, an id or the like with its control characters written out."""
    return "".join(f"[U+{ord(char):04X}]" if _steers(char) else char for char in name)


def _steers(char: str) -> bool:
    return unicodedata.category(char) == "Cc" or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"


def name_html(name: str) -> str:
    """The visible name as HTML."""
    return escape(visible(name))


def language_name(language: str, strings: Strings) -> str:
    """A language's name in the page's language, or its code."""
    return strings.names.get(language, language)


def lang(language: str) -> str:
    """The attribute that says in which language an element's text is; "" where that is unknown."""
    known = language != "und" and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", language)
    return f' lang="{language}"' if known else ""


def spoken(strings: Strings) -> str:
    """The attributes of an element that holds the page's own words."""
    return f' lang="{strings.language}" dir="{strings.direction}"'
