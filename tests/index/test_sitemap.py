"""Sitemaps, their indexes and plain lists: what they list, and what is refused in them."""

import gzip

import pytest

from index.remote.sitemap import Page, Sitemap, SitemapError, parse
from tests.index.web_host import sitemapindex, urlset

E = "https://e.example/"
IMAGES = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:i="http://www.google.com/image/1.1">
 <url>
  <loc> https://e.example/a?x=1&amp;y=<![CDATA[2]]> </loc><i:image><i:loc>https://e.example/a.png</i:loc></i:image>
  <lastmod>2024-05-31</lastmod><priority>1</priority>
 </url>
 <url><i:loc>https://e.example/not</i:loc></url><url><lastmod>2024</lastmod></url><url><loc></loc></url>
 <other><loc>https://e.example/other</loc></other>
</urlset>"""


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (urlset(f"{E}é", (f"{E}b", "2024")), [(f"{E}é", None), (f"{E}b", "2024")]),
        (IMAGES, [("https://e.example/a?x=1&y=2", "2024-05-31")]),
        ("\ufeff" + urlset("https://e.example/"), [("https://e.example/", None)]),
        ("\n  <urlset><url><loc>https://e.example/</loc></url></urlset>", [("https://e.example/", None)]),
        ("https://e.example/\r\n\n # none\nhttps://e.example/رسالة", [(E, None), (f"{E}رسالة", None)]),
        ("", []),
    ],
)  # fmt: skip
def test_pages(data: str, expected: list[tuple[str, str | None]]) -> None:
    pages = tuple(Page(*pair) for pair in expected)
    assert parse(data.encode(), 10) == Sitemap(pages)
    assert parse(gzip.compress(data.encode()), 10) == Sitemap(pages)


def test_other_encodings() -> None:
    text = urlset("https://e.example/é").replace('version="1.0"', 'version="1.0" encoding="{}"')
    for encoding in ("utf-16", "iso-8859-1"):
        assert parse(text.format(encoding).encode(encoding), 10).pages == (Page("https://e.example/é"),)


def test_an_index_names_sitemaps() -> None:
    assert parse(sitemapindex("https://e.example/1.xml", "https://e.example/2.xml").encode(), 1) == Sitemap(
        (), ("https://e.example/1.xml", "https://e.example/2.xml")
    )


def test_no_more_than_the_bound() -> None:
    addresses = [f"https://e.example/{n}" for n in range(5)]
    for data in (urlset(*addresses), "\n".join(addresses)):
        assert parse(data.encode(), 3) == Sitemap(tuple(map(Page, addresses[:3])), whole=False)
        assert parse(data.encode(), 5) == Sitemap(tuple(map(Page, addresses)))


BOMB = '<!DOCTYPE u [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
OUTSIDE = '<!DOCTYPE u SYSTEM "file:///etc/passwd"><urlset/>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB, "document type"),
        (OUTSIDE, "document type"),
        ("<!doctype html><p>", "a web page"),
        ("<HTML></HTML>", "a web page"),
        ("<rss/>", "XML that begins with <rss>"),
        ("<urlset><url><loc>https://e.example/", "not well-formed"),
        ("<urlset>&nbsp;</urlset>", "not well-formed"),
        ('<?xml version="1.0" encoding="klingon"?><urlset/>', "not well-formed"),
        ("<urlset>" + "<a>" * 100_000, "too deep"),
        ("<", "not well-formed"),
        ("one\ntwo", "neither a sitemap nor a list"),
        ("\x00\x01\x02", "neither a sitemap nor a list"),
    ],
)
def test_what_is_no_sitemap(data: str, reason: str) -> None:
    with pytest.raises(SitemapError, match=reason):
        parse(data.encode(), 10)


def test_gzip_is_bounded_and_must_be_whole() -> None:
    with pytest.raises(SitemapError, match="more than 52,428,800 bytes"):
        parse(gzip.compress(b" " * 60_000_000, 1), 10)
    with pytest.raises(SitemapError, match="breaks off"):
        parse(gzip.compress(urlset("https://e.example/").encode())[:-4], 10)


def test_an_address_of_a_megabyte_is_none() -> None:
    assert parse(urlset("https://e.example/" + "a" * 1_000_000, "https://e.example/b").encode(), 10).pages == (
        Page("https://e.example/b"),
    )
