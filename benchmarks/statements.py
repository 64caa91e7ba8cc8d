"""Statements to verify, made of an evaluation set or of parallel sentences: said, altered, or said of something else.

Of a set (a folder of `corpus/` and `questions.jsonl`): the sentences that hold the answers to its `mono` questions,
as they stand; the same with a number, a year or month, a name (not in Arabic, which has no capitals) or a negation
changed by rule; the same against the rest of the index, their own document left out, and against their own document
without the passage they are from. A rule may change a sentence into one that is said elsewhere, or not change its
meaning: rare, and counted as made. `--translations` adds sentences of the set said in other words or other languages,
one object a line: `document`, `start` and `end` of the source sentence, `language`, `text`.

Of parallel sentences (tests/rag/verify/parallel.jsonl, written for this, four languages): each sentence and another
wording of it against the documents of each language, altered, and against a document that has all but that sentence.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.document import Passage
from index.encoder import Encoder, EncoderSource, QuestionEncoder
from index.sync import sync
from index.view import View
from rag.question import understand
from rag.retrieve import retrieve
from rag.verify.facts import facts
from rag.verify.names import names

PARALLEL = Path(__file__).parents[1] / "tests" / "rag" / "verify" / "parallel.jsonl"
LANGUAGES = ("ar", "en", "es", "fr")
SAID = ("as it stands", "in other words", "in part", "together")
ALTERED = ("number", "date", "amount", "unit", "name", "negation")
UNSAID = ("another", "beside", "and more")
KINDS = SAID + ALTERED + UNSAID
_FOUND = 8  # passages
_SHORTEST, _LONGEST = 40, 350  # characters of a sentence
_LEAST_WORDS = 6
_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر".split(),
}
# What makes a sentence deny, or cease to: a pattern and its replacement, the first that fits.
_DENIALS = {
    "en": [
        (r"\b(was|is|were|are|has|had|can|will|would|could|did|does|do) not\b", r"\1"),
        (r"\b(was|is|were|are|can|will|would|could)\b(?! not)", r"\1 not"),
    ],
    "fr": [
        (r"\bn(?:e |['’])(\w+) pas\b", r"\1"),
        (r"\b(est|était|a|ont|avait|étaient)\b(?! pas)", r"n'\1 pas"),
        (r"\b(sont|fut|peut|doit|furent)\b(?! pas)", r"ne \1 pas"),
    ],
    "es": [
        (r"\bno (es|fue|era|son|ha|han|tiene|puede|se|había|está|existe|hay)\b", r"\1"),
        (r"\b(es|fue|era|son|ha|han|tiene|puede|había|está|fueron|eran|tuvo)\b", r"no \1"),
    ],
    "ar": [
        (r"(?<!\w)لم (?=\w)", "قد "),
        (r"(?<!\w)لا (?=\w)", ""),
        (r"(?<!\w)كانت(?!\w)", "لم تكن"),
        (r"(?<!\w)كان(?!\w)", "لم يكن"),
        (r"(?<!\w)يمكن(?!\w)", "لا يمكن"),
        (r"(?<!\w)تم(?!\w)", "لم يتم"),
        (r"(?<!\w)هي(?!\w)", "ليست"),
        (r"(?<!\w)هو(?!\w)", "ليس"),
    ],
}


@dataclass(frozen=True)
class Case:
    """A statement, what it is verified against, and whether that says it; `subject` keeps what belongs together."""

    statement: str
    language: str  # of the statement
    other: str  # language of the source
    kind: str  # what was done to it: KINDS
    supported: bool
    subject: str
    view: View
    passages: tuple[Passage, ...] | None
    quotes: bool = False  # made of the source's own sentence

    @property
    def crosses(self) -> bool:
        """Whether statement and source are in different languages."""
        return self.language != self.other


def of_set(view: View, encoder: QuestionEncoder, folder: Path, most: int, translations: Path | None) -> Iterator[Case]:
    """The cases of an evaluation set whose corpus is indexed, of at most `most` sentences a language."""
    chance = random.Random(7)
    gold = _gold_sentences(view, folder)
    others = _names_of(gold)
    for language in LANGUAGES:
        sentences = [g for g in gold if g[1].language == language]
        chance.shuffle(sentences)
        for text, passage in sentences[:most]:
            yield Case(text, language, language, "as it stands", True, passage.document, view, None, quotes=True)
            for kind, altered in alterations(text, language, others[language], chance):
                yield Case(altered, language, language, kind, False, passage.document, view, None, quotes=True)
            yield from _elsewhere(view, encoder, text, passage, language)
    if translations is not None:
        yield from _translated(view, encoder, translations, chance)


def _gold_sentences(view: View, folder: Path) -> list[tuple[str, Passage]]:
    known = view.documents()
    lines = (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [q for q in map(json.loads, lines) if q["kind"] == "mono"]
    found: dict[tuple[str, int], tuple[str, Passage]] = {}
    for question in asked:
        facts_of = next(d for d in known if d.id.endswith(question["document"]))
        at = question["answers"][0]["start"]
        rows = view.passages_of(facts_of)
        for passage, inner in zip(view.passages(rows), view.sentences(rows), strict=True):
            for span in inner.spans:
                if span.start <= at < span.end and _SHORTEST <= span.end - span.start <= _LONGEST:
                    text = passage.text[span.start - passage.start : span.end - passage.start]
                    found[passage.document, span.start] = (text, passage)
    return list(found.values())


def _names_of(gold: Sequence[tuple[str, Passage]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for text, passage in gold:
        found[passage.language] += [n.text for n in names(text, passage.language) if n.firm and len(n.text) > 3]
    return {language: sorted(set(some)) for language, some in found.items()} | {
        language: [] for language in LANGUAGES if language not in found
    }


def alterations(text: str, language: str, others: Sequence[str], chance: random.Random) -> Iterator[tuple[str, str]]:
    """The sentence with one thing changed, and what that is."""
    figures = [f for f in facts(text, language) if f.firm and any(map(str.isdigit, text[f.start : f.end]))]
    numbers = [f for f in figures if f.kind != "date"]
    dates = [f for f in figures if f.kind == "date"]
    if numbers:
        yield "number", _with(text, numbers[0].start, numbers[0].end, _other_digits)
    if dates:
        yield "date", _with(text, dates[0].start, dates[0].end, lambda said: _other_date(said, language))
    own = [n for n in names(text, language) if n.firm and len(n.text) > 3]
    strangers = [name for name in others if name not in text]
    if own and strangers:
        name = chance.choice(own)
        yield "name", text[: name.start] + chance.choice(strangers) + text[name.end :]
    for pattern, replacement in _DENIALS.get(language, []):
        if re.search(pattern, text):
            yield "negation", re.sub(pattern, replacement, text, count=1)
            break


def _with(text: str, start: int, end: int, change: object) -> str:
    return text[:start] + change(text[start:end]) + text[end:]  # type: ignore[operator]


def _other_digits(said: str) -> str:
    """Another number, as many digits long: its first digit is raised, 9 becomes 4."""
    at = next(i for i, c in enumerate(said) if c.isdigit())
    return said[:at] + _raised(said[at], 3) + said[at + 1 :]


def _raised(digit: str, by: int) -> str:
    value, zero = int(digit), ord(digit) - int(digit)
    return chr(zero + ((value + by - 1) % 9 + 1))


def _other_date(said: str, language: str) -> str:
    """Another month where one is named, else another year of the same decade, or day."""
    months = _MONTHS.get(language, [])
    for at, month in enumerate(months):
        if month.lower() in said.lower():
            return re.sub(month, months[(at + 5) % 12], said, flags=re.IGNORECASE)
    last = max(i for i, c in enumerate(said) if c.isdigit())
    return said[:last] + _raised(said[last], 4) + said[last + 1 :]


def in_part(text: str) -> str | None:
    """The longest piece of a sentence between commas, as a statement; None where it is most of it, or little."""
    longest = max(re.split(r"[,،;؛:()«»]+\s+", text.strip(" .")), key=len)
    enough = len(longest.split()) >= _LEAST_WORDS and len(longest) < 0.8 * len(text)
    return longest[:1].upper() + longest[1:] + "." if enough else None


def _elsewhere(view: View, encoder: QuestionEncoder, text: str, passage: Passage, language: str) -> Iterator[Case]:
    """The sentence against what else is found, and against the rest of its own document."""
    found = [c.passage for c in retrieve(view, understand(text, view, encoder), 4 * _FOUND)]
    others = tuple(p for p in found if p.document != passage.document)[:_FOUND]
    rest = tuple(p for p in found if p.document == passage.document and p.number != passage.number)
    if others:
        yield Case(text, language, others[0].language, "another", False, passage.document, view, others)
    if rest:
        yield Case(text, language, language, "beside", False, passage.document, view, rest[:_FOUND])


def _translated(view: View, encoder: QuestionEncoder, file: Path, chance: random.Random) -> Iterator[Case]:
    known = {d.id: d for d in view.documents()}
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    others: dict[str, list[str]] = defaultdict(list)
    for raw in rows:
        others[raw["language"]] += [n.text for n in names(raw["text"], raw["language"]) if n.firm and len(n.text) > 3]
    for raw in rows:
        document = next(d for id, d in known.items() if id.endswith(raw["document"]))
        passages = view.passages(view.passages_of(document))
        own = next(p for p in passages if p.start <= raw["start"] < p.end)
        text, language = raw["text"], raw["language"]
        kind = "in other words"
        yield Case(text, language, own.language, kind, True, own.document, view, None)
        if part := in_part(text):
            yield Case(part, language, own.language, "in part", True, own.document, view, None)
        for change, altered in alterations(text, language, sorted(set(others[language])), chance):
            yield Case(altered, language, own.language, change, False, own.document, view, None)
        for case in _elsewhere(view, encoder, text, own, language):
            yield Case(text, language, own.language, case.kind, False, own.document, view, case.passages)


def index_parallel(folder: Path, encoder: Encoder, language: str, rows: Sequence[dict]) -> None:  # type: ignore[type-arg]
    """Index one language's documents, each whole and once more without each of its sentences."""
    documents = defaultdict(list)
    for row in rows:
        if row["language"] == language:
            documents[row["document"]].append(row["text"])
    files = folder / "files"
    files.mkdir(parents=True)
    for name, sentences in documents.items():
        (files / f"{name}.txt").write_text(" ".join(sentences), encoding="utf-8")
        for at in range(len(sentences)):
            rest = " ".join(sentences[:at] + sentences[at + 1 :])
            (files / f"{name}-without-{at + 1}.txt").write_text(rest, encoding="utf-8")
    sync([files], folder / "index", EncoderSource(encoder.identity, lambda: encoder))


