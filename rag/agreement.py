"""Whether two sentences say the same, or the same but for a number, a date or a negation: pure functions of texts.

Both are decided by words in their order, nothing cleverer: a disagreement that is missed costs less than an invented
one. How numbers and dates are read is in rag/figures.py.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from rag.figures import Token, differ, kind_of, tokens, unseen_left_out

LEAST_WORDS = 4  # of meaning, that two sentences must share before they are said to differ
LEAST_SHARE = 0.7  # of all their words and signs
FEW = 4  # words; of fewer, most may be written otherwise
MOST_PLACES = 2  # where they may differ; rows of tables differ in more
# Words as rag/figures.py spells them: alefs without their signs.
_ARTICLES = frozenset("the a an le la les l un une des de du d لقد".split())
_NEGATIONS = frozenset("not never pas jamais لا لم لن ليس ليست غير".split())
_WITH_NEGATIONS = frozenset("ne n".split())  # beside one of those above
_LITTLE = frozenset(
    "and are for has had have his her its not that the their this was were with from which been will can may "
    "aux avec ces cette dans est était ont par pas pour que qui sera ses son sont sur une leur leurs elle "
    "الى ذلك على عن في كان كانت من هذا هذه هو هي مع ان التي الذي".split()
)
# Sentences that begin so speak of something that another sentence names.
_POINTING = frozenset(
    "he she it they this these those its his her their il elle ils elles ce cela ceci cette ces son sa ses leur leurs "
    "هو هي هم هذا هذه ذلك وهو وهي".split()
)
# What numbers in the place of a name, not a quantity.
_LABELS = frozenset(
    "article art section chapter chapitre title titre annex annexe appendix page pages p figure fig table tableau row "
    "line ligne room salle chambre no n number numero numéro version step étape part partie lot question group groupe "
    "zone district arrondissement route item point paragraph paragraphe alinéa rule règle phase level niveau class "
    "المادة مادة الفصل الباب القسم الصفحة الجدول رقم الرقم الغرفة القاعة البند الفقرة المرحلة المجموعة".split()
)
_ROUGHLY = frozenset("about around roughly nearly almost some environ près presque quelque حوالي نحو قرابة".split())
# Before a year that says when something was; elsewhere a year is part of a name: "the 2022 report".
_WHEN = frozenset(
    "in since until by before after from to en depuis avant après jusqu dès fin début année في عام سنة منذ حتى "
    "desde hasta año até ano nel anno seit bis im jahr".split()
)
_MONEY = frozenset(
    "€ $ £ ¥ euro euros dollar dollars pound pounds franc francs dinar dinars dirham dirhams "
    "يورو دولار دولارا دينار دينارا درهم درهما جنيه جنيها ريال ريالا".split()
)
_ENDS = (".", "!", "…", "。", "۔", "।", ".»", ".”", '."', ".)")


def same(one: str, other: str) -> bool:
    """Whether two texts say the same in the same words, in their order.

    Case, punctuation, typography, the script of digits and articles make no difference.
    """
    if not _may_compare(one, other):
        return False
    words = _plain(one)
    return bool(words) and words == _plain(other)


def differences(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """Where two sentences of one language are alike but for figures, dates or a negation: the pairs that differ.

    A pair has what `one` says and what `other` says; "" is the lack of a negation. () where they say the same or cannot
    be compared: in other words, of another thing, or in a list or a table.
    """
    if not (_may_compare(one, other) and _is_prose(one) and _is_prose(other)):
        return ()
    first, second = (_with(tokens(text), _is_word) for text in (one, other))
    if not first or first[0].value in _POINTING:
        return ()
    negated = _negation(first, second)
    return negated if negated else _figures(first, second)


def _figures(one: Sequence[Token], other: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    if len(one) != len(other):
        return ()
    unlike = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a.value != b.value]
    if not unlike or not all(
        differ(one[at], other[at]) and _may_differ(one, at) and _may_differ(other, at) for at in unlike
    ):
        return ()
    if not _enough([token for at, token in enumerate(one) if at not in unlike], len(one)):
        return ()
    stretches = _stretches(one, unlike)
    years = [stretch for stretch in stretches if all(_is_year(one, at) for at in stretch)]
    if len(stretches) > MOST_PLACES or (years and len(stretches) > 1):  # of another year, and so of another thing
        return ()
    return tuple((_said(one, stretch), _said(other, stretch)) for stretch in stretches)


def _may_differ(words: Sequence[Token], at: int) -> bool:
    """Whether the figure there says something of a subject, rather than naming it."""
    if at < 2:
        return False
    before = words[at - 1]
    if before.value in _LABELS or before.value in _ROUGHLY or (before.named and kind_of(before) is None):
        return False
    return kind_of(words[at]) != "year" or before.value in _WHEN or kind_of(before) is not None or _is_amount(words, at)


def _is_year(words: Sequence[Token], at: int) -> bool:
    return kind_of(words[at]) == "year" and not _is_amount(words, at)


def _is_amount(words: Sequence[Token], at: int) -> bool:
    """Whether what looks like a year is an amount of money: 1200 euros, $1200."""
    return any(words[beside].value in _MONEY for beside in (at - 1, at + 1) if beside < len(words))


def _negation(one: Sequence[Token], other: Sequence[Token]) -> tuple[tuple[str, str], ...]:
    """The words by which one of two sentences denies what the other says."""
    here, there = (_with(words, lambda token: token.value in _NEGATIONS) for words in (one, other))
    if bool(here) == bool(there) or len(here) + len(there) > 1:
        return ()
    bare_one, bare_other = (_with(words, _is_affirmed) for words in (one, other))
    if _values(bare_one) != _values(bare_other) or not _enough(bare_one, max(len(one), len(other))):
        return ()
    return ((here[0].said if here else "", there[0].said if there else ""),)


def _enough(alike: Sequence[Token], length: int) -> bool:
    meaning = [t for t in alike if kind_of(t) is None and len(t.value) > 2 and t.value not in _LITTLE]
    return len(meaning) >= LEAST_WORDS and len(alike) >= LEAST_SHARE * length


def _stretches(words: Sequence[Token], unlike: Sequence[int]) -> list[list[int]]:
    """The places that differ, each with the figures it is written together with: a day with its month and year."""
    runs = groupby(range(len(words)), key=lambda at: kind_of(words[at]) is not None)
    figures = [list(run) for is_figure, run in runs if is_figure]
    return [run for run in figures if any(at in unlike for at in run)]


def _said(words: Sequence[Token], stretch: Iterable[int]) -> str:
    return " ".join(dict.fromkeys(words[at].said for at in stretch))


def _may_compare(one: str, other: str) -> bool:
    """Whether a quick look at their words leaves it open that two texts say nearly the same; few pairs need another."""
    first, second = _pieces(one), _pieces(other)
    fewer = min(len(first), len(second))
    return fewer < FEW or 2 * len(first & second) >= fewer


@lru_cache(maxsize=512)
def _pieces(text: str) -> frozenset[str]:
    return frozenset(unseen_left_out(text).casefold().split())


def _is_prose(text: str) -> bool:
    return text.rstrip().endswith(_ENDS) and not any(mark in text.strip() for mark in "|\t\n")


def _is_word(token: Token) -> bool:
    return token.value not in _ARTICLES


def _is_affirmed(token: Token) -> bool:
    return token.value not in _NEGATIONS and token.value not in _WITH_NEGATIONS


def _with(words: Sequence[Token], wanted: Callable[[Token], bool]) -> list[Token]:
    return [token for token in words if wanted(token)]


def _values(words: Sequence[Token]) -> list[str]:
    return [token.value for token in words]


def _plain(text: str) -> str:
    return " ".join(token.text for token in tokens(text) if _is_word(token))
