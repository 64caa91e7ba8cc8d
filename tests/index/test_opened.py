"""An open index answers from one generation, from any thread, and says what is wrong with a damaged one."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from index.opened import Index
from index.sync import sync
from tests.index.fake_encoder import IDENTITY, LetterEncoder, letters, source_of

ROOT = Path(__file__).parents[2]
TEXTS = {
    "en/lamp.txt": "The lamp needs a new bulb. Ask Hannah for the key.",
    "fr/lampe.txt": "La lampe a besoin d'une ampoule neuve. Demandez la clef à Hannah.",
    "long.txt": "\r\nThe 😀 stands here. " * 400,
    "empty.txt": "",
}


def build(tmp_path: Path, texts: dict[str, str] = TEXTS) -> Path:
    for id, text in texts.items():
        path = tmp_path / "documents" / id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    (tmp_path / "documents").mkdir(exist_ok=True)
    sync([tmp_path / "documents"], tmp_path / "index", source_of(LetterEncoder()))
    return tmp_path / "index"


def rows(index: Index) -> NDArray[np.int64]:
    return np.arange(index.manifest.passages)


def test_every_passage_and_sentence_is_a_slice_of_its_document(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        view = index.view()
        passages = view.passages(rows(index))
        assert len(passages) == index.manifest.passages == view.passage_count > 30
        for passage, sentences in zip(passages, view.sentences(rows(index)), strict=True):
            document = view.document(passage.document)
            assert document is not None
            assert passage.text == document.text[passage.start : passage.end] != ""
            for span, vector in zip(sentences.spans, sentences.vectors, strict=True):
                assert passage.start <= span.start < span.end <= passage.end
                assert np.allclose(vector, letters(span.of(document.text)), atol=1e-3)
        assert {id: view.document(id).text for id in TEXTS} == TEXTS  # type: ignore[union-attr]


def test_documents_and_languages(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        view = index.view()
        entries = view.documents()
        assert [e.id for e in entries] == sorted(TEXTS)
        assert [(e.title, e.passages) for e in entries if e.id == "empty.txt"] == [("empty", 0)]
        assert sum(e.passages for e in entries) == index.manifest.passages
        assert [p.language for p in view.passages(view.passages_of(view.facts("fr/lampe.txt")))] == ["fr"]  # type: ignore[arg-type]
        assert view.languages(rows(index)).count("fr") == 1
        assert view.document("none.txt") is view.facts("none.txt") is view.place("none.txt", 0) is None
        assert view.words("en/lamp.txt", 0, 9) == []


def test_an_empty_index_is_an_index(tmp_path: Path) -> None:
    with Index.open(build(tmp_path, {})) as index:
        view = index.view()
        assert view.documents() == []
        assert view.passage_count == 0
        assert view.passages(rows(index)) == view.sentences(rows(index)) == []
        assert view.nearest(letters("lamp"), 5).tolist() == view.bm25([]).tolist() == []
        index.verify()


def test_a_missing_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="pincite sync FOLDER"):
        Index.open(tmp_path)


def test_each_file_is_missed_when_it_is_gone_cut_or_grown(tmp_path: Path) -> None:
    folder = build(tmp_path)
    with Index.open(folder) as index:
        files = [index.folder / f.name for f in index.manifest.files]
    assert len(files) >= 4
    for path in [*files, files[0].parent / "manifest.json"]:
        content = path.read_bytes()
        for damaged in (None, content[:-2], content + b"x", b""):
            if damaged == content:  # a file of nothing
                continue
            path.unlink()
            if damaged is not None:
                path.write_bytes(damaged)
            with pytest.raises(IndexDamagedError, match=f"{path.name}.*sync --rebuild"):
                Index.open(folder)
            path.write_bytes(content)
    Index.open(folder).close()


def test_each_altered_byte_is_found_by_verify(tmp_path: Path) -> None:
    folder = build(tmp_path)
    with Index.open(folder) as index:
        index.verify()
        for stored in index.manifest.files:
            path = index.folder / stored.name
            content = path.read_bytes()
            if not content:
                continue
            at = len(content) // 2
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            with pytest.raises(IndexDamagedError, match=stored.name):
                index.verify()
            path.write_bytes(content)
        index.verify()


def test_a_store_that_is_no_database_is_damage(tmp_path: Path) -> None:
    folder = build(tmp_path)
    with Index.open(folder) as index:
        path = index.folder / "documents.sqlite"
        path.write_bytes(b"x" * path.stat().st_size)
        with pytest.raises(IndexDamagedError, match=r"documents\.sqlite cannot be read"):
            index.view().documents()


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        index.check_encoder(IDENTITY)
        with pytest.raises(IndexMismatchError, match="encoder revision '1' and '2'"):
            index.check_encoder(replace(IDENTITY, revision="2"))


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        every = rows(index)
        expected = index.view().passages(every)

        def read(turn: int) -> bool:
            view = index.view()
            return view.passages(every[turn:]) == expected[turn:] and bool(view.sentences(every))

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(read, range(30)))


def test_connections_of_ended_threads_are_closed(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        for _ in range(5):
            thread = threading.Thread(target=lambda: index.view().documents())
            thread.start()
            thread.join()
        index.view().documents()
        assert len(index._connections) <= 2


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    index = Index.open(build(tmp_path))
    index.view().documents()
    index.close()
    index.close()
    with pytest.raises(ValueError, match="closed"):
        index.view().documents()


def test_an_open_index_is_not_moved_by_a_sync(tmp_path: Path) -> None:
    folder = build(tmp_path)
    with Index.open(folder) as index:
        view = index.view()
        before = view.passages(rows(index))
        for n in range(4):
            (tmp_path / "documents" / "en" / "lamp.txt").write_text(f"Turn {n} of the page.")
            sync([tmp_path / "documents"], folder, source_of(LetterEncoder()))
        assert view.passages(rows(index)) == before
        with ThreadPoolExecutor(1) as pool:  # a thread that opens its connection only now
            assert pool.submit(view.passages, rows(index)).result() == before
        index.verify()


def test_opening_needs_neither_faiss_nor_torch_and_writes_nothing(tmp_path: Path) -> None:
    folder = build(tmp_path)
    before = sorted((p, p.stat().st_mtime_ns) for p in tmp_path.rglob("*"))
    code = (
        "import sys; from pathlib import Path; from index.opened import Index\n"
        "with Index.open(Path(sys.argv[1])) as index: print(len(index.view().passages([0])))\n"
        "print(sorted({'faiss', 'torch', 'sentence_transformers', 'lingua'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n[]\n"
    assert sorted((p, p.stat().st_mtime_ns) for p in tmp_path.rglob("*")) == before


def test_an_index_in_a_folder_of_an_awkward_name(tmp_path: Path) -> None:
    awkward = tmp_path / "a?b#c %41 'q' é"
    awkward.mkdir()
    with Index.open(build(awkward)) as index:
        assert len(index.view().documents()) == len(TEXTS)
