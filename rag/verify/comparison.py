"""What a statement says that a source's sentences do not: figures, names and a negation, each with its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from rag.verify import lexicon
from rag.verify.fact import Fact, alike, equal, units_differ
from rag.verify.facts import facts
from rag.verify.folded import folded
from rag.verify.names import Name, comparable, found_in, is_common, names, script, words_of
from rag.verify.nearness import WordPairs
from rag.verify.negation import Cue, cues, is_known, nearly_denies
from rag.verify.verdict import Mismatch, MismatchKind

_LENGTHS = 2.2  # a sentence so many times as long as another may deny something else
# The least likeness (-1 to 1) of a name's word to its best match for it to be the same name in a spelling or a
# translation that is not recognised: of names changed by rule nearly nine in ten are below, of translated ones few.
TRANSLATED_NAME = 0.58
COMMON_NAME = 0.5  # of a word that makes up names: Museum, United
ANOTHER_NAME = 0.72  # where the source has a name that the statement has not
# The same of a source's name that another word stands in the place of: less, and it was left out; more, and it was
# translated. That word must hardly be more like any other.
REPLACED_NAME = (0.33, 0.55)
_HARDLY = 0.1
OTHER_WORD = 0.65  # the same of one word in the place of another, where all around is repeated
_IN_PLACE = 2  # words, in the place of as many at most
_REPEATED = 0.7  # share of words in their order
_LITTLE = 2  # letters of a word that says little
_SPELT = 12  # up to which numbers are usually spelt
_CLAUSE = re.compile(r"[,;:،؛]\s")
_HEARD = 0.5  # mean likeness of a clause's words to the statement's, from which that speaks of the same
_VERBATIM = 0.85  # share of words in their order that two sentences have in common
_DUAL = 2.0  # Arabic says two by the form of a word


@dataclass(frozen=True)
class Source:
    """A stretch of a document, `document text[start : start + len(text)] == text`, its language and its title."""

    text: str
    start: int
    language: str
    title: str


@dataclass(frozen=True)
class Comparison:
    """What of a statement was not found."""

    mismatches: tuple[Mismatch, ...]

    @property
    def missing(self) -> tuple[Mismatch, ...]:
        """What nothing stands in the place of: another sentence may say it."""
        return tuple(m for m in self.mismatches if not m.found and m.kind != "negation")


def compare(statement: str, language: str, sources: Sequence[Source], pairs: WordPairs | None = None) -> Comparison:
    """A statement with the sentences that came nearest to it, the best one first, of whose words `pairs` are."""
    own = [fact for fact in facts(statement, language) if fact.firm]
    missing = _missing_figures(statement, own, sources)
    lacking = _missing_names(statement, language, sources, pairs)
    denied = _negation(statement, language, sources, pairs)
    others = () if missing or lacking else _other_words(statement, language, sources[0], pairs)
    return Comparison((*missing, *lacking, *denied, *others))


def _missing_figures(statement: str, own: Sequence[Fact], sources: Sequence[Source]) -> list[Mismatch]:
    per_source = [facts(source.text, source.language) for source in sources]
    readable = all(lexicon.spells(source.language) for source in sources)
    found = []
    for fact in own:
        if not _is_surplus(fact, own, per_source[0]) and _is_said(
            fact, [other for others in per_source for other in others], readable
        ):
            continue
        other = _instead(fact, own, per_source[0])
        if other is None and any(_implied(statement, fact, source) for source in sources):
            continue
        found.append(_figure_mismatch(statement, fact, other, sources[0]))
    return found


def _is_surplus(fact: Fact, own: Sequence[Fact], others: Sequence[Fact]) -> bool:
    """Whether a figure is said once more than in the source, where another stands that is not said: 1945 to 1945."""
    copies = [mine for mine in own if equal(mine, fact) and equal(fact, mine)]
    if len(copies) < 2 or fact is not copies[0]:
        return False
    return len(copies) > sum(equal(fact, o) for o in others) and _instead(fact, own, others) is not None


def _is_said(fact: Fact, others: Sequence[Fact], readable: bool) -> bool:
    """Whether a figure stands among others; of a date, "December of the same year" and the year elsewhere will do."""
    if any(equal(fact, other) for other in others):
        return True
    if not readable:  # the months of its language are unknown
        fact = replace(fact, dates=frozenset((y, None, None) for y, _, _ in fact.dates if y is not None))
        return any(equal(fact, other) for other in others)
    years = {year for other in others for year, _, _ in other.dates}
    parts = [replace(fact, dates=frozenset({(None, m, d)})) for y, m, d in fact.dates if y in years and m is not None]
    undated = [other for other in others if any(y is None for y, _, _ in other.dates)]
    return any(equal(part, other) for part in parts for other in undated)


def _implied(statement: str, fact: Fact, source: Source) -> bool:
    """Whether a source may say a figure in a way that is not read: in its language's words, or by a word's form."""
    if source.language == "ar" and fact.values == frozenset({_DUAL}):
        return True
    if lexicon.spells(source.language):
        return False
    said = statement[fact.start : fact.end]
    return not any(map(str.isdigit, said)) or any(0 < value <= _SPELT for value in fact.values)


def _instead(fact: Fact, own: Sequence[Fact], others: Sequence[Fact]) -> Fact | None:
    """The figure that stands in the source in the place of the statement's: the first of its kind that the statement
    does not say as well.
    """
    free = [o for o in others if o.firm and not any(equal(mine, o) or equal(o, mine) for mine in own)]
    same_value = [o for o in free if o.values & fact.values]
    like = [o for o in free if alike(fact, o)]
    return next(iter(same_value or like), None)


def _figure_mismatch(statement: str, fact: Fact, other: Fact | None, source: Source) -> Mismatch:
    kind: MismatchKind = fact.kind
    if other is not None and other.values & fact.values and units_differ(fact, other):
        kind = "unit"
    stated = statement[fact.start : fact.end]
    if other is None:
        return Mismatch(kind, stated, "", fact.start, fact.end, 0, 0)
    said = source.text[other.start : other.end]
    return Mismatch(kind, stated, said, fact.start, fact.end, source.start + other.start, source.start + other.end)


def _missing_names(statement: str, language: str, sources: Sequence[Source], pairs: WordPairs | None) -> list[Mismatch]:
    own = [name for name in names(statement, language) if name.firm]
    words = [word for source in sources for word in (*words_of(source.text), *words_of(source.title))]
    best = sources[0]
    others = [n for n in names(best.text, best.language) if n.firm]
    if not own and script(statement.lstrip('«"“ ')) not in ("latin", "cyrillic", "greek"):
        return _replaced(statement, others, best, pairs)
    free = [n for n in others if not any(found_in(mine.text, [n.text]) for mine in own)]
    telling = any(not is_common(n.text) for n in free)
    unfound = [n for n in own if comparable(n.text, words) and not found_in(n.text, words)]
    lacking = [n for n in unfound if _is_other(n, language == best.language, telling, pairs)]
    return [_name_mismatch(name, free, best) for name in lacking]


def _is_other(name: Name, one_language: bool, telling: bool, pairs: WordPairs | None) -> bool:
    """Whether a name that was not found in any spelling is surely no translated one; `telling` says whether the source
    has a name of which the statement has none.
    """
    matched = pairs.of_stated(name.start) if pairs else None
    if matched is None:
        return one_language or not is_common(name.text)
    if is_common(name.text):
        return matched[0] < (TRANSLATED_NAME if one_language else COMMON_NAME)
    return one_language or matched[0] < (ANOTHER_NAME if telling else TRANSLATED_NAME)


def _replaced(statement: str, others: Sequence[Name], source: Source, pairs: WordPairs | None) -> list[Mismatch]:
    """Where a statement in a script without capitals has another word in the place of a source's name."""
    words, found = words_of(statement), []
    for name in others:
        matched = pairs.of_found(name.start) if pairs else None
        if matched is None or is_common(name.text) or not comparable(name.text, words) or found_in(name.text, words):
            continue
        likeness, place, best = matched
        if REPLACED_NAME[0] < likeness < REPLACED_NAME[1] and best - likeness < _HARDLY:
            start, end = source.start + name.start, source.start + name.end
            said = statement[place.start : place.end]
            found.append(Mismatch("name", said, name.text, place.start, place.end, start, end))
    return found[:1]


