"""What a file was read as, to documents with their passages, and those to vectors."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index import language
from index.centring import LanguageMeans
from index.document import Extract
from index.encoder import EncodedPassage, Encoder, PassageInput
from index.errors import ModelError
from index.passages import PassageDraft, split_passages
from index.reading import ReadPart
from index.scan import Failure
from index.store import Source
from index.title import title_from_name
from index.words import Signs, signs

# Letters from which a passage's own language is believed over its document's: of 131 passages of 300 letters and more
# in nine languages none was told wrong.
_SURE = 200
_CHARACTERS_A_PASSAGE = 2000  # more than they have

Key = bytes  # 16 of them: equal for passages of which the same is embedded


@dataclass(frozen=True)
class PassageVectors:
    """What is kept of a passage's vectors: its own (d,), its sentences' (n, d), the signs of its sentences' words
    (words, bytes) one after the other, and how many each sentence has (n,).
    """

    own: NDArray[np.float16]
    sentences: NDArray[np.float16]
    words: Signs
    counts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DraftPassage:
    """A passage before it has a row: where it lies, its language and what is embedded of it."""

    draft: PassageDraft
    language: str
    key: Key


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """A document as it will be written."""

    name: str  # below its file, "" for the file itself
    id: str
    title: str
    format: str
    language: str
    extract: Extract
    passages: tuple[DraftPassage, ...]


@dataclass(frozen=True, slots=True)
class DraftFile:
    """A file with its documents, and what of it could not be read."""

    source: Source
    documents: tuple[DraftDocument, ...]
    failures: tuple[Failure, ...]

    @property
    def passages(self) -> Iterator[DraftPassage]:
        """Those of all its documents."""
        return (passage for document in self.documents for passage in document.passages)

    @property
    def weight(self) -> int:
        """About how many passages it counts for in memory, even where it has none."""
        characters = sum(len(document.extract.text) for document in self.documents)
        return max(len(list(self.passages)), characters // _CHARACTERS_A_PASSAGE, 1)


def draft(
    source: Source, parts: Sequence[ReadPart], encoder: Callable[[], Encoder], url: str | None = None
) -> DraftFile:
    """Split what was read of a file, which can be seen at `url` where it says nothing else.

    `encoder` is called only where there is something to embed.
    """
    documents: list[DraftDocument] = []
    failures: list[Failure] = []
    taken = set()
    for part in parts:
        id = f"{source.id}/{part.name}" if part.name else source.id
        if id in taken:
            failures.append(Failure(id, "another document of its file has the same name"))
            continue
        taken.add(id)
        if part.extract is None:
            failures.append(Failure(id, part.failure or "it could not be read"))
        else:
            extract = replace(part.extract, url=part.extract.url or url)
            documents.append(_document(id, part, extract, encoder))
    return DraftFile(source, tuple(documents), tuple(failures))


def embed(
    passages: Sequence[DraftPassage],
    known: Callable[[Sequence[Key]], Mapping[Key, PassageVectors]],
    encoder: Callable[[], Encoder],
    progress: Callable[[int], None],
) -> dict[Key, PassageVectors]:
    """The vectors of `passages` by key: those that are `known` as they are, the others embedded, each key once.

    `progress` is told the number done since it was last called; `encoder` is called only where something is new. Raises
    ModelError where it gives back something other than finite vectors of the shape it should.
    """
    found = dict(known([p.key for p in passages]))
    new = {p.key: p for p in passages if p.key not in found}
    progress(len(passages) - len(new))
    if new:
        loaded = encoder()
        means = loaded.language_means()
        encoded = loaded.encode_passages([p.draft.input for p in new.values()], progress)
        if len(encoded) != len(new):
            raise ModelError(f"the encoder gave vectors of {len(encoded)} passages for {len(new)}; pull it again")
        for (key, passage), vectors in zip(new.items(), encoded, strict=True):
            found[key] = _kept(passage, vectors, means, loaded.identity.dimension)
    return found


def _kept(passage: DraftPassage, encoded: EncodedPassage, means: LanguageMeans, dimension: int) -> PassageVectors:
    sentences = len(passage.draft.input.sentences)
    own = _checked(encoded.vector[None, :], 1, dimension)[0]
    words = _checked(encoded.words, len(encoded.words), dimension).astype(np.float32)
    if encoded.counts.shape != (sentences,) or encoded.counts.sum() != len(words):
        raise ModelError("the encoder gave words that are not those of its sentences; pull its model again")
    packed = signs(means.centre_words(words, passage.language))
    return PassageVectors(own, _checked(encoded.sentences, sentences, dimension), packed, encoded.counts)


def _document(id: str, part: ReadPart, extract: Extract, encoder: Callable[[], Encoder]) -> DraftDocument:
    passages: list[PassageDraft] = []
    if part.sentences:
        ruler = encoder()
        (prefix,) = ruler.count_tokens([ruler.identity.passage_prefix])
        passages = split_passages(extract, part.sentences, ruler.count_tokens, ruler.identity.max_tokens - prefix)
    drafts = tuple(_draft_passage(p, part.language) for p in passages)
    title = extract.heading or title_from_name(id)
    return DraftDocument(part.name, id, title, part.format, part.language, extract, drafts)


def _draft_passage(passage: PassageDraft, of_document: str) -> DraftPassage:
    told = _language(passage.input, of_document)
    return DraftPassage(passage, told, _key(passage.input, told))


def _key(input: PassageInput, language: str) -> Key:
    digest = hashlib.blake2b(digest_size=16)
    for text in (language, input.heading, *input.sentences):
        digest.update(text.encode() + b"\0")
    return digest.digest()


def _language(input: PassageInput, of_document: str) -> str:
    text = " ".join(input.sentences)
    return language.detect(text, likely=of_document) if sum(map(str.isalpha, text)) >= _SURE else of_document


def _checked(vectors: NDArray[np.float32], rows: int, dimension: int) -> NDArray[np.float16]:
    wanted = (rows, dimension)
    if vectors.shape != wanted or not np.isfinite(vectors).all():
        found = f"vectors of shape {vectors.shape}" if vectors.shape != wanted else "vectors that are not finite"
        raise ModelError(f"the encoder gave {found} where {wanted} were wanted; pull its model again")
    return vectors.astype(np.float16)
