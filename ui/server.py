"""The web server: the HTTP interface in JSON, with the chat page mounted beside it."""

import asyncio
import logging
import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Protocol

import uvicorn
from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException

from index.document import Document
from index.errors import PinciteError, QuestionError
from index.filters import Filter
from rag.answer import Answer, Mode, RankedPassage
from ui.guard import LOOPBACK, Guard
from ui.strings import sentence

ANSWERS_AT_ONCE = 4
MOST_PASSAGES = 100  # that one request may ask for
_LAST_PORT = 65535
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
SHUTDOWN_SECONDS = 2  # that requests under way have left when the server is told to end


class Listed(Protocol):
    """A line of the list of documents."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def language(self) -> str: ...  # noqa: D102
    @property
    def passages(self) -> int: ...  # noqa: D102
    @property
    def format(self) -> str: ...  # noqa: D102
    @property
    def date(self) -> str | None: ...  # noqa: D102
    @property
    def author(self) -> str | None: ...  # noqa: D102


class Assistant(Protocol):
    """What answers; its methods are called from several threads at once."""

    @property
    def filter(self) -> Filter:
        """Who it answers for; no request can widen it."""

    def ask(self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None) -> Answer:
        """The answer to a question; raises QuestionError for one that is empty or too long."""

    def search(self, query: str, *, k: int = 10, filter: Filter | None = None) -> tuple[RankedPassage, ...]:
        """The `k` best passages, best first."""

    def document(self, id: str) -> Document | None:
        """The document of that id."""

    def documents(self) -> Sequence[Listed]:
        """Every document."""


class ServeError(PinciteError):
    """The server cannot listen at the address it was given."""


def _whole(text: str) -> str:
    """JSON can hold halves of characters, which no answer could be written with."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise PydanticCustomError("half_character", "it holds half of a character")
    return text


class _Within(BaseModel):
    """Which documents a request wants to look in: `pincite ask` has the same."""

    model_config = ConfigDict(extra="forbid")

    folder: list[str] = []
    language: list[str] = []
    since: str | None = None
    until: str | None = None
    format: list[str] = []

    def filter(self, asker: Filter) -> Filter:
        """What `asker` may see of those; raises PinciteError for what cannot be a date or a language."""
        parsed = Filter.parse(
            folders=self.folder, languages=self.language, since=self.since, until=self.until, formats=self.format
        )
        return replace(parsed, groups=asker.groups)


class _Ask(_Within):
    model_config = ConfigDict(extra="forbid", strict=True)

    question: Annotated[str, AfterValidator(_whole)]
    mode: Mode = "quote"
    k: int = Field(default=10, ge=1, le=MOST_PASSAGES)


class _Search(_Within):
    q: str
    k: int = Field(default=10, ge=1, le=MOST_PASSAGES)


def build_app(assistant: Assistant, *, hosts: Collection[str] | None = LOOPBACK) -> FastAPI:
    """The application: JSON under /health and /api, the page at /.

    `hosts` are the names it answers to in a request's Host header (a name that another site points at this machine is
    not among them); None answers to any, for a server that is meant to be reached from elsewhere.
    """
    app = FastAPI(title="Pincite", docs_url=None, redoc_url=None, openapi_url=None)
    _add_interface(app, assistant)
    _add_errors(app)
    _mount(app, assistant)
    app.state.closing = asyncio.Event()
    app.add_middleware(Guard, hosts=hosts, closing=app.state.closing)
    return app


