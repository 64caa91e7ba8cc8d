"""A segment gives back what was written: texts by the stretch, words and places however many blobs they fill."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import segment as segments
from index.blobs import write_blobs
from index.centring import LanguageMeans
from index.document import Extract, Place, Word
from index.draft import DraftDocument, draft, embed
from index.errors import IndexDamagedError
from index.limits import Limits
from index.reading import ReadPart, read_here
from index.scan import Stamp
from index.segment import Segment
from index.segment_writer import NewPassages, write_merged, write_new
from index.store import Source
from tests.index.desk import boxed
from tests.index.fake_encoder import LetterEncoder

DIMENSION = LetterEncoder().identity.dimension
NONE = LanguageMeans.none(DIMENSION)


def drafted(extract: Extract) -> DraftDocument:
    (read,) = read_here("a.txt", extract.text.encode(), Limits())
    assert read.extract
    part = ReadPart("", "plain", replace(extract, text=read.extract.text), None, read.language, read.sentences)
    source = Source("a.txt", "/", Stamp(0, 0, 0), 0, "", "")
    return draft(source, [part], LetterEncoder).documents[0]


def write(folder: Path, documents: dict[int, Extract]) -> Segment:
    """A segment of documents by their numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    new = []
    for number, extract in documents.items():
        document = drafted(extract)
        vectors = embed(document.passages, lambda _: {}, LetterEncoder, lambda _: None)
        new.append(NewPassages.of(number, document.extract, document.passages, vectors))
    write_new(folder, new, NONE, DIMENSION)
    return Segment(folder)


TEXT = "The lamp 😀 needs a bulb. Ask Hannah.\n\n" * 400  # in several pieces
PAGES = boxed(TEXT.replace("\n\n", "\f\n"))


def test_texts_and_passages_lie_by_document(tmp_path: Path) -> None:
    segment = write(tmp_path / "s", {3: Extract(TEXT), 7: Extract(""), 8: Extract("One door."), 9: Extract(" \n ")})
    assert [segment.text(n) for n in (3, 7, 8, 9, 10)] == [TEXT, "", "One door.", " \n ", ""]
    assert sorted(set(segment.documents.tolist())) == [3, 8]
    assert len(segment) == len(segment.searched) == len(segment.postings) == len(segment.passage_vectors)
    for row, entry in enumerate(segment.passages):
        text = segment.text(int(entry["document"]))
        spans = segment.sentence_spans(row)
        assert spans and all(entry["start"] <= s.start < s.end <= entry["end"] for s in spans)
        assert text[entry["start"] : entry["end"]].strip()
    assert segment.holds_any(np.array([9])) and not segment.holds_any(np.array([7, 10]))
    assert segment.holds_only(np.array([3, 7, 8, 9])) and not segment.holds_only(np.array([3, 8]))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Segment:
    return write(tmp_path_factory.mktemp("long") / "s", {1: Extract("Before."), 2: PAGES})


@settings(max_examples=300)
@given(st.data())
def test_any_stretch_of_a_text(long: Segment, data: st.DataObject) -> None:
    text = PAGES.text
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    assert long.text(2, start, end) == text[start:end]
    assert long.text(2, start) == text[start:]


def test_a_stretch_that_is_not_there_is_damage(long: Segment) -> None:
    for start, end in ((len(TEXT), len(TEXT) + 1), (0, len(TEXT) + 1)):
        with pytest.raises(IndexDamagedError, match=r"texts\.bin lacks a part"):
            long.text(2, start, end)
    with pytest.raises(IndexDamagedError, match="lacks a part"):
        long.text(5, 0, 1)


@settings(max_examples=100)
@given(st.data())
def test_the_words_that_overlap_a_stretch(long: Segment, data: st.DataObject) -> None:
    assert len(PAGES.words) > 2 * segments._MANY
    start = data.draw(st.integers(0, len(PAGES.text)))
    end = data.draw(st.integers(start, min(len(PAGES.text), start + 9_000)))
    expected = [w for w in PAGES.words if w.end > start and w.start < end]
    assert long.words_on_pages(2, start, end) == expected
    assert long.words_on_pages(1, start, end) == []


def test_the_place_of_every_character(long: Segment) -> None:
    assert len(PAGES.places) == 401
    for start in [*range(0, len(PAGES.text), 97), *(p.start for p in PAGES.places[:-1:7])]:
        assert long.place(2, start) == [p for p in PAGES.places if p.start <= start][-1]
        assert long.place(1, 0) is None


