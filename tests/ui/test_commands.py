"""The `pincite` command as a person or a script meets it: results, exit codes, one line where something is wrong."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import index.encoder
from index.bert import BertQuestionEncoder
from index.centring import LanguageMeans
from index.encoder import EncodedPassage, PassageInput, identity_of
from index.installed import InstalledModel
from tests.index.web_host import serving
from tests.rag.desk import ANSWER
from tests.tiny_bert import write_tiny_bert
from ui.commands import main

ROOT = Path(__file__).parents[2]
TEXTS = {
    "en/lamp.txt": b"The lamp needs a new bulb. Ask Hannah for the key.\n",
    "en/windows.txt": b"\xef\xbb\xbfThe windows\r\nare shut.\r\n\r\nBy \xf0\x9f\x98\x80 order.\r",
    "en/hostile.txt": b"The \x1b[2Jghost clears \x1b]0;owned\x07 screens. "
    + b"It walks the house at night and shuts doors. " * 4,
    "fr/lampe.txt": "La lampe a besoin d'une ampoule neuve. Demandez la clef à Hannah.\n".encode(),
    "ar/مصباح.txt": "يحتاج المصباح إلى لمبة جديدة. اسأل هناء عن المفتاح.\n".encode(),
}


class TinyEncoder(BertQuestionEncoder):
    """The tiny model in numpy alone, for passages as well: a sync need not wait for torch."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(self._tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]

    def language_means(self) -> LanguageMeans:
        return LanguageMeans.none(self.identity.dimension)

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> list[EncodedPassage]:
        progress(len(passages))
        return [self._encode(passage) for passage in passages]

    def _encode(self, passage: PassageInput) -> EncodedPassage:
        sentences = [self.encode_question(sentence) for sentence in passage.sentences]
        return EncodedPassage(
            self.encode_question(" ".join(passage.sentences)).vector,
            np.stack([s.vector for s in sentences]),
            np.concatenate([s.words for s in sentences]),
            np.array([len(s.words) for s in sentences], np.int64),
        )


@dataclass(frozen=True)
class Done:
    code: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        return json.loads(self.output)


