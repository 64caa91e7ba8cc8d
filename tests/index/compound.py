"""Outlook messages put together: the compound file format as far as a message needs it."""

import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

Tree: TypeAlias = "dict[str, bytes | Tree]"

_SECTOR, _MINI, _SMALL = 512, 64, 4096
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
TEXT, TEXT8, BINARY, TIME, INTEGER, OBJECT = 0x1F, 0x1E, 0x102, 0x40, 0x03, 0x0D


def message(
    properties: Mapping[int, str | bytes | datetime | int], attached: tuple[Tree, ...] = (), header: int = 32
) -> Tree:
    """The storage of a message; texts are Unicode. `header` is 32 of a file, 24 of a message inside another."""
    found = storage(properties, struct.pack("<8x4I", 0, len(attached), 0, len(attached)).ljust(header, b"\0")[:header])
    return found | {f"__attach_version1.0_#{number:08X}": tree for number, tree in enumerate(attached)}


def attachment(name: str, content: bytes) -> Tree:
    """A file that is attached."""
    return storage({0x3707: name, 0x3705: 1, 0x3701: content}, bytes(8))


def attached_message(name: str, tree: Tree) -> Tree:
    """A message that is attached as such; `tree` has a header of 24 bytes."""
    found = storage({0x3001: name, 0x3705: 5}, bytes(8))
    return found | {"__substg1.0_3701000D": tree}


def storage(properties: Mapping[int, str | bytes | datetime | int], header: bytes) -> Tree:
    """Properties as the streams that hold them."""
    tree: Tree = {}
    listed = header
    for id, value in properties.items():
        if isinstance(value, datetime):
            kind, fixed = (
                TIME,
                struct.pack("<Q", int((value - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10**7),
            )
        elif isinstance(value, int):
            kind, fixed = INTEGER, struct.pack("<q", value)
        else:
            kind, content = (TEXT, value.encode("utf-16-le")) if isinstance(value, str) else (BINARY, value)
            tree[f"__substg1.0_{id:04X}{kind:04X}"] = content
            fixed = struct.pack("<II", len(content), 0)
        listed += struct.pack("<HHI", kind, id, 6) + fixed
    return tree | {"__properties_version1.0": listed}


def compound(tree: Tree) -> bytes:
    """The file that holds a root storage."""
    entries: list[list[object]] = [["Root Entry", 5, _NONE, _NONE, _NONE, _END, 0]]
    sectors: list[bytes] = []
    fat: list[int] = []
    small = b""
    mini_fat: list[int] = []

    def chain(content: bytes) -> int:
        count = -(-len(content) // _SECTOR)
        first = len(fat)
        for i in range(count):
            sectors.append(content[i * _SECTOR : (i + 1) * _SECTOR].ljust(_SECTOR, b"\0"))
            fat.append(first + i + 1 if i + 1 < count else _END)
        return first if count else _END

    def stream(content: bytes) -> int:
        nonlocal small
        if len(content) >= _SMALL:
            return chain(content)
        count, first = -(-len(content) // _MINI), len(mini_fat)
        mini_fat.extend(first + i + 1 if i + 1 < count else _END for i in range(count))
        small += content.ljust(count * _MINI, b"\0")
        return first if count else _END

    def add(inside: Tree) -> int:
        """The number of the first child; each names the next as its right one."""
        last = _NONE
        for name in sorted(inside, key=lambda name: (len(name), name.upper()), reverse=True):
            content = inside[name]
            number = len(entries)
            entry: list[object] = [name, 1, _NONE, last, _NONE, _END, 0]
            entries.append(entry)
            if isinstance(content, bytes):
                entry[1], entry[5], entry[6] = 2, stream(content), len(content)
            else:
                entry[4] = add(content)
            last = number
        return last

    entries[0][4] = add(tree)
    entries[0][5], entries[0][6] = chain(small), len(small)
    first_mini = chain(
        struct.pack(f"<{len(mini_fat)}I", *mini_fat).ljust(-(-len(mini_fat) * 4 // _SECTOR) * _SECTOR, b"\xff")
    )
    mini_sectors = -(-len(mini_fat) * 4 // _SECTOR)
    directory = b"".join(map(_entry, entries))
    first_directory = chain(directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0"))
    fat_sectors = 1
    while fat_sectors * _SECTOR // 4 < len(fat) + fat_sectors:
        fat_sectors += 1
    places = [len(fat) + i for i in range(fat_sectors)]
    table = [*fat, *[_FAT] * fat_sectors]
    table += [_FREE] * (fat_sectors * _SECTOR // 4 - len(table))
    head = struct.pack(
        "<8s16xHHHHH6xIII4xIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        fat_sectors,
        first_directory,
        _SMALL,
        first_mini if mini_fat else _END,
        mini_sectors,
        _END,
        0,
    )
    head += struct.pack("<109I", *places, *[_FREE] * (109 - fat_sectors))
    return head + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)


def _entry(fields: list[object]) -> bytes:
    name, kind, left, right, child, start, size = fields
    encoded = str(name).encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII16xI8x8xIQ", encoded, len(encoded), kind, 1, left, right, child, 0, start, size)
