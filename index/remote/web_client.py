"""Getting a page: plain HTTP GET to public hosts, with bounds on time, size and redirects, and nothing else.

No cookies, no credentials, no proxies, no caches: http.client has none of them unless they are written.
"""

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from index.remote.address import Address, AddressError
from index.remote.gunzip import unpacked
from index.remote.network import NetworkError, NotPublicError, Patience, Reach, connect, why

_REDIRECTS = 5
_REDIRECTING = (301, 302, 303, 307, 308)
_PIECE = 1 << 16
_PACKING = 4096  # bytes that packing may add to what cannot be packed, and one in a hundred


class WebError(Exception):
    """A page cannot be had; the message is the reason, without its address.

    `silent` says that its host did not answer, which the next page of the same host may well meet too.
    """

    def __init__(self, reason: str, silent: bool = False) -> None:
        super().__init__(reason)
        self.silent = silent


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a page from before, so that its host need not send it again."""

    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `address` is where it stands after redirects; `body` is empty unless the status is 200.

    `whole` is False where the body was cut at the bound. `type` is the media type in lower case, "" where none is
    given; `charset` what it says of the characters.
    """

    address: Address
    status: int
    type: str
    charset: str | None
    etag: str | None
    modified: str | None
    body: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class WebClient:
    """Gets pages as `agent`, from the hosts within `reach`."""

    agent: str
    reach: Reach
    patience: Patience
    tls: Callable[[], ssl.SSLContext]  # asked for when it is needed: certificates take a while to load

    def get(self, address: Address, most: int, before: Callable[[Address], None], known: Known | None = None) -> Reply:
        """What `address` answers, after at most five redirects; no more than `most` bytes of it, unpacked.

        `before` is called with each address before it is asked, and may raise WebError to leave it alone.
        Raises WebError.
        """
        for _ in range(_REDIRECTS + 1):
            before(address)
            with _Exchange(self, address, known or Known()) as exchange:
                if exchange.status not in _REDIRECTING:
                    return exchange.reply(most)
                address = _redirected(address, exchange.header("Location"))
        raise WebError(f"it redirects more than {_REDIRECTS} times")


def _redirected(address: Address, location: str | None) -> Address:
    if not location:
        raise WebError("it redirects without saying where to")
    try:
        text = location.encode("latin-1").decode("utf-8")  # http.client reads headers as Latin-1
    except UnicodeError:
        text = location
    try:
        found = Address.parse(urljoin(str(address), text))
    except (AddressError, ValueError) as error:
        raise WebError(f"it redirects to what cannot be fetched: {error}") from error
    if address.scheme == "https" and found.scheme == "http":
        raise WebError(f"it redirects from https to http ({found}), where anybody on the way could alter it")
    return found


class _Connection(http.client.HTTPConnection):
    """A connection that is made by `network.connect`."""

    def __init__(self, client: WebClient, address: Address) -> None:
        super().__init__(address.host, address.port)
        self.default_port = 443 if address.scheme == "https" else 80  # left out of the Host header
        self._client, self._address = client, address

    def connect(self) -> None:
        self.sock: socket.socket = connect(self._address, self._client.reach, self._client.patience, self._client.tls)


class _Exchange:
    """One request and its answer."""

    def __init__(self, client: WebClient, address: Address, known: Known) -> None:
        self._address = address
        self._connection = _Connection(client, address)
        wanted = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
        headers = {name: value for name, value in wanted.items() if value}
        headers |= {"User-Agent": client.agent, "Accept-Encoding": "gzip", "Accept": "*/*", "Connection": "close"}
        try:
            self._connection.request("GET", address.target, headers=headers)
            self._response = self._connection.getresponse()
        except (OSError, http.client.HTTPException, ValueError, NetworkError, NotPublicError) as error:
            self._connection.close()
            raise _as_web_error(error) from error
        self.status = self._response.status

    def __enter__(self) -> "_Exchange":
        return self

    def __exit__(self, *error: object) -> None:
        self._response.close()
        self._connection.close()

    def header(self, name: str) -> str | None:
        return self._response.getheader(name)

    def reply(self, most: int) -> Reply:
        body = self._body(most) if self.status == 200 else b""
        headers = self._response.headers
        given = self.header("Content-Type")
        return Reply(
            self._address,
            self.status,
            headers.get_content_type() if given else "",
            headers.get_content_charset() if given else None,
            self.header("ETag"),
            self.header("Last-Modified"),
            body[:most],
            len(body) <= most,
        )

    def _body(self, most: int) -> bytes:
        """The body, or one byte more than `most` of a longer one."""
        encoding = (self.header("Content-Encoding") or "identity").strip().lower()
        if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
            raise WebError(f"it is packed as {encoding[:40]!r}, which was not asked for")
        body = bytearray()
        try:
            plain = encoding == "identity"
            pieces = self._raw(most) if plain else unpacked(self._raw(most + most // 100 + _PACKING), most)
            for piece in pieces:
                body += piece
        except (OSError, http.client.HTTPException) as error:
            raise _as_web_error(error) from error
        except ValueError as error:
            raise WebError(f"its content cannot be unpacked: {error}") from error
        return bytes(body)

    def _raw(self, most: int) -> Iterator[bytes]:
        """The body as it is sent, up to one byte more than `most`."""
        left = most + 1
        while left > 0 and (piece := self._response.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
        if left > 0 and self._response.length:
            raise http.client.IncompleteRead(b"", self._response.length)  # which reading in pieces does not notice


def _as_web_error(error: Exception) -> WebError:
    if isinstance(error, NotPublicError):
        return WebError(str(error))
    if isinstance(error, NetworkError):
        return WebError(str(error), silent=True)
    if isinstance(error, http.client.IncompleteRead):
        return WebError("its content breaks off", silent=True)
    if isinstance(error, OSError):
        return WebError(f"the connection failed ({why(error)})", silent=True)
    return WebError(f"its answer is no proper HTTP ({why(error)[:100]!r})", silent=True)
