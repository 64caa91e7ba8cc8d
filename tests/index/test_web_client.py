"""Getting pages: addresses in one spelling, public hosts only, the checked address alone, within bounds."""

import gzip
import ipaddress
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.remote import network
from index.remote.address import Address, AddressError, host_name
from index.remote.network import NetworkError, Patience, Reach, is_public
from index.remote.web_client import Known, WebClient, WebError
from tests.index.web_host import Answer, Host, serving

PATIENCE = Patience(2.0, 2.0, 4.0)


def nothing(address: Address) -> None:
    pass


def client(host: Host, *allowed: str, resolve: network.Resolver | None = None) -> WebClient:
    reach = Reach(frozenset(allowed), frozenset((80, 443, host.port)), resolve or (lambda name, port: ["127.0.0.1"]))
    return WebClient("pincite", reach, PATIENCE, ssl.create_default_context)


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        yield host


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" https://Example.ORG ", "https://example.org/"),
        ("https://example.org:443/a#b", "https://example.org/a"),
        ("http://example.org:8080?q", "http://example.org:8080/?q"),
        ("http://example.org/a b/é?x=é&y=%c3%a9", "http://example.org/a%20b/%C3%A9?x=%C3%A9&y=%C3%A9"),
        ("http://example.org/%7euser/%41%2f%zz", "http://example.org/~user/A%2F%25zz"),
        ("http://example.org/a/./b/../../../c", "http://example.org/c"),
        ("http://example.org/a/%2e%2E/b/..", "http://example.org/"),
        ("http://example.org/a/..%2f..%2fb", "http://example.org/a/..%2F..%2Fb"),
        ("http://example.org/?", "http://example.org/?"),
        ("http://bücher.example./", "http://xn--bcher-kva.example/"),
        ("http://موقع.وزارة/", "http://xn--4gbrim.xn--mgbexc3i/"),
        ("http://[2001:DB8::0:1]:81/", "http://[2001:db8::1]:81/"),
        ("http://127.1/", "http://127.1/"),
    ],
)
def test_an_address_has_one_spelling(text: str, expected: str) -> None:
    try:
        address = Address.parse(text)
    except AddressError:
        pytest.fail(f"{text} is refused")
    assert str(address) == expected
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org/a",
        "//example.org",
        "file:///etc/passwd",
        "gopher://example.org/",
        "http://",
        "http:///a",
        "http://user@example.org/",
        "http://user:password@example.org/",
        "http://public.example\\@10.0.0.1/",
        "http://public.example#@10.0.0.1/\n",
        "http://a b/",
        "http://a\tb/",
        "http://example.org/\r\nHost: x",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://[::1",
        "http://[fe80::1%25eth0]x/",
        "http://..",
        "http://-a/",
        "http://" + "a" * 300 + "/",
        "http://example.org/" + "a" * 3000,
    ],
)
def test_what_is_no_address(text: str) -> None:
    if text.endswith("\n"):
        assert Address.parse(text).host == "public.example"  # the fragment is no user name
        return
    with pytest.raises(AddressError):
        Address.parse(text)


@given(st.text(), st.text("/.%25e2Ff?#&=é؟ \\", max_size=30))
def test_any_text_is_an_address_in_ascii_or_none(host: str, rest: str) -> None:
    try:
        address = Address.parse(f"http://{host}/{rest}")
    except AddressError:
        return
    assert str(address).isascii() and str(address).isprintable() and " " not in str(address)
    assert not {".", ".."} & set(address.path.split("/"))
    assert Address.parse(str(address)) == address


def test_host_names() -> None:
    assert host_name(" Wiki.Example. ") == "wiki.example"
    assert host_name("[::1]") == host_name("0:0::1") == "::1"
    with pytest.raises(AddressError):
        host_name("wiki.example:80")


PUBLIC = "8.8.8.8 93.184.216.34 2606:4700::1111 ::ffff:8.8.8.8 64:ff9b::808:808"
CLOSED = (
    "127.0.0.1 127.9.9.9 0.0.0.0 0.1.2.3 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 "
    "100.100.100.200 192.0.0.192 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 224.0.1.1 239.1.1.1 240.0.0.1 "
    "255.255.255.255 168.63.129.16 192.88.99.1 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 "
    "::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: "
    "2002:808:808:: 3fff::1 fc00::1 fd00:ec2::254 fd20:ce::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 5f00::1 "
    "4000::1"
)


