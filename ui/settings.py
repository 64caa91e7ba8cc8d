"""Where things are: the few settings, read once from the environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from index.errors import SettingsError

_KNOWN = ("PINCITE_INDEX", "PINCITE_MODELS")


@dataclass(frozen=True, slots=True)
class Settings:
    """`index` is the index folder, `models` the folder of models."""

    index: Path
    models: Path


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in `environment`; raises SettingsError for one that is unknown."""
    unknown = sorted(name for name in environment if name.startswith("PINCITE_") and name not in _KNOWN)
    if unknown:
        raise SettingsError(f"{unknown[0]} is no setting; there are {' and '.join(_KNOWN)}")
    return Settings(
        Path(environment.get("PINCITE_INDEX") or ".pincite").expanduser(),
        Path(environment.get("PINCITE_MODELS") or platformdirs.user_cache_path("pincite") / "models").expanduser(),
    )