Run = Callable[..., Done]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with documents/, encoder/ and index/, made by `pincite sync`."""
    folder = tmp_path_factory.mktemp("place")
    for id, content in TEXTS.items():
        path = folder / "documents" / id
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    write_tiny_bert(folder / "encoder")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index.encoder, "load_encoder", load_tiny)
        assert main(arguments(folder, "sync", "{documents}", "--encoder", "{encoder}", "--index", "{index}")) == 0
    yield folder


def load_tiny(model: InstalledModel) -> TinyEncoder:
    return TinyEncoder(model.folder, identity_of(model))


def arguments(folder: Path, *given: str) -> list[str]:
    places = {name: folder / name for name in ("documents", "encoder", "index")}
    return [text.format(**places) if text.startswith("{") and text.endswith("}") else text for text in given]


@pytest.fixture
def run(place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in an empty folder; "{index}" among its arguments stands for the folder of that name."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("PINCITE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PINCITE_MODELS", str(tmp_path / "no-models"))
    monkeypatch.setattr(index.encoder, "load_encoder", load_tiny)
    capfd.readouterr()

    def run(*given: str) -> Done:
        try:
            code = main(arguments(place, *given))
        except SystemExit as exit:
            code = int(exit.code or 0)
        sys.stdout.flush()
        return Done(code, *capfd.readouterr())

    return run


def failed(done: Done, *said: str) -> None:
    assert (done.code, done.output) == (1, "")
    assert done.errors.startswith("pincite: ")
    assert done.errors.count("\n") == 1
    assert done.errors.endswith("\n")
    for words in said:
        assert words in done.errors


def quiet(done: Done) -> Done:
    assert (done.code, done.errors) == (0, "")
    return done


def subprocess_run(place: Path, *given: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PINCITE_")}
    return subprocess.run(
        [sys.executable, "-m", "ui.commands", *arguments(place, *given)],
        cwd=ROOT,
        env={**kept, "PINCITE_INDEX": str(place / "index"), **environment},
        capture_output=True,
        check=False,
    )


# sync


def test_sync_reports_in_json(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text("One sentence here.")
    (folder / "b.txt").write_bytes(b"\x00\x01\x02" * 100)
    sync = ("sync", str(folder), "--encoder", "{encoder}", "--json")
    report = quiet(run(*sync)).json
    seconds, failures = report.pop("seconds"), report.pop("failed")
    assert report == {"added": 1, "changed": 0, "removed": 0, "unchanged": 0, "passages": 1}
    assert seconds > 0
    assert [sorted(f) for f in failures] == [["document", "reason"]]
    assert failures[0]["document"] == "b.txt"
    (folder / "a.txt").write_text("Another sentence here, a longer one.")
    (folder / "c.txt").write_text("A third one.")
    report = quiet(run("sync", str(folder), "--json")).json  # by the encoder that built the index
    assert (report["added"], report["changed"], report["passages"]) == (1, 1, 2)
    assert "unchanged" in quiet(run("sync", str(folder))).output
    assert (tmp_path / ".pincite" / "CURRENT").exists()


def test_sync_of_a_missing_folder(run: Run) -> None:
    failed(run("sync", "nowhere", "--encoder", "{encoder}"), "nowhere")
    assert not Path(".pincite", "CURRENT").exists()


def test_sync_with_an_unknown_encoder(run: Run) -> None:
    failed(run("sync", "{documents}", "--encoder", "no such model"), "no model is called 'no such model'")


def test_sync_with_another_encoder_names_the_command_that_mends(run: Run, tmp_path: Path) -> None:
    other = write_tiny_bert(tmp_path / "other")
    (other / "sentence_bert_config.json").write_text('{"max_seq_length": 64}')
    failed(run("sync", "{documents}", "--encoder", str(other), "--index", "{index}"), "pincite sync --rebuild")


# ask


def test_ask_prints_the_answer(run: Run) -> None:
    done = quiet(run("ask", "Who has the key of the lamp?", "--index", "{index}", "--confidence", "0"))
    assert "[1]" in done.output
    assert "en/lamp.txt, characters " in done.output


def test_ask_in_json(run: Run) -> None:
    answer = quiet(run("ask", "Où est la clef ?", "--index", "{index}", "--json", "--k", "2", "--confidence", "0")).json
    assert answer.keys() == ANSWER
    assert (answer["question"], answer["language"], answer["mode"]) == ("Où est la clef ?", "fr", "quote")
    assert len(answer["passages"]) == 2
    for citation in answer["citations"]:
        text = TEXTS[citation["document"]].decode("utf-8-sig")
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_ask_abstains(run: Run) -> None:
    done = quiet(run("ask", "Où est la clef de la maison ?", "--index", "{index}", "--confidence", "1"))
    assert done.output.startswith("Les documents ne répondent pas à cette question.\n")
    answer = quiet(run("ask", "Where is it?", "--index", "{index}", "--confidence", "1", "--json")).json
    assert (answer["abstained"], answer["citations"]) == (True, [])
    assert answer["passages"]


def test_nothing_of_a_document_is_obeyed_by_the_terminal(run: Run) -> None:
    for command in (
        ("ask", "ghost clears screens", "--confidence", "0"),
        ("search", "ghost"),
        ("ask", "x", "--confidence", "1"),
    ):
        done = quiet(run(*command, "--index", "{index}"))
        assert "\x1b" not in done.output
        assert "\x07" not in done.output
    assert "ghost clears \ufffd]0;owned\ufffd screens." in run("search", "ghost", "--index", "{index}").output


@pytest.mark.parametrize("question", ["", "  ", "é" * 20_000])
def test_what_is_no_question(run: Run, question: str) -> None:
    failed(run("ask", question, "--index", "{index}"), "question")


def test_odd_questions_are_answered(run: Run) -> None:
    for question in ("😀", '"AND* NEAR(', "\x1b[31m", "half \ud83d", "\udcff"):
        quiet(run("ask", question, "--index", "{index}", "--json"))
        quiet(run("ask", question, "--index", "{index}"))


def test_composing_needs_a_model(run: Run) -> None:
    failed(run("ask", "Where?", "--mode", "compose", "--index", "{index}"), "--mode quote")


# ask --batch


def batch(path: Path, *lines: object) -> str:
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines), "utf-8")
    return str(path)


def test_a_batch_is_answered_in_order(run: Run, tmp_path: Path) -> None:
    asked: list[dict[str, object]] = [
        {"id": f"q{n}", "question": f"Where is lamp {n}?", "kind": "mono"} for n in range(5)
    ]
    asked += [
        {"id": 7, "question": "  "},
        {"id": "q0", "question": "x" * 20_000},
        {"question": "Où ? \ud800", "id": ""},
    ]
    path = batch(tmp_path / "asked.jsonl", "\ufeff", *asked[:3], "\n   \r\n", *asked[3:])
    done = quiet(run("ask", "--batch", path, "--index", "{index}"))
    answers = [json.loads(line) for line in done.output.splitlines()]
    assert [a["id"] for a in answers] == ["q0", "q1", "q2", "q3", "q4", 7, "q0", ""]
    assert all(a.keys() == {"id", *ANSWER} for a in answers)
    assert [a["question"] for a in answers[:5]] == [q["question"] for q in asked[:5]]
    assert [a["reason"] for a in answers[5:7]] == ["bad_question", "bad_question"]
    assert all(a["abstained"] for a in answers[5:7])
    assert quiet(run("ask", "--batch", path, "--index", "{index}", "--out", "out.jsonl")).output == ""
    written = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").split("\n")[:-1]]
    for one, other in zip(written, answers, strict=True):
        assert {**one, "timings": 0} == {**other, "timings": 0}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["asked.jsonl", "out.jsonl"]


def test_an_empty_batch(run: Run, tmp_path: Path) -> None:
    assert quiet(run("ask", "--batch", batch(tmp_path / "none.jsonl"), "--index", "{index}")).output == ""


@pytest.mark.parametrize(
    "line",
    [
        "no json\n",
        "[1]\n",
        "3\n",
        "null\n",
        '"text"\n',
        '{"id": "1"}\n',
        '{"question": "Where?"}\n',
        '{"id": "1", "question": null}\n',
        '{"id": null, "question": "Where?"}\n',
        '{"id": "1", "question": ["Where?"]}\n',
        "[" * 100_000 + "\n",
    ],
)
def test_a_bad_line_is_named(run: Run, tmp_path: Path, line: str) -> None:
    path = batch(tmp_path / "asked.jsonl", {"id": "1", "question": "Where?"}, "\n", line)
    failed(run("ask", "--batch", path, "--index", "{index}", "--out", "out.jsonl"), "line 3 of", "asked.jsonl")
    assert not Path("out.jsonl").exists()


def test_a_batch_that_is_no_utf8(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "asked.jsonl"
    path.write_bytes(b'{"id": "1", "question": "\xe9t\xe9?"}\n')
    failed(run("ask", "--batch", str(path), "--index", "{index}"), "line 1 of")


def test_a_batch_that_is_not_there(run: Run) -> None:
    failed(run("ask", "--batch", "none.jsonl", "--index", "{index}"), "none.jsonl")
    failed(run("ask", "--batch", "..", "--index", "{index}"))


def test_out_is_whole_or_as_it_was(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = batch(tmp_path / "asked.jsonl", *({"id": str(n), "question": "Where?"} for n in range(3)))
    out = tmp_path / "out.jsonl"
    out.write_text("before")
    import rag.assistant

    ask, calls = rag.assistant.Assistant.ask, []

    def fail(*given: Any, **named: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise OSError(28, "No space left on device")
        return ask(*given, **named)

    monkeypatch.setattr(rag.assistant.Assistant, "ask", fail)
    failed(run("ask", "--batch", path, "--index", "{index}", "--out", str(out)), "No space left")
    assert out.read_text() == "before"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["asked.jsonl", "out.jsonl"]


def test_out_writes_through_links_and_into_pipes(run: Run, tmp_path: Path) -> None:
    path = batch(tmp_path / "asked.jsonl", {"id": "1", "question": "Where?"})
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "target.jsonl")
    quiet(run("ask", "--batch", path, "--index", "{index}", "--out", "link.jsonl"))
    assert (tmp_path / "link.jsonl").is_symlink()
    assert len((tmp_path / "target.jsonl").read_text().splitlines()) == 1
    (tmp_path / "null").symlink_to("/dev/null")
    quiet(run("ask", "--batch", path, "--index", "{index}", "--out", "null"))
    assert Path("/dev/null").is_char_device()
    failed(run("ask", "--batch", path, "--index", "{index}", "--out", "no/folder/out.jsonl"), "no/folder")
    failed(run("ask", "--batch", path, "--index", "{index}", "--out", "."))


# search, show


def test_search(run: Run) -> None:
    done = quiet(run("search", "new bulb", "--index", "{index}", "--k", "3"))
    lines = done.output.splitlines()
    assert [line[:2] for line in lines] == ["1.", "2.", "3."]
    found = quiet(run("search", "new bulb", "--index", "{index}", "--k", "3", "--json")).json
    assert found.keys() == {"query", "passages"}
    assert [p["document"] in line for p, line in zip(found["passages"], lines, strict=True)] == [True] * 3
    for passage in found["passages"]:
        text = TEXTS[passage["document"]].decode("utf-8-sig")
        assert text[passage["start"] : passage["end"]] == passage["text"]
    assert len(quiet(run("search", "new bulb", "--index", "{index}", "--json")).json["passages"]) >= len(TEXTS)
    failed(run("search", " ", "--index", "{index}"), "empty")


def test_show_prints_the_text_byte_for_byte(place: Path) -> None:
    for id, content in TEXTS.items():
        done = subprocess_run(place, "show", id)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == content.removeprefix(b"\xef\xbb\xbf")


def test_show_of_what_is_not_there(run: Run) -> None:
    for name in ("none.txt", "../secret", "/etc/passwd", "", "\udcff.txt", "a\x00b", "'; --"):
        failed(run("show", name, "--index", "{index}"), "no document is called")


# where the index is, and what is wrong with it


@pytest.mark.parametrize(
    "command",
    [
        ("ask", "Where?"),
        ("search", "lamp"),
        ("show", "a.txt"),
        ("serve", "--port", "0"),
        ("ask", "--batch", "none.jsonl"),
    ],
)
def test_a_missing_index(run: Run, command: tuple[str, ...]) -> None:
    failed(run(*command), "there is no index in .pincite", "pincite sync FOLDER")
    failed(run(*command, "--index", "elsewhere"), "there is no index in elsewhere")
    assert not list(Path().iterdir())


def test_the_index_of_the_environment(run: Run, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_INDEX", str(place / "index"))
    assert quiet(run("search", "bulb", "--json")).json["passages"]
    failed(run("search", "bulb", "--index", "elsewhere"), "elsewhere")


def test_an_unknown_setting(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_INDXE", "x")
    failed(run("show", "en/lamp.txt", "--index", "{index}"), "PINCITE_INDXE is no setting", "PINCITE_INDEX")


def test_a_damaged_index(run: Run, tmp_path: Path) -> None:
    quiet(run("sync", "{documents}", "--encoder", "{encoder}"))
    (generation,) = (tmp_path / ".pincite" / "generations").iterdir()
    vectors = generation / "s000001" / "passages.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-9])
    failed(run("ask", "Where is the lamp?"), "passages.faiss", "pincite sync --rebuild")
    (tmp_path / ".pincite" / "CURRENT").write_text("../..")
    failed(run("ask", "Where is the lamp?"), "CURRENT", "pincite sync --rebuild")


def test_an_encoder_that_is_gone(run: Run, tmp_path: Path) -> None:
    other = write_tiny_bert(tmp_path / "other")
    quiet(run("sync", "{documents}", "--encoder", str(other)))
    other.rename(tmp_path / "moved")
    failed(run("ask", "Where is the lamp?"), str(other))


# watch, rebuild, compact, status, fsck, backup, restore


@pytest.fixture
def papers(run: Run, tmp_path: Path) -> Path:
    """A folder of two documents, one of them for `hr` alone, and the index of it in .pincite."""
    folder = tmp_path / "papers"
    (folder / "hr").mkdir(parents=True)
    (folder / "a.txt").write_text("The lamp needs a new bulb. Ask Hannah for the key.")
    (folder / "hr" / "b.txt").write_text("La lampe de la direction a besoin d'une ampoule neuve.")
    (folder / "access.toml").write_text('[[rule]]\nfiles = "hr"\ngroups = ["hr", "board"]\n')
    quiet(run("sync", "papers", "--encoder", "{encoder}"))
    return folder


def test_status_in_text_and_json(run: Run, papers: Path) -> None:
    found = quiet(run("status", "--json")).json
    assert (found["documents"], found["passages"], found["restricted"]) == (2, 2, 1)
    assert found["languages"] == {"en": 1, "fr": 1}
    assert found["folders"] == [str(papers)]
    (papers / "many.jsonl").write_text("".join(f'{{"id": {n}, "text": "Lamp number {n}."}}\n' for n in range(9)))
    quiet(run("sync", "papers"))
    (papers / "c.txt").write_text("A third one.")
    (papers / "bad\x1b[2J.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    (papers / "a.txt").unlink()
    lines = quiet(run("status")).output.splitlines()
    assert lines[0].startswith("11 documents, 11 passages, ")
    assert "out of step: 2 new, 0 changed, 1 gone" in lines
    assert "not for everyone: 1 documents" in lines
    quiet(run("sync", "papers"))
    text = quiet(run("status")).output
    assert "removed but still on disk: 1 passages; `pincite compact` takes them out" in text
    assert "could not read bad\ufffd[2J.txt: " in text and "\x1b" not in text
    quiet(run("compact"))
    assert "still on disk" not in quiet(run("status")).output
    failed(run("status", "--index", "elsewhere"), "there is no index in elsewhere")


def test_compact_and_rebuild_need_no_folders_named(run: Run, papers: Path, tmp_path: Path) -> None:
    (papers / "a.txt").write_text("The clock strikes twelve.")
    report = quiet(run("compact", "--json")).json  # in step first, so that no document is lost for it
    assert (report["changed"], report["unchanged"]) == (1, 1)
    assert b"bulb" not in b"".join(p.read_bytes() for p in (tmp_path / ".pincite").rglob("*") if p.is_file())
    report = quiet(run("rebuild", "--json")).json
    assert (report["added"], report["unchanged"]) == (2, 0)
    other = write_tiny_bert(tmp_path / "other")
    report = quiet(run("rebuild", "--encoder", str(other), "--json")).json
    assert report["added"] == 2
    assert quiet(run("status", "--json")).json["encoder"] == str(other)
    failed(run("rebuild", "--index", "elsewhere"), "there is no index in elsewhere", "pincite sync FOLDER")
    papers.rename(tmp_path / "moved")
    failed(run("rebuild"), "papers does not exist")
    assert quiet(run("status", "--json")).json["documents"] == 2


def test_fsck_says_what_is_wrong_and_exits_with_1(run: Run, papers: Path, tmp_path: Path) -> None:
    done = quiet(run("fsck"))
    assert done.output.startswith("checked ") and done.output.endswith("\nnothing is wrong\n")
    assert quiet(run("fsck", "--json")).json["problems"] == []
    texts, terms = (next((tmp_path / ".pincite").rglob(name)) for name in ("texts.bin", "terms.npy"))
    texts.write_bytes(texts.read_bytes().replace(b"lamp", b"lump"))
    for given, problems in (((), 1), (("--json",), 1)):
        done = run("fsck", *given)
        assert done.code == 1
        assert done.errors.startswith("pincite: the index in .pincite is damaged: ") and done.errors.count("\n") == 1
        assert "texts.bin" in done.errors and "pincite sync --rebuild" in done.errors
        assert len(json.loads(done.output)["problems"] if given else done.output.splitlines()[1:]) == problems
    terms.unlink()
    assert "(and 1 more)" in run("fsck").errors
    quiet(run("rebuild"))  # the folders and the encoder are those of the damaged index
    quiet(run("fsck"))
    failed(run("fsck", "--index", "elsewhere"), "there is no index in elsewhere")


def test_backup_and_restore(run: Run, papers: Path, tmp_path: Path) -> None:
    said = "2 documents, 2 passages in "
    assert quiet(run("backup", "all.backup")).output == f"{said}all.backup\n"
    assert quiet(run("restore", "all.backup", "--index", "again")).output == f"{said}again\n"
    assert quiet(run("show", "a.txt", "--index", "again")).output == (papers / "a.txt").read_text()
    (papers / "a.txt").unlink()
    quiet(run("sync", "papers"))
    failed(run("show", "a.txt"), "no document is called")
    quiet(run("restore", "all.backup"))
    assert quiet(run("show", "a.txt")).output
    Path("no.backup").write_bytes(b"no backup")
    failed(run("restore", "no.backup"), "no.backup is no backup of an index, or was altered")
    failed(run("restore", "none.backup"), "none.backup")
    failed(run("backup", "no/folder/x.backup"), "no/folder/x.backup could not be written")
    failed(run("backup", "x.backup", "--index", "elsewhere"), "there is no index in elsewhere")
    quiet(run("fsck"))


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_watching_until_it_is_told_to_stop(place: Path, papers: Path, tmp_path: Path, end: signal.Signals) -> None:
    program = (
        "import sys, index.encoder; from tests.ui.test_commands import load_tiny; from ui.commands import main\n"
        "index.encoder.load_encoder = load_tiny; sys.exit(main())"
    )
    given = ["watch", str(papers), "--json", "--index", str(tmp_path / ".pincite")]
    with subprocess.Popen(
        [sys.executable, "-c", program, *given], cwd=ROOT, stdout=-1, stderr=-1, text=True
    ) as process:
        try:
            assert process.stdout and process.stderr
            assert json.loads(process.stdout.readline())["unchanged"] == 2
            (papers / "c.txt").write_text("A third one.")
            assert json.loads(process.stdout.readline())["added"] == 1
            process.send_signal(end)
            assert process.wait(20) == 0
            assert (process.stdout.read(), process.stderr.read()) == ("", "")
        finally:
            process.kill()


def test_watching_what_cannot_be_watched(run: Run, papers: Path) -> None:
    failed(run("watch", "nowhere"), "nowhere does not exist")
    failed(run("watch", "https://example.org/sitemap.xml"), "https")
    (papers / "access.toml").write_text("x = 1")
    failed(run("watch", "papers"), "access.toml cannot be used")


# who asks, and where they want to look


def test_groups_and_filters(run: Run, papers: Path) -> None:
    def found(*given: str) -> set[str]:
        answer = quiet(run("ask", "lamp", "--json", *given)).json
        searched = quiet(run("search", "lamp", "--json", *given)).json
        ids = {passage["document"] for passage in searched["passages"]}
        assert ids == {passage["document"] for passage in answer["passages"]}
        return ids

    assert found() == found("--groups", "staff") == {"a.txt"}
    assert found("--groups", "x,hr") == found("--groups", "*") == {"a.txt", "hr/b.txt"}
    assert found("--groups", "hr", "--language", "fr") == found("--groups", "hr", "--folder", "hr/") == {"hr/b.txt"}
    assert found("--language", "fr") == found("--folder", "hr") == set()
    assert found("--language", "fr", "--language", "en", "--format", "plain") == {"a.txt"}
    assert found("--since", "2020") == found("--format", "pdf") == set()
    for given in (("show", "hr/b.txt"), ("show", "hr/b.txt", "--groups", "staff")):
        failed(run(*given), "no document is called 'hr/b.txt'")
    assert quiet(run("show", "hr/b.txt", "--groups", "board")).output.startswith("La lampe")
    assert quiet(run("search", "lampe", "--folder", "hr")).output == "no passages\n"
    batch(Path("asked.jsonl"), {"id": "1", "question": "lamp"})
    for groups, count in (("", 1), ("hr", 2)):
        answer = json.loads(quiet(run("ask", "--batch", "asked.jsonl", "--groups", groups)).output)
        assert len(answer["passages"]) == count


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--groups", "*,hr"), '"*" sees everything'),
        (("--language", "klingon"), "'klingon' is no code of a language"),
        (("--since", "soon"), "'soon' is no date"),
        (("--since", "2024", "--until", "2023"), "put the earlier date first"),
        (("--folder", "../etc"), "names no folder"),
        (("--format", "exe"), "'exe' is no format"),
    ],
)
def test_filters_that_cannot_be_meant(run: Run, given: tuple[str, ...], said: str) -> None:
    failed(run("ask", "lamp", "--index", "{index}", *given), said)
    failed(run("search", "lamp", "--index", "{index}", *given), said)


# what is on the web


def test_the_web_is_not_read_unless_it_is_allowed(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with serving() as host:
        address = host.sitemap(host.page("/lamp", "The lamp needs a new bulb."))
        failed(run("sync", address, "--encoder", "{encoder}"), "set PINCITE_WEB=on")
        monkeypatch.setenv("PINCITE_WEB", "on")
        report = quiet(run("sync", address, "--encoder", "{encoder}", "--json")).json
        assert report["added"] == 0 and "127.0.0.1" in report["failed"][0]["reason"]  # a private address
        monkeypatch.setenv("PINCITE_WEB_ALLOW", "127.0.0.1")
        report = quiet(run("sync", address, "--json")).json
        assert (report["added"], report["failed"]) == (1, [])
        (passage,) = quiet(run("search", "bulb", "--json")).json["passages"]
        assert quiet(run("status", "--json")).json["folders"] == [address]
        (citation,) = quiet(run("ask", "The lamp needs a new bulb", "--confidence", "0", "--json")).json["citations"]
        assert citation["url"] == host.url("/lamp") and citation["document"] == passage["document"]
        monkeypatch.setenv("PINCITE_WEB", "perhaps")
        failed(run("sync", address), "PINCITE_WEB is 'perhaps'")


# models, serve, eval, usage


def test_models(run: Run, tmp_path: Path) -> None:
    for command in (("models",), ("models", "list")):
        lines = quiet(run(*command)).output.splitlines()
        assert lines[0].startswith("multilingual-e5-small  encoder  MIT  471 MB  not installed")
    failed(run("models", "pull", "no such model"), "no model is called")
    assert not (tmp_path / "no-models").exists()


@pytest.fixture
def evaluation(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder `set` with a corpus of one document and a question."""
    import index.models

    ensure = index.models.ensure
    encoder = write_tiny_bert(tmp_path / "encoder")
    monkeypatch.setattr(index.models, "ensure", lambda name, *rest: ensure(encoder, *rest))
    (tmp_path / "set" / "corpus").mkdir(parents=True)
    (tmp_path / "set" / "corpus" / "lamp.txt").write_bytes(TEXTS["en/lamp.txt"])
    answers = [{"text": "Ask Hannah", "start": 27}]
    gold = {"id": "1", "question": "Whom to ask for the key?", "kind": "mono", "language": "en", "document": "lamp.txt"}
    batch(tmp_path / "set" / "questions.jsonl", {**gold, "answers": answers})
    return tmp_path / "set"