@pytest.mark.parametrize(
    ("number", "public"), [(n, True) for n in PUBLIC.split()] + [(n, False) for n in CLOSED.split()]
)
def test_which_addresses_are_public(number: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(number)) is public


@pytest.mark.parametrize("number", CLOSED.split())
def test_no_connection_to_what_is_not_public(number: str, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("connected"))
    address = Address.parse(host.url("/", "site.example"))
    for answers in ([number], ["93.184.216.34", number]):  # one of several is enough
        with pytest.raises(WebError, match=r"has the address .* which is not public") as caught:
            client(host, resolve=lambda name, port: answers).get(address, 100, nothing)  # noqa: B023
        assert not caught.value.silent


def test_the_address_that_was_checked_is_connected_to(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["93.184.216.34"], ["127.0.0.1"]]  # a name server that changes its mind
    connected = []

    def open_(numbers: object, port: int, seconds: float) -> None:
        connected.append((numbers, port))
        raise NetworkError("as far as this goes")

    monkeypatch.setattr(network, "_open", open_)
    with pytest.raises(WebError, match="as far as this goes"):
        client(host, resolve=lambda name, port: answers.pop(0)).get(
            Address.parse(host.url("/", "site.example")), 100, nothing
        )
    assert connected == [([ipaddress.ip_address("93.184.216.34")], host.port)]
    assert len(answers) == 1


def test_no_second_resolution(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: pytest.fail("resolved again"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    host.page("/a", "A")
    reply = client(host, "site.example").get(Address.parse(host.url("/a", "site.example")), 1000, nothing)
    assert reply.status == 200
    assert host.asked[0].headers["Host"] == f"site.example:{host.port}"


def test_every_redirect_is_checked(host: Host) -> None:
    known = {"site.example": ["127.0.0.1"], "inner.example": ["127.0.0.1"]}
    host.answers["/a"] = Answer(status=302, headers={"Location": host.url("/secret", "inner.example")})
    host.page("/secret", "secret")
    reach_one = client(host, "site.example", resolve=lambda name, port: known[name])
    with pytest.raises(WebError, match=r"inner\.example has the address 127\.0\.0\.1, which is not public"):
        reach_one.get(Address.parse(host.url("/a", "site.example")), 1000, nothing)
    assert host.paths() == ["/a"]
    reach_both = client(host, "site.example", "inner.example", resolve=lambda name, port: known[name])
    assert reach_both.get(Address.parse(host.url("/a", "site.example")), 1000, nothing).status == 200


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (None, "without saying where"),
        ("file:///etc/passwd", "does not begin with http"),
        ("http://user:x@127.0.0.1/", "user name or password"),
        ("http://127.0.0.1:22/", "leads to port 22"),
        ("http://[::1", "cannot be fetched"),
        ("/again", "redirects more than 5 times"),
    ],
)
def test_redirects_that_are_not_followed(host: Host, location: str | None, reason: str) -> None:
    host.answers["/a"] = Answer(status=302, headers={"Location": location} if location else {})
    host.answers["/again"] = Answer(status=307, headers={"Location": "/again"})
    with pytest.raises(WebError, match=reason):
        client(host, "127.0.0.1").get(Address.parse(host.url("/a")), 1000, nothing)
    assert len(host.paths()) <= 6


def test_five_redirects_are_followed_and_known_versions_named(host: Host) -> None:
    for n in range(5):
        host.answers[f"/{n}"] = Answer(status=308, headers={"Location": f"{n + 1}"})
    host.page("/5", "end", ETag='"e"')
    reply = client(host, "127.0.0.1").get(Address.parse(host.url("/0")), 1000, nothing, Known('"e"'))
    assert (reply.status, str(reply.address), reply.body) == (304, host.url("/5"), b"")


