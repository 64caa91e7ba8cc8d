"""A language model on a server: any that speaks OpenAI's protocol, by its address, or one that LangChain knows."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.compose.model import Message, ModelUnavailableError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

RETRIES = 2  # after a connection that fails, too many requests or a server's own error, each later than the last
_HEARTBEAT = 0.2  # seconds
_STATUSES = {
    401: "refuses the key (401); check PINCITE_LLM_KEY",
    403: "refuses the key (403); check PINCITE_LLM_KEY",
    404: "is not there (404); check PINCITE_LLM and PINCITE_LLM_ADDRESS",
    429: "is asked too much (429); ask again later",
}
_LONGEST_REASON = 200  # characters of what a server says went wrong


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a server."""

    connect: float = 5.0
    first: float = 120.0  # for the first piece, over all tries: some servers load a model then
    between: float = 60.0  # from one piece to the next


@dataclass(frozen=True, slots=True)
class Served:
    """Where a model is: `provider` openai at `address`, or another provider that LangChain knows."""

    provider: str
    model: str
    address: str = ""
    key: str = field(default="", repr=False)

    def __str__(self) -> str:
        where = urlsplit(self.address).netloc.rpartition("@")[2] if self.address else self.provider
        return f"{self.model} at {where}"


class LangChainModel:
    """A model that is asked over a network. Safe to use from many threads."""

    def __init__(self, served: Served, patience: Patience = Patience()) -> None:
        """Ask the model that is `served` there; nothing is sent before it is asked."""
        self.name = str(served)
        self._served, self._patience = served, patience
        self._lock = threading.Lock()
        self._model: BaseChatModel | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        """The pieces of its answer as they come. Closing the iterator closes the connection; a grammar is not sent."""
        model, loop = self._ready()
        parts: queue.SimpleQueue[str | Exception | None] = queue.SimpleQueue()
        future = asyncio.run_coroutine_threadsafe(_write(model, list(messages), most_tokens, parts.put), loop)
        begun = False
        try:
            for part in self._waited(parts):
                if isinstance(part, Exception):
                    raise ModelUnavailableError(f"{self.name} {_what(part, begun)}") from part
                begun = begun or bool(part)
                yield part
        finally:
            future.cancel()

    def count_tokens(self, text: str) -> int | None:
        """None: servers do not say how they count."""
        return None

    def _waited(self, parts: "queue.SimpleQueue[str | Exception | None]") -> Iterator[str | Exception]:
        """What comes until the end, with an empty piece now and then while nothing does."""
        heard, patience = time.monotonic(), self._patience.first
        while True:
            try:
                part = parts.get(timeout=_HEARTBEAT)
            except queue.Empty:
                if time.monotonic() - heard > patience:
                    yield TimeoutError(f"nothing came for {patience:g} s")
                    return
                yield ""
                continue
            if part is None:
                return
            heard, patience = time.monotonic(), self._patience.between
            yield part

    def _ready(self) -> "tuple[BaseChatModel, asyncio.AbstractEventLoop]":
        with self._lock:
            if self._model is None or self._loop is None:
                self._model = _load(self._served, self._patience)
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name=self.name, daemon=True).start()
            return self._model, self._loop


def _what(error: Exception, begun: bool) -> str:
    """What a server did, as far as its client's error says, and what to do."""
    kind = type(error).__name__
    status = getattr(error, "status_code", None) or getattr(getattr(error, "response", None), "status_code", None)
    if status in _STATUSES:
        return _STATUSES[status]
    if status is not None:
        return f"failed ({status}: {_short(error)}); ask again later"
    if isinstance(error, TimeoutError) or "Timeout" in kind:
        return "did not answer in time; check that it runs, or ask again later"
    if "Connect" in kind and not begun:
        return "cannot be reached; check that it runs, and PINCITE_LLM_ADDRESS"
    return f"broke off ({kind}: {_short(error)}); ask again later"


async def _write(
    model: "BaseChatModel",
    messages: list[Message],
    most_tokens: int,
    give: Callable[[str | Exception | None], None],
) -> None:
    """Give what the model writes, then None, or the exception that ended it."""
    from langsmith import tracing_context

    try:
        with tracing_context(enabled=False):  # what a setting of LangChain's would send to its makers
            pieces = 0
            async for part in model.astream(messages, max_tokens=most_tokens):
                give(str(part.text))
                pieces += 1
                if pieces >= most_tokens:  # some servers know another name for the limit
                    break
    except Exception as error:  # each provider's client has its own
        give(error)
    else:
        give(None)


def _load(served: Served, patience: Patience) -> "BaseChatModel":
    try:
        return _openai(served, patience) if served.provider == "openai" else _other(served)
    except ImportError as error:
        package = "pincite[openai]" if served.provider == "openai" else f"langchain and langchain-{served.provider}"
        raise ModelUnavailableError(
            f"{served} needs a package that is not here ({error}); install {package}"
        ) from error
    except Exception as error:  # each provider has its own for a missing key or an unknown model
        raise ModelUnavailableError(f"{served} cannot be set up ({_short(error)}); check PINCITE_LLM") from error


def _openai(served: Served, patience: Patience) -> "BaseChatModel":
    import httpx
    from langchain_openai import ChatOpenAI
    from pydantic import SecretStr

    return ChatOpenAI(
        model=served.model,
        base_url=served.address,
        api_key=SecretStr(served.key or "none"),  # else a key of the environment's would go to this server
        temperature=0,
        max_retries=RETRIES,
        timeout=httpx.Timeout(patience.between, connect=patience.connect),
        stream_chunk_timeout=None,
        stream_usage=False,
        use_responses_api=False,
    )


def _other(served: Served) -> "BaseChatModel":
    from langchain.chat_models import init_chat_model

    more: dict[str, Any] = {"api_key": served.key, "base_url": served.address}
    more = {name: value for name, value in more.items() if value} | {"temperature": 0}
    model: BaseChatModel = init_chat_model(served.model, model_provider=served.provider, **more)
    return model


def _short(error: Exception) -> str:
    text = str(error).strip().partition("\n")[0] or type(error).__name__
    return text if len(text) <= _LONGEST_REASON else text[: _LONGEST_REASON - 1] + "…"
