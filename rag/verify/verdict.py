"""What verifying a statement finds: whether the sources say it, with which words, and where they part."""

from dataclasses import dataclass
from typing import Literal

from index.document import Passage

VerdictStatus = Literal["quoted", "supported", "contradicted", "unsupported"]
MismatchKind = Literal["number", "date", "amount", "unit", "name", "negation", "words"]
Reason = Literal[
    "verbatim",  # its words stand there
    "variant",  # the same but for typography
    "same_meaning",
    "another_number",
    "another_date",
    "another_name",
    "another_unit",
    "negated",
    "figure_not_found",  # a number or date of its own stands in none of what is near
    "name_not_found",
    "words_not_found",  # words of its own stand for nothing in what is near
    "too_unlike",
    "nothing_near",
    "no_claim",  # a heading, a question, a greeting
    # Of a sentence that a model wrote as an answer, alone:
    "another_language",  # than the question's
    "beside_the_answer",  # nothing before it, nor itself, rests on what was found for the question
]


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A word or figure in which a statement and a source part; "" where one of them has nothing in its place."""

    kind: MismatchKind
    stated: str
    found: str
    stated_start: int  # in the statement
    stated_end: int
    found_start: int  # in the document's text; 0 and 0 where nothing was found
    found_end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Whole sentences of a source: `document text[start:end] == text`."""

    passage: Passage
    start: int
    end: int
    score: float  # how surely it says the statement, 0 to 1

    @property
    def text(self) -> str:
        """The sentences, as they stand in their document."""
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sources say of a statement.

    `evidence`, best first and at most three, supports it or contradicts it as `status` says; that of an unsupported
    statement is what came nearest, and establishes nothing.
    """

    statement: str
    status: VerdictStatus
    score: float  # how likely it is that the sources support it, 0 to 1, calibrated
    reason: Reason
    evidence: tuple[Evidence, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
