"""How fast documents are indexed, against LangChain's own recipe with the same weights in the same run.

    pip install --editable '.[bench]'
    python benchmarks/ingest.py FOLDER [--rounds 3] [--documents N]

A is Pincite's whole sync: reading, splitting, embedding, writing the index. B is LangChain's recipe as its guide gives
it: RecursiveCharacterTextSplitter(1000, 200), HuggingFaceEmbeddings, FAISS.from_documents. Rounds alternate A, B, A, B;
loading the model is left out of both, and one short round of each goes before, not counted. FOLDER holds .txt files.

The two split at different lengths and repeat different amounts of text, so passages are counted at equal length: tokens
that went into the model, by the model's own tokenizer, divided by 192. B's overlap counts in its favour so. Characters
of the documents a second say how long a person waits.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report import publish, spread

from index.encoder import Encoder, EncoderSource, PassageInput, load_encoder
from index.installed import InstalledModel
from index.models import DEFAULT_MODEL, ensure
from index.sync import sync
from ui.settings import read_settings

PASSAGE_TOKENS = 192
WARM_UP = 5  # documents


@dataclass
class Listening:
    """An encoder that keeps what it was given to embed."""

    encoder: Encoder
    texts: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the encoder's own."""
        return getattr(self.encoder, name)

    def encode_passages(self, passages: Sequence[PassageInput], progress: Callable[[int], None]) -> Any:
        """The encoder's own vectors."""
        self.texts += [passage.text(self.encoder.identity.passage_prefix)[0] for passage in passages]
        return self.encoder.encode_passages(passages, progress)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, help="of the folder, the first so many by name")
    given = parser.parse_args()
    model = ensure(DEFAULT_MODEL, read_settings().models, print)
    encoder = load_encoder(model)
    recipe = langchain_recipe(model)
    with tempfile.TemporaryDirectory() as temporary:
        paths = sorted(given.folder.rglob("*.txt"))[: given.documents]
        documents, few = Path(temporary, "documents"), Path(temporary, "few")
        copy(paths, given.folder, documents)
        copy(paths[:WARM_UP], given.folder, few)
        characters = sum(len(path.read_text(encoding="utf-8")) for path in paths)
        time_pincite(few, encoder)
        time_langchain(few, recipe)
        rounds = [(time_pincite(documents, encoder), time_langchain(documents, recipe)) for _ in range(given.rounds)]
    measured: dict[str, Any] = {"rounds": given.rounds, "documents": len(paths), "source_characters": characters}
    for name, timed in zip(("pincite", "langchain"), zip(*rounds, strict=True), strict=True):
        measured[name] = rates(timed, encoder, characters)
    ratios = [(tokens_of(a, encoder) / a[0]) / (tokens_of(b, encoder) / b[0]) for a, b in rounds]
    measured["passages_of_equal_length_ratio"] = spread(ratios)
    measured["source_characters_ratio"] = spread([b[0] / a[0] for a, b in rounds])
    publish("ingest", measured)


def copy(paths: Sequence[Path], root: Path, target: Path) -> None:
    """Copy files below `root` to the same places below `target`."""
    for path in paths:
        to = target / path.relative_to(root)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)


def time_pincite(folder: Path, encoder: Encoder) -> tuple[float, list[str]]:
    """Seconds of a sync into a new index, and the texts that were embedded."""
    listening = Listening(encoder)
    with tempfile.TemporaryDirectory() as index:
        began = time.perf_counter()
        sync([folder], Path(index, "index"), EncoderSource(encoder.identity, lambda: listening))
        return time.perf_counter() - began, listening.texts


def langchain_recipe(model: InstalledModel) -> Callable[[Path], list[str]]:
    """LangChain's recipe with these weights; called with a folder it indexes it and gives the texts embedded."""
    from langchain_community.embeddings import HuggingFaceEmbeddings
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    embeddings = HuggingFaceEmbeddings(model_name=str(model.folder))

    def index(folder: Path) -> list[str]:
        documents = [
            Document(path.read_text(encoding="utf-8"), metadata={"source": str(path)})
            for path in sorted(folder.rglob("*.txt"))
        ]
        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        pieces = splitter.split_documents(documents)
        FAISS.from_documents(pieces, embeddings)
        return [piece.page_content for piece in pieces]

    return index


def time_langchain(folder: Path, recipe: Callable[[Path], list[str]]) -> tuple[float, list[str]]:
    """Seconds of the recipe over a folder, and the texts that were embedded."""
    began = time.perf_counter()
    texts = recipe(folder)
    return time.perf_counter() - began, texts


def tokens_of(timed: tuple[float, list[str]], encoder: Encoder) -> int:
    """Tokens that went into the model; what is longer than the model takes was cut."""
    return sum(min(count, encoder.identity.max_tokens) for count in encoder.count_tokens(timed[1]))


def rates(timed: Sequence[tuple[float, list[str]]], encoder: Encoder, characters: int) -> dict[str, Any]:
    """What one of the two did a second, medians over the rounds."""
    tokens = tokens_of(timed[0], encoder)
    median = statistics.median(seconds for seconds, _ in timed)
    return {
        "seconds": spread([seconds for seconds, _ in timed]),
        "passages": len(timed[0][1]),
        "tokens": tokens,
        "passages_of_192_tokens_per_second": round(tokens / PASSAGE_TOKENS / median, 1),
        "source_characters_per_second": round(characters / median),
    }


if __name__ == "__main__":
    main()
