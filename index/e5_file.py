"""Read 4-bit e5 weights: an `E5S1` file, mapped rather than read.

Layout, little-endian: magic `E5S1`, u32 version; i32 hidden, layers, heads, feed-forward, vocabulary, positions, token
types; f32 layer-norm epsilon; i32 block size. Then the tokenizer: i32 pieces, bos, eos, pad, unk; u64 blob length; u32
offsets[pieces + 1]; f32 scores[pieces]; the blob of UTF-8 pieces; i32 count and u32 length of a normalisation table,
which is skipped. Then i32 tensors and for each a u16 name length, the name, u8 type, u32 elements, u64 offset from the
file's start, u64 bytes. Tensors of 4 bytes an element are float32; the others are blocks of a float16 scale and 16
bytes whose low nibbles are the block's first 16 weights and whose high nibbles its last 16, each less 8, times the
scale.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MAGIC = b"E5S1"
_BLOCK = 32  # weights a block
_BLOCK_BYTES = 18
_STRETCH = 1 << 15  # blocks at once: 4 MiB of float32, whatever the size of the tensor


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of a BERT."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """A unigram tokenizer: its pieces with their log probabilities in the order of their ids, and four of those ids."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor lies in the file: `offset` and `stored` are bytes."""

    name: str
    elements: int
    offset: int
    stored: int


class E5File:
    """An `E5S1` file."""

    def __init__(self, path: Path) -> None:
        """Read all but the weights; raises ValueError or struct.error when `path` is no such file or is cut short."""
        self._data, self._at = np.memmap(path, np.uint8, "r").data, 0
        self.shape = self._read_shape()
        self.pieces = self._read_pieces()
        self.tensors = [self._read_tensor() for _ in range(self._take("i")[0])]

    def weights(self, tensor: StoredTensor) -> Iterator[NDArray[np.float32]]:
        """The tensor's weights in order, some (n,) at a time, so that the model is never in memory whole."""
        if tensor.stored == 4 * tensor.elements:
            yield np.frombuffer(self._data, "<f4", tensor.elements, tensor.offset)
            return
        if tensor.stored != math.ceil(tensor.elements / _BLOCK) * _BLOCK_BYTES:
            raise ValueError(f"{tensor.name} has {tensor.stored} bytes for {tensor.elements} weights")
        for start in range(0, tensor.stored, _STRETCH * _BLOCK_BYTES):
            size = min(_STRETCH * _BLOCK_BYTES, tensor.stored - start)
            weights = _dequantise(np.frombuffer(self._data, np.uint8, size, tensor.offset + start))
            yield weights[: tensor.elements - start // _BLOCK_BYTES * _BLOCK]

    def _read_shape(self) -> Shape:
        magic = self._raw(len(_MAGIC))
        if magic != _MAGIC:
            raise ValueError(f"it begins with {magic!r}")
        self._take("I")
        shape = Shape(*self._take("7if"))
        (block,) = self._take("i")
        if block != _BLOCK:
            raise ValueError(f"its blocks are of {block} weights where {_BLOCK} are known")
        return shape

    def _read_pieces(self) -> Pieces:
        count, bos, eos, pad, unk = self._take("5i")
        (length,) = self._take("Q")
        offsets = self._take(f"{count + 1}I")
        scores = self._take(f"{count}f")
        blob = self._raw(length)
        _, skipped = self._take("iI")
        self._at += skipped
        texts = (blob[start:end].decode("utf-8") for start, end in pairwise(offsets))
        return Pieces(list(zip(texts, scores, strict=True)), bos, eos, pad, unk)

    def _read_tensor(self) -> StoredTensor:
        name = self._raw(self._take("H")[0]).decode("ascii")
        _kind, elements, offset, stored = self._take("BIQQ")
        if offset + stored > len(self._data):
            raise ValueError(f"{name} ends behind the file's end")
        return StoredTensor(name, elements, offset, stored)

    def _take(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _raw(self, count: int) -> bytes:
        self._at += count
        return bytes(self._data[self._at - count : self._at])


def _dequantise(raw: NDArray[np.uint8]) -> NDArray[np.float32]:
    blocks = raw.reshape(-1, _BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype("<f4")
    weights = np.empty((len(blocks), _BLOCK), "<f4")
    np.subtract(blocks[:, 2:] & 15, 8, out=weights[:, : _BLOCK // 2], dtype="<f4", casting="unsafe")
    np.subtract(blocks[:, 2:] >> 4, 8, out=weights[:, _BLOCK // 2 :], dtype="<f4", casting="unsafe")
    weights *= scale
    return weights.reshape(-1)
