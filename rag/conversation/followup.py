"""Whether a question stands by itself, and what it lacks if it does not: by its little words alone.

A doubt leaves a question as it is: one that is rewritten wrongly asks for something that nobody asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.conversation import arabic
from rag.conversation.words import GRAMMARS, Grammar, Word, words_of

LONGEST_FRAGMENT = 6  # words that go on without a verb: "and for the women in Lyon?"
_FEW = 4  # words of meaning that a question may have in which "this treaty" is of another
_ENDED = re.compile(r"\([^()]*\)\s*[?؟]?\s*$")

Lack = Literal["a clause", "a matter", "an antecedent"]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that goes on from another."""

    language: str
    words: tuple[Word, ...]
    rest: tuple[Word, ...]  # without what it begins with: "and what about"
    lacks: Lack
    pronoun: str = ""  # what an antecedent lacks to


def follow_up(question: str, language: str) -> FollowUp | None:
    """What a question lacks; None where it stands by itself, as any does whose language has no grammar here."""
    grammar = GRAMMARS.get(language)
    if grammar is None or _ENDED.search(question):  # what stands in brackets was added, or says enough
        return None
    words = arabic.parted(words_of(question), grammar) if language == "ar" else words_of(question)
    rest = _after_opener(words, grammar)
    opened = len(rest) < len(words)
    if not rest or any(word.plain in grammar.addressing for word in words) or "“" in question or "«" in question:
        return None
    asks = rest[0].plain not in grammar.comparing and any(word.plain in grammar.asking for word in rest)
    counts = opened and _COUNTING.match(_joined(rest)) is not None
    if (counts or not asks) and _is_fragment(rest, opened, grammar):
        return FollowUp(language, words, rest, "a clause")
    if all(grammar.names_nothing(word.plain) and not word.kind for word in rest) and (asks or opened):
        return FollowUp(language, words, rest, "a matter")
    pronoun = _unanswered(question, rest, language, grammar)
    return FollowUp(language, words, rest, "an antecedent", pronoun) if pronoun else None


def _after_opener(words: tuple[Word, ...], grammar: Grammar) -> tuple[Word, ...]:
    for opener in grammar.openers:
        if tuple(word.plain for word in words[: len(opener)]) == opener:
            return words[len(opener) :]
    return words


def _is_fragment(rest: Sequence[Word], opened: bool, grammar: Grammar) -> bool:
    """Words without a verb, that go on: "et en 2024", "in Lyon", "more than in 2023"."""
    first = rest[0].plain
    if len(rest) > LONGEST_FRAGMENT or any(word.plain in grammar.verbs - grammar.links for word in rest):
        return False
    if any(word.plain in grammar.subjects | grammar.objects for word in rest):
        return False
    if opened or first in grammar.comparing:
        return True
    led = first in grammar.places | grammar.times and 1 < len(rest) <= 4
    return led and any(word.kind or word.capital for word in rest[1:])


def _unanswered(question: str, rest: Sequence[Word], language: str, grammar: Grammar) -> str:
    """The first pronoun that nothing before it can stand for; "" where there is none."""
    if language == "ar":
        return arabic.unanswered(rest, grammar)
    if _WITHOUT_ANTECEDENT[language].search(question):
        return ""
    return _by_form(rest, language, grammar) or next(
        (word.plain for at, word in enumerate(rest)
         if _is_pronoun(rest, at, grammar) and not _answered(rest, at, word.plain, grammar)),
        "",
    )  # fmt: skip


def _by_form(rest: Sequence[Word], language: str, grammar: Grammar) -> str:
    """The pronoun of a question that lacks its antecedent as it is built."""
    if language in ("fr", "es") and (clitic := _CLITIC[language].match(_joined(rest))):
        return clitic[1] or clitic[2]
    if language == "es" and _is_subjectless(rest, grammar):
        return rest[-1].plain
    if language in _ONE_OF and _ONE_OF[language].match(_joined(rest)):
        return rest[0].plain
    return ""


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.plain.capitalize() if word.capital and at else word.plain for at, word in enumerate(words))


def _is_pronoun(rest: Sequence[Word], at: int, grammar: Grammar) -> bool:
    plain = rest[at].plain
    following = rest[at + 1] if at + 1 < len(rest) else None
    if plain in grammar.pointing and following and not grammar.names_nothing(following.plain):
        return not following.kind and not following.capital
    if plain in grammar.alone:
        before = rest[at - 1].plain if at else ""
        return (following is None and before in grammar.verbs | grammar.links) or before in _DOES
    if plain in grammar.owners:
        return following is not None and not grammar.names_nothing(following.plain)
    return plain in grammar.subjects | grammar.objects


def _answered(rest: Sequence[Word], at: int, plain: str, grammar: Grammar) -> bool:
    """Whether the question itself has something that the pronoun there may stand for."""
    asked = [place for place, word in enumerate(rest) if word.plain in grammar.asking]
    if asked and at < asked[0] and any(word.capital for word in rest[asked[0] :]):
        return True  # "In his first term, what did Roosevelt do?"
    before = rest[:at]
    named = any(word.capital and not grammar.names_nothing(word.plain) for word in before[(0 if asked else 1) :])
    if named or any(_heads_noun(before, place, grammar) for place in range(len(before))):
        return True
    matter = [place for place, word in enumerate(before) if not grammar.names_nothing(word.plain) and not word.kind]
    if plain in grammar.pointing:
        everything = [word for word in rest if not grammar.names_nothing(word.plain)]
        return len(everything) > _FEW or any(word.capital or word.kind for word in everything)
    if plain in grammar.owners:
        return bool(matter)
    return any(not _in_asking_phrase(before, place, plain, grammar) for place in matter)


