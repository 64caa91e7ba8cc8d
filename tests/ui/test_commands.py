"""The `pincite` command as a person or a script meets it: results, exit codes, one line where something is wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import index.encoder
from index.bert import BertQuestionEncoder
from index.centring import LanguageMeans
from index.encoder import PassageInput, identity_of
from index.installed import InstalledModel
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
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        vectors = [self.encode_question(" ".join(passage.sentences)) for passage in passages]
        of_sentences = [np.stack([self.encode_question(s) for s in passage.sentences]) for passage in passages]
        progress(len(passages))
        return np.stack(vectors), of_sentences


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
    vectors = generation / "passages.faiss"
    vectors.write_bytes(vectors.read_bytes()[:-9])
    failed(run("ask", "Where is the lamp?"), "passages.faiss", "pincite sync --rebuild")
    (tmp_path / ".pincite" / "CURRENT").write_text("../..")
    failed(run("ask", "Where is the lamp?"), "CURRENT", "pincite sync --rebuild")


def test_an_encoder_that_is_gone(run: Run, tmp_path: Path) -> None:
    other = write_tiny_bert(tmp_path / "other")
    quiet(run("sync", "{documents}", "--encoder", str(other)))
    other.rename(tmp_path / "moved")
    failed(run("ask", "Where is the lamp?"), str(other))


# models, serve, eval, usage


def test_models(run: Run, tmp_path: Path) -> None:
    for command in (("models",), ("models", "list")):
        lines = quiet(run(*command)).output.splitlines()
        assert lines[0].startswith("multilingual-e5-small  encoder  MIT  471 MB  not installed")
    failed(run("models", "pull", "no such model"), "no model is called")
    assert not (tmp_path / "no-models").exists()


def test_eval_scores_a_set(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import index.models

    ensure = index.models.ensure
    encoder = write_tiny_bert(tmp_path / "encoder")
    monkeypatch.setattr(index.models, "ensure", lambda name, *rest: ensure(encoder, *rest))
    (tmp_path / "set" / "corpus").mkdir(parents=True)
    (tmp_path / "set" / "corpus" / "lamp.txt").write_bytes(TEXTS["en/lamp.txt"])
    answers = [{"text": "Ask Hannah", "start": 27}]
    gold = {"id": "1", "question": "Whom to ask for the key?", "kind": "mono", "language": "en", "document": "lamp.txt"}
    batch(tmp_path / "set" / "questions.jsonl", {**gold, "answers": answers})
    report = quiet(run("eval", "set", "--json")).json
    assert report["kinds"]["mono"]["questions"] == 1
    assert report["kinds"]["mono"]["hit_1"] == 1
    assert "mono" in quiet(run("eval", "set")).output
    failed(run("eval", "nowhere"), "nowhere is no evaluation set")
    assert not (tmp_path / ".pincite").exists()


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
        ("serve", "--port", "65536"),
        ("models", "push"),
        ("eval",),
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
