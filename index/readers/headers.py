"""The headers of a mail: what they say, however they are written."""

from datetime import datetime
from email.message import Message
from email.policy import Compat32
from email.policy import default as modern

from index.readers.mail import decoded

# What Python's parsers raise where a mail is not as it should be; they know more rules than mails keep.
MALFORMED = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
_LONGEST = 10_000  # characters; the time that addresses take grows faster than their length


class Policy(Compat32):
    """Keeps headers as they are written until they are asked for, without those that fill megabytes.

    The modern policy reads the headers that say how a mail is put together in time that grows with the square of their
    length, and gives the whole mail up where one is malformed.
    """

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        """The name and the value of a header; bytes beyond ASCII are decoded, as UTF-8 or by their looks."""
        name, value = super().header_source_parse(sourcelines)
        value = value[:_LONGEST]
        return name, value if value.isascii() else decoded(value.encode("utf-8", "surrogateescape"), None)


def words(text: str) -> str:
    """The text of a header with what was encoded in it decoded, in one line."""
    text = " ".join(text.split())
    try:
        return str(modern.header_factory("subject", text))
    except MALFORMED:
        return text


def header(message: Message, name: str) -> str:
    """The text of a header, "" where there is none."""
    return words(str(message.get(name, "")))


def addresses(message: Message, name: str) -> list[tuple[str, str]]:
    """The names and the addresses in a header; either may be empty."""
    try:
        parsed = modern.header_factory(name, " ".join(str(message.get(name, "")).split()))
        return [(a.display_name, a.addr_spec if a.domain else a.username) for a in parsed.addresses]
    except MALFORMED:
        return []


def sent(message: Message) -> datetime | None:
    """When it was sent, in the sender's zone."""
    try:
        moment = modern.header_factory("date", " ".join(str(message.get("date", "")).split())).datetime
    except MALFORMED:
        return None
    return moment if isinstance(moment, datetime) else None
