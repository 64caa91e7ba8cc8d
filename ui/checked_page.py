"""A checked draft as one HTML file that fetches nothing and runs nothing. All that came from elsewhere is escaped."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from pathlib import Path
from string import Template

from index.document import Span
from rag.check.checked import CheckedDraft, CheckedQuotation, CheckedReference, CheckedSentence, Finding
from rag.check.draft import Block
from ui.checked_parts import evidence_html, finding_html, of_quotation, of_reference
from ui.checking_words import CheckWords, words_for
from ui.names import lang, name_html

_HERE = Path(__file__).parent
_ORDER = {
    "sentences": ("quoted", "supported", "contradicted", "unsupported", "not_checked"),
    "quotations": ("exact", "variant", "altered", "not_found"),
    "references": (
        "supported", "contradicted", "elsewhere", "not_said", "unknown_source", "no_entry", "ambiguous", "not_checked",
    ),
}  # fmt: skip
_RAW = frozenset(("code", "note", "bibliography", "table"))  # shown with their marks
_TAGGED = frozenset(("prose", "item"))  # whose sentences bear their status even where they were not checked


def checked_page(checked: CheckedDraft) -> str:
    """The page: what to look at, then the draft with a status for each sentence; in the draft's language."""
    words = words_for(checked.draft.language)
    style = (_HERE / "checked_page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    title = checked.draft.title or checked.draft.name
    summary = words.summary.format(passages=f"{checked.passages:,}", seconds=f"{checked.seconds:.1f}")
    return Template((_HERE / "checked_page.html").read_text(encoding="utf-8")).substitute(
        language=words.language,
        direction=words.direction,
        heading=escape(words.heading),
        title=name_html(title),
        draft_language=lang(checked.draft.language),
        summary=escape(summary),
        style=style,
        style_hash=digest,
        counts=_counts(checked, words),
        findings=_findings(checked, words),
        whole=escape(words.whole),
        legend=escape(words.legend),
        text=_text(checked, words),
    )


def _counts(checked: CheckedDraft, words: CheckWords) -> str:
    told = {"sentences": words.sentences, "quotations": words.quotations, "references": words.references}
    rows = []
    for what, counts in checked.counts().items():
        parts = [
            f'<li><span class="count">{counts[status]}</span> '
            f'<span class="word {status}">{escape(told[what][status])}</span></li>'
            for status in _ORDER[what]
            if counts.get(status)
        ]
        if parts:
            rows.append(f"<div><dt>{escape(words.counted[what])}</dt><dd><ul>{''.join(parts)}</ul></dd></div>")
    return f'<dl class="counts">{"".join(rows)}</dl>'


def _findings(checked: CheckedDraft, words: CheckWords) -> str:
    findings = checked.findings()
    if not findings:
        return f'<p class="nothing">{escape(words.no_findings)}</p>'
    items = "".join(
        f"<li>{finding_html(checked, finding, _anchor(checked, finding), words)}</li>" for finding in findings
    )
    return f'<h2>{escape(words.findings)}</h2><ol class="findings">{items}</ol>'


def _anchor(checked: CheckedDraft, finding: Finding) -> str:
    """Where in the draft a finding is shown: a sentence, or a quotation or reference outside of any."""
    of = finding.of
    number = of.number if isinstance(of, CheckedSentence) else of.sentence
    if number:
        return f"s{number}"
    many: Sequence[object] = checked.quotations if isinstance(of, CheckedQuotation) else checked.references
    return f"{finding.what[0]}{next(n for n, one in enumerate(many) if one is of)}"


def _text(checked: CheckedDraft, words: CheckWords) -> str:
    """The draft, block by block."""
    waiting = list(checked.sentences)
    parts = []
    for block in checked.draft.blocks:
        inside = []
        while waiting and waiting[0].start < block.end:
            inside.append(waiting.pop(0))
        parts.append(_block(checked, block, inside, words))
    return "".join(parts)


def _block(checked: CheckedDraft, block: Block, sentences: Sequence[CheckedSentence], words: CheckWords) -> str:
    if block.kind in _RAW:
        return _raw(checked, block, sentences, words)
    pieces, at = [], block.start
    for sentence in sentences:
        pieces.append(_plain(checked, at, sentence.start))
        pieces.append(_sentence(checked, block, sentence, words))
        at = sentence.end
    pieces.append(_plain(checked, at, block.end).rstrip())
    if not any(piece.strip() for piece in pieces):
        return ""
    seen = checked.draft.seen(block.start, block.end).lstrip()
    bullet = " bullet" if block.kind == "item" and seen[:1].isalpha() else ""
    return f'<div class="block {block.kind}{bullet}" dir="auto">{"".join(pieces)}{_loose(checked, block, words)}</div>'


def _raw(checked: CheckedDraft, block: Block, sentences: Sequence[CheckedSentence], words: CheckWords) -> str:
    """A block as it is written, and below it what was found of what stands in it."""
    text = checked.draft.text[block.start : block.end].strip("\r\n")
    if block.kind == "code":
        return f"<pre>{escape(text)}</pre>"
    if not any(map(str.isalnum, text)):  # the edge of a table
        return ""
    anchors = "".join(f'<span id="s{s.number}"></span>' for s in sentences)
    found = "".join(evidence_html(s, *checked.of_sentence(s.number), words) for s in sentences)
    shown = f'<div class="block {block.kind}" dir="auto">{anchors}{escape(text)}</div>'
    return f"{shown}{found}{_loose(checked, block, words)}"


def _loose(checked: CheckedDraft, block: Block, words: CheckWords) -> str:
    """What was found of quotations and references of a block that stand in none of its sentences."""
    quoted = [
        f'<div class="why" id="q{n}">{of_quotation(q, words)}</div>'
        for n, q in enumerate(checked.quotations)
        if q.sentence is None and block.start <= q.start < block.end
    ]
    cited = [
        f'<div class="why" id="r{n}">{of_reference(r, words)}</div>'
        for n, r in enumerate(checked.references)
        if r.sentence is None and block.start <= r.start < block.end
    ]
    return "".join(quoted + cited)


def _sentence(checked: CheckedDraft, block: Block, sentence: CheckedSentence, words: CheckWords) -> str:
    quoted, cited = checked.of_sentence(sentence.number)
    said = _marked(checked, sentence, quoted, cited)
    status = sentence.status
    if status == "not_checked" and not quoted and not cited:
        tag = _tag(sentence, words) if block.kind in _TAGGED else ""
        return f'<span class="sentence {status}" id="s{sentence.number}"><span class="said">{said}</span>{tag}</span> '
    tags = _tag(sentence, words) if status != "not_checked" or block.kind in _TAGGED else ""
    tags += "".join(_small(words.quotation + words.colon, words.quotations[q.status], q.status) for q in quoted)
    tags += "".join(
        _small(words.reference + words.colon, words.references[f], f)
        for f in dict.fromkeys(r.finding for r in cited)
        if f != "not_checked"
    )
    return (
        f'<details class="sentence {status}" id="s{sentence.number}"><summary><span class="said">{said}</span>{tags}'
        f"</summary>{evidence_html(sentence, quoted, cited, words)}</details> "
    )


def _tag(sentence: CheckedSentence, words: CheckWords) -> str:
    return f' <small class="tag {sentence.status}">{escape(words.sentences[sentence.status])}</small>'


def _small(what: str, status: str, code: str) -> str:
    return f' <small class="tag {code}">{escape(what)}{escape(status)}</small>'


def _marked(
    checked: CheckedDraft,
    sentence: CheckedSentence,
    quoted: Sequence[CheckedQuotation],
    cited: Sequence[CheckedReference],
) -> str:
    """The words of a sentence, with what differs, what is quoted and what refers to a source marked."""
    marks = [(Span(d.start, d.end), "differs") for d in sentence.differences if d.start < d.end]
    marks += [(Span(q.start, q.end), f"quotation {q.status}") for q in quoted]
    marks += [(Span(r.start, r.end), f"reference {r.finding}") for r in cited]
    edges = {sentence.start, sentence.end}
    edges |= {min(max(at, sentence.start), sentence.end) for span, _ in marks for at in (span.start, span.end)}
    ordered = sorted(edges)
    return "".join(_segment(checked, start, end, marks) for start, end in pairwise(ordered))


def _segment(checked: CheckedDraft, start: int, end: int, marks: Iterable[tuple[Span, str]]) -> str:
    names = " ".join(name for span, name in marks if span.start <= start and end <= span.end)
    said = _plain(checked, start, end)
    if not said.strip() and "reference" in names:  # the mark of a note
        said = escape(checked.draft.text[start:end])
    return f'<span class="{names}">{said}</span>' if names and said else said


def _plain(checked: CheckedDraft, start: int, end: int) -> str:
    """The draft's own characters without its marks."""
    return escape(checked.draft.seen(start, end))
