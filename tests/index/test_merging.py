"""There are few segments however small the syncs, nothing alive is lost, and nothing of the dead stays for good."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import plan
from index.filters import EVERYTHING
from index.manifest import StoredSegment
from index.merging import is_due, to_merge
from index.opened import Index
from tests.index.desk import Desk, Here, counts
from tests.index.fake_encoder import letters

MARKER = "quagmire"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(plan, "_RACY_NS", 0)
    return Desk(tmp_path)


def stored(*sizes: int | tuple[int, int]) -> list[StoredSegment]:
    """Segments called a, b, c … of so many passages, or (passages, dead)."""
    pairs = [(size, 0) if isinstance(size, int) else size for size in sizes]
    return [StoredSegment(chr(97 + n), passages, dead) for n, (passages, dead) in enumerate(pairs)]


@pytest.mark.parametrize(
    ("sizes", "expected", "of_everything"),
    [
        ((), [], []),
        ((5,), [], []),
        ((0,), [], []),
        ((9, 3), [], []),
        ((9, 4), ["ab"], ["ab"]),
        ((3, 9), ["ab"], ["ab"]),
        ((64, 16, 4, 1), [], []),
        ((64, 16, 4, 2), ["abcd"], ["abcd"]),
        ((200, 16, 4, 2), ["bcd"], ["bcd"]),
        ((100, 10, 2, 1), ["cd"], ["cd"]),
        ((1000, 300, 10, 4), ["cd"], ["cd"]),
        ((1, 1, 1, 1), ["abcd"], ["abcd"]),
        (((8, 2),), [], ["a"]),
        (((8, 3),), ["a"], ["a"]),
        (((8, 8),), ["a"], ["a"]),
        (((900, 1), 100, (9, 1)), [], ["a", "c"]),
        (((900, 300), 100, (9, 4)), ["a", "c"], ["a", "c"]),
        ((900, (300, 200), 90), ["bc"], ["bc"]),
        (((900, 300), (50, 1), 4, 4), ["a", "cd"], ["a", "b", "cd"]),
        (((9, 9), (9, 9), 1), ["abc"], ["abc"]),
    ],
)
def test_which_are_merged(
    sizes: tuple[int | tuple[int, int], ...], expected: list[str], of_everything: list[str]
) -> None:
    segments = stored(*sizes)
    assert ["".join(names) for names in to_merge(segments)] == expected
    assert ["".join(names) for names in to_merge(segments, everything=True)] == of_everything
    assert is_due(segments) == bool(expected)
    assert is_due(segments, everything=True) == bool(of_everything)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=300))
def test_there_are_few_and_each_passage_is_copied_seldom(added: list[int]) -> None:
    segments: list[StoredSegment] = []
    copied = total = 0
    for n, passages in enumerate(added):
        segments.append(StoredSegment(str(n), passages, 0))
        total += passages
        for names in list(to_merge(segments)):
            merged = sum(s.passages for s in segments if s.name in names)
            copied += merged
            at = [s.name for s in segments].index(names[0])
            assert [s.name for s in segments[at : at + len(names)]] == list(names)  # neighbours
            segments[at : at + len(names)] = [StoredSegment(f"m{n}", merged, 0)]
        assert not is_due(segments)
    most = math.log(total, 3) + 2
    assert len(segments) <= most
    assert copied <= 2 * total * most


def test_many_small_syncs_leave_few_segments_and_every_document_whole(desk: Desk) -> None:
    expected = {}
    for n in range(17):
        expected[f"{n}.txt"] = f"Lamp number {n} hangs here.\n\nIts bulb is number {n * n}, and no other."
        desk.write(f"{n}.txt", expected[f"{n}.txt"])
        if n % 5 == 4:
            del expected[f"{n - 1}.txt"]
            (desk.folder / f"{n - 1}.txt").unlink()
        desk.sync()
        with Index.open(desk.index) as index:
            assert len(index.segments) <= 4
    assert desk.texts() == expected
    with Index.open(desk.index) as index:
        view = index.view()
        found = view.passages(view.nearest(letters("Lamp number 7 hangs here."), 1000))
        assert sorted({p.document for p in found}) == sorted(expected)
        assert len(found) == view.passage_count == index.manifest.passages


def on_disk(folder: Path, *markers: str) -> list[str]:
    """The files below `folder` that hold one of the markers, in any of the ways in which texts are stored."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(marker.encode() in path.read_bytes() for marker in markers)
    ]


