"""What was found of a sentence, a quotation or a reference as HTML, with everything from outside escaped."""

from collections.abc import Iterable, Sequence
from html import escape

from rag.check.checked import (
    CheckedDraft,
    CheckedQuotation,
    CheckedReference,
    CheckedSentence,
    Difference,
    Finding,
    Piece,
    Pincite,
)
from ui import checked_lines
from ui.checking_words import CheckWords
from ui.names import lang, name_html


def finding_html(checked: CheckedDraft, finding: Finding, anchor: str, words: CheckWords) -> str:
    """A finding of the list at the top, with a link to its place."""
    where = escape(checked_lines.place_in_draft(checked, finding.line, words))
    of = finding.of
    if isinstance(of, CheckedSentence):
        cited = "".join(of_reference(r, words, brief=True) for r in checked.told_with(of))
        label, body = checked_lines.status_of(of, words), of_sentence(of, words) + cited
        said = checked.draft.seen(of.start, of.end)
    elif isinstance(of, CheckedQuotation):
        label, body = f"{words.quotation}{words.colon}{words.quotations[of.status]}", of_quotation(of, words)
        said = "" if of.pieces else checked.draft.seen(of.start, of.end)
    else:
        label, body = f"{words.reference}{words.colon}{words.references[of.finding]}", of_reference(of, words)
        said = ""
    shown = f'<p class="of" dir="auto">{escape(" ".join(said.split()))}</p>' if said else ""
    status = f'<b class="word {finding.status}">{escape(label)}</b>'
    return f'<p class="label"><a href="#{anchor}">{where}</a> {status}</p>{shown}{body}'


def evidence_html(
    sentence: CheckedSentence,
    quoted: Iterable[CheckedQuotation],
    cited: Iterable[CheckedReference],
    words: CheckWords,
) -> str:
    """All that was found of a sentence and of what stands in it."""
    parts = []
    if sentence.status != "not_checked":
        score = ""
        if sentence.score is not None:
            score = f'<p class="soft">{escape(words.score.format(score=f"{sentence.score:.2f}"))}</p>'
        label = f'<b class="word {sentence.status}">{escape(checked_lines.status_of(sentence, words))}</b>'
        parts.append(f'<p class="label">{label}</p>{of_sentence(sentence, words)}{score}')
    for quotation in quoted:
        label = f'<b class="word {quotation.status}">{escape(words.quotations[quotation.status])}</b>'
        parts.append(
            f'<p class="label">{escape(words.quotation)}{words.colon}{label}</p>{of_quotation(quotation, words)}'
        )
    for reference in cited:
        label = f'<b class="word {reference.finding}">{escape(words.references[reference.finding])}</b>'
        parts.append(
            f'<p class="label">{escape(words.reference)}{words.colon}{label}</p>{of_reference(reference, words)}'
        )
    return "".join(f'<div class="why" lang="{words.language}" dir="{words.direction}">{part}</div>' for part in parts)


def of_sentence(sentence: CheckedSentence, words: CheckWords) -> str:
    """Where a sentence and the sources part, and what the sources say."""
    if sentence.status == "unsupported":
        shown = _pincites(words.nearest, sentence.evidence[:1], words)
    else:
        shown = _pincites(words.evidence, sentence.evidence, words)
    return _differences(sentence.differences, words) + shown + _pincites(words.against, sentence.against, words)


def of_quotation(quotation: CheckedQuotation, words: CheckWords) -> str:
    """A quotation against its source, word by word where they are not the same."""
    pieces = "".join(_piece(piece) for piece in quotation.pieces)
    compared = f'<p class="compared" dir="auto">{pieces}</p>' if pieces else ""
    compared += _pincites(words.in_other_words, (quotation.nearest,) if quotation.nearest else (), words)
    return compared + _pincites(words.evidence, (quotation.source,) if quotation.source else (), words)


def of_reference(reference: CheckedReference, words: CheckWords, brief: bool = False) -> str:
    """What a reference leads to, and what that says; `brief` what came of it in one line instead."""
    shown = checked_lines.shown(reference)
    leads = words.may_be if reference.finding == "ambiguous" else words.leads_to
    documents = escape(words.comma).join(f'<bdi class="path">{name_html(d)}</bdi>' for d in reference.documents)
    target = f"{escape(leads)} {documents}" if documents else ""
    listed = ""
    if reference.text and reference.target not in (reference.text, shown) and reference.kind != "link":
        listed = f' <bdi class="target">{escape(reference.target)}</bdi>'
    if brief:
        status = f'<b class="word {reference.finding}">{escape(words.references[reference.finding])}</b>'
        return f"<p>{escape(words.reference)} <bdi>{escape(shown)}</bdi> {target}{words.colon}{status}</p>"
    told = words.nearest if reference.finding == "not_said" else words.evidence
    return f"<p><bdi>{escape(shown)}</bdi>{listed} {target}</p>" + _pincites(told, reference.evidence[:1], words)


def _differences(differences: Sequence[Difference], words: CheckWords) -> str:
    items = "".join(
        f"<li>{escape(words.kinds[d.kind])}{words.colon}{escape(words.stated)} {_word(d.stated, 'del', words)}"
        f"{escape(words.comma)}{escape(words.found)} {_word(d.found, 'ins', words)}</li>"
        for d in differences
    )
    return f'<ul class="differences">{items}</ul>' if items else ""


def _word(said: str, tag: str, words: CheckWords) -> str:
    return f"<{tag}><bdi>{escape(said)}</bdi></{tag}>" if said else f"<i>{escape(words.nothing)}</i>"


def _piece(piece: Piece) -> str:
    if piece.change == "same":
        return escape(piece.said)
    mark = ' class="allowed"' if piece.change == "allowed" else ""
    said, found = piece.said.strip(), piece.found.strip()
    parts = [f"<del{mark}>{escape(said)}</del>"] if said else []
    parts += [f"<ins{mark}>{escape(found)}</ins>"] if found else []
    return " ".join(parts) + piece.said[len(piece.said.rstrip()) :] + (" " if not said else "")


def _pincites(told: str, pincites: Iterable[Pincite], words: CheckWords) -> str:
    shown = "".join(
        f'<blockquote dir="auto"{lang(p.language)}>{escape(p.quote)}</blockquote>'
        f'<p class="source"><bdi class="title">{name_html(p.title)}</bdi> · {_address(p, words)}</p>'
        for p in pincites
    )
    return f'<p class="told">{escape(told)}</p>{shown}' if shown else ""


def _address(pincite: Pincite, words: CheckWords) -> str:
    parts = [f'<bdi class="path" dir="ltr">{name_html(pincite.document)}</bdi>']
    parts += [escape(words.page.format(number=pincite.page))] if pincite.page is not None else []
    parts += [words.sheet.format(name=f"<bdi>{name_html(pincite.sheet)}</bdi>")] if pincite.sheet else []
    parts += [escape(words.row.format(number=pincite.row))] if pincite.row is not None else []
    parts.append(escape(words.characters.format(start=pincite.start, end=pincite.end)))
    return " · ".join(f"<span>{part}</span>" for part in parts)
