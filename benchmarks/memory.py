"""The most memory that a sync holds: peak resident size of the whole process, in megabytes.

    python benchmarks/memory.py FOLDER

The index is built anew in a temporary folder. Needs a system that counts it (not Windows).
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from report import publish


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    pincite = str(Path(sys.executable).with_name("pincite"))
    with tempfile.TemporaryDirectory() as index:
        command = [pincite, "sync", str(given.folder), "--index", str(Path(index, "index")), "--json"]
        report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    publish(
        "memory",
        {
            "documents": report["added"],
            "passages": report["passages"],
            "seconds": report["seconds"],
            "peak_mb": round(peak / 1e6),
        },
    )


if __name__ == "__main__":
    main()
