"""What was found of a sentence, a quotation or a reference in plain lines: for a terminal, and comments in Word."""

import re
from collections.abc import Iterator

from rag.check.checked import (
    CheckedDraft,
    CheckedQuotation,
    CheckedReference,
    CheckedSentence,
    Difference,
    Piece,
    Pincite,
)
from ui.checking_words import CheckWords
from ui.names import visible

_LINKED = re.compile(r"\[([^\[\]]+)\][\[(]")


def place_in_draft(checked: CheckedDraft, line: int, words: CheckWords) -> str:
    """The line of a draft, or its paragraph."""
    return (words.line if checked.draft.has_lines else words.paragraph).format(number=line)


def address(pincite: Pincite, words: CheckWords) -> str:
    """The document of a pincite and where in it the words stand."""
    parts = [visible(pincite.document)]
    parts += [words.page.format(number=pincite.page)] if pincite.page is not None else []
    parts += [words.sheet.format(name=visible(pincite.sheet))] if pincite.sheet else []
    parts += [words.row.format(number=pincite.row)] if pincite.row is not None else []
    parts.append(words.characters.format(start=pincite.start, end=pincite.end))
    return words.comma.join(parts)


def pincite_line(pincite: Pincite, words: CheckWords) -> str:
    """The words of a source and their address."""
    return f"“{' '.join(pincite.quote.split())}” — {visible(pincite.title)} ({address(pincite, words)})"


def difference_line(difference: Difference, words: CheckWords) -> str:
    """What the draft has and what the source has."""
    kind = words.kinds[difference.kind]
    return f"{kind}{words.colon}{_beside(difference.stated, difference.found, words)}"


def status_of(sentence: CheckedSentence, words: CheckWords) -> str:
    """The status of a sentence with its reason."""
    status, reason = words.sentences[sentence.status], words.reasons.get(sentence.reason, sentence.reason)
    return f"{status} ({reason})"


def sentence_lines(sentence: CheckedSentence, words: CheckWords) -> Iterator[str]:
    """What the sources say of a sentence, below its status."""
    for difference in sentence.differences:
        yield difference_line(difference, words)
    told = words.nearest if sentence.status == "unsupported" else words.evidence
    for pincite in sentence.evidence[:1] if sentence.status == "unsupported" else sentence.evidence:
        yield f"{told}{words.colon}{pincite_line(pincite, words)}"
    for pincite in sentence.against:
        yield f"{words.against}{words.colon}{pincite_line(pincite, words)}"


def quotation_lines(quotation: CheckedQuotation, words: CheckWords) -> Iterator[str]:
    """Where a quotation parts from its source, and that source."""
    for piece in quotation.pieces:
        if piece.change != "same":
            yield piece_line(piece, words)
    if quotation.nearest:
        yield f"{words.in_other_words}{words.colon}{pincite_line(quotation.nearest, words)}"
    if quotation.source:
        yield f"{words.evidence}{words.colon}{pincite_line(quotation.source, words)}"


def piece_line(piece: Piece, words: CheckWords) -> str:
    """What a quotation has in the place of its source's words."""
    return _beside(piece.said.strip(), piece.found.strip(), words)


def _beside(said: str, found: str, words: CheckWords) -> str:
    ours, theirs = (f"“{text}”" if text else words.nothing for text in (said, found))
    return f"{words.stated} {ours}{words.comma}{words.found} {theirs}"


def reference_status(reference: CheckedReference, words: CheckWords) -> str:
    """A reference with what came of it."""
    return f"{words.reference} {reference_line(reference, words)}{words.colon}{words.references[reference.finding]}"


def reference_line(reference: CheckedReference, words: CheckWords) -> str:
    """A reference and what it leads to."""
    said = shown(reference)
    documents = words.comma.join(map(visible, reference.documents))
    leads = words.may_be if reference.finding == "ambiguous" else words.leads_to
    target = f" ({leads} {documents})" if documents and documents != said else ""
    return f"{said}{target}"


def shown(reference: CheckedReference) -> str:
    """A reference in a few words: its own, a link's without its marks."""
    link = _LINKED.match(reference.text)
    if link:
        return f"{' '.join(link[1].split())} ({reference.target})"
    return " ".join((reference.text or reference.target).split())


def reference_lines(reference: CheckedReference, words: CheckWords) -> Iterator[str]:
    """What the source of a reference says, or another in its place."""
    told = words.nearest if reference.finding == "not_said" else words.evidence
    for pincite in reference.evidence[:1]:
        yield f"{told}{words.colon}{pincite_line(pincite, words)}"
