"""Mirrors: what is on the web or in a bucket is brought in line with a folder, which is then synced like any other.

A document that is no longer listed, or that its host says is gone, is removed. One that cannot be had at the moment
keeps its last copy and is reported; where the listing itself cannot be had, everything stays as it is.
"""

import contextlib
import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import PinciteError
from index.mirror_folder import MirrorFolder, opened, read_record
from index.remote import Listed, Listing, MirrorOptions, Remote, Unfetched
from index.remote.address import Address, AddressError
from index.scan import Failure

__all__ = ["MirrorOptions", "MirrorProgress", "MirrorReport", "folder_for", "is_remote", "mirror", "origin_of", "urls"]

FOLDER = "mirrors"  # below an index
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # two letters at least: C:// is a drive
_LONGEST_SLUG = 60
_SAVE_SECONDS = 30.0
_GIVE_UP = 5  # documents in a row that nobody answered for


@dataclass(frozen=True, slots=True)
class MirrorProgress:
    """How far a mirror is: `documents` of `of_documents` that are listed."""

    documents: int
    of_documents: int


@dataclass(frozen=True, slots=True)
class MirrorReport:
    """What was done: how many documents were written, were current already, and were removed.

    `failed` names documents by their address.
    """

    failed: tuple[Failure, ...]
    fetched: int
    unchanged: int
    removed: int


def is_remote(text: str) -> bool:
    """Whether a source is an address (`https://…`, `s3://…`) rather than a folder."""
    return _SCHEME.match(text) is not None


def folder_for(url: str, index: Path) -> Path:
    """Where an index keeps the mirror of `url`: the same folder for all spellings of one address.

    Raises PinciteError where `url` is no address.
    """
    origin = _origin(url)
    slug = re.sub(r"[^a-z0-9]+", "-", origin.partition("://")[2].lower())[:_LONGEST_SLUG].strip("-")
    return index / FOLDER / f"{slug or 'mirror'}-{hashlib.sha256(origin.encode()).hexdigest()[:12]}"


def origin_of(folder: Path) -> str | None:
    """The address that `folder` mirrors, or None where it is no mirror. Raises IndexDamagedError."""
    record = read_record(folder)
    return record.origin if record else None


def urls(folder: Path) -> dict[str, str]:
    """The address of each document of a mirror, by its path below the folder. Raises IndexDamagedError."""
    record = read_record(folder)
    return {copy.name: address for address, copy in record.copies.items()} if record else {}


def mirror(url: str, folder: Path, options: MirrorOptions, progress: Callable[[MirrorProgress], None]) -> MirrorReport:
    """Bring `folder` in line with what `url` lists: a sitemap, a list of addresses, a bucket or a folder on a server.

    What cannot be had is in the report. Raises PinciteError where `url` cannot be mirrored at all, the web is not
    enabled, a package is missing, or the folder cannot be written to.
    """
    origin = _origin(url)
    remote = _remote(origin, options)
    with _storing(origin, folder), opened(folder, origin) as local:
        run = _Run(origin, remote, local, progress)
        try:
            return run.carry_out()
        finally:
            local.save()


def _origin(url: str) -> str:
    """The one spelling of an address."""
    scheme = _SCHEME.match(url.strip())
    if scheme is None:
        raise PinciteError(
            f"{url} is no address; name one such as https://example.org/sitemap.xml or s3://bucket/folder"
        )
    if scheme[1].lower() not in ("http", "https"):
        return scheme[0].lower() + url.strip()[scheme.end() :]
    try:
        return str(Address.parse(url))
    except AddressError as error:
        raise PinciteError(f"{_hidden(url)} cannot be read: {error}") from error


def _hidden(url: str) -> str:
    """An address without the password that may stand in it."""
    return re.sub(r"//[^/@]*@", "//…@", url)


def _remote(origin: str, options: MirrorOptions) -> Remote:
    # Imported here: what is not used need not be loaded.
    if origin.startswith(("http://", "https://")):
        if not options.enabled:
            raise PinciteError(f"{origin} is on the web, which is not read unless it is allowed; set PINCITE_WEB=on")
        from index.remote.web import Website

        return Website(Address.parse(origin), options)
    from index.remote.bucket import Bucket

    return Bucket(origin, options.most_bytes)


@contextlib.contextmanager
def _storing(origin: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PinciteError(
            f"the mirror of {origin} cannot be written to {folder} ({error.strerror or error}); what was "
            "mirrored before stays; make room or allow writing there, and sync again"
        ) from error


class _Run:
    def __init__(
        self, origin: str, remote: Remote, local: MirrorFolder, progress: Callable[[MirrorProgress], None]
    ) -> None:
        self._origin, self._remote, self._local, self._tell = origin, remote, local, progress
        self._failed: list[Failure] = []
        self._fetched = self._unchanged = self._removed = 0
        self._silent = 0  # documents in a row
        self._saved_at = time.monotonic()

    def carry_out(self) -> MirrorReport:
        try:
            listing = self._remote.listing()
        except Unfetched as error:
            return MirrorReport((Failure(self._origin, f"{error}; what was mirrored before stays"),), 0, 0, 0)
        self._failed.extend(listing.failed)
        if listing.whole:
            self._remove_unlisted(listing)
        for done, listed in enumerate(listing.documents):
            self._tell(MirrorProgress(done, len(listing.documents)))
            self._take(listed)
            self._save_if_due()
            if self._silent == _GIVE_UP:
                left = len(listing.documents) - done - 1
                self._fail(self._origin, f"it did not answer {_GIVE_UP} times in a row; {left} more were not asked for")
                break
        else:
            self._tell(MirrorProgress(len(listing.documents), len(listing.documents)))
        return MirrorReport(tuple(self._failed), self._fetched, self._unchanged, self._removed)

    def _remove_unlisted(self, listing: Listing) -> None:
        listed = {document.address for document in listing.documents}
        for address in self._local.addresses():
            if address not in listed:
                self._removed += self._local.drop(address)

    def _take(self, listed: Listed) -> None:
        copy = self._local.intact(listed.address)
        if copy and self._remote.unchanged(listed, copy.marks):
            self._unchanged += 1
            return
        try:
            fetched = self._remote.fetch(listed, copy.marks if copy else None)
            if fetched.content is None:
                self._local.keep(listed.address, fetched.marks)
                self._unchanged += 1
            elif self._local.store(listed.address, fetched.content, fetched.marks):
                self._fetched += 1
            else:
                self._unchanged += 1
            self._silent = 0
        except Unfetched as error:
            self._silent = self._silent + 1 if error.silent else 0
            if error.outdated:
                self._removed += self._local.drop(listed.address)
            self._fail(listed.address, str(error))

    def _fail(self, address: str, reason: str) -> None:
        self._failed.append(Failure(address, reason))

    def _save_if_due(self) -> None:
        if time.monotonic() - self._saved_at > _SAVE_SECONDS:
            self._local.save()
            self._saved_at = time.monotonic()
