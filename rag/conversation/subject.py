"""What a question is about: the noun's phrase that a pronoun of the next one stands for."""

import re
from collections.abc import Sequence

from rag.conversation.exchange import Exchange
from rag.conversation.words import GRAMMARS, Grammar, Word, words_of

LONGEST = 12  # words
_ADDED = re.compile(r"\(([^()]+)\)\s*[?؟]?\s*$")
_QUOTED = re.compile(r"[«“„]\s*([^«»“”„]{2,120}?)\s*[»”“]")
_DEFINITE = re.compile(r"(?:ال|بال|لل)\w{2,}")
_OF_THINGS = frozenset("it its this that these those cela ça cette ce cet ces eso esto este esta".split())
_INVERTING = frozenset("when where why how quand où comment pourquoi cuándo dónde cómo wann wo wie warum".split())


def subject_of(last: Exchange, pronoun: str, language: str, asks_who: bool = False) -> str:
    """What a pronoun after `last` stands for, in words of its question and names of its answer; "" where unknown.

    After "who founded it" that is the founder or what was founded; a question that `asks_who` means the latter.
    """
    grammar = GRAMMARS.get(language)
    if grammar is None:
        return ""
    words = words_of(last.question)
    thing = _thing(last.question, words, language, grammar)
    person = last.names[0] if last.names and any(word.plain in grammar.who for word in words[:2]) else ""
    if any(pronoun in each.persons for each in GRAMMARS.values()):
        return person or thing
    both = () if asks_who or pronoun in _OF_THINGS else (person,)
    return ", ".join(filter(None, (*both, thing)))


def _thing(question: str, words: Sequence[Word], language: str, grammar: Grammar) -> str:
    if added := _ADDED.search(question):
        return added[1]
    if quoted := _QUOTED.search(question):
        return quoted[1]
    phrases = _arabic(words, grammar) if language == "ar" else _phrases(question, words, grammar)
    named = [phrase for phrase in phrases if any(word.capital for word in phrase)]
    chosen = named[0] if named else phrases[0] if phrases else ()
    return question[chosen[0].start : chosen[-1].end] if chosen else ""


def _phrases(question: str, words: Sequence[Word], grammar: Grammar) -> list[list[Word]]:
    """Phrases that an article or a capital begins, the leftmost first, without a verb as far as one can be told."""
    found: list[list[Word]] = []
    at = 0
    while at < len(words):
        if not _begins(words, at, grammar):
            at += 1
            continue
        end = _end(question, words, at, grammar)
        phrase = list(words[at:end])
        if _holds_verb(words, at, end, grammar):
            phrase.pop()
        while phrase and grammar.names_nothing(phrase[-1].plain) and not phrase[-1].capital:
            phrase.pop()
        if len(phrase) > int(bool(phrase) and phrase[0].plain in grammar.articles):
            found.append(phrase)
        at = end
    return found


def _begins(words: Sequence[Word], at: int, grammar: Grammar) -> bool:
    word = words[at]
    if word.plain in grammar.articles:
        return at + 1 < len(words) and not grammar.names_nothing(words[at + 1].plain)
    return bool(at) and word.capital and not word.kind and not grammar.names_nothing(word.plain)


def _end(question: str, words: Sequence[Word], at: int, grammar: Grammar) -> int:
    end = at + 1
    while end < min(len(words), at + LONGEST):
        if re.search(r"[,;:?!()]", question[words[end - 1].end : words[end].start]):
            break
        plain = words[end].plain
        linked = plain in grammar.links and end + 1 < len(words)
        article_after_link = plain in grammar.articles and words[end - 1].plain in grammar.links
        if grammar.names_nothing(plain) and not linked and not article_after_link:
            break
        if plain in grammar.articles and not linked and not article_after_link:
            break
        end += 1
    return end


def _holds_verb(words: Sequence[Word], at: int, end: int, grammar: Grammar) -> bool:
    """Whether the phrase's last word is the question's verb: "When did the treaty enter", "la Cour protège les"."""
    matter = sum(not grammar.names_nothing(word.plain) for word in words[at:end])
    if matter < 2 or words[end - 1].capital or grammar.names_nothing(words[end - 1].plain):
        return False
    inverted = at >= 2 and words[at - 1].plain in grammar.verbs and words[at - 2].plain in _INVERTING
    does = bool(at) and words[at - 1].plain in ("did", "does", "do")
    follows = end < len(words) and words[end].plain in grammar.articles - grammar.links
    return (grammar is GRAMMARS["en"] and (inverted or does)) or follows


def _arabic(words: Sequence[Word], grammar: Grammar) -> list[list[Word]]:
    """What follows the interrogative, and the verb where there is one, up to a preposition or a time."""
    at = 0
    while at < len(words) and (words[at].plain in grammar.asking or words[at].plain in grammar.subjects):
        at += 1
    asked = words[at - 1].plain if at else ""
    verb = asked in ("متى", "اين", "كيف", "لماذا", "هل", "من", "ماذا", "الذي")
    if verb and at + 1 < len(words) and not _DEFINITE.fullmatch(words[at].plain):
        at += 1
    while at < len(words) and words[at].plain in grammar.little:
        at += 1
    end = at
    while end < len(words) and not (end > at and (grammar.names_nothing(words[end].plain) or words[end].kind)):
        end += 1
    return [list(words[at:end])] if at < end else []
