"""A website is brought in line with a folder: what is new, changed and gone, politely, and from nowhere else."""

import gzip
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index import readers
from index.errors import PinciteError
from index.limits import Limits
from index.mirror import MirrorOptions, MirrorReport, mirror, urls
from index.remote import Listed, Marks
from index.remote.address import Address
from index.remote.network import Patience
from index.remote.web import Website
from index.scan import scan
from tests.index.web_host import Answer, Host, serving, sitemapindex, urlset

QUICK = MirrorOptions(enabled=True, allow=("127.0.0.1",), delay=0.0, patience=Patience(2.0, 2.0, 5.0))
OLD = "2020-01-01"


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        yield host


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirrors" / "site"


def run(url: str, folder: Path, options: MirrorOptions = QUICK) -> MirrorReport:
    return mirror(url, folder, options, lambda progress: None)


def counts(report: MirrorReport) -> tuple[int, int, int, int]:
    return report.fetched, report.unchanged, report.removed, len(report.failed)


def ids(folder: Path) -> list[str]:
    return [found.id for found in scan([folder], folder / "no index").found]


def text_of(folder: Path, id: str) -> str:
    (part,) = readers.read(id, (folder / id).read_bytes(), Limits())
    assert part.extract is not None
    return part.extract.text


def test_off_unless_enabled(host: Host, folder: Path) -> None:
    with pytest.raises(PinciteError, match=r"on the web, .*; set PINCITE_WEB=on"):
        run(host.sitemap(host.page("/a", "A")), folder, replace(QUICK, enabled=False))
    assert host.asked == []
    assert not folder.exists()


def test_pages_become_files_that_can_be_read(host: Host, folder: Path) -> None:
    host.answers["/d/rapport.pdf"] = Answer(b"%PDF-", "application/octet-stream")
    host.answers["/note.md?v=2"] = Answer("# Note", "text/plain; charset=utf-8")
    pages = [host.page("/", "Bienvenue"), host.page("/a/b", "Le budget est voté."), host.url("/note.md?v=2")]
    report = run(host.sitemap(*pages), folder)
    assert counts(report) == (3, 0, 0, 0)
    at = f"127.0.0.1_{host.port}"
    found = ids(folder)
    assert found[:2] == [f"{at}/a/b.html", f"{at}/index.html"]
    assert found[2].startswith(f"{at}/note-") and found[2].endswith(".md")
    assert text_of(folder, f"{at}/a/b.html").strip() == "Le budget est voté."
    assert urls(folder) == dict(zip([found[1], found[0], found[2]], pages, strict=True))
    assert host.asked[-1].headers["User-Agent"] == "pincite"
    assert "Cookie" not in host.asked[-1].headers


def test_a_list_of_addresses(host: Host, folder: Path) -> None:
    lines = ["\ufeff# pages", host.page("/un", "Un"), "", f"  {host.page('/deux', 'Deux')}  ", host.url("/un#ancre")]
    host.answers["/pages.txt"] = Answer("\r\n".join(lines), "text/plain")
    assert counts(run(host.url("/pages.txt"), folder)) == (2, 0, 0, 0)


def test_what_has_not_changed_is_not_sent_again(host: Host, folder: Path) -> None:
    tagged = host.page("/tagged", "one", ETag='"1"')
    dated = host.page("/dated", "two", **{"Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"})
    listed, plain = host.page("/listed", "three"), host.page("/plain", "four")
    sitemap = host.sitemap(tagged, dated, (listed, OLD), plain)
    assert counts(run(sitemap, folder)) == (4, 0, 0, 0)
    times = {path: path.stat().st_mtime_ns for path in folder.rglob("*.html")}
    host.paths()
    assert counts(run(sitemap, folder)) == (0, 4, 0, 0)
    assert host.asked[-2].headers["If-Modified-Since"] == "Mon, 01 Jan 2024 00:00:00 GMT"
    assert host.asked[-3].headers["If-None-Match"] == '"1"'
    assert host.paths() == ["/sitemap.xml", "/tagged", "/dated", "/plain"]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.html")} == times


