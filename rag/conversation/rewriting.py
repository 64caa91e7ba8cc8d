"""A follow-up made whole by rule: of its own words, the last question's and the last answer's names, and no others."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rag.conversation.exchange import Exchange
from rag.conversation.followup import FollowUp
from rag.conversation.subject import subject_of
from rag.conversation.words import GRAMMARS, Grammar, Word, words_of

LONGEST_ADDITION = 300  # characters; what is longer says too little to be worth adding
_GRAIN = {"day": 0, "month": 1, "year": 2}
_END = re.compile(r"\s*[?؟!.…]*\s*$")
_BESIDE_TIMES = frozenset("عام سنة شهر year month année mois año mes jahr l the le de del of la el".split())


@dataclass(frozen=True, slots=True)
class _Fragment:
    """Words that go on from a question without a verb: "in Lyon", "2024"."""

    text: str  # that they stand in
    lead: Word | None  # the preposition they begin with
    core: tuple[Word, ...]

    @property
    def whole(self) -> str:
        first = self.lead or self.core[0]
        said = self.text[first.start : self.core[-1].end]
        # A preposition has no capital but from the beginning of its question.
        return said[:1].lower() + said[1:] if self.lead else said

    @property
    def bare(self) -> str:
        return self.text[self.core[0].start : self.core[-1].end]


def rewrite(asked: str, follow_up: FollowUp, last: Exchange, last_language: str) -> str:
    """The question that `asked` means after `last`; as it was where there is nothing to add."""
    grammar = GRAMMARS[follow_up.language]
    if follow_up.lacks == "an antecedent":
        asks_who = any(word.plain in grammar.who for word in follow_up.rest)
        return _with(asked, subject_of(last, follow_up.pronoun, last_language, asks_who) or _core(last.question))
    if follow_up.lacks == "a clause" and follow_up.rest[0].plain not in grammar.comparing:
        fragment = _fragment(asked, follow_up.rest, grammar)
        if last_language not in GRAMMARS or last_language == follow_up.language:
            return _put_in(fragment, last.question, grammar) or _with(asked, _core(last.question))
    return _with(asked, _core(last.question))


def _with(asked: str, addition: str) -> str:
    return f"{asked} ({addition})" if 0 < len(addition) <= LONGEST_ADDITION else asked


def _core(question: str) -> str:
    """A question without its end; what an earlier rewriting put in brackets stays, without them."""
    return re.sub(r"[()]", "", re.sub(r"\s*[?؟]\s*\(", ", ", _END.sub("", question)))


def _fragment(asked: str, rest: Sequence[Word], grammar: Grammar) -> _Fragment:
    led = len(rest) > 1 and rest[0].plain in grammar.places | grammar.times
    return _Fragment(asked, rest[0] if led else None, tuple(rest[led:]))


def _put_in(fragment: _Fragment, question: str, grammar: Grammar) -> str:
    """The question with the fragment in place of what is of its kind; "" where it is not clear of what."""
    words = words_of(question)
    matter = [word for word in fragment.core if word.kind or word.plain not in _BESIDE_TIMES | grammar.links]
    if matter and all(word.kind in _GRAIN for word in matter):
        return _put_date(fragment, question, words, grammar)
    if any(word.kind for word in matter):
        return _put_number(fragment, question, words)
    if fragment.lead and fragment.lead.plain not in grammar.places:
        return ""
    if grammar is GRAMMARS["ar"]:
        return _put_place(fragment, question, words, grammar)
    if matter and all(word.capital for word in matter) and grammar is not GRAMMARS["de"]:
        return _put_name(fragment, question, words, grammar)
    return ""


def _put_date(fragment: _Fragment, question: str, words: Sequence[Word], grammar: Grammar) -> str:
    runs = [list(run) for dated, run in groupby(words, lambda word: word.kind in _GRAIN) if dated]
    runs = [run for run in runs if {word.kind for word in run} != {"day"}]
    if not runs:
        return _at_end(fragment, question)
    said = [word for word in fragment.core if word.kind]
    run, coarsest = runs[0], max(_GRAIN[word.kind] for word in said)
    if len(runs) > 1:
        return ""
    if not fragment.lead and {word.kind for word in said} == {"year"}:
        run = [word for word in run if word.kind == "year"] or run
    elif coarsest < max(_GRAIN[word.kind] for word in run):
        run = [word for word in run if _GRAIN[word.kind] <= coarsest] or run
    elif (before := _before(run[0], words)) and before.plain in grammar.places | grammar.times and fragment.lead:
        return question[: before.start] + fragment.whole + question[run[-1].end :]
    return question[: run[0].start] + fragment.text[said[0].start : said[-1].end] + question[run[-1].end :]


def _put_number(fragment: _Fragment, question: str, words: Sequence[Word]) -> str:
    """A number in place of the one beside the same word: "article 12" of "article 11"."""
    numbers = [word for word in fragment.core if word.kind]
    labels = {word.plain for word in fragment.core if not word.kind}
    if len(numbers) != 1:
        return ""
    places = [
        word
        for at, word in enumerate(words)
        if word.kind and labels & {beside.plain for beside in (*words[max(0, at - 1) : at], *words[at + 1 : at + 2])}
    ]
    if len(places) != 1:
        return ""
    number = fragment.text[numbers[0].start : numbers[0].end]
    return question[: places[0].start] + number + question[places[0].end :]


def _put_name(fragment: _Fragment, question: str, words: Sequence[Word], grammar: Grammar) -> str:
    runs = _names(question, words, grammar)
    articled = fragment.core[0].plain in grammar.articles
    if fragment.lead:
        runs = [run for run in runs if (before := _before(run[0], words)) and before.plain in grammar.places]
        if not runs:
            return _at_end(fragment, question)
    if len(runs) != 1:
        return ""
    before = _before(runs[0][0], words)
    if fragment.lead and before:
        return question[: before.start] + fragment.whole + question[runs[0][-1].end :]
    if articled and before and before.plain in grammar.places | grammar.links:
        return ""
    start = before.start if articled and before and before.plain in grammar.articles else runs[0][0].start
    return question[:start] + fragment.bare + question[runs[0][-1].end :]


def _names(question: str, words: Sequence[Word], grammar: Grammar) -> list[list[Word]]:
    """Runs of capitalised words, but for the one that a question begins with."""
    runs: list[list[Word]] = []
    for at, word in enumerate(words):
        if at and word.capital and not word.kind and not grammar.names_nothing(word.plain):
            joined = (
                runs and words[at - 1] is runs[-1][-1] and not question[runs[-1][-1].end : word.start].strip(" -’'")
            )
            runs[-1].append(word) if joined else runs.append([word])
    return runs


def _put_place(fragment: _Fragment, question: str, words: Sequence[Word], grammar: Grammar) -> str:
    """An Arabic place, which no capital tells: what stands after the one same preposition, two words at most."""
    if not fragment.lead:
        return ""
    leads = [at for at, word in enumerate(words) if word.plain == fragment.lead.plain]
    places = [run for at in leads if (run := _place_after(words[at + 1 :], grammar))]
    if not places:
        return "" if leads else _at_end(fragment, question)
    if len(places) > 1 or len(places[0]) > 2:
        return ""
    return question[: places[0][0].start] + fragment.bare + question[places[0][-1].end :]


def _place_after(words: Sequence[Word], grammar: Grammar) -> list[Word]:
    run: list[Word] = []
    for word in words:
        if word.kind or grammar.names_nothing(word.plain) or word.plain in _BESIDE_TIMES:
            break
        run.append(word)
    return run


def _before(word: Word, words: Sequence[Word]) -> Word | None:
    return next((before for before, one in pairwise(words) if one is word), None)


def _at_end(fragment: _Fragment, question: str) -> str:
    """The question with the fragment at its end, where a preposition joins it."""
    if not fragment.lead:
        return f"{question} ({fragment.bare})"
    end = _END.search(question)
    at = end.start() if end else len(question)
    return f"{question[:at]} {fragment.whole}{question[at:]}"
