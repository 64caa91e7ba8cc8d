"""File names for documents of the web and of buckets, whose own names are anybody's: readable, safe and distinct."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from index.remote import Content

_LONGEST_PART, _LONGEST, _DEEPEST = 80, 200, 16  # bytes of a part, bytes of a path, parts
_UNSAFE = frozenset('<>:"/\\|?*')  # for one file system or another
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # which are no files on Windows


class Names:
    """The names that are in use below a mirror's folder, as a file system sees them that ignores case."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._files: set[str] = set()
        self._folders: dict[str, int] = {}
        for name in taken:
            self.take(name)

    def take(self, name: str) -> None:
        """Note that a file has this name."""
        self._files.add(same(name))
        for folder in _above(name):
            self._folders[folder] = self._folders.get(folder, 0) + 1

    def give_back(self, name: str) -> None:
        """Note that no file has this name any more."""
        self._files.discard(same(name))
        for folder in _above(name):
            self._folders[folder] -= 1

    def choose(self, content: Content, address: str) -> str:
        """A path below the mirror's folder for the document at `address` that no other document has."""
        digest = hashlib.sha256(address.encode()).hexdigest()
        parts = [_safe(part) for part in content.path]
        folders, stem = parts[:-1], parts[-1]
        plain = content.exact and tuple(parts) == content.path
        stem = stem if plain else f"{stem}-{digest[:8]}"
        name = "/".join([*folders, stem + content.suffix])
        if len(parts) <= _DEEPEST and len(name.encode()) <= _LONGEST and self._free(name):
            return name
        flat = f"{_cut(parts[-1], _LONGEST_PART // 2)}-{digest[:32]}{content.suffix}"
        below = "/".join([*folders[:1], flat])
        return below if self._free(below) else flat  # the folder's own name may be a file's: `a.txt/b.txt`

    def _free(self, name: str) -> bool:
        key = same(name)
        taken = key in self._files or self._folders.get(key, 0) > 0
        return not taken and not any(folder in self._files for folder in _above(name))


def is_safe(name: str) -> bool:
    """Whether a name is one that `choose` can give: a path that stays below its folder."""
    return (
        bool(name)
        and not any(c in _UNSAFE - {"/"} or not c.isprintable() for c in name)
        and all(part and not part.startswith(".") for part in name.split("/"))
    )


def same(name: str) -> str:
    """Equal for two names that some file system takes for one."""
    return unicodedata.normalize("NFC", name.casefold())


def _safe(part: str) -> str:
    """A name for a file or folder that stays where it is put, is not hidden, and can be written anywhere."""
    text = unicodedata.normalize("NFC", part)
    text = "".join("_" if c in _UNSAFE or not c.isprintable() else c for c in text)
    text = _cut(text, _LONGEST_PART).lstrip(" ").rstrip(" .")
    if not text or text.startswith((".", "~$")) or _DEVICES.fullmatch(text):
        text = "_" + text
    return text


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")


def _above(name: str) -> list[str]:
    parts = same(name).split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