def _other_words(statement: str, language: str, source: Source, pairs: WordPairs | None) -> list[Mismatch]:
    """Where a statement that repeats a sentence word for word has a word or two in the place of quite others."""
    if language != source.language or pairs is None or not pairs.stated or not pairs.found:
        return []
    own, others = pairs.stated, pairs.found
    one, other = [_bare(span.of(statement)) for span in own], [_bare(span.of(source.text)) for span in others]
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.ratio() < _REPEATED:
        return []
    found = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "replace" or max(b - a, d - c) > _IN_PLACE:
            continue
        least = min(range(a, b), key=lambda at: pairs.cosines[at, c:d].max())
        there = c + int(pairs.cosines[least, c:d].argmax())
        if min(len(one[least]), len(other[there])) <= _LITTLE:
            continue
        stated, said = own[least].of(statement), others[there].of(source.text)
        renamed = b - a == d - c == 1 and _renamed(stated, said) and a > 0
        if renamed or pairs.cosines[least, there] < OTHER_WORD:
            place = source.start + others[there].start, source.start + others[there].end
            kind: MismatchKind = "name" if renamed else "words"
            found.append(Mismatch(kind, stated, said, own[least].start, own[least].end, *place))
    return found


def _renamed(stated: str, said: str) -> bool:
    """Whether two words are names and not the same."""
    bare = [word.strip(".,;:!?()\"'«»“”") for word in (stated, said)]
    return all(word[:1].isupper() for word in bare) and not found_in(bare[0], words_of(bare[1]))


