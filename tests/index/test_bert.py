"""The numpy encoder gives the vectors that sentence-transformers gives, or says that it cannot."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.bert import BertQuestionEncoder, _gelu
from index.encoder import identity_of, load_encoder, load_question_encoder
from index.errors import ModelError
from index.installed import InstalledModel, describe
from tests.tiny_bert import write_tiny_bert

ROOT = Path(__file__).parents[2]
QUESTIONS = (
    "When is a worker treated as a possible victim of trafficking?",
    "Combien de personnes la permanence a-t-elle orientées en 2023 ?",
    "ما مدة مهلة التفكير الممنوحة للضحايا؟",
    "Wie viele Anrufe erhielt die Hilfslinie für Hausangestellte?",
    "¿Cuántas llamadas recibió la línea de ayuda?",
    "Сколько общин входит в коалицию?",
    "यह सहायता सेवा किन भाषाओं में उपलब्ध है?",
    "这个联盟有多少个城市？",
    "Πόσα τηλεφωνήματα δέχτηκε η γραμμή;",
    "คณะทำงานมีกี่เมือง",
    "Yardım hattı kaç çağrı aldı?",
    "a",
    "😀\u200d🚀 \x00\x07 <s> </s> <pad>",
    "The lamp needs a new bulb, and nobody knows who holds the key. " * 60,
    "一二三四五六七八九十" * 150,
)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny_bert(tmp_path / "tiny")


def encoder_of(folder: Path) -> BertQuestionEncoder:
    return BertQuestionEncoder(folder, identity_of(describe(folder)))


def edit(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_gelu() -> None:
    from math import erf, sqrt

    x = np.linspace(-8, 8, 1001, dtype=np.float32)
    assert np.allclose(_gelu(x), [0.5 * v * (1 + erf(v / sqrt(2))) for v in x.tolist()], atol=2e-6)


def test_vectors_are_of_length_one_and_tell_texts_apart(tiny: Path) -> None:
    encoder = encoder_of(tiny)
    lamp, lamps, other = (encoder.encode_question(text).vector for text in ("lamp", "lamps", "zzz xyq"))
    assert lamp.dtype == np.float32
    assert lamp.shape == (encoder.identity.dimension,)
    assert np.linalg.norm(lamp) == pytest.approx(1, abs=1e-6)
    assert lamp @ lamps > lamp @ other


def test_a_tokenizer_that_pads_changes_nothing(tiny: Path, tmp_path: Path) -> None:
    padded = write_tiny_bert(tmp_path / "padded", padded=True)
    one, other = (encoder_of(folder).encode_question("lamp") for folder in (tiny, padded))
    assert np.allclose(one.vector, other.vector, atol=1e-6)
    assert np.allclose(one.words, other.words, atol=1e-6)


def test_a_long_question_is_cut_where_the_model_ends(tiny: Path) -> None:
    encoder = encoder_of(tiny)
    assert np.array_equal(encoder.encode_question("ab" * 900).vector, encoder.encode_question("ab" * 9000).vector)


def test_many_threads_get_what_one_gets(tiny: Path) -> None:
    encoder = encoder_of(tiny)
    texts = [f"lamp {n} and roof {n * n}" for n in range(60)]
    expected = [encoder.encode_question(text).vector for text in texts]
    with ThreadPoolExecutor(8) as pool:
        found = [encoded.vector for encoded in pool.map(encoder.encode_question, texts)]
    assert np.array_equal(np.stack(found), np.stack(expected))


def test_what_can_be_encoded(tiny: Path) -> None:
    assert BertQuestionEncoder.can_encode(tiny)
    edit(tiny / "1_Pooling" / "config.json", pooling_mode="mean")
    assert BertQuestionEncoder.can_encode(tiny)


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("config.json", {"model_type": "roberta"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("1_Pooling/config.json", {"pooling_mode": "cls"}),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}),
        ("1_Pooling/config.json", {"pooling_mode_max_tokens": True}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
    ],
)
def test_what_cannot_be_encoded(tiny: Path, file: str, changes: dict[str, Any]) -> None:
    edit(tiny / file, **changes)
    assert not BertQuestionEncoder.can_encode(tiny)


@pytest.mark.parametrize(
    "file", ["config.json", "modules.json", "1_Pooling/config.json", "tokenizer.json", "model.safetensors"]
)
def test_a_folder_that_lacks_a_file_cannot_be_encoded(tiny: Path, file: str) -> None:
    (tiny / file).unlink()
    assert not BertQuestionEncoder.can_encode(tiny)


@pytest.mark.parametrize("file", ["config.json", "modules.json", "1_Pooling/config.json", "model.safetensors"])
@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b"\xff" * 100])
def test_a_file_of_rubbish_cannot_be_encoded(tiny: Path, file: str, content: bytes) -> None:
    (tiny / file).write_bytes(content)
    assert not BertQuestionEncoder.can_encode(tiny)


def test_half_precision_is_left_to_torch(tiny: Path) -> None:
    from safetensors.numpy import load_file, save_file

    weights = load_file(tiny / "model.safetensors")
    save_file({name: tensor.astype(np.float16) for name, tensor in weights.items()}, tiny / "model.safetensors")
    assert not BertQuestionEncoder.can_encode(tiny)


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_truncated_file_is_told(tiny: Path, file: str) -> None:
    encoder_of(tiny)
    path = tiny / file
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match="cannot load the encoder in"):
        encoder_of(tiny)


def test_weights_under_the_models_own_name_are_found(tiny: Path) -> None:
    from safetensors.numpy import load_file, save_file

    before = encoder_of(tiny).encode_question("lamp").vector
    weights = load_file(tiny / "model.safetensors")
    save_file({f"bert.{name}": tensor for name, tensor in weights.items()}, tiny / "model.safetensors")
    assert np.array_equal(encoder_of(tiny).encode_question("lamp").vector, before)


def test_a_question_is_encoded_without_torch(tiny: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from index.encoder import load_question_encoder; from index.models import ensure\n"
        "model = ensure(Path(sys.argv[1]), Path('none'), print)\n"
        "print(len(load_question_encoder(model).encode_question('lamp').vector))\n"
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'faiss'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tiny)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "24\n[]\n"


@pytest.mark.model
def test_it_agrees_with_sentence_transformers(encoder_model: InstalledModel) -> None:
    fast, slow = load_question_encoder(encoder_model), load_encoder(encoder_model)
    assert isinstance(fast, BertQuestionEncoder)
    for question in QUESTIONS:
        assert fast.encode_question(question).vector @ slow.encode_question(question).vector > 0.999, question[:50]


@pytest.mark.model
def test_it_agrees_on_what_sentence_transformers_saves(tiny: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    SentenceTransformer(str(tiny), device="cpu").save(str(tmp_path / "saved"))
    saved = describe(tmp_path / "saved")
    assert BertQuestionEncoder.can_encode(saved.folder)
    slow = load_encoder(saved)
    for question in ("Where is the lamp?", "Été 2024", "中文", "x" * 1000):
        vector = encoder_of(saved.folder).encode_question(question).vector
        assert vector @ slow.encode_question(question).vector > 0.999
        assert np.allclose(vector, encoder_of(tiny).encode_question(question).vector, atol=1e-5)
