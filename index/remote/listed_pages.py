"""The pages that a site's sitemaps list, gathered: each once, of the site's own host, no more than a bound."""

from collections import deque
from collections.abc import Set

from index.remote import Listed, Listing
from index.remote.address import Address, AddressError
from index.remote.sitemap import MOST_SITEMAPS, Sitemap
from index.scan import Failure

_EXAMPLES = 3


class ListedPages:
    """What the sitemaps of `origin` say, of pages on `hosts`; the first `most` are taken."""

    def __init__(self, origin: Address, hosts: Set[str], most: int) -> None:
        self._origin, self._hosts, self._most = origin, hosts, most
        self._pages: dict[str, str | None] = {}
        self._pending: deque[Address] = deque()
        self._met = {str(origin)}
        self._failed: list[Failure] = []
        self._foreign: dict[str, int] = {}
        self._wrong: list[str] = []
        self._missed = self._cut = False

    def add(self, sitemap: Sitemap) -> None:
        """Take in what a sitemap lists."""
        self._cut |= not sitemap.whole
        for page in sitemap.pages:
            if (address := self._own(page.address)) is not None:
                if len(self._pages) < self._most:
                    self._pages.setdefault(str(address), page.changed)
                else:
                    self._cut |= str(address) not in self._pages
        for text in sitemap.sitemaps:
            if (address := self._own(text)) is None or str(address) in self._met:
                continue
            if len(self._met) > MOST_SITEMAPS:
                self._cut = True
                return
            self._met.add(str(address))
            self._pending.append(address)

    def miss(self, sitemap: Address, reason: str) -> None:
        """Note that a sitemap could not be had: the pages that it lists are not known."""
        self._missed = True
        self._failed.append(Failure(str(sitemap), f"{reason}; what it listed before stays"))

    def next_sitemap(self) -> Address | None:
        """A further sitemap to fetch, as long as pages are wanted."""
        if not self._pending:
            return None
        if len(self._pages) >= self._most:
            self._cut = True
            return None
        return self._pending.popleft()

    def listing(self) -> Listing:
        """All that was gathered; a list without a single page is taken for a mishap, and nothing for gone."""
        failed, whole = list(self._failed), not self._missed
        if self._foreign:
            self._fail(failed, sum(self._foreign.values()), "stand on other hosts", list(self._foreign))
        if self._wrong:
            self._fail(failed, len(self._wrong), "cannot be fetched", self._wrong)
        if self._cut:
            failed.append(
                Failure(
                    str(self._origin),
                    f"it lists more than {self._most:,} pages or {MOST_SITEMAPS:,} sitemaps; only the first are taken",
                )
            )
        if not self._pages and whole:
            failed.append(Failure(str(self._origin), "it lists no pages of its host; what was mirrored before stays"))
            whole = False
        return Listing(tuple(Listed(*item) for item in self._pages.items()), tuple(failed), whole)

    def _fail(self, failed: list[Failure], count: int, what: str, examples: list[str]) -> None:
        shown = ", ".join(ascii(example[:80])[1:-1] for example in examples[:_EXAMPLES])
        more = ", …" if len(examples) > _EXAMPLES else ""
        failed.append(Failure(str(self._origin), f"{count:,} of its addresses {what} ({shown}{more}) and are left out"))

    def _own(self, text: str) -> Address | None:
        try:
            address = Address.parse(text)
        except AddressError:
            self._wrong.append(text)
            return None
        if address.host not in self._hosts:
            self._foreign[address.host] = self._foreign.get(address.host, 0) + 1
            return None
        return address
