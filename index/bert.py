"""A question's vector without torch: a BERT's forward pass in numpy.

A command that answers one question should not wait for torch and sentence-transformers to start. The weights are
mapped, not read, so only the question's own rows of the word table are touched. The formulas are those of BERT (Devlin
et al. 2018, arXiv:1810.04805) with the post-layer normalisation of its published code.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder import EncoderIdentity
from index.errors import ModelError
from index.words import EncodedText, average_words, word_of_tokens

Array = NDArray[np.float32]


class BertQuestionEncoder:
    """Encodes questions with a sentence-transformers folder that holds an averaged, normalised BERT."""

    def __init__(self, folder: Path, identity: EncoderIdentity) -> None:
        """Map the weights; the folder must be one that `can_encode` accepts. Raises ModelError where it is damaged."""
        from threadpoolctl import threadpool_limits
        from tokenizers import Tokenizer

        # One thread: for products this small two gain little, and where other work runs they wait for each other
        # (docs/log.md). Questions of several people run side by side instead.
        threadpool_limits(1, "blas")
        self.identity = identity
        try:
            config = _json(folder / "config.json")
            self._layers: int = config["num_hidden_layers"]
            self._heads: int = config["num_attention_heads"]
            self._epsilon: float = config["layer_norm_eps"]
            self._weights = _map_weights(folder / "model.safetensors")
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the tokenizer's is a plain Exception
            raise ModelError(f"cannot load the encoder in {folder}: {error}; copy or pull it again") from error
        self._tokenizer.no_padding()  # which some tokenizer files ask for, and no attention mask is made here
        self._tokenizer.enable_truncation(identity.max_tokens)

    @staticmethod
    def can_encode(folder: Path) -> bool:
        """Whether the folder's model is one this forward pass computes."""
        try:
            return _is_averaged_bert(folder)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def encode_question(self, question: str) -> EncodedText:
        """The question's vectors."""
        prefix = self.identity.query_prefix
        tokens = self._tokenizer.encode(prefix + question)
        states = self._embed(tokens.ids)
        for layer in range(self._layers):
            states = self._transform(states, f"encoder.layer.{layer}.")
        average = states.mean(axis=0)
        words = word_of_tokens(prefix + question, tokens.offsets, len(prefix))
        return EncodedText(np.asarray(average / np.linalg.norm(average), np.float32), average_words(states, words))

    def _embed(self, ids: list[int]) -> Array:
        words = self._weights["embeddings.word_embeddings.weight"][ids]
        positions = self._weights["embeddings.position_embeddings.weight"][: len(ids)]
        types = self._weights["embeddings.token_type_embeddings.weight"][0]
        return self._normalise(words + positions + types, "embeddings.LayerNorm")

    def _transform(self, states: Array, layer: str) -> Array:
        attended = self._linear(self._attend(states, layer + "attention.self."), layer + "attention.output.dense")
        states = self._normalise(states + attended, layer + "attention.output.LayerNorm")
        inner = _gelu(self._linear(states, layer + "intermediate.dense"))
        return self._normalise(states + self._linear(inner, layer + "output.dense"), layer + "output.LayerNorm")

    def _attend(self, states: Array, name: str) -> Array:
        count, width = states.shape
        query, key, value = (
            self._linear(states, name + part).reshape(count, self._heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1])
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return np.asarray((weights @ value).transpose(1, 0, 2).reshape(count, width))

    def _linear(self, states: Array, name: str) -> Array:
        # Weights first: with few tokens BLAS is a tenth faster so than with the transposed weights last.
        product = self._weights[name + ".weight"] @ states.T
        return np.ascontiguousarray(product.T) + self._weights[name + ".bias"]

    def _normalise(self, states: Array, name: str) -> Array:
        centred = states - states.mean(axis=-1, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self._epsilon)
        return np.asarray(centred / deviation * self._weights[name + ".weight"] + self._weights[name + ".bias"])


def _gelu(x: Array) -> Array:
    # erf by Abramowitz and Stegun 7.1.26, error under 1.5e-7; numpy has none of its own.
    scaled = np.abs(x) / math.sqrt(2)
    t = 1 / (1 + 0.3275911 * scaled)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(0.5 * x * (1 + np.sign(x) * (1 - poly * np.exp(-(scaled**2)))), np.float32)


def _is_averaged_bert(folder: Path) -> bool:
    """Whether that is all the folder holds; raises one of a few errors where its files are not what they should be."""
    config = _json(folder / "config.json")
    modules = [module["type"].rsplit(".", 1)[-1] for module in _json(folder / "modules.json")]
    types = {tensor["dtype"] for tensor in _header(folder / "model.safetensors")[0].values()}
    return (
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and modules == ["Transformer", "Pooling", "Normalize"]
        and _pooled(_json(folder / "1_Pooling" / "config.json")) == ["mean"]
        and not _json(folder / "sentence_bert_config.json").get("do_lower_case")
        and types <= _TYPES.keys()
        and (folder / "tokenizer.json").is_file()
    )


def _pooled(config: dict[str, Any]) -> list[str]:
    """How a pooling module's settings say that tokens are joined, in its newer or its older form."""
    if mode := config.get("pooling_mode"):
        return [mode] if isinstance(mode, str) else list(mode)
    known = {"pooling_mode_mean_tokens": "mean"}
    return [known.get(key, key) for key, chosen in config.items() if key.startswith("pooling_mode_") and chosen]


def _header(path: Path) -> tuple[dict[str, Any], int]:
    """A safetensors file's entries by tensor and where its data begins: u64 header length, JSON header, then data."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entries = json.loads(file.read(min(length, _LONGEST_HEADER)))
    entries.pop("__metadata__", None)
    return entries, 8 + length


def _map_weights(path: Path) -> dict[str, Array]:
    header, begin = _header(path)
    data = np.memmap(path, np.uint8, "r", offset=begin)
    weights = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        mapped = np.frombuffer(data[start:end], _TYPES[entry["dtype"]])
        weights[name.removeprefix("bert.")] = mapped.reshape(entry["shape"])
    return weights


# Half precisions are left to torch: numpy would compute in them, slowly and inexactly.
_TYPES: dict[str, Any] = {"F32": np.dtype("<f4"), "I64": np.dtype("<i8")}
_LONGEST_HEADER = 100_000_000  # bytes, safetensors' own limit


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
