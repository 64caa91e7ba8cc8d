"""The names of a statement that its sources have not, or that other words stand in the place of."""

from collections.abc import Sequence

from rag.verify.names import Name, candidates, comparable, found_in, is_common, names, script, words_of
from rag.verify.nearness import WordPairs
from rag.verify.source import Source
from rag.verify.verdict import Mismatch

# The least likeness (-1 to 1) of a name's word to its best match for it to be the same name in a spelling or a
# translation that is not recognised: of names changed by rule nearly nine in ten are below, of translated ones few.
TRANSLATED_NAME = 0.58
COMMON_NAME = 0.5  # of a word that makes up names: Museum, United
ANOTHER_NAME = 0.72  # where the source has a name that the statement has not
# The same of a source's name that another word stands in the place of: less, and it was left out; more, and it was
# translated. That word must hardly be more like any other.
REPLACED_NAME = (0.33, 0.55)
_HARDLY = 0.1
_WHOLE = 0.62  # of a source's characters; a statement of more in Arabic, which is short, leaves none of its names out


def missing_names(statement: str, language: str, sources: Sequence[Source]) -> list[Mismatch]:
    """The names of a statement that its sources have in no spelling, and in no translation that is known or likely."""
    own = [name for name in names(statement, language) if name.firm]
    texts = [text for source in sources for text in (source.text, source.title)]
    words = [word for text in texts for word in candidates(text)]
    spelt = {word for text in texts for word in words_of(text)}
    best = sources[0]
    others = [n for n in names(best.text, best.language) if n.firm]
    if not own and script(statement.lstrip('«"“ ')) not in ("latin", "cyrillic", "greek"):
        return _replaced(statement, others, best)
    free = [n for n in others if not any(found_in(mine.text, [n.text]) for mine in own)]
    telling = any(not is_common(n.text) for n in free)
    new = [n for n in own if spelt.isdisjoint(words_of(n.text))]  # Miles, Day and Pound are names, too
    unfound = [n for n in new if comparable(n.text, words) and not found_in(n.text, words)]
    lacking = [n for n in unfound if _is_other(n, language == best.language, telling, best.pairs)]
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


def _replaced(statement: str, others: Sequence[Name], source: Source) -> list[Mismatch]:
    """Where a statement in a script without capitals has not a source's name, and another word in its place, or all
    else that the source says.
    """
    words, found, lost = candidates(statement), [], []
    for name in others:
        matched = source.pairs.of_found(name.start) if source.pairs else None
        if matched is None or is_common(name.text) or not comparable(name.text, words) or found_in(name.text, words):
            continue
        likeness, place, best = matched
        start, end = source.start + name.start, source.start + name.end
        if REPLACED_NAME[0] < likeness < REPLACED_NAME[1] and best - likeness < _HARDLY:
            said = statement[place.start : place.end]
            found.append(Mismatch("name", said, name.text, place.start, place.end, start, end))
        elif likeness < TRANSLATED_NAME and len(statement) > _WHOLE * len(source.text) and not name.text.isupper():
            lost.append(Mismatch("name", "", name.text, 0, 0, start, end))
    return (found or lost)[:1]


def _name_mismatch(name: Name, free: Sequence[Name], source: Source) -> Mismatch:
    if not free:
        return Mismatch("name", name.text, "", name.start, name.end, 0, 0)
    other = free[0]
    start, end = source.start + other.start, source.start + other.end
    return Mismatch("name", name.text, other.text, name.start, name.end, start, end)
