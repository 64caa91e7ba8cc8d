"""Writing segments: of new documents, or of what is alive in others."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.analysis import terms
from index.blobs import Blob, write_blobs
from index.centring import LanguageMeans, Matrix
from index.document import Extract
from index.draft import DraftPassage, Key, PassageVectors
from index.postings import Postings
from index.segment import PASSAGES, SENTENCES, Segment, box_blobs, checksum, place_blobs, text_blobs
from index.vectors import Mask, SearchedVectors

_STEP = 1 << 16  # rows copied at once


@dataclass(frozen=True, slots=True)
class NewPassages:
    """A document's text and passages under its number, with the vectors of each by its key."""

    document: int
    extract: Extract
    passages: tuple[DraftPassage, ...]
    vectors: dict[Key, PassageVectors]
    terms: tuple[tuple[str, ...], ...]  # of each passage

    @classmethod
    def of(
        cls, document: int, extract: Extract, passages: tuple[DraftPassage, ...], vectors: dict[Key, PassageVectors]
    ) -> "NewPassages":
        """The document numbered `document`; of `vectors` those of its own passages are kept."""
        found = tuple(_terms(passage) for passage in passages)
        return cls(document, extract, passages, {p.key: vectors[p.key] for p in passages}, found)


def write_new(folder: Path, new: Sequence[NewPassages], means: LanguageMeans, dimension: int) -> None:
    """Write the segment of new documents, which come by rising number, into an empty `folder`."""
    passages = [(document.document, passage) for document in new for passage in document.passages]
    sentences = [s for _, passage in passages for s in passage.draft.sentences]
    counts = np.array([len(p.draft.sentences) for _, p in passages], np.int64)
    table = np.zeros(len(passages), PASSAGES)
    table["document"] = [number for number, _ in passages]
    table["start"] = [p.draft.span.start for _, p in passages]
    table["end"] = [p.draft.span.end for _, p in passages]
    table["language"] = [p.language.encode() for _, p in passages]
    table["key"] = np.frombuffer(b"".join(p.key for _, p in passages), "<u8").reshape(-1, 2)
    table["sentences"], table["first"] = counts, np.cumsum(counts) - counts
    vectors = [document.vectors[p.key] for document in new for p in document.passages]
    table["crc"] = [checksum(v.own, v.sentences, v.words) for v in vectors]
    none = np.zeros((0, dimension), np.float16)
    raw = np.stack([v.own for v in vectors]) if vectors else none
    words = np.concatenate([np.zeros(0, np.int64), *(v.counts for v in vectors)])
    of_sentences = np.array([(s.start, s.end, 0, 0) for s in sentences], SENTENCES)
    of_sentences["words"], of_sentences["first_word"] = words, np.cumsum(words) - words
    np.save(folder / "passages.npy", table, allow_pickle=False)
    np.save(folder / "sentences.npy", of_sentences, allow_pickle=False)
    np.save(folder / "passage_vectors.npy", raw, allow_pickle=False)
    np.save(
        folder / "sentence_vectors.npy", np.concatenate([none, *(v.sentences for v in vectors)]), allow_pickle=False
    )
    no_words = np.zeros((0, -(-dimension // 8)), np.uint8)
    np.save(folder / "words.npy", np.concatenate([no_words, *(v.words for v in vectors)]), allow_pickle=False)
    centred = means.centre(raw.astype(np.float32), [p.language for _, p in passages])
    SearchedVectors.build(centred).save(folder / "passages.faiss")
    Postings.build([found for document in new for found in document.terms]).save(folder)
    write_blobs(folder, "texts", chain.from_iterable(text_blobs(d.document, d.extract.text) for d in new))
    write_blobs(folder, "boxes", chain.from_iterable(box_blobs(d.document, d.extract.words) for d in new))
    write_blobs(folder, "places", chain.from_iterable(place_blobs(d.document, d.extract) for d in new))


def write_merged(folder: Path, segments: Sequence[Segment], documents: NDArray[np.int64], dimension: int) -> None:
    """Write what `segments` hold of those `documents` (sorted numbers) as one segment into an empty `folder`."""
    # A document lies in one segment only; sorting the segments by their first keeps the numbers rising where they did.
    alive = [np.isin(segment.documents, documents) for segment in segments]
    tables = [segment.passages[mask] for segment, mask in zip(segments, alive, strict=True)]
    table = np.concatenate(tables)
    table["first"] = np.cumsum(table["sentences"], dtype=np.int64) - table["sentences"]
    of_sentences = [np.repeat(m, s.passages["sentences"]) for s, m in zip(segments, alive, strict=True)]
    order = np.argsort(table["document"], kind="stable")
    if (order != np.arange(len(order))).any():
        raise AssertionError("segments are merged in the order of their documents")
    np.save(folder / "passages.npy", table, allow_pickle=False)
    sentences = np.concatenate([np.asarray(s.sentences[m]) for s, m in zip(segments, of_sentences, strict=True)])
    sentences["first_word"] = np.cumsum(sentences["words"], dtype=np.int64) - sentences["words"]
    np.save(folder / "sentences.npy", sentences, allow_pickle=False)
    of_words = [np.repeat(m, s.sentences["words"]) for s, m in zip(segments, of_sentences, strict=True)]
    _copy_rows(folder / "passage_vectors.npy", [s.passage_vectors for s in segments], alive)
    _copy_rows(folder / "sentence_vectors.npy", [s.sentence_vectors for s in segments], of_sentences)
    _copy_rows(folder / "words.npy", [s.signs for s in segments], of_words)
    SearchedVectors.build(_searched(segments, alive, dimension)).save(folder / "passages.faiss")
    Postings.merged([(s.postings, m) for s, m in zip(segments, alive, strict=True)]).save(folder)
    for stem in ("texts", "boxes", "places"):
        write_blobs(folder, stem, _kept_blobs(segments, stem, documents))


def _terms(passage: DraftPassage) -> tuple[str, ...]:
    input = passage.draft.input
    body = terms(" ".join(input.sentences), passage.language)
    return (*terms(input.heading, passage.language), *body)


def _searched(segments: Sequence[Segment], alive: Sequence[Mask], dimension: int) -> Matrix:
    taken = [s.searched.take(np.flatnonzero(m)) for s, m in zip(segments, alive, strict=True)]
    return np.concatenate([np.zeros((0, dimension), np.float32), *taken])


def _copy_rows(path: Path, arrays: Sequence[NDArray[Any]], masks: Sequence[Mask]) -> None:
    """Write the rows of mapped `arrays`, alike but for their number, that the masks keep, a stretch at a time."""
    count = sum(int(np.count_nonzero(mask)) for mask in masks)
    if not count:
        np.save(path, arrays[0][:0], allow_pickle=False)
        return
    target = np.lib.format.open_memmap(path, "w+", arrays[0].dtype, (count, arrays[0].shape[1]))
    at = 0
    for array, mask in zip(arrays, masks, strict=True):
        for start in range(0, len(array), _STEP):
            rows = array[start : start + _STEP][mask[start : start + _STEP]]
            target[at : at + len(rows)] = rows
            at += len(rows)
    target.flush()


def _kept_blobs(segments: Iterable[Segment], stem: str, documents: NDArray[np.int64]) -> Iterator[Blob]:
    for segment in segments:
        yield from getattr(segment, stem).kept(documents)
