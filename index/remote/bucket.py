"""A bucket, or a folder on a server, through fsspec: S3-compatible stores, WebDAV, and what else is installed.

Keys and passwords stand in fsspec's own configuration or in the store's (`AWS_…`, FSSPEC_WEBDAV), never in an address.
"""

import time
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from index import readers
from index.errors import PinciteError, ReadError
from index.remote import Content, Fetched, Listed, Listing, Marks, Unfetched
from index.scan import Failure, check_size

_EXTRA = "s3 s3a webdav webdavs dav davs".split()  # what the extra brings
_WEBDAV = {"webdav": "http", "dav": "http", "webdavs": "https", "davs": "https"}
_VERSION = "ETag etag LastModified last_modified modified updated mtime created".split()  # as the stores call it
_MOST = 1_000_000  # documents and folders; beyond, a server is making them up
_PIECE = 1 << 20
_ODD = "backslashreplace"  # what is not Unicode in the name of a file


class Bucket:
    """What lies below `url`, no document of more than `most_bytes`."""

    def __init__(self, url: str, most_bytes: int) -> None:
        self._url, self._most = url.rstrip("/"), most_bytes
        self._protocol = url.partition("://")[0]
        self._files, self._root = _open(self._url, self._protocol)
        self._unlisted: list[str] = []
        self._found: dict[str, tuple[str, int | None]] = {}  # by address: the store's own name, and the size

    def listing(self) -> Listing:
        """The documents that can be read, hidden ones left out as in a folder. Raises Unfetched."""
        self._found.clear()
        self._unlisted.clear()
        documents = []
        try:
            for info in self._walk():
                below = _below(str(info["name"]), self._root)
                if _left_out(below):
                    continue
                address = self._address_of(below)
                self._found[address] = (str(info["name"]), info.get("size"))
                documents.append(Listed(address, _version(info)))
        except Unfetched:
            raise
        except Exception as error:  # each store raises its own
            raise Unfetched(f"it cannot be listed ({_first_line(error)})") from error
        reason = "what lies in a folder without a name cannot be listed; give it one"
        return Listing(tuple(documents), tuple(Failure(address, reason) for address in self._unlisted))

    def unchanged(self, listed: Listed, marks: Marks) -> bool:
        """Whether size, checksum and time are what they were."""
        return listed.version is not None and listed.version == marks.version

    def fetch(self, listed: Listed, marks: Marks | None) -> Fetched:
        """The document, to be read piece by piece. Raises Unfetched."""
        name, size = self._found[listed.address]
        if size is not None:
            self._check_size(size)
        path = PurePosixPath(_below(name, self._root))
        parts = (*path.parts[:-1], path.stem)
        content = Content(parts, path.suffix, str(path) == _below(name, self._root), self._pieces(name))
        return Fetched(Marks(listed.version, None, None, time.time()), content)

    def _walk(self) -> Iterator[dict[str, Any]]:
        """What is known of each document below the root. A folder that cannot be listed raises: fsspec's own walk
        passes over it, which would look as if all in it were gone.
        """
        pending, met, count = [self._root], {self._root.strip("/")}, 0
        while pending:
            at = pending.pop()
            for info in self._files.ls(at, detail=True):
                count += 1
                if count > _MOST:
                    raise Unfetched(f"it holds more than {_MOST:,} documents and folders; name a folder in it")
                name = str(info["name"]).strip("/")
                if info.get("islink"):
                    continue
                if info.get("type") != "directory":
                    if name != at.strip("/") or (name == self._root.strip("/") and info.get("size")):
                        yield info
                elif name == at.strip("/") and str(info["name"]).endswith("/"):  # `a//b` in an object store
                    self._unlisted.append(f"{self._protocol}://{name}//")
                elif name not in met and not _hidden(name.rpartition("/")[2]):
                    met.add(name)
                    pending.append(str(info["name"]))

    def _pieces(self, name: str) -> Iterator[bytes]:
        size = 0
        try:
            with self._files.open(name, "rb") as opened:
                while piece := opened.read(_PIECE):
                    size += len(piece)
                    self._check_size(size)
                    yield piece
        except Unfetched:
            raise
        except FileNotFoundError as error:
            raise Unfetched("it vanished after it was listed", outdated=True) from error
        except PermissionError as error:
            raise Unfetched(f"it may not be read ({_first_line(error)})") from error
        except Exception as error:  # each store raises its own
            raise Unfetched(f"it cannot be read ({_first_line(error)})", silent=True) from error

    def _check_size(self, size: int) -> None:
        try:
            check_size(size, self._most)
        except ReadError as error:
            raise Unfetched(str(error), outdated=True) from error

    def _address_of(self, below: str) -> str:
        if self._protocol in _WEBDAV:  # where a browser finds it
            return f"{_WEBDAV[self._protocol]}://{self._url.partition('://')[2]}/{quote(below, errors=_ODD)}"
        if below == self._url.rpartition("/")[2] and self._root.strip("/").endswith(below):
            return self._url
        return f"{self._url}/{below if below.isprintable() else quote(below, errors=_ODD)}"


