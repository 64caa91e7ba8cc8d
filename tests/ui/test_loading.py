"""What the settings name is set up, and nothing of it is loaded before it is needed."""

import sys
from pathlib import Path

import pytest

from rag.compose.model import ModelUnavailableError
from ui.loading import composer
from ui.settings import Settings, read_settings

FOLDERS = {"PINCITE_INDEX": "/nowhere", "PINCITE_MODELS": "/nowhere"}


def settings(**named: str) -> Settings:
    return read_settings(FOLDERS | named)


def test_no_model_is_named() -> None:
    assert composer(settings()) is None


@pytest.mark.parametrize(
    ("named", "name", "local"),
    [
        ({"PINCITE_LLM": "qwen2.5-coder-1.5b-instruct"}, "qwen2.5-coder-1.5b-instruct", True),
        ({"PINCITE_LLM": "/models/tiny.gguf"}, "tiny", True),
        (
            {"PINCITE_LLM": "openai:llama3.1:8b", "PINCITE_LLM_ADDRESS": "http://127.0.0.1:11434/v1"},
            "llama3.1:8b at 127.0.0.1:11434",
            False,
        ),
        ({"PINCITE_LLM": "anthropic:claude"}, "claude at anthropic", False),
    ],
)
def test_a_model_is_set_up_by_its_name(named: dict[str, str], name: str, local: bool) -> None:
    made = composer(settings(**named))
    assert made is not None
    assert (made.model.name, made.local) == (name, local)


def test_setting_up_imports_no_client_and_no_engine() -> None:
    for name in ("xllamacpp", "langchain_openai"):
        if name in sys.modules:
            pytest.skip(f"{name} is imported already")
    composer(settings(PINCITE_LLM="/models/tiny.gguf"))
    composer(settings(PINCITE_LLM="openai:x", PINCITE_LLM_ADDRESS="http://127.0.0.1:9/v1"))
    assert not {"xllamacpp", "langchain_openai"} & sys.modules.keys()


@pytest.mark.parametrize(
    ("llm", "complaint"),
    [
        ("qwen2.5-coder-1.5b-instruct", "`pincite models pull qwen2.5-coder-1.5b-instruct` fetches it"),
        ("gpt-5", "no language model is called 'gpt-5'"),
        ("multilingual-e5-small", "no language model is called 'multilingual-e5-small'"),
        ("nowhere.gguf", "nowhere.gguf cannot be read"),
    ],
)
def test_a_model_that_is_not_there_is_told_when_it_is_to_write(
    llm: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.compose.llama.find_spec", lambda _: True)
    made = composer(settings(PINCITE_LLM=llm, PINCITE_MODELS=str(tmp_path)))
    assert made is not None
    with pytest.raises(ModelUnavailableError) as refused:
        list(made.model.stream([("human", "x")], most_tokens=1))
    assert complaint in str(refused.value)
