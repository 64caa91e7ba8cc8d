"""How long `pincite ask` takes from a cold start, against `import sentence_transformers` alone.

    python benchmarks/cold_start.py INDEX --question "..." [--rounds 9]

Whole processes, alternating, after one of each that is not counted. Seconds.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from report import publish, spread


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--question", default="How long is the period of reflection?")
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    ask = [str(Path(sys.executable).with_name("pincite")), "ask", given.question, "--index", str(given.index)]
    imported = [sys.executable, "-c", "import sentence_transformers"]
    pincite, library = [], []
    for round_number in range(given.rounds + 1):
        times = seconds(ask), seconds(imported)
        if round_number:
            pincite.append(times[0])
            library.append(times[1])
    ratio = [a / b for a, b in zip(pincite, library, strict=True)]
    publish(
        "cold_start",
        {
            "rounds": given.rounds,
            "pincite_ask_s": spread(pincite),
            "import_sentence_transformers_s": spread(library),
            "pincite_over_import": spread(ratio),
        },
    )


def seconds(command: list[str]) -> float:
    """How long `command` takes, from its start to its end."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
