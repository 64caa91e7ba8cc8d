"""Looking in some documents only: what the page offers to choose, what a visitor chose, and how both are shown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

from index.errors import PinciteError
from index.filters import Facts, Filter
from index.readers.formats import supported
from rag.answer import Mode
from rag.question import whole
from ui.names import language_name, spoken, visible
from ui.place import day
from ui.strings import Strings

MOST_FOLDERS = 200  # offered; of more, those that hold most
_MOST_VALUES = 500  # of a field, that a page may send


class ChoiceError(PinciteError):
    """What a page sent as its visitor's choice and can be none; `kind` says what of it."""

    def __init__(self, message: str, kind: Literal["dates", "choice"]) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from, each with its number of documents; a field that would choose nothing is empty."""

    languages: tuple[tuple[str, int], ...] = ()  # ISO 639-1, or "und"
    formats: tuple[tuple[str, int], ...] = ()
    folders: tuple[tuple[str, int], ...] = ()  # below the synced ones
    dated: bool = False  # whether any document has a date

    def __bool__(self) -> bool:
        return bool(self.languages or self.formats or self.folders or self.dated)


def offered(documents: Sequence[Facts]) -> Offer:
    """What can be chosen among these documents."""
    if len(documents) < 2:
        return Offer()
    folders = Counter(filter(None, (_folder(document.id) for document in documents)))
    if set(folders.values()) == {len(documents)}:
        folders.clear()
    return Offer(
        _counted(document.language for document in documents),
        _counted(document.format for document in documents),
        tuple(sorted(folders.most_common(MOST_FOLDERS), key=lambda folder: folder[0].casefold())),
        any(document.date for document in documents),
    )


def _counted(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """The values, the most frequent first; none if there is but one."""
    counts = Counter(values)
    return tuple(counts.most_common()) if len(counts) > 1 else ()


def _folder(id: str) -> str:
    """The top folder of a document; "" for one that is in none, such as the parts of a file that lies there."""
    folder, slash, _ = id.partition("/")
    return folder if slash and not supported(folder) else ""


def chosen(choice: object, asker: Filter) -> Filter | None:
    """The filter that a visitor's page means by what it sent: of what `asker` may see; None for all of that.

    Raises ChoiceError for what cannot be a choice.
    """
    if choice is None:
        return None
    if not isinstance(choice, dict):
        raise _unreadable()
    folders, languages, formats = (_values(choice.get(name, [])) for name in ("folders", "languages", "formats"))
    since, until = (_values([choice.get(name) or ""])[0] or None for name in ("since", "until"))
    if not (folders or languages or formats or since or until):
        return None
    with _refused("dates"):
        days = Filter.parse(since=since, until=until)
    with _refused("choice"):
        rest = Filter.parse(folders=folders, languages=languages, formats=formats)
    return replace(rest, since=days.since, until=days.until, groups=asker.groups)


def mode_of(choice: object) -> Mode:
    """How a visitor's page wants its answer; in quotes unless it says otherwise."""
    return "compose" if isinstance(choice, dict) and choice.get("mode") == "compose" else "quote"


def _values(sent: object) -> list[str]:
    if not isinstance(sent, list) or len(sent) > _MOST_VALUES or not all(isinstance(value, str) for value in sent):
        raise _unreadable()
    return [whole(value) for value in sent]


def _unreadable() -> ChoiceError:
    return ChoiceError("the choice of documents cannot be read; load the page again and choose anew", "choice")


@contextmanager
def _refused(kind: Literal["dates", "choice"]) -> Iterator[None]:
    """Makes a ChoiceError of what a filter refuses."""
    try:
        yield
    except PinciteError as error:
        raise ChoiceError(str(error), kind) from error


def render_within(filter: Filter, strings: Strings) -> str:
    """The line under a question that says in which documents alone an answer was looked for."""
    fields = (
        [language_name(language, strings) for language in filter.languages],
        [_format_name(format, strings) for format in filter.formats],
        [visible(folder) for folder in filter.folders],
        [strings.since.format(date=day(filter.since, strings))] if filter.since else [],
        [strings.until.format(date=day(filter.until, strings))] if filter.until else [],
    )
    isolated = ([f"<bdi>{escape(name)}</bdi>" for name in names] for names in fields if names)
    choice = " · ".join(map(strings.comma.join, isolated))
    return f'<p class="within">{escape(strings.within).format(choice=choice)}</p>'


def render_offer(offer: Offer, strings: Strings) -> str:
    """The control beside the question box; "" where there is nothing to choose.

    The page's script writes what is chosen into it, with the words it finds in the attributes.
    """
    if not offer:
        return ""
    words = {
        "all": strings.all_documents, "comma": strings.comma, "day": strings.day, "first": strings.first,
        "months": "|".join(strings.months), "since": strings.since, "until": strings.until,
    }  # fmt: skip
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in words.items())
    names = [(code, language_name(code, strings), count) for code, count in offer.languages]
    formats = [(format, _format_name(format, strings), count) for format, count in offer.formats]
    folders = [(folder, visible(folder), count) for folder, count in offer.folders]
    fields = (
        _options("languages", strings.language_field, names)
        + _options("formats", strings.format_field, formats)
        + _options("folders", strings.folder_field, folders)
        + (_dates(strings) if offer.dated else "")
    )
    return (
        f'<div class="look"{spoken(strings)}{attributes}><details><summary><span>{escape(strings.look_in)}</span> '
        f'<span class="chosen">{escape(strings.all_documents)}</span></summary>'
        f'<div class="fields">{fields}</div></details>'
        f'<button type="button" class="clear" hidden>{escape(strings.clear)}</button></div>'
    )


def _options(name: str, legend: str, options: Sequence[tuple[str, str, int]]) -> str:
    boxes = "".join(
        f'<label><input type="checkbox" name="{name}" value="{escape(value)}" autocomplete="off">'
        f'<bdi>{escape(label)}</bdi><span class="count">{count}</span></label>'
        for value, label, count in options
    )
    return f"<fieldset><legend>{escape(legend)}</legend>{boxes}</fieldset>" if options else ""


def _dates(strings: Strings) -> str:
    days = "".join(
        f'<label><span>{escape(label)}</span><input type="date" name="{name}" autocomplete="off"></label>'
        for name, label in (("since", strings.from_day), ("until", strings.to_day))
    )
    return f'<fieldset class="days"><legend>{escape(strings.date_field)}</legend>{days}</fieldset>'


def _format_name(format: str, strings: Strings) -> str:
    return strings.formats.get(format, format.upper())
