"""Whether damage to any file of an index is noticed, and whether an answer is ever wrong because of it.

    python benchmarks/damage.py [--cases 300] [--seed 1]

Each file of a small index in turn is cut off at a random place, then has a random bit turned, and so on. A case has a
copy of the index and a process of its own, which opens it, asks about every document, and runs the check. Opening or
the check has to name the file, and every quote and passage has to be what stands in its document.
"""

import argparse
import multiprocessing
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import publish
from seeds import seeds
from upkeep import HashEncoder, text

from index import generations
from index.encoder import EncoderSource
from index.errors import PinciteError
from index.filters import EVERYTHING
from index.fsck import fsck
from index.opened import Index
from index.sync import sync
from rag.assistant import Assistant

DOCUMENTS = (24, 2)  # synced one after the other; the first segment is too large to be merged with the next
_LOCK = "lock"  # says who writes; an index is whole without it


@dataclass(frozen=True)
class Noticed:
    """Where a case of damage was noticed: what opening, asking and the check said, None where they found nothing."""

    opening: str | None
    asking: str | None
    fsck: str | None
    wrong: tuple[str, ...]  # answers that are not true
    broken: tuple[str, ...]  # errors that are not for a person


def build(root: Path) -> Path:
    """An index of several segments, one of which holds a removed document, whose every file has some bytes."""
    documents, encoder, chance = root / "documents", HashEncoder(), random.Random(3)
    documents.mkdir()
    sound, source = seeds(), EncoderSource(encoder.identity, lambda: encoder)
    for part, count in enumerate(DOCUMENTS):
        for number in range(count):
            name = f"Report {part}-{number}"
            (documents / f"{name}.txt").write_text(text(chance, 3, name), encoding="utf-8")
        for name in ("text.pdf", "table.csv"):  # their words have boxes, their rows places
            (documents / f"{part}-{name}").write_bytes(sound[name].replace(b"Tuesday", b"Monday%d" % part))
        sync([documents], root / "index", source)
    (documents / "Report 0-0.txt").unlink()
    sync([documents], root / "index", source)
    with Index.open(root / "index") as index:
        assert [bool(segment.dead) for segment in index.manifest.segments] == [True, False]
    return root / "index"


def true_texts(index: Path) -> dict[str, str]:
    """Every document's text."""
    with Index.open(index) as opened:
        view = opened.view(EVERYTHING)
        found = {facts.id: view.document(facts.id) for facts in view.documents()}
    return {id: document.text for id, document in found.items() if document}


def files_of(index: Path) -> list[str]:
    """The paths, below the index, of what answers."""
    answering = generations.current(index)
    paths = [index / "CURRENT", *(path for path in answering.rglob("*") if path.is_file())]
    return sorted(path.relative_to(index).as_posix() for path in paths)


def harm(path: Path, cut: bool, chance: random.Random) -> str:
    """Cut the file off, or turn a bit of it; says which."""
    data = bytearray(path.read_bytes())
    at = chance.randrange(len(data))
    if cut:
        del data[at:]
    else:
        data[at] ^= 1 << chance.randrange(8)
    path.unlink()  # it may have another name in another generation
    path.write_bytes(data)
    return f"{'cut off' if cut else 'a bit turned'} at {at:,}"


def look(index: Path, truth: Mapping[str, str]) -> Noticed:
    """Open, ask and check."""
    wrong: list[str] = []
    broken: list[str] = []

    def said(act: Callable[[], object]) -> str | None:
        try:
            act()
        except PinciteError as error:
            return str(error)
        except Exception as error:
            broken.append(f"{type(error).__name__}: {error}")
        return None

    encoder, opened = HashEncoder(), []
    opening = said(lambda: opened.append(Assistant(index, encoder, 0.0, EVERYTHING)))
    asking = said(lambda: [wrong.extend(untrue(opened[0], truth, id)) for id in truth]) if opened else None
    problems: list[str] = []
    checking = said(lambda: problems.extend(fsck(index).problems))
    return Noticed(opening, asking, checking or "; ".join(problems) or None, tuple(wrong), tuple(broken))


def untrue(assistant: Assistant, truth: Mapping[str, str], id: str) -> list[str]:
    """What is not true of an answer about a document, and of what is shown of it."""
    found = []
    answer = assistant.ask(f"{id.partition('.')[0]} {truth[id][100:200]}?")
    for passage in answer.passages:
        if truth.get(passage.document, "")[passage.start : passage.end] != passage.text or not passage.text:
            found.append(f"a passage of {passage.document} at {passage.start}")
    for citation in answer.citations:
        if truth.get(citation.document, "")[citation.start : citation.end] != citation.quote or not citation.quote:
            found.append(f"a quote of {citation.document} at {citation.start}")
    document = assistant.document(id)
    if document and document.text != truth[id]:
        found.append(f"the text of {id}")
    return found


def in_process(index: Path, truth: Mapping[str, str]) -> Noticed | int:
    """`look` in a forked process; the number that it ended with where that was not well."""
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe(duplex=False)
    process = fork.Process(target=lambda: theirs.send(look(index, truth)))
    process.start()
    theirs.close()
    try:
        found: Noticed = ours.recv()
    except EOFError:
        process.join()
        return process.exitcode or 0
    process.join()
    return found


def case(
    sound: Path, scratch: Path, number: int, truth: Mapping[str, str], seed: int
) -> tuple[str, str, Noticed | int]:
    """One case: the file, what was done to it and what was noticed."""
    files = files_of(sound)
    name, copy = files[number % len(files)], scratch / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(sound, copy)
    harmed = harm(copy / name, number // len(files) % 2 == 0, random.Random(f"{seed}/{number}"))
    return name, harmed, in_process(copy, truth)


def names_it(said: str | None, name: str) -> bool:
    """Whether what was said names the file."""
    return said is not None and Path(name).name in said


def measured(root: Path, cases: int, seed: int) -> dict[str, Any]:
    """Damage an index in so many ways."""
    index = build(root)
    truth = true_texts(index)
    first: Counter[str] = Counter()
    faults: dict[str, list[str]] = {k: [] for k in ("missed", "not_named", "wrong", "broken")}
    for number in range(cases):
        name, harmed, found = case(index, root, number, truth, seed)
        about = f"{name}, {harmed}"
        if isinstance(found, int):
            faults["broken"].append(f"{about}: the process ended with {found}")
            continue
        by = {"opening": found.opening, "asking": found.asking, "fsck": found.fsck}
        first[next((where for where, said in by.items() if said), "nowhere")] += 1
        if not any(by.values()):
            faults["missed"].append(about)
        if not names_it(found.fsck, name) and not names_it(found.opening, name):
            faults["not_named"].append(f"{about}: {found.fsck}")
        faults["wrong"] += [f"{about}: {wrong}" for wrong in found.wrong]
        faults["broken"] += [f"{about}: {broken}" for broken in found.broken]
    return {
        "files": len(files_of(index)),
        "cases": cases,
        "first_noticed_at": dict(first),
        **{kind: len(found) for kind, found in faults.items()},
        "faults": {kind: found for kind, found in faults.items() if found},
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        publish("damage", measured(Path(scratch), given.cases, given.seed))


if __name__ == "__main__":
    main()
