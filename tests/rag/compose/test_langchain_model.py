"""A model on a server: what it says comes as it says it, and what goes wrong is one clear sentence."""

import socket
import time

import pytest

pytest.importorskip("langchain_openai", reason="the extra `openai` is not installed")

from rag.compose.langchain_model import LangChainModel, Patience, Served
from rag.compose.model import ModelUnavailableError
from tests.rag.compose.served import Behaviour, server

pytestmark = pytest.mark.slow

MESSAGES = (("system", "You answer."), ("human", "Who has the key?"), ("ai", "Hannah."), ("human", "Which?"))
QUICK = Patience(connect=1.0, first=5.0, between=5.0)


def model_at(address: str, patience: Patience = QUICK, key: str = "") -> LangChainModel:
    return LangChainModel(Served("openai", "tiny:1b", address, key), patience)


def said(model: LangChainModel) -> str:
    return "".join(model.stream(MESSAGES, most_tokens=50))


def failure(behaviour: Behaviour, patience: Patience = QUICK) -> str:
    with server(behaviour) as address, pytest.raises(ModelUnavailableError) as refused:
        said(model_at(address, patience))
    assert "\n" not in str(refused.value)
    assert "Traceback" not in str(refused.value)
    return str(refused.value).replace(address.split("/")[2], "HOST")


def test_its_words_as_they_come() -> None:
    behaviour = Behaviour(delay=0.05)
    with server(behaviour) as address:
        model = model_at(address, key="secret")
        assert [piece for piece in model.stream(MESSAGES, most_tokens=50) if piece] == ["Hannah ", "has the ", "key."]
        assert said(model) == "Hannah has the key."  # a second time
        assert model.name == f"tiny:1b at {address.split('/')[2]}"
    (request, _) = behaviour.requests
    assert request["model"] == "tiny:1b"
    assert request["stream"] is True
    assert request["temperature"] == 0
    assert 50 in (request.get("max_tokens"), request.get("max_completion_tokens"))
    assert [(m["role"], m["content"]) for m in request["messages"]] == [
        ("system", "You answer."), ("user", "Who has the key?"), ("assistant", "Hannah."), ("user", "Which?"),
    ]  # fmt: skip
    assert behaviour.keys == ["Bearer secret"] * 2
    assert model.count_tokens("x") is None


def test_a_key_of_the_environment_is_not_sent_to_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "private")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:9/v1")
    behaviour = Behaviour()
    with server(behaviour) as address:
        assert said(model_at(address)) == "Hannah has the key."
    assert behaviour.keys == ["Bearer none"]


def test_no_more_than_was_asked_for() -> None:
    behaviour = Behaviour(pieces=("word ",) * 100)
    with server(behaviour) as address:
        assert len(list(filter(None, model_at(address).stream(MESSAGES, most_tokens=7)))) == 7


@pytest.mark.parametrize("status", [429, 500, 503])
def test_it_is_asked_again(status: int) -> None:
    behaviour = Behaviour(statuses=[status])
    with server(behaviour) as address:
        assert said(model_at(address)) == "Hannah has the key."
    assert len(behaviour.requests) == 2


@pytest.mark.parametrize(
    ("status", "sentence", "requests"),
    [
        (401, "tiny:1b at HOST refuses the key (401); check PINCITE_LLM_KEY", 1),
        (403, "tiny:1b at HOST refuses the key (403); check PINCITE_LLM_KEY", 1),
        (404, "tiny:1b at HOST is not there (404); check PINCITE_LLM and PINCITE_LLM_ADDRESS", 1),
        (429, "tiny:1b at HOST is asked too much (429); ask again later", 3),
    ],
)
def test_a_refusal_is_told(status: int, sentence: str, requests: int) -> None:
    behaviour = Behaviour(statuses=[status] * 3)
    assert failure(behaviour, Patience(1.0, 30.0, 30.0)) == sentence
    assert len(behaviour.requests) == requests


def test_a_server_s_own_error_is_told() -> None:
    told = failure(Behaviour(statuses=[500] * 3), Patience(1.0, 30.0, 30.0))
    assert told.startswith("tiny:1b at HOST failed (500: ")
    assert told.endswith("; ask again later")


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens
        model = model_at(f"http://127.0.0.1:{taken.getsockname()[1]}/v1", Patience(1.0, 30.0, 30.0))
        with pytest.raises(
            ModelUnavailableError, match="cannot be reached; check that it runs, and PINCITE_LLM_ADDRESS"
        ):
            said(model)


@pytest.mark.parametrize("pieces", [0, 2])
def test_a_server_that_hangs(pieces: int) -> None:
    told = failure(Behaviour(hang_after=pieces), Patience(1.0, 0.6, 0.6))
    assert told == "tiny:1b at HOST did not answer in time; check that it runs, or ask again later"


def test_a_stream_that_is_cut_off() -> None:
    told = failure(Behaviour(cut_after=2))
    assert told.startswith("tiny:1b at HOST broke off (")


def test_whoever_stops_reading_closes_the_connection() -> None:
    behaviour = Behaviour(hang_after=1)
    with server(behaviour) as address:
        pieces = model_at(address).stream(MESSAGES, most_tokens=50)
        began = time.monotonic()
        for piece in pieces:
            if not piece and time.monotonic() - began > 0.1:  # it waits, and still says so
                break
        pieces.close()  # type: ignore[attr-defined]
        assert behaviour.gone.wait(5)


def test_a_provider_that_is_not_installed() -> None:
    model = LangChainModel(Served("nobody", "tiny"))
    with pytest.raises(ModelUnavailableError, match=r"tiny at nobody (needs a package|cannot be set up)") as refused:
        said(model)
    assert "PINCITE_LLM" in str(refused.value) or "langchain-nobody" in str(refused.value)


def test_a_password_in_an_address_is_not_in_the_name() -> None:
    assert str(Served("openai", "m", "https://me:pass@llm.example/v1")) == "m at llm.example"
    assert "secret" not in repr(Served("openai", "m", "https://llm.example/v1", "secret"))
