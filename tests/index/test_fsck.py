"""Every kind of damage is named, and so is what files contradict though each has the checksum that it should."""

import dataclasses
import hashlib
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import generations, plan, store
from index.blobs import Blob, write_blobs
from index.errors import IndexMismatchError, IndexMissingError
from index.fsck import FsckReport, fsck
from index.manifest import Manifest, describe, read_manifest, write_manifest
from index.postings import Postings
from index.vectors import SearchedVectors
from tests.index.desk import LAMP, ROOF, Desk, Here

MEND = "run `pincite sync --rebuild "


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Two documents in one segment, s000001: a.txt is 1, b.txt is 2, with a passage of two sentences each."""
    monkeypatch.setattr("index.sync.Worker", Here)
    monkeypatch.setattr(plan, "_RACY_NS", 0)
    desk = Desk(tmp_path)
    desk.write("a.txt", LAMP)
    desk.write("b.txt", ROOF)
    desk.sync()
    return desk


def generation(desk: Desk) -> Path:
    return generations.current(desk.index)


def sealed(desk: Desk, change: Callable[[Manifest], Manifest] = lambda m: m) -> None:
    """Make the manifest and CURRENT say that the files are as they should be, and what `change` makes of them."""
    folder, sha256 = generations.named(desk.index)
    data = (folder / "manifest.json").read_bytes()
    manifest = read_manifest(folder, sha256)
    files = tuple(describe(folder, f.name) for f in manifest.files)
    path = write_manifest(change(dataclasses.replace(manifest, files=files)), folder)
    assert path.read_bytes() != data
    (desk.index / "CURRENT").write_text(f"{folder.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n")


def test_a_whole_index(desk: Desk) -> None:
    files = len([p for p in generation(desk).rglob("*") if p.is_file()]) - 1
    assert fsck(desk.index) == FsckReport(2, 2, 4, files, ())


def test_an_index_of_several_segments_and_dead_passages(desk: Desk) -> None:
    for n in range(20):
        desk.write(f"{n}.txt", f"Lamp number {n} hangs here.")
    desk.write("empty.txt", "")
    desk.write("x.pdf", "One page.\fAnother page, with a lamp.")
    desk.sync()
    (desk.folder / "3.txt").unlink()
    desk.write("more.txt", "A bell rings.")
    desk.sync()
    report = fsck(desk.index)
    assert (report.documents, report.problems) == (24, ())


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError):
        fsck(tmp_path)


def test_an_index_of_another_format(desk: Desk) -> None:
    sealed(desk, lambda m: dataclasses.replace(m, format=9))
    with pytest.raises(IndexMismatchError, match="format 9"):
        fsck(desk.index)


def test_each_file_is_named_that_was_altered_cut_grown_or_taken_away(desk: Desk) -> None:
    folder = generation(desk)
    names = [f.name for f in read_manifest(*generations.named(desk.index)).files]
    assert len(names) > 15
    for name in names:
        path = folder / name
        content = path.read_bytes()
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :] if content else b"x"
        for damaged in (flipped, content[:-1], content + b"\0", None):
            if damaged == content:
                continue
            path.unlink()
            if damaged is not None:
                path.write_bytes(damaged)
            (problem,) = fsck(desk.index).problems
            assert problem.startswith(str(path)) and MEND + str(desk.folder) in problem, problem
            path.unlink(missing_ok=True)
            path.write_bytes(content)
    assert fsck(desk.index).problems == ()


def test_all_damage_is_named_at_once(desk: Desk) -> None:
    folder = generation(desk)
    for name in ("s000001/texts.bin", "s000001/terms.npy", "documents.sqlite"):
        (folder / name).write_bytes(b"x")
    assert [p.split(" ")[0].removeprefix(f"{folder}/") for p in fsck(desk.index).problems] == [
        "documents.sqlite",
        "s000001/terms.npy",
        "s000001/texts.bin",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("manifest.json", None), ("manifest.json", b"{}"), ("manifest.json", b"\xff"), ("../../CURRENT", b"g1")],
)
def test_an_index_that_cannot_be_told_what_it_is(desk: Desk, name: str, content: bytes | None) -> None:
    path = (generation(desk) / name).resolve()
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    report = fsck(desk.index)
    assert report == FsckReport(0, 0, 0, 0, report.problems)
    (problem,) = report.problems
    assert path.name in problem and MEND in problem


def test_what_does_not_belong_there(desk: Desk) -> None:
    for name in ("s000001/extra.npy", "notes.txt", "s000009/passages.npy"):
        path = generation(desk) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    problems = fsck(desk.index).problems
    assert len(problems) == 3 and all("does not belong to the index; take it out" in p for p in problems)


def edit(array: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[Path], None]:  # type: ignore[type-arg]
    def act(folder: Path) -> None:
        path = folder / "s000001" / array
        np.save(path, change(np.load(path, allow_pickle=False).copy()), allow_pickle=False)

    return act


def field(name: str, row: int, value: object) -> Callable[[np.ndarray], np.ndarray]:  # type: ignore[type-arg]
    def change(table: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
        table[name][row] = value
        return table

    return change


def sql(statement: str) -> Callable[[Path], None]:
    def act(folder: Path) -> None:
        with sqlite3.connect(folder / store.NAME) as db:
            db.execute(statement)
        db.close()

    return act


def texts(*blobs: tuple[int, str]) -> Callable[[Path], None]:
    return lambda folder: write_blobs(
        folder / "s000001", "texts", [Blob(n, 0, len(text), text.encode()) for n, text in blobs]
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (edit("passages.npy", field("end", 0, 400)), r"texts\.bin lacks a part"),
        (edit("passages.npy", field("end", 0, 20)), "'a.txt' has a passage at 0 that does not slice"),
        (edit("passages.npy", field("start", 1, 9)), "'b.txt' has a passage at 9 that does not slice"),
        (edit("passages.npy", field("start", 1, 99)), "lacks a part|does not slice"),
        (edit("passages.npy", field("document", 1, 1)), "'a.txt' has 2 passages where 1 are listed"),
        (edit("passages.npy", field("document", 1, 7)), "'b.txt' has 0 passages where 1 are listed"),
        (edit("passages.npy", field("document", 0, 3)), "s000001 has passages or sentences that do not follow"),
        (edit("passages.npy", field("sentences", 0, 0)), "s000001 has passages or sentences that do not follow"),
        (edit("passages.npy", field("sentences", 0, 900)), "s000001 has passages or sentences that do not follow"),
        (edit("passages.npy", field("first", 0, 2)), "s000001 has passages or sentences that do not follow"),
        (edit("passages.npy", field("first", 0, -3)), "s000001 has passages or sentences that do not follow"),
        (edit("passages.npy", lambda t: t[::-1]), "does not go with passages.npy"),
        (edit("passages.npy", lambda t: t[:1]), "does not go with passages.npy"),
        (edit("sentences.npy", field("end", 3, 400)), "'b.txt' has a passage at 0 that does not slice"),
        (edit("sentences.npy", field("end", 0, 0)), "'a.txt' has a passage at 0 that does not slice"),
        (edit("sentences.npy", field("first_word", 1, 5)), "s000001 has passages or sentences that do not follow"),
        (edit("sentences.npy", field("words", 0, 1)), "s000001 has passages or sentences that do not follow"),
        (edit("words.npy", lambda w: np.pad(w, ((0, 1), (0, 0)))), "words.npy has not the words"),
        (edit("sentences.npy", lambda t: t[:-1]), "does not go with passages.npy"),
        (edit("passage_vectors.npy", lambda v: v * 2), "passage vectors that are not of length 1"),
        (edit("passage_vectors.npy", lambda v: v * np.nan), "passage vectors that are not of length 1"),
        (edit("passage_vectors.npy", lambda v: v[:1]), "passage_vectors.npy has not the vectors"),
        (edit("sentence_vectors.npy", lambda v: v * 0), "sentence vectors that are not of length 1"),
        (edit("sentence_vectors.npy", lambda v: np.full_like(v, np.inf)), "sentence_vectors.npy was altered"),
        (edit("sentence_vectors.npy", lambda v: v.astype(np.float32)), "does not hold what it should"),
        (
            lambda f: SearchedVectors.build(np.eye(27, dtype=np.float32)).save(f / "s000001/passages.faiss"),
            "a vector a",
        ),
        (lambda f: Postings.build([["x"]]).save(f / "s000001"), "a row of terms for each passage"),
        (texts((1, LAMP)), "the index has not the whole text of 'b.txt'"),
        (texts((1, LAMP), (2, ROOF + "x")), "the index has not the whole text of 'b.txt'"),
        (texts((1, LAMP[:-1]), (2, ROOF)), "the index has not the whole text of 'a.txt'"),
        (sql("UPDATE documents SET passages = 2 WHERE id = 'a.txt'"), "3 passages where its manifest says 2"),
        (sql("DELETE FROM documents WHERE id = 'a.txt'"), "has 1 documents where its manifest says 2"),
        (sql("UPDATE documents SET number = 5 WHERE id = 'a.txt'"), "has not the whole text of 'a.txt'"),
        (sql("UPDATE documents SET characters = 5 WHERE id = 'a.txt'"), "has not the whole text of 'a.txt'"),
        (sql("DROP TABLE documents"), "documents.sqlite cannot be read"),
    ],
)
def test_what_no_checksum_tells(desk: Desk, wrong: Callable[[Path], None], said: str) -> None:
    wrong(generation(desk))
    sealed(desk)
    report = fsck(desk.index)
    assert report.problems
    assert all(MEND in problem for problem in report.problems), report.problems
    assert any(re.search(said, problem) for problem in report.problems), report.problems


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda m: dataclasses.replace(m, documents=3), "2 documents where its manifest says 3"),
        (lambda m: dataclasses.replace(m, passages=1), "2 passages where its manifest says 1"),
        (lambda m: dataclasses.replace(m, segments=()), "has 0 passages where its manifest says 2"),
    ],
)
def test_what_a_manifest_says_wrongly(desk: Desk, change: Callable[[Manifest], Manifest], said: str) -> None:
    sealed(desk, change)
    problems = fsck(desk.index).problems
    assert [p for p in problems if said in p], problems