def _open(url: str, protocol: str) -> tuple[Any, str]:
    """The file system that `url` names, and the root in it. Raises PinciteError."""
    if "::" in url:
        raise PinciteError(f"{url} chains several addresses, which is not read; name one")
    if ":" in urlsplit(url).netloc.rpartition("@")[0]:
        raise PinciteError(
            f"the address of {urlsplit(url).hostname} contains a password, which would be kept and shown; put it into "
            "fsspec's configuration"
        )
    try:
        if protocol in _WEBDAV:
            return _open_webdav(f"{_WEBDAV[protocol]}://{url.partition('://')[2]}"), ""
        from fsspec.core import url_to_fs

        files, root = url_to_fs(url, skip_instance_cache=True)
    except ImportError as error:
        raise PinciteError(_missing(protocol, error)) from error
    except Exception as error:  # each store raises its own
        raise PinciteError(
            f"{url} cannot be read ({_first_line(error)}); name an address such as s3://bucket/folder, "
            "webdavs://host/folder or https://host/sitemap.xml"
        ) from error
    return files, str(root)


def _open_webdav(url: str) -> Any:
    from fsspec.config import conf
    from webdav4.fsspec import WebdavFileSystem

    host = urlsplit(url).netloc

    def stay(response: Any) -> None:
        location = urljoin(str(response.url), response.headers.get("Location", ""))
        if response.is_redirect and urlsplit(location).netloc != host:
            raise Unfetched(f"it redirects to another host ({urlsplit(location).netloc})")

    options: dict[str, Any] = {"event_hooks": {"response": [stay]}, "skip_instance_cache": True}
    auth = conf.get("webdav", {}).get("auth")
    if isinstance(auth, list):  # as JSON has it, where the client wants a pair
        options["auth"] = tuple(auth)
    return WebdavFileSystem(url, **options)


def _missing(protocol: str, error: ImportError) -> str:
    if protocol in _EXTRA or error.name == "fsspec":
        return f"{protocol}:// needs packages that are not installed; run pip install 'pincite[sources]'"
    return f"{protocol}:// needs a package that is not installed ({_first_line(error)}); install it beside Pincite"


def _below(name: str, root: str) -> str:
    """A document's path below the root; the root itself is below by its own name."""
    name, root = name.strip("/"), root.strip("/")
    if root and name != root:
        return name.removeprefix(root + "/")
    return name.rpartition("/")[2] if name == root else name


def _left_out(below: str) -> bool:
    return any(map(_hidden, below.split("/"))) or not readers.supported(below)


def _hidden(part: str) -> bool:
    return part.startswith((".", "~$"))


def _version(info: dict[str, Any]) -> str | None:
    """What tells versions apart; None where only the size is known, which many have in common."""
    known = [f"{key}={info[key]}" for key in _VERSION if info.get(key)]
    return "|".join([f"size={info.get('size')}", *known]) if known else None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200] or type(error).__name__
