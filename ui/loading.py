"""What commands load: encoders and assistants, by the settings."""

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from ui import terminal
from ui.settings import Settings

if TYPE_CHECKING:
    from index.encoder import EncoderSource
    from index.filters import Filter
    from rag.assistant import Assistant
    from rag.compose.composer import Composer
    from rag.rerank import Reranker
    from rag.verify.judge import EntailmentJudge

# Heavy imports wait: `pincite show` should not wait for faiss, nor `pincite ask` for torch.


def encoder_source(name: str | None, settings: Settings) -> "EncoderSource":
    """The encoder by name, else the one that built the index, else the default."""
    from index.encoder import EncoderSource, identity_of, load_encoder
    from index.models import DEFAULT_MODEL, ensure

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
    return Assistant(
        settings.index, encoder, least, filter or PUBLIC, reranker(settings), composer(settings), judge(settings)
    )


def filter_of(given: Namespace) -> "Filter":
    """Who asks, and what they want to look in."""
    from index.filters import Filter

    return Filter.parse(
        groups=given.groups,
        folders=getattr(given, "folder", ()),
        languages=getattr(given, "language", ()),
        since=getattr(given, "since", None),
        until=getattr(given, "until", None),
        formats=getattr(given, "format", ()),
    )


def reranker(settings: Settings) -> "Reranker | None":
    """The cross-encoder of the settings, or None where they name none."""
    if not settings.reranker:
        return None
    from index.cross_encoder import CrossEncoderReranker
    from index.models import ensure_reranker

    return CrossEncoderReranker(ensure_reranker(settings.reranker, settings.models, terminal.progress))


def judge(settings: Settings) -> "EntailmentJudge | None":
    """The model for natural language inference of the settings, or None where they name none."""
    if not settings.judge:
        return None
    from index.cross_encoder import CrossEncoderJudge
    from index.models import ensure_reranker

    return CrossEncoderJudge(ensure_reranker(settings.judge, settings.models, terminal.progress))


def composer(settings: Settings) -> "Composer | None":
    """What writes answers with the language model of the settings, or None where they name none.

    Nothing is loaded, connected to or sent before an answer is to be written.
    """
    if not settings.llm:
        return None
    from rag.compose.composer import Composer

    if settings.llm_is_served:
        from rag.compose.langchain_model import LangChainModel, Served

        provider, _, model = settings.llm.partition(":")
        return Composer(LangChainModel(Served(provider, model, settings.llm_address, settings.llm_key)))
    from rag.compose.llama import LlamaModel

    return Composer(LlamaModel(Path(settings.llm).name.removesuffix(".gguf"), lambda: _gguf(settings)), local=True)


def _gguf(settings: Settings) -> Path:
    from index.models import language_model_file

    if settings.llm.endswith(".gguf"):
        return Path(settings.llm).expanduser()
    return language_model_file(settings.llm, settings.models)


def _built_by(settings: Settings) -> str | None:
    from index.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
    from index.manifest import manifest_of

    try:
        return manifest_of(settings.index).encoder.name
    except (IndexMissingError, IndexDamagedError, IndexMismatchError):
        return None  # the sync itself says what is wrong
