"""What requests may hold, checked as they come in."""

import base64
import binascii
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from index.filters import Filter
from rag.answer import Mode
from rag.conversation.exchange import Exchange, names_in
from ui.render_check import LARGEST_MB

MOST_PASSAGES = 100  # that one request may ask for
MOST_EARLIER = 20  # turns that a question may come after
LONGEST_QUESTION = 2_000  # characters of an earlier one
LONGEST_ANSWER = 20_000
LARGEST_DRAFT = LARGEST_MB * 1_000_000  # bytes


def _whole(text: str) -> str:
    """JSON can hold halves of characters, which no answer could be written with."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise PydanticCustomError("half_character", "it holds half of a character")
    return text


Text = Annotated[str, AfterValidator(_whole)]


class Within(BaseModel):
    """Which documents a request wants to look in: `pincite ask` has the same."""

    model_config = ConfigDict(extra="forbid")

    folder: list[str] = []
    language: list[str] = []
    since: str | None = None
    until: str | None = None
    format: list[str] = []

    def filter(self, asker: Filter) -> Filter:
        """What `asker` may see of those; raises PinciteError for what cannot be a date or a language."""
        parsed = Filter.parse(
            folders=self.folder, languages=self.language, since=self.since, until=self.until, formats=self.format
        )
        return replace(parsed, groups=asker.groups)


class EarlierTurn(BaseModel):
    """A question that was asked before, and what it got."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Annotated[Text, Field(max_length=LONGEST_QUESTION)]
    answer: Annotated[Text, Field(max_length=LONGEST_ANSWER)] = ""

    def exchange(self) -> Exchange:
        """The same as a rewriting sees it."""
        return Exchange(self.question, self.answer, names_in(self.answer, self.question))


class Ask(Within):
    """A question."""

    model_config = ConfigDict(extra="forbid", strict=True)

    question: Text
    mode: Mode = "quote"
    k: int = Field(default=10, ge=1, le=MOST_PASSAGES)
    stream: bool = False
    earlier: Annotated[list[EarlierTurn], Field(max_length=MOST_EARLIER)] = []


class Search(Within):
    """A query, in an address."""

    q: str
    k: int = Field(default=10, ge=1, le=MOST_PASSAGES)


class Check(Within):
    """A draft, as text or as a file in base64, and in which forms the checked one is wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[Text, Field(max_length=200)] = ""
    text: Annotated[Text, Field(max_length=LARGEST_DRAFT)] | None = None
    data: Annotated[str, Field(max_length=LARGEST_DRAFT * 4 // 3 + 8)] | None = None
    forms: list[Literal["html", "docx"]] = []
    stream: bool = False

    def content(self) -> tuple[str, bytes] | None:
        """The draft's name and bytes; None where there is none, or both a text and a file."""
        if (self.text is None) == (self.data is None):
            return None
        if self.text is not None:
            return self.name or "-", self.text.encode()
        try:
            return self.name or "-", base64.b64decode(self.data or "", validate=True)
        except binascii.Error:
            return None
