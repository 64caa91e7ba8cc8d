"""The store gives back every passage as the exact slice of its document's text."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import store
from index.document import Passage, Sentence, Span
from index.scan import Stamp
from index.store import NewDocument, PassagePlace, Source

AWKWARD = [
    "",
    "plain",
    "nul \0 in the middle\0",
    "\ufeffmark, e\u0301 combining, 😀 astral, \U0010ffff last",
    "line\r\nline\rline\u2028line\x85end\n",
    "العربية \u200f mixed \u202e with marks",
    "x" * 4096 + "😀" + "y" * 4095 + "\0" + "z" * 9000,
]


def place(start: int, end: int, *sentences: tuple[int, int], language: str = "en") -> PassagePlace:
    return PassagePlace(Span(start, end), language, tuple(Span(a, b) for a, b in sentences))


def new(id: str, text: str, *places: PassagePlace, heading: str | None = None) -> NewDocument:
    source = Source(id, "/folder", Stamp(len(text.encode()), 1, 2), 3, "0" * 64)
    return NewDocument(source, heading or id, heading, "en", text, places)


def written(path: Path, *documents: NewDocument) -> sqlite3.Connection:
    db = store.open_to_write(path)
    store.create(db)
    for document in documents:
        store.add_document(db, document)
    db.close()
    return store.open_to_read(path)


@pytest.mark.parametrize("text", AWKWARD)
def test_a_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    db = written(tmp_path / "s", new("a.txt", text))
    found = store.document(db, "a.txt")
    assert found is not None
    assert found.text == text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_a_passage_is_its_slice(tmp_path: Path, data: st.DataObject) -> None:
    alphabet = st.characters(exclude_categories=("Cs",))
    # Repeated, so that a text runs over the pieces it is kept in.
    text = data.draw(st.text(alphabet, min_size=1, max_size=40)) * data.draw(st.sampled_from([1, 7, 300, 2000]))
    at = st.integers(0, len(text))
    spans = [tuple(sorted((data.draw(at), data.draw(at)))) for _ in range(4)]
    path = tmp_path / "s"
    path.unlink(missing_ok=True)
    db = written(path, new("a.txt", text, *(place(a, b) for a, b in spans)))
    for number, (a, b) in enumerate(spans, 1):
        assert store.passages(db, [number])[0].text == text[a:b]
    db.close()


@pytest.mark.parametrize(
    ("start", "end"), [(0, 0), (4095, 4097), (4096, 4096), (4096, 8192), (0, 17193), (17193, 17193)]
)
def test_slices_at_the_edges_of_pieces(tmp_path: Path, start: int, end: int) -> None:
    text = AWKWARD[-1]
    assert len(text) == 17193
    db = written(tmp_path / "s", new("other.txt", "other" * 4000), new("a.txt", text, place(start, end)))
    assert store.passages(db, [1])[0].text == text[start:end]


def test_passages_come_in_the_order_asked(tmp_path: Path) -> None:
    first = new("a.txt", "one two three", place(0, 3), place(4, 7), heading="Numbers")
    second = new("b.txt", "quatre", place(0, 6, language="fr"))
    db = written(tmp_path / "s", first, second)
    assert store.passages(db, [3, 1, 3]) == [
        Passage(3, "b.txt", "b.txt", "fr", 0, 6, "quatre"),
        Passage(1, "a.txt", "Numbers", "en", 0, 3, "one"),
        Passage(3, "b.txt", "b.txt", "fr", 0, 6, "quatre"),
    ]
    assert store.passages(db, []) == []
    with pytest.raises(KeyError):
        store.passages(db, [1, 99])


def test_sentences_of_passages(tmp_path: Path) -> None:
    db = written(tmp_path / "s", new("a.txt", "One. Two. Three.", place(0, 9, (0, 4), (5, 9)), place(10, 16, (10, 16))))
    assert store.sentences_of(db, [2, 1]) == [Sentence(1, 1, 0, 4), Sentence(2, 1, 5, 9), Sentence(3, 2, 10, 16)]
    assert store.sentences_of(db, [2]) == [Sentence(3, 2, 10, 16)]
    assert store.sentences_of(db, []) == []


def test_more_passages_than_a_statement_takes_parameters(tmp_path: Path) -> None:
    places = [place(i, i + 1) for i in range(40_000)]
    db = written(tmp_path / "s", new("a.txt", "ab" * 20_000, *places))
    numbers = list(range(40_000, 0, -1))
    assert [p.number for p in store.passages(db, numbers)] == numbers


def test_numbers_are_never_used_twice(tmp_path: Path) -> None:
    db = store.open_to_write(tmp_path / "s")
    store.create(db)
    assert store.add_document(db, new("a", "One.", place(0, 4, (0, 4)), place(0, 2, (0, 1), (1, 2)))) == (
        [1, 2],
        [1, 2, 3],
    )
    assert store.remove_document(db, "a") == ([1, 2], [1, 2, 3])
    assert store.add_document(db, new("a", "One.", place(0, 4, (0, 4)))) == ([3], [4])
    assert store.counts(db) == store.Counts(1, 1, 1)


def test_removing_leaves_nothing_of_one_document_and_all_of_the_other(tmp_path: Path) -> None:
    db = store.open_to_write(tmp_path / "s")
    store.create(db)
    store.add_document(db, new("a", "One.", place(0, 4, (0, 4))))
    store.add_document(db, new("b", "Two.", place(0, 4, (0, 4))))
    store.remove_document(db, "a")
    assert [e.id for e in store.documents(db)] == ["b"]
    assert [db.execute(f"SELECT count(*) FROM {t}").fetchone() for t in ("texts", "passages", "sentences")] == [
        (1,)
    ] * 3
    assert store.passages(db, [2])[0].text == "Two."


def test_a_document_under_another_name_keeps_its_numbers(tmp_path: Path) -> None:
    db = store.open_to_write(tmp_path / "s")
    store.create(db)
    store.add_document(db, new("a.txt", "One.", place(0, 4, (0, 4))))
    moved = Source("b.txt", "/other", Stamp(4, 10, 20), 30, "1" * 64)
    store.update_source(db, "a.txt", moved, "b")
    assert store.sources(db) == {"b.txt": (moved, None)}
    assert store.passages(db, [1]) == [Passage(1, "b.txt", "b", "en", 0, 4, "One.")]


def test_documents_and_languages_are_listed(tmp_path: Path) -> None:
    db = written(
        tmp_path / "s",
        new("b.txt", "One.", place(0, 1), place(1, 2, language="ar"), place(2, 3), heading="Heading"),
        new("a.txt", ""),
    )
    assert list(store.documents(db)) == [
        store.DocumentEntry("a.txt", "a.txt", "en", None, 0),
        store.DocumentEntry("b.txt", "Heading", "en", "Heading", 3),
    ]
    assert store.languages(db) == {"en": 2, "ar": 1}
    assert store.passage_languages(db) == ["en", "ar", "en"]
    assert store.document(db, "c.txt") is None


def test_an_id_is_data(tmp_path: Path) -> None:
    ids = ["it's.txt", '"; DROP TABLE documents; --.txt', "a\nb.txt", "\u202egnp.txt", "%_[.txt", "سؤال.txt"]
    db = written(tmp_path / "s", *(new(id, f"text of {n}", place(0, 4)) for n, id in enumerate(ids)))
    assert [store.document(db, id).text for id in ids] == [f"text of {n}" for n in range(len(ids))]  # type: ignore[union-attr]


def test_the_reading_side_cannot_write(tmp_path: Path) -> None:
    folder = tmp_path / "what? a#b %41 'q'"
    folder.mkdir()
    db = written(folder / "s", new("a", "One."))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("DELETE FROM documents")
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_the_space_of_much_that_was_removed_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "s"
    db = store.open_to_write(path)
    store.create(db)
    for n in range(30):
        store.add_document(db, new(f"{n}", f"{n}" * 20_000))
    large = path.stat().st_size
    for n in range(25):
        store.remove_document(db, f"{n}")
    store.compact(db)
    assert path.stat().st_size < large / 2
    assert store.document(db, "29").text == "29" * 20_000  # type: ignore[union-attr]
    assert store.add_document(db, new("next", "One.", place(0, 1)))[0] == [1]
