"""A manifest says who built an index, and finds out damage and mismatch."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import IndexDamagedError, IndexMismatchError
from index.manifest import (
    FORMAT,
    Manifest,
    StoredFile,
    StoredSegment,
    check_builder,
    check_sizes,
    check_sums,
    describe,
    read_manifest,
    write_manifest,
)
from tests.index.fake_encoder import IDENTITY

HELLO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # printf hello | sha256sum


SEGMENTS = (StoredSegment("s000001", 2, 0),)


def manifest(folder: Path, *files: StoredFile) -> Manifest:
    return Manifest(FORMAT, IDENTITY, "splitter/1", "2026-01-02T03:04:05+00:00", (str(folder),), 1, 2, SEGMENTS, files)


def read(folder: Path) -> Manifest:
    """The manifest in `folder`, whatever its checksum."""
    path = folder / "manifest.json"
    return read_manifest(folder, hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None)


def with_file(tmp_path: Path, content: str = "hello") -> Manifest:
    (tmp_path / "data").write_text(content)
    written = manifest(tmp_path, describe(tmp_path, "data"))
    write_manifest(written, tmp_path)
    return written


def test_it_comes_back_as_it_was_and_can_be_read(tmp_path: Path) -> None:
    written = replace(with_file(tmp_path), folders=("/Données été", "/a b'\"\n"))
    text = write_manifest(written, tmp_path).read_text(encoding="utf-8")
    assert read(tmp_path) == written
    assert "Données été" in text
    assert json.loads(text)["files"] == [{"name": "data", "size": 5, "sha256": HELLO}]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b"{}", b'{"format": 2}', b'{"format": "', b"[" * 100_000],
)
def test_what_is_no_manifest_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(IndexDamagedError, match="sync --rebuild"):
        read(tmp_path)


def test_an_altered_manifest_is_damage(tmp_path: Path) -> None:
    path = write_manifest(with_file(tmp_path), tmp_path)
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    assert read_manifest(tmp_path, sha256) == read(tmp_path)
    path.write_bytes(content.replace(b"2026-01-02", b"2027-01-02"))
    for given, told in ((sha256, "differs"), (None, "is missing")):
        with pytest.raises(IndexDamagedError, match=f"checksum {told}"):
            read_manifest(tmp_path, given)


def test_a_missing_manifest_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match=r"manifest\.json"):
        read(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"documents": "1"},
        {"documents": True},
        {"segments": [{"name": 1, "passages": 2, "dead": 0}]},
        {"folders": 3},
        {"encoder": {}},
        {"encoder": None},
        {"files": [{"name": "../data", "size": 5, "sha256": HELLO}]},
        {"files": [{"name": "s000001/../data", "size": 5, "sha256": HELLO}]},
        {"files": [{"name": "/data", "size": 5, "sha256": HELLO}]},
        {"files": [{"name": "data", "size": "5", "sha256": HELLO}]},
        {"files": [{}]},
    ],
)
def test_a_value_of_the_wrong_kind_is_damage(tmp_path: Path, change: dict[str, Any]) -> None:
    values = json.loads(with_file(tmp_path).to_json())
    (tmp_path / "manifest.json").write_text(json.dumps(values | change))
    with pytest.raises(IndexDamagedError):
        read(tmp_path)


@pytest.mark.parametrize("number", [FORMAT + 1, 0, "1", None])
def test_another_format_is_a_mismatch_whatever_else_it_holds(tmp_path: Path, number: object) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"format": number}))
    with pytest.raises(IndexMismatchError, match=f"format {number!r} and {FORMAT} is wanted.*sync --rebuild"):
        read(tmp_path)


@pytest.mark.parametrize("damage", ["hell", "hello!", "", None])
def test_another_size_is_damage(tmp_path: Path, damage: str | None) -> None:
    written = with_file(tmp_path)
    check_sizes(written, tmp_path)
    if damage is None:
        (tmp_path / "data").unlink()
    else:
        (tmp_path / "data").write_text(damage)
    with pytest.raises(IndexDamagedError, match=r"data .*--rebuild " + str(tmp_path)):
        check_sizes(written, tmp_path)


def test_another_byte_is_damage_that_only_the_checksum_shows(tmp_path: Path) -> None:
    written = with_file(tmp_path)
    check_sums(written, tmp_path)
    (tmp_path / "data").write_text("hellO")
    check_sizes(written, tmp_path)
    with pytest.raises(IndexDamagedError, match=r"data is not what was written"):
        check_sums(written, tmp_path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": "other"}, "encoder name 'letters' and 'other'"),
        ({"revision": "2"}, "encoder revision '1' and '2'"),
        ({"dimension": 3}, "encoder dimension 27 and 3"),
        ({"max_tokens": 512}, "encoder max tokens 24 and 512"),
        ({"query_prefix": ""}, "encoder query prefix 'query: ' and ''"),
        ({"passage_prefix": ""}, "encoder passage prefix 'passage: ' and ''"),
    ],
)
def test_another_encoder_is_named_with_both_values(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    with pytest.raises(IndexMismatchError, match=f"{named} .*`pincite sync --rebuild {tmp_path}`"):
        check_builder(manifest(tmp_path), replace(IDENTITY, **change))


def test_another_splitter_matters_to_a_writer_only(tmp_path: Path) -> None:
    check_builder(manifest(tmp_path), IDENTITY)
    check_builder(manifest(tmp_path), IDENTITY, "splitter/1")
    with pytest.raises(IndexMismatchError, match="splitter 'splitter/1' and 'splitter/2'"):
        check_builder(manifest(tmp_path), IDENTITY, "splitter/2")
