"""A website as its sitemap lists it, or the pages of a list of addresses: asked for politely, and never twice in vain.

Only pages of the list's own host are taken. Before a page, the host's robots.txt is asked whether we may have it; the
list itself, which the person named, and the sitemaps that it names are meant for such as us and are fetched without.
"""

import functools
import http
import ssl
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote

from index.errors import PinciteError
from index.remote import Content, Fetched, Listed, Listing, Marks, MirrorOptions, Unfetched
from index.remote.address import PORTS, Address, AddressError, host_name
from index.remote.listed_pages import ListedPages
from index.remote.media_types import suffix_for, text_as_utf8
from index.remote.network import Reach
from index.remote.pace import Pace
from index.remote.robots import MOST_BYTES as ROBOTS_BYTES
from index.remote.robots import Robots
from index.remote.sitemap import MOST_BYTES as SITEMAP_BYTES
from index.remote.sitemap import Sitemap, SitemapError, parse
from index.remote.web_client import Known, Reply, WebClient, WebError

_TRUST = 30 * 86_400  # seconds for which an unchanged date in the list is believed
_SLACK = timedelta(minutes=5)  # between the host's clock and ours
_DAY_ANYWHERE = timedelta(days=1, hours=12)  # from a date's midnight in UTC until that day is over everywhere
_GONE = (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE)
_BUSY = (http.HTTPStatus.REQUEST_TIMEOUT, http.HTTPStatus.TOO_EARLY, http.HTTPStatus.TOO_MANY_REQUESTS)


class Website:
    """The pages that the list at `address` names."""

    def __init__(self, address: Address, options: MirrorOptions) -> None:
        self._address, self._options = address, options
        reach = Reach(_names(options.allow), frozenset((*PORTS.values(), address.port)), options.resolve)
        self._client = WebClient(options.agent, reach, options.patience, functools.cache(ssl.create_default_context))
        self._pace = Pace(options.delay, options.wait)
        self._hosts = {address.host}
        self._robots: dict[str, Robots | WebError] = {}

    def listing(self) -> Listing:
        """The pages of the list, and of the sitemaps that it names on the same host. Raises Unfetched."""
        sitemap = self._sitemap(self._address, self._paced)
        pages = ListedPages(self._address, self._hosts, self._options.most_pages)
        pages.add(sitemap)
        while (further := pages.next_sitemap()) is not None:
            try:
                pages.add(self._sitemap(further, self._own_paced))
            except Unfetched as error:
                pages.miss(further, str(error))
        return pages.listing()

    def unchanged(self, listed: Listed, marks: Marks) -> bool:
        """Whether the list gives the date that it gave the last time, and a change since would have another."""
        if listed.version is None or listed.version != marks.version or time.time() - marks.seen > _TRUST:
            return False
        over = _over(listed.version)
        return over is not None and datetime.fromtimestamp(marks.seen, UTC) > over

    def fetch(self, listed: Listed, marks: Marks | None) -> Fetched:
        """The page, or that it did not change. Raises Unfetched."""
        address, now = Address.parse(listed.address), time.time()
        known = Known(marks.etag, marks.modified) if marks else None
        try:
            reply = self._client.get(address, self._options.most_bytes, self._allowed, known)
        except WebError as error:
            raise Unfetched(str(error), silent=error.silent) from error
        if reply.status == http.HTTPStatus.NOT_MODIFIED and marks:
            return Fetched(Marks(listed.version, reply.etag or marks.etag, reply.modified or marks.modified, now), None)
        _check(reply)
        if not reply.whole:
            most = self._options.most_bytes
            raise Unfetched(f"it is too large: more than the {most:,} bytes that are read at most", outdated=True)
        return Fetched(Marks(listed.version, reply.etag, reply.modified, now), _content(address, reply))

    def _sitemap(self, address: Address, before: Callable[[Address], None]) -> Sitemap:
        try:
            reply = self._client.get(address, SITEMAP_BYTES, before)
        except WebError as error:
            raise Unfetched(str(error)) from error
        if reply.status != http.HTTPStatus.OK:
            raise Unfetched(_answer(reply.status))
        if not reply.whole:
            raise Unfetched(f"it has more than {SITEMAP_BYTES:,} bytes; split it into several sitemaps")
        if address == self._address:
            self._hosts.add(reply.address.host)  # where a site moved to, "www." most often
        try:
            return parse(reply.body, self._options.most_pages)
        except SitemapError as error:
            raise Unfetched(str(error)) from error

    def _paced(self, address: Address) -> None:
        self._pace.turn(address.host)

    def _own_paced(self, address: Address) -> None:
        if address.host not in self._hosts:
            raise WebError(f"it redirects to another host ({address.host})")
        self._paced(address)

    def _allowed(self, address: Address) -> None:
        """Wait for a page's turn. Raises WebError where it is another host's, or robots.txt withholds it."""
        if address.host in self._hosts and not self._robots_of(address).allows(address.target):
            raise WebError(f"{address.site}/robots.txt asks not to fetch {address.target}")
        self._own_paced(address)

    def _robots_of(self, address: Address) -> Robots:
        if address.site not in self._robots:
            self._robots[address.site] = self._read_robots(address)
        found = self._robots[address.site]
        if isinstance(found, WebError):
            raise found
        return found

    def _read_robots(self, address: Address) -> Robots | WebError:
        """What the site asks; an error where it may ask for something that cannot be known."""
        try:
            reply = self._client.get(Address.parse(f"{address.site}/robots.txt"), ROBOTS_BYTES, self._paced)
        except WebError as error:
            return WebError(f"{address.site}/robots.txt cannot be read: {error}", error.silent)
        if reply.status >= 500 or reply.status in _BUSY:
            return WebError(f"{address.site}/robots.txt cannot be read: {_answer(reply.status)}", silent=True)
        if reply.status != http.HTTPStatus.OK:
            return Robots()  # there are no rules
        robots = Robots.parse(reply.body.decode("utf-8", "replace"), self._options.agent.partition("/")[0])
        self._pace.slow_down(address.host, min(robots.delay or 0.0, self._options.most_delay))
        return robots


