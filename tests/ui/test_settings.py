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
    with pytest.raises(SettingsError, match=f"{name} is no setting; there are PINCITE_INDEX, .* and PINCITE_WEB_ALLOW"):
        read_settings({name: "x", "PINCITE_INDEX": "y"})


@pytest.mark.parametrize(
    ("environment", "web", "allowed"),
    [
        ({}, False, ()),
        ({"PINCITE_WEB": "", "PINCITE_WEB_ALLOW": ""}, False, ()),
        ({"PINCITE_WEB": "off", "PINCITE_WEB_ALLOW": "intranet.example"}, False, ("intranet.example",)),
        ({"PINCITE_WEB": "on"}, True, ()),
        ({"PINCITE_WEB": "on", "PINCITE_WEB_ALLOW": " a.example ,,10.0.0.7,"}, True, ("a.example", "10.0.0.7")),
    ],
)
def test_the_web_is_read_only_where_it_is_allowed(
    environment: dict[str, str], web: bool, allowed: tuple[str, ...]
) -> None:
    settings = read_settings(environment)
    assert (settings.web, settings.web_allow) == (web, allowed)


@pytest.mark.parametrize(("value", "reranker"), [("", ""), (" ", ""), (" ~/a model ", "~/a model"), ("a/b", "a/b")])
def test_a_reranker_is_one_that_is_named(value: str, reranker: str) -> None:
    assert read_settings({}).reranker == ""
    assert read_settings({"PINCITE_RERANKER": value}).reranker == reranker


@pytest.mark.parametrize("value", ["yes", "1", "ON", "on ", "true"])
def test_the_web_is_on_or_off(value: str) -> None:
    with pytest.raises(SettingsError, match=f"PINCITE_WEB is '{value}'; it is on or off"):
        read_settings({"PINCITE_WEB": value})


def test_the_environment_is_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PINCITE_INDEX", "/elsewhere")
    assert read_settings().index == Path("/elsewhere")


@pytest.mark.parametrize(
    ("environment", "llm", "served"),
    [
        ({}, "", False),
        ({"PINCITE_LLM": " "}, "", False),
        ({"PINCITE_LLM": "qwen2.5-coder-1.5b-instruct"}, "qwen2.5-coder-1.5b-instruct", False),
        ({"PINCITE_LLM": "~/models/x.gguf"}, "~/models/x.gguf", False),
        ({"PINCITE_LLM": "c:/models/x.gguf"}, "c:/models/x.gguf", False),
        ({"PINCITE_LLM": "openai:llama3.1:8b", "PINCITE_LLM_ADDRESS": "http://[::1]:1/v1"}, "openai:llama3.1:8b", True),
        ({"PINCITE_LLM": "anthropic:claude"}, "anthropic:claude", True),
        ({"PINCITE_LLM": "ollama:x", "PINCITE_LLM_ADDRESS": "https://llm.example"}, "ollama:x", True),
    ],
)
def test_a_language_model_is_one_that_is_named(environment: dict[str, str], llm: str, served: bool) -> None:
    settings = read_settings(environment)
    assert (settings.llm, settings.llm_is_served) == (llm, served)
    assert settings.llm_address == environment.get("PINCITE_LLM_ADDRESS", "")


def test_a_key_is_not_shown() -> None:
    settings = read_settings({"PINCITE_LLM_KEY": " secret "})
    assert settings.llm_key == "secret"
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"PINCITE_LLM": "openai:gpt"}, "PINCITE_LLM_ADDRESS does not say where"),
        ({"PINCITE_LLM": "openai:gpt", "PINCITE_LLM_ADDRESS": "localhost:8000"}, "it is an address like http://"),
        ({"PINCITE_LLM": "openai:gpt", "PINCITE_LLM_ADDRESS": "file:///etc"}, "it is an address like http://"),
        ({"PINCITE_LLM": "openai:gpt", "PINCITE_LLM_ADDRESS": "http://[::1"}, "it is an address like http://"),
        ({"PINCITE_LLM_ADDRESS": "http://x.example/v1"}, "goes with a PINCITE_LLM like openai:MODEL"),
        ({"PINCITE_LLM": "x.gguf", "PINCITE_LLM_ADDRESS": "http://x.example"}, "goes with a PINCITE_LLM like"),
    ],
)
def test_where_a_model_is_has_to_be_said(environment: dict[str, str], complaint: str) -> None:
    with pytest.raises(SettingsError, match=complaint):
        read_settings(environment)
