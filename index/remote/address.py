"""Addresses of the web in one spelling: what is fetched, compared with robots.txt, and shown is the same text."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlsplit

PORTS = {"http": 80, "https": 443}
_LONGEST = 2048  # characters, as the sitemap protocol has it
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NETLOC = re.compile(r"(\[[^\[\]@]*\]|[^:\[\]@]*)(:[0-9]*)?")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "/%:@!$&'()*+,;=~?[]|"


class AddressError(ValueError):
    """A text is no address that can be fetched; the message is the reason, without the text."""


@dataclass(frozen=True, slots=True)
class Address:
    """`host` is in ASCII and lower case, an IPv6 one without brackets; `path` and `query` are percent-encoded ASCII.

    `path` begins with a slash and has no dot segments; `query` is None where there is no question mark.
    """

    scheme: str  # "http" or "https"
    host: str
    port: int
    path: str
    query: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address that `text` gives in full; its fragment is dropped. Raises AddressError."""
        text = text.strip()
        if len(text) > _LONGEST:
            raise AddressError(f"it has {len(text):,} characters where {_LONGEST:,} are taken at most")
        if not text.replace(" ", "").isprintable():
            raise AddressError("it contains control characters")
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise AddressError(f"it is no valid address ({error})") from error
        if parts.scheme not in PORTS:
            raise AddressError("it does not begin with http:// or https://")
        if "@" in parts.netloc:
            raise AddressError("it contains a user name or password, which would be kept and shown; leave them out")
        if port == 0 or not _NETLOC.fullmatch(parts.netloc):
            raise AddressError("its host or port is not valid")
        query = escaped(parts.query) if "?" in text.partition("#")[0] else None
        path = _without_dots(escaped(parts.path.replace("?", "%3F")))
        return cls(parts.scheme, _host(parts.hostname or ""), port or PORTS[parts.scheme], path, query)

    @property
    def site(self) -> str:
        """Scheme, host and port: what has one robots.txt."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port != PORTS[self.scheme] else "")

    @property
    def target(self) -> str:
        """What is asked of the host: path and query."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    def __str__(self) -> str:
        return self.site + self.target


def escaped(text: str) -> str:
    """A path or query in ASCII: escapes that need not be are undone, what must be escaped is, in capitals."""
    return quote(_ESCAPE.sub(_escape, text), safe=_KEPT, errors="replace")


def host_name(text: str) -> str:
    """A host's name in ASCII and lower case, without a closing dot. Raises AddressError where it is none."""
    return _host(text.strip().strip("[]"))


def _escape(found: re.Match[str]) -> str:
    if found[1] is None:
        return "%25"
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else found[0].upper()


def _host(name: str) -> str:
    if ":" in name:
        try:
            number = ipaddress.IPv6Address(name)
        except ValueError as error:
            raise AddressError("its host is no valid IPv6 address") from error
        if number.scope_id is not None:
            raise AddressError("its host names an interface of one machine")
        return str(number)
    try:
        ascii_name = name.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise AddressError("its host is no valid name") from error
    if not _HOST.fullmatch(ascii_name) or len(ascii_name) > 253:
        raise AddressError("its host is no valid name")
    return ascii_name


def _without_dots(path: str) -> str:
    """The path as servers understand it: `/a/../b` is `/b`, and nothing lies above the root."""
    kept: list[str] = []
    segments = path.split("/")[1:] or [""]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)
