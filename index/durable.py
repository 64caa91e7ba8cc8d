"""What has to outlast a power cut: files and names that are waited for until they are on disk."""

import os
import shutil
from pathlib import Path


def flush(path: Path) -> None:
    """Wait until the file at `path` is on disk."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_folder(path: Path) -> None:
    """Wait until the names in a folder are on disk."""
    if os.name != "nt":  # Windows cannot open a folder, and its file system keeps the order by itself
        flush(path)


def link(source: Path, target: Path) -> None:
    """Give the file `source`, which never changes again, a second name; a copy where the file system has no links."""
    try:
        target.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
        flush(target)