def _add_interface(app: FastAPI, assistant: Assistant) -> None:
    limiter = CapacityLimiter(ANSWERS_AT_ONCE)

    async def in_turn(call: Callable[[], Any]) -> Any:
        return await to_thread.run_sync(call, limiter=limiter)

    @app.get("/health")
    def health() -> dict[str, Any]:
        documents = assistant.documents()
        return {"status": "ok", "documents": len(documents), "passages": sum(entry.passages for entry in documents)}

    @app.post("/api/ask")
    async def ask(asked: _Ask) -> dict[str, Any]:
        within = _filter(asked, assistant)
        answer: Answer = await in_turn(lambda: assistant.ask(asked.question, mode=asked.mode, k=asked.k, filter=within))
        return answer.to_json()

    @app.get("/api/search")
    async def search(asked: Annotated[_Search, Query()]) -> dict[str, Any]:
        within = _filter(asked, assistant)
        return {"passages": await in_turn(lambda: assistant.search(asked.q, k=asked.k, filter=within))}

    @app.get("/api/documents")
    def documents() -> list[dict[str, str | None]]:
        return [
            {
                "id": entry.id, "title": entry.title, "language": entry.language, "format": entry.format,
                "date": entry.date, "author": entry.author,
            }
            for entry in assistant.documents()
        ]  # fmt: skip

    @app.get("/api/document")
    def document(id: str) -> Document:
        found = assistant.document(id)
        if found is None:
            raise HTTPException(404, f"There is no document {id[:200]!r}: /api/documents lists them.")
        return found


def _filter(within: _Within, assistant: Assistant) -> Filter:
    try:
        return within.filter(assistant.filter)
    except PinciteError as error:
        raise HTTPException(422, sentence(error)) from error


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return _error(400, "The request's body is not JSON.")
        place = ".".join(str(part) for part in first["loc"][1:]) or "body"
        return _error(422, f"The request's {place} cannot be used: {first['msg'].lower()}.")

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return _error(error.status_code, str(error.detail))

    @app.exception_handler(QuestionError)
    async def unaskable(_: Request, error: QuestionError) -> JSONResponse:
        return _error(422, sentence(error))

    @app.exception_handler(PinciteError)
    async def unable(_: Request, error: PinciteError) -> JSONResponse:
        return _error(503, sentence(error))

    @app.exception_handler(Exception)
    async def failed(_: Request, __: Exception) -> JSONResponse:
        # The traceback goes to the server's log.
        return _error(500, "Something failed on the server; its log says what.")


def _error(status: int, sentence: str) -> JSONResponse:
    return JSONResponse({"error": sentence.encode("utf-8", "replace").decode()}, status)


def _mount(app: FastAPI, assistant: Assistant) -> None:
    # Gradio takes seconds to import: not before a port is had.
    from ui.page import mount_page

    @app.get("/page.js")
    def behaviour() -> FileResponse:
        return FileResponse(Path(__file__).with_name("page.js"), media_type="text/javascript")

    @app.get("/page.css")
    def look() -> FileResponse:
        return FileResponse(Path(__file__).with_name("page.css"), media_type="text/css")

    # The page takes every address that is left, so this one is ours first.
    @app.api_route("/health", methods=_METHODS)
    @app.api_route("/api/{rest:path}", methods=_METHODS)
    def unknown(request: Request) -> None:
        raise HTTPException(404, f"There is no {request.method} {request.url.path[:100]} here.")

    mount_page(app, assistant)


def serve(assistant: Assistant, host: str, port: int, report: Callable[[str], None]) -> None:
    """Serve until interrupted; `report` is given the address once the server answers there.

    Port 0 takes a free one. Raises ServeError where the address cannot be listened at.
    """
    listener = _listen(host, port)
    with listener:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        app = build_app(assistant, hosts={*LOOPBACK, shown.lower()} if _is_loopback(listener) else None)
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=SHUTDOWN_SECONDS
        )
        try:
            _Server(config, app.state.closing, lambda: report(address)).run(sockets=[listener])
        except KeyboardInterrupt:
            logging.getLogger(__name__).debug("interrupted")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, closing: asyncio.Event, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing = closing
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing.set()
        await super().shutdown(sockets)


def _is_loopback(listener: socket.socket) -> bool:
    address = str(listener.getsockname()[0])
    return address.startswith("127.") or address == "::1"


def _listen(host: str, port: int) -> socket.socket:
    try:
        if not 0 <= port <= _LAST_PORT:
            raise OverflowError(f"ports go from 0 to {_LAST_PORT}")
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(128)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        raise ServeError(
            f"cannot serve at {host}, port {port} ({error}): choose another with --host or --port, "
            "or end the program that listens there"
        ) from error
    return listener
