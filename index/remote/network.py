"""Connections to public hosts only: a name is resolved once, all its addresses are checked, and a checked one is used.

A sitemap, or a redirect, could otherwise have this machine fetch what only this machine can see: a service without a
password on it or beside it, or a cloud's metadata with its keys. Since the address that was checked is the one that is
connected to, a name server that answers differently the second time gains nothing.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from index.remote.address import Address

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Sequence[str]]

_TRIED = 4  # addresses of one host
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")  # carries an IPv4 address: how one is reached without IPv4
# What some version of the standard library takes for global: protocol assignments, 6to4 and its relays, documentation,
# and the public number that answers a cloud's own virtual machines.
_CLOSED: Final = tuple(
    map(ipaddress.ip_network, "192.0.0.0/24 192.88.99.0/24 168.63.129.16/32 2001::/23 2002::/16 3fff::/20".split())
)

if TYPE_CHECKING:
    _Socket = socket.socket  # what `_Limits` is mixed into
else:
    _Socket = object


class NetworkError(Exception):
    """No connection, or it broke off; the message is the reason, without the address."""


class NotPublicError(Exception):
    """A host's address must not be reached; the message is the reason and the way out."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: for a connection, for the next bytes, and for a whole answer."""

    connect: float = 10.0
    read: float = 30.0
    whole: float = 300.0


@dataclass(frozen=True, slots=True)
class Reach:
    """Which hosts may be connected to: public ones, and those named in `allowed` wherever they are.

    `ports` are the only ones. `resolve` gives the addresses of a host, as numbers.
    """

    allowed: frozenset[str]
    ports: frozenset[int]
    resolve: Resolver


def system_resolver(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def connect(address: Address, reach: Reach, patience: Patience, tls: Callable[[], ssl.SSLContext]) -> socket.socket:
    """A connection to the address's host, with TLS where its scheme says so; reading from it obeys `patience`.

    Raises NotPublicError, or NetworkError where none comes about.
    """
    if address.port not in reach.ports:
        raise NotPublicError(f"it leads to port {address.port} of {address.host}, which is not read from")
    until = time.monotonic() + patience.whole
    plain = _open(_checked(address, reach), address.port, patience.connect)
    opened = _secured(plain, address.host, tls()) if address.scheme == "https" else plain
    opened.limit(until, patience.read)
    return opened


def is_public(number: IPAddress) -> bool:
    """Whether an address is a public host's, whatever form it is written in."""
    if any(number in network for network in _CLOSED):
        return False
    if isinstance(number, ipaddress.IPv4Address):
        return number.is_global and not number.is_multicast
    if number.ipv4_mapped:
        return is_public(number.ipv4_mapped)
    if number in _NAT64:
        return is_public(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF))
    return number in _GLOBAL_UNICAST and number.is_global


def _checked(address: Address, reach: Reach) -> list[IPAddress]:
    """The host's addresses, all of which may be connected to."""
    try:
        numbers = [ipaddress.ip_address(number) for number in reach.resolve(address.host, address.port)]
    except (OSError, ValueError) as error:
        raise NetworkError(f"the host {address.host} is not known ({why(error)})") from error
    if not numbers:
        raise NetworkError(f"the host {address.host} has no address")
    for number in numbers:
        if address.host not in reach.allowed and not is_public(number):
            raise NotPublicError(
                f"the host {address.host} has the address {number}, which is not public; "
                f"if it is to be read from, name {address.host} in PINCITE_WEB_ALLOW"
            )
    return numbers


class _Limits(_Socket):
    """A socket that waits for no bytes longer than is left until its end: many short waits would add up."""

    _until = _most = float("inf")

    def limit(self, until: float, most: float) -> None:
        """Wait `most` seconds for some bytes, and for none after the monotonic time `until`."""
        self._until, self._most = until, most
        self.settimeout(most)

    def recv_into(self, *args: Any, **named: Any) -> int:
        if self._until < float("inf"):
            left = self._until - time.monotonic()
            if left <= 0:
                raise TimeoutError("it took too long")
            self.settimeout(min(left, self._most))
        read: int = super().recv_into(*args, **named)
        return read


class _Plain(_Limits, socket.socket):
    pass


class _Secure(_Limits, ssl.SSLSocket):
    pass


def _open(numbers: Sequence[IPAddress], port: int, seconds: float) -> _Plain:
    """A connection to the first of the addresses that takes one."""
    reason = "no address"
    for number in numbers[:_TRIED]:
        opened = _Plain(socket.AF_INET if number.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
        try:
            opened.settimeout(seconds)
            opened.connect((str(number), port))
        except OSError as error:
            opened.close()
            reason = why(error)
        else:
            return opened
    raise NetworkError(f"no connection ({reason})")


def _secured(opened: _Plain, host: str, context: ssl.SSLContext) -> _Secure:
    context.sslsocket_class = _Secure
    try:
        secure = context.wrap_socket(opened, server_hostname=host)  # the name, which its certificate must be for
    except (OSError, ValueError) as error:
        opened.close()
        raise NetworkError(f"no secure connection ({why(error)})") from error
    assert isinstance(secure, _Secure)
    return secure


def why(error: Exception) -> str:
    """What went wrong, in a few words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it took too long"
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
