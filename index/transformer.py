"""The encoder built on sentence-transformers, and how a model of theirs is loaded."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.centring import LanguageMeans
from index.document import Span
from index.encoder import EncodedPassage, EncoderIdentity, PassageInput
from index.errors import ModelError
from index.words import EncodedText, average_words, word_of_tokens

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
        self._means: LanguageMeans | None = None

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Length of each text in tokens, special tokens left out."""
        if not texts:
            return []
        return [len(ids) for ids in self._model.tokenizer(list(texts), add_special_tokens=False)["input_ids"]]

    def language_means(self) -> LanguageMeans:
        """What this encoder adds to a text for its language alone; encodes the reference sentences."""

        def encode(texts: Sequence[str], questions: bool) -> list[EncodedText]:
            prefix = self.identity.query_prefix if questions else self.identity.passage_prefix
            return [
                encoded
                for at in range(0, len(texts), _BATCH)
                for encoded in self._encode(texts[at : at + _BATCH], prefix)
            ]

        if self._means is None:
            self._means = LanguageMeans.kept(self._folder, astuple(self.identity), encode)
        return self._means

    def encode_question(self, question: str) -> EncodedText:
        """The question's vectors."""
        return self._encode([question], self.identity.query_prefix)[0]

    def _encode(self, texts: Sequence[str], prefix: str) -> list[EncodedText]:
        """The vectors of whole texts, those of their words only where the model averages its tokens."""
        prefixed = [prefix + text for text in texts]
        outputs = self._model.encode(
            prefixed, batch_size=_BATCH, output_value=None, convert_to_numpy=False, show_progress_bar=False
        )
        vectors = [_unit(o["sentence_embedding"].float().cpu().numpy()) for o in outputs]
        if not self._averages:
            none = np.zeros((0, self.identity.dimension), np.float32)
            return [EncodedText(vector, none) for vector in vectors]
        tokenized = self._model.tokenizer(prefixed, return_offsets_mapping=True, truncation=True)
        return [
            EncodedText(vector, average_words(_states(output, tokens), word_of_tokens(text, tokens, len(prefix))))
            for vector, output, tokens, text in zip(
                vectors, outputs, tokenized["offset_mapping"], prefixed, strict=True
            )
        ]

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> list[EncodedPassage]:
        """The passages' vectors, as `Encoder` describes them."""
        found: dict[int, EncodedPassage] = {}
        # Sequences of like length together, in tokens: 4 % of a batch is padding so, 13 % where characters sort.
        lengths = self.count_tokens([p.text(self.identity.passage_prefix)[0] for p in passages])
        order = sorted(range(len(passages)), key=lambda i: lengths[i], reverse=True)
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            found.update(zip(batch, self._encode_batch([passages[i] for i in batch]), strict=True))
            progress(len(batch))
        return [found[i] for i in range(len(passages))]

    def _encode_batch(self, passages: Sequence[PassageInput]) -> Iterator[EncodedPassage]:
        texts, spans = zip(*(p.text(self.identity.passage_prefix) for p in passages), strict=True)
        outputs = self._model.encode(
            list(texts), batch_size=_BATCH, output_value=None, convert_to_numpy=False, show_progress_bar=False
        )
        vectors = [_unit(o["sentence_embedding"].float().cpu().numpy()) for o in outputs]
        if not self._averages:
            none = np.zeros((0, self.identity.dimension), np.float32)
            for vector, passage in zip(vectors, passages, strict=True):
                counts = np.zeros(len(passage.sentences), np.int64)
                yield EncodedPassage(vector, self._encode_sentences(passage.sentences), none, counts)
            return
        tokenized = self._model.tokenizer(list(texts), return_offsets_mapping=True, truncation=True)
        for vector, output, tokens, text, places in zip(
            vectors, outputs, tokenized["offset_mapping"], texts, spans, strict=True
        ):
            states = _states(output, tokens)
            words, counts = _average_words(states, tokens, text, places)
            yield EncodedPassage(vector, _average_spans(states, np.array(tokens), places), words, counts)

    def _encode_sentences(self, sentences: Sequence[str]) -> NDArray[np.float32]:
        texts = [self.identity.passage_prefix + s for s in sentences]
        encoded = self._model.encode(texts, convert_to_tensor=True, show_progress_bar=False)
        return _unit(encoded.float().cpu().numpy())


def _states(output: Any, tokens: Sequence[tuple[int, int]]) -> NDArray[np.float32]:
    """The states (t, d) of a text's tokens, the last layer's."""
    states: NDArray[np.float32] = output["token_embeddings"].float().cpu().numpy()
    return states[: len(tokens)]  # a batch is padded on the right


def _average_words(
    states: NDArray[np.float32], tokens: Sequence[tuple[int, int]], text: str, sentences: Sequence[Span]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The vectors of the sentences' words one after the other, and how many each sentence has."""
    words, counts = [], []
    starts, ends = np.array(tokens, np.int64).reshape(-1, 2).T
    for sentence in sentences:
        inside = np.flatnonzero((starts < sentence.end) & (ends > sentence.start) & (ends > starts))
        own = word_of_tokens(text, [tokens[i] for i in inside.tolist()], sentence.start)
        words.append(average_words(states[inside], own))
        counts.append(len(words[-1]))
    none = np.zeros((0, states.shape[1]), np.float32)
    return np.concatenate([none, *words]), np.array(counts, np.int64)


def _average_spans(
    tokens: NDArray[np.float32], token_spans: NDArray[np.int64], spans: Sequence[Span]
) -> NDArray[np.float32]:
    """Average the token vectors (t, d) that lie in each span; token_spans is (t, 2), special tokens (0, 0)."""
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
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(folder), **loading())
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"cannot load the encoder in {folder}: {error}; copy or pull it again") from error


def loading() -> dict[str, Any]:
    """What a model of sentence-transformers is loaded with: silence, local files, no pickles, the best device."""
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    device = "cuda" if torch.cuda.is_available() else "cpu"
    weights = {"dtype": _precision(torch, device), "use_safetensors": True}
    return {"device": device, "local_files_only": True, "model_kwargs": weights}


def _precision(torch: Any, device: str) -> Any:
    """Half the bits where the hardware multiplies them: 57 to 88 passages a second against 21 (docs/log.md)."""
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    features = torch.cpu.get_capabilities()
    return torch.bfloat16 if features.get("avx512_bf16") or features.get("amx_bf16") else torch.float32
