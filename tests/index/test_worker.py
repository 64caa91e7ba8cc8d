"""Files are read in a real process: what it may take, how it may end, and that nothing it says is believed unseen."""

import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.document import Extract, Span
from index.errors import PinciteError
from index.limits import Limits
from index.readers import FORMATS
from index.reading import ReadPart, read_here
from index.worker import Worker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by signals")
ROOT = Path(__file__).parents[2]
LAMP = b"The lamp hangs in the hall. It is lit at dusk.\n"
MB = 1_000_000

# A worker as it is, but that its reader of plain text does what a file says: Python.
DOES_AS_TOLD = """
from index import worker_process
from index.readers import plain
read = plain.read
def act(data, limits):
    if data.startswith(b"#!"):
        exec(data, {})
    return read(data, limits)
plain.read = act
worker_process.main(PARENT)
"""
# A process that greets as a worker does and then answers each file with ANSWER.
ANSWERS = """
import sys, struct
def frame(data): return struct.pack(">I", len(data)) + data
def take():
    length, = struct.unpack(">I", sys.stdin.buffer.read(4))
    return sys.stdin.buffer.read(length)
def say(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
take()
say(frame(b"ready"))
while True:
    take(), take()
    say(ANSWER)
"""


def command(code: str, **values: object) -> list[str]:
    for name, value in {"PARENT": os.getpid(), **values}.items():
        code = code.replace(name, repr(value))
    return [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; sys.path.insert(0, {str(ROOT)!r}){code}"]


def obedient(limits: Limits) -> Worker:
    return Worker(limits, command(DOES_AS_TOLD))


def act(worker: Worker, code: str) -> list[ReadPart]:
    return worker.read("act.txt", text_of(code).encode())


def text_of(code: str) -> str:
    return f"#!\n{code}\n# That is what the reader is told by the file."


def write(value: object, file: Path) -> str:
    """Python that writes a value to a file, all of it at once."""
    new, old = str(file.with_suffix(".new")), str(file)
    return f"import os; note = open({new!r}, 'w'); print({value}, file=note); note.close(); os.rename({new!r}, {old!r})"


def only_failure(parts: Sequence[ReadPart]) -> str:
    (part,) = parts
    assert (part.name, part.extract, part.language, part.sentences) == ("", None, "und", ())
    assert part.failure is not None
    return part.failure


def gone(pid: int) -> bool:
    """Whether a process has ended, within ten seconds."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_file_is_read_as_it_is_here() -> None:
    files = {
        "a.txt": LAMP,
        "b.md": "# Le titre\n\nUne *phrase* en français. Une autre 😀 aussi.".encode(),
        "c.html": "<h1>عنوان</h1><p>هذا نص باللغة العربية.<table><tr><td>1<td>2</table>".encode(),
        "d.txt": b"\x89PNG\r\n\x1a\n\x00",
        "e.png": LAMP,
        "f.txt": b"",
    }
    with Worker(Limits()) as worker:
        for name, data in files.items():
            assert worker.read(name, data) == read_here(name, data, Limits())
        (part,) = worker.read("c.html", files["c.html"])
    assert part.extract is not None
    assert (part.format, part.language, part.extract.heading) == ("html", "ar", "عنوان")
    assert [span.of(part.extract.text) for span in part.sentences] == ["عنوان", "هذا نص باللغة العربية.", "1 | 2"]
    assert [span.of(part.extract.text) for span in part.extract.noise] == ["|"]


def test_nothing_runs_before_the_first_file_and_after_the_last() -> None:
    with Worker(Limits()) as worker:
        assert worker.pid is None
        worker.read("a.txt", LAMP)
        pid = worker.pid
        assert pid is not None
        worker.read("b.txt", LAMP)
        assert worker.pid == pid
    assert worker.pid is None
    assert gone(pid)


def test_the_working_folder_and_its_modules_mean_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("index.py", "json.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('taken from the working folder')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Worker(Limits()) as worker:
        assert worker.read("a.txt", LAMP)[0].failure is None


def test_it_finds_its_modules_where_the_parent_found_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", ["", *(folder for folder in sys.path if Path(folder or ".").resolve() != ROOT)])
    with Worker(Limits()) as worker:
        assert worker.read("a.txt", LAMP)[0].failure is None


HEAVY = "numpy torch faiss sqlite3 tokenizers lxml selectolax pypdfium2 docx pptx lingua charset_normalizer PIL"


def test_it_is_light() -> None:
    code = (
        "import sys, index.worker_process; from index.limits import Limits; from index.reading import read_here\n"
        "for name in ('a.txt', 'b.md'): assert not read_here(name, b'The lamp is in the hall.', Limits())[0].failure\n"
        f"print(*(name for name in {HEAVY.split()} if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


def test_a_file_that_takes_too_long() -> None:
    with obedient(Limits(seconds=0.3)) as worker:
        assert worker.read("a.txt", LAMP)[0].failure is None
        pid = worker.pid
        told = only_failure(act(worker, "while True: pass"))
        assert told == "reading it took longer than 0.3 s; split it or leave it out"
        assert gone(pid or 0)
        assert worker.read("a.txt", LAMP)[0].failure is None
        assert worker.pid != pid


def test_a_file_that_takes_too_long_is_not_tried_again(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with obedient(Limits(seconds=0.3)) as worker:
        worker.read("a.txt", LAMP)
        only_failure(act(worker, f"open({str(mark)!r}, 'a').write('x')\nwhile True: pass"))
    assert mark.read_text() == "x"


def test_a_real_file_that_takes_too_long() -> None:
    with Worker(Limits(seconds=0.05)) as worker:
        assert "longer than 0.05 s" in only_failure(worker.read("a.html", b"<p>a <b>b</b> <a href=x>c</a>" * 200_000))


def test_time_that_is_spent_in_a_library_counts() -> None:
    with obedient(Limits(seconds=0.3)) as worker:
        stuck = "import re; re.match(r'(a+)+$', 'a' * 60 + 'b')"
        assert "longer than 0.3 s" in only_failure(act(worker, stuck))


def test_programs_that_a_reader_started_end_with_it(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    code = f"import subprocess; child = subprocess.Popen(['sleep', '1000']); {write('child.pid', note)}; child.wait()"
    with obedient(Limits(seconds=1)) as worker:
        assert "longer than 1 s" in only_failure(act(worker, code))
    assert gone(int(note.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound a process' memory")
@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(10**9)",
        "x = []\nwhile True: x.append('y' * 1000 + str(len(x)))",
        "from index.errors import ReadError\ntry: bytearray(10**9)\nexcept Exception: raise ReadError('it is damaged')",
    ],
)
def test_a_file_that_takes_too_much_memory(code: str) -> None:
    with obedient(Limits(memory_bytes=200 * MB)) as worker:
        told = only_failure(act(worker, code))
        assert told == "reading it took more than 200 MB of memory; split it or leave it out"
        assert worker.read("a.txt", LAMP)[0].failure is None


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound a process' memory")
def test_a_real_file_that_takes_too_much_memory() -> None:
    with Worker(Limits(memory_bytes=80 * MB)) as worker:
        assert "more than 80 MB of memory" in only_failure(worker.read("a.txt", b"*a* " * 500_000))


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import os; os.abort()", "the reader crashed (SIGABRT)"),
        ("import ctypes; ctypes.string_at(0)", "the reader crashed (SIGSEGV)"),
        ("import os; os.kill(os.getpid(), 42)", "the reader crashed (exit code -42)"),
        ("import os; os._exit(7)", "the reader crashed (exit code 7)"),
        ("raise SystemExit", "the reader crashed (exit code 1)"),
        ("import os; os.kill(os.getpid(), 9)", "the system ended its reader"),
    ],
)
def test_a_crash_is_a_failure_and_the_next_file_is_read(code: str, told: str) -> None:
    with obedient(Limits()) as worker:
        assert only_failure(act(worker, code)).startswith(told)
        assert worker.read("a.txt", LAMP)[0].failure is None


@pytest.mark.parametrize("code", ["class Panic(BaseException): pass\nraise Panic('at\\n the disco')", "1 / 0"])
def test_an_error_of_any_kind_is_a_failure_of_the_document(code: str) -> None:
    with obedient(Limits()) as worker:
        told = only_failure(act(worker, code))
        pid = worker.pid
        assert told in (
            "reading it failed unexpectedly (Panic: at the disco)",
            "reading it failed unexpectedly (ZeroDivisionError: division by zero)",
        )
        worker.read("a.txt", LAMP)
        assert worker.pid == pid


def test_what_earlier_files_left_behind_is_not_held_against_one(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    once = f"import os; from pathlib import Path; p = Path({str(mark)!r})\nif not p.exists(): p.touch(); os.abort()"
    with obedient(Limits()) as worker:
        worker.read("a.txt", LAMP)
        assert act(worker, once)[0].failure is None
        assert mark.exists()
        mark.unlink()
        worker.close()
        assert "crashed" in only_failure(act(worker, once))


def test_killed_while_it_reads(tmp_path: Path) -> None:
    started = tmp_path / "started"

    def kill() -> None:
        while not (started.exists() and worker.pid):
            time.sleep(0.01)
        os.kill(worker.pid or 0, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    with obedient(Limits()) as worker:
        killer.start()
        assert "the system ended its reader" in only_failure(
            act(worker, f"import time; {write(0, started)}; time.sleep(99)")
        )
        killer.join()
        assert worker.read("a.txt", LAMP)[0].failure is None


def test_killed_between_two_files() -> None:
    with Worker(Limits()) as worker:
        worker.read("a.txt", LAMP)
        os.kill(worker.pid or 0, signal.SIGKILL)
        assert worker.read("b.txt", LAMP)[0].failure is None


def test_the_thread_that_started_it_may_end() -> None:
    with Worker(Limits()) as worker:
        thread = threading.Thread(target=worker.read, args=("a.txt", LAMP))
        thread.start()
        thread.join()
        for name in ("b.txt", "c.txt"):
            assert worker.read(name, LAMP)[0].failure is None


def test_what_a_reader_prints_goes_nowhere(capfd: pytest.CaptureFixture[str]) -> None:
    code = "import os; print('no' * 9999); os.write(1, b'no'); os.write(2, b'no'); os.system('echo no; cat')"
    with obedient(Limits()) as worker:
        (part,) = act(worker, code)
        assert part.extract is not None
        assert part.extract.text == text_of(code)
    assert capfd.readouterr() == ("", "")


def test_memory_that_stays_taken_ends_a_process() -> None:
    with obedient(Limits(memory_bytes=400 * MB)) as worker:
        act(worker, "pass")
        pid = worker.pid
        assert act(worker, "import sys; sys.kept = bytearray(250 * 10**6)")[0].failure is None
        assert gone(pid or 0)
        assert act(worker, "import sys; assert not hasattr(sys, 'kept')")[0].failure is None


def test_a_process_reads_so_many_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.worker._MOST_FILES", 3)
    pids = []
    with Worker(Limits()) as worker:
        for n in range(7):
            if worker.pid is None:
                worker.read(f"{n}.txt", LAMP)
            else:
                pids.append(worker.pid)
                worker.read(f"{n}.txt", LAMP)
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2]


LONG_TITLE = """
from index.document import Extract
from index.readers import plain
plain.read = lambda data, limits: Extract("The lamp.", heading="x" * 5_000_000)
from index import worker_process
worker_process.main(PARENT)
"""


def test_a_document_that_cannot_be_sent_is_a_failure() -> None:
    with Worker(Limits(), command(LONG_TITLE)) as worker:
        assert "longer than any title" in only_failure(worker.read("a.txt", LAMP))
        pid = worker.pid
        assert worker.read("a.html", LAMP)[0].failure is None
        assert worker.pid == pid


LINES = """
from index.document import Part, Extract
from index import reading
def many(name, data, limits):
    for n in range(int(data)):
        yield (Part(f"{n}", Extract(f"The lamp is in hall {n}.")), "jsonl")
reading.documents = many
from index import worker_process
worker_process.main(PARENT)
"""


def test_thousands_of_documents_come_in_order() -> None:
    with Worker(Limits(), command(LINES)) as worker:
        parts = worker.read("a.jsonl", b"3000")
        assert [part.name for part in parts] == [str(n) for n in range(3000)]
        assert [part.extract.text for part in parts if part.extract][77] == "The lamp is in hall 77."
        assert all(part.sentences == (Span(0, len(part.extract.text)),) for part in parts if part.extract)


def test_too_many_documents_are_refused() -> None:
    with Worker(Limits(members=10, characters=1000), command(LINES)) as worker:
        assert len(worker.read("a.jsonl", b"12")) == 12
        assert "not sound" in only_failure(worker.read("a.jsonl", b"13"))


def frame(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


HEADER = (
    b'{"name": "", "format": "plain", "failure": null, "told": "en", "groups": null, "kinds": [], '
    b'"facts": [null, null, null, null, null]}'
)
SOUND = b"".join(map(frame, [HEADER, b"Hi.", *[b""] * 6])) + frame(b"") + frame(b"0")


def test_the_answer_that_the_next_test_spoils_is_sound() -> None:
    with Worker(Limits(), command(ANSWERS, ANSWER=SOUND)) as worker:
        assert worker.read("a.txt", b"") == [ReadPart("", "plain", Extract("Hi."), None, "en", ())]


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage",
        b"\xff" * 100,
        b"\x00" * 100,
        frame(b"{}") * 9,
        frame(b"[" * 10_000) * 8,
        frame(b"1" * 10_000) + frame(b"") * 7,
        frame(b"\xff\xfe") * 9,
        SOUND[:-1] + b"x",
        SOUND.replace(b'"Hi."', b'"\\ud800"').replace(b'"name": ""', b'"name": "\\ud800"'),
        SOUND[: len(SOUND) // 2] * 2,
        SOUND[: -len(frame(b"") + frame(b"0"))] * 2 + frame(b"") + frame(b"0"),
        struct.pack(">I", 2**32 - 1) + b"x" * 1000,
    ],
)  # fmt: skip
def test_garbage_on_the_pipe_is_a_failure(answer: bytes) -> None:
    with Worker(Limits(seconds=1), command(ANSWERS, ANSWER=answer)) as worker:
        told = only_failure(worker.read("a.txt", LAMP))
        assert "not sound" in told or "longer than" in told
        assert worker.pid is None


# Sound documents without end: failures under numbers, each with a reason of a megabyte.
ENDLESS = """
n = 0
while True:
    header = b'{"name": "%d", "format": "plain", "told": "und", "failure": "%s"}' % (n, b"x" * 10**6)
    say(frame(header) + frame(b"") * 7)
    n += 1
"""


def test_an_answer_without_end_is_a_failure() -> None:
    code = ANSWERS.partition("while True")[0] + "take(), take()" + ENDLESS
    with Worker(Limits(characters=1, members=100), command(code)) as worker:
        assert "where 9" in only_failure(worker.read("a.txt", LAMP))


@pytest.mark.parametrize("code", ["import sys; sys.exit(3)", "print('hello')", r"print('\0\0\0\x05hello')"])
def test_a_process_that_does_not_start_is_no_fault_of_the_file(code: str) -> None:
    with Worker(Limits(), [sys.executable, "-c", code]) as worker, pytest.raises(PinciteError, match="did not start"):
        worker.read("a.txt", LAMP)


def test_a_program_that_is_not_there() -> None:
    with Worker(Limits(), ["/no/such/program"]) as worker, pytest.raises(PinciteError, match="cannot be started"):
        worker.read("a.txt", LAMP)


def test_a_file_that_is_too_large_is_not_sent() -> None:
    with Worker(Limits(file_bytes=10)) as worker:
        assert "too large: 11 bytes" in only_failure(worker.read("a.txt", b"x" * 11))
        assert worker.pid is None


def test_interrupted_by_the_person_at_the_keyboard(tmp_path: Path) -> None:
    started = tmp_path / "started"

    def interrupt() -> None:
        while not started.exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    # A process that was begun in the background ignores the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with obedient(Limits()) as worker:
            thread = threading.Thread(target=interrupt)
            thread.start()
            with pytest.raises(KeyboardInterrupt):
                act(worker, f"import time; {write(0, started)}; time.sleep(99)")
            thread.join()
            assert worker.pid is None
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a worker ends when it next reads its pipe")
@pytest.mark.parametrize("busy", [True, False])
def test_no_process_is_left_when_the_parent_is_killed(tmp_path: Path, busy: bool) -> None:
    note = tmp_path / "pid"
    told = f"import os; {write('os.getpid()', note)}" + ("\nwhile True: pass" if busy else "")
    code = (
        "import time; from index.limits import Limits; from tests.index.test_worker import act, obedient\n"
        f"worker = obedient(Limits()); act(worker, {told!r}); time.sleep(99)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    while not note.exists():
        time.sleep(0.01)
    child = int(note.read_text())
    assert Path(f"/proc/{child}").exists()
    parent.kill()
    parent.wait()
    assert gone(child)


@pytest.mark.parametrize("name", ["numpy", "torch", "faiss", "pandas"])
def test_what_is_heavy_cannot_be_brought_in(name: str) -> None:
    with obedient(Limits()) as worker:
        assert "ModuleNotFoundError" in only_failure(act(worker, f"import {name}"))


def test_no_reader_brings_in_what_is_heavy() -> None:
    code = (
        "import sys; from importlib import import_module\n"
        f"for name in {sorted(set(FORMATS) - {'zip'} | {'archive'})}: import_module('index.readers.' + name)\n"
        "print(*(name for name in ('numpy', 'torch', 'faiss', 'pandas') if name in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits")
def test_what_it_may_not_do() -> None:
    code = """
import resource as r
assert r.getrlimit(r.RLIMIT_AS) == (10**9, 10**9), r.getrlimit(r.RLIMIT_AS)
assert r.getrlimit(r.RLIMIT_CORE) == (0, 0)
import os
assert os.getpgid(0) == os.getpid()
"""
    with obedient(Limits(memory_bytes=10**9)) as worker:
        (part,) = act(worker, code)
        assert part.failure is None
