"""What a file is before it is embedded: its documents, each with its language and its sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from index import language, sentences
from index.document import Extract, Part, Span
from index.limits import Limits
from index.readers import documents
from index.readers.nesting import STOPS, reason
from index.soundness import check, is_box, is_language

_SURE = 200  # letters from which the language that a text is written in is believed over the one that its file names
# Other codes for a language that detection tells.
_CODES = {"nb": "no", "nn": "no", "iw": "he", "in": "id"}
# What detection tells apart by script, letters or little words, so that it contradicts a file knowingly.
_NOT_LATIN = frozenset(
    "am ar be bg bn bo el fa gu he hi hy ja ka km kn ko lo mk ml mr my ne or pa ru si ta te th uk ur zh".split()
)
_KNOWN = _NOT_LATIN | frozenset("ca cs da de en es fi fr hu id it nl no pl pt ro sv tr vi".split())


@dataclass(frozen=True, slots=True)
class ReadPart:
    """One document of a file: `name` is its path below the file, "" for the file itself.

    `format` is a canonical name such as "html". `extract` is None where the document could not be read; then `failure`
    says why, `language` is "und" and there are no `sentences`. These are sorted, disjoint spans of the text.
    """

    name: str
    format: str
    extract: Extract | None
    failure: str | None
    language: str  # ISO 639-1, or "und" where none could be told
    sentences: tuple[Span, ...]


def read_parts(name: str, data: bytes, limits: Limits) -> Iterator[ReadPart]:
    """The documents of the file called `name`, one after the other. Raises nothing but MemoryError."""
    for part, format in documents(name, data, limits):
        yield _finished(part, format)


def read_here(name: str, data: bytes, limits: Limits) -> list[ReadPart]:
    """The documents of a file, read in this process: for files that are trusted, for no time or memory is bounded."""
    return list(read_parts(name, data, limits))


def failed(name: str, format: str, failure: str) -> ReadPart:
    """A document that could not be read, and why."""
    return ReadPart(name, format, None, failure, "und", ())


def _finished(part: Part, format: str) -> ReadPart:
    if part.extract is None:
        return failed(part.name, format, part.failure or "it could not be read")
    try:
        extract = _tidied(part.extract)
        told = _language(extract)
        found = tuple(sentences.split(extract, told))
        check(extract, found)
    except STOPS:
        raise
    except BaseException as error:
        # Whatever a document does to its reader or to what comes after, the others are read.
        return failed(part.name, format, reason(error))
    return ReadPart(part.name, format, extract, None, told, found)


def _tidied(extract: Extract) -> Extract:
    """Without languages, dates and boxes that are none: a file may say of itself what it likes."""
    told = extract.language.lower() if extract.language else None
    return replace(
        extract,
        language=_CODES.get(told, told) if told and is_language(told) else None,
        date=extract.date if extract.date and _is_day(extract.date) else None,
        words=tuple(word for word in extract.words if is_box(word.box)),
    )


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _language(extract: Extract) -> str:
    """The language that the file names unless its text clearly contradicts it, else the one that is told by the text.

    Office programs name the language of whoever set them up, whatever is written in them.
    """
    said = extract.language
    found = language.detect(extract.text, likely=said)
    if said is None or found == said:
        return found
    if (found in _NOT_LATIN) != (said in _NOT_LATIN):
        return found
    letters = sum(map(str.isalpha, extract.text[: 10 * _SURE]))
    return found if letters >= _SURE and said in _KNOWN else said