def test_what_is_deleted_is_gone_from_answers_at_once_and_from_disk_after_compaction(desk: Desk) -> None:
    for n in range(30):
        desk.write(f"{n}.txt", f"Lamp number {n} hangs here.")
    desk.write(f"{MARKER}/title-{MARKER}.txt", f"The {MARKER} is deep. " * 5)
    desk.write("page.html", f"<html><title>Old {MARKER}</title><p>The {MARKER} is wide.</p></html>")
    desk.write("edited.txt", f"The {MARKER} is wet.\n\nThe door is dry.")
    desk.write("none.md", f"<!-- {MARKER} -->\n")  # text without passages
    desk.sync()
    assert on_disk(desk.index, MARKER)
    (desk.folder / MARKER / f"title-{MARKER}.txt").unlink()
    (desk.folder / "page.html").unlink()
    (desk.folder / "none.md").unlink()
    desk.write("edited.txt", "The door is dry.")
    assert counts(desk.sync()) == (0, 1, 3, 30, 0)

    with Index.open(desk.index) as index:
        assert sum(s.dead for s in index.manifest.segments) > 0
        for filter_view in (index.view(), index.view(EVERYTHING)):
            every = filter_view.passages(filter_view.nearest(letters(MARKER), 1000))
            assert len(every) == filter_view.passage_count == 31
            assert not [p for p in every if MARKER in p.text or MARKER in p.document or MARKER in p.title]
            (term,) = filter_view.question_terms(MARKER, "en")
            assert not filter_view.bm25([term]).any()
            assert filter_view.document("page.html") is filter_view.facts("none.md") is None
    assert on_disk(desk.index, MARKER)  # the generation before, and the segment

    assert counts(desk.sync_without_encoder(compact=True)) == (0, 0, 0, 31, 0)
    assert on_disk(desk.index, MARKER) == []
    assert len(list((desk.index / "generations").iterdir())) == 1
    assert len(desk.texts()) == 31
    before = desk.generation()
    desk.sync_without_encoder(compact=True)
    assert desk.generation() == before  # nothing to do, nothing written


def test_a_reader_keeps_its_generation_through_a_compaction(desk: Desk) -> None:
    desk.write("a.txt", f"The {MARKER} is deep.")
    desk.write("b.txt", "The lamp is old.")
    desk.sync()
    with Index.open(desk.index) as index:
        view = index.view()
        (desk.folder / "a.txt").unlink()
        desk.sync_without_encoder(compact=True)
        assert view.document("a.txt").text == f"The {MARKER} is deep."  # type: ignore[union-attr]
        index.verify()
    desk.sync_without_encoder(compact=True)
    assert on_disk(desk.index, MARKER) == []
    assert desk.texts() == {"b.txt": "The lamp is old."}


def test_a_document_whose_text_alone_is_left_is_compacted_away(desk: Desk) -> None:
    """A document without passages leaves no dead passage, and no other document's removal may be needed."""
    desk.write("none.md", f"<!-- {MARKER} -->\n")
    desk.write("b.txt", "The lamp is old.")
    desk.sync()
    with Index.open(desk.index) as index:
        assert index.view().facts("none.md").passages == 0  # type: ignore[union-attr]
    (desk.folder / "none.md").unlink()
    desk.sync_without_encoder(compact=True)
    assert on_disk(desk.index, MARKER) == []
    assert desk.texts() == {"b.txt": "The lamp is old."}
