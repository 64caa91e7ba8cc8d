import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient

from index.document import Document
from index.errors import ModelError
from index.filters import Filter
from index.view import View
from rag.answer import Answer, Mode
from rag.assistant import Assistant as RealAssistant
from tests.index.desk import LAMP, ROOF, Desk, Here
from tests.index.fake_encoder import LetterEncoder
from tests.rag.check.desk import WordVerifier, opened
from tests.ui.library import ANSWERS, DOCUMENTS, Library
from tests.ui.writing import ENGLISH, Writing
from ui.accounts import Accounts, Histories
from ui.guard import LARGEST_BODY, LARGEST_DRAFT
from ui.interface import WRITTEN_AT_ONCE
from ui.server import ServeError, build_app, serve

pytestmark = pytest.mark.slow

QUESTION = next(iter(ANSWERS))
STAFF = frozenset({"staff"})  # who the library answers for
LOCAL = "http://127.0.0.1:7860"


class Fragile(Library):
    """Fails in the ways an assistant can."""

    def ask(self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None) -> Answer:
        if mode == "compose":
            raise ModelError("no language model is set up; ask in quote mode")
        if question == "break":
            raise RuntimeError("secret detail")
        return super().ask(question, mode=mode, k=k, filter=filter)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(build_app(Fragile()), base_url=LOCAL, raise_server_exceptions=False) as client:
        yield client


def test_health_counts_documents_and_passages(client: TestClient) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "documents": 4, "passages": 8}