def of_parallel(views: dict[str, View], rows: Sequence[dict]) -> Iterator[Case]:  # type: ignore[type-arg]
    """The cases of the parallel sentences, against each language's documents."""
    by_document: dict[str, dict[str, tuple[Passage, ...]]] = {}
    for language, view in views.items():
        by_document[language] = {Path(d.id).stem: tuple(view.passages(view.passages_of(d))) for d in view.documents()}
    for row in rows:
        for language, view in views.items():
            yield from _parallel(row, language, view, by_document[language])
    for one, two in zip(rows, rows[len(LANGUAGES) :], strict=False):  # the next sentence of the same language
        for language, view in views.items():
            yield from _of_two(one, two, language, view, by_document[language])


def _parallel(row: dict, other: str, view: View, documents: dict[str, tuple[Passage, ...]]) -> Iterator[Case]:  # type: ignore[type-arg]
    whole = tuple(p for name, some in documents.items() if "-without-" not in name for p in some)
    gap = f"{row['document']}-without-{row['sentence']}"
    rest = documents[gap] + tuple(
        p for name, some in documents.items() if "-without-" not in name and name != row["document"] for p in some
    )
    language, text, subject = row["language"], row["text"], row["document"]
    kind = "as it stands" if language == other else "in other words"
    own = language == other
    yield Case(text, language, other, kind, True, subject, view, whole, quotes=own)
    yield Case(row["again"], language, other, "in other words", True, subject, view, whole)
    for said in (text, row["again"]):
        if part := in_part(said):
            yield Case(part, language, other, "in part", True, subject, view, whole)
    for change, (old, new) in row["changes"].items():
        yield Case(text.replace(old, new), language, other, change, False, subject, view, whole, quotes=own)
    yield Case(text, language, other, "beside", False, subject, view, rest)


def _of_two(one: dict, two: dict, other: str, view: View, documents: dict[str, tuple[Passage, ...]]) -> Iterator[Case]:  # type: ignore[type-arg]
    """Two sentences as one statement: both of a document, and one of which the documents say nothing."""
    joined = f"{one['again'].rstrip('.')}; {two['again']}"
    language = one["language"]
    whole = {name: some for name, some in documents.items() if "-without-" not in name}
    if one["document"] == two["document"]:
        passages = tuple(p for some in whole.values() for p in some)
        yield Case(joined, language, other, "together", True, one["document"], view, passages)
        gap = documents[f"{one['document']}-without-{two['sentence']}"]
        others = tuple(p for name, some in whole.items() if name != one["document"] for p in some)
        yield Case(joined, language, other, "and more", False, one["document"], view, gap + others)