def _check(reply: Reply) -> None:
    """Raise Unfetched unless the answer is the page."""
    if reply.status == http.HTTPStatus.OK:
        return
    if reply.status in _GONE:
        raise Unfetched(f"it is listed and not there any more: {_answer(reply.status)}", outdated=True)
    raise Unfetched(_answer(reply.status), silent=reply.status >= 500 or reply.status in _BUSY)


def _answer(status: int) -> str:
    try:
        return f"its host answers {status} {http.HTTPStatus(status).phrase}"
    except ValueError:
        return f"its host answers {status}"


def _content(address: Address, reply: Reply) -> Content:
    *folders, last = address.path[1:].split("/")
    suffix = suffix_for(reply.type, address.path) or suffix_for(reply.type, reply.address.path)
    if suffix is None:
        raise Unfetched(f"it is of the type {reply.type[:80] or 'unknown'!r}, which cannot be read", outdated=True)
    stem = PurePosixPath(last).stem if PurePosixPath(last).suffix == suffix else last
    parts = [unquote(part, errors="surrogateescape") for part in (*folders, stem or "index")]
    host = address.site.partition("://")[2]
    data = text_as_utf8(reply.body, reply.type, reply.charset)
    return Content((host.replace(":", "_"), *parts), suffix, address.query is None, [data])


def _over(changed: str) -> datetime | None:
    """When the time that a list gives for a page's change was over, to the precision that it is given in."""
    try:
        if len(changed) == len("2024-05-31"):
            return datetime.combine(date.fromisoformat(changed), datetime.min.time(), UTC) + _DAY_ANYWHERE
        found = datetime.fromisoformat(changed)
    except (ValueError, OverflowError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC) + timedelta(hours=12)) + _SLACK


def _names(allow: tuple[str, ...]) -> frozenset[str]:
    try:
        return frozenset(map(host_name, allow))
    except AddressError as error:
        raise PinciteError(
            f"PINCITE_WEB_ALLOW names {allow}, not all of which are hosts; name hosts such as wiki.example"
        ) from error
