"""Checked drafts made by hand, with everything that can be found in one."""

from dataclasses import replace

from rag.check.checked import (
    CheckedDraft,
    CheckedQuotation,
    CheckedReference,
    CheckedSentence,
    Difference,
    Piece,
    Pincite,
    QuotationStatus,
    ReferenceFinding,
    SentenceStatus,
)
from rag.check.draft import Draft
from rag.check.reading import read_draft

MARKDOWN = (
    "# The bilan\n\nIt **leaks** badly [1]. It was mended in 1999. Nobody knows “our biggest weakness here” today.\n\n"
    "- Why is it so?\n\n| a | b |\n| - | - |\n\n```\n<script>code</script>\n```\n\n[1] Annual report\n"
)
ARABIC = "# مذكرة\n\nالسطح يسرّب الماء كثيرًا. أُصلح في 1999 [1].\n"


def pincite(quote: str = "It leaks very badly.", document: str = "a/roof.md", **more: object) -> Pincite:
    values: dict[str, object] = {"title": "The roof", "page": 3, "sheet": None, "row": None, "language": "en"}
    place = {"start": 10, "end": 10 + len(quote), "quote": quote, "score": 0.9}
    return Pincite(document=document, **(values | place | more))  # type: ignore[arg-type]


def sentence(
    draft: Draft, number: int, status: SentenceStatus, reason: str, *evidence: Pincite, **more: object
) -> CheckedSentence:
    one = draft.sentences[number - 1]
    place = (number, one.start, one.end, draft.line(one.start), draft.text[one.start : one.end])
    return CheckedSentence(*place, status, reason, 0.5, evidence, **more)  # type: ignore[arg-type]


def quotation(draft: Draft, said: str, status: QuotationStatus, number: int, *pieces: Piece) -> CheckedQuotation:
    at = draft.text.index(said)
    source = pincite("our greatest weakness here") if status != "not_found" else None
    return CheckedQuotation(at, at + len(said), draft.line(at), said, number, status, source, pieces=pieces)


def reference(
    draft: Draft, said: str, finding: ReferenceFinding, number: int | None, *documents: str
) -> CheckedReference:
    at = draft.text.index(said)
    found = (pincite(),) if finding in ("supported", "contradicted", "elsewhere", "not_said") else ()
    place = (at, at + len(said), draft.line(at), said)
    return CheckedReference(*place, "number", number, "Annual report", documents, finding, found)


def checked(text: str = MARKDOWN, name: str = "bilan.md", data: bytes | None = None) -> CheckedDraft:
    """A draft whose second sentence is supported and whose third is contradicted; no other claims anything."""
    draft = read_draft(name, text.encode() if data is None else data)
    at = draft.text.index("1999")
    difference = Difference("date", "1999", "2019", at, at + 4, "a/roof.md", 20, 24)
    mended = pincite("It was mended in 2019.")
    said = {
        2: sentence(draft, 2, "supported", "same_meaning", pincite()),
        3: sentence(draft, 3, "contradicted", "another_date", mended, differences=(difference,)),
    }
    rest = {n: sentence(draft, n, "not_checked", "heading") for n in range(1, len(draft.sentences) + 1)}
    return CheckedDraft(draft, tuple((rest | said).values()), (), (), 47, 1.5)


def full() -> CheckedDraft:
    """The same with a misquotation, one that was not found, and references of several kinds."""
    found = checked()
    draft = found.draft
    pieces = (
        Piece("same", "our", "our"),
        Piece("changed", "biggest", "greatest"),
        Piece("same", "weakness", "weakness"),
    )
    return replace(
        found,
        quotations=(quotation(draft, "our biggest weakness here", "altered", 4, *pieces),),
        references=(
            reference(draft, "[1]", "elsewhere", 2, "a/roof.md"),
            reference(draft, "| a | b |", "unknown_source", None),
        ),
    )