def test_an_answer_is_the_interfaces_object(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": QUESTION, "k": 3})
    assert response.status_code == 200
    assert response.json() == json.loads(json.dumps(Library().ask(QUESTION, k=3).to_json()))
    for citation in response.json()["citations"]:
        text = next(document.text for document in DOCUMENTS if document.id == citation["document"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_search_documents_and_document(client: TestClient) -> None:
    passages = client.get("/api/search", params={"q": "pêche", "k": 2}).json()["passages"]
    assert [passage["document"] for passage in passages] == ["fr/coalition.txt", "fr/coalition.txt"]
    listed = client.get("/api/documents").json()
    assert listed[0]["date"] == "2024-05-31"
    assert listed[1] == {
        "id": "ar/ميثاق.txt", "title": DOCUMENTS[1].title, "language": "ar", "format": "plain", "date": None,
        "author": None,
    }  # fmt: skip
    one = client.get("/api/document", params={"id": "ar/ميثاق.txt"}).json()
    assert one == {"id": "ar/ميثاق.txt", "title": DOCUMENTS[1].title, "language": "ar", "text": DOCUMENTS[1].text}


@pytest.mark.parametrize(
    ("request_line", "body", "status", "said"),
    [
        ("POST /api/ask", b"not json", 400, "not JSON"),
        ("POST /api/ask", b"", 422, "body"),
        ("POST /api/ask", b"[]", 422, "body"),
        ("POST /api/ask", b"{}", 422, "question"),
        ("POST /api/ask", b'{"question": 7}', 422, "question"),
        ("POST /api/ask", b'{"question": " "}', 422, "The question is empty: type one."),
        ("POST /api/ask", b'{"question": "\\ud800"}', 422, "question"),
        ("POST /api/ask", b'{"question": "q", "mode": "sing"}', 422, "mode"),
        ("POST /api/ask", b'{"question": "q", "k": 0}', 422, "k"),
        ("POST /api/ask", b'{"question": "q", "k": 101}', 422, "k"),
        ("POST /api/ask", b'{"question": "q", "hk": 5}', 422, "hk"),
        ("POST /api/ask", b'{"question": "q", "mode": "compose"}', 503, "No language model is set up"),
        ("POST /api/ask", b'{"question": "break"}', 500, "its log says what"),
        ("POST /api/ask", b'{"question": "q", "language": ["klingon"]}', 422, "'klingon' is no code of a language"),
        ("POST /api/ask", b'{"question": "q", "language": "fr"}', 422, "language"),
        ("POST /api/ask", b'{"question": "q", "since": "soon"}', 422, "'soon' is no date"),
        ("POST /api/ask", b'{"question": "q", "since": "2024", "until": "2023"}', 422, "put the earlier date first"),
        ("POST /api/ask", b'{"question": "q", "folder": ["../etc"]}', 422, "names no folder"),
        ("POST /api/ask", b'{"question": "q", "format": ["exe"]}', 422, "'exe' is no format"),
        ("POST /api/ask", b'{"question": "q", "groups": ["hr"]}', 422, "groups"),
        ("POST /api/ask", b'{"question": "q", "groups": "*"}', 422, "groups"),
        ("GET /api/search?q=x&groups=*", b"", 422, "groups"),
        ("GET /api/search?q=x&language=klingon", b"", 422, "'klingon' is no code of a language"),
        ("GET /api/search?q=x&since=soon", b"", 422, "'soon' is no date"),
        ("GET /api/search?k=2", b"", 422, "q"),
        ("GET /api/search?q=x&k=many", b"", 422, "k"),
        ("GET /api/document", b"", 422, "id"),
        ("GET /api/document?id=../../etc/passwd", b"", 404, "There is no document '../../etc/passwd'"),
        ("GET /api/ask", b"", 404, "GET /api/ask"),
        ("GET /api/nothing", b"", 404, "/api/nothing"),
        ("GET /nothing", b"", 404, "/nothing"),
        ("POST /health", b"{}", 404, "There is no POST /health here."),
    ],
)
def test_errors_are_one_sentence(client: TestClient, request_line: str, body: bytes, status: int, said: str) -> None:
    method, path = request_line.split(" ", 1)
    headers = {"content-type": "application/json"}
    response = client.request(method, path, content=body, headers=headers)
    assert response.status_code == status
    assert response.json().keys() - {"reason"} == {"error"}
    assert said in response.json()["error"]
    assert "secret detail" not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/redoc", "/openapi.json", "/gradio_api/upload", "/gradio_api/info", "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://example.org/", "/gradio_api/run/predict", "/gradio_api/call/answer", "/login",
        "/monitoring", "/gradio_api/openapi.json", "/gradio_api/runs", "/svelte/x.js", "/page.py",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_not_served(client: TestClient, path: str) -> None:
    for response in (client.get(path), client.post(path, json={})):
        assert response.status_code == 404
        assert list(response.json()) == ["error"]


@pytest.mark.parametrize("path", ["/static/../../routes.py", "/assets/..%2f..%2f..%2froutes.py", "/assets/nothing.js"])
def test_files_beside_the_pages_parts_are_not_served(client: TestClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code >= 400
    assert "import" not in response.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "127.0.0.1.evil.example", "", "[::2]", "0.0.0.0"]
)
@pytest.mark.parametrize("path", ["/", "/health", "/config", "/api/documents"])
def test_another_name_for_this_machine_is_refused(client: TestClient, host: str, path: str) -> None:
    response = client.get(path, headers={"host": host})
    assert response.status_code == 400
    assert "does not answer to the name" in response.json()["error"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1:7860", "[::1]:7860", "[::1]"])
def test_this_machines_own_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


def test_a_server_for_others_answers_to_any_name() -> None:
    with TestClient(build_app(Library(), hosts=None), base_url="http://pincite.example") as client:
        assert client.get("/health").status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.parametrize("path", ["/api/ask", "/gradio_api/queue/join"])
def test_what_another_site_can_send_unasked_is_refused(client: TestClient, kind: str, path: str) -> None:
    response = client.post(path, content=b'{"question": "q"}', headers={"content-type": kind})
    assert response.status_code == 415
    assert "application/json" in response.json()["error"]


@pytest.mark.parametrize(
    "path", ["/", "/health", "/config", "/api/documents", "/nothing", "/gradio_api/startup-events"]
)
def test_other_sites_may_not_read_and_nothing_foreign_may_load(client: TestClient, path: str) -> None:
    for origin in ("http://evil.example", "http://localhost:3000", "null"):
        response = client.get(path, headers={"origin": origin})
        assert not [name for name in response.headers if name.startswith("access-control-")]
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
    asked = {"origin": "http://localhost:3000", "access-control-request-method": "POST"}
    preflight = client.options(path, headers=asked)
    assert "access-control-allow-origin" not in preflight.headers
    assert preflight.status_code >= 400


def test_a_body_has_a_limit(client: TestClient) -> None:
    headers = {"content-type": "application/json"}
    body = json.dumps({"question": "q" * LARGEST_BODY}).encode()
    response = client.post("/api/ask", content=body, headers=headers)
    assert response.status_code == 413
    assert "too large" in response.json()["error"]
    pieces = (body[at : at + 4096] for at in range(0, len(body), 4096))
    assert client.post("/api/ask", content=pieces, headers=headers).status_code == 413


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        ({}, Filter(STAFF)),
        ({"folder": ["press/2024/", "hr"]}, Filter(STAFF, folders=("hr", "press/2024"))),
        ({"language": ["FR", "ar"], "format": [".PDF"]}, Filter(STAFF, languages=("ar", "fr"), formats=("pdf",))),
        ({"since": "2024-05", "until": "2024"}, Filter(STAFF, since="2024-05-01", until="2024-12-31")),
    ],
)
def test_a_request_says_where_to_look_and_nothing_of_who_asks(within: dict[str, Any], expected: Filter) -> None:
    library = Library()
    with TestClient(build_app(library), base_url=LOCAL) as client:
        assert client.post("/api/ask", json={"question": QUESTION, **within}).status_code == 200
        assert client.get("/api/search", params={"q": QUESTION, **within}).status_code == 200
    assert library.filters == [expected, expected]


@pytest.mark.parametrize(
    ("groups", "seen"),
    [("", {"a.txt"}), ("staff", {"a.txt"}), ("hr", {"a.txt", "hr/b.txt"}), ("*", {"a.txt", "hr/b.txt"})],
)
def test_what_the_asker_may_not_see_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, groups: str, seen: set[str]
) -> None:
    monkeypatch.setattr("index.sync.Worker", Here)
    desk = Desk(tmp_path)
    desk.write("a.txt", LAMP)
    desk.write("hr/b.txt", ROOF)
    desk.write("access.toml", '[[rule]]\nfiles = "hr"\ngroups = "hr"\n')
    desk.sync()
    assistant = RealAssistant(desk.index, LetterEncoder(), 0.0, Filter.parse(groups=groups))
    with TestClient(build_app(assistant), base_url=LOCAL) as client:
        assert client.get("/health").json() == {"status": "ok", "documents": len(seen), "passages": len(seen)}
        assert {entry["id"] for entry in client.get("/api/documents").json()} == seen
        for id in ("a.txt", "hr/b.txt"):
            response = client.get("/api/document", params={"id": id})
            missing = client.get("/api/document", params={"id": "none.txt"})
            assert response.status_code == (200 if id in seen else 404)
            if id not in seen:
                assert response.json()["error"] == missing.json()["error"].replace("none.txt", id)
        for within in ({}, {"folder": ["hr"]}, {"folder": ["hr/b.txt"]}, {"language": ["en"]}):
            below = {id for id in seen if "folder" not in within or id.startswith("hr/")}
            found = client.get("/api/search", params={"q": "roof stairs", **within}).json()["passages"]
            assert {passage["document"] for passage in found} == below
            answer = client.post("/api/ask", json={"question": "Where does the roof leak?", **within}).json()
            assert {passage["document"] for passage in answer["passages"]} == below
            assert {citation["document"] for citation in answer["citations"]} <= below
            assert answer["abstained"] == (not below)


