"""Whether a model says that the sources do not answer, as it was asked to where they do not."""

import re

from rag import wording

# What small models write in place of the sentence that they were asked for.
_PHRASES = re.compile(
    r"\b(?:sources?|documents?|passages?|texts?|information|context)\b.{0,60}\b(?:do(?:es)?n['’]t|no|not)\b"
    r".{0,40}\b(?:answer|contain|mention|provide|specif\w+|state|include|say|information|provided|available|given)"
    r"|\bno (?:source|document|passage|information)s?\b.{0,60}\b(?:answer|about|mention|provide|contain|available)"
    r"|\b(?:sources?|documents?|passages?|textes?|informations?)\b.{0,60}\b(?:ne|n['’])\s*\w+.{0,20}\b(?:pas|aucune?)\b"
    r"|\baucune? (?:source|document|information|passage)\b"
    r"|لا (?:تجيب|يجيب|تذكر|يذكر|توجد|يوجد|تحتوي|يحتوي|تتضمن).{0,60}(?:المصادر|الوثائق|المصدر|معلومات|السؤال|إجابة)"
    r"|(?:المصادر|الوثائق|النصوص) لا (?:تجيب|تذكر|تحتوي|توفر|تتضمن|تحدد)",
    re.IGNORECASE,
)
NONE = "NONE"  # what a model is to write where no source answers
_LONGEST = 200  # characters; what is longer says more


def is_refusal(sentence: str) -> bool:
    """Whether `sentence` says no more than that nothing answers."""
    folded = _folded(sentence)
    return (
        folded == NONE.casefold()
        or folded in _OURS
        or (len(sentence) <= _LONGEST and _PHRASES.search(sentence) is not None)
    )


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().casefold()


_OURS = frozenset(_folded(sentence) for sentence in wording.every_nothing_answers())
