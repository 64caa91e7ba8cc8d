"""What it costs to keep a large index in step, and whether a search that sees little finds all it should.

    python benchmarks/upkeep.py [--passages 100000] [--files 10000]

Three figures: a second sync of unchanged files; one new file in an index of many passages, from its writing until it is
answered from, with `watch` and a reader at work; and the ten best of the passages that a group may see, one in a
thousand, against an exact search over just those. The texts are made up of common words; the encoder is a stand-in
of 384 dimensions that takes no time, so that what is measured is all the rest.
"""

import argparse
import hashlib
import random
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from report import publish, spread

from index.centring import LanguageMeans
from index.encoder import EncodedPassage, EncoderIdentity, EncoderSource, PassageInput
from index.errors import PinciteError
from index.filters import EVERYTHING, Filter
from index.opened import Index
from index.sync import SyncReport, sync
from index.watch import WatchOptions, watch
from index.words import EncodedText

DIMENSION = 384
WORDS = (
    "the council met in spring and asked its members to report on housing water roads schools clinics ports markets "
    "fishing farming wages rents taxes courts prisons borders visas work permits training shelters hotlines children "
    "families women men elders visitors sailors drivers nurses teachers judges clerks mayors inspectors victims"
).split()
ROUNDS = 10
ASKED = 50


IDENTITY = EncoderIdentity("hashes", "1", DIMENSION, 512, "", "")


@dataclass(frozen=True)
class HashEncoder:
    """A vector that a text's words add up to: texts that share words are near each other."""

    identity: EncoderIdentity = IDENTITY

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words."""
        return [len(text.split()) for text in texts]

    def language_means(self) -> LanguageMeans:
        """None: it knows no languages."""
        return LanguageMeans.none(DIMENSION)

    def encode_question(self, question: str) -> EncodedText:
        """As of a passage."""
        words = np.array([_of_word(word) for word in question.lower().split()], np.float32)
        return EncodedText(_unit(words.sum(axis=0)), words)

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> list[EncodedPassage]:
        """Of each sentence the sum of its words, of each passage the sum of its sentences."""
        progress(len(passages))
        return [self._encode([self.encode_question(s) for s in p.sentences]) for p in passages]

    def _encode(self, sentences: list[EncodedText]) -> EncodedPassage:
        vectors = np.array([s.vector for s in sentences], np.float32)
        counts = np.array([len(s.words) for s in sentences], np.int64)
        return EncodedPassage(_unit(vectors.sum(axis=0)), vectors, np.concatenate([s.words for s in sentences]), counts)


_words: dict[str, NDArray[np.float32]] = {}


def _of_word(word: str) -> NDArray[np.float32]:
    if word not in _words:
        seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest(), "little")
        _words[word] = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return _words[word]


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def text(chance: random.Random, passages: int, name: str) -> str:
    """About so many passages of made-up sentences, all of them about `name`."""
    sentences = [
        f"{name} {' '.join(chance.choices(WORDS, k=20))} in {chance.randint(1900, 2024)}." for _ in range(9 * passages)
    ]
    return "\n\n".join(" ".join(sentences[at : at + 9]) for at in range(0, len(sentences), 9))


def fill(folder: Path, files: int, passages: int) -> None:
    """`files` files in folders of a hundred, of about `passages` passages together."""
    chance = random.Random(1)
    for number in range(files):
        path = folder / f"{number // 100:03}" / f"{number:05}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(chance, max(1, passages // files), f"Report {number}"), encoding="utf-8")
    # One document in a thousand is for one group, the rest for another.
    rules = '[[rule]]\nfiles = "*/*000.txt"\ngroups = "few"\n\n[[rule]]\nfiles = "**"\ngroups = "many"\n'
    (folder / "access.toml").write_text(rules, encoding="utf-8")


def until_answered(folder: Path, index: Path, source: EncoderSource) -> list[float]:
    """Seconds from a file's being written until a reader that follows the index finds it, for each of some files."""
    stop, seconds = threading.Event(), []

    def report(_: SyncReport | PinciteError) -> None:
        """Nobody listens."""

    watching = threading.Thread(target=watch, args=([folder], index, source, WatchOptions(), stop, report))
    watching.start()
    time.sleep(20)  # its first look at everything
    encoder = source.load()
    opened = Index.open(index)
    for number in range(ROUNDS):
        began = time.monotonic()
        (folder / f"new-{number}.txt").write_text(f"Zanzibar{number} signed the charter of the harbours in 1907.")
        while True:
            opened = Index.open(index, opened)
            view = opened.view(EVERYTHING)
            asked = encoder.encode_question(f"zanzibar{number} signed the charter of the harbours in 1907.").vector
            first = view.passages(view.nearest(asked, 1))
            if first and first[0].document == f"new-{number}.txt":
                break
            time.sleep(0.02)
        seconds.append(time.monotonic() - began)
        time.sleep(2)
    stop.set()
    watching.join()
    return seconds


def filtered_recall(index: Path, encoder: HashEncoder) -> dict[str, Any]:
    """The share of the ten best of what a group sees that a filtered search finds, and how long it takes."""
    found, milliseconds, visible = [], [], 0
    chance = random.Random(2)
    with Index.open(index) as opened:
        view, everything = opened.view(Filter(groups=frozenset({"few"}))), opened.view(EVERYTHING)
        documents = view.documents()
        rows = np.concatenate([everything.passages_of(d) for d in documents])
        visible, vectors = len(rows), everything.vectors(rows)
        for _ in range(ASKED):
            question = encoder.encode_question(" ".join(chance.choices(WORDS, k=8))).vector
            exact = set(rows[np.argsort(-(vectors @ question), kind="stable")[:10]].tolist())
            began = time.perf_counter()
            nearest = view.nearest(question, 10)
            milliseconds.append(1000 * (time.perf_counter() - began))
            found.append(len(exact & set(nearest.tolist())) / len(exact))
    return {
        "documents_visible": len(documents), "passages_visible": visible,
        "recall_at_10": sum(found) / len(found), "milliseconds": spread(milliseconds),
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=10_000)
    given = parser.parse_args()
    encoder = HashEncoder()
    source = EncoderSource(encoder.identity, lambda: encoder)
    with tempfile.TemporaryDirectory() as scratch:
        folder, index = Path(scratch, "documents"), Path(scratch, "index")
        fill(folder, given.files, given.passages)
        first = sync([folder], index, source)
        time.sleep(3)  # a file younger than that is read again to be sure
        second = [sync([folder], index, source) for _ in range(3)]
        publish(
            "upkeep",
            {
                "passages": first.passages,
                "first_sync_seconds": round(first.seconds, 1),
                "unchanged_files": second[-1].unchanged,
                "sync_of_unchanged_seconds": spread([s.seconds for s in second]),
                "filtered": filtered_recall(index, encoder),
                "new_file_until_answered_seconds": spread(until_answered(folder, index, source)),
            },
        )


if __name__ == "__main__":
    main()
