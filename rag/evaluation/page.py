"""A run as one HTML file that fetches nothing. Everything that came from a set or a document is escaped."""

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

from rag.evaluation import plots
from rag.evaluation.abstention import Abstention, Figure
from rag.evaluation.asking import Asked
from rag.evaluation.cases import FAULTS, Case, Excerpt
from rag.evaluation.compare import Comparison, signed
from rag.evaluation.measures import Measure
from rag.evaluation.report import EvaluationReport, Scores, share_text, told
from rag.question import whole

_HERE = Path(__file__).parent
_LISTED = 15  # questions won or lost that are spelt out
# What is not to be seen, or would turn round what stands beside it.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def render_page(
    report: EvaluationReport, asked: Sequence[Asked], cases: Sequence[Case], comparison: Comparison | None = None
) -> str:
    """The page of a run, and of its comparison with another."""
    style = (_HERE / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    left_out = f" {report.left_out} were left out: their document is gone or has changed." if report.left_out else ""
    sections = [
        _comparison(comparison, {a.gold.id: a for a in asked}) if comparison else "",
        _by_kind(report.kinds),
        _abstention(report.abstention, asked) if report.abstention else "",
        _ranks(asked),
        _by_pair(report.pairs),
        _cases(cases),
    ]
    return Template((_HERE / "page.html").read_text(encoding="utf-8")).substitute(
        set=_shown(report.set),
        style=style,
        style_hash=digest,
        facts=f"{report.questions:,} questions.{left_out} A question takes {report.median_ms:.1f} ms (median),"
        f" {report.p95_ms:.1f} ms (95th percentile).",
        sections="\n".join(filter(None, sections)),
    )


def _by_kind(kinds: dict[str, Scores]) -> str:
    head = ["", *(f"<bdi>{_shown(kind)}</bdi>" for kind in kinds)]
    rows = [["questions", *(f"{scores.questions:,}" for scores in kinds.values())]]
    for measure in told(kinds.values()):
        rows.append([measure.label, *(_figure(s.figures[measure.name], measure) for s in kinds.values())])
    return (
        f"<section><h2>By kind of question</h2>{_table(head, rows)}<p class='small'>Below a figure: what 95 % of draws"
        " of as many questions about other documents would give (a bootstrap over documents). Where every question came"
        " out alike, or too few documents stand behind a figure, there is nothing to draw from.</p></section>"
    )


def _by_pair(pairs: dict[str, Scores]) -> str:
    measures = told(pairs.values())
    head = ["languages", "questions", *(m.label for m in measures)]
    rows = []
    for pair, scores in pairs.items():
        name = f"<bdi>{_shown(pair.replace('->', ' → '))}</bdi>"
        rows.append([name, f"{scores.questions:,}", *(_figure(scores.figures[m.name], m) for m in measures)])
    return f"<section><h2>By pair of languages</h2>{_table(head, rows)}</section>"


def _abstention(abstention: Abstention, asked: Sequence[Asked]) -> str:
    told = [f"area under the curve {_inline(abstention.area)}"]
    if abstention.auroc:
        told.append(f"AUROC of the confidence {_inline(abstention.auroc)}")
    told += [
        f"where {share_text(at, 2)} of what can be answered is answered, {_inline(figure)} of the rest is refused"
        for at, figure in abstention.refused_at.items()
    ]
    return (
        "<section><h2>Knowing when not to answer</h2><div class='plots'>"
        f"<figure>{plots.risk_coverage(abstention)}<figcaption>Wrong: an answer to what nothing answers, or one without"
        " a quote that holds the answer. The ring is the confidence that was set.</figcaption></figure>"
        f"<figure>{plots.confidences([a.result for a in asked])}<figcaption>Shares of the questions of each sort by"
        " confidence.</figcaption></figure></div>"
        f"<p class='small'>{_sentence(told)}</p></section>"
    )


def _ranks(asked: Sequence[Asked]) -> str:
    located = [a.result for a in asked if a.result.rank is not None]
    figures = [
        f"<figure>{plots.ranks(_clean(kind), [r for r in located if r.kind == kind])}</figure>"
        for kind in dict.fromkeys(r.kind for r in located)
    ]
    if not figures:
        return ""
    return (
        f"<section><h2>Where the passage that answers stands</h2><div class='plots'>{''.join(figures)}</div></section>"
    )


def _comparison(comparison: Comparison, asked: dict[str, Asked]) -> str:
    reach = max((abs(end) for d in comparison.differences if d.measure.is_share for end in d.interval or ()), default=1)
    head = ["", "before", "now", "difference", "", "p", "won", "lost"]
    rows = []
    for d in comparison.worth_a_line():
        write = share_text if d.measure.is_share else "{:.0f}".format
        ends = " – ".join(signed(end, d.measure) for end in d.interval or ())
        drawn = plots.whisker(d.after - d.before, d.interval, reach) if d.measure.is_share else ""
        rows.append([f"<bdi>{_shown(d.kind)}</bdi>: {d.measure.label}", write(d.before), write(d.after),
                     f"{signed(d.after - d.before, d.measure)}<small>{ends}</small>", drawn,
                     share_text(d.p, 4), str(len(d.won)), str(len(d.lost))])  # fmt: skip
    before, after = comparison.median_ms
    moved = [
        f"<details><summary><bdi>{_shown(d.kind)}</bdi>: {d.measure.label}: {len(ids)} {word}</summary>"
        f"<ul class='questions'>{_questions(ids, asked)}</ul></details>"
        for d in comparison.differences
        if d.measure.decisive
        for word, ids in (("won", d.won), ("lost", d.lost))
        if ids
    ]
    return (
        f"<section><h2>Against the run before</h2><p class='verdict'>{_shown(comparison.verdict)}</p>"
        f"<p class='soft'>{comparison.shared:,} questions that both runs asked; {comparison.only_before:,} only before,"
        f" {comparison.only_after:,} only now. A question took {before:.1f} ms, now {after:.1f} ms (median).</p>"
        f"{_table(head, rows)}{''.join(moved)}</section>"
    )


def _questions(ids: Sequence[str], asked: dict[str, Asked]) -> str:
    listed = [f'<li dir="auto">{_shown(asked[id].gold.question)}</li>' for id in ids[:_LISTED] if id in asked]
    more = f"<li class='soft'>and {len(ids) - _LISTED} more</li>" if len(ids) > _LISTED else ""
    return "".join(listed) + more


def _cases(cases: Sequence[Case]) -> str:
    if not cases:
        return ""
    parts = []
    for fault in FAULTS:
        if of_fault := [case for case in cases if case.fault == fault]:
            parts.append(f"<h3>{fault}</h3>{''.join(map(_case, of_fault))}")
    return f"<section><h2>The worst cases</h2>{''.join(parts)}</section>"


def _case(case: Case) -> str:
    gold, result = case.asked.gold, case.asked.result
    rank = "" if not result.rank else f" · found at rank {result.rank}"
    said = "Quoted" if case.asked.answer.citations else "Abstained; closest was"
    if gold.answerable:
        of_gold = _excerpts(case.gold) or "<p class='soft'>The set does not say where.</p>"
    else:
        of_gold = "<p class='soft'>Nothing answers.</p>"
    return (
        f'<article class="case"><h4 dir="auto"{_lang(gold.language)}>{_shown(gold.question)}</h4>'
        f'<p class="small"><bdi>{_shown(gold.id)}</bdi> · <bdi>{_shown(gold.kind)}</bdi> ·'
        f" <bdi>{_shown(result.pair.replace('->', ' → '))}</bdi> · confidence {result.confidence:.2f}{rank}</p>"
        f'<div class="sides"><div class="side"><h5>{said}</h5>{_excerpts(case.said) or "<p>nothing</p>"}</div>'
        f'<div class="side"><h5>The document says</h5>{of_gold}</div></div></article>'
    )


def _excerpts(excerpts: Iterable[Excerpt]) -> str:
    return "".join(
        f'<blockquote dir="auto"{_lang(e.language)}>{"".join(_piece(*piece) for piece in e.pieces)}</blockquote>'
        f'<small class="source"><bdi>{_shown(e.document)}</bdi>, characters {e.start} to {e.end}</small>'
        for e in excerpts
    )


def _piece(text: str, is_answer: bool) -> str:
    return f"<mark>{_shown(text)}</mark>" if is_answer else _shown(text)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = (f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows)
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _figure(figure: Figure | None, measure: Measure) -> str:
    if figure is None:
        return "–"
    write = share_text if measure.is_share else "{:.0f}".format
    below = f"<small>{write(figure.interval[0])} – {write(figure.interval[1])}</small>" if figure.interval else ""
    return write(figure.value) + below


def _inline(figure: Figure) -> str:
    low_high = f" ({share_text(figure.interval[0])} to {share_text(figure.interval[1])})" if figure.interval else ""
    return share_text(figure.value) + low_high


def _sentence(parts: Sequence[str]) -> str:
    text = "; ".join(parts)
    return text[:1].upper() + text[1:] + "."


def _lang(language: str | None) -> str:
    return f' lang="{language}"' if language and re.fullmatch("[a-z]{2,3}", language) and language != "und" else ""


def _clean(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", whole(text).replace("\r\n", "\n").replace("\r", "\n"))


def _shown(text: str) -> str:
    """`text` as HTML, with a sign in place of characters that no page should obey."""
    return escape(_clean(text))
