"""Cross-encoders of sentence-transformers, which read two texts together: a reranker, and a judge of entailment."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.installed import InstalledModel
from index.transformer import loading

_BATCH = 8  # pairs a forward pass


class CrossEncoderReranker:
    """Any cross-encoder that gives a pair one figure. Safe to use from many threads, one at a time."""

    def __init__(self, model: InstalledModel) -> None:
        """A reranker of this model, which is loaded when it is first asked."""
        self._installed = model
        self._model: Any = None
        self._lock = Lock()  # a fast tokenizer cannot be used by two threads at once

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Of each text, how likely it is to answer the question, (texts,), 0 to 1, higher is better.

        What is longer than the model reads is cut off. Raises ModelError when the model cannot be loaded or run.
        """
        with self._lock:
            self._model = self._model or _load(self._installed)
            try:
                found = self._model.predict(
                    [(question, text) for text in texts], batch_size=_BATCH, show_progress_bar=False
                )
            except (ValueError, IndexError, RuntimeError) as error:
                raise ModelError(
                    f"the reranker in {self._installed.folder} cannot be run: {_first_line(error)}; set another or none"
                ) from error
        return np.asarray(found, np.float32)


class CrossEncoderJudge:
    """Any cross-encoder trained for natural language inference. Safe to use from many threads, one at a time."""

    def __init__(self, model: InstalledModel) -> None:
        """A judge of this model, which is loaded when it is first asked."""
        self._installed = model
        self._model: Any = None
        self._columns = (0, 0)
        self._lock = Lock()

    def judge(self, statement: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Of each text, how likely it is that it says the statement, and that it denies it: (texts, 2), each 0 to 1.

        What is longer than the model reads is cut off. Raises ModelError when the model cannot be loaded or run.
        """
        with self._lock:
            if self._model is None:
                self._model, self._columns = _load_judge(self._installed)
            try:
                found = self._model.predict(
                    [(text, statement) for text in texts], batch_size=_BATCH, show_progress_bar=False
                )
            except (ValueError, IndexError, RuntimeError) as error:
                raise ModelError(
                    f"the judge in {self._installed.folder} cannot be run: {_first_line(error)}; set another or none"
                ) from error
        return np.asarray(found, np.float32).reshape(len(texts), -1)[:, list(self._columns)]


def _load_judge(installed: InstalledModel) -> tuple[Any, tuple[int, int]]:
    """The model, and which of its figures say that a text entails and that it contradicts."""
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder
    from torch.nn import Softmax

    folder = installed.folder
    try:
        model = CrossEncoder(str(folder), trust_remote_code=False, activation_fn=Softmax(dim=-1), **loading())
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"cannot load the judge in {folder}: {_first_line(error)}; set another or none") from error
    labels = {str(label).lower(): number for number, label in model.config.id2label.items()}
    entails = [number for label, number in labels.items() if label.startswith("entail")]
    denies = [number for label, number in labels.items() if label.startswith("contradict")]
    if len(entails) != 1 or len(denies) != 1:
        said = ", ".join(labels)
        raise ModelError(
            f"the judge in {folder} says {said}; set a model trained for inference, with entailment and contradiction"
        )
    model.max_seq_length = installed.max_tokens
    return model, (entails[0], denies[0])


def _load(installed: InstalledModel) -> Any:
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder
    from torch.nn import Sigmoid

    folder = installed.folder
    try:
        # Whatever its settings name instead of a sigmoid: a figure of another range is no probability.
        model = CrossEncoder(str(folder), trust_remote_code=False, activation_fn=Sigmoid(), **loading())
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"cannot load the reranker in {folder}: {_first_line(error)}; set another or none") from error
    if model.num_labels != 1:
        raise ModelError(f"the reranker in {folder} gives {model.num_labels} figures a pair; set one that gives one")
    model.max_seq_length = installed.max_tokens  # its tokenizer may know no limit
    return model


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
