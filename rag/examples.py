"""Example questions made from the documents at hand, so that a first visitor has something that can be answered."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

_LONGEST_TITLE = 90  # characters; a longer title is cut at a word
_EXAMINED = 200  # documents; a large index has enough examples among its first ones

# (what a document of this title says, what is said about a name)
_TEMPLATES = {
    "ar": ("ماذا تقول وثيقة «{}»؟", "ماذا ورد عن «{}»؟"),
    "de": ("Was steht in „{}“?", "Was wird über „{}“ gesagt?"),
    "en": ("What does “{}” say?", "What is said about “{}”?"),
    "es": ("¿Qué dice «{}»?", "¿Qué se dice de «{}»?"),
    "fa": ("«{}» چه می‌گوید؟", "دربارهٔ «{}» چه گفته شده است؟"),
    "fr": ("Que dit « {} » ?", "Que dit-on de « {} » ?"),
    "it": ("Che cosa dice «{}»?", "Che cosa si dice di «{}»?"),
    "nl": ("Wat staat er in “{}”?", "Wat wordt er gezegd over “{}”?"),
    "pt": ("O que diz «{}»?", "O que se diz sobre «{}»?"),
    "ru": ("Что говорится в «{}»?", "Что говорится о «{}»?"),
    "tr": ("“{}” ne diyor?", "“{}” hakkında ne deniyor?"),
    "zh": ("《{}》说了什么？", "关于“{}”说了什么？"),
}
# Words, joined at most by a space and a short word: of these, "Corée du Sud" and "Annalena Baerbock" are names.
_WORD = r"[^\W\d_]+(?:[’'-][^\W\d_]+)*"
_LINKS = frozenset({"of", "the", "de", "du", "des", "del", "di", "der", "von", "van", "la"})


class Titled(Protocol):
    """What is needed of a document: its id, its title and the ISO 639-1 code of its language."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Example:
    """A question that can be asked, in `language`."""

    question: str
    language: str  # ISO 639-1


def examples(documents: Iterable[Titled], opening: Callable[[str], str], limit: int = 4) -> tuple[Example, ...]:
    """Up to `limit` questions, at most one a document, a language's second only after every language's first.

    The languages of the most documents come first. `opening` gives the beginning of a document's text by its id; it is
    asked only for documents whose title says nothing (a serial number, a file name).
    """
    listed = [document for document, _ in zip(documents, range(_EXAMINED), strict=False)]
    often = Counter(document.language for document in listed)
    by_language: dict[str, list[Titled]] = {language: [] for language, _ in often.most_common()}
    for document in listed:
        by_language[document.language].append(document)
    found: dict[str, Example] = {}
    queues = [iter(queue) for queue in by_language.values()]
    while queues and len(found) < limit:
        for queue in list(queues):
            made = (_example(document, opening) for document in queue)
            example = next((one for one in made if one and one.question not in found), None)
            if example is None:
                queues.remove(queue)
            elif len(found) < limit:
                found[example.question] = example
    return tuple(found.values())


def _example(document: Titled, opening: Callable[[str], str]) -> Example | None:
    language = document.language if document.language in _TEMPLATES else "en"
    of_title, of_name = _TEMPLATES[language]
    title = _plain(document.title)
    if _says_something(title):
        return Example(of_title.format(_shortened(title)), language)
    name = _likeliest_name(_plain(opening(document.id)))
    return Example(of_name.format(name), language) if name else None


def _plain(text: str) -> str:
    """One line without control or formatting characters or quotation marks, which the question brings itself."""
    kept = "".join(" " if char.isspace() else char for char in text if char.isspace() or _prints(char))
    return " ".join(re.sub(r"[«»“”„\"#*|\[\]()!_]+", " ", kept).split())


def _prints(char: str) -> bool:
    # The joiners belong to the spelling of Persian and of Indic languages.
    return char in "\u200c\u200d" or not unicodedata.category(char).startswith("C")


def _says_something(title: str) -> bool:
    letters = sum(unicodedata.category(char)[0] in "LM" for char in title)
    spaced = len(title.split()) > 1 or not title.isascii()
    serial = re.search(r"(?=\w*\d)(?=\w*[^\W\d])\w{6,}", title)
    return spaced and not serial and letters >= max(4, 0.5 * len(title.replace(" ", "")))


def _shortened(title: str) -> str:
    if len(title) <= _LONGEST_TITLE:
        return title.rstrip(" .:;,")
    cut = title.rfind(" ", 0, _LONGEST_TITLE)
    return title[: cut if cut > 0 else _LONGEST_TITLE].rstrip(" .:;,") + "…"


def _likeliest_name(text: str) -> str | None:
    """The name of several words that `text` repeats most, else its first; None where it has none."""
    names = Counter(name for name in _names(text) if len(name) <= _LONGEST_TITLE)
    return names.most_common(1)[0][0] if names else None


def _names(text: str) -> Iterator[str]:
    # A word that begins a sentence is capitalised whatever it is, so a name is looked for after it.
    for clause in re.split(r"[.!?…:;,—–/]", text):
        run: list[str] = []
        for word in [*re.findall(_WORD, clause)[1:], ""]:
            if word[:1].isupper() or (run and word in _LINKS):
                run.append(word)
                continue
            while run and run[-1] in _LINKS:
                run.pop()
            if len(run) > 1:
                yield " ".join(run)
            run = []
