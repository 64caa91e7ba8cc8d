"""Where things are: the few settings, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from index.errors import SettingsError

_KNOWN = ("PINCITE_INDEX", "PINCITE_MODELS", "PINCITE_RERANKER", "PINCITE_WEB", "PINCITE_WEB_ALLOW")
_WEB = {"on": True, "off": False, "": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """`index` is the index folder, `models` the folder of models.

    `web` says whether pages may be fetched, `web_allow` which hosts may have addresses that are not public.
    `reranker` is a cross-encoder's folder or OWNER/NAME, empty for none.
    """

    index: Path
    models: Path
    web: bool = False
    web_allow: tuple[str, ...] = ()
    reranker: str = ""


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `environment`; raises SettingsError for one that is unknown."""
    unknown = sorted(name for name in environment if name.startswith("PINCITE_") and name not in _KNOWN)
    if unknown:
        raise SettingsError(f"{unknown[0]} is no setting; there are {', '.join(_KNOWN[:-1])} and {_KNOWN[-1]}")
    web = environment.get("PINCITE_WEB", "")
    if web not in _WEB:
        raise SettingsError(f"PINCITE_WEB is {web!r}; it is on or off")
    return Settings(
        Path(environment.get("PINCITE_INDEX") or ".pincite").expanduser(),
        Path(environment.get("PINCITE_MODELS") or platformdirs.user_cache_path("pincite") / "models").expanduser(),
        _WEB[web],
        tuple(filter(None, (host.strip() for host in environment.get("PINCITE_WEB_ALLOW", "").split(",")))),
        environment.get("PINCITE_RERANKER", "").strip(),
    )