def test_what_changed_is_written_anew(host: Host, folder: Path) -> None:
    page, other = host.page("/a", "before", ETag='"1"'), host.page("/b", "kept", ETag='"1"')
    listed = host.page("/c", "before")
    run(host.sitemap(page, other, (listed, OLD)), folder)
    host.page("/a", "after", ETag='"2"')
    host.page("/c", "after")
    assert counts(run(host.sitemap(page, other, (listed, "2021-01-01")), folder)) == (2, 1, 0, 0)
    assert [text_of(folder, id).strip() for id in ids(folder)] == ["after", "kept", "after"]


@pytest.mark.parametrize(
    ("version", "seen", "unchanged"),
    [
        ("2024-05-31", "2024-06-02T00:00Z", True),
        ("2024-05-31", "2024-05-31T23:00Z", False),  # it may have changed again that day
        ("2024-05-31", "2024-06-01T11:59Z", False),  # which is not over everywhere
        ("2024-05-31T10:00:00+02:00", "2024-05-31T08:06Z", True),
        ("2024-05-31T10:00:00+02:00", "2024-05-31T08:01Z", False),
        ("2024-05", "2024-07-02T00:00Z", False),
        ("yesterday", "2024-07-02T00:00Z", False),
        ("9999-12-31", "2024-07-02T00:00Z", False),
    ],
)
def test_when_the_list_date_is_believed(
    version: str, seen: str, unchanged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import datetime

    site = Website(Address.parse("https://example.org/sitemap.xml"), QUICK)
    marks = Marks(version, None, None, datetime.fromisoformat(seen).timestamp())
    monkeypatch.setattr(time, "time", lambda: marks.seen + 86_400)
    assert site.unchanged(Listed("https://example.org/", version), marks) is unchanged
    monkeypatch.setattr(time, "time", lambda: marks.seen + 40 * 86_400)
    assert not site.unchanged(Listed("https://example.org/", version), marks)


def test_what_is_gone_is_removed(host: Host, folder: Path) -> None:
    pages = [host.page(path, path) for path in ("/kept", "/unlisted", "/deep/missing", "/gone")]
    run(host.sitemap(*pages), folder)
    del host.answers["/deep/missing"]
    host.answers["/gone"] = Answer(status=410)
    report = run(host.sitemap(pages[0], *pages[2:]), folder)
    assert counts(report) == (0, 1, 3, 2)
    assert {f.document: f.reason for f in report.failed} == {
        pages[2]: "it is listed and not there any more: its host answers 404 Not Found",
        pages[3]: "it is listed and not there any more: its host answers 410 Gone",
    }
    assert [path.name for path in folder.rglob("*")] == [f"127.0.0.1_{host.port}", "kept.html"]
    assert list(urls(folder).values()) == pages[:1]


@pytest.mark.parametrize("status", [500, 503, 429, 403, 401, 418])
def test_what_cannot_be_had_at_the_moment_keeps_its_copy(host: Host, folder: Path, status: int) -> None:
    page = host.page("/a", "last copy")
    sitemap = host.sitemap(page)
    run(sitemap, folder)
    host.answers["/a"] = Answer("oops", status=status)
    report = run(sitemap, folder)
    assert counts(report) == (0, 0, 0, 1)
    assert report.failed[0].document == page and f"answers {status}" in report.failed[0].reason
    assert text_of(folder, ids(folder)[0]).strip() == "last copy"


def test_a_host_that_is_down_is_not_asked_for_every_page(host: Host, folder: Path) -> None:
    pages = [host.page(f"/{n}", str(n)) for n in range(20)]
    sitemap = host.sitemap(*pages)
    for n in range(3, 20):
        host.answers[f"/{n}"] = Answer(status=503)
    report = run(sitemap, folder)
    assert len(host.paths()) == 1 + 3 + 5
    assert report.fetched == 3
    assert [f.document for f in report.failed] == [*pages[3:8], sitemap]
    assert report.failed[-1].reason == "it did not answer 5 times in a row; 12 more were not asked for"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(status=404), "404 Not Found"),
        (Answer(status=500), "500 Internal Server Error"),
        (Answer("<urlset><url>", "text/xml"), "not well-formed"),
        (Answer(urlset(), "text/xml"), "no pages"),
        (Answer("<!DOCTYPE html><html></html>"), "a web page, not a sitemap"),
        (Answer("<html><body/></html>"), "a web page, not a sitemap"),
        (Answer("hello\nworld", "text/plain"), "neither a sitemap nor a list"),
        (Answer("", "text/plain"), "no pages"),
        (Answer(urlset("https://elsewhere.example/"), "text/xml"), "no pages"),
        (Answer(b"x", "text/xml", headers={"Content-Length": "100"}), "breaks off"),
        (Answer(gzip.compress(b"\0" * 60_000_000), "application/gzip"), "more than 52,428,800 bytes"),
        (Answer(gzip.compress(b"\0" * 60_000_000), headers={"Content-Encoding": "gzip"}), "more than 52,428,800 bytes"),
    ],
)
def test_where_the_list_fails_nothing_is_removed(host: Host, folder: Path, answer: Answer, reason: str) -> None:
    sitemap = host.sitemap(host.page("/a", "A"))
    run(sitemap, folder)
    host.answers["/sitemap.xml"] = answer
    host.paths()
    report = run(sitemap, folder)
    assert report.removed == report.fetched == 0
    assert report.failed[-1].document == sitemap
    assert reason in report.failed[-1].reason and report.failed[-1].reason.endswith("what was mirrored before stays")
    assert host.paths() == ["/sitemap.xml"]
    assert len(ids(folder)) == 1


