"""A file's bytes to a document with its passages, and those to vectors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index import language, readers, sentences
from index.document import Extract, Span
from index.encoder import Encoder, PassageInput
from index.errors import ModelError, ReadError
from index.passages import PassageDraft, split_passages
from index.store import NewDocument, PassagePlace, Source
from index.title import title_from_name

# Letters from which a passage's own language is believed over its document's: of 131 passages of 300 letters and more
# in nine languages none was told wrong.
_SURE = 200


@dataclass(frozen=True, slots=True)
class Draft:
    """A document as it will be written, and what is embedded of each of its passages."""

    document: NewDocument
    inputs: tuple[PassageInput, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedDocument:
    """A document with all that is indexed of it; the sequences run along its passages."""

    document: NewDocument
    inputs: tuple[PassageInput, ...]
    vectors: NDArray[np.float16]  # (passages, dimension)
    of_sentences: NDArray[np.float16]  # (sentences of all passages, dimension)


def draft(data: bytes, source: Source, encoder: Callable[[], Encoder]) -> Draft:
    """Read and split a document. Raises ReadError, whatever its bytes do to a reader.

    `encoder` is called only where there is something to embed.
    """
    extract, told, spans = _read(data, source)
    passages: list[PassageDraft] = []
    if spans:
        ruler = encoder()
        (prefix,) = ruler.count_tokens([ruler.identity.passage_prefix])
        passages = split_passages(extract, spans, ruler.count_tokens, ruler.identity.max_tokens - prefix)
    places = tuple(PassagePlace(p.span, _language(p.input, told), p.sentences) for p in passages)
    title = extract.heading or title_from_name(source.id)
    document = NewDocument(source, title, extract.heading, told, extract.text, places)
    return Draft(document, tuple(p.input for p in passages))


def embed(
    drafts: Sequence[Draft], encoder: Callable[[], Encoder], dimension: int, batch: int, progress: Callable[[int], None]
) -> Iterator[EmbeddedDocument]:
    """Embed the passages of `drafts`, `batch` at once; `progress` is told the number done since it was last called.

    `encoder`, whose vectors are of `dimension`, is called only where there is a passage. Raises ModelError where it
    gives back something other than finite vectors of the shape it should.
    """
    inputs = [input for d in drafts for input in d.inputs]
    vectors: list[NDArray[np.float16]] = []
    of_sentences: list[NDArray[np.float16]] = []
    for at in range(0, len(inputs), batch):
        some = inputs[at : at + batch]
        encoded, sentence_vectors = encoder().encode_passages(some, progress)
        vectors.extend(_checked(encoded, len(some), dimension))
        if len(sentence_vectors) != len(some):
            raise ModelError(f"the encoder gave sentence vectors of {len(sentence_vectors)} passages for {len(some)}")
        of_sentences.extend(
            _checked(v, len(i.sentences), dimension) for v, i in zip(sentence_vectors, some, strict=True)
        )
    empty = np.empty((0, dimension), np.float16)
    at = 0
    for d in drafts:
        here = slice(at, at + len(d.inputs))
        at = here.stop
        yield EmbeddedDocument(
            d.document,
            d.inputs,
            np.stack(vectors[here]) if d.inputs else empty,
            np.concatenate([empty, *of_sentences[here]]),
        )


def _read(data: bytes, source: Source) -> tuple[Extract, str, list[Span]]:
    """The text of a file, its language and its sentences."""
    try:
        extract = readers.read(source.id, data)
        (extract.text + (extract.heading or "")).encode()
        told = language.detect(extract.text)
        return extract, told, sentences.split(extract, told)
    except ReadError:
        raise
    except UnicodeEncodeError as error:
        raise ReadError("its text holds halves of characters (surrogates); save it as UTF-8") from error
    except Exception as error:
        # Documents are not to be trusted: one that trips a parser must not stop the others. It is named in the report.
        raise ReadError(f"reading it failed unexpectedly ({type(error).__name__}: {error})") from error


def _language(input: PassageInput, of_document: str) -> str:
    text = " ".join(input.sentences)
    return language.detect(text, likely=of_document) if sum(map(str.isalpha, text)) >= _SURE else of_document


def _checked(vectors: NDArray[np.float32], rows: int, dimension: int) -> NDArray[np.float16]:
    wanted = (rows, dimension)
    if vectors.shape != wanted or not np.isfinite(vectors).all():
        found = f"vectors of shape {vectors.shape}" if vectors.shape != wanted else "vectors that are not finite"
        raise ModelError(f"the encoder gave {found} where {wanted} were wanted; pull its model again")
    return vectors.astype(np.float16)
