"""The documents of a file and of the files in it, within limits that they share.

Each reader's module, and so its library, is imported when the first file of its format is met.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Protocol, TypeVar, cast

from index.document import Extract, Part
from index.errors import ReadError
from index.limits import Limits
from index.readers.formats import SUFFIXES, format_of, supported
from index.readers.member import Member

_CONTAINERS = frozenset(("eml", "msg", "zip"))
_MODULES = {"zip": "archive"}  # where a format's name is not its reader's
_ATTACHMENTS = "attachments"
_LONGEST_NAME = 1000  # characters
_LONGEST_REASON = 200  # characters of a message that is not ours and may quote the file
# What is not about a document; all else is, also the panics of parsers in Rust, which are no Exception to Python.
STOPS = (KeyboardInterrupt, SystemExit, GeneratorExit)
_T = TypeVar("_T")


class _Reader(Protocol):
    read: Callable[[bytes, Limits], Extract]
    members: Callable[..., Iterator[Member]]  # of containers: (data, limits), of archives also which names are wanted
    parts: Callable[[bytes, Limits], Iterator[Part]]  # of JSON lines


class _SpentError(Exception):
    """The documents of a file exceed a limit together: the name of the first that is too much, and the reason."""


def documents(name: str, data: bytes, limits: Limits) -> Iterator[tuple[Part, str]]:
    """The documents of the file called `name`, as `readers.read` gives them, each with its format."""
    format = format_of(name)
    if not format:
        yield Part("", None, f"its format cannot be read, only {', '.join(SUFFIXES)}"), ""
        return
    file = _File(limits)
    try:
        yield from file.documents("", format, data, depth=1)
    except _SpentError as spent:
        at, exceeded = spent.args
        why = f"{exceeded}; split it" if not at else f"it was not read, nor what follows it: {exceeded}; split the file"
        yield Part(file.named(at), None, why), format_of(at) or format


def most_documents(limits: Limits) -> int:
    """How many documents a file may hold; one of JSON lines may hold more than an archive may have members."""
    return max(limits.members, limits.characters // 100) + 1


def reason(error: BaseException) -> str:
    """Why a document was not read, told by what a reader raised. Raises MemoryError where that was behind it."""
    behind: BaseException | None = error
    while behind is not None:
        if isinstance(behind, MemoryError):
            raise MemoryError from error
        behind = behind.__cause__ or behind.__context__
    if isinstance(error, ReadError):
        return str(error)
    message = " ".join(_writable(str(error)).split())[:_LONGEST_REASON]
    return f"reading it failed unexpectedly ({type(error).__name__}: {message})"


class _File:
    """A file that is being read, and what is left of its limits."""

    def __init__(self, limits: Limits) -> None:
        self._limits = self._left = limits
        self._documents = most_documents(limits)  # that may still come
        self._names: Counter[str] = Counter()

    def documents(self, at: str, format: str, data: bytes, depth: int) -> Iterator[tuple[Part, str]]:
        """The document called `at` and those in it; `depth` is the number of containers around it, itself included."""
        if format in _CONTAINERS and depth > self._limits.depth:
            deep = f"archives and messages are read {self._limits.depth} deep in each other; unpack it"
            yield self._counted(Part(at, None, deep)), format
        elif format == "jsonl":
            for part in _until_it_fails(lambda: _reader(format).parts(data, self._limits)):
                yield self._counted(replace(part, name=_below(at, part.name))), format
        elif format == "zip":
            yield from self._members(at, format, lambda: _reader(format).members(data, self._limits, supported), depth)
        else:
            part = self._counted(_extracted(at, lambda: _reader(format).read(data, self._limits)))
            yield part, format
            if format in _CONTAINERS:
                inner = self._members(part.name, format, lambda: _reader(format).members(data, self._limits), depth)
                # Of a message that is none, one failure is enough; one whose body cannot be read may have attachments.
                whole = _below(part.name, _ATTACHMENTS)
                yield from (found for found in inner if part.extract or found[0].name != whole)

    def named(self, name: str) -> str:
        """`name`, with a number where another document has it already."""
        self._names[name] += 1
        if self._names[name] == 1:
            return name
        stem, dot, suffix = name.rpartition(".") if supported(name) else (name, "", "")
        return self.named(f"{stem} ({self._names[name]}){dot}{suffix}")

    def _members(
        self, at: str, format: str, members: Callable[[], Iterator[Member]], depth: int
    ) -> Iterator[tuple[Part, str]]:
        for member in _until_it_fails(members):
            name, inner = _below(at, member.name), format_of(member.name)
            if isinstance(member, Part):
                # A message is a document itself; what keeps the files in it from being read needs another name.
                within = at if format == "zip" else _below(at, _ATTACHMENTS)
                yield self._counted(Part(within, None, member.failure)), format
            elif inner:
                self._spend(name, "members", 1, "the file holds more than {:,} files")
                self._spend(name, "unpacked_bytes", len(member.data), "the file unpacks to more than {:,} bytes")
                if member.failure is not None:
                    yield self._counted(Part(name, None, member.failure)), inner
                else:
                    yield from self.documents(name, inner, member.data, depth + (inner in _CONTAINERS))

    def _counted(self, part: Part) -> Part:
        """The part as it is given out: within what is left of the limits, in whole characters, named as no other."""
        self._documents -= 1
        if self._documents < 0:
            raise _SpentError(part.name, f"the file holds more than {most_documents(self._limits):,} documents")
        if part.extract is not None:
            self._spend(
                part.name, "characters", len(part.extract.text), "the texts of the file have more than {:,} characters"
            )
        part = _in_whole_characters(part)
        if len(part.name) > _LONGEST_NAME:
            long = f"its name has more than {_LONGEST_NAME:,} characters; give it a shorter one"
            part = Part(part.name[: _LONGEST_NAME // 2] + "…", None, long)
        return replace(part, name=self.named(part.name))

    def _spend(self, name: str, limit: str, amount: int, exceeded: str) -> None:
        left = getattr(self._left, limit) - amount
        if left < 0:
            raise _SpentError(name, exceeded.format(getattr(self._limits, limit)))
        self._left = replace(self._left, **{limit: left})


def _reader(format: str) -> _Reader:
    return cast(_Reader, import_module(f"index.readers.{_MODULES.get(format, format)}"))


def _extracted(name: str, read: Callable[[], Extract]) -> Part:
    try:
        return Part(name, read())
    except STOPS:
        raise
    except BaseException as error:
        # Documents are not to be trusted: one that trips a parser must not stop the others. It is named in the report.
        return Part(name, None, reason(error))


def _until_it_fails(items: Callable[[], Iterator[_T]]) -> Iterator[_T | Part]:
    """The items; where their reader fails before the end, the last is a part without a name that says why."""
    try:
        yield from items()
    except STOPS:
        raise
    except BaseException as error:
        yield Part("", None, reason(error))


def _in_whole_characters(part: Part) -> Part:
    """The part, or a failure where its name or a text of it holds half a character."""
    name = _writable(part.name)
    if name != part.name:
        return Part(name, None, "its name holds halves of characters (surrogates); rename it")
    extract = part.extract
    if extract is not None:
        facts = (extract.heading, extract.language, extract.date, extract.author, extract.url, *(extract.groups or ()))
        text = "".join([extract.text, *filter(None, facts), *(place.sheet or "" for place in extract.places)])
        if _writable(text) != text:
            return Part(name, None, "its text holds halves of characters (surrogates); save it as UTF-8")
    return part if part.failure is None else replace(part, failure=_writable(part.failure))


def _writable(text: str) -> str:
    """`text` with halves of characters as backslash escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _below(at: str, name: str) -> str:
    return f"{at}/{name}" if at and name else at or name