def test_scripts_run_only_if_the_server_put_them_there(client: TestClient) -> None:
    response = client.get("/", headers={"accept-encoding": "br, gzip"})
    policy = response.headers["content-security-policy"]
    scripts = re.search("script-src ([^;]*)", policy)
    assert scripts
    assert "'unsafe-inline'" not in scripts[1]
    assert len(re.findall(r"<script(?![^>]*\bsrc=)", response.text)) == scripts[1].count("'sha256-") > 0
    assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize(("accepted", "opening"), [("fr", 'lang="fr" dir="ltr"'), ("ar", 'lang="ar" dir="rtl"')])
def test_the_page_says_its_language_and_speaks_of_nothing_else(client: TestClient, accepted: str, opening: str) -> None:
    page = client.get("/", headers={"accept-language": accepted}).text
    assert f"<html {opening}" in page
    assert not re.search(r'(?:src|href|content)="(?:https?:)?//', page)
    # No text of a document stands in the page's source: its scripts' hashes vouch for it.
    assert not [document.title for document in DOCUMENTS if document.title in page]


def test_answers_do_not_wait_for_one_another() -> None:
    together = threading.Barrier(3, timeout=20)

    class Slow(Library):
        def ask(self, question: str, *, mode: Mode = "quote", k: int = 10, filter: Filter | None = None) -> Answer:
            together.wait()
            return super().ask(question, mode=mode, k=k, filter=filter)

    with TestClient(build_app(Slow()), base_url=LOCAL) as client:
        statuses: list[int] = []
        ask = lambda: statuses.append(client.post("/api/ask", json={"question": QUESTION}).status_code)  # noqa: E731
        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert statuses == [200, 200, 200]


