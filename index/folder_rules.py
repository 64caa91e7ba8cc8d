"""Who may see the documents of the synced folders, by the `access.toml` at the root of each."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from index.access import NAME, NOBODY, Access, Rules, combine, read_rules
from index.errors import PinciteError
from index.scan import Found, Stamp, read_file, shown
from index.store import AccessList

_LONGEST = 1_000_000  # bytes


class FolderRules:
    """The rules of each folder, as they are now."""

    def __init__(self, folders: Iterable[Path]) -> None:
        """Read them. Raises PinciteError where one folder's cannot be told, for then nothing may be shown."""
        self._rules = {shown(folder): _read(folder) for folder in folders}

    def access(self, folder: str, file: str, document: str, own: Sequence[str] | None) -> Access:
        """Who may see a document in a file of that folder, which names the groups `own` itself."""
        # What lies in a folder that is not synced any more is about to go: nobody's, until then.
        rules = self._rules.get(folder)
        return combine(rules.groups_of(document, file), own) if rules else NOBODY

    def access_now(self, listed: AccessList) -> Access:
        """Who may see a document that is indexed."""
        return self.access(listed.folder, listed.file, listed.id, listed.own)


def _read(folder: Path) -> Rules:
    try:
        data, _ = read_file(Found(NAME, folder, Stamp(0, 0, 0)), _LONGEST)
        return read_rules(data)
    except FileNotFoundError:
        return Rules()
    except (OSError, PinciteError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PinciteError(f"{folder / NAME} cannot be used, so nothing was synced: {reason}") from error