def _heads_noun(before: Sequence[Word], place: int, grammar: Grammar) -> bool:
    """Whether an article stands there before a noun: "the treaty"."""
    if before[place].plain not in grammar.articles | grammar.owners or place + 1 >= len(before):
        return False
    return not grammar.names_nothing(before[place + 1].plain)


def _in_asking_phrase(before: Sequence[Word], place: int, pronoun: str, grammar: Grammar) -> bool:
    """Whether a word belongs to what is asked for, and is not what the pronoun means: "How many people does it"."""
    at = place
    while at and not (before[at].plain in grammar.asking or before[at].plain in grammar.verbs):
        at -= 1
    if before[at].plain not in grammar.asking or place - at > 3:
        return False
    plural = pronoun in ("ils", "elles", "ellos", "ellas", "they", "them")
    return not (plural and before[place].plain.endswith(("s", "x")))


# Pronouns that stand for nothing, as in "how long does it take to", and inverted subjects beside such verbs.
_WITHOUT_ANTECEDENT = {
    "en": re.compile(
        r"\bwhat (?:time|day|date|year|season) (?:is|was) it\b"
        r"|\bit\b\W+(?:\w+\W+){0,2}(?:to|that|for|when|if|who|until|like)\b"
        r"|\b(?:rain|snow|make|makes|made) it\b|\bit (?:is|was)\b|\bwhy (?:is|was) it called\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\by (?:a|avait|aura|eut|ait|en)\b|\bil y\b|\bs['’](?:est|était)-il\b"
        r"|\bil (?:est|était) (?:possible|vrai|nécessaire|interdit|obligatoire)"
        r"|\b(?:faut|fallait|faudra|faudrait|agit|agissait|existe|existait|existe-t|passe|passait|passa|arrive|arriva|"
        r"suffit|reste|restait|vaut|semble|paraît|pleut|neige|convient|produit|peut|pourrait|serait|est|était|fait)"
        r"[\s-]?(?:t-)?-?il\s"
        r"(?:de\b|d['’]|que\b|qu['’]|possible|vrai|nécessaire|interdit|obligatoire|important|préférable|chaud|froid|beau)"
        r"|\b(?:faut|fallait|faudra|faudrait|agit|agissait|existe|passe|passait|suffit|pleut|neige|arrive)-(?:t-)?il\b"
        r"|\bil (?:faut|fallait|faudra|s['’]agit|existe|se passe|pleut|neige|suffit|arrive)\b|\bs['’]il\b",
        re.IGNORECASE,
    ),
    "es": re.compile(r"\blo (?:que|más|menos|mejor)\b", re.IGNORECASE),
    "de": re.compile(r"\bes gibt\b|\bgibt es\b", re.IGNORECASE),
}
# "Qui l'a signé", "Où la trouver", "¿Quién lo firmó": a pronoun that may be an article, but no noun follows.
_CLITIC = {
    "fr": re.compile(
        r"(?:(?:qui|quand|où|comment|pourquoi|qu|que|combien|quel|quelle|est ce qu|est ce que|on|ne)\s)+"
        r"(?:(l|le|la|les|lui|leur|en|y) (?:a|ont|avait|avaient|aura|aurait|eut)\b(?! (?:t|il|elle|on)\b)"
        r"|(l|le|la|les|lui|leur|y) [^\W\d_A-Z]\w*(?: (?:t )?on)?(?: (?:en|depuis|avant|après|dès) \d+)?$)"
    ),
    "es": re.compile(
        r"(?:(?:quién|quien|cuándo|dónde|cómo|por|qué|se|quiénes)\s)+"
        r"((lo|la|los|las|le|les)) (?!que\b)[^\W\d_A-Z]\w*(?: (?:en|desde|antes|después) \d+)?$"
    ),
}
_ONE_OF = {
    "fr": re.compile(r"(?:lequel|laquelle|lesquels|lesquelles) (?!de |d |des |du )(?!.*\bou\b)"),
    "en": re.compile(r"which (?:one|ones)\b(?! of (?!them|these|those))"),
    "es": re.compile(r"cuál(?:es)? de (?:ellos|ellas|estos|estas|esos|esas)\b"),
}
_DOES = frozenset("does did do was is".split())  # "when was that", "what does this mean"
_COUNTING = re.compile(r"(?:how (?:many|much)|combien|cuánt[oa]s?|wie ?viele?n?)\b")  # "and how many women?"
_ADVERBS = frozenset("cuándo cuando dónde donde cómo quién quiénes".split())


def _is_subjectless(rest: Sequence[Word], grammar: Grammar) -> bool:
    """A Spanish question whose only word of meaning is its verb, which needs no subject: "¿Cuándo se fundó?"."""
    if rest[0].plain not in _ADVERBS or len(rest) > 5:
        return False
    matter = [word for word in rest[1:] if not grammar.names_nothing(word.plain)]
    if len(matter) != 1 or matter[0] is not rest[-1] or any(word.plain in grammar.articles for word in rest):
        return False
    verb = matter[0]
    return not verb.capital and bool(
        re.search(r"(?:[óáéí]|aron|ieron|aba|aban|ada|ado|adas|ados|ida|ido|idas|idos)$", verb.plain)
    )
