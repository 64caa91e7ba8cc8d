"""A cross-encoder from a folder: probabilities, from safetensors alone; what is none is refused in a sentence."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import fetch as fetch_module
from index.catalogue import HubSource, Source
from index.errors import ModelError
from index.installed import describe_reranker
from index.models import ensure_reranker, installed
from tests.tiny_bert import write_tiny_bert, write_tiny_cross_encoder

TEXTS = ("Ask Hannah for the key.", "The roof leaks.", "", "x" * 5_000)


def silent(_: str) -> None:
    pass


def test_a_folder_is_described_without_loading_it(tmp_path: Path) -> None:
    model = describe_reranker(write_tiny_cross_encoder(tmp_path / "reranker"))
    assert (model.name, model.dimension, model.max_tokens) == ("reranker", 1, 256)


def rename_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def add_pickled_layer(folder: Path) -> None:
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"")


def change_config(folder: Path, **changed: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changed), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (rename_weights, r"holds no \.safetensors weights"),
        (add_pickled_layer, r"2_Dense holds no \.safetensors weights"),
        (lambda folder: (folder / "config.json").unlink(), "is no cross-encoder: FileNotFoundError"),
        (lambda folder: (folder / "config.json").write_text("[]"), "is no cross-encoder: .*holds no object"),
        (lambda folder: change_config(folder, architectures=["BertModel"]), r"names \['BertModel'\], no \.\.\.For"),
        (lambda folder: change_config(folder, architectures=None), "is no cross-encoder"),
    ],
)
def test_what_is_no_cross_encoder_is_refused(tmp_path: Path, damage: Callable[[Path], object], message: str) -> None:
    folder = write_tiny_cross_encoder(tmp_path / "reranker")
    damage(folder)
    with pytest.raises(ModelError, match=message):
        ensure_reranker(str(folder), tmp_path, silent)


def test_an_encoder_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is no cross-encoder"):
        ensure_reranker(str(write_tiny_bert(tmp_path / "encoder")), tmp_path, silent)


@pytest.mark.parametrize("name", ["nowhere", "../x/y", "a/b/c", "/no/such/folder"])
def test_an_unknown_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=f"there is no reranker '{name}'; name the folder"):
        ensure_reranker(name, tmp_path, silent)


def test_a_repository_is_fetched_once_and_is_no_encoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Source] = []

    def fetch(source: Source, staging: Path) -> tuple[Path, str]:
        asked.append(source)
        return write_tiny_cross_encoder(staging / "model"), "r1"

    monkeypatch.setattr(fetch_module, "fetch", fetch)
    for _ in range(2):
        model = ensure_reranker("owner/tiny", tmp_path, silent)
        assert (model.name, model.revision, model.max_tokens) == ("owner/tiny", "r1", 256)
        assert model.folder == tmp_path / "rerankers" / "owner--tiny"
    assert asked == [HubSource("owner/tiny")]
    assert installed(tmp_path) == ()
    with (model.folder / "config.json").open("r+b") as file:
        file.write(b"[")
    with pytest.raises(ModelError, match="owner--tiny is damaged; remove the folder"):
        ensure_reranker("owner/tiny", tmp_path, silent)


@pytest.mark.model
def test_every_text_gets_a_probability_of_its_own(tmp_path: Path) -> None:
    from index.cross_encoder import CrossEncoderReranker

    reranker = CrossEncoderReranker(describe_reranker(write_tiny_cross_encoder(tmp_path / "reranker")))
    found = reranker.scores("Who has the key?", TEXTS)
    assert found.shape == (len(TEXTS),)
    assert found.dtype == np.float32
    assert ((found > 0) & (found < 1)).all()
    assert len(set(found.tolist())) == len(TEXTS)
    backwards = reranker.scores("Who has the key?", TEXTS[::-1])
    assert backwards[::-1] == pytest.approx(found, abs=1e-2)
    assert reranker.scores("Where does it leak?", TEXTS) != pytest.approx(found, abs=1e-4)


@pytest.mark.model
def test_a_model_that_names_no_sigmoid_still_gives_probabilities(tmp_path: Path) -> None:
    from index.cross_encoder import CrossEncoderReranker

    folder = write_tiny_cross_encoder(tmp_path / "plain")
    expected = CrossEncoderReranker(describe_reranker(folder)).scores("Who?", TEXTS)
    change_config(folder, sentence_transformers={"activation_fn": "torch.nn.modules.linear.Identity"})
    found = CrossEncoderReranker(describe_reranker(folder)).scores("Who?", TEXTS)
    assert found.tolist() == expected.tolist()


@pytest.mark.model
def test_what_cannot_be_loaded_is_told_in_a_sentence(tmp_path: Path) -> None:
    from index.cross_encoder import CrossEncoderReranker

    many = describe_reranker(write_tiny_cross_encoder(tmp_path / "many", figures=3))
    with pytest.raises(ModelError, match="gives 3 figures a pair; set one that gives one"):
        CrossEncoderReranker(many).scores("Who?", TEXTS)
    broken = describe_reranker(write_tiny_cross_encoder(tmp_path / "broken"))
    (broken.folder / "model.safetensors").write_bytes(b"x" * 100)
    foreign = describe_reranker(write_tiny_cross_encoder(tmp_path / "foreign"))
    change_config(foreign.folder, model_type="own", auto_map={"AutoConfig": "own.Own"})
    for model in (broken, foreign):
        with pytest.raises(ModelError, match="cannot load the reranker in") as refused:
            CrossEncoderReranker(model).scores("Who?", TEXTS)
        assert "\n" not in str(refused.value)
