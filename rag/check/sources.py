"""Which document of an index a draft means: by file name, address, title, or author and year. It never guesses."""

import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from index.analysis import words
from index.readers.formats import SUFFIXES
from index.store import DocumentFacts

_PIECE = re.compile(r"[^\s\"'<>()\[\]{}«»“”‘’,;،؛|*`]+")
_ADDRESS = re.compile(r"(?:https?:)?//(?:www\.)?|www\.", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_NAMED = re.compile(r"[-_\d]")  # a file name without its suffix is one only if it looks like one
_LEAST_STEM = 6  # characters
_LEAST_TITLE = 2  # words of a title that is found word for word; a single one may be any word
_LEAST_SHARED, _LEAST_LETTERS = 4, 3  # words of a title that is found nearly, and letters of those that count
_NEARLY = 0.8  # share of its words
_JOINING = frozenset("et al and y und e de du la le les the of ibn bin و coll dir eds ed".split())
_MOST = 5  # documents that are named where several may be meant


class Sources:
    """The documents that can be cited. Every answer is a tuple: one where it is sure, several where it may be any."""

    def __init__(self, documents: Sequence[DocumentFacts]) -> None:
        self._documents = {d.id: d for d in documents}
        self._files: dict[str, list[str]] = defaultdict(list)
        self._stems: dict[str, list[str]] = defaultdict(list)
        self._addresses: dict[str, list[str]] = defaultdict(list)
        self._titles: dict[str, list[tuple[str, str]]] = defaultdict(list)  # by their first word
        self._words: dict[str, set[str]] = defaultdict(set)
        self._title_words: dict[str, frozenset[str]] = {}
        self._answers: dict[str, tuple[str, ...]] = {}  # to the entries that were looked up
        for document in documents:
            self._add(document)
        self._spaced = [name for name in self._files if " " in name]

    def facts(self, id: str) -> DocumentFacts:
        """What is known of a document that an answer named."""
        return self._documents[id]

    def of_file(self, name: str) -> tuple[str, ...]:
        """The documents of this file name, with as much of the path before it as is given."""
        path = unquote(name).replace("\\", "/").removeprefix("./").strip("/").casefold()
        found = self._files.get(path.rpartition("/")[2], [])
        exact = [id for id in found if id.casefold() == path]
        return tuple(exact or [id for id in found if f"/{id.casefold()}".endswith("/" + path)])[:_MOST]

    def of_address(self, address: str) -> tuple[str, ...]:
        """The documents at an address of the web; a relative one is a file's name."""
        if not _ADDRESS.match(address):
            return self.of_file(re.split(r"[?#]", address)[0])
        return tuple(self._addresses.get(_plain(address), ()))[:_MOST] or self._of_last_part(address)

    def of_words(self, text: str) -> tuple[str, ...]:
        """The documents that an entry of a list of sources, a note or the like names."""
        if text not in self._answers:
            found = self._of_names(text) or self._of_title(text) or self._nearly_titled(text)
            self._answers[text] = self._of_year(found, text)
        return self._answers[text]

    def of_author(self, names: str, year: str) -> tuple[str, ...]:
        """The documents by an author of this name, or with it in their title or file name, of that year."""
        wanted = {word for word in words(names) if word not in _JOINING}
        if not wanted:
            return ()
        named = [d for d in self._documents.values() if wanted <= set(words(d.author or ""))]
        named = named or [d for d in self._documents.values() if wanted <= self._title_words[d.id]]
        dated = [d.id for d in named if (d.date or "").startswith(year)]
        return tuple(dated or [d.id for d in named if year in _years(d)])[:_MOST]

    def is_title(self, text: str) -> bool:
        """Whether this is just the title of a document."""
        said = words(text)
        return bool(said) and any(title == " ".join(said) for title, _ in self._titles.get(said[0], ()))

    def spaced(self) -> Sequence[str]:
        """The file names that have spaces in them, in lower case."""
        return self._spaced

    def _add(self, document: DocumentFacts) -> None:
        name = PurePosixPath(document.id.casefold())
        self._files[name.name].append(document.id)
        self._stems[name.stem].append(document.id)
        if document.url:
            self._addresses[_plain(document.url)].append(document.id)
        title = words(document.title)
        if title:
            self._titles[title[0]].append((" ".join(title), document.id))
        self._title_words[document.id] = frozenset(title) | frozenset(words(document.id))
        for word in _telling(title):
            self._words[word].add(document.id)

    def _of_names(self, text: str) -> tuple[str, ...]:
        """The documents whose file name or address stands in `text`."""
        for piece in (found[0].rstrip(".:!?؟") for found in _PIECE.finditer(text)):
            found = self.of_address(piece) if _ADDRESS.match(piece) else ()
            if not found and piece.casefold().endswith(SUFFIXES):
                found = self.of_file(piece)
            if not found and len(piece) >= _LEAST_STEM and _NAMED.search(piece):
                found = tuple(self._stems.get(piece.casefold(), ()))[:_MOST]
            if found:
                return found
        folded = text.casefold()
        return next((tuple(self._files[name])[:_MOST] for name in self.spaced() if name in folded), ())

    def _of_title(self, text: str) -> tuple[str, ...]:
        """The documents of the longest title that stands in `text` word for word."""
        said = words(text)
        whole = f" {' '.join(said)} "
        found: dict[str, list[str]] = defaultdict(list)
        for word in dict.fromkeys(said):
            for title, id in self._titles.get(word, ()):
                is_enough = title.count(" ") + 1 >= _LEAST_TITLE or title == whole.strip()
                if is_enough and f" {title} " in whole:
                    found[title].append(id)
        return tuple(found[max(found, key=len)])[:_MOST] if found else ()

    def _nearly_titled(self, text: str) -> tuple[str, ...]:
        """The documents most of whose title's words stand in `text`."""
        shared: dict[str, int] = defaultdict(int)
        for word in _telling(words(text)):
            for id in self._words.get(word, ()):
                shared[id] += 1
        shares = {
            id: count / len(_telling(words(self._documents[id].title)))
            for id, count in shared.items()
            if count >= _LEAST_SHARED
        }
        best = max(shares.values(), default=0.0)
        return tuple(id for id, share in shares.items() if share == best)[:_MOST] if best >= _NEARLY else ()

    def _of_last_part(self, address: str) -> tuple[str, ...]:
        name = re.split(r"[?#]", address)[0].rstrip("/").rpartition("/")[2]
        return self.of_file(name) if name.casefold().endswith(SUFFIXES) else ()

    def _of_year(self, found: tuple[str, ...], text: str) -> tuple[str, ...]:
        """Of several, those of a year that `text` names, where there are any."""
        years = set(_YEAR.findall(text))
        dated = tuple(id for id in found if years & _years(self._documents[id])) if len(found) > 1 else ()
        return dated or found


def _telling(said: list[str]) -> set[str]:
    return {word for word in said if len(word) >= _LEAST_LETTERS and word not in _JOINING}


def _years(document: DocumentFacts) -> set[str]:
    own = set(_YEAR.findall(f"{document.id} {document.title}"))
    return own | ({document.date[:4]} if document.date else set())


def _plain(address: str) -> str:
    return unquote(_ADDRESS.sub("", address.strip(), count=1)).partition("#")[0].rstrip("/").casefold()
