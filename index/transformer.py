"""The encoder built on sentence-transformers, the one place that imports it and torch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.centring import LanguageMeans, Matrix
from index.document import Span
from index.encoder import EncoderIdentity, PassageInput
from index.errors import ModelError

_BATCH = 16  # sequences a forward pass; larger ones were no faster on two cores


class SentenceTransformersEncoder:
    """Any sentence-transformers model from a local folder.

    Where the model averages its tokens, a sentence's vector is the average of its own tokens in the passage's pass
    (late chunking, Günther et al. 2024, arXiv:2409.04701), which costs no second run. Other models encode each sentence
    by itself.
    """

    def __init__(self, folder: Path, identity: EncoderIdentity) -> None:
        """Load the model; raises ModelError when the folder holds none that can be loaded."""
        self.identity, self._folder = identity, folder
        self._model = _load(folder)
        self._model.max_seq_length = identity.max_tokens
        self._model.default_prompt_name = None  # the prefixes stand in the texts already
        self._averages = _averages_tokens(self._model)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Length of each text in tokens, special tokens left out."""
        if not texts:
            return []
        return [len(ids) for ids in self._model.tokenizer(list(texts), add_special_tokens=False)["input_ids"]]

    def language_means(self) -> LanguageMeans:
        """What this encoder adds to a text for its language alone; encodes the reference sentences."""

        def encode(texts: Sequence[str], questions: bool) -> Matrix:
            prefix = self.identity.query_prefix if questions else self.identity.passage_prefix
            tensor = self._model.encode([prefix + t for t in texts], convert_to_tensor=True, show_progress_bar=False)
            return _unit(tensor.float().cpu().numpy())

        return LanguageMeans.kept(self._folder, astuple(self.identity), encode)

    def encode_question(self, question: str) -> NDArray[np.float32]:
        """The question's vector, (dimension,) float32 of length 1."""
        vector = self._model.encode(
            self.identity.query_prefix + question, convert_to_numpy=False, show_progress_bar=False
        )
        return _unit(vector.float().cpu().numpy())

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Vectors of passages and of their sentences, as `Encoder` describes them."""
        vectors = np.zeros((len(passages), self.identity.dimension), np.float32)
        of_sentences: list[NDArray[np.float32]] = [np.zeros((0, self.identity.dimension), np.float32)] * len(passages)
        # Sequences of like length together, in tokens: 4 % of a batch is padding so, 13 % where characters sort.
        lengths = self.count_tokens([p.text(self.identity.passage_prefix)[0] for p in passages])
        order = sorted(range(len(passages)), key=lambda i: lengths[i], reverse=True)
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            encoded = self._encode_batch([passages[i] for i in batch])
            for i, (vector, sentence_vectors) in zip(batch, encoded, strict=True):
                vectors[i], of_sentences[i] = vector, sentence_vectors
            progress(len(batch))
        return vectors, of_sentences

    def _encode_batch(
        self, passages: Sequence[PassageInput]
    ) -> Iterator[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Each passage's vector (d,) and those of its sentences (sentences, d)."""
        texts, spans = zip(*(p.text(self.identity.passage_prefix) for p in passages), strict=True)
        outputs = self._model.encode(
            list(texts), batch_size=_BATCH, output_value=None, convert_to_numpy=False, show_progress_bar=False
        )
        vectors = [_unit(o["sentence_embedding"].float().cpu().numpy()) for o in outputs]
        if not self._averages:
            yield from zip(vectors, (self._encode_sentences(p.sentences) for p in passages), strict=True)
            return
        tokenized = self._model.tokenizer(list(texts), return_offsets_mapping=True, truncation=True)
        for vector, output, tokens, places in zip(vectors, outputs, tokenized["offset_mapping"], spans, strict=True):
            states = output["token_embeddings"].float().cpu().numpy()
            yield vector, _average_spans(states, np.array(tokens), places)

    def _encode_sentences(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        texts = [self.identity.passage_prefix + s for s in sentences]
        encoded = self._model.encode(texts, convert_to_tensor=True, show_progress_bar=False)
        return _unit(encoded.float().cpu().numpy())


def _average_spans(
    tokens: NDArray[np.float32], token_spans: NDArray[np.int64], spans: Sequence[Span]
) -> NDArray[np.float32]:
    """Average the token vectors (t, d) that lie in each span; token_spans is (t, 2), special tokens (0, 0)."""
    tokens = tokens[: len(token_spans)]  # a batch is padded on the right
    starts, ends = token_spans[: len(tokens), 0], token_spans[: len(tokens), 1]
    inside = np.array([(starts < s.end) & (ends > s.start) & (ends > starts) for s in spans], np.float32)
    return _unit(inside @ tokens)


def _unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), np.float32)


def _averages_tokens(model: Any) -> bool:
    """Whether the model is a transformer whose tokens are averaged, with nothing but a normalisation after it."""
    names = [type(module).__name__ for module in model]
    return (
        names[:2] == ["Transformer", "Pooling"]
        and set(names[2:]) <= {"Normalize"}
        and model[1].pooling_mode in ("mean", ("mean",), ["mean"])
        and model.tokenizer.is_fast
    )


def _load(folder: Path) -> Any:
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        return SentenceTransformer(
            str(folder), device=device, local_files_only=True, model_kwargs={"dtype": _precision(torch, device)}
        )
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"cannot load the encoder in {folder}: {error}; copy or pull it again") from error


def _precision(torch: Any, device: str) -> Any:
    """Half the bits where the hardware multiplies them: 57 to 88 passages a second against 21 (docs/log.md)."""
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    features = torch.cpu.get_capabilities()
    return torch.bfloat16 if features.get("avx512_bf16") or features.get("amx_bf16") else torch.float32
