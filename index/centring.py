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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.errors import IndexDamagedError
from index.generations import mend
from index.words import EncodedText

CENTRING = 0.7  # share of a language's mean that is subtracted; docs/log.md
MEANS = "means.npz"  # an encoder's, in an index that has passages
_SENTENCES = Path(__file__).with_name("reference_sentences.toml")

_FORMAT = 2  # of the means that are kept
_KINDS = ("passages", "questions", "words", "question_words")

Matrix = NDArray[np.float32]
Encode = Callable[[Sequence[str], bool], Sequence[EncodedText]]


@dataclass(frozen=True)
class LanguageMeans:
    """Mean vectors by ISO 639-1 code, each (d,); "" is the mean of all languages, for those that have none.

    `words` and `question_words` are of the words of passages and of questions, empty of an encoder that knows none.
    """

    passages: dict[str, Matrix]
    questions: dict[str, Matrix]
    words: dict[str, Matrix] = field(default_factory=dict)
    question_words: dict[str, Matrix] = field(default_factory=dict)

    @classmethod
    def none(cls, dimension: int) -> Self:
        """Means that change nothing."""
        return cls({"": np.zeros(dimension, np.float32)}, {"": np.zeros(dimension, np.float32)})

    @classmethod
    def kept(cls, folder: Path, model: tuple[object, ...], encode: Encode) -> Self:
        """The means of the model in `folder`, measured once and kept there where that folder can be written to.

        `model` is all that changes what is measured but for the sentences: its revision, dimension and prefixes.
        """
        key = hashlib.sha256(json.dumps([_FORMAT, *model]).encode() + _SENTENCES.read_bytes()).hexdigest()[:12]
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
    def measure(cls, encode: Encode) -> Self:
        """The means of an encoder; `encode` gives the vectors of texts, as of questions where it is told so."""
        with _SENTENCES.open("rb") as file:
            sentences = tomllib.load(file)
        passages, words = _by_language(encode, False, {code: s["statements"] for code, s in sentences.items()})
        questions, asked = _by_language(encode, True, {code: s["questions"] for code, s in sentences.items()})
        return cls(passages, questions, words, asked)

    def centre(self, vectors: Matrix, languages: Sequence[str]) -> Matrix:
        """Raw vectors (n, d) of passages or sentences without their languages' share, (n, d) float32 of length 1."""
        of_all = self.passages[""]
        means = np.array([self.passages.get(code, of_all) for code in languages], np.float32).reshape(vectors.shape)
        return _shift(vectors, means)

    def centre_question(self, vector: Matrix, language: str) -> Matrix:
        """A question's raw vector (d,) without its language's share, (d,) float32 of length 1."""
        return _shift(vector, self.questions.get(language, self.questions[""]))

    def centre_words(self, words: Matrix, language: str) -> Matrix:
        """Words (n, d) of a passage without what they share with all words of its language, of any length."""
        return words - self.words[language if language in self.words else ""] if self.words else words

    def centre_question_words(self, words: Matrix, language: str) -> Matrix:
        """The same of a question's words, of length 1."""
        if self.question_words:
            words = words - self.question_words[language if language in self.question_words else ""]
        return np.asarray(words / np.maximum(np.linalg.norm(words, axis=1, keepdims=True), 1e-12), np.float32)

    def save(self, path: Path) -> None:
        """Write the means to `path`, a .npz."""
        kinds = {kind: getattr(self, kind) for kind in _KINDS}
        arrays = {f"{kind}-{code}": mean for kind, means in kinds.items() for code, mean in means.items()}
        with path.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """The means in `path`, None where there is no such file; IndexDamagedError where they cannot be read."""
        if not path.exists():
            return None
        means: dict[str, dict[str, Matrix]] = {kind: {} for kind in _KINDS}
        try:
            with np.load(path, allow_pickle=False) as file:
                for name in file.files:
                    kind, _, code = name.partition("-")
                    means[kind][code] = file[name]
            if "" not in means["passages"] or "" not in means["questions"]:
                raise ValueError("the means of all languages are missing")
            return cls(**means)
        except Exception as error:  # an altered archive trips its reader in any of a dozen ways
            raise IndexDamagedError(f"{path} cannot be read ({type(error).__name__}: {error}); {mend(())}") from error


def _by_language(
    encode: Encode, questions: bool, texts: dict[str, list[str]]
) -> tuple[dict[str, Matrix], dict[str, Matrix]]:
    """The means of the texts' vectors and of their words' by language, and of all languages under ""."""
    encoded = iter(encode([text for some in texts.values() for text in some], questions))
    means, of_words = {}, {}
    for code, some in texts.items():
        own = [next(encoded) for _ in some]
        means[code] = np.asarray(np.mean([e.vector for e in own], axis=0), np.float32)
        words = np.concatenate([e.words for e in own])
        if len(words):
            of_words[code] = np.asarray(words.mean(axis=0), np.float32)
    return _with_all(means), _with_all(of_words)


def _with_all(means: dict[str, Matrix]) -> dict[str, Matrix]:
    return means | {"": np.asarray(np.mean(list(means.values()), axis=0), np.float32)} if means else {}


def _shift(vectors: Matrix, means: Matrix) -> Matrix:
    shifted = vectors - CENTRING * means
    return np.asarray(shifted / np.maximum(np.linalg.norm(shifted, axis=-1, keepdims=True), 1e-12), np.float32)
