"""How the exact search of vectors grows with the index: milliseconds a question and megabytes, by number of passages.

    python benchmarks/size.py [--passages 10000 100000] [--dimension 384] [--questions 50]

Random vectors, which cost as much to search as any. What else a question costs does not grow with the index so.
"""

import argparse
import time

import numpy as np
from report import publish, spread

from index.vectors import SearchedVectors


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--dimension", type=int, default=384)
    parser.add_argument("--questions", type=int, default=50)
    given = parser.parse_args()
    publish("size", {str(n): measure(n, given.dimension, given.questions) for n in given.passages})


def measure(passages: int, dimension: int, questions: int) -> dict[str, object]:
    """Search times over `passages` random vectors."""
    random = np.random.default_rng(0)
    vectors = random.standard_normal((passages, dimension), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    built = SearchedVectors.build(vectors)
    times = []
    for _ in range(questions):
        question = random.standard_normal(dimension, np.float32)
        began = time.perf_counter()
        built.search(question, 100)
        times.append(1000 * (time.perf_counter() - began))
    return {"search_ms": spread(times), "searched_mb": round(passages * dimension * 4 / 1e6)}


if __name__ == "__main__":
    main()