def test_an_index_of_sitemaps(host: Host, folder: Path) -> None:
    one = host.sitemap(host.page("/a", "A"), path="/one.xml")
    host.answers["/two.xml.gz"] = Answer(gzip.compress(urlset(host.page("/b", "B")).encode()), "application/x-gzip")
    elsewhere = "https://maps.example/three.xml"
    host.answers["/index.xml"] = Answer(
        sitemapindex(one, host.url("/two.xml.gz"), one, host.url("/index.xml"), elsewhere)
    )
    report = run(host.url("/index.xml"), folder)
    assert counts(report) == (2, 0, 0, 1)
    assert "1 of its addresses stand on other hosts (maps.example)" in report.failed[0].reason
    # a part that fails: what it listed is not known to be gone, what another listed and does not is
    host.answers["/two.xml.gz"] = Answer(status=500)
    host.sitemap(host.page("/c", "C"), path="/one.xml")
    report = run(host.url("/index.xml"), folder)
    assert (report.fetched, report.removed) == (1, 0)
    assert report.failed[0].document == host.url("/two.xml.gz")
    assert len(ids(folder)) == 3


def test_no_more_pages_than_the_bound(host: Host, folder: Path) -> None:
    pages = [host.page(f"/{n}", str(n)) for n in range(5)]
    report = run(host.sitemap(*pages), folder, replace(QUICK, most_pages=3))
    assert counts(report) == (3, 0, 0, 1)
    assert "more than 3 pages" in report.failed[0].reason
    assert counts(run(host.sitemap(*pages[2:]), folder, replace(QUICK, most_pages=3))) == (2, 1, 2, 0)


def test_other_hosts_and_what_is_no_address_are_left_out(host: Host, folder: Path) -> None:
    wrong = ["https://elsewhere.example/a", host.url("/b", "localhost"), "file:///etc/passwd", "/relative", "ftp://x/"]
    report = run(host.sitemap(host.page("/a", "A"), *wrong), folder)
    assert (report.fetched, len(report.failed)) == (1, 2)
    assert "2 of its addresses stand on other hosts (elsewhere.example, localhost)" in report.failed[0].reason
    assert "3 of its addresses cannot be fetched (file:///etc/passwd, /relative, ftp://x/)" in report.failed[1].reason


