"""Whether anything is lost, or anything false is answered, when what writes to an index is killed.

    python benchmarks/kills.py [--kills 200] [--seed 1]

Processes of their own sync, watch, compact, rebuild, back up and restore a small index in turn and get SIGKILL at
random moments, while another asks all the time. After every kill the index is opened and checked, every document is
compared with what it may be, and questions are asked whose quotes must stand in their documents. Not for Windows.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from itertools import cycle
from pathlib import Path

from changing import Folder, Texts, edition, false_in, texts_of
from report import publish
from upkeep import HashEncoder

from index.backup import backup, restore
from index.encoder import EncoderSource
from index.errors import PinciteError
from index.filters import EVERYTHING
from index.fsck import fsck
from index.sync import SyncOptions, sync
from index.watch import WatchOptions, watch
from rag.assistant import Assistant

KINDS = ("sync", "watch", "compact", "rebuild", "backup", "restore")
WATCHED = 5.0  # seconds that a watch lives at most
QUESTIONS = 3  # after each kill
WHOLE = 10  # kills after which everything is brought in step and compared once more
_PAUSE = 0.02  # seconds between questions while others write


def act(kind: str, root: Path) -> None:
    """What a process of each kind does; a sync saves several times."""
    encoder, folders, index = HashEncoder(), [root / "documents"], root / "index"
    source = EncoderSource(encoder.identity, lambda: encoder)
    options = SyncOptions(kind == "rebuild", kind == "compact", save_passages=4, batch_passages=4)
    if kind == "backup":
        backup(index, root / "index.tar")
    elif kind == "restore":
        restore(root / "index.tar", index)
    elif kind == "watch":
        for _ in watch(folders, index, source, WatchOptions(settle=0.05, sync=options), threading.Event()):
            pass  # until it is killed
    else:
        sync(folders, index, source, options)


def ask_until_told(root: Path) -> None:
    """Ask about any report until a line comes in; print what was found."""
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), stop.set()), daemon=True).start()
    assistant, chance = Assistant(root / "index", HashEncoder(), 0.0, EVERYTHING), random.Random(0)
    asked, seconds, wrong, errors = 0, 0.0, [], []
    while not stop.wait(_PAUSE):
        began = time.monotonic()
        try:
            answer = assistant.ask(edition(chance.randrange(100), 0)[:120] + "?")
            wrong += false_in(answer)
        except Exception as error:  # whatever it is, nobody who asks may meet it
            errors.append(f"{type(error).__name__}: {error}")
        seconds = max(seconds, time.monotonic() - began)
        asked += 1
    print(json.dumps({"asked": asked, "longest_seconds": round(seconds, 2), "wrong": wrong, "errors": errors}))


def start(kind: str, root: Path) -> "subprocess.Popen[str]":
    """A process that is ready to do something, and waits for a line to begin."""
    command = [sys.executable, __file__, "--act", kind, "--root", str(root)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )


def tell(process: "subprocess.Popen[str]") -> None:
    """Let it begin, once it is ready."""
    assert process.stdin and process.stdout
    process.stdout.readline()
    process.stdin.write("begin\n")


class Trial:
    """An index, what it may hold, and what was found to be wrong with it."""

    def __init__(self, root: Path, seed: int) -> None:
        """Build the index and a backup of it."""
        self._root, self._index, self._chance = root, root / "index", random.Random(seed)
        self._folder = Folder(root / "documents", self._chance)
        self._seconds = {"watch": WATCHED}  # that each kind takes when it is let be
        self.kills: Counter[str] = Counter()
        self.lost: list[str] = []
        self.wrong: list[str] = []
        self.problems: list[str] = []
        self._pids: list[int] = []
        act("sync", root)
        act("backup", root)
        self._holds = self._saved = texts_of(self._index)

    def kill(self, kind: str, process: "subprocess.Popen[str]") -> None:
        """Let a process begin, kill it at a random moment, and check what it leaves. The first of a kind may end."""
        if kind in ("sync", "compact", "rebuild"):
            self._folder.change()
        states = [self._folder.texts()]
        tell(process)
        began = time.monotonic()
        if kind == "watch":
            time.sleep(self._chance.uniform(0, WATCHED / 2))
            self._folder.change()
            states.append(self._folder.texts())
        if kind in self._seconds:
            self._wait(process, began + self._seconds[kind])
            process.kill()
        _, said = process.communicate()
        if process.returncode == -signal.SIGKILL:
            self.kills[kind] += 1
            self._pids.append(process.pid)
        elif process.returncode:
            self.problems.append(f"{kind} ended with {process.returncode}: {said}")
        else:
            self._seconds[kind] = time.monotonic() - began
        try:
            self._check(kind, states)
        except PinciteError as error:
            self.lost.append(f"after {kind}: {error}")

    def bring_in_step(self) -> None:
        """Sync without being killed: the index must be what the folder is, with nothing left of what was killed."""
        act("sync", self._root)
        self._holds = texts_of(self._index)
        if self._holds != self._folder.texts():
            self.lost.append("after a whole sync: the index is not what the folder is")
        names = [path.name for path in (self._index / "generations").iterdir()]
        if any(name.endswith(".part") for name in names):
            self.problems.append(f"after a whole sync there are {names}")

    def workers_left(self) -> int:
        """How many processes still read for those that were killed; only Linux tells."""
        left = 0
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                command = path.read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            left += any(f"main({pid})" in command for pid in self._pids)
        return left

    def _wait(self, process: "subprocess.Popen[str]", until: float) -> None:
        """Until a random moment; in half of the cases one after the process has begun to write."""
        folders = (self._root, self._index / "generations")
        if self._chance.random() < 0.5:
            while time.monotonic() < until and process.poll() is None:
                if any(True for folder in folders for _ in folder.glob("*.part")):
                    break
        time.sleep(self._chance.uniform(0, max(until - time.monotonic(), 0)))

    def _check(self, kind: str, states: list[Texts]) -> None:
        self.problems += [f"after {kind}: {problem}" for problem in fsck(self._index).problems]
        now = texts_of(self._index)
        if kind == "backup":
            self._check_whole("after backup, the index", now, [self._holds])
            restore(self._root / "index.tar", self._root / "again")
            self._saved, before = texts_of(self._root / "again"), self._saved
            self._check_whole("after backup, its file", self._saved, [self._holds, before])
        elif kind == "restore":
            self._check_whole("after restore, the index", now, [self._holds, self._saved])
        else:
            self._compare(kind, now, states)
        self._ask(kind, now)
        self._holds = now

    def _check_whole(self, what: str, found: Texts, may_be: list[Texts]) -> None:
        if found not in may_be:
            self.lost.append(f"{what} holds nothing that it may")

    def _compare(self, kind: str, now: Texts, states: list[Texts]) -> None:
        """Each document is its old one or the folder's; none is gone that was there all the time."""
        before = [self._holds, *states]
        stayed = set.intersection(*(set(state) for state in before))
        self.lost += [f"after {kind}: {id}" for id in stayed - set(now)]
        if len(states) == 1:  # what is renamed while it is looked for may be seen nowhere, and is found the next time
            texts = set.intersection(*(set(state.values()) for state in before))
            self.lost += [f"after {kind}: {found[:30]!r}" for found in texts - set(now.values())]
        mixed = [id for id, found in now.items() if found not in [state.get(id) for state in before]]
        self.lost += [f"after {kind}: {id} is neither what it was nor what it is" for id in mixed]

    def _ask(self, kind: str, now: Texts) -> None:
        assistant = Assistant(self._index, HashEncoder(), 0.0, EVERYTHING)
        for id in self._chance.sample(sorted(now), QUESTIONS):
            answer = assistant.ask(now[id][:120] + "?")
            quotes = [(c.document, c.quote, c.start, c.end) for c in answer.citations]
            stale = [id for id, quote, start, end in quotes if now.get(id, "")[start:end] != quote]
            self.wrong += [f"after {kind}: {found}" for found in [*false_in(answer), *stale]]


