"""The parts of a Word file, as they were and as they shall be: what is not changed keeps every byte."""

import re
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from index.errors import ReadError
from index.limits import Limits
from index.readers.archive import Unpacker

_TYPES_SPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "[Content_Types].xml"


@dataclass(slots=True)
class EditedPackage:
    """The parts in their order, and what becomes of them."""

    archive: ZipFile
    parts: dict[str, bytes]
    changed: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, data: bytes, limits: Limits) -> "EditedPackage":
        """Unpack a package within `limits`."""
        unpacker = Unpacker(data, limits)
        parts = {entry.filename: b"".join(unpacker.unpack(entry)) for entry in unpacker.entries()}
        return cls(ZipFile(BytesIO(data)), parts)

    def name(self, wanted: str) -> str:
        """What a part is called in this file, whose names are compared without regard to case."""
        return next((n for n in self.parts if n.lstrip("/").casefold() == wanted.casefold()), wanted)

    def get(self, wanted: str) -> bytes:
        """The bytes of a part as they shall be; b"" where there is none."""
        name = self.name(wanted)
        return self.changed.get(name, self.parts.get(name, b""))

    def put(self, wanted: str, data: bytes) -> None:
        """Change a part or add one."""
        self.changed[self.name(wanted)] = data

    def packed(self) -> bytes:
        """The package; what did not change has the same bytes, dates and order."""
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            for entry in self.archive.infolist():
                archive.writestr(entry, self.changed.pop(entry.filename, self.parts[entry.filename]))
            for name, data in self.changed.items():
                archive.writestr(name, data)
        return out.getvalue()

    def announce(self, main: str, name: str, relation: str, content_type: str) -> None:
        """Let the package know of a new part: what it is to the part `main`, and what it holds.

        Raises ReadError where a part that lists such things is damaged.
        """
        listed = relations_of(main)
        used = set(re.findall(rb"\bId\s*=\s*[\"']([^\"']*)", self.get(listed)))
        id = next(f"rIdPincite{n}" for n in range(1, 10_000) if f"rIdPincite{n}".encode() not in used)
        added = f'<Relationship xmlns="{_RELATIONS_SPACE}" Id="{id}" Type="{relation}" Target="/{escape(name)}"/>'
        relations = self.get(listed) or (
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            f'<Relationships xmlns="{_RELATIONS_SPACE}"/>'.encode()
        )
        self.put(listed, before_end(relations, added.encode()))
        override = f'<Override xmlns="{_TYPES_SPACE}" PartName="/{escape(name)}" ContentType="{content_type}"/>'
        self.put(_TYPES, before_end(self.get(_TYPES), override.encode()))


def relations_of(main: str) -> str:
    """The name of the part that lists what others are to the part `main`."""
    folder, _, name = main.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


def before_end(part: bytes, added: bytes) -> bytes:
    """A part with more children of its root. Raises ReadError where it does not end as XML does."""
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        part = re.sub(rb"\A\s*<\?xml[^>]*?\?>", b"", part.decode("utf-16", "replace").encode())
    empty = re.search(rb"<([\w.:-]+)([^<>]*)/>\s*\Z", part)
    if empty and b"</" not in part:
        return part[: empty.start()] + b"<%s%s>%s</%s>" % (empty[1], empty[2], added, empty[1])
    end = part.rfind(b"</")
    if end < 0:
        raise ReadError("it is damaged (a part of it breaks off); open it in its program and save it again")
    return part[:end] + added + part[end:]
