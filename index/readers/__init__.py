"""One reader a format: a file's bytes to its text."""

from collections.abc import Callable
from pathlib import PurePosixPath

from index.document import Extract
from index.errors import ReadError
from index.readers import html, markdown, plain

_READERS: dict[str, Callable[[bytes], Extract]] = {
    ".txt": plain.read,
    ".text": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
}


def supported(name: str) -> bool:
    """Whether a file of this name can be read."""
    return _suffix(name) in _READERS


def read(name: str, data: bytes) -> Extract:
    """The text of a file called `name`. Raises ReadError where the format is unknown or the bytes are not text."""
    reader = _READERS.get(_suffix(name))
    if reader is None:
        raise ReadError(f"files ending in {_suffix(name) or 'nothing'} cannot be read, only {', '.join(_READERS)}")
    return reader(data)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
