"""An answer as HTML: pure functions of our own types. Everything that came from a document or a person is escaped."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape

from rag.answer import Answer, Citation, RankedPassage, Statement
from ui.agreement import render_also, render_differences
from ui.look_in import render_within
from ui.names import lang, name_html, spoken
from ui.place import copied, render_place
from ui.render_told import render_problem
from ui.render_written import markers, render_written, without_markers
from ui.strings import Strings
from ui.turn import Turn

# As many closest passages as are shown under "nothing answers"; the rest would bury the nearest.
CLOSEST_SHOWN = 5
# An answer is shown in about this many steps, so that a long one takes no longer to appear than a short one.
REVEAL_STEPS = 14


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


def render_conversation(turns: Sequence[Turn], strings: Strings) -> str:
    """Every turn of a conversation, oldest first; the last is the current one."""
    busy = "false" if not turns or turns[-1].settled else "true"
    items = "".join(_render_turn(turn, strings, turn is turns[-1]) for turn in turns)
    return (
        f'<div class="turns" role="log" aria-label="{escape(strings.conversation)}" aria-busy="{busy}"'
        f"{spoken(strings)}>{items}</div>"
    )


def _render_turn(turn: Turn, strings: Strings, current: bool) -> str:
    if turn.problem is not None and turn.answer is None:
        body = render_problem(turn.problem, strings)
    elif turn.answer is None:
        body = f'<p class="searching">{escape(strings.searching)}</p>'
    elif turn.answer.abstained:
        body = _render_abstention(turn.number, turn.answer, strings)
    else:
        body = render_written(turn, strings) + _render_answer(turn, turn.answer, strings)
    within = render_within(turn.within, strings) if turn.within else ""
    return (
        f'<article class="turn{" current" if current else ""}" id="turn-{turn.number}" data-turn="{turn.number}">'
        f'<p class="question" dir="auto">{escape(turn.question)}</p>{_render_asked_as(turn, strings)}{within}'
        f'<div class="reply">{body}</div></article>'
    )


def _render_asked_as(turn: Turn, strings: Strings) -> str:
    """What was asked in the question's place, to be changed or undone; "" where it was asked as it was put."""
    if turn.asked_as is None:
        return ""
    question = f'<bdi class="standalone">{escape(turn.asked_as)}</bdi>'
    return (
        f'<p class="asked-as">{escape(strings.asked_as).format(question=question)} '
        f'<button type="button" class="edit quiet" data-question="{escape(turn.asked_as)}">'
        f"{escape(strings.edit)}</button> "
        f'<button type="button" class="original quiet" data-question="{escape(turn.question)}">'
        f"{escape(strings.as_written)}</button></p>"
    )


def _render_abstention(number: int, answer: Answer, strings: Strings) -> str:
    count = min(len(answer.passages), CLOSEST_SHOWN)
    closest = escape(strings.closest_count.format(count=count))
    more = f'<p class="more"><a class="show-sources" href="#turn-{number}-sources">{closest}</a></p>'
    text = f'<p class="statement abstained" dir="auto"{lang(answer.language)}>{escape(answer.text)}</p>'
    return text + (more if count else "")


def _render_answer(turn: Turn, answer: Answer, strings: Strings) -> str:
    citations = {citation.number: citation for citation in answer.citations}
    linked: set[int] = set()
    statements = answer.statements or (Statement(answer.text, (), "quoted"),)
    paragraphs = []
    for statement in statements:
        cited = [citations[key] for key in statement.citations if key in citations]
        language = cited[0].language if cited and statement.status == "quoted" else answer.language
        warning = f' <span class="warning">{escape(strings.unsupported)}</span>'
        paragraphs.append(
            f"{_render_before(statement, cited, strings)}"
            f'<p class="statement {statement.status}" dir="auto"{lang(language)}>'
            f'<span class="said">{escape(without_markers(statement))}</span>{markers(turn, cited, strings, linked)}'
            f"{warning if statement.status == 'unsupported' else ''}</p>"
        )
    count = escape(strings.sources_count.format(count=len(turn.citations)))
    more = f'<p class="more"><a class="show-sources" href="#turn-{turn.number}-sources">{count}</a></p>'
    heading = f"<h2>{escape(strings.quotes)}</h2>" if turn.written or turn.writing or turn.problem else ""
    return heading + "".join(paragraphs) + (more if answer.citations else "")


def _render_before(statement: Statement, cited: Sequence[Citation], strings: Strings) -> str:
    """The sentence before a quote that points back, apart from it; "" where the quote stands by itself."""
    if statement.status != "quoted" or len(cited) != 1 or not cited[0].before:
        return ""
    said = f"<bdi{lang(cited[0].language)}>{escape(cited[0].before.text)}</bdi>"
    return f'<p class="before">{escape(strings.before)} {said}</p>'


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
        passages = answer.passages + (turn.written.passages if turn.written else ())
        return "".join(_render_card(turn.number, citation, passages, strings) for citation in turn.citations)
    if not answer.passages:
        return f'<p class="empty">{escape(strings.no_passages)}</p>'
    note = f'<h3 class="closest">{escape(strings.closest)}</h3><p class="note">{escape(strings.closest_note)}</p>'
    return note + "".join(_render_passage(passage, strings) for passage in answer.passages[:CLOSEST_SHOWN])


def _render_card(turn: int, citation: Citation, passages: Sequence[RankedPassage], strings: Strings) -> str:
    evidence = evidence_of(citation, passages)
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
