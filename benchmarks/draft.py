"""How long it takes to check a draft of about ten pages against a large index, with one thread and with two.

    python benchmarks/draft.py [--passages 100000] [--sentences 250] [--index DIR]

The index holds copies of the sample's documents, whose passages are embedded once, so that the passages found, and the
work that they make, are those of real texts. The draft is made of the documents' own sentences, as they are and with
another figure, of invented ones, of quotations right and wrong, and of references that are followed. With --index the
index is kept there, or the one that is there is used.
"""

import argparse
import random
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from report import publish, spread

from index.centring import LanguageMeans
from index.encoder import (
    EncodedPassage,
    Encoder,
    EncoderIdentity,
    EncoderSource,
    PassageInput,
    load_encoder,
    load_question_encoder,
)
from index.models import DEFAULT_MODEL, ensure
from index.opened import Index
from index.sync import sync
from index.words import EncodedText
from rag.check import check, read_text
from rag.check.draft import Draft
from rag.verify.verifier import Verifier
from ui.settings import read_settings

SAMPLE = Path(__file__).parents[1] / "sample"
REPEATED = 10  # times a document stands in one file: files of a hundred passages or so
INVENTED = (
    "The moon was leased to a circus for {n} years.",
    "Les dragons de la mairie ont mangé {n} parapluies.",
    "افتتحت البلدية {n} مصنعًا للغيوم في الصحراء.",
)


@dataclass
class CopyingEncoder:
    """The default encoder, which embeds equal passages once."""

    encoder: Encoder
    identity: EncoderIdentity
    known: dict[PassageInput, EncodedPassage] = field(default_factory=dict)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the encoder counts them."""
        return self.encoder.count_tokens(texts)

    def language_means(self) -> LanguageMeans:
        """The encoder's own."""
        return self.encoder.language_means()

    def encode_question(self, question: str) -> EncodedText:
        """As the encoder does."""
        return self.encoder.encode_question(question)

    def encode_passages(
        self, passages: Sequence[PassageInput], progress: Callable[[int], None]
    ) -> list[EncodedPassage]:
        """Those that are new are embedded."""
        new = [p for p in dict.fromkeys(passages) if p not in self.known]
        if new:
            self.known.update(zip(new, self.encoder.encode_passages(new, lambda _: None), strict=True))
        progress(len(passages))
        return [self.known[p] for p in passages]


def fill(folder: Path, passages: int) -> None:
    """Copies of the sample's documents, of about so many passages together (a sample has 47)."""
    texts = [(path.suffix, path.read_text(encoding="utf-8")) for path in sorted(SAMPLE.rglob("*")) if path.is_file()]
    for number in range(max(1, passages // (47 * REPEATED))):
        for which, (suffix, text) in enumerate(texts):
            path = folder / f"{number:04}" / f"{which:02}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n\n".join([text] * REPEATED), encoding="utf-8")


def make_draft(sentences: int, chance: random.Random) -> Draft:
    """A draft in three languages with as many sentences, and a list of sources."""
    own = []
    for path in sorted(SAMPLE.rglob("*")):
        if path.suffix in (".md", ".txt"):
            text = read_text(path.read_text(encoding="utf-8"))
            own += [text.seen(s.start, s.end) for s in text.sentences if s.kind == "prose" and s.end - s.start > 60]
    said = [_sentence(chance, number, own) for number in range(sentences)]
    paragraphs = [" ".join(said[at : at + 6]) for at in range(0, sentences, 6)]
    sources = "[1] 0000/08.txt\n[2] 0000/10.md\n[3] A book that is not there, 1999\n"
    return read_text("\n\n".join(paragraphs) + "\n\n## References\n\n" + sources)


def _sentence(chance: random.Random, number: int, own: Sequence[str]) -> str:
    text = " ".join(chance.choice(own).split())
    kind = number % 5
    if kind == 0:
        text = re.sub(r"\d+", lambda figure: str(int(figure[0]) + 1), text, count=1)
    elif kind == 1:
        text = chance.choice(INVENTED).format(n=chance.randint(3, 90))
    elif kind == 2:
        text = f"The text says “{text.rstrip('.')}”."
    elif kind == 3:
        words = text.split()
        words[len(words) // 2] = "nevertheless"
        text = f"It is written that “{' '.join(words).rstrip('.')}” [{chance.randint(1, 3)}]."
    return text


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--sentences", type=int, default=250)
    parser.add_argument("--index", type=Path)
    given = parser.parse_args()
    model = ensure(DEFAULT_MODEL, read_settings().models, print)
    encoder = load_question_encoder(model)
    with nullcontext(given.index) if given.index else tempfile.TemporaryDirectory() as place:
        index = Path(place)
        if not index.is_dir() or not any(index.iterdir()):
            _build(index, given.passages, CopyingEncoder(load_encoder(model), encoder.identity))
        draft = make_draft(given.sentences, random.Random(1))
        with Index.open(index) as opened:
            view, seconds, busy, counts = opened.view(), {}, {}, {}
            Verifier(encoder).verify(view, "The index is read into memory first.")
            for threads in (1, 2):
                began = time.process_time()
                checked = check(draft, view, Verifier(encoder), threads=threads)
                seconds[f"{threads} threads"] = round(checked.seconds, 1)
                busy[f"{threads} threads"] = round(time.process_time() - began, 1)  # however busy the machine is
                counts = checked.counts()
            spent = _each(draft, opened, encoder)
            publish(
                "draft",
                {
                    "passages": view.passage_count,
                    "words": len(draft.text.split()),
                    "sentences": len(draft.sentences),
                    "seconds": seconds,
                    "processor_seconds": busy,
                    "milliseconds_a_sentence": spent,
                    "counts": counts,
                },
            )


def _build(index: Path, passages: int, encoder: CopyingEncoder) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        fill(Path(scratch), passages)
        sync([Path(scratch)], index, EncoderSource(encoder.identity, lambda: encoder))


def _each(draft: Draft, opened: Index, encoder: object) -> dict[str, float]:
    """What one sentence takes to verify, by itself."""
    verifier, view, took = Verifier(encoder), opened.view(), []  # type: ignore[arg-type]
    for sentence in draft.sentences[:50]:
        began = time.perf_counter()
        verifier.verify(view, draft.seen(sentence.start, sentence.end))
        took.append(1000 * (time.perf_counter() - began))
    return spread(took)


if __name__ == "__main__":
    main()