def test_building_the_page_calls_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object) -> None:
        raise AssertionError(f"called {arguments}")

    monkeypatch.setattr(socket, "getaddrinfo", refused)
    monkeypatch.setattr(socket.socket, "connect", refused)
    before = set(threading.enumerate())
    build_app(Library())
    for thread in set(threading.enumerate()) - before:
        thread.join(5)


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"cannot serve at 127.0.0.1, port {port} .*--port"):
            serve(Library(), "127.0.0.1", port, print)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99999), ("no such host", 7860), ("203.0.113.1", 7860)])
def test_an_address_that_cannot_be_had_is_one_sentence(host: str, port: int) -> None:
    with pytest.raises(ServeError, match=f"cannot serve at {host}, port {port}"):
        serve(Library(), host, port, print)


def test_serving_reports_its_address_and_ends_cleanly(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        textwrap.dedent("""
            from tests.ui.library import Library
            from ui.server import serve
            serve(Library(), "127.0.0.1", 0, lambda address: print(address, flush=True))
            print("ended", flush=True)
        """)
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stderr
        try:
            address = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
            port = int(address.rpartition(":")[2])
            # Like a page that is open: a connection that lasts.
            with socket.create_connection(("127.0.0.1", port)) as page:
                page.sendall(b"GET /gradio_api/heartbeat/abc HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert b"200 OK" in page.recv(4096)
                process.send_signal(signal.SIGINT)
                began = time.monotonic()
                assert process.wait(20) == 0
                assert time.monotonic() - began < 15
        finally:
            process.kill()
        assert process.stdout.read() == "ended\n"
        assert process.stderr.read() == ""


def test_hostile_documents_are_data(client: TestClient) -> None:
    text = '<script>alert("\u202e")</script>\x00'
    with TestClient(build_app(Library((Document(text, text, "en", text),))), base_url=LOCAL) as other:
        response = other.get("/api/document", params={"id": text})
        assert response.json()["text"] == text
        assert response.headers["content-type"] == "application/json"


def lines_of(response: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in response.text.splitlines()]


def test_a_written_answer_comes_line_by_line() -> None:
    library = Writing()
    asked = {"question": ENGLISH, "mode": "compose"}
    with TestClient(build_app(library), base_url=LOCAL) as client:
        response = client.post("/api/ask", json={**asked, "stream": True})
        assert response.headers["content-type"].startswith("application/x-ndjson")
        lines = lines_of(response)
        quoted = Library().ask(ENGLISH, mode="compose").to_json()
        assert lines[0] == {**json.loads(json.dumps(quoted)), "final": False}
        assert [line["final"] for line in lines] == [False] * 5 + [True]
        assert [len(line["statements"]) for line in lines] == [2, 1, 2, 2, 2, 2]
        assert [bool(line["passages"]) for line in lines] == [True, False, False, False, False, True]
        assert lines[-1]["composed"]
        assert lines[-1]["removed"][0]["reason"] == "another_number"
        whole = client.post("/api/ask", json=asked).json()
        assert {**whole, "final": True} == lines[-1]
        single = lines_of(client.post("/api/ask", json={"question": ENGLISH, "stream": True}))
        assert single == [{**json.loads(json.dumps(Library().ask(ENGLISH).to_json())), "final": True}]
        refused = client.post("/api/ask", json={"question": " ", "mode": "compose", "stream": True})
        assert (refused.status_code, refused.json()["error"]) == (422, "The question is empty: type one.")
    assert all(stop.is_set() for stop in library.stops)


def test_an_error_after_the_first_line_is_a_line() -> None:
    class Failing(Writing):
        error: Exception = ModelError("the language model is away; start it")

        def _written(self, quoted: Answer, stop: threading.Event) -> Iterator[Answer]:
            yield quoted
            raise self.error

    library = Failing()
    asked = {"question": ENGLISH, "mode": "compose", "stream": True}
    with TestClient(build_app(library), base_url=LOCAL) as client:
        assert lines_of(client.post("/api/ask", json=asked))[-1] == {
            "error": "The language model is away; start it.", "reason": "other",
        }  # fmt: skip
        library.error = RuntimeError("secret detail")
        response = client.post("/api/ask", json=asked)
        assert lines_of(response)[-1] == {
            "error": "Something failed on the server; its log says what.", "reason": "failed",
        }  # fmt: skip
        assert "secret detail" not in response.text


def test_a_quoted_answer_does_not_wait_for_written_ones() -> None:
    library = Writing()
    library.go = threading.Semaphore(0)
    with TestClient(build_app(library), base_url=LOCAL) as client:
        slow = [
            threading.Thread(
                target=client.post, args=("/api/ask",), kwargs={"json": {"question": ENGLISH, "mode": mode}}
            )
            for mode in ["compose"] * 6
        ]
        for thread in slow:
            thread.start()
        while len(library.stops) < WRITTEN_AT_ONCE:
            time.sleep(0.01)
        assert client.post("/api/ask", json={"question": QUESTION}).status_code == 200
        assert client.get("/api/search", params={"q": "x"}).status_code == 200
        library.go.release(100)
        for thread in slow:
            thread.join(20)
        assert not any(thread.is_alive() for thread in slow)


@pytest.mark.parametrize("stream", [True, False])
def test_who_leaves_ends_the_writing(stream: bool) -> None:
    library = Writing()
    library.go = threading.Semaphore(1)
    server = uvicorn.Server(uvicorn.Config(build_app(library), log_level="error", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            body = json.dumps({"question": ENGLISH, "mode": "compose", "stream": stream}).encode()
            kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}"
            head = f"POST /api/ask HTTP/1.1\r\nHost: localhost\r\n{kind}\r\n\r\n"
            with socket.create_connection(listener.getsockname()) as visitor:
                visitor.sendall(head.encode() + body)
                while not library.stops:
                    time.sleep(0.01)
                assert not library.stops[0].is_set()
            assert library.stops[0].wait(10)
        finally:
            server.should_exit = True
            thread.join()


@pytest.mark.parametrize(
    ("earlier", "question", "meant"),
    [
        ([{"question": QUESTION}], "et en 2024 ?", QUESTION.replace("2023", "2024")),
        (
            [{"question": QUESTION, "answer": "412"}, {"question": "et en 2024 ?"}],
            "et en 2025 ?",
            QUESTION.replace("2023", "2025"),
        ),
        ([{"question": QUESTION}], ENGLISH, None),
        (
            [{"question": "Who wrote it?", "answer": "Marie Dupont wrote it."}],
            "Where was she born?",
            "Where was she born? (Marie Dupont)",
        ),
    ],
)  # fmt: skip
def test_a_follow_up_says_what_was_asked(earlier: list[dict[str, str]], question: str, meant: str | None) -> None:
    library = Writing()
    with TestClient(build_app(library), base_url=LOCAL) as client:
        answer = client.post("/api/ask", json={"question": question, "earlier": earlier}).json()
    assert (answer["question"], answer["asked_as"]) == (question, meant)
    assert library.questions == [(meant or question, "quote")]


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("ask", {"question": "q", "earlier": [{"question": "x"}] * 21}, 422, "earlier"),
        ("ask", {"question": "q", "earlier": [{"question": "x" * 2001}]}, 422, "earlier.0.question"),
        ("ask", {"question": "q", "earlier": [{"question": "x", "names": []}]}, 422, "names"),
        ("ask", {"question": "q", "earlier": ["x"]}, 422, "earlier"),
        ("ask", {"question": "q", "stream": 1}, 422, "stream"),
        ("check", {}, 422, "either its text, or its file's data"),
        ("check", {"text": "x", "data": "eA=="}, 422, "either its text"),
        ("check", {"data": "not base64!"}, 422, "base64"),
        ("check", {"name": "a.xlsx", "data": "eA=="}, 422, "A.xlsx is no draft"),
        ("check", {"text": " "}, 422, "holds no text"),
        ("check", {"text": "x", "forms": ["pdf"]}, 422, "forms"),
        ("check", {"text": "x", "language": ["klingon"]}, 422, "klingon"),
    ],
)
def test_what_cannot_be_asked_or_checked(
    client: TestClient, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    response = client.post(f"/api/{path}", json=body)
    assert response.status_code == status
    assert said in response.json()["error"]


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("ask", {"question": " "}, "question"),
        ("ask", {"question": "q", "mode": "compose"}, "other"),
        ("ask", {"question": "break"}, "failed"),
        ("ask", {}, None),
        ("check", {"name": "a.xlsx", "data": "eA=="}, "draft_kind"),
        ("check", {"text": " "}, "draft_empty"),
        ("check", {"name": "a.docx", "data": "eA=="}, "draft_unreadable"),
    ],
)
def test_what_a_page_has_words_for_has_a_reason(
    client: TestClient, path: str, body: dict[str, Any], reason: str | None
) -> None:
    assert client.post(f"/api/{path}", json=body).json().get("reason") == reason


