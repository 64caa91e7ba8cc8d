"""What two processes say to each other through a pipe: frames of bytes, each after its length."""

import struct
from collections.abc import Iterable
from typing import BinaryIO

_LENGTH = struct.Struct(">I")
LONGEST = 2**32 - 1  # bytes of a frame


def write(stream: BinaryIO, frames: Iterable[bytes]) -> None:
    """Send `frames`, each of at most `LONGEST` bytes, at once. Raises OSError where nobody listens any more."""
    for frame in frames:
        stream.write(_LENGTH.pack(len(frame)))
        stream.write(frame)
    stream.flush()


def read(stream: BinaryIO, most: int) -> bytes:
    """The next frame. Raises EOFError where the stream ends first, ValueError where the frame has over `most` bytes."""
    (length,) = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if length > most:
        raise ValueError(f"a frame of {length:,} bytes, where {most:,} are allowed")
    return _exactly(stream, length)


def _exactly(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
