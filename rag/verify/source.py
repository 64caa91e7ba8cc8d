"""A stretch of a document as statements are compared with it."""

from dataclasses import dataclass

from rag.verify.nearness import WordPairs


@dataclass(frozen=True)
class Source:
    """A stretch of a document, `document text[start : start + len(text)] == text`, its language and its title.

    `pairs` says how alike its words and the statement's are, where that is known.
    """

    text: str
    start: int
    language: str
    title: str
    pairs: WordPairs | None = None