def test_robots_are_honoured(host: Host, folder: Path) -> None:
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: Pincite\nDisallow: /private/\nAllow: /private/open\n"
    host.answers["/robots.txt"] = Answer(rules, "text/plain")
    pages = [host.page(path, path) for path in ("/a", "/private/b", "/private/open/c", "/x/../private/d")]
    report = run(host.sitemap(*pages), folder, replace(QUICK, agent="pincite/1.2"))
    assert report.fetched == 2
    assert host.paths() == ["/sitemap.xml", "/a", "/private/open/c"]
    assert [f.document for f in report.failed] == [host.url("/private/b"), host.url("/private/d")]
    assert "robots.txt asks not to fetch /private/b" in report.failed[0].reason


def test_a_redirect_to_what_robots_withhold_is_not_followed(host: Host, folder: Path) -> None:
    host.answers["/robots.txt"] = Answer("User-agent: *\nDisallow: /private", "text/plain")
    host.page("/private", "secret")
    host.answers["/a"] = Answer(status=302, headers={"Location": "/private"})
    assert counts(run(host.sitemap(host.url("/a")), folder)) == (0, 0, 0, 1)
    assert "/private" not in host.paths()


@pytest.mark.parametrize("status", [500, 429])
def test_without_its_robots_nothing_is_taken_from_a_host(host: Host, folder: Path, status: int) -> None:
    host.answers["/robots.txt"] = Answer(status=status)
    report = run(host.sitemap(host.page("/a", "A"), host.page("/b", "B")), folder)
    assert counts(report) == (0, 0, 0, 2)
    assert f"robots.txt cannot be read: its host answers {status}" in report.failed[0].reason
    assert [asked.path for asked in host.asked] == ["/sitemap.xml", "/robots.txt"]


def test_requests_to_a_host_wait_for_their_turn(host: Host, folder: Path) -> None:
    waited: list[float] = []
    options = replace(QUICK, delay=7.0, most_delay=20.0, wait=waited.append)
    sitemap = host.sitemap(host.page("/a", "A"), host.page("/b", "B"))
    run(sitemap, folder, options)
    assert [round(seconds) for seconds in waited] == [7, 7, 7]  # robots, a, b after the sitemap
    for asked, expected in (("12", [7, 12, 12]), ("3", [7, 7, 7]), ("86400", [7, 20, 20]), ("nan", [7, 7, 7])):
        waited.clear()
        host.answers["/robots.txt"] = Answer(f"User-agent: *\nCrawl-delay: {asked}", "text/plain")
        run(sitemap, folder, options)
        assert [round(seconds) for seconds in waited] == expected


def test_a_page_that_moved_within_its_host(host: Host, folder: Path) -> None:
    host.page("/%C3%A9/neuf", "moved")
    raw = "/é/neuf".encode().decode("latin-1")  # bytes in a header, as many servers send them
    host.answers["/old"] = Answer(status=301, headers={"Location": raw})
    assert counts(run(host.sitemap(host.url("/old")), folder)) == (1, 0, 0, 0)
    assert urls(folder) == {f"127.0.0.1_{host.port}/old.html": host.url("/old")}


def test_a_page_that_redirects_to_another_host_keeps_its_copy(host: Host, folder: Path) -> None:
    sitemap = host.sitemap(host.page("/a", "content"))
    run(sitemap, folder)
    host.answers["/a"] = Answer(status=302, headers={"Location": host.url("/login", "localhost")})
    host.page("/login", "Sign in")
    report = run(sitemap, folder, replace(QUICK, allow=("127.0.0.1", "localhost")))
    assert report.failed[0].reason == "it redirects to another host (localhost)"
    assert text_of(folder, ids(folder)[0]).strip() == "content"


def resolver(**hosts: str) -> "dict[str, list[str]]":
    return {name.replace("_", "."): [address] for name, address in hosts.items()}


