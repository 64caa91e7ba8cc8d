"""An answer as HTML: pure functions of our own types. Everything that came from a document or a person is escaped."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from index.filters import Filter
from rag.answer import Answer, Citation, RankedPassage, Statement
from rag.examples import Example
from ui.agreement import render_also, render_differences
from ui.look_in import render_within
from ui.names import lang, language_name, name_html, spoken, visible
from ui.place import copied, render_place
from ui.strings import Strings

# As many closest passages as are shown under "nothing answers"; the rest would bury the nearest.
CLOSEST_SHOWN = 5
# An answer is shown in about this many steps, so that a long one takes no longer to appear than a short one.
REVEAL_STEPS = 14


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation; `answer` and `problem` are None while the answer is awaited."""

    number: int  # 1-based, unique in its conversation
    question: str
    answer: Answer | None = None
    problem: str | None = None  # the sentence that says why there is no answer
    settled: bool = False  # whether all of the answer is there
    within: Filter | None = None  # in which documents alone it was looked for; None for all


def reveal(answer: Answer) -> Iterator[Answer]:
    """Growing beginnings of an answer, the whole of it last; a citation comes with the statement that rests on it."""
    total = sum(len(statement.text) for statement in answer.statements)
    stride = max(24, -(-total // REVEAL_STEPS))  # characters a step
    for index, statement in enumerate(answer.statements):
        for cut in range(stride, len(statement.text), stride):
            # Whole words where the script has spaces between them.
            end = max(statement.text.rfind(" ", cut - stride + 1, cut + 1), 0) or cut
            begun = Statement(statement.text[:end], (), statement.status)
            yield _beginning(answer, (*answer.statements[:index], begun))
        if index + 1 < len(answer.statements):
            yield _beginning(answer, answer.statements[: index + 1])
    yield answer


def _beginning(answer: Answer, statements: tuple[Statement, ...]) -> Answer:
    cited = {number for statement in statements for number in statement.citations}
    citations = tuple(citation for citation in answer.citations if citation.number in cited)
    return replace(answer, statements=statements, citations=citations)


def render_header(strings: Strings, documents: int, languages: Iterable[str]) -> str:
    """The top line: the name, what it does, how many documents in which languages."""
    names = [language_name(language, strings) for language in languages]
    listed = ", ".join(names[:5]) + (f" +{len(names) - 5}" if len(names) > 5 else "")
    facts = [strings.documents.format(count=documents)] if documents else []
    facts += [strings.languages.format(names=listed)] if names else []
    return (
        f'<header class="top"{spoken(strings)}><h1 lang="en" dir="ltr">Pincite</h1>'
        f'<p class="tagline">{escape(strings.tagline)}</p>'
        f'<p class="facts">{" · ".join(escape(fact) for fact in facts)}</p></header>'
    )


def render_welcome(strings: Strings, examples: Sequence[Example], documents: int) -> str:
    """What stands in place of the conversation before the first question."""
    if not documents:
        return f'<div class="welcome"{spoken(strings)}><p>{escape(strings.no_documents)}</p></div>'
    buttons = "".join(
        f'<li><button type="button" class="example" dir="auto"{lang(example.language)} '
        f'data-question="{escape(example.question)}">{escape(example.question)}</button></li>'
        for example in examples
    )
    listed = f"<h2>{escape(strings.examples)}</h2><ul>{buttons}</ul>" if buttons else ""
    return f'<div class="welcome"{spoken(strings)}><p>{escape(strings.welcome)}</p>{listed}</div>'


def render_conversation(turns: Sequence[Turn], strings: Strings) -> str:
    """Every turn of a conversation, oldest first; the last is the current one."""
    busy = "false" if not turns or turns[-1].settled else "true"
    items = "".join(_render_turn(turn, strings, turn is turns[-1]) for turn in turns)
    return (
        f'<div class="turns" role="log" aria-label="{escape(strings.conversation)}" aria-busy="{busy}"'
        f"{spoken(strings)}>{items}</div>"
    )


def _render_turn(turn: Turn, strings: Strings, current: bool) -> str:
    if turn.problem is not None:
        body = f'<p class="problem" role="alert" dir="auto">{escape(turn.problem)}</p>'
    elif turn.answer is None:
        body = f'<p class="searching">{escape(strings.searching)}</p>'
    elif turn.answer.abstained:
        body = _render_abstention(turn.number, turn.answer, strings)
    else:
        body = _render_answer(turn.number, turn.answer, strings)
    within = render_within(turn.within, strings) if turn.within else ""
    return (
        f'<article class="turn{" current" if current else ""}" id="turn-{turn.number}" data-turn="{turn.number}">'
        f'<p class="question" dir="auto">{escape(turn.question)}</p>{within}<div class="reply">{body}</div></article>'
    )


def _render_abstention(number: int, answer: Answer, strings: Strings) -> str:
    count = min(len(answer.passages), CLOSEST_SHOWN)
    closest = escape(strings.closest_count.format(count=count))
    more = f'<p class="more"><a class="show-sources" href="#turn-{number}-sources">{closest}</a></p>'
    text = f'<p class="statement abstained" dir="auto"{lang(answer.language)}>{escape(answer.text)}</p>'
    return text + (more if count else "")


def _render_answer(number: int, answer: Answer, strings: Strings) -> str:
    citations = {citation.number: citation for citation in answer.citations}
    linked: set[int] = set()
    statements = answer.statements or (Statement(answer.text, (), "quoted"),)
    paragraphs = []
    for statement in statements:
        cited = [citations[key] for key in statement.citations if key in citations]
        language = cited[0].language if cited and statement.status == "quoted" else answer.language
        markers = "".join(_marker(number, citation, strings, linked) for citation in cited)
        warning = f' <span class="warning">{escape(strings.unsupported)}</span>'
        paragraphs.append(
            f'<p class="statement {statement.status}" dir="auto"{lang(language)}>'
            f'<span class="said">{escape(_without_markers(statement))}</span>{markers}'
            f"{warning if statement.status == 'unsupported' else ''}</p>"
        )
    count = escape(strings.sources_count.format(count=len(answer.citations)))
    more = f'<p class="more"><a class="show-sources" href="#turn-{number}-sources">{count}</a></p>'
    return "".join(paragraphs) + (more if answer.citations else "")


def _without_markers(statement: Statement) -> str:
    """A written statement may carry its markers in its text; a quoted one is the document's and stays untouched."""
    if statement.status == "quoted":
        return statement.text
    own = "|".join(str(number) for number in statement.citations)
    return re.sub(rf"\s*\[(?:{own})\]", "", statement.text) if own else statement.text


def _marker(turn: int, citation: Citation, strings: Strings, linked: set[int]) -> str:
    # The card's link leads back to the first marker of its number, which alone bears the id.
    own = "" if citation.number in linked else f' id="turn-{turn}-marker-{citation.number}"'
    linked.add(citation.number)
    label = escape(strings.source.format(number=citation.number, title=visible(citation.title)))
    return (
        f'&nbsp;<bdi><a class="marker"{own} href="#turn-{turn}-source-{citation.number}" title="{label}" '
        f'aria-label="{label}">[{citation.number}]</a></bdi>'
    )


def render_sources(turns: Sequence[Turn], strings: Strings) -> str:
    """The sources of every turn, of which the last turn's are shown until another's are asked for."""
    sections = "".join(_render_turn_sources(turn, strings, turn is turns[-1]) for turn in turns)
    empty = "" if turns else f'<p class="empty">{escape(strings.sources_empty)}</p>'
    return (
        f'<section class="sources" aria-label="{escape(strings.sources)}"{spoken(strings)}>'
        f"<h2>{escape(strings.sources)}</h2>{empty}{sections}</section>"
    )


def _render_turn_sources(turn: Turn, strings: Strings, current: bool) -> str:
    return (
        f'<div class="turn-sources{" current" if current else ""}" id="turn-{turn.number}-sources" '
        f'data-turn="{turn.number}" tabindex="-1"><p class="asked" dir="auto">{escape(turn.question)}</p>'
        f"{_render_cards(turn, strings)}</div>"
    )


def _render_cards(turn: Turn, strings: Strings) -> str:
    answer = turn.answer
    if answer is None:
        return ""
    if not answer.abstained:
        return "".join(_render_card(turn.number, citation, answer, strings) for citation in answer.citations)
    if not answer.passages:
        return f'<p class="empty">{escape(strings.no_passages)}</p>'
    note = f'<h3 class="closest">{escape(strings.closest)}</h3><p class="note">{escape(strings.closest_note)}</p>'
    return note + "".join(_render_passage(passage, strings) for passage in answer.passages[:CLOSEST_SHOWN])


def _render_card(turn: int, citation: Citation, answer: Answer, strings: Strings) -> str:
    evidence = evidence_of(citation, answer.passages)
    verified = f'<span class="verified">{escape(strings.exact)}</span>'
    doubted = f'<span class="warning">{escape(strings.unverified)}</span>'
    back = escape(strings.back.format(number=citation.number))
    return (
        f'<article class="card{"" if evidence.exact else " unverified"}" id="turn-{turn}-source-{citation.number}" '
        f'data-turn="{turn}" tabindex="-1"><div class="card-head">'
        f'<a class="back" href="#turn-{turn}-marker-{citation.number}" title="{back}" aria-label="{back}">'
        f"<bdi>{citation.number}</bdi></a>"
        f'<h3 dir="auto"{lang(citation.language)}>{name_html(citation.title)}</h3></div>'
        f"{render_place(citation, strings)}{render_differences(turn, citation, strings)}"
        f'<blockquote dir="auto"{lang(citation.language)}>{evidence.html()}</blockquote>'
        f"{render_also(citation, strings)}"
        f'<div class="card-foot">{verified if evidence.exact else doubted}'
        f'<button type="button" class="copy" data-copy="{escape(copied(citation, strings))}" '
        f'data-done="{escape(strings.copied)}">{escape(strings.copy)}</button></div></article>'
    )


def _render_passage(passage: RankedPassage, strings: Strings) -> str:
    title = passage.title or passage.document
    return (
        f'<article class="card closest"><h3 dir="auto"{lang(passage.language)}>{name_html(title)}</h3>'
        f"{render_place(passage, strings)}"
        f'<blockquote dir="auto"{lang(passage.language)}>{escape(passage.text)}</blockquote></article>'
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a card shows: the quote between the words around it, and whether it was found where it is said to stand."""

    before: str
    quote: str
    after: str
    exact: bool

    def html(self) -> str:
        """The evidence as HTML, the quote marked only if it is exact."""
        quote = f"<mark>{escape(self.quote)}</mark>" if self.exact else escape(self.quote)
        return f"{escape(self.before)}{quote}{escape(self.after)}"


def evidence_of(citation: Citation, passages: Iterable[RankedPassage]) -> Evidence:
    """The citation's quote in the passage that holds it; by itself where no passage covers it or the words differ."""
    sound = citation.status == "exact" and citation.end - citation.start == len(citation.quote)
    for passage in passages:
        start, end = citation.start - passage.start, citation.end - passage.start
        if passage.document == citation.document and 0 <= start <= end <= len(passage.text):
            if sound and passage.text[start:end] == citation.quote:
                return Evidence(passage.text[:start], citation.quote, passage.text[end:], True)
            sound = False
    return Evidence("", citation.quote, "", sound)
