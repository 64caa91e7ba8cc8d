"""An open index answers from one generation, from any thread, and says what is wrong with a damaged one."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

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


def numbers(index: Index) -> list[int]:
    return [int(n) for (n,) in index.connection().execute("SELECT number FROM passages ORDER BY number")]


def test_every_passage_and_sentence_is_a_slice_of_its_document(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        passages = index.passages(numbers(index))
        assert len(passages) == index.manifest.passages > 30
        for passage in passages:
            document = index.document(passage.document)
            assert document is not None
            assert passage.text == document.text[passage.start : passage.end] != ""
            for sentence in index.sentences([passage.number]):
                assert passage.start <= sentence.start < sentence.end <= passage.end
        assert {id: index.document(id).text for id in TEXTS} == TEXTS  # type: ignore[union-attr]


def test_the_vector_of_a_sentence_is_its_own(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        text = {e.id: index.document(e.id).text for e in index.documents()}  # type: ignore[union-attr]
        passages = {p.number: p for p in index.passages(numbers(index))}
        sentences = index.sentences(list(passages))
        vectors = index.sentence_rows.take(np.array([s.number for s in sentences]))
        assert len(sentences) == index.manifest.sentences == len(index.sentence_rows.ids)
        for sentence, vector in zip(sentences, vectors, strict=True):
            quote = text[passages[sentence.passage].document][sentence.start : sentence.end]
            assert np.allclose(vector, letters(quote), atol=1e-3), quote


def test_documents_and_languages(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        entries = index.documents()
        assert [e.id for e in entries] == sorted(TEXTS)
        assert [(e.title, e.passages) for e in entries if e.id == "empty.txt"] == [("empty", 0)]
        assert sum(e.passages for e in entries) == sum(index.languages().values()) == index.manifest.passages
        assert index.languages()["fr"] == 1
        assert index.document("none.txt") is None


def test_an_empty_index_is_an_index(tmp_path: Path) -> None:
    with Index.open(build(tmp_path, {})) as index:
        assert index.documents() == ()
        assert index.languages() == {}
        assert index.passages([]) == index.sentences([]) == []
        assert len(index.sentence_rows.ids) == 0
        assert index.passage_vectors is index.passage_vectors
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
            at = len(content) // 2
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            with pytest.raises(IndexDamagedError, match=stored.name):
                index.verify()
            path.write_bytes(content)
        index.verify()


def test_a_store_that_is_no_database_is_damage(tmp_path: Path) -> None:
    folder = build(tmp_path)
    with Index.open(folder) as index:
        path = index.folder / "passages.sqlite"
        path.write_bytes(b"x" * path.stat().st_size)
        with pytest.raises(IndexDamagedError, match=r"passages\.sqlite cannot be read"):
            index.passages([1])


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        index.check_encoder(IDENTITY)
        with pytest.raises(IndexMismatchError, match="encoder revision '1' and '2'"):
            index.check_encoder(replace(IDENTITY, revision="2"))


def test_many_threads_read_at_once(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        all_numbers = numbers(index)
        expected = index.passages(all_numbers)

        def read(turn: int) -> bool:
            return index.passages(all_numbers[turn:]) == expected[turn:] and bool(index.sentences(all_numbers))

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(read, range(30)))


def test_connections_of_ended_threads_are_closed(tmp_path: Path) -> None:
    with Index.open(build(tmp_path)) as index:
        for _ in range(5):
            thread = threading.Thread(target=index.languages)
            thread.start()
            thread.join()
        index.languages()
        assert len(index._connections) <= 2


def test_a_closed_index_says_so(tmp_path: Path) -> None:
    index = Index.open(build(tmp_path))
    index.languages()
    index.close()
    index.close()
    with pytest.raises(ValueError, match="closed"):
        index.languages()


def test_an_open_index_is_not_moved_by_a_sync(tmp_path: Path) -> None:
    folder = build(tmp_path)
    with Index.open(folder) as index:
        before = index.passages(numbers(index))
        for n in range(4):
            (tmp_path / "documents" / "en" / "lamp.txt").write_text(f"Turn {n} of the page.")
            sync([tmp_path / "documents"], folder, source_of(LetterEncoder()))
        assert index.passages([p.number for p in before]) == before
        with ThreadPoolExecutor(1) as pool:  # a thread that opens its connection only now
            assert pool.submit(index.passages, [p.number for p in before]).result() == before
        assert len(index.sentence_rows.ids) == index.manifest.sentences
        index.verify()


def test_opening_needs_neither_faiss_nor_torch_and_writes_nothing(tmp_path: Path) -> None:
    folder = build(tmp_path)
    before = sorted((p, p.stat().st_mtime_ns) for p in tmp_path.rglob("*"))
    code = (
        "import sys; from pathlib import Path; from index.opened import Index\n"
        "with Index.open(Path(sys.argv[1])) as index: print(len(index.passages([1])))\n"
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
        assert len(index.documents()) == len(TEXTS)