def carry_out(root: Path, kills: int, seed: int) -> None:
    """Kill so often, and publish what was found."""
    trial, kinds = Trial(root, seed), cycle(KINDS)
    reader = start("ask", root)
    tell(reader)
    kind = next(kinds)
    process = start(kind, root)
    while sum(trial.kills.values()) < kills:
        following = next(kinds)
        ready = start(following, root)  # while the one before is killed and what it leaves is looked at
        trial.kill(kind, process)
        kind, process = following, ready
        if sum(trial.kills.values()) % WHOLE == 0:
            trial.bring_in_step()
    process.kill()
    process.communicate()
    trial.bring_in_step()
    asked = json.loads(reader.communicate("stop\n")[0])
    publish(
        "kills",
        {
            "kills": {**trial.kills, "all": sum(trial.kills.values())},
            "lost_documents": len(trial.lost),
            "wrong_answers": len(trial.wrong) + len(asked["wrong"]),
            "problems": len(trial.problems) + len(asked["errors"]),
            "workers_left": trial.workers_left(),
            "asked_meanwhile": asked["asked"],
            "longest_answer_seconds": asked["longest_seconds"],
            "faults": trial.lost + trial.wrong + trial.problems + asked["wrong"] + asked["errors"],
        },
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--act", help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.act:
        print("ready", flush=True)
        sys.stdin.readline()
        ask_until_told(given.root) if given.act == "ask" else act(given.act, given.root)
        return
    with tempfile.TemporaryDirectory() as root:
        carry_out(Path(root), given.kills, given.seed)


if __name__ == "__main__":
    main()
