"""An answer in sentences as HTML: each with its status in words and its markers, and apart what was struck."""

import re
from collections.abc import Sequence
from html import escape

from rag.answer import Answer, Citation, Removed, Statement
from ui.names import lang, spoken, visible
from ui.render_told import render_problem, render_remark
from ui.strings import Strings
from ui.turn import Turn


def render_written(turn: Turn, strings: Strings) -> str:
    """The part of a turn that a language model writes; "" where none does.

    It is no live region: the page's script says each sentence once, as it comes.
    """
    answer = turn.written
    if answer is None and not turn.writing and not turn.problem:
        return ""
    statements = answer.statements if answer and answer.composed else ()
    linked = {citation.number for citation in turn.answer.citations} if turn.answer else set()
    sentences = "".join(_sentence(turn, statement, strings, linked) for statement in statements)
    return (
        f'<section class="written" aria-live="off" aria-label="{escape(strings.written)}" '
        f'data-writing="{"true" if turn.writing else "false"}"{spoken(strings)}><h2>{escape(strings.written)}</h2>'
        f"{sentences}{_progress(turn, strings)}{_notes(turn, strings)}{_removed(turn, strings)}</section>"
    )


def _sentence(turn: Turn, statement: Statement, strings: Strings, linked: set[int]) -> str:
    language = turn.written.language if turn.written else "und"
    said = strings.is_quoted if statement.status == "quoted" else strings.is_supported
    status = escape(said if statement.status != "unsupported" else strings.unsupported)
    links = markers(turn, _cited(turn, statement.citations), strings, linked)
    kind = "warning" if statement.status == "unsupported" else "status"
    return (
        f'<p class="statement {statement.status}" dir="auto"{lang(language)}>'
        f'<span class="said">{escape(without_markers(statement))}</span>{links} '
        f'<span class="{kind}"{spoken(strings)}>{status}</span></p>'
    )


def markers(turn: Turn, cited: Sequence[Citation], strings: Strings, linked: set[int]) -> str:
    """Links from an answer to the cards of its sources.

    A card's link leads back to the first marker of its number, which alone bears the id; `linked` have one already.
    """
    made = ""
    for citation in cited:
        own = "" if citation.number in linked else f' id="turn-{turn.number}-marker-{citation.number}"'
        linked.add(citation.number)
        label = escape(strings.source.format(number=citation.number, title=visible(citation.title)))
        made += (
            f'&nbsp;<bdi><a class="marker"{own} href="#turn-{turn.number}-source-{citation.number}" title="{label}" '
            f'aria-label="{label}">[{citation.number}]</a></bdi>'
        )
    return made


def _cited(turn: Turn, numbers: Sequence[int]) -> list[Citation]:
    by_number = {citation.number: citation for citation in turn.citations}
    return [by_number[number] for number in numbers if number in by_number]


def without_markers(statement: Statement) -> str:
    """A written statement may carry its markers in its text; a quoted one is the document's and stays untouched."""
    if statement.status == "quoted":
        return statement.text
    own = "|".join(str(number) for number in statement.citations)
    return re.sub(rf"\s*\[(?:{own})\]", "", statement.text) if own else statement.text


def _progress(turn: Turn, strings: Strings) -> str:
    if not turn.writing:
        return ""
    return (
        f'<p class="progress"><span class="searching">{escape(strings.writing)}</span> '
        f'<button type="button" class="stop quiet" data-turn="{turn.number}">{escape(strings.stop)}</button></p>'
    )


def _notes(turn: Turn, strings: Strings) -> str:
    answer = turn.written
    if turn.writing:
        return ""
    if answer is None or turn.problem:
        return render_problem(turn.problem, strings) if turn.problem else ""
    notes = [render_remark(remark, strings) for remark in answer.remarks]
    if answer.composed and answer.model:
        name = f'<bdi dir="auto">{escape(visible(answer.model))}</bdi>'
        notes.append(f'<p class="note">{escape(strings.written_by).format(model=name)}</p>')
    return "".join(notes)


def _removed(turn: Turn, strings: Strings) -> str:
    answer = turn.written
    if answer is None or not answer.removed:
        return ""
    count = escape(strings.removed.format(count=len(answer.removed)))
    items = "".join(_struck(turn, answer, removed, strings) for removed in answer.removed)
    return f'<details class="removed"><summary>{count}</summary><ul>{items}</ul></details>'


def _struck(turn: Turn, answer: Answer, removed: Removed, strings: Strings) -> str:
    reason = escape(strings.reasons.get(removed.reason, strings.unsupported))
    cited = _cited(turn, removed.citations)
    links = markers(turn, cited, strings, {citation.number for citation in cited})
    words = strings.comma.join(f"<bdi{lang(answer.language)}>{escape(word)}</bdi>" for word in removed.words)
    told = f"{reason} ({words})" if words else reason
    return (
        f'<li><del dir="auto"{lang(answer.language)}>{escape(removed.text)}</del> '
        f'<span class="warning">{told}{links}</span></li>'
    )
