"""How every benchmark says what it measured: JSON on standard output, a short table on standard error."""

import json
import math
import platform
import statistics
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile (nearest rank), least and greatest of `values`, which must not be empty."""
    ordered = sorted(values)
    return {
        "median": round(statistics.median(ordered), 4),
        "p95": round(ordered[math.ceil(0.95 * len(ordered)) - 1], 4),
        "least": round(ordered[0], 4),
        "greatest": round(ordered[-1], 4),
    }


def publish(name: str, measured: Mapping[str, Any]) -> None:
    """Print what `name` measured, a figure a line in the table; nested figures are named with dots."""
    machine = {"machine": platform.machine(), "python": platform.python_version()}
    print(json.dumps({"benchmark": name, **measured, **machine}, ensure_ascii=False, indent=2))
    rows = list(_flat(measured))
    width = max(len(label) for label, _ in rows)
    for label, value in rows:
        print(f"{label:<{width}}  {value}", file=sys.stderr)


def _flat(measured: Mapping[str, Any], before: str = "") -> Any:
    for label, value in measured.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{label}.")
        else:
            yield before + label, value