def test_eval_scores_a_set(run: Run, evaluation: Path, tmp_path: Path) -> None:
    report = quiet(run("eval", "set", "--json")).json
    assert report["kinds"]["mono"]["questions"] == 1
    assert report["kinds"]["mono"]["hit_1"] == 1
    assert "mono" in quiet(run("eval", "set")).output
    failed(run("eval", "nowhere"), "nowhere is no evaluation set")
    failed(run("eval", "set", "--index", "{index}"), "is an index of other documents")
    assert not (tmp_path / ".pincite").exists()


def test_eval_keeps_a_run_and_compares_with_it(run: Run, evaluation: Path, tmp_path: Path) -> None:
    quiet(run("eval", "set", "--confidence", "0", "--save", "run.jsonl", "--report", "report.html"))
    (line,) = (tmp_path / "run.jsonl").read_text("utf-8").splitlines()
    assert (json.loads(line)["id"], json.loads(line)["rank"]) == ("1", 1)
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    done = quiet(run("eval", "set", "--confidence", "0", "--against", "run.jsonl", "--save", "run.jsonl"))
    assert done.output.endswith("No difference that this set can show.\n")
    done = quiet(run("eval", "set", "--against", "run.jsonl", "--confidence", "1", "--json", "--report", "report.html"))
    assert done.json["comparison"]["shared"] == 1
    assert "Against the run before" in (tmp_path / "report.html").read_text("utf-8")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["encoder", "report.html", "run.jsonl", "set"]


