"""Documents that are a ZIP archive of XML files (Office Open XML, OpenDocument, EPUB), opened without trusting them."""

import posixpath
from collections.abc import Collection, Iterator

from index.errors import ReadError
from index.limits import Limits
from index.readers import trees
from index.readers.archive import DAMAGED, Unpacker, why_unreadable
from index.readers.trees import Element

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # begins a compound file: old Office documents and protected new ones
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_AGAIN = "open it in its program and save it again"


class Package:
    """The parts of a document by name. Only what is asked for is unpacked, and no more than the limits allow."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Raises ReadError where the bytes are no such package, are protected by a password or hold too many parts."""
        _refuse_others(data)
        self._limits = limits
        try:
            self._unpacker = Unpacker(data, limits)
        except ReadError as error:
            if error.__cause__ is None:  # too many entries
                raise
            raise ReadError(f"it is damaged, or it was not copied to its end; {_AGAIN}") from error
        entries = self._unpacker.entries()
        if len(entries) > limits.members:
            raise ReadError(f"it is made of {len(entries):,} parts, more than {limits.members:,}; split it")
        self._parts = {_plain(entry.filename): entry for entry in entries}

    def has(self, name: str) -> bool:
        """Whether there is a part of this name; names are compared without regard to case."""
        return _plain(name) in self._parts

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises ReadError where it is missing, encrypted, damaged or too large."""
        return b"".join(self._unpacked(name))

    def tree(self, name: str) -> Element:
        """A part that is XML, as a whole. Raises ReadError as `read` does, and where it is not sound XML."""
        return next(self.pieces(name, ()))

    def pieces(self, name: str, inside: Collection[str]) -> Iterator[Element]:
        """The children of the elements called `inside` of a part that is XML, one by one; raises as `tree` does."""
        return trees.pieces(self._unpacked(name), inside, self._limits.characters)

    def _unpacked(self, name: str) -> Iterator[bytes]:
        part = self._parts.get(_plain(name))
        if part is None:
            raise ReadError(f"it is damaged (its part {_shown(name)} is missing); {_AGAIN}")
        if reason := why_unreadable(part):
            raise ReadError("it is protected by a password; save it without one" if part.flag_bits & 1 else reason)
        try:
            yield from self._unpacker.unpack(part)
        except DAMAGED as error:
            raise ReadError(f"it is damaged (its part {_shown(name)} does not unpack); {_AGAIN}") from error


def resolved(base: str, target: str) -> str:
    """The name of the part that `target` stands for in the part `base`; nothing above the package can be named."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(base), target.replace("\\", "/"))).lstrip("/")


def _refuse_others(data: bytes) -> None:
    if not data:
        raise ReadError("it is empty (0 bytes)")
    if data.startswith(_OLE):
        if _PROTECTED in data:
            raise ReadError("it is protected by a password; save it without one")
        raise ReadError("it is in the old Office format (.doc, .ppt or .xls); save it as .docx, .pptx or .xlsx")
    if not data.startswith(b"PK") and b"PK\x05\x06" not in data:
        raise ReadError(f"it is not what its name says, or its beginning is lost; {_AGAIN}")


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _shown(name: str) -> str:
    """A name from the file, short and printable."""
    return "".join(c if c.isprintable() else "?" for c in name)[:80]
