"""A stretch of a document as statements are compared with it."""

from dataclasses import dataclass

from rag.verify.nearness import WordPairs


@dataclass(frozen=True)
class Source:
    """A stretch of a document, `document text[start : start + len(text)] == text`, its language and its title.

    `cosine` says how near it is to the statement, -1 to 1, and `pairs` how alike their words are, where that is known.
    """

    text: str
    start: int
    language: str
    title: str
    pairs: WordPairs | None = None
    cosine: float = 1.0
