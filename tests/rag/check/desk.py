"""Drafts, an index of a few documents, and a verifier that counts words: what it says can be worked out by hand."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.document import Passage
from index.opened import Index
from index.view import View
from rag.verify.verdict import Evidence, Mismatch, Verdict
from tests.rag.desk import build

DOCUMENTS = {
    "reports/annual-2024.md": (
        "# Annual report 2024\n\nThe hotline received 4812 calls in 2024. Waiting for a place remains our greatest "
        "weakness, eleven days on average. The office in Marsa Ziran was closed for seven weeks because of flooding.\n"
    ),
    "rules/travel.md": (
        "# Travel rule\n\nThe daily allowance within the country is 74 euros. Taxis may be used after 21:00 by anyone. "
        "Night trains with a berth count as a hotel night.\n"
    ),
    "old/travel.md": "# Travel note 2019\n\nThe daily allowance within the country was 55 euros in 2019.\n",
    "fr/charte.txt": "Charte des membres\n\nChaque membre nomme une personne de contact pour les victimes.\n",
    "ar/بيانات.txt": "قاعدة حماية البيانات\n\nلا تُنسخ وثائق الهوية ولا تُصوَّر، ويُكتفى بتدوين أنها عُرضت.\n",
}
_SENTENCE = re.compile(r"[^.!?؟\n]+[.!?؟]")
_WORD = re.compile(r"\w+")


@contextmanager
def opened(folder: Path, documents: dict[str, str] = DOCUMENTS) -> Iterator[View]:
    """A view of an index of these documents."""
    with Index.open(build(folder, documents)) as index:
        yield index.view()


class WordVerifier:
    """Supported is what shares at least two thirds of its words with a sentence, figures included; contradicted what
    shares as many and has another figure; quoted what stands there. It keeps what it was asked.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def verify(self, view: View, statement: str, passages: Sequence[Passage] | None = None) -> Verdict:
        self.asked.append((statement, passages is not None))
        if passages is None:
            passages = [p for d in view.documents() for p in view.passages(view.passages_of(d))]
        compared = (_compared(statement, p, *m.span()) for p in passages for m in _SENTENCE.finditer(p.text))
        best = max(compared, key=lambda one: one[0], default=None)
        if best is None or best[0] < 0.3:
            return Verdict(statement, "unsupported", 0.0, "nothing_near")
        share, passage, start, end = best
        found = Evidence(passage, passage.start + start, passage.start + end, share)
        if statement in passage.text:
            return Verdict(statement, "quoted", 1.0, "verbatim", (found,))
        if share < 0.6:
            return Verdict(statement, "unsupported", share / 2, "too_unlike", (found,))
        differing = tuple(_figures(statement, found))
        if differing:
            return Verdict(statement, "contradicted", 0.1, "another_number", (found,), differing)
        return Verdict(statement, "supported", share, "same_meaning", (found,))


def _compared(statement: str, passage: Passage, start: int, end: int) -> tuple[float, Passage, int, int]:
    while passage.text[start].isspace():
        start += 1
    ours, theirs = (set(_WORD.findall(t.lower())) for t in (statement, passage.text[start:end]))
    return len(ours & theirs) / max(len(ours), 1), passage, start, end


def _figures(statement: str, found: Evidence) -> Iterator[Mismatch]:
    theirs = {m[0]: m.span() for m in re.finditer(r"\d+", found.text)}
    for ours in re.finditer(r"\d+", statement):
        other = next((n for n in theirs if n not in statement), None)
        if ours[0] not in theirs and other is not None:
            start, end = theirs[other]
            yield Mismatch("number", ours[0], other, *ours.span(), found.start + start, found.start + end)
