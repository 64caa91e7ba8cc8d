"""What a sync makes of broken files: bytes of a sound one changed, cut off, put in, or mixed with those of another.

    python benchmarks/fuzz.py [--files 2000] [--seed 1] [--folder FOLDER]

Formats that are ZIP archives are broken inside their parts in every second file. One sync in a process of its own reads
them all, in workers that may take 10 s and 1 GB a file. The files stay in FOLDER where one is named; else they go.
"""

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report import publish, spread
from seeds import packed, seeds, unpacked
from upkeep import HashEncoder

from index.encoder import EncoderSource
from index.filters import EVERYTHING
from index.fsck import fsck
from index.limits import Limits
from index.opened import Index
from index.readers.formats import format_of
from index.sync import SyncOptions, SyncProgress, sync

LIMITS = Limits(seconds=10.0, memory_bytes=1_000_000_000)
HANGS = 30.0  # seconds that no file may take: its limit, another worker's start, and what is embedded and saved
_ENDED = ("crashed", "ended its reader", "longer than", "memory")  # in reasons that stand for the end of a worker
_SHOWN = 12  # reasons a format
_MAXRSS = 1 if sys.platform == "darwin" else 1024  # bytes in ru_maxrss


def broken(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """`data` after one to five accidents; a splice takes a piece of one of the `others`."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                changed[at:at] = chance.randbytes(chance.randint(1, 20))
            case 2:
                del changed[at : at + chance.randint(1, 200)]
            case 3:
                changed[at:at] = changed[at : at + chance.randint(1, 300)] * chance.randint(1, 50)
            case 4:
                other = chance.choice(others)
                start = chance.randrange(len(other))
                changed[at : at + chance.randint(0, 200)] = other[start : start + chance.randint(1, 2000)]
            case 5 if chance.random() < 0.3:
                del changed[at:]
    return bytes(changed)


def broken_inside(data: bytes, chance: random.Random) -> bytes:
    """An archive of which one part, or two, are broken."""
    parts = unpacked(data)
    others = list(parts.values())
    for name in chance.sample(sorted(parts), min(len(parts), chance.randint(1, 2))):
        parts[name] = broken(parts[name], others, chance)
    return packed(parts)


def fill(folder: Path, files: int, seed: int) -> None:
    """Write broken files, of each format as many, into `folder`."""
    chance, sound = random.Random(seed), seeds()
    names, others = sorted(sound), list(sound.values())
    for number in range(files):
        name = names[number % len(names)]
        data, path = sound[name], folder / f"{number:05}-{name}"
        inside = data.startswith(b"PK") and number // len(names) % 2
        path.write_bytes(broken_inside(data, chance) if inside else broken(data, others, chance))


def carry_out(folder: Path, index: Path) -> None:
    """Sync, in a process of its own, and print what it took."""
    encoder, seconds = HashEncoder(), []
    began = time.monotonic()

    def note(progress: SyncProgress) -> None:
        nonlocal began
        if progress.documents > len(seconds):
            seconds.append(time.monotonic() - began)
            began = time.monotonic()

    report = sync([folder], index, EncoderSource(encoder.identity, lambda: encoder), SyncOptions(limits=LIMITS), note)
    peaks = {who: resource.getrusage(of).ru_maxrss * _MAXRSS for who, of in _PROCESSES.items()}
    print(json.dumps({"report": report.to_json(), "seconds": seconds, "peaks": peaks}))


_PROCESSES = {"sync": resource.RUSAGE_SELF, "worker": resource.RUSAGE_CHILDREN}


def measured(folder: Path, index: Path) -> dict[str, Any]:
    """What became of the files in `folder`."""
    names = sorted(path.name for path in folder.iterdir())
    command = [sys.executable, __file__, "--sync", str(folder), "--index", str(index)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANGS * len(names))
    if done.returncode:
        return {"files": len(names), "crashes": 1, "ended_with": done.returncode, "said": done.stderr[-2000:]}
    told = json.loads(done.stdout)
    seconds = dict(zip(names, told["seconds"], strict=True))
    failed = {f["document"]: f["reason"] for f in told["report"]["failed"]}
    with Index.open(index) as opened:
        read = {facts.id.split("/")[0] for facts in opened.view(EVERYTHING).documents()}
    return {
        "files": len(names),
        "crashes": 0,
        "hangs": [name for name, s in seconds.items() if s > HANGS],
        "seconds_a_file": spread(list(seconds.values())),
        "slowest": max(names, key=seconds.__getitem__),
        "peak_mb": {who: round(peak / 1e6) for who, peak in told["peaks"].items()},
        "readers_ended": {id: reason for id, reason in failed.items() if any(how in reason for how in _ENDED)},
        "unexpected": {id: reason for id, reason in failed.items() if "unexpectedly" in reason},
        "files_read": len(read),
        "files_refused": len(set(names) - read),
        "by_format": _by_format(names, read, failed),
        "problems": list(fsck(index).problems),
    }


def _by_format(names: list[str], read: set[str], failed: Mapping[str, str]) -> dict[str, Any]:
    """How many files of each format were read, how many refused, and the reasons, of parts of files too."""
    found = {}
    for format in sorted({format_of(name) for name in names}):
        mine = [name for name in names if format_of(name) == format]
        reasons = Counter(_kind(r) for id, r in failed.items() if format_of(id.split("/")[0]) == format)
        counts = {"read": len(read.intersection(mine)), "refused": len(set(mine) - read)}
        found[format] = {**counts, "reasons": dict(reasons.most_common(_SHOWN))}
    return found


def _kind(reason: str) -> str:
    """A reason without the numbers and names in it."""
    return re.sub(r"\d+(?:[,.]\d+)*", "N", re.sub(r"'[^']*'|\"[^\"]*\"", "…", reason))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to leave the broken files")
    parser.add_argument("--sync", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--index", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.sync:
        carry_out(given.sync, given.index)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch, "documents")
        folder.mkdir(parents=True, exist_ok=True)
        fill(folder, given.files, given.seed)
        publish("fuzz", measured(folder, Path(scratch, "index")))


if __name__ == "__main__":
    main()
