"""Turns as a history keeps them: as JSON, and back; as text with the place of every quote."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from index.document import Document
from rag.answer import Answer, Citation, RankedPassage
from ui.names import visible
from ui.place import location
from ui.strings import Strings
from ui.turn import Turn

VERSION = 1
MOST_TURNS = 40  # of a history that are kept
_AROUND = 300  # characters shown on each side of a quote that was looked up again
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&])")
_LINE_MARKUP = re.compile(r"^(\s*)([-+=]|\d+[.)])", re.MULTILINE)
_ANSWER = TypeAdapter(Answer)

Record = dict[str, Any]


def record_of(turn: Turn, strings: Strings, now: datetime | None = None) -> Record:
    """A turn that is done, as it is kept: without the passages, which the documents still have."""
    return {
        "version": VERSION,
        "at": (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        "question": turn.question,
        "asked_as": turn.asked_as,
        "answer": _kept(turn.answer),
        "written": _kept(turn.written),
        "text": as_text(turn, strings),
    }


def _kept(answer: Answer | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    bare = tuple(replace(citation, boxes=()) for citation in answer.citations)
    return replace(answer, passages=(), citations=bare, timings={}).to_json()


def turns_of(records: object, document: Callable[[str], Document | None]) -> tuple[Turn, ...]:
    """The turns of a history, their quotes looked up again: one that is no longer there is no longer "exact".

    What is no record of ours is left out: a browser may send anything.
    """
    if not isinstance(records, list):
        return ()
    turns = [_turn(record, document) for record in records[-MOST_TURNS:]]
    return tuple(turn for turn in turns if turn is not None)


def _turn(record: object, document: Callable[[str], Document | None]) -> Turn | None:
    if not isinstance(record, dict) or record.get("version") != VERSION:
        return None
    question, asked_as = record.get("question"), record.get("asked_as")
    if not isinstance(question, str) or not isinstance(asked_as, str | None):
        return None
    try:
        answer, written = (_answer(record.get(name), document) for name in ("answer", "written"))
    except ValidationError:
        return None
    if answer is None:
        return None
    return Turn(0, question, answer, settled=True, asked_as=asked_as, written=written)


def _answer(kept: object, document: Callable[[str], Document | None]) -> Answer | None:
    if kept is None:
        return None
    answer = _ANSWER.validate_python(kept)
    sources = {citation.document: document(citation.document) for citation in answer.citations}
    citations = tuple(_looked_up(citation, sources[citation.document]) for citation in answer.citations)
    around = (_passage(citation, sources[citation.document]) for citation in citations)
    return replace(answer, citations=citations, passages=tuple(passage for passage in around if passage))


def _looked_up(citation: Citation, source: Document | None) -> Citation:
    sound = source is not None and source.text[citation.start : citation.end] == citation.quote
    return replace(citation, status="exact" if sound and 0 <= citation.start <= citation.end else "unverified")


def _passage(citation: Citation, source: Document | None) -> RankedPassage | None:
    """The quote with some of the words around it, as they stand there now."""
    if source is None or citation.status != "exact":
        return None
    start = max(0, citation.start - _AROUND)
    end = min(len(source.text), citation.end + _AROUND)
    start += (source.text.find(" ", start, citation.start) - start + 1) if start else 0
    cut = source.text.rfind(" ", citation.end, end)
    end = cut if end < len(source.text) and cut > 0 else end
    text = source.text[start:end]
    return RankedPassage(source.id, start, end, 0.0, citation.language, text, source.title)


def as_text(turn: Turn, strings: Strings) -> str:
    """A turn in Markdown, in which nothing of a question or a document is markup."""
    lines = [f"## {_plain(turn.question)}", ""]
    if turn.asked_as is not None:
        lines += [strings.asked_as.format(question=_plain(turn.asked_as)), ""]
    if turn.written and turn.written.composed:
        lines += [f"{_plain(s.text)} {_numbers(s.citations)}" for s in turn.written.statements]
        lines += ["", strings.written_by.format(model=_plain(turn.written.model or "")), ""]
    if turn.answer and turn.answer.abstained:
        lines += [_plain(turn.answer.text), ""]
    for citation in turn.citations:
        lines += [f"> {line}" for line in _plain(citation.quote).splitlines() or [""]]
        lines += ["", f"{_numbers((citation.number,))} {_pincite(citation, strings)}", ""]
    if turn.written and turn.written.removed:
        lines += [strings.removed.format(count=len(turn.written.removed)), ""]
        lines += [f"- ~~{_plain(r.text)}~~ ({strings.reasons.get(r.reason, '')})" for r in turn.written.removed]
    return "\n".join(lines).rstrip() + "\n"


def joined(records: Iterable[Record]) -> str:
    """The histories' texts, one after the other."""
    return "\n".join(str(record.get("text", "")) for record in records)


def _numbers(numbers: Sequence[int]) -> str:
    return "".join(rf"\[{number}\]" for number in numbers)


def _pincite(citation: Citation, strings: Strings) -> str:
    place = [_plain(visible(citation.document)), *map(_plain, location(citation, strings))]
    place.append(strings.characters.format(start=citation.start, end=citation.end))
    doubt = "" if citation.status == "exact" else f" {strings.unverified}"
    return f"{_plain(visible(citation.title))} ({strings.comma.join(place)}).{doubt}"


def _plain(text: str) -> str:
    """`text` with the signs that Markdown reads as markup escaped."""
    return _LINE_MARKUP.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", text))
