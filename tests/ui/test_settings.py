"""Settings come from the environment, once, and an unknown one is refused."""

from pathlib import Path

import platformdirs
import pytest

from index.errors import SettingsError
from ui.settings import read_settings

CACHE = platformdirs.user_cache_path("pincite") / "models"


@pytest.mark.parametrize(
    ("environment", "index", "models"),
    [
        ({}, Path(".pincite"), CACHE),
        ({"PINCITE_INDEX": "", "PINCITE_MODELS": ""}, Path(".pincite"), CACHE),
        ({"PINCITE_INDEX": "/data/index", "PINCITE_MODELS": "/data/models"}, Path("/data/index"), Path("/data/models")),
        ({"PINCITE_INDEX": "~/i", "PINCITE_MODELS": "~/m"}, Path.home() / "i", Path.home() / "m"),
        ({"HOME": "/", "pincite_x": "1", "XPINCITE_Y": "2"}, Path(".pincite"), CACHE),
    ],
)
def test_settings(environment: dict[str, str], index: Path, models: Path) -> None:
    settings = read_settings(environment)
    assert (settings.index, settings.models) == (index, models)


@pytest.mark.parametrize("name", ["PINCITE_INDX", "PINCITE_", "PINCITE_index"])
def test_an_unknown_setting(name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is no setting; there are PINCITE_INDEX and PINCITE_MODELS"):
        read_settings({name: "x", "PINCITE_INDEX": "y"})


def test_the_environment_is_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_INDEX", "/elsewhere")
    assert read_settings().index == Path("/elsewhere")