def test_bodies_are_cut_at_the_bound(host: Host) -> None:
    plain = b"x" * 1000
    encodings: dict[str, Callable[[bytes], bytes]] = {
        "identity": bytes,
        "gzip": gzip.compress,
        "deflate": zlib.compress,
        "x-gzip": lambda data: gzip.compress(data[:10]) + gzip.compress(data[10:]),
    }
    for encoding, pack in encodings.items():
        host.answers["/a"] = Answer(pack(plain), headers={"Content-Encoding": encoding})
        for most, whole in ((1000, True), (999, False), (1, False), (5000, True)):
            reply = client(host, "127.0.0.1").get(Address.parse(host.url("/a")), most, nothing)
            assert (reply.body, reply.whole) == (plain[:most], whole), (encoding, most)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"x", headers={"Content-Encoding": "br"}), "packed as 'br'"),
        (Answer(b"not gzip", headers={"Content-Encoding": "gzip"}), "cannot be unpacked"),
        (
            Answer(gzip.compress(b"x" * 100)[:-9], headers={"Content-Encoding": "gzip"}),
            "cannot be unpacked: it breaks off",
        ),
        (Answer(b"x", headers={"Content-Length": "2"}), "its content breaks off"),
    ],
)
def test_bodies_that_are_not_what_they_say(host: Host, answer: Answer, reason: str) -> None:
    host.answers["/a"] = answer
    with pytest.raises(WebError, match=reason):
        client(host, "127.0.0.1").get(Address.parse(host.url("/a")), 1000, nothing)


@contextmanager
def speaking(*pieces: bytes, pause: float = 0.0) -> Iterator[int]:
    """A host that says `pieces` to whoever comes, whatever they ask; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                for piece in pieces:
                    try:
                        connection.sendall(piece)
                    except OSError:
                        return
                    time.sleep(pause)

    thread = threading.Thread(target=serve)
    thread.start()
    yield listener.getsockname()[1]
    thread.join()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 100_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 999999 OK\r\n\r\n",
    ],
)
def test_hosts_that_do_not_speak_http(said: bytes) -> None:
    with speaking(said) as port, pytest.raises(WebError) as caught:
        client(Host(port), "127.0.0.1").get(Address.parse(f"http://127.0.0.1:{port}/"), 1000, nothing)
    assert caught.value.silent


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 200 OK\r\n\r\n"])
def test_a_host_that_drips_is_left_in_time(start: bytes) -> None:
    drips = client(Host(0), "127.0.0.1")
    patience = Patience(connect=2.0, read=0.5, whole=0.3)
    with speaking(start, *[b"x"] * 20, pause=0.05) as port, pytest.raises(WebError, match="it took too long"):
        replace(drips, patience=patience, reach=replace(drips.reach, ports=frozenset([port]))).get(
            Address.parse(f"http://127.0.0.1:{port}/"), 1000, nothing
        )


def test_nobody_there(host: Host) -> None:
    def unknown(name: str, port: int) -> list[str]:
        raise socket.gaierror(-2, "Name or service not known")

    for resolve, reason in ((unknown, "the host site.example is not known"), (lambda name, port: [], "no address")):
        with pytest.raises(WebError, match=reason):
            client(host, resolve=resolve).get(Address.parse("http://site.example/"), 100, nothing)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(WebError, match="no connection") as caught:
            client(Host(port), "127.0.0.1").get(Address.parse(f"http://127.0.0.1:{port}/"), 100, nothing)
    assert caught.value.silent


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate for site.example, made here."""
    path = tmp_path_factory.mktemp("tls") / "site.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=site.example"
    try:
        subprocess.run(
            [*command.split(), "-addext", "subjectAltName=DNS:site.example", "-keyout", path, "-out", f"{path}.crt"],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no certificate can be made: {error}")
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def test_tls_is_for_the_name_and_verified(certificate: Path) -> None:
    asked_for: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda connection, name, own: asked_for.append(name)
    with serving(context) as host:
        host.page("/a", "A")
        known = client(host, "site.example", "other.example")
        url = f"https://site.example:{host.port}/a"
        with pytest.raises(WebError, match="its certificate is not good: self"):
            known.get(Address.parse(url), 1000, nothing)
        trusting = replace(known, tls=lambda: ssl.create_default_context(cafile=f"{certificate}.crt"))
        assert trusting.get(Address.parse(url), 1000, nothing).body.endswith(b"</html>")
        assert asked_for == ["site.example", "site.example"]
        with pytest.raises(WebError, match="certificate is not good: Hostname mismatch"):
            trusting.get(Address.parse(url.replace("site", "other")), 1000, nothing)
        host.answers["/down"] = Answer(status=302, headers={"Location": f"http://site.example:{host.port}/a"})
        with pytest.raises(WebError, match="redirects from https to http"):
            trusting.get(Address.parse(url.replace("/a", "/down")), 1000, nothing)
