"""A small web host on this machine, for tests: what it answers is set, what it was asked is kept."""

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    body: bytes | str = b""
    type: str = "text/html"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    path: str
    headers: Mapping[str, str]


class Host:
    """`answers` maps a path with its query to an answer; an answer with an ETag gives 304 to whoever knows it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def page(self, path: str, text: str, **headers: str) -> str:
        """Serve a page; its address."""
        self.answers[path] = Answer(f"<html><body><p>{text}</p></body></html>", headers=headers)
        return self.url(path)

    def sitemap(self, *entries: str | tuple[str, str], path: str = "/sitemap.xml") -> str:
        """Serve a sitemap of addresses, or of (address, lastmod); its address."""
        self.answers[path] = Answer(urlset(*entries), "application/xml")
        return self.url(path)

    def paths(self) -> list[str]:
        """What was asked for since the last time, robots.txt left out."""
        paths = [asked.path for asked in self.asked if asked.path != "/robots.txt"]
        self.asked.clear()
        return paths


def urlset(*entries: str | tuple[str, str]) -> str:
    pairs = [(entry, None) if isinstance(entry, str) else entry for entry in entries]
    urls = "".join(f"<url><loc>{loc}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>" for loc, day in pairs)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'


def sitemapindex(*addresses: str) -> str:
    maps = "".join(f"<sitemap><loc>{address}</loc></sitemap>" for address in addresses)
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{maps}</sitemapindex>'


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Host]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(Asked(self.path, dict(self.headers)))
            answer = host.answers.get(self.path, Answer("not here", "text/plain", 404))
            known = answer.headers.get("ETag")
            body = answer.body.encode() if isinstance(answer.body, str) else answer.body
            if known and self.headers.get("If-None-Match") == known:
                answer, body = Answer(status=304, headers=answer.headers), b""
            self.send_response(answer.status)
            headers = {"Content-Type": answer.type, "Content-Length": str(len(body)), **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def handle_one_request(self) -> None:
            with suppress(OSError):  # a client that goes away
                super().handle_one_request()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    host = Host(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
