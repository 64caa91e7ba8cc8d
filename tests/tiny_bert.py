"""A sentence-transformers folder with a BERT of a hundred kilobytes, whose tokens are letters.

Its weights are of a fixed seed and its layers change little, so that texts of like letters have like vectors.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
WIDTH, LAYERS, HEADS, INNER, POSITIONS = 24, 2, 2, 48, 256


def write_tiny_bert(folder: Path, pooling: str = "mean", padded: bool = False) -> Path:
    """Write the model into `folder` and return that; `padded` has its tokenizer pad every text, as some do."""
    (folder / "1_Pooling").mkdir(parents=True)
    (folder / "2_Normalize").mkdir()
    kinds = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]
    modes = {f"pooling_mode_{mode}": name == pooling for name, mode in (("mean", "mean_tokens"), ("cls", "cls_token"))}
    _write(folder / "modules.json", modules)
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": WIDTH, **modes})
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 128})
    _write(folder / "config.json", _config())
    _write(folder / "config_sentence_transformers.json", {"prompts": {"query": "query: ", "passage": "passage: "}})
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **_special_tokens()})
    _write_tokenizer(folder / "tokenizer.json", padded)
    save_file(_weights(), folder / "model.safetensors", {"format": "pt"})
    return folder


def write_tiny_cross_encoder(folder: Path, figures: int = 1) -> Path:
    """Write a BERT of the same layers that gives a pair of texts so many figures, and return the folder."""
    folder.mkdir(parents=True)
    labels = {str(n): f"LABEL_{n}" for n in range(figures)}
    _write(
        folder / "config.json", {**_config(), "architectures": ["BertForSequenceClassification"], "id2label": labels}
    )
    _write(folder / "tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", **_special_tokens()})
    _write_tokenizer(folder / "tokenizer.json", False)
    random = np.random.default_rng(1)
    shapes = {"bert.pooler.dense": (WIDTH, WIDTH), "classifier": (figures, WIDTH)}
    weights = {f"bert.{name}": value for name, value in _weights().items()}
    for name, shape in shapes.items():
        weights[f"{name}.weight"] = random.standard_normal(shape).astype(np.float32)
        weights[f"{name}.bias"] = np.zeros(shape[0], np.float32)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


def _config() -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "vocab_size": len(_vocabulary()),
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2,
        "layer_norm_eps": 1e-12,
        "hidden_act": "gelu",
        "pad_token_id": 0,
        "dtype": "float32",
    }


def _special_tokens() -> dict[str, str]:
    return dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), SPECIAL, strict=True))


def _vocabulary() -> dict[str, int]:
    pieces = [*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    return {piece: number for number, piece in enumerate(pieces)}


def _write_tokenizer(path: Path, padded: bool) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = _vocabulary()
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"]))
    if padded:
        tokenizer.enable_padding(length=100, pad_token="[PAD]")
    tokenizer.save(str(path))


def _weights() -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(0)

    def of(*shape: int, scale: float = 0.1) -> NDArray[np.float32]:
        return (scale * random.standard_normal(shape)).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": of(len(_vocabulary()), WIDTH, scale=1.0),
        "embeddings.position_embeddings.weight": of(POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": of(2, WIDTH),
        **_norm("embeddings.LayerNorm", of),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        shapes = {f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")}
        shapes |= {"attention.output.dense": (WIDTH, WIDTH)}
        shapes |= {"intermediate.dense": (INNER, WIDTH), "output.dense": (WIDTH, INNER)}
        for part, shape in shapes.items():
            weights |= {f"{name}{part}.weight": of(*shape), f"{name}{part}.bias": of(shape[0])}
        weights |= _norm(f"{name}attention.output.LayerNorm", of) | _norm(f"{name}output.LayerNorm", of)
    return weights


def _norm(name: str, of: Any) -> dict[str, NDArray[np.float32]]:
    return {f"{name}.weight": 1 + of(WIDTH), f"{name}.bias": of(WIDTH)}


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value), encoding="utf-8")
