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
from fastapi.testclient import TestClient

from index.document import Document
from index.errors import ModelError
from index.filters import Filter
from rag.answer import Answer, Mode
from rag.assistant import Assistant as RealAssistant
from tests.index.desk import LAMP, ROOF, Desk, Here
from tests.index.fake_encoder import LetterEncoder
from tests.ui.library import ANSWERS, DOCUMENTS, Library
from ui.guard import LARGEST_BODY
from ui.server import ServeError, build_app, serve

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
    assert list(response.json()) == ["error"]
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
