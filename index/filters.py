"""Who asks, and in which documents they want to look: what a search may see at all."""

import calendar
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from index.access import EVERYONE, Access, group_names, may_see
from index.errors import PinciteError
from index.readers.formats import FORMATS, format_of

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LANGUAGE = re.compile(r"([a-z]{2}|und)(?:[-_][a-z0-9]+)*")  # of "fr-CA" the language alone


class Facts(Protocol):
    """What a filter looks at; `index.store.DocumentFacts` has it, and more."""

    @property
    def id(self) -> str:
        """The path below the synced folder, with `/`."""

    @property
    def language(self) -> str:
        """ISO 639-1, or "und"."""

    @property
    def date(self) -> str | None:
        """ISO 8601, of the day."""

    @property
    def format(self) -> str:
        """A name of `index.readers.formats`."""

    @property
    def access(self) -> Access:
        """Who may see the document."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked in: documents that fit every field, each of which fits any of its values, or anything if empty."""

    groups: frozenset[str] | None = frozenset()  # whoever asks is in them; None for the index's owner, who sees all
    folders: tuple[str, ...] = ()  # paths below a synced folder, of folders, files or documents
    languages: tuple[str, ...] = ()  # ISO 639-1, or "und"
    since: str | None = None  # ISO 8601, the first day; without a date, a document has no place before or after
    until: str | None = None  # and the last
    formats: tuple[str, ...] = ()  # "pdf"

    @classmethod
    def parse(  # noqa: PLR0913 -- a value for each field
        cls,
        *,
        groups: str = "",
        folders: Sequence[str] = (),
        languages: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        formats: Sequence[str] = (),
    ) -> "Filter":
        """The filter that a person means, who writes "hr,board" ("*" to see everything), "press/2024", "fr", "2024-05".

        Raises PinciteError for what cannot be a group, a folder, a language, a date or a format.
        """
        first = None if since is None else _day(since, last=False)
        final = None if until is None else _day(until, last=True)
        if first and final and first > final:
            raise PinciteError(f"there is no day since {since} and until {until}; put the earlier date first")
        return cls(
            _groups(groups),
            tuple(sorted(set(map(_folder, folders)))),
            tuple(sorted(set(map(_language, languages)))),
            first,
            final,
            tuple(sorted(set(map(_format, formats)))),
        )

    def admits(self, document: Facts) -> bool:
        """Whether the asker may see a document and wants to look in it."""
        return (
            (self.groups is None or may_see(document.access, self.groups))
            and (not self.languages or document.language in self.languages)
            and (not self.formats or document.format in self.formats)
            and ((self.since is None and self.until is None) or self._on_time(document.date))
            and (not self.folders or self._below(document.id))
        )

    def _on_time(self, day: str | None) -> bool:
        # Days as ISO 8601 writes them are in the order of their characters.
        if not day or not _DAY.fullmatch(day):
            return False
        return (self.since or day) <= day <= (self.until or day)

    def _below(self, id: str) -> bool:
        path = unicodedata.normalize("NFC", id)
        return any(path == folder or path.startswith(folder + "/") for folder in self.folders)


EVERYTHING = Filter(groups=None)  # for the index's owner
PUBLIC = Filter()  # what everyone may see


def _groups(text: str) -> frozenset[str] | None:
    groups = group_names(text.split(","))
    if EVERYONE not in groups:
        return groups
    if len(groups) > 1:
        raise PinciteError(
            f'groups {text!r}: "*" sees everything and cannot stand beside others; write one or the other'
        )
    return None


def _folder(text: str) -> str:
    names = [name for name in unicodedata.normalize("NFC", text).split("/") if name not in ("", ".")]
    if not names or ".." in names:
        raise PinciteError(
            f"{text!r} names no folder below the synced one; write a path such as press/2024, or leave it out"
        )
    return "/".join(names)


def _language(text: str) -> str:
    found = _LANGUAGE.fullmatch(text.strip().lower())
    if found is None:
        raise PinciteError(
            f"{text!r} is no code of a language; write two letters such as fr, or und for documents of none"
        )
    return found[1]


def _format(text: str) -> str:
    name = text.strip().lower().removeprefix(".")
    known = name if name in FORMATS else format_of(f"a.{name}" if name.isalnum() else "")
    if not known:
        raise PinciteError(f"{text!r} is no format that is read; write one of {', '.join(sorted(FORMATS))}")
    return known


def _day(text: str, last: bool) -> str:
    """The first or last day of a year, month or day."""
    found = _DATE.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        year, month = int(found[1]), int(found[2] or (12 if last else 1))
        day = int(found[3] or (calendar.monthrange(year, month)[1] if last else 1))
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise PinciteError(
            f"{text!r} is no date; write a day, month or year such as 2024-05-31, 2024-05 or 2024"
        ) from error
