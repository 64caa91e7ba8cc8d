"""Where documents can be that are in no folder: the web, buckets, servers; and what a mirror asks of any of them."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from index.limits import Limits
from index.remote.network import Patience, Resolver, system_resolver
from index.scan import Failure


@dataclass(frozen=True, slots=True)
class MirrorOptions:
    """How to mirror. All but `most_bytes` concerns the web alone, which is not read at all unless it is `enabled`.

    `allow` names hosts that may be reached at private addresses. `delay` is in seconds between two requests to one
    host; robots.txt may ask for more, up to `most_delay`. `agent` names us to hosts, the part before `/` in
    robots.txt. `resolve` gives a host's addresses, `wait` sleeps for seconds.
    """

    enabled: bool = False
    allow: tuple[str, ...] = ()
    delay: float = 1.0
    most_delay: float = 30.0
    most_pages: int = 10_000
    most_bytes: int = field(default_factory=lambda: Limits().file_bytes)  # of one document
    patience: Patience = field(default_factory=Patience)
    agent: str = "pincite"
    resolve: Resolver = system_resolver
    wait: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Listed:
    """A document that is there: its address, and what the listing says of its version, if anything."""

    address: str
    version: str | None


@dataclass(frozen=True, slots=True)
class Listing:
    """What is there. Where it is not `whole`, what is not listed may still be there."""

    documents: tuple[Listed, ...]
    failed: tuple[Failure, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Marks:
    """What tells the next time whether a document changed.

    `version` is the listing's, `etag` and `modified` are its host's; `seen` is when it was last known to be current,
    in seconds since 1970.
    """

    version: str | None
    etag: str | None
    modified: str | None
    seen: float


@dataclass(frozen=True, slots=True)
class Content:
    """A document's bytes and the name that is wanted for them: the parts of a path, the last without `suffix`.

    `exact` says that no other document there should want the same name. Reading `pieces` may raise Unfetched.
    """

    path: tuple[str, ...]
    suffix: str
    exact: bool
    pieces: Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document as it is now; `content` is None where the copy that is there is current."""

    marks: Marks
    content: Content | None


class Unfetched(Exception):  # noqa: N818 -- most often nobody's error
    """A document (or the listing) could not be had; the message is the reason, without the address.

    `outdated` says that the copy that is there is known not to be the document any more. `silent` says that nobody
    answered, which other documents may well meet too.
    """

    def __init__(self, reason: str, *, outdated: bool = False, silent: bool = False) -> None:
        super().__init__(reason)
        self.outdated, self.silent = outdated, silent


class Remote(Protocol):
    """Something that can be mirrored."""

    def listing(self) -> Listing:
        """What is there. Raises Unfetched where that cannot be known."""

    def unchanged(self, listed: Listed, marks: Marks) -> bool:
        """Whether the copy with these marks is known to be current without asking."""

    def fetch(self, listed: Listed, marks: Marks | None) -> Fetched:
        """The document as it is now; `marks` are those of the copy that is there. Raises Unfetched."""
