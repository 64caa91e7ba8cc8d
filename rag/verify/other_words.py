"""Words that stand in the place of others, where a statement repeats a sentence otherwise."""

from difflib import SequenceMatcher

from index.analysis import terms
from rag.verify.folded import folded
from rag.verify.names import found_in, words_of
from rag.verify.source import Source
from rag.verify.verdict import Mismatch, MismatchKind

# Likeness (-1 to 1) of one word to another in its place below which it says something else. All around being the same
# makes words alike: "ended" for "ran" has .83 in a sentence of twenty; of 335 true rewordings one has such a pair.
OTHER_WORD = 0.85
_IN_PLACE = 2  # words, in the place of as many at most
_REPEATED = 0.7  # share of words in their order
_LITTLE = 2  # letters of a word that says little


def other_words(statement: str, language: str, source: Source) -> list[Mismatch]:
    """Where a statement that repeats a sentence word for word has a word or two in the place of quite others."""
    pairs = source.pairs
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
        inflected = not renamed and terms(one[least], language) == terms(other[there], language)
        if renamed or (not inflected and pairs.cosines[least, there] < OTHER_WORD):
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
