"""Quotes with their addresses: citations that say where else the same stands, and who says otherwise."""

from index.view import View
from rag.answer import Citation, Difference, Elsewhere
from rag.corroboration import Corroborated, Disagreement
from rag.locate import locate
from rag.openings import before
from rag.quote import Quote


def cite(view: View, corroborated: Corroborated) -> tuple[Citation, ...]:
    """The quotes as citations, numbered from 1."""
    differing: list[list[Difference]] = [[] for _ in corroborated.quotes]
    for disagreement in corroborated.disagreements:
        _note(disagreement, differing)
    return tuple(
        _cite(view, number, quote, tuple(_place(view, other) for other in elsewhere), tuple(differences))
        for number, (quote, elsewhere, differences) in enumerate(
            zip(corroborated.quotes, corroborated.elsewhere, differing, strict=True), 1
        )
    )


def is_row(view: View, quote: Quote) -> bool:
    """Whether a quote is of a row of a table."""
    place = view.place(quote.passage.document, quote.start)
    return place is not None and place.kind == "row"


def _note(disagreement: Disagreement, differing: list[list[Difference]]) -> None:
    one, other = disagreement.one, disagreement.other
    for here, there in disagreement.pairs:
        differing[one].append(Difference(other + 1, here, there))
        differing[other].append(Difference(one + 1, there, here))


def _cite(
    view: View, number: int, quote: Quote, also: tuple[Elsewhere, ...], differences: tuple[Difference, ...]
) -> Citation:
    passage = quote.passage
    facts = view.facts(passage.document)
    at = locate(view, passage.document, quote.start, quote.end)
    return Citation(
        number, passage.document, passage.title, at.page, passage.language, quote.start, quote.end, quote.text, "exact",
        at.sheet, at.row, at.boxes, facts.date if facts else None, facts.url if facts else None,
        also, tuple(dict.fromkeys(d.number for d in differences)), differences, before(view, quote),
    )  # fmt: skip


def _place(view: View, quote: Quote) -> Elsewhere:
    passage = quote.passage
    at = locate(view, passage.document, quote.start, quote.end)
    return Elsewhere(passage.document, passage.title, at.page, quote.start, quote.end, at.sheet, at.row)
