"""Whether a sentence denies: the words that do, by language."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.verify import lexicon
from rag.verify.folded import folded

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_CONTRACTED = re.compile(r"n't\Z|\Acannot\Z")
# After these a word that usually denies says something else: not only, no. 5, لا يزال (still), لا بد (must).
_AFTER = frozenset(
    "only merely just least seulement seulemente solo sólo solamente sólamente nur bloß soltanto apenas somente "
    "فقط يزال تزال يزالون يزل تزل زال زالت بد سيما شك doute mal".split()
)
_WITH_CUES = frozenset("ne ما وما".split())  # half of a cue, or "what", beside one; alone they deny: "ne saurait"
_NUMBERED = re.compile(r"\s*[.º°]?\s*\d")


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that denies, at `text[start:end]`."""

    start: int
    end: int


@lru_cache(maxsize=4096)
def cues(text: str, language: str) -> tuple[Cue, ...]:
    """The words of `text` that deny, in order; none in a language whose words are not known."""
    plain = folded(text)
    words = list(_WORD.finditer(plain.text.replace("-", " ")))
    found = []
    for at, match in enumerate(words):
        following = words[at + 1][0].lower() if at + 1 < len(words) else ""
        if not _denies(match[0].lower(), language) or following in _AFTER:
            continue
        if match[0].lower() == "no" and _NUMBERED.match(plain.text, match.end()):
            continue
        found.append(Cue(*plain.place(match.start(), match.end())))
    return tuple(found)


def is_known(language: str) -> bool:
    """Whether the words that deny are known in a language."""
    return bool(lexicon.negations(language))


@lru_cache(maxsize=4096)
def near_denials(text: str, language: str) -> int:
    """How many words stand there that come near to denying: refused, without, impossible."""
    words = [m[0].lower() for m in _WORD.finditer(folded(text).text)]
    known = lexicon.denying(language) - (_WITH_CUES if cues(text, language) else frozenset())
    return sum(
        word in known and (before, word) not in lexicon.USUALLY
        for before, word in zip(["", *words], words, strict=False)
    )


def _denies(word: str, language: str) -> bool:
    return word in lexicon.negations(language) or (language == "en" and _CONTRACTED.search(word) is not None)
