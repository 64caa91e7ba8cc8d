"""What commands load: encoders and assistants, by the settings."""

from typing import TYPE_CHECKING

from ui import terminal
from ui.settings import Settings

if TYPE_CHECKING:
    from index.filters import Filter
    from index.sync import EncoderSource
    from rag.assistant import Assistant
    from rag.rerank import Reranker

# Heavy imports wait: `pincite show` should not wait for faiss, nor `pincite ask` for torch.


def encoder_source(name: str | None, settings: Settings) -> "EncoderSource":
    """The encoder by name, else the one that built the index, else the default."""
    from index.encoder import identity_of, load_encoder
    from index.models import DEFAULT_MODEL, ensure
    from index.sync import EncoderSource

    model = ensure(name or _built_by(settings) or DEFAULT_MODEL, settings.models, terminal.progress)
    return EncoderSource(identity_of(model), lambda: load_encoder(model))


def assistant(settings: Settings, confidence: float | None = None, filter: "Filter | None" = None) -> "Assistant":
    """An assistant that answers from the index, at its usual confidence and from what everyone may see by default."""
    from index.encoder import load_question_encoder
    from index.filters import PUBLIC
    from index.models import ensure
    from index.opened import Index
    from rag.abstain import CONFIDENCE
    from rag.assistant import Assistant

    with Index.open(settings.index) as index:
        name = index.manifest.encoder.name
    encoder = load_question_encoder(ensure(name, settings.models, terminal.progress))
    least = CONFIDENCE if confidence is None else confidence
    return Assistant(settings.index, encoder, least, filter or PUBLIC, reranker(settings))


def reranker(settings: Settings) -> "Reranker | None":
    """The cross-encoder of the settings, or None where they name none."""
    if not settings.reranker:
        return None
    from index.cross_encoder import CrossEncoderReranker
    from index.models import ensure_reranker

    return CrossEncoderReranker(ensure_reranker(settings.reranker, settings.models, terminal.progress))


def _built_by(settings: Settings) -> str | None:
    from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
    from index.manifest import manifest_of

    try:
        return manifest_of(settings.index).encoder.name
    except (IndexMissingError, IndexDamagedError, IndexMismatchError):
        return None  # the sync itself says what is wrong