def test_eval_refuses_first_what_would_fail_last(run: Run, evaluation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import index.sync

    monkeypatch.setattr(index.sync, "sync", None)
    failed(run("eval", "set", "--save", "no/folder/run.jsonl"), "no/folder/run.jsonl cannot be written")
    failed(run("eval", "set", "--report", "set"), "set cannot be written")
    failed(run("eval", "set", "--against", "none.jsonl"), "none.jsonl")
    failed(run("eval", "set", "--against", "set/questions.jsonl"), "is no line of a run")
    (evaluation / "questions.jsonl").write_text("{}")
    failed(run("eval", "set"), "line 1 of")


def test_eval_makes_a_set_of_an_index_and_measures_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    for n, town in enumerate(("Ostrel", "Ziran", "Valmaure")):
        text = f"The tower of {town}\n\nMany {town * 2} pilgrims climbed to {town} in {1801 + n} before the storms.\n"
        (tmp_path / "papers" / f"{n}.txt").write_text(text)
    quiet(run("sync", "papers", "--encoder", "{encoder}"))
    done = quiet(run("eval", "--generate", "made", "--questions", "4"))
    assert done.output.startswith("4 questions (")
    failed(run("eval", "--generate", "made"), "questions.jsonl is there already")
    made = quiet(run("eval", "--generate", "again", "--questions", "4", "--json")).json
    assert (made["questions"], sum(made["kinds"].values())) == (4, 4)
    assert (tmp_path / "again/questions.jsonl").read_text() == (tmp_path / "made/questions.jsonl").read_text()
    assert quiet(run("eval", "made", "--json")).json["left_out"] == 0
    (tmp_path / "papers" / "1.txt").write_text("Something else altogether stands here now.")
    (tmp_path / "papers" / "2.txt").unlink()
    quiet(run("sync", "papers"))
    report = quiet(run("eval", "made", "--json")).json
    assert report["questions"] + report["left_out"] == 4
    assert report["left_out"] > 0
    failed(run("eval", "made", "--index", "{index}"), "none of the answers of")


@pytest.mark.parametrize(
    "given",
    [
        (),
        ("unknown",),
        ("sync",),
        ("ask",),
        ("ask", "Where?", "--batch", "a.jsonl"),
        ("ask", "Where?", "--out", "o.jsonl"),
        ("ask", "Where?", "--mode", "sing"),
        ("ask", "Where?", "--js"),
        ("ask", "Where?", "--confidence", "1.1"),
        ("ask", "Where?", "--confidence", "nan"),
        ("ask", "Where?", "--confidence", "often"),
        ("search",),
        ("search", "x", "--k", "0"),
        ("search", "x", "--k", "-1"),
        ("search", "x", "--k", "many"),
        ("search", "x", "--k", "1000001"),
        ("show",),
        ("show", "a.txt", "--json"),
        ("show", "a.txt", "--language", "fr"),
        ("watch",),
        ("watch", "papers", "--rescan", "0"),
        ("watch", "papers", "--rebuild"),
        ("rebuild", "papers"),
        ("compact", "papers"),
        ("status", "papers"),
        ("fsck", "--repair"),
        ("backup",),
        ("restore",),
        ("sync", "papers", "--max-document-mb", "0"),
        ("sync", "papers", "--max-document-seconds", "never"),
        ("ask", "Where?", "--group", "hr"),
        ("serve", "--port", "65536"),
        ("models", "push"),
        ("eval",),
        ("eval", "set", "--generate", "out"),
        ("eval", "set", "--questions", "3"),
        ("eval", "--generate", "out", "--save", "run.jsonl"),
        ("eval", "--generate", "out", "--questions", "0"),
    ],
)
def test_wrong_usage(run: Run, given: tuple[str, ...]) -> None:
    done = run(*given)
    assert (done.code, done.output) == (2, "")
    assert done.errors.startswith("usage: pincite")
    assert "_" not in done.errors.splitlines()[-1]  # no name of the program's inside


@pytest.mark.parametrize("given", [("--help",), ("sync", "--help"), ("ask", "--help"), ("models", "--help")])
def test_help(run: Run, given: tuple[str, ...]) -> None:
    assert quiet(run(*given)).output.startswith("usage: pincite")


# as a process


def test_a_process_answers_and_says_nothing_else(place: Path) -> None:
    done = subprocess_run(
        place, "ask", "أين المفتاح؟", "--json", "--confidence", "0", PYTHONIOENCODING="ascii", LC_ALL="C"
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout.decode())["question"] == "أين المفتاح؟"


def test_a_process_fails_in_one_line(place: Path, tmp_path: Path) -> None:
    done = subprocess_run(place, "ask", "Where?", "--index", str(tmp_path / "é"), PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.decode() == (
        f"pincite: there is no index in {tmp_path / 'é'}; run `pincite sync FOLDER` to build one\n"
    )


def test_showing_needs_no_numpy_and_asking_no_torch(place: Path) -> None:
    code = (
        "import sys\nfrom ui.commands import main\nmain()\nprint(sorted(set(sys.argv[0].split()) & set(sys.modules)))"
    )
    for given, absent in (
        (["show", "en/lamp.txt"], "faiss lingua tokenizers gradio langchain_core torch"),
        (["ask", "key", "--json"], "torch sentence_transformers transformers gradio langchain_core"),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code.replace("sys.argv[0]", repr(absent)), *given, "--index", str(place / "index")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.endswith("[]\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_one_line(place: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ui.commands", "show", "en/lamp.txt", "--index", str(place / "index")],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("pincite: ")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_has_enough(place: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ui.commands", "search", "lamp", "--index", str(place / "index")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


@pytest.mark.model
def test_the_whole_road(place: Path, tmp_path: Path) -> None:
    """Nothing is replaced here: torch encodes the passages, numpy the questions."""
    index = str(tmp_path / "index")
    done = subprocess_run(place, "sync", "{documents}", "--encoder", "{encoder}", "--index", index, "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["added"] == len(TEXTS)
    done = subprocess_run(place, "ask", "Who has the key of the lamp?", "--confidence", "0", "--index", index)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"[1]" in done.stdout
