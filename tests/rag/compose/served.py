"""A small server on this machine that speaks OpenAI's protocol, well or badly."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass
class Behaviour:
    """What the server does: `statuses` are given first, one a request; then `pieces` are streamed, `delay` s apart."""

    pieces: tuple[str, ...] = ("Hannah ", "has the ", "key.")
    statuses: list[int] = field(default_factory=list)
    delay: float = 0.0
    hang_after: int | None = None  # pieces
    cut_after: int | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    gone: Event = field(default_factory=Event)  # the client closed its connection
    over: Event = field(default_factory=Event)  # the test is done


@contextmanager
def server(behaviour: Behaviour) -> Iterator[str]:
    """Its base address while it runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            behaviour.requests.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            behaviour.keys.append(self.headers["Authorization"])
            if behaviour.statuses:
                self._refuse(behaviour.statuses.pop(0))
            else:
                self._stream()

        def _refuse(self, status: int) -> None:
            body = json.dumps({"error": {"message": "no\nsecond line", "type": "x"}}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for number, piece in enumerate(behaviour.pieces):
                    if number == behaviour.hang_after:
                        self._hang()
                        return
                    if number == behaviour.cut_after:
                        self.close_connection = True
                        return
                    time.sleep(behaviour.delay)
                    self._send({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
                self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                self._chunk(b"data: [DONE]\n\n")
                self._chunk(b"")
            except OSError:
                behaviour.gone.set()

        def _hang(self) -> None:
            while not behaviour.over.wait(0.05):
                self._chunk(b": still here\n\n")  # a comment, which keeps the connection and says nothing

        def _send(self, event: dict[str, Any]) -> None:
            about = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            self._chunk(b"data: " + json.dumps(about | event).encode() + b"\n\n")

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.flush()

        def log_message(self, format: str, *args: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}/v1"
    finally:
        behaviour.over.set()
        listening.shutdown()
        listening.server_close()
