"""The web server: the HTTP interface in JSON, with the chat page mounted beside it."""

import asyncio
import logging
import socket
from collections.abc import Callable, Collection
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse
from starlette.exceptions import HTTPException

from index.errors import PinciteError, QuestionError
from rag.assistant import Assistant
from rag.check.draft import DraftError
from ui.accounts import Accounts
from ui.guard import LOOPBACK, Guard
from ui.interface import add_documents, add_drafts, add_histories, add_questions
from ui.problems import ProblemKind, kind_of
from ui.streaming import FAILED
from ui.strings import sentence

_LAST_PORT = 65535
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_PARTS = {"page.js": "text/javascript", "check.js": "text/javascript", "page.css": "text/css", "check.css": "text/css"}
SHUTDOWN_SECONDS = 2  # that requests under way have left when the server is told to end


class ServeError(PinciteError):
    """The server cannot listen at the address it was given."""


def build_app(
    assistant: Assistant, *, hosts: Collection[str] | None = LOOPBACK, accounts: Accounts | None = None
) -> FastAPI:
    """The application: JSON under /health and /api, the page at /.

    `hosts` are the names it answers to in a request's Host header (a name that another site points at this machine is
    not among them); None answers to any, for a server that is meant to be reached from elsewhere. With `accounts`,
    histories are kept for who is signed in.
    """
    app = FastAPI(title="Pincite", docs_url=None, redoc_url=None, openapi_url=None)
    add_questions(app, assistant, _log_failure)
    add_documents(app, assistant)
    add_drafts(app, assistant, _log_failure)
    add_histories(app, accounts)
    _add_errors(app)
    _mount(app, assistant, accounts)
    app.state.closing = asyncio.Event()
    app.add_middleware(Guard, hosts=hosts, closing=app.state.closing, once=accounts.header if accounts else None)
    return app


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

    @app.exception_handler(DraftError)
    @app.exception_handler(QuestionError)
    async def unaskable(_: Request, error: PinciteError) -> JSONResponse:
        return _error(422, sentence(error), kind_of(error))

    @app.exception_handler(PinciteError)
    async def unable(_: Request, error: PinciteError) -> JSONResponse:
        return _error(503, sentence(error), kind_of(error))

    @app.exception_handler(Exception)
    async def failed(_: Request, __: Exception) -> JSONResponse:
        # The traceback goes to the server's log.
        return _error(500, FAILED, "failed")


def _error(status: int, sentence: str, reason: ProblemKind | None = None) -> JSONResponse:
    body = {"error": sentence.encode("utf-8", "replace").decode()}
    return JSONResponse(body | ({"reason": reason} if reason else {}), status)


def _log_failure(error: Exception) -> None:
    logging.getLogger(__name__).error("a request failed after its first line", exc_info=error)


def _mount(app: FastAPI, assistant: Assistant, accounts: Accounts | None) -> None:
    # Gradio takes seconds to import: not before a port is had.
    from ui.page import mount_page

    for name, kind in _PARTS.items():
        _add_part(app, name, kind)

    # The page takes every address that is left, so this one is ours first.
    @app.api_route("/health", methods=_METHODS)
    @app.api_route("/api/{rest:path}", methods=_METHODS)
    def unknown(request: Request) -> None:
        raise HTTPException(404, f"There is no {request.method} {request.url.path[:100]} here.")

    mount_page(app, assistant, accounts)


def _add_part(app: FastAPI, name: str, kind: str) -> None:
    @app.get(f"/{name}")
    def part() -> FileResponse:
        return FileResponse(Path(__file__).with_name(name), media_type=kind)


def serve(
    assistant: Assistant, host: str, port: int, report: Callable[[str], None], accounts: Accounts | None = None
) -> None:
    """Serve until interrupted; `report` is given the address once the server answers there.

    Port 0 takes a free one. Raises ServeError where the address cannot be listened at.
    """
    listener = _listen(host, port)
    with listener:
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        hosts = {*LOOPBACK, shown.lower()} if _is_loopback(listener) else None
        app = build_app(assistant, hosts=hosts, accounts=accounts)
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
