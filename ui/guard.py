"""What stands between the network and the application: who may call, how much they may send, what may run."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any

from ui.strings import choose

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
LARGEST_BODY = 1_000_000  # bytes
LARGEST_DRAFT = 12_000_000  # bytes of a request that brings a draft

# All that a browser needs of Gradio to show the page; its other addresses (uploads, files, proxies) are not served.
_PAGE_ADDRESSES = re.compile(
    r"/|/(?:page|check)\.(?:js|css)|/config|/theme\.css|/favicon\.ico|/manifest\.json|/(?:assets|static)/.*"
    r"|/gradio_api/(?:queue/(?:join|data)|heartbeat/.*|app_id|startup-events|cancel|reset|theme\.css)"
)
_OWN_ADDRESSES = re.compile(r"/health|/api/.*")

_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# Gradio compiles its HTML component's template in the browser, hence 'unsafe-eval', and styles elements one by one.
# Scripts within the page run only if they are the very ones the server put there: each is named by its hash.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'{hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
# The page's own look and behaviour, linked from its head: given to Gradio as settings, they would be rewritten or late.
_OWN_PARTS = (
    b'<meta name="color-scheme" content="light dark">'
    b'<link rel="stylesheet" href="page.css"><link rel="stylesheet" href="check.css">'
    b'<script src="page.js" defer></script><script src="check.js" defer></script></head>'
)
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


class Guard:
    """An ASGI application around another. Refusals are JSON `{"error": sentence}`."""

    def __init__(
        self, app: Application, hosts: Collection[str] | None, closing: asyncio.Event, once: str | None = None
    ) -> None:
        self._app = app
        self._once = once.lower().encode() if once else None  # a header that a request may have only once
        self._hosts = hosts  # None: any name will do
        self._closing = closing  # set once the server is to end

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(scope, headers)
        most = LARGEST_DRAFT if scope["path"] == "/api/check" else LARGEST_BODY
        body = b"" if refusal else await _read(receive, most)
        if body is None:
            refusal = 413, f"The request is too large: at most {most} bytes are read."
        if refusal:
            await _refuse(send, *refusal)
        else:
            await self._pass_on(scope, headers, self._replayed(body or b"", receive), send)

    def _refusal(self, scope: Message, headers: dict[str, str]) -> tuple[int, str] | None:
        host = re.sub(r":\d*$", "", headers.get("host", "")).lower()
        if self._hosts is not None and host not in self._hosts:
            names = " or ".join(sorted(self._hosts))
            return 400, f"This server does not answer to the name {host[:100]!r}: use {names}."
        if self._once and sum(name == self._once for name, _ in scope["headers"]) > 1:
            return 400, f"The request has more than one header {self._once.decode()}."
        path = scope["path"]
        if not _PAGE_ADDRESSES.fullmatch(path) and not _OWN_ADDRESSES.fullmatch(path):
            return 404, f"There is nothing at {path[:200]!r}."
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        # A page of another site can send other types without asking first, but not this one.
        if scope["method"] not in ("GET", "HEAD") and kind != "application/json":
            return 415, "The request's Content-Type must be application/json."
        return None

    def _replayed(self, body: bytes, receive: Receive) -> Receive:
        """Gives the body that was read, then waits for the visitor to leave or the server to end.

        An open page keeps a connection for as long as it is open, which the end must not wait for.
        """
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def receiving() -> Message:
            if waiting:
                return waiting.pop()
            ends = [asyncio.ensure_future(receive()), asyncio.ensure_future(self._closing.wait())]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for end in ends:
                    end.cancel()
            return {"type": "http.disconnect"}

        return receiving

    async def _pass_on(self, scope: Message, headers: dict[str, str], receive: Receive, send: Send) -> None:
        if scope["path"] == "/":
            # Uncompressed, so that its scripts can be hashed.
            plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            await self._app({**scope, "headers": plain}, receive, _Finished(send, headers.get("accept-language", "")))
        else:
            await self._app(scope, receive, _hardened(send, _POLICY.format(hashes="")))


class _Finished:
    """Sends the page once it is whole: in the visitor's language, with a policy that names its scripts."""

    def __init__(self, send: Send, accept_language: str) -> None:
        self._send = send
        self._language = accept_language
        self._start: Message = {}
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        strings = choose(self._language)
        opening = f'<html lang="{strings.language}" dir="{strings.direction}"'.encode()
        body = re.sub(rb'<html\s+lang="en"', opening, self._body, count=1)
        # Gradio's cards for social networks, which speak of Gradio.
        body = re.sub(rb'<meta\s+(?:property="og:|name="twitter:)[^>]*>\s*', b"", body)
        body = body.replace(b"</head>", _OWN_PARTS, 1)
        kept = [(name, value) for name, value in self._start["headers"] if name != b"content-length"]
        self._start["headers"] = [*kept, (b"content-length", str(len(body)).encode())]
        send = _hardened(self._send, _policy_for(body))
        await send(self._start)
        await send({"type": "http.response.body", "body": body})


def _policy_for(page: bytes) -> str:
    digests = [base64.b64encode(hashlib.sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(page)]
    return _POLICY.format(hashes="".join(f" 'sha256-{digest}'" for digest in digests))


def _hardened(send: Send, policy: str) -> Send:
    added = [(name.encode(), value.encode()) for name, value in {**_HEADERS, "content-security-policy": policy}.items()]

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            # No other site may read an answer, whatever the libraries beneath would allow.
            kept = [(name, value) for name, value in message["headers"] if not name.startswith(b"access-control-")]
            message["headers"] = [*kept, *added]
        await send(message)

    return sending


async def _read(receive: Receive, most: int) -> bytes | None:
    """The request's body, or None where it is too large or breaks off."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += bytes(message.get("body", b""))
        if len(body) > most:
            return None
        if not message.get("more_body"):
            return body


async def _refuse(send: Send, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}, ensure_ascii=True).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if status == 413:
        headers.append((b"connection", b"close"))
    sending = _hardened(send, _POLICY.format(hashes=""))
    await sending({"type": "http.response.start", "status": status, "headers": headers})
    await sending({"type": "http.response.body", "body": body})