def _bare(word: str) -> str:
    return folded(word).text.strip(".,;:!?()\"'").lower()


def _name_mismatch(name: Name, free: Sequence[Name], source: Source) -> Mismatch:
    if not free:
        return Mismatch("name", name.text, "", name.start, name.end, 0, 0)
    other = free[0]
    start, end = source.start + other.start, source.start + other.end
    return Mismatch("name", name.text, other.text, name.start, name.end, start, end)


def _negation(statement: str, language: str, sources: Sequence[Source], pairs: WordPairs | None) -> list[Mismatch]:
    source = sources[0]
    if not (is_known(language) and is_known(source.language)):
        return []
    here, there = cues(statement, language), cues(source.text, source.language)
    verbatim = language == source.language and _nearly_verbatim(statement, source.text)
    if len(here) == len(there) or (here and there and not verbatim):
        return []
    if here and any(cues(other.text, other.language) for other in sources[1:]):
        return []
    if not verbatim and _may_deny_otherwise(statement, language, source, bool(here)):
        return []
    if there and pairs and not _is_heard(source.text, there[0], pairs):
        return []
    return [_denial(statement, source, here, there)]


def _is_heard(text: str, cue: Cue, pairs: WordPairs) -> bool:
    """Whether the statement speaks of what the clause with this word denies."""
    start = max((m.end() for m in _CLAUSE.finditer(text, 0, cue.start)), default=0)
    after = _CLAUSE.search(text, cue.end)
    end = after.start() if after else len(text)
    return pairs.heard_of_found(start, end) >= _HEARD


def _may_deny_otherwise(statement: str, language: str, source: Source, here: bool) -> bool:
    """Whether the side without a negation denies in other words, or the longer may deny something else."""
    bare, bare_language = (source.text, source.language) if here else (statement, language)
    lengths = sorted((len(statement), len(source.text)))
    return nearly_denies(bare, bare_language) or lengths[1] > _LENGTHS * lengths[0]


def _nearly_verbatim(one: str, other: str) -> bool:
    return SequenceMatcher(None, words_of(one), words_of(other), autojunk=False).ratio() >= _VERBATIM


def _denial(statement: str, source: Source, here: Sequence[Cue], there: Sequence[Cue]) -> Mismatch:
    if len(here) > len(there):
        cue = here[0]
        return Mismatch("negation", statement[cue.start : cue.end], "", cue.start, cue.end, 0, 0)
    cue = there[0]
    said = source.text[cue.start : cue.end]
    return Mismatch("negation", "", said, 0, 0, source.start + cue.start, source.start + cue.end)
