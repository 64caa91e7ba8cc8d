"""What a group sees of an index is what an index made of those documents alone gives, to the last figure."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index import plan
from index.filters import EVERYTHING, PUBLIC, Filter
from index.opened import Index
from index.sync import sync
from index.view import View
from tests.index.desk import Desk, Here
from tests.index.fake_encoder import LetterEncoder, letters, source_of

RULES = """
[[rule]]
files = "hr/jobs/**"
groups = "*"

[[rule]]
files = "hr/**"
groups = ["hr", "board"]

[[rule]]
files = "board.pdf"
groups = "board"

[[rule]]
files = "feed.jsonl/secret-*"
groups = "board"
"""
LINES: list[dict[str, Any]] = [
    {"id": "press-1", "text": "The lamp of the harbour was lit in May.", "date": "2024-05-02", "language": "en"},
    {"id": "press-2", "text": "La lampe du port fut allumée en mai.", "date": "2024-05-03", "language": "fr"},
    {
        "id": "staff",
        "text": "The lamp budget is small. Nobody says so.",
        "date": "2023-01-31",
        "groups": ["staff", "hr"],
    },
    {"id": "secret-1", "text": "The lamp was stolen by the keeper.", "date": "2024-06-30", "groups": ["hr"]},
    {"id": "secret-2", "text": "The keeper confessed to the board.", "title": "Confession"},
    {"id": "nobody", "text": "Nobody may read of the zeppelin.", "groups": []},
    {"id": "empty", "text": "", "groups": ["staff"]},
]
FILES = {
    "press/2024/lamp.txt": "The lamp needs a new bulb. Ask Hannah for the key.\n\n" * 6,
    "press/2024/lampe.txt": "La lampe a besoin d'une ampoule neuve. Demandez la clef à Hannah.",
    "press/roof.md": "# The roof\n\nThe roof leaks above the stairs, by the lamp.\n\nIt was mended in May.",
    "hr/pay.txt": "The keeper of the lamp is paid in coal. The coal lies in the yard.\n\n" * 5,
    "hr/jobs/keeper.txt": "A keeper is wanted for the lamp. Write to Hannah.",
    "hr/مصباح.txt": "يحتاج المصباح إلى لمبة جديدة. اسأل هناء عن المفتاح.",
    "board.pdf": "The board met in May.\fThe keeper was heard, and the lamp was seen.",
}
QUESTIONS = [("Who is the keeper of the lamp?", "en"), ("Où est la clef de la lampe ?", "fr"), ("zeppelin coal", "en")]


@dataclass(frozen=True)
class Shelf:
    """The whole index, and one of any of its documents alone, each built once."""

    index: Index
    root: Path
    built: dict[frozenset[str], Index]

    def of(self, visible: frozenset[str]) -> Index:
        if visible not in self.built:
            folder = self.root / str(len(self.built))
            fill(folder / "documents", visible)
            sync([folder / "documents"], folder / "index", source_of(LetterEncoder()))
            self.built[visible] = Index.open(folder / "index")
        return self.built[visible]


def fill(folder: Path, ids: frozenset[str]) -> None:
    """Write the documents of those ids; the groups that lines name are left out."""
    folder.mkdir(parents=True)
    for id in ids & FILES.keys():
        (folder / id).parent.mkdir(parents=True, exist_ok=True)
        (folder / id).write_text(FILES[id])
    lines = [{k: v for k, v in line.items() if k != "groups"} for line in LINES if f"feed.jsonl/{line['id']}" in ids]
    if lines:
        (folder / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """An index of several segments with dead passages in them, so that nothing of it lies as in a new one."""
    root = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.sync.Worker", Here)
        patch.setattr(plan, "_RACY_NS", 0)
        patch.setattr("index.succession.is_due", lambda *_: False)
        desk = Desk(root)
        desk.write("access.toml", RULES)
        for id, text in FILES.items():
            desk.write(id, text if id in ("board.pdf", "press/roof.md") else "The zeppelin is old. " * 20)
        desk.write("gone.txt", "The zeppelin was sold, and the lamp with it. " * 60)
        desk.sync()
        for id, text in list(FILES.items())[:4]:
            desk.write(id, text)
        desk.sync()
        desk.write("feed.jsonl", "".join(json.dumps(line) + "\n" for line in LINES))
        for id, text in FILES.items():
            desk.write(id, text)
        (desk.folder / "gone.txt").unlink()
        desk.sync()
        with Index.open(desk.index) as index:
            assert len(index.segments) == 3
            assert sum(s.dead for s in index.manifest.segments) > 10
            yield Shelf(index, root / "built", {})


def admitted(filter: Filter) -> frozenset[str]:
    """The ids of the documents that `filter` admits, by the rules as a person reads them."""
    found = set()
    for id in [*FILES, *(f"feed.jsonl/{line['id']}" for line in LINES)]:
        line: dict[str, Any] = next((x for x in LINES if f"feed.jsonl/{x['id']}" == id), {})
        needed = [set(line["groups"])] if "groups" in line else []
        if id.startswith("hr/") and not id.startswith("hr/jobs/"):
            needed.append({"hr", "board"})
        if id == "board.pdf" or id.startswith("feed.jsonl/secret-"):
            needed.append({"board"})
        seen = filter.groups is None or all(filter.groups & groups for groups in needed)
        below = not filter.folders or any(id == f or id.startswith(f + "/") for f in filter.folders)
        day = line.get("date")
        timely = (not filter.since and not filter.until) or (
            day is not None and (filter.since or day) <= day <= (filter.until or day)
        )
        if seen and below and timely:
            found.add(id)
    return frozenset(found)


GROUPS = st.none() | st.frozensets(st.sampled_from(["hr", "board", "staff", "other"]))
FOLDERS = st.lists(
    st.sampled_from(["press", "press/2024", "hr", "hr/jobs", "feed.jsonl", "board.pdf", "none"]), max_size=2
)
LANGUAGES = st.lists(st.sampled_from(["en", "fr", "ar", "und"]), max_size=2)
FORMATS = st.lists(st.sampled_from(["plain", "pdf", "jsonl", "markdown"]), max_size=2)
DATES = st.none() | st.sampled_from(["2023", "2024-05", "2024-05-02", "2024"])


@settings(max_examples=40)
@given(GROUPS, FOLDERS, DATES)
@example(frozenset(), [], None)
@example(None, [], None)
@example(frozenset({"board"}), ["hr", "feed.jsonl"], None)
@example(frozenset({"hr", "board"}), [], "2024")
def test_what_is_hidden_leaves_no_trace(
    shelf: Shelf, groups: frozenset[str] | None, folders: list[str], year: str | None
) -> None:
    parsed = Filter.parse(folders=folders, since=year, until=year)
    filter = Filter(groups, parsed.folders, (), parsed.since, parsed.until)
    visible = admitted(filter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.sync.Worker", Here)
        alone = shelf.of(visible).view(EVERYTHING)
    equal(shelf.index.view(filter), alone)
    hides(shelf.index.view(filter), set(FILES) | {f"feed.jsonl/{line['id']}" for line in LINES} - visible)


@settings(max_examples=25)
@given(GROUPS, LANGUAGES, FORMATS)
def test_languages_and_formats_are_looked_at_before_ranking_too(
    shelf: Shelf, groups: frozenset[str] | None, languages: list[str], formats: list[str]
) -> None:
    filter = Filter(groups, (), tuple(sorted(set(languages))), None, None, tuple(sorted(set(formats))))
    every = shelf.index.view(EVERYTHING).documents()
    speaking = {d.id for d in every if not languages or d.language in languages}
    formed = {d.id for d in every if not formats or d.format in formats}
    visible = frozenset(speaking & formed & admitted(Filter(groups)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.sync.Worker", Here)
        alone = shelf.of(visible).view(EVERYTHING)
    equal(shelf.index.view(filter), alone)


def equal(seen: View, alone: View) -> None:
    """Every figure and every word of one view is the other's."""
    assert seen.passage_count == alone.passage_count
    assert list(map(facts, seen.documents())) == list(map(facts, alone.documents()))
    for document in alone.documents():
        assert seen.document(document.id) == alone.document(document.id)
        assert facts(seen.facts(document.id)) == facts(document)
        mine = seen.facts(document.id)
        assert mine and stretches(seen, seen.passages_of(mine)) == stretches(alone, alone.passages_of(document))
        for at in (0, 25, document.characters):
            assert seen.place(document.id, at) == alone.place(document.id, at)
        assert seen.words(document.id, 10, 40) == alone.words(document.id, 10, 40)
    for question, language in QUESTIONS:
        terms = seen.question_terms(question, language)
        assert terms == alone.question_terms(question, language)
        assert lexical(seen, terms) == lexical(alone, terms)
        assert dense(seen, letters(question)) == dense(alone, letters(question))
        for k in (1, 3):  # which of equals come first is nobody's secret
            few, all = (cosines(view, letters(question), k) for view in (seen, alone))
            assert few == all


