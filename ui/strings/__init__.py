"""The words of the page itself, in English, French and Arabic. Documents and questions never pass through here."""

import re

from index.errors import PinciteError
from ui.strings.arabic import ARABIC
from ui.strings.english import ENGLISH
from ui.strings.fields import Strings
from ui.strings.french import FRENCH

__all__ = ["ARABIC", "ENGLISH", "FRENCH", "STRINGS", "Strings", "choose", "sentence"]

STRINGS = {strings.language: strings for strings in (ENGLISH, FRENCH, ARABIC)}


def choose(accept_language: str) -> Strings:
    """The page's words for a browser's Accept-Language header; English where none of ours is asked for."""
    wanted = []
    for entry in accept_language.split(",")[:20]:
        match = re.fullmatch(r"\s*([A-Za-z]{2,3})(?:-[\w-]*)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", entry)
        if match:
            wanted.append((-float(match[2] or 1), match[1].lower()))
    ordered = [language for weight, language in sorted(wanted, key=lambda pair: pair[0]) if weight < 0]
    return next((STRINGS[language] for language in ordered if language in STRINGS), STRINGS["en"])


def sentence(error: PinciteError | str) -> str:
    """An error's message as a sentence by itself; the command writes it after the program's name."""
    said = str(error)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?")) else ".")