def test_the_list_may_move_to_another_public_host(host: Host, folder: Path) -> None:
    known = resolver(site_example="127.0.0.1", www_site_example="127.0.0.1")
    options = replace(QUICK, allow=tuple(known), resolve=lambda name, port: known[name])
    host.page("/a", "A")
    host.sitemap(host.url("/a", "www.site.example"), path="/real.xml")
    location = host.url("/real.xml", "www.site.example")
    host.answers["/sitemap.xml"] = Answer(status=301, headers={"Location": location})
    assert counts(run(host.url("/sitemap.xml", "site.example"), folder, options)) == (1, 0, 0, 0)
    assert [asked.headers["Host"].partition(":")[0] for asked in host.asked] == [
        "site.example",
        *["www.site.example"] * 3,
    ]


@pytest.mark.parametrize(
    "inner", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00:ec2::254", "::ffff:10.0.0.1"]
)
def test_the_list_may_not_redirect_to_a_private_host(host: Host, folder: Path, inner: str) -> None:
    known = resolver(site_example="127.0.0.1", inner_example=inner)
    options = replace(QUICK, allow=("site.example",), resolve=lambda name, port: known[name])
    host.answers["/sitemap.xml"] = Answer(status=302, headers={"Location": host.url("/s.xml", "inner.example")})
    host.sitemap(host.page("/a", "A"), path="/s.xml")
    report = run(host.url("/sitemap.xml", "site.example"), folder, options)
    assert counts(report) == (0, 0, 0, 1)
    assert "the host inner.example has the address" in report.failed[0].reason
    assert "name inner.example in PINCITE_WEB_ALLOW" in report.failed[0].reason
    assert host.paths() == ["/sitemap.xml"]


def test_a_private_host_must_be_allowed_by_name(host: Host, folder: Path) -> None:
    report = run(host.sitemap(host.page("/a", "A")), folder, replace(QUICK, allow=("localhost",)))
    assert "has the address 127.0.0.1, which is not public" in report.failed[0].reason
    assert host.asked == []
    with pytest.raises(PinciteError, match="PINCITE_WEB_ALLOW"):
        run(host.url("/sitemap.xml"), folder, replace(QUICK, allow=("not a host",)))


def test_large_pages_are_refused(host: Host, folder: Path) -> None:
    sitemap = host.sitemap(host.page("/a", "A"), host.page("/b", "B"), host.page("/c", "C"))
    options = replace(QUICK, most_bytes=1000)
    run(sitemap, folder, options)
    host.answers["/a"] = Answer(b"x" * 1001)
    host.answers["/b"] = Answer(gzip.compress(b"x" * 50_000_000), headers={"Content-Encoding": "gzip"})
    host.answers["/c"] = Answer(b"x" * 1000)
    report = run(sitemap, folder, options)
    assert counts(report) == (1, 0, 2, 2)  # what is known to have become another is not answered from
    assert {f.reason for f in report.failed} == {"it is too large: more than the 1,000 bytes that are read at most"}


def test_types_that_cannot_be_read(host: Host, folder: Path) -> None:
    sitemap = host.sitemap(host.page("/a", "A"), host.url("/b.html"))
    host.answers["/b.html"] = Answer(b"\x89PNG", "image/png")
    report = run(sitemap, folder)
    assert counts(report) == (1, 0, 0, 1)
    assert "'image/png', which cannot be read" in report.failed[0].reason
    host.answers["/a"] = Answer("plain now", "text/plain")
    run(sitemap, folder)
    assert [Path(id).name for id in ids(folder)] == ["a.txt"]


