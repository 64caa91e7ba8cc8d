"""What is indexed already is not embedded again, unless what is on disk for it cannot be right."""

from pathlib import Path

import numpy as np
import pytest

from index import generations, plan
from index.draft import Key, PassageVectors
from index.known import KnownVectors
from index.opened import Index
from index.segment import Segment
from tests.index.desk import Desk, Here, counts

PARAGRAPHS = [f"{word.capitalize()} number {n} stands here, and it is {word} again; see the list of {word}s."
              for n, word in enumerate("lamp roof door stair bell clock window key".split())]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(plan, "_RACY_NS", 0)
    return Desk(tmp_path)


def written(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def test_an_edited_document_embeds_only_its_changed_passages(desk: Desk) -> None:
    desk.write("a.txt", written(PARAGRAPHS))
    whole = desk.sync().passages
    assert whole == len(desk.encoder.embedded) == len(PARAGRAPHS)
    changed = [*PARAGRAPHS[:3], "A chair was bought in May, and it is a chair again; see the list.", *PARAGRAPHS[4:]]
    desk.write("a.txt", written(changed))
    assert counts(desk.sync()) == (0, 1, 0, 0, 0)
    assert desk.embedded() == [changed[3]]
    assert desk.texts() == {"a.txt": written(changed)}
    with Index.open(desk.index) as index:
        (document,) = index.view().documents()
        rows = index.view().passages_of(document)
        assert [p.text for p in index.view().passages(rows)] == changed
    desk.write("a.txt", written(changed[1:]))
    assert counts(desk.sync()) == (0, 1, 0, 0, 0)
    assert desk.embedded() == []


def test_the_same_in_two_places_is_embedded_once(desk: Desk) -> None:
    desk.write("a.txt", written(PARAGRAPHS))
    desk.write("b/copy.txt", written(PARAGRAPHS))
    desk.write("c.txt", written(PARAGRAPHS[:2] * 2))
    assert desk.sync().passages == 2 * len(PARAGRAPHS) + 4
    assert desk.embedded() == PARAGRAPHS
    desk.write("d.txt", written(PARAGRAPHS[::-1]))
    assert counts(desk.sync()) == (1, 0, 0, 3, 0)
    assert desk.embedded() == []
    assert set(desk.texts()) == {"a.txt", "b/copy.txt", "c.txt", "d.txt"}


def test_another_heading_is_another_passage(desk: Desk) -> None:
    page = "<html><title>{}</title><body><p>Twelve steps lead up.</p></body></html>"
    desk.write("a.html", page.format("Stairs"))
    desk.write("b.html", page.format("Steps"))
    desk.sync()
    assert [i.heading for i in desk.encoder.embedded] == ["Stairs", "Steps"]


def altered(path: Path, change: float) -> None:
    """Change a number in an array on disk; its checksum is not looked at."""
    array = np.load(path, mmap_mode="r+", allow_pickle=False)
    array[0, 0] = change
    array.flush()


@pytest.mark.parametrize("name", ["passage_vectors.npy", "sentence_vectors.npy"])
@pytest.mark.parametrize("value", [7.0, -0.0, np.nan, np.inf])
def test_vectors_that_were_altered_are_not_used_again(desk: Desk, name: str, value: float) -> None:
    desk.write("a.txt", written(PARAGRAPHS))
    desk.sync()
    altered(generations.current(desk.index) / "s000001" / name, value)
    desk.write("a.txt", written([*PARAGRAPHS, "And a new one."]))
    desk.sync()
    assert desk.embedded() == [PARAGRAPHS[0], "And a new one."]
    assert desk.texts() == {"a.txt": written([*PARAGRAPHS, "And a new one."])}  # nothing of the damage is left


def test_they_are_found_by_the_whole_key(desk: Desk) -> None:
    desk.write("a.txt", written(PARAGRAPHS))
    desk.sync()
    segment = Segment(generations.current(desk.index) / "s000001")
    known = KnownVectors(lambda: [segment])
    keys: list[Key] = [row["key"].tobytes() for row in segment.passages]
    found = known.find([*keys, keys[0]])
    assert list(found) == keys
    for row, key in enumerate(keys):
        assert (found[key].own == segment.passage_vectors[row]).all()
        assert len(found[key].sentences) == len(found[key].counts) == len(segment.sentence_spans(row))
        assert known.find([key[:8] + bytes(8), bytes(8) + key[8:]]) == {}
    vectors, words = np.zeros((1, 27), np.float16), np.zeros((0, 4), np.uint8)
    added = PassageVectors(vectors[0], vectors, words, np.zeros(1, np.int64))
    known.add({b"x" * 16: added})
    assert known.find([b"x" * 16, b"y" * 16]) == {b"x" * 16: added}


def test_nothing_is_opened_before_it_is_asked_for() -> None:
    opened: list[int] = []
    known = KnownVectors(lambda: opened.append(1) or [])  # type: ignore[func-returns-value]
    known.add({})
    assert opened == []
    known.find([b"x" * 16])
    known.find([b"x" * 16])
    assert opened == [1]
