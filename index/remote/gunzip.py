"""Unpacking gzip piece by piece, no further than to a bound: a few kilobytes can hold gigabytes."""

import zlib
from collections.abc import Iterable, Iterator

MAGIC = b"\x1f\x8b"
_ANY_HEADER = 47  # of gzip and of zlib, which servers call deflate


def unpacked(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """What the pieces unpack to, at most one byte more than `most`, so that whoever counts sees that it is too much.

    Raises ValueError where they are not packed so, or break off.
    """
    left = most + 1
    packed = zlib.decompressobj(_ANY_HEADER)
    for piece in pieces:
        data = piece
        while data and left > 0:
            if packed.eof:  # several in a row are one file
                packed = zlib.decompressobj(_ANY_HEADER)
            out = _unpack(packed, data, left)
            left -= len(out)
            yield out
            data = packed.unused_data if packed.eof else packed.unconsumed_tail
        if left <= 0:
            return
    if not packed.eof:
        raise ValueError("it breaks off")


def _unpack(packed: "zlib._Decompress", data: bytes, most: int) -> bytes:
    try:
        return packed.decompress(data, most)
    except zlib.error as error:
        raise ValueError(f"it is not packed as it says ({error})") from error
