"""What robots.txt allows, by RFC 9309."""

import pytest

from index.remote.robots import Robots

GROUPS = """# a comment
User-agent: other
User-Agent: PINCITE/1.0   # us
Crawl-delay: 4
Disallow: /a
Sitemap: https://e.example/sitemap.xml
Allow: /a/b

User-agent: *
Disallow: /
Crawl-delay: 9

user-agent: pincite
disallow: /c
"""


@pytest.mark.parametrize(
    ("target", "agent", "allowed"),
    [
        ("/", "pincite", True),
        ("/a", "pincite", False),
        ("/ab", "pincite", False),
        ("/a/b", "pincite", True),
        ("/c", "pincite", False),
        ("/c", "other", True),
        ("/x", "somebody", False),
    ],
)
def test_groups(target: str, agent: str, allowed: bool) -> None:
    assert Robots.parse(GROUPS, agent).allows(target) is allowed


def test_delays() -> None:
    assert [Robots.parse(GROUPS, agent).delay for agent in ("pincite", "somebody")] == [4.0, 9.0]
    for text in ("", "User-agent: *\nDisallow:", "Crawl-delay: 3\nDisallow: /"):
        assert Robots.parse(text, "pincite") == Robots()
    assert Robots.parse("User-agent: *\nCrawl-delay: -1", "pincite").delay == 0.0
    assert Robots.parse("User-agent: *\nCrawl-delay: soon", "pincite").delay == 0.0


@pytest.mark.parametrize(
    ("pattern", "target", "fits"),
    [
        ("/fish", "/fish.html", True),
        ("/fish", "/Fish", False),
        ("/fish", "/catfish", False),
        ("/fish*", "/fish", True),
        ("/fish/", "/fish", False),
        ("/*.php", "/a/b.php?x", True),
        ("/*.php", "/", False),
        ("/*.php$", "/a.php", True),
        ("/*.php$", "/a.php?x", False),
        ("/*.php$", "/a.php.php", True),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("*", "/anything", True),
        ("*a$", "/a", True),
        ("/a*a$", "/a", False),
        ("/a*b*c", "/a-c-b-c", True),
        ("/a*b*c", "/a-c-b", False),
        ("/é", "/%C3%A9", True),
        ("/%c3%a9", "/%C3%A9/x", True),
        ("/%61", "/a", True),
        ("/a%2fb", "/a/b", False),
        ("/x*" + "*a" * 30 + "$", "/x" + "a" * 2000 + "b", False),
    ],
)
def test_patterns(pattern: str, target: str, fits: bool) -> None:
    assert Robots.parse(f"User-agent: *\nDisallow: {pattern}", "pincite").allows(target) is not fits


def test_the_longest_rule_decides_and_of_equals_the_one_that_allows() -> None:
    rules = "User-agent: *\nDisallow: /a\nAllow: /a\nAllow: /b\nDisallow: /b/c\nAllow: /*.html\nDisallow: /b/c/d.ht"
    robots = Robots.parse(rules, "pincite")
    assert [robots.allows(t) for t in ("/a", "/b", "/b/c", "/b/c/x.html", "/b/c/d.html")] == [
        True, True, False, True, False,
    ]  # fmt: skip
