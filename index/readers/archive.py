"""ZIP archives: their files one by one, in memory; a name in an archive is never a path on a disk."""

import re
import stat
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from index.errors import ReadError
from index.limits import Limits
from index.readers.member import Member, Names

DAMAGED = (BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, OverflowError, NotImplementedError)
_ENTRY = b"PK\x01\x02"  # begins each entry of an archive's directory
_MOST_ENTRIES = 20  # times the members that are allowed; entries of files packed inside without compression count too
_AT_ONCE = 1_000_000  # bytes unpacked at a time
_ENCRYPTED, _NAME_IS_UTF8 = 0x1, 0x800  # flags of an entry
_HIDDEN = re.compile(r"(?:^|/)(?:\.(?!\.?(?:/|$))|~\$|__MACOSX(?:/|$))")


class Unpacker:
    """An archive in memory whose entries unpack, all together, to a bounded number of bytes."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Raises ReadError where `data` is not an archive or lists far more files than `limits` allows."""
        if data.count(_ENTRY) > _MOST_ENTRIES * limits.members:
            raise ReadError(f"the archive lists more than {limits.members:,} files; split it")
        try:
            self._archive = ZipFile(BytesIO(data))
        except DAMAGED as error:
            raise ReadError("it is not a sound ZIP archive; pack it again") from error
        self._most = self._left = limits.unpacked_bytes

    def entries(self) -> list[ZipInfo]:
        """All entries, in the archive's order."""
        return self._archive.infolist()

    def unpack(self, entry: ZipInfo) -> Iterator[bytes]:
        """The content of an entry, piece by piece.

        Raises ReadError once all that was unpacked exceeds the limit, and one of DAMAGED where the entry is damaged.
        """
        with self._archive.open(entry) as file:
            while piece := file.read(min(_AT_ONCE, self._left + 1)):
                if len(piece) > self._left:
                    raise ReadError(f"it unpacks to more than the {self._most:,} bytes that are allowed; split it")
                self._left -= len(piece)
                yield piece


def members(data: bytes, limits: Limits, wanted: Callable[[str], bool] = lambda name: True) -> Iterator[Member]:
    """The files of an archive in its order, each unpacked when it is asked for, without folders, links, hidden files
    and those whose name is not `wanted`: they cost nothing.

    A file that is encrypted, packed in an unusual way or damaged comes with the reason in its `failure`.
    Raises ReadError where the archive itself cannot be read or holds more files or bytes than `limits` allows.
    """
    unpacker, names = Unpacker(data, limits), Names()
    named = [(entry, _name(entry)) for entry in unpacker.entries()]
    files = [(entry, name) for entry, name in named if _is_file(entry, name) and wanted(name)]
    if len(files) > limits.members:
        raise ReadError(f"the archive holds {len(files):,} files, more than {limits.members:,}; split it")
    for entry, name in files:
        yield _member(unpacker, entry, names.unique(name))


def why_unreadable(entry: ZipInfo) -> str | None:
    """Why an entry cannot be unpacked here, else None."""
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted; pack it again without a password"
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others unpack block by block, however large
        return "it is compressed in an unusual way; pack it again with the usual one (deflate)"
    return None


def _member(unpacker: Unpacker, entry: ZipInfo, name: str) -> Member:
    failure = why_unreadable(entry)
    if failure is None:
        try:
            return Member(name, b"".join(unpacker.unpack(entry)))
        except DAMAGED:
            failure = "it is damaged in the archive; pack it again"
    return Member(name, b"", failure)


def _name(entry: ZipInfo) -> str:
    """The entry's name; many programs write UTF-8 without saying so, and then it was read as the old DOS letters."""
    if entry.flag_bits & _NAME_IS_UTF8:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _is_file(entry: ZipInfo, name: str) -> bool:
    path, mode = name.replace("\\", "/"), entry.external_attr >> 16
    return not (entry.is_dir() or path.endswith("/") or stat.S_ISLNK(mode) or _HIDDEN.search(path))