def test_more_places_than_a_blob_holds(tmp_path: Path) -> None:
    text = "".join(f"{n} | lamp\n" for n in range(1300))
    starts = [0, *(at + 1 for at, char in enumerate(text[:-1]) if char == "\n")]
    rows = tuple(Place(start, "row", n, f"Sheet {n % 2}") for n, start in enumerate(starts, 1))
    segment = write(tmp_path / "s", {4: Extract(text, places=rows[3:])})
    assert len(list(segment.places.of(4))) > 2
    for row in (*rows[3:20], *rows[505:525], *rows[-3:]):
        assert segment.place(4, row.start) == segment.place(4, row.start + 5) == row
    assert segment.place(4, 2) is None  # before the first


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=30), st.integers(0, 60), st.integers(0, 60))
def test_words_that_lie_over_each_other(
    tmp_path_factory: pytest.TempPathFactory, spans: list[tuple[int, int]], a: int, b: int
) -> None:
    """Words are sorted by their start; their ends need not be."""
    words = tuple(Word(s, s + length, 1, (0.0, 0.0, 1.0, 1.0)) for s, length in sorted(spans))
    folder = tmp_path_factory.mktemp("words")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "_MANY", 3)
        write_blobs(folder, "boxes", segments.box_blobs(1, words))
    start, end = sorted((a, b))
    np.save(folder / "passages.npy", np.zeros(0, segments.PASSAGES), allow_pickle=False)
    np.save(folder / "sentences.npy", np.zeros(0, segments.SENTENCES), allow_pickle=False)
    expected = [w for w in words if w.end > start and w.start < end]
    assert Segment(folder).words_on_pages(1, start, end) == expected


def test_merging_keeps_what_is_alive_as_it_was(tmp_path: Path) -> None:
    first = write(
        tmp_path / "a", {1: Extract("The lamp is old."), 2: boxed("The roof\fleaks badly."), 3: Extract("x " * 90)}
    )
    second = write(tmp_path / "b", {4: Extract("A bell rings. " * 30), 5: Extract("A stair creaks."), 6: Extract("  ")})
    (tmp_path / "c").mkdir()
    write_merged(tmp_path / "c", [first, second], np.array([2, 4, 6]), DIMENSION)
    merged = Segment(tmp_path / "c")
    assert sorted(set(merged.documents.tolist())) == [2, 4]
    assert [merged.text(n) for n in (1, 2, 3, 4, 5, 6)] == ["", first.text(2), "", second.text(4), "", "  "]
    assert merged.words_on_pages(2, 0, 99) == first.words_on_pages(2, 0, 99) != []
    assert merged.place(2, 10) == Place(9, "page", 2)
    for row, (source, at) in enumerate([(first, 1), *((second, n) for n in range(len(merged) - 1))]):
        assert merged.sentence_spans(row) == source.sentence_spans(at)
        assert (merged.passage_vectors[row] == source.passage_vectors[at]).all()
        assert (merged.searched.take(np.array([row])) == source.searched.take(np.array([at]))).all()
        a, b = merged.passages[row], source.passages[at]
        assert (merged.sentence_vectors[a["first"]] == source.sentence_vectors[b["first"]]).all()
        (words, counts), (those, counted) = merged.words(row), source.words(at)
        assert words.tolist() == those.tolist() and counts.tolist() == counted.tolist()
    assert merged.postings.of("lamp")[0].tolist() == []
    assert merged.postings.of("bell")[0].tolist() == list(range(1, len(merged)))
    assert b"lamp" not in b"".join(p.read_bytes() for p in (tmp_path / "c").iterdir())


def test_merging_leaves_nothing_of_nothing(tmp_path: Path) -> None:
    first = write(tmp_path / "a", {1: Extract("The lamp is old.")})
    (tmp_path / "c").mkdir()
    write_merged(tmp_path / "c", [first], np.array([9]), DIMENSION)
    assert len(Segment(tmp_path / "c")) == 0
    assert not Segment(tmp_path / "c").holds_any(np.array([1]))


@pytest.mark.parametrize("name", ["passages.npy", "sentences.npy"])
def test_tables_that_do_not_fit_together(tmp_path: Path, name: str) -> None:
    first = write(tmp_path / "a", {1: Extract("The lamp is old.")})
    second = write(tmp_path / "b", {1: Extract("The lamp is old. The roof leaks.")})
    (second.folder / name).replace(first.folder / name)
    with pytest.raises(IndexDamagedError, match="does not go with"):
        Segment(first.folder)


@pytest.mark.parametrize("name", ["passage_vectors.npy", "sentence_vectors.npy", "passages.faiss"])
def test_vectors_of_another_number(tmp_path: Path, name: str) -> None:
    first = write(tmp_path / "a", {1: Extract("The lamp is old.")})
    second = write(tmp_path / "b", {1: Extract("The lamp is old. " * 40)})
    (second.folder / name).replace(first.folder / name)
    with pytest.raises(IndexDamagedError, match=rf"{name} has not"):
        getattr(first, "searched" if name.endswith("faiss") else name.removesuffix(".npy"))