def facts(document: Any) -> dict[str, Any]:
    return {k: v for k, v in asdict(document).items() if k not in ("number", "access")}


def stretches(view: View, rows: Any) -> list[tuple[object, ...]]:
    passages, sentences = view.passages(rows), view.sentences(rows)
    assert view.languages(rows) == [p.language for p in passages]
    return [
        (p.document, p.title, p.start, p.end, p.text, s.spans, s.vectors.tolist(), s.words.tolist(), s.counts.tolist())
        for p, s in zip(passages, sentences, strict=True)
    ]


def lexical(view: View, terms: Any) -> dict[tuple[str, int], float]:
    scores = view.bm25(terms)
    rows = np.flatnonzero(scores)
    return {(p.document, p.start): float(s) for p, s in zip(view.passages(rows), scores[rows], strict=True)}


def dense(view: View, question: Any) -> dict[tuple[str, int], float]:
    rows = view.nearest(question, 10_000)
    assert len(rows) == view.passage_count
    found = view.vectors(rows) @ question
    assert (np.diff(found) <= 1e-6).all()
    return {(p.document, p.start): round(float(c), 4) for p, c in zip(view.passages(rows), found, strict=True)}


def cosines(view: View, question: Any, k: int) -> list[float]:
    return [round(float(c), 4) for c in view.vectors(view.nearest(question, k)) @ question]


