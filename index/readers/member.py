"""A file inside a file: what an archive or a message hands out, under a name that is safe to show and to store."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

_LONGEST = 200  # characters of a name
_DRIVE = re.compile(r"^[A-Za-z]:(?=/)")
_LETTER_AND_COLON = re.compile(r"^([A-Za-z]):")


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a file: `name` is its path there, made safe and unique.

    Where `failure` says why it could not be unpacked, `data` is empty.
    """

    name: str
    data: bytes
    failure: str | None = None


def safe_name(name: str) -> str:
    """`name` as a relative path with `/` of at most 200 characters: it leads nowhere but down and hides nothing.

    No empty, `.` or `..` component, no drive, no control, format or surrogate character; NFC. Never empty. What is cut
    off is stood for by a digest, so that different names stay different.
    """
    path = _DRIVE.sub("", "".join(map(_seen, name.replace("\\", "/"))))
    components = [component.strip() for component in path.split("/")]
    path = unicodedata.normalize("NFC", "/".join(c for c in components if c not in ("", ".", "..")))
    path = _LETTER_AND_COLON.sub(r"\1_", path)
    return _shortened(path) if len(path) > _LONGEST else path or "unnamed"


class Names:
    """The names that a file has given to its members so far."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._copies: dict[str, int] = {}

    def unique(self, name: str) -> str:
        """The safe form of `name`; where it is taken, with a number: a second `annex.pdf` is `annex (2).pdf`."""
        wanted = found = safe_name(name)
        while found in self._taken:
            self._copies[wanted] = self._copies.get(wanted, 1) + 1
            path = PurePosixPath(wanted)
            found = str(path.with_name(f"{path.stem} ({self._copies[wanted]}){path.suffix}"))
        self._taken.add(found)
        return found


def _seen(character: str) -> str:
    """`character`, or nothing where it is not seen; the joiners belong to the spelling of Persian and Hindi words."""
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in "\u200c\u200d"
    return "" if hidden else character


def _shortened(path: str) -> str:
    suffix = PurePosixPath(path).suffix[:20].rstrip()
    digest = hashlib.sha256(path.encode()).hexdigest()[:16]
    return f"{path[: _LONGEST - len(suffix) - len(digest) - 1].rstrip(' /')}~{digest}{suffix}"
