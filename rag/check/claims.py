"""Whether a sentence says something that sources could bear out: headings, questions and greetings do not."""

import re
from typing import Literal

from index.analysis import words
from rag.check.draft import BlockKind

NoClaim = Literal[
    "heading", "table", "quotation", "note", "bibliography", "question", "greeting", "pointer", "too_short", "no_claim"
]

_LEAST_WORDS = 3
_BY_KIND: dict[BlockKind, NoClaim] = {
    "heading": "heading",
    "table": "table",
    "quotation": "quotation",
    "note": "note",
    "bibliography": "bibliography",
}
_QUESTION = re.compile(r"[?？؟;][\"'»”’)\]*_\s]*\Z")
_GREETING = re.compile(
    r"(?:dear|hello|hi|good (?:morning|afternoon|evening)|best(?: regards| wishes)?|kind regards"
    r"|yours (?:sincerely|truly|faithfully)|regards|sincerely|thank(?:s| you)|many thanks"
    r"|bonjour|bonsoir|cher|chère|cher[·.]e|chers|chères"
    r"|mesdames|messieurs|madame|monsieur|cordialement|bien (?:à vous|cordialement)|merci|veuillez (?:agréer|recevoir)"
    r"|salutations|estimad[oa]s?|hola|saludos|gracias|sehr geehrte[rn]?|liebe[r]?|mit freundlichen grüßen|danke"
    r"|السلام عليكم|تحية طيبة|مرحبا|مرحبًا|عزيزي|عزيزتي|السيد المحترم|السيدة المحترمة|حضرة|وتفضلوا|تفضلوا|مع خالص"
    r"|مع التحية|شكرا|شكرًا)(?!\w)",
    re.IGNORECASE,
)
_LONGEST_GREETING = 12  # words
_POINTER = re.compile(
    r"(?:\(|\[)?(?:please )?(?:see|cf\.?|compare|voir|voyez|consulter|véase|ver|siehe|vgl\.?|انظر|أنظر|راجع|يُراجع"
    r"|يراجع)"
    r"(?!\w)(?:\s+(?:also|aussi|également|auch|también|أيضا|أيضًا))?"
    r"|(?:the|this|these|la|le|les|ces?|cette) (?:following|next|table|figure|chart|annex|section|note|memo|document"
    r"|tableau|graphique|annexe|présente?s?)\b[^.]{0,40}\b(?:below|above|overleaf|ci-dessous|ci-dessus|ci-après)"
    r"|(?:as|comme) (?:shown|indiqué|seen|vu|noted|dit|explained|expliqué) (?:below|above|plus (?:haut|bas)|ci-dessus"
    r"|ci-dessous)\W*\Z",
    re.IGNORECASE,
)
_LONGEST_POINTER = 14  # words


def why_no_claim(statement: str, kind: BlockKind) -> NoClaim | None:
    """Why a sentence, without its references, says nothing to verify; None where it does."""
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    said = statement.strip()
    spoken = words(said)
    if _asks(said):
        return "question"
    if _GREETING.match(said) and len(spoken) <= _LONGEST_GREETING:
        return "greeting"
    if _POINTER.match(said) and len(spoken) <= _LONGEST_POINTER:
        return "pointer"
    if said.endswith((":", "：")) and len(spoken) <= _LONGEST_POINTER:
        return "pointer"  # it announces what follows
    return None if _is_long_enough(said, spoken) else "too_short"


def _asks(said: str) -> bool:
    found = _QUESTION.search(said)
    return found is not None and not (said[found.start()] == ";" and not re.search("[\u0370-\u03ff]", said))


def _is_long_enough(said: str, spoken: list[str]) -> bool:
    if sum(char >= "\u2e80" and char.isalpha() for char in said) >= 2 * _LEAST_WORDS:  # scripts without spaces
        return True
    return len(spoken) >= _LEAST_WORDS
