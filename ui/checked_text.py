"""A checked draft as text for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator

from rag.check.checked import CheckedDraft, CheckedQuotation, CheckedSentence, Finding
from ui import checked_lines
from ui.checking_words import CheckWords, words_for
from ui.terminal import plain

_LONGEST = 300  # characters of a sentence or quote that are shown
_ORDER = {
    "sentences": ("quoted", "supported", "contradicted", "unsupported", "not_checked"),
    "quotations": ("exact", "variant", "altered", "not_found"),
    "references": (
        "supported", "contradicted", "elsewhere", "not_said", "unknown_source", "no_entry", "ambiguous", "not_checked",
    ),
}  # fmt: skip
_NAMES = {"sentences": "claims", "quotations": "quotations", "references": "references"}
_SHORT = {
    "not_found": "not found",
    "altered": "misquoted",
    "unsupported": "not found in the sources",
    "elsewhere": "said elsewhere",
    "not_said": "not said by the source",
    "unknown_source": "not in the index",
    "no_entry": "not in the draft's list",
}


def checked_text(checked: CheckedDraft, width: int = 100) -> str:
    """The counts, what to look at, and where the rest was found; lines of at most `width` columns."""
    words = words_for("en")
    lines = [*_summary(checked)]
    findings = checked.findings()
    if findings:
        lines += ["", f"{words.findings}:"]
    for number, finding in enumerate(findings, 1):
        lines += ["", *_finding(checked, number, finding, words)]
    found = [*_found(checked, words)]
    if found:
        lines += ["", "Found in the sources:", "", *found]
    return "\n".join(_wrapped(lines, width))


def _summary(checked: CheckedDraft) -> Iterator[str]:
    name = "standard input" if checked.draft.name == "-" else checked.draft.name
    yield f"{plain(name)}: checked against {checked.passages:,} passages in {checked.seconds:.1f} s"
    for what, counts in checked.counts().items():
        rest = counts.pop("not_checked", 0)
        listed = [f"{counts[s]} {_SHORT.get(s, s)}" for s in _ORDER[what] if counts.get(s)]
        if listed:
            total = sum(counts.values())
            yield f"{total} {_NAMES[what][: None if total > 1 else -1]}: {', '.join(listed)}"
        if rest and what == "sentences":
            yield f"{rest} more (headings, questions, table rows and the like) not checked"


def _finding(checked: CheckedDraft, number: int, finding: Finding, words: CheckWords) -> Iterator[str]:
    where = checked_lines.place_in_draft(checked, finding.line, words)
    of = finding.of
    if isinstance(of, CheckedSentence):
        status = checked_lines.status_of(of, words)
        shown = f"{status}: {_short(checked.draft.seen(of.start, of.end))}"
        cited = (checked_lines.reference_status(r, words) for r in checked.told_with(of))
        more: Iterable[str] = (*checked_lines.sentence_lines(of, words), *cited)
    elif isinstance(of, CheckedQuotation):
        status = words.quotations[of.status]
        shown, more = (
            f"quotation {status}: “{_short(checked.draft.seen(of.start, of.end))}”",
            checked_lines.quotation_lines(of, words),
        )
    else:
        status = words.references[of.finding]
        shown, more = f"{status}: {checked_lines.reference_line(of, words)}", checked_lines.reference_lines(of, words)
    yield f"{number}. {where}, {plain(shown)}"
    yield from (f"   - {plain(line)}" for line in more)


def _found(checked: CheckedDraft, words: CheckWords) -> Iterator[str]:
    """A line for each sentence and quotation that the sources have."""
    for sentence in checked.sentences:
        if sentence.status in ("quoted", "supported") and sentence.evidence and not sentence.against:
            yield _place_line(checked, sentence, sentence.status, words)
    for quotation in checked.quotations:
        if quotation.status in ("exact", "variant"):
            yield _place_line(checked, quotation, f"quotation, {quotation.status}", words)


def _place_line(checked: CheckedDraft, of: CheckedSentence | CheckedQuotation, status: str, words: CheckWords) -> str:
    where = checked_lines.place_in_draft(checked, of.line, words)
    source = of.evidence[0] if isinstance(of, CheckedSentence) else of.source
    assert source is not None
    said, address = checked.draft.seen(of.start, of.end), checked_lines.address(source, words)
    return f"- {where}, {status}: {_short(said, 80)} — {plain(address)}"


def _short(text: str, most: int = _LONGEST) -> str:
    text = plain(text)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _wrapped(lines: Iterable[str], width: int) -> Iterator[str]:
    for line in lines:
        if not line:
            yield ""
            continue
        indent = (
            len(line) - len(line.lstrip()) + (2 if line.lstrip().startswith("- ") else 3 if line[0].isdigit() else 0)
        )
        yield from textwrap.wrap(
            line, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
        )
