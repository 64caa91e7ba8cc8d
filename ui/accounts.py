"""Who is signed in, as a proxy in front of the server says, and what was asked before by each of them."""

import hashlib
import json
import logging
import os
import re
import tempfile
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from index.errors import PinciteError
from ui.history import MOST_TURNS, Record

LARGEST = 4_000_000  # bytes of one user's history; older turns go first
LONGEST_USER = 320  # characters, as many as an address of e-mail has at most
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,99}")
_log = logging.getLogger(__name__)


class HistoryError(PinciteError):
    """A history that cannot be read or written, or a request that says in two ways who is signed in."""


class Histories:
    """One file a user in a folder of its own, named so that no user's name is a path. Safe to use from many threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def of(self, user: str) -> list[Record]:
        """What is kept for a user, oldest first. Raises HistoryError."""
        path = self._path(user)
        try:
            kept = json.loads(path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, ValueError, RecursionError) as error:
            raise HistoryError(
                f"the history in {path.name} cannot be read ({error}); delete it to begin anew"
            ) from error
        return [record for record in kept if isinstance(record, dict)] if isinstance(kept, list) else []

    def add(self, user: str, record: Record) -> None:
        """Keep one turn more. Raises HistoryError."""
        with self._lock:
            records = [*self.of(user), record][-MOST_TURNS:]
            while len(data := json.dumps(records, ensure_ascii=False).encode("utf-8", "replace")) > LARGEST:
                records = records[1:]
            self._write(self._path(user), data)

    def delete(self, user: str) -> None:
        """Keep nothing of a user's any more. Raises HistoryError."""
        try:
            with self._lock:
                self._path(user).unlink(missing_ok=True)
        except OSError as error:
            raise HistoryError(
                f"the history cannot be deleted ({error}); see the server's folder of histories"
            ) from error

    def _path(self, user: str) -> Path:
        return self._folder / f"{hashlib.sha256(user.encode('utf-8', 'replace')).hexdigest()}.json"

    def _write(self, path: Path, data: bytes) -> None:
        """Replace a file in one step by one that nobody else may read."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix="part-")  # of mode 600
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise HistoryError(
                f"the history cannot be kept in {self._folder} ({error}); make room or choose another"
            ) from error


@dataclass(frozen=True, slots=True)
class Accounts:
    """The header in which the proxy in front names who is signed in, and where their histories are."""

    header: str
    histories: Histories

    def __post_init__(self) -> None:
        """Raise HistoryError for what is no header's name."""
        if not _HEADER.fullmatch(self.header):
            raise HistoryError(f"{self.header[:100]!r} is no name of a header; give one such as X-Remote-User")

    def user(self, headers: Iterable[tuple[str, str]]) -> str | None:
        """Who is signed in; None for nobody. Raises HistoryError where a request says it twice."""
        wanted = self.header.lower()
        said = [value.strip() for name, value in headers if name.lower() == wanted]
        if len(said) > 1:
            raise HistoryError(f"the request has {len(said)} headers {self.header}; the proxy has to set just one")
        user = _as_sent(said[0]) if said else ""
        return user if 0 < len(user) <= LONGEST_USER else None

    def kept(self, user: str) -> list[Record]:
        """What is kept for a user; nothing where it cannot be read, which stands in the log."""
        try:
            return self.histories.of(user)
        except HistoryError as error:
            _log.warning("%s", error)
            return []

    def keep(self, user: str, record: Record) -> None:
        """Keep a turn for a user; a history that cannot be kept is no reason not to answer, and stands in the log."""
        try:
            self.histories.add(user, record)
        except HistoryError as error:
            _log.warning("%s", error)


def _as_sent(value: str) -> str:
    """A header as it was meant: it comes read as Latin-1, and most proxies write UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