def hides(view: View, hidden: set[str]) -> None:
    seen = {d.id for d in view.documents()}
    for id in hidden - seen:
        assert view.document(id) is view.facts(id) is view.place(id, 0) is None
        assert view.words(id, 0, 1000) == []


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ("", {"press-1", "press-2"}),
        ("staff", {"press-1", "press-2", "staff", "empty"}),
        ("hr", {"press-1", "press-2", "staff"}),
        ("board", {"press-1", "press-2", "secret-2"}),
        ("hr,board", {"press-1", "press-2", "staff", "secret-1", "secret-2"}),
        ("*", {str(line["id"]) for line in LINES}),
    ],
)
def test_rules_and_a_lines_own_groups_both_hold(shelf: Shelf, groups: str, expected: set[str]) -> None:
    view = shelf.index.view(Filter.parse(groups=groups, folders=["feed.jsonl"]))
    assert {d.id.removeprefix("feed.jsonl/") for d in view.documents()} == expected


def test_a_name_or_a_word_of_what_is_hidden_is_as_one_that_is_not_there(shelf: Shelf) -> None:
    view = shelf.index.view(PUBLIC)
    (zeppelin,) = view.question_terms("zeppelin", "en")
    (nonsense,) = view.question_terms("qwrtzp", "en")
    assert zeppelin.weight == nonsense.weight
    assert not view.bm25([zeppelin]).any()
    (known,) = shelf.index.view(EVERYTHING).question_terms("zeppelin", "en")
    assert known.weight != zeppelin.weight


def test_a_view_is_made_once_and_the_last_used_are_kept(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Filter] = []
    masked = shelf.index._masked
    monkeypatch.setattr(shelf.index, "_masked", lambda f: made.append(f) or masked(f))  # type: ignore[func-returns-value]
    for _ in range(2):
        for n in range(30):
            assert shelf.index.view(Filter(frozenset({f"group {n}"}))).passage_count == shelf.index.view().passage_count
    assert len(made) == len(set(made)) <= 31


def test_a_reader_of_three_documents_among_many_gets_all_their_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.sync.Worker", Here)
    lines = [{"id": f"{n:04}", "text": f"The lamp of the keeper {n} is lit.", "groups": ["staff"]} for n in range(2000)]
    for n in (7, 1003, 1999):
        lines[n] = {"id": f"{n:04}", "groups": ["few"], "text": f"Coal number {n} burns.\n\n" + "A quiet yard. " * 60}
    desk = Desk(tmp_path)
    desk.write("x.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    desk.sync(batch_passages=100_000)
    with Index.open(desk.index) as index:
        view = index.view(Filter.parse(groups="few"))
        assert [d.id for d in view.documents()] == ["x.jsonl/0007", "x.jsonl/1003", "x.jsonl/1999"]
        assert 10 < view.passage_count < 40
        for question in ("The lamp of the keeper is lit.", "coal"):  # nearer to all the others
            rows = view.nearest(letters(question), 100)
            assert len(rows) == len(set(rows.tolist())) == view.passage_count
            assert {p.document for p in view.passages(rows)} == {d.id for d in view.documents()}
        (term,) = view.question_terms("coal", "en")
        assert np.count_nonzero(view.bm25([term])) == 3
        assert index.view(PUBLIC).passage_count == 0
        assert index.view(PUBLIC).nearest(letters("coal"), 100).tolist() == []