def test_the_encoding_that_only_the_host_knows_is_kept(host: Host, folder: Path) -> None:
    text = "القرار رقم ٥"
    host.answers["/a"] = Answer("قرار المجلس".encode("cp1256"), "text/plain; charset=windows-1256")
    host.answers["/b"] = Answer("réglé".encode(), "text/plain; charset=iso-8859-1")  # says the host of a sound UTF-8
    host.answers["/c"] = Answer(text.encode("utf-16-le"), "text/plain; charset=utf-16le")
    host.answers["/d"] = Answer("été".encode("latin-1"), "text/plain; charset=klingon")
    host.answers["/e"] = Answer("<p>Rīga šogad".encode("windows-1257"), "text/html; charset=windows-1257")
    run(host.sitemap(*map(host.url, "/a /b /c /d /e".split())), folder)
    assert [text_of(folder, id) for id in ids(folder)] == ["قرار المجلس", "réglé", text, "été", "Rīga šogad"]


NASTY = [
    "/..%2f..%2f..%2fescaped",
    "/%2e%2e/%2e%2e/escaped",
    "/a/..%5c..%5cescaped",
    "/%00/nul",
    "/.git/config",
    "/con/aux",
    "/" + "x" * 500,
    "/" + "/".join("y" * 60 for _ in range(20)),
    "/%E9/latin",
    "/école/رسالة",
    "/A",
    "/a",
    "/a/",
    "/a/index",
    "/a/index.html",
    "/a.html",
    "/a.html/b",
    "/?q=1",
    "/?q=2",
    "/a%E2%80%AEfdp.html",
    "/double//slash",
    "/...",
    "/space%20/ x",
]


def test_addresses_cannot_leave_the_folder_or_meet_in_a_name(host: Host, folder: Path) -> None:
    pages = [str(Address.parse(host.url(path))) for path in NASTY]
    for page in pages:
        path = page.removeprefix(host.url(""))
        host.page(path, path)
    report = run(host.sitemap(*(page.replace("&", "&amp;") for page in pages)), folder)
    assert (report.fetched, report.failed) == (len(NASTY), ())
    found = ids(folder)
    assert len({id.casefold() for id in found}) == len(found) == len(NASTY)
    for id, address in urls(folder).items():
        assert text_of(folder, id).strip() == address.removeprefix(host.url(""))
        assert id.startswith(f"127.0.0.1_{host.port}/") and ".." not in id.split("/") and "\\" not in id
        assert all(len(part.encode()) <= 100 for part in id.split("/"))
    assert {path.name for path in folder.parent.iterdir()} == {"site", "site.json", "site.lock"}
    before = sorted(folder.rglob("*"))
    assert counts(run(host.sitemap(*reversed(pages)), folder)) == (0, len(NASTY), 0, 0)
    assert sorted(folder.rglob("*")) == before


def test_unicode_paths_stay_readable(host: Host, folder: Path) -> None:
    path = str(Address.parse(host.url("/école/رسالة"))).removeprefix(host.url(""))
    host.page(path, "texte")
    run(host.sitemap(host.url("/école/رسالة")), folder)
    assert ids(folder) == [f"127.0.0.1_{host.port}/école/رسالة.html"]


def test_a_page_that_breaks_off_keeps_its_copy(host: Host, folder: Path) -> None:
    sitemap = host.sitemap(host.page("/a", "whole"), host.page("/b", "whole"))
    run(sitemap, folder)
    host.answers["/a"] = Answer(b"ha", headers={"Content-Length": "500"})
    host.answers["/b"] = Answer(gzip.compress(b"half" * 1000)[:-20], headers={"Content-Encoding": "gzip"})
    report = run(sitemap, folder)
    assert (report.removed, report.fetched) == (0, 0)
    assert [f.reason for f in report.failed] == [
        "its content breaks off",
        "its content cannot be unpacked: it breaks off",
    ]
    assert [text_of(folder, id).strip() for id in ids(folder)] == ["whole", "whole"]


def test_progress_is_told(host: Host, folder: Path) -> None:
    told: Sequence[tuple[int, int]] = []
    sitemap = host.sitemap(host.page("/a", "A"), host.page("/b", "B"))
    mirror(sitemap, folder, QUICK, lambda p: told.append((p.documents, p.of_documents)))  # type: ignore[attr-defined]
    assert told == [(0, 2), (1, 2), (2, 2)]