class Checking(Library):
    """A library whose drafts are checked by words, against an index."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._view = view
        self._verifier = WordVerifier()
        self.narrowed: list[Filter | None] = []

    @property
    def verifier(self) -> Any:
        return self._verifier

    def view(self, filter: Filter | None = None) -> View:
        self.narrowed.append(filter)
        return self._view


def test_a_draft_is_checked(tmp_path: Path) -> None:
    text = "The hotline received 4812 calls in 2024. The hotline received 4900 calls in 2024."
    with opened(tmp_path) as view, TestClient(build_app(Checking(view)), base_url=LOCAL) as client:
        checked = client.post("/api/check", json={"text": text, "forms": ["html", "docx"]}).json()
        assert [sentence["status"] for sentence in checked["result"]["sentences"]] == ["quoted", "contradicted"]
        assert checked["html"].startswith("<!doctype html>")
        assert base64.b64decode(checked["docx"]).startswith(b"PK")
        data = base64.b64encode(f"# Draft\n\n{text}".encode()).decode()
        sent = {"name": "draft.md", "data": data, "stream": True, "language": ["en"]}
        lines = lines_of(client.post("/api/check", json=sent))
        assert lines[0] == {"checked": 0, "of": 3}
        assert lines[-1]["result"]["sentences"][0]["text"] == "Draft"
        assert set(lines[-1]) == {"result"}
        bad = lines_of(client.post("/api/check", json={"name": "x.docx", "data": data, "stream": True}))
        assert bad[-1].keys() == {"error", "reason"}
        assert bad[-1]["reason"] == "draft_unreadable"
        large = client.post("/api/check", json={"text": "x" * (LARGEST_DRAFT + 1)})
        assert large.status_code == 413


def signed_in(folder: Path, user: str | None) -> TestClient:
    headers = {"x-remote-user": user} if user else {}
    app = build_app(Library(), accounts=Accounts("X-Remote-User", Histories(folder)))
    return TestClient(app, base_url=LOCAL, headers=headers)


def test_a_history_is_its_users_alone(tmp_path: Path) -> None:
    histories = Histories(tmp_path)
    histories.add("ana", {"question": "Hers?", "text": "## Hers?\n"})
    histories.add("ben", {"question": "His?", "text": "## His?\n"})
    kind = {"content-type": "application/json"}
    assert [turn["question"] for turn in signed_in(tmp_path, "ana").get("/api/history").json()["turns"]] == ["Hers?"]
    text = signed_in(tmp_path, "ben").get("/api/history", params={"format": "markdown"})
    assert (text.headers["content-type"].split(";")[0], text.text) == ("text/markdown", "## His?\n")
    assert (
        signed_in(tmp_path, "ana").get("/api/history?user=ben").json()
        == signed_in(tmp_path, "ana").get("/api/history").json()
    )
    assert signed_in(tmp_path, "ana").delete("/api/history").status_code == 415
    assert signed_in(tmp_path, "ana").delete("/api/history", headers=kind).json() == {"turns": []}
    assert histories.of("ana") == []
    assert len(histories.of("ben")) == 1


def test_without_a_user_there_is_no_history(tmp_path: Path, client: TestClient) -> None:
    for method in ("GET", "DELETE"):
        headers = {"content-type": "application/json", "x-remote-user": "ana"}
        response = client.request(method, "/api/history", headers=headers)
        assert (response.status_code, "--user-header" in response.json()["error"]) == (404, True)
        response = signed_in(tmp_path, None).request(
            method, "/api/history", headers={"content-type": "application/json"}
        )
        assert (response.status_code, "Nobody is signed in" in response.json()["error"]) == (401, True)
    twice = [("x-remote-user", "ana"), ("x-remote-user", "root")]
    response = signed_in(tmp_path, None).get("/health", headers=twice)
    assert (response.status_code, "more than one header" in response.json()["error"]) == (400, True)
