"""What is told of a checked draft, in fields: one language fills them all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckWords:
    """One language's words for a checked draft. `{...}` are holes that `str.format` fills."""

    language: str  # ISO 639-1
    direction: str  # "ltr" or "rtl"
    heading: str
    summary: str
    findings: str
    no_findings: str
    whole: str
    evidence: str
    nearest: str
    against: str
    in_other_words: str
    stated: str
    found: str
    nothing: str
    line: str
    paragraph: str
    page: str
    sheet: str
    row: str
    characters: str
    comma: str
    colon: str  # before what is said of something
    quotation: str
    reference: str
    leads_to: str
    may_be: str
    score: str
    legend: str
    sentences: dict[str, str]  # by status
    quotations: dict[str, str]
    references: dict[str, str]
    reasons: dict[str, str]
    kinds: dict[str, str]  # of differences
    counted: dict[str, str]  # "sentences", "quotations", "references"
