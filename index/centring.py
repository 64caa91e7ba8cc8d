"""What an encoder adds to a text for its language alone, and taking it away.

Encoders put the texts of one language close together whatever they say. A share of each language's mean vector is
subtracted before vectors are compared, which is what lets a question find passages of another language. The means are
of sentences that say the same in every language, so they hold nothing of any collection's subject and are the same for
a folder of three documents and of a million.
"""

import contextlib
import hashlib
import json
import tempfile
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.generations import mend

CENTRING = 0.7  # share of a language's mean that is subtracted; docs/log.md
_SENTENCES = Path(__file__).with_name("reference_sentences.toml")

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class LanguageMeans:
    """Mean vectors by ISO 639-1 code, each (d,); "" is the mean of all languages, for those that have none."""

    passages: dict[str, Matrix]
    questions: dict[str, Matrix]

    @classmethod
    def none(cls, dimension: int) -> Self:
        """Means that change nothing."""
        return cls({"": np.zeros(dimension, np.float32)}, {"": np.zeros(dimension, np.float32)})

    @classmethod
    def kept(cls, folder: Path, model: tuple[object, ...], encode: Callable[[Sequence[str], bool], Matrix]) -> Self:
        """The means of the model in `folder`, measured once and kept there where that folder can be written to.

        `model` is all that changes what is measured but for the sentences: its revision, dimension and prefixes.
        """
        key = hashlib.sha256(json.dumps(model).encode() + _SENTENCES.read_bytes()).hexdigest()[:12]
        path = folder / f"language-means-{key}.npz"
        with contextlib.suppress(IndexDamagedError):  # by a crash: measured anew
            if means := cls.load(path):
                return means
        means = cls.measure(encode)
        with contextlib.suppress(OSError), tempfile.TemporaryDirectory(dir=folder) as scratch:
            part = Path(scratch) / path.name
            means.save(part)
            part.replace(path)
        return means

    @classmethod
    def measure(cls, encode: Callable[[Sequence[str], bool], Matrix]) -> Self:
        """The means of an encoder; `encode` gives raw vectors (n, d) of texts, as questions where it is told so."""
        with _SENTENCES.open("rb") as file:
            sentences = tomllib.load(file)
        return cls(
            _by_language(lambda texts: encode(texts, False), {code: s["statements"] for code, s in sentences.items()}),
            _by_language(lambda texts: encode(texts, True), {code: s["questions"] for code, s in sentences.items()}),
        )

    def centre(self, vectors: Matrix, languages: Sequence[str]) -> Matrix:
        """Raw vectors (n, d) of passages or sentences without their languages' share, (n, d) float32 of length 1."""
        of_all = self.passages[""]
        means = np.array([self.passages.get(code, of_all) for code in languages], np.float32).reshape(vectors.shape)
        return _shift(vectors, means)

    def centre_question(self, vector: Matrix, language: str) -> Matrix:
        """A question's raw vector (d,) without its language's share, (d,) float32 of length 1."""
        return _shift(vector, self.questions.get(language, self.questions[""]))

    def save(self, path: Path) -> None:
        """Write the means to `path`, a .npz."""
        arrays = {f"passages-{code}": mean for code, mean in self.passages.items()}
        arrays |= {f"questions-{code}": mean for code, mean in self.questions.items()}
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """The means in `path`, None where there is no such file; IndexDamagedError where they cannot be read."""
        if not path.exists():
            return None
        means: dict[str, dict[str, Matrix]] = {"passages": {}, "questions": {}}
        try:
            with np.load(path, allow_pickle=False) as file:
                for name in file.files:
                    kind, _, code = name.partition("-")
                    means[kind][code] = file[name]
            passages, questions = means["passages"], means["questions"]
            return cls({"": passages[""], **passages}, {"": questions[""], **questions})
        except Exception as error:  # an altered archive trips its reader in any of a dozen ways
            raise IndexDamagedError(f"{path} cannot be read ({type(error).__name__}: {error}); {mend(())}") from error


def _by_language(encode: Callable[[Sequence[str]], Matrix], texts: dict[str, list[str]]) -> dict[str, Matrix]:
    vectors = encode([text for some in texts.values() for text in some])
    means, at = {}, 0
    for code, some in texts.items():
        means[code] = np.asarray(vectors[at : at + len(some)].mean(axis=0), np.float32)
        at += len(some)
    return means | {"": np.asarray(np.mean(list(means.values()), axis=0), np.float32)}


def _shift(vectors: Matrix, means: Matrix) -> Matrix:
    shifted = vectors - CENTRING * means
    return np.asarray(shifted / np.maximum(np.linalg.norm(shifted, axis=-1, keepdims=True), 1e-12), np.float32)
