"""What is Arabic's own in a follow-up: a joined "and", pronouns joined to words, verbs that hold their subject."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.conversation.words import Grammar, Word

_JOINED = re.compile(r"(?<=\w\w\w)(?:ها|هما|هن)$")
_JOINED_LAST = re.compile(r"(?<=\w\w\w)(?:ه|هم)$")
_DEFINITE = re.compile(r"(?:و|ف)?(?:ال|بال|كال|لل)\w{2,}")
_WHOLE = frozenset("ايها منتهى الله اله مياه وجه اتجاه فقه شبه نزيه كنه سفيه تنبيه تشابه انتباه جباه افواه".split())
# A verb without a subject of its own is one that the sources name: when was it founded, where was it signed.
_FOUNDED = frozenset(
    "تاسست تاسس اسست اسس انشئت انشئ وقعت وقع ابرمت ابرم صدرت صدر ولد ولدت توفي توفيت بدات بدا انتهت انتهى افتتحت افتتح "
    "بنيت بني اعتمدت اعتمد نشرت نشر عقدت عقد حدثت حدث تقع يقع بدات كتبت كتب".split()
)


def parted(words: Sequence[Word], grammar: Grammar) -> tuple[Word, ...]:
    """The words, with an "and" that is joined to the first one as a word by itself."""
    if not words or len(words[0].plain) < 3 or words[0].plain[0] != "و":
        return tuple(words)
    first = words[0]
    bare = replace(first, plain=first.plain[1:], start=first.start + 1)
    if not (grammar.names_nothing(bare.plain) or _DEFINITE.fullmatch(bare.plain) or _is_short(words, bare)):
        return tuple(words)
    return (replace(first, plain="و", end=first.start + 1), bare, *words[1:])


def _is_short(words: Sequence[Word], bare: Word) -> bool:
    return bare.kind != "" or bare.plain.isdecimal() or (len(words) == 1 and bare.plain.startswith("في"))


def unanswered(rest: Sequence[Word], grammar: Grammar) -> str:
    """The first pronoun that nothing before it can stand for; "" where there is none."""
    for at, word in enumerate(rest):
        if _is_pronoun(rest, at, grammar) and not _answered(rest, at, grammar):
            return word.plain
    return rest[-1].plain if _is_subjectless(rest) else ""


def _is_pronoun(rest: Sequence[Word], at: int, grammar: Grammar) -> bool:
    plain = rest[at].plain
    last = at + 1 == len(rest)
    if plain in grammar.subjects:  # elsewhere it only joins: "ما هي العاصمة"
        return last or rest[0].plain == "هل" == rest[at - 1].plain
    if plain in grammar.pointing:
        return last or bool(_DEFINITE.fullmatch(rest[at + 1].plain))
    if plain in grammar.little | grammar.asking or plain in _WHOLE or _DEFINITE.fullmatch(plain):
        return last and bool(re.fullmatch(r"(?:في|من|ل|ب|عن|علي|الي)ها", plain))
    return bool(_JOINED.search(plain)) or (last and len(plain) > 3 and bool(_JOINED_LAST.search(plain)))


def _answered(rest: Sequence[Word], at: int, grammar: Grammar) -> bool:
    """Whether a noun stands before it, or in what it points at more than a few words."""
    before = [word for word in rest[:at] if not grammar.names_nothing(word.plain)]
    if rest[at].plain in grammar.pointing:
        return any(_DEFINITE.fullmatch(word.plain) for word in before) or len(rest) - at > 4 or len(before) > 2
    if any(word.plain in ("الذي", "التي", "الذين") for word in rest[:at]):
        return True
    # What follows a verb with its object may be its subject: "ماذا كتبها العقاد".
    after = [word for word in rest[at + 1 :] if not grammar.names_nothing(word.plain) and not word.kind]
    return bool(before) or (bool(after) and rest[at].plain not in grammar.subjects)


def _is_subjectless(rest: Sequence[Word]) -> bool:
    return len(rest) == 2 and rest[0].plain in ("متى", "اين") and rest[1].plain in _FOUNDED
