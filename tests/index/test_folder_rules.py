"""The rules of folders: each for its own documents, and none at all where one of them cannot be read."""

from pathlib import Path

import pytest

from index.access import NOBODY
from index.errors import PinciteError
from index.folder_rules import FolderRules
from index.scan import shown
from index.store import AccessList

HR = '[[rule]]\nfiles = "hr"\ngroups = ["hr", "board"]\n'
BOTH = (("board", "hr"),)


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    made = [tmp_path / "one", tmp_path / "two"]
    for folder in made:
        folder.mkdir()
    (made[0] / "access.toml").write_text(HR)
    return made


def test_each_folder_has_its_own(folders: list[Path]) -> None:
    rules = FolderRules(folders)
    one, two = map(shown, folders)
    assert rules.access(one, "hr/a.zip", "hr/a.zip/b.txt", None) == BOTH
    assert rules.access(one, "hr/a.txt", "hr/a.txt", ["me"]) == (*BOTH, ("me",))
    assert rules.access(one, "a.txt", "a.txt", None) == ()
    assert rules.access(two, "hr/a.txt", "hr/a.txt", None) == ()


def test_what_lies_in_another_folder_is_nobodys(folders: list[Path], tmp_path: Path) -> None:
    rules, gone = FolderRules(folders), shown(tmp_path / "three")
    assert rules.access(gone, "a.txt", "a.txt", None) == NOBODY
    assert rules.access_now(AccessList(1, "a.txt", "a.txt", gone, None, ())) == NOBODY


def test_of_what_is_indexed_the_rules_are_those_of_now(folders: list[Path]) -> None:
    listed = AccessList(1, "hr/a.txt", "hr/a.txt", shown(folders[0]), None, ())
    assert FolderRules(folders).access_now(listed) == BOTH
    (folders[0] / "access.toml").unlink()
    assert FolderRules(folders).access_now(listed) == ()


def test_rules_that_cannot_be_used_are_no_rules_at_all(folders: list[Path]) -> None:
    (folders[1] / "access.toml").write_text("x = 1")
    with pytest.raises(PinciteError, match=r"two.access\.toml cannot be used, so nothing was synced: "):
        FolderRules(folders)
