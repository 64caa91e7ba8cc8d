"""Whether a sentence keeps to the very words of its source, as those of a language model have to.

A model that echoes the question with another passage's answer says something near in meaning, and most often wrong: its
words are in no place of the source. Within a language every word that tells something has to stand there, as often as
it is said; across languages each has to be like some word there. What is counted has to be the same, and a source that
only supposes may not be made to state.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.analysis import WORD, terms, word_terms, words
from index.language import little_words
from rag.verify.denial import is_heard
from rag.verify.fact import equal
from rag.verify.facts import facts
from rag.verify.names import PREFIXES, candidates, found_in, names
from rag.verify.negation import Cue
from rag.verify.source import Source
from rag.verify.verdict import Mismatch

# Likeness (-1 to 1) to its best match below which nothing stands for a word in another language. It is dear: a third of
# true translations to Arabic and half of those from it have such a word (docs/log.md).
HEARD = 0.5
# Letters of a word that tells something, in scripts up to a letter: with vowels, without, and of few signs a word.
_LEAST_LETTERS = (("\u0590", 4), ("\u0900", 3), ("\U0010ffff", 1))
_LEAST_STEM = 3  # letters of an Arabic term, to be known with what is written before it
NEAR = 0.7  # cosine to a source in another language; of true translations at most 7 in 100 are below
_COUNTED = 2  # words after a number, among which is what it counts
_PARTED = re.compile(r"[,;:.()«»\"،؛\n]")
# Auxiliaries and the like, beside the little words that tell the languages apart.
_AUXILIARIES = frozenset(
    "been being were will would shall also such then than them they these those there here "
    "être était étaient furent sera seront serait avait avaient avoir ayant aussi ainsi comme afin celle celui "
    "ceux dont lors "
    "había habían sido siendo ser serán fueron eran también así cual cuyo cuya desde "
    "werden worden hatte hatten haben sein diese dieser dieses dass auch sowie "
    "stato stata stati sono erano essere anche così questo questa "
    "foram eram sido sendo também assim esse essa isso "
    "كانت كانوا يكون تكون وهو وهي وكان وكانت الذين اللذين اللتين وقد ذلك تلك هناك حيث".split()
)
# What supposes, allows or is only said to be: where it falls away, a guess becomes a fact.
_HEDGES = {
    "en": "may might could should must possibly perhaps probably likely allegedly reportedly alleged claimed claims "
    "believed believes suspected seems seemed appears appeared unconfirmed",
    "fr": "pourrait pourraient devrait devraient doit doivent semble semblent semblait aurait auraient serait "
    "seraient probablement vraisemblablement présumé présumée présumés soupçonné prétend prétendent affirme croit",
    "es": "podría podrían debería deberían debe deben parece parecen habría habrían sería serían quizá "
    "quizás probablemente supuestamente presunto presunta presuntamente posiblemente creen cree",
    "ar": "ربما يبدو يزعم يزعمون زعم يحتمل المحتمل محتمل ينبغي يجب مزعوم المزعوم يعتقد يعتقدون",
    "de": "könnte könnten dürfte dürften sollte sollten soll muss müssen scheint wohl vielleicht wahrscheinlich "
    "angeblich möglicherweise vermutlich mutmaßlich",
    "it": "potrebbe potrebbero dovrebbe dovrebbero deve devono sembra sembrano forse probabilmente presunto presunta",
    "pt": "poderia poderiam deveria deveriam deve devem parece parecem talvez provavelmente suposto suposta "
    "alegadamente",
}


def strays(statement: str, language: str, sources: Sequence[Source]) -> tuple[Mismatch, ...]:
    """The words of a statement that its sources, the best one first, do not bear out."""
    best = sources[0]
    if language == best.language:
        found = [*_not_there(statement, language, sources), *_counting_else(statement, language, sources)]
    else:
        found = list(_unheard(statement, language, best))
    return (*found, *_stated_outright(statement, language, best))


def _not_there(statement: str, language: str, sources: Sequence[Source]) -> Iterator[Mismatch]:
    """Each word of the statement that is said more often than in the sources and their titles."""
    texts = dict.fromkeys([*(source.text for source in sources), *(source.title for source in sources)])
    there = Counter(term for text in texts for term in terms(text, language))
    spelt = [word for text in texts for word in candidates(text)]
    named = {name.start for name in names(statement, language) if found_in(name.text, spelt)}
    for match in WORD.finditer(statement):
        for term in _telling(match[0], language):
            known = _known(term, there, language)
            if known is not None:
                there[known] -= 1
            elif match.start() not in named or term in there:
                yield _stray(match)
                break


def _telling(written: str, language: str) -> list[str]:
    """The terms of some words, without those of little ones."""
    return [term for word in words(written) if _tells(word, language) for term in word_terms(word, language)]


def _known(term: str, there: Counter[str], language: str) -> str | None:
    """The term of the sources that this one is, of those that are left."""
    if there[term] > 0:
        return term
    if language != "ar":
        return None
    joined = (t for t, left in there.items() if left > 0 and (_is_joined(t, term) or _is_joined(term, t)))
    return next(joined, None)


def _is_joined(long: str, short: str) -> bool:
    """Whether an Arabic term is another with what may be written at its beginning."""
    return len(short) >= _LEAST_STEM and long.endswith(short) and long.removesuffix(short) in PREFIXES


def _counting_else(statement: str, language: str, sources: Sequence[Source]) -> Iterator[Mismatch]:
    """The words of a statement that follow a number, where the sources count something else by it."""
    for fact in facts(statement, language):
        counted = _after(statement, fact.end, language, 1)
        if fact.kind != "number" or not fact.firm or not counted:
            continue
        beside = [
            match[0]
            for source in sources
            for other in facts(source.text, source.language)
            if equal(fact, other)
            for match in _after(source.text, other.end, source.language, _COUNTED)
        ]
        own = counted[0][0]
        # "20 Indonesians" may be "20 of their citizens", but no "20 Philippines".
        renamed = own[0].isupper() and not any(word[0].isupper() for word in beside)
        there = {term for word in beside for term in _telling(word, language)}
        if there and not renamed and there.isdisjoint(_telling(own, language)):
            yield _stray(counted[0])


def _after(text: str, start: int, language: str, most: int) -> list[re.Match[str]]:
    """The first words after `start` that tell something, up to where the clause ends."""
    end = _PARTED.search(text, start)
    found = [m for m in WORD.finditer(text, start, end.start() if end else len(text)) if not m[0][0].isdigit()]
    telling = [m for m in found[: most + 2] if _telling(m[0], language)]
    return telling[:most]


def _unheard(statement: str, language: str, source: Source) -> Iterator[Mismatch]:
    """The words of a statement that are like no word of a source in another language, or the least like one where the
    two are not near as a whole.
    """
    pairs = source.pairs
    if pairs is None or not pairs.stated or not pairs.cosines.size:
        return
    likeness = pairs.cosines.max(axis=1)
    told = [at for at, span in enumerate(pairs.stated) if _telling(span.of(statement), language)]
    unheard = [at for at in told if likeness[at] < HEARD]
    if not unheard and told and source.cosine < NEAR:
        unheard = [min(told, key=lambda at: float(likeness[at]))]
    for at in unheard:
        span = pairs.stated[at]
        yield Mismatch("words", span.of(statement), "", span.start, span.end, 0, 0)


def _stated_outright(statement: str, language: str, source: Source) -> Iterator[Mismatch]:
    """The first word by which a source supposes what is stated, where the statement has none at all."""
    if supposes(statement, language):
        return
    for match in WORD.finditer(source.text):
        if _is_hedge(match[0], source.language) and _speaks_of(match, source):
            yield Mismatch("words", "", match[0], 0, 0, source.start + match.start(), source.start + match.end())
            return


def _speaks_of(match: re.Match[str], source: Source) -> bool:
    """Whether the statement speaks of what the clause with this word says, or nobody can tell."""
    return source.pairs is None or is_heard(source.text, Cue(*match.span()), source.pairs)


def supposes(text: str, language: str) -> bool:
    """Whether a word in `text` supposes, allows or reports: may, allegedly."""
    return any(_is_hedge(match[0], language) for match in WORD.finditer(text))


def _is_hedge(word: str, language: str) -> bool:
    return word.casefold() in _hedges(language) and word != "May"


@lru_cache(maxsize=64)
def _hedges(language: str) -> frozenset[str]:
    return frozenset(_HEDGES.get(language, "").split())


def _tells(word: str, language: str) -> bool:
    plain = word.casefold()
    least = next(most for end, most in _LEAST_LETTERS if plain[0] < end)
    return (
        len(plain) >= least
        and any(map(str.isalpha, plain))
        and plain not in _AUXILIARIES
        and plain not in little_words(language)
    )


def _stray(match: re.Match[str]) -> Mismatch:
    return Mismatch("words", match[0], "", match.start(), match.end(), 0, 0)
