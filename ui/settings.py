"""Where things are: the few settings, read once from the environment."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs

from index.errors import SettingsError

_KNOWN = (
    "PINCITE_INDEX", "PINCITE_JUDGE", "PINCITE_LLM", "PINCITE_LLM_ADDRESS", "PINCITE_LLM_KEY", "PINCITE_MODELS",
    "PINCITE_RERANKER", "PINCITE_WEB", "PINCITE_WEB_ALLOW",
)  # fmt: skip
_SERVER_MODEL = re.compile(r"[a-z][a-z0-9_-]+:.+")
_WEB = {"on": True, "off": False, "": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """`index` is the index folder, `models` the folder of models.

    `web` says whether pages may be fetched, `web_allow` which hosts may have addresses that are not public.
    `reranker` is a cross-encoder's folder or OWNER/NAME, empty for none.
    `judge` is a cross-encoder for natural language inference, in the same way.
    `llm` is the language model that writes answers, empty for none: a name of the catalogue, a .gguf file, openai:MODEL
    for the server at `llm_address`, or provider:MODEL; `llm_key` is what the server knows the user by.
    """

    index: Path
    models: Path
    web: bool = False
    web_allow: tuple[str, ...] = ()
    reranker: str = ""
    llm: str = ""
    llm_address: str = ""
    llm_key: str = field(default="", repr=False)
    judge: str = ""

    @property
    def llm_is_served(self) -> bool:
        """Whether the language model runs on a server: what it is to write from is sent there."""
        return not self.llm.endswith(".gguf") and _SERVER_MODEL.fullmatch(self.llm) is not None


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `environment`; raises SettingsError for one that is unknown."""
    unknown = sorted(name for name in environment if name.startswith("PINCITE_") and name not in _KNOWN)
    if unknown:
        raise SettingsError(f"{unknown[0]} is no setting; there are {', '.join(_KNOWN[:-1])} and {_KNOWN[-1]}")
    web = environment.get("PINCITE_WEB", "")
    if web not in _WEB:
        raise SettingsError(f"PINCITE_WEB is {web!r}; it is on or off")
    settings = Settings(
        Path(environment.get("PINCITE_INDEX") or ".pincite").expanduser(),
        Path(environment.get("PINCITE_MODELS") or platformdirs.user_cache_path("pincite") / "models").expanduser(),
        _WEB[web],
        tuple(filter(None, (host.strip() for host in environment.get("PINCITE_WEB_ALLOW", "").split(",")))),
        environment.get("PINCITE_RERANKER", "").strip(),
        environment.get("PINCITE_LLM", "").strip(),
        environment.get("PINCITE_LLM_ADDRESS", "").strip(),
        environment.get("PINCITE_LLM_KEY", "").strip(),
        environment.get("PINCITE_JUDGE", "").strip(),
    )
    _check_llm(settings)
    return settings


def _check_llm(settings: Settings) -> None:
    """Raise SettingsError where it is not said where a model is: nothing leaves the machine by default."""
    llm, address = settings.llm, settings.llm_address
    if address and not _is_web_address(address):
        raise SettingsError(f"PINCITE_LLM_ADDRESS is {address!r}; it is an address like http://127.0.0.1:11434/v1")
    if llm.startswith("openai:") and not address:
        raise SettingsError(
            f"PINCITE_LLM is {llm!r}, and PINCITE_LLM_ADDRESS does not say where; set it to the server's base address, "
            "like http://127.0.0.1:11434/v1, to which questions and quotes will be sent"
        )
    if address and not settings.llm_is_served:
        raise SettingsError(f"PINCITE_LLM_ADDRESS goes with a PINCITE_LLM like openai:MODEL, which is {llm!r}")


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
