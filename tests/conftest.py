"""The default encoder, fetched once a machine, for tests marked `model`."""

import os
import sys
from pathlib import Path

import platformdirs
import pytest
from hypothesis import settings

from index.models import DEFAULT_MODEL, InstalledModel, ensure

settings.register_profile("pincite", deadline=None)  # a busy machine is no failure
settings.load_profile("pincite")


@pytest.fixture(scope="session")
def encoder_model() -> InstalledModel:
    folder = os.environ.get("PINCITE_MODELS") or platformdirs.user_cache_path("pincite") / "models"
    return ensure(DEFAULT_MODEL, Path(folder), lambda message: print(message, file=sys.stderr))
