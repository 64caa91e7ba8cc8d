"""A filter admits what its asker may see and wants to look in, and what cannot be meant is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.access import NOBODY, Access
from index.errors import PinciteError
from index.filters import EVERYTHING, PUBLIC, Facts, Filter
from index.store import DocumentFacts


@dataclass(frozen=True)
class Known:
    id: str = "press/2024/a.pdf"
    language: str = "fr"
    date: str | None = "2024-05-31"
    format: str = "pdf"
    access: Access = ()


def test_a_document_of_the_store_has_what_a_filter_looks_at() -> None:
    stored: Facts = DocumentFacts(1, "a/b.pdf", "B", "fr", "2024-05-31", None, None, "pdf", 10, 1, (("hr",),))
    assert Filter.parse(groups="hr", folders=["a"], languages=["fr"], since="2024", formats=["pdf"]).admits(stored)
    assert not Filter.parse(folders=["a"], languages=["fr"], since="2024", formats=["pdf"]).admits(stored)


@pytest.mark.parametrize(
    ("access", "groups", "admitted"),
    [
        ((), None, True),
        ((), frozenset(), True),
        ((), frozenset({"hr"}), True),
        ((("board", "hr"),), None, True),
        ((("board", "hr"),), frozenset(), False),
        ((("board", "hr"),), frozenset({"hr"}), True),
        ((("hr",), ("x",)), frozenset({"hr"}), False),
        (NOBODY, frozenset({"hr"}), False),
        (NOBODY, None, True),
    ],
)
def test_who_may_see(access: Access, groups: frozenset[str] | None, admitted: bool) -> None:
    assert Filter(groups).admits(Known(access=access)) == admitted


def test_by_default_one_sees_what_everyone_may_see() -> None:
    assert PUBLIC == Filter() == Filter.parse()
    assert PUBLIC.admits(Known())
    assert not PUBLIC.admits(Known(access=(("hr",),)))
    assert EVERYTHING == Filter(None) == Filter.parse(groups="*")
    assert EVERYTHING.admits(Known(access=NOBODY))


@pytest.mark.parametrize(
    ("folders", "id", "admitted"),
    [
        ([], "a.txt", True),
        (["press"], "press/a.txt", True),
        (["press"], "press/2024/a.txt", True),
        (["press"], "press2/a.txt", False),
        (["press"], "Press/a.txt", False),
        (["press"], "x/press/a.txt", False),
        (["press/2024"], "press/2024/a.txt", True),
        (["press/2024"], "press/20245/a.txt", False),
        (["press/2024"], "press/a.txt", False),
        (["/press//2024/"], "press/2024/a.txt", True),
        (["./press"], "press/a.txt", True),
        (["hr", "press"], "press/a.txt", True),
        (["dump.zip"], "dump.zip/b/a.txt", True),
        (["mail.eml"], "mail.eml", True),
        (["mail.eml/annex.pdf"], "mail.eml", False),
        (["re\u0301sume\u0301s"], "résumés/a.txt", True),
        (["résumés"], "re\u0301sume\u0301s/a.txt", True),
        (["*"], "press/a.txt", False),
        (["a b"], "a b/c", True),
    ],
)
def test_folders_are_matched_by_whole_names(folders: Sequence[str], id: str, admitted: bool) -> None:
    assert Filter.parse(folders=folders).admits(Known(id=id)) == admitted


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2024", None, "2024-01-01", None),
        (None, "2024", None, "2024-12-31"),
        ("2024-05", "2024-05", "2024-05-01", "2024-05-31"),
        ("2024-02", "2024-02", "2024-02-01", "2024-02-29"),
        (None, "2023-02", None, "2023-02-28"),
        ("2024-05-07", "2024-05-07", "2024-05-07", "2024-05-07"),
        (" 2024 ", "2024-06\n", "2024-01-01", "2024-06-30"),
        ("0001", "9999", "0001-01-01", "9999-12-31"),
        (None, None, None, None),
    ],
)
def test_dates(since: str | None, until: str | None, first: str | None, last: str | None) -> None:
    found = Filter.parse(since=since, until=until)
    assert (found.since, found.until) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["", " ", "24", "2024-5", "0000", "2024-13", "2024-00", "2024-02-30", "2024-05-00", "2023-02-29",
     "2024-05-31T10:00", "31.05.2024", "20240531", "2024-05-", "٢٠٢٤",
     "2024-05-31-01", "last year", "-2024", "+2024", "2024/05"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    for parse in (lambda: Filter.parse(since=text), lambda: Filter.parse(until=text)):
        with pytest.raises(PinciteError, match="is no date; write a day, month or year"):
            parse()


def test_dates_that_hold_no_day_are_refused() -> None:
    with pytest.raises(PinciteError, match="since 2024-06 and until 2024-05; put the earlier date first"):
        Filter.parse(since="2024-06", until="2024-05")


@given(st.dates(), st.none() | st.dates(), st.none() | st.dates())
def test_the_days_of_a_filter_belong_to_it(day: date, since: date | None, until: date | None) -> None:
    first, last = since and since.isoformat(), until and until.isoformat()
    wanted = (since is None or since <= day) and (until is None or day <= until)
    assert Filter(since=first, until=last).admits(Known(date=day.isoformat())) == wanted


@pytest.mark.parametrize(
    "day", [None, "", "2024", "2024-05", "2024-05-31T10:00:00", "unknown", "2024-5-31", "٢٠٢٤-٠٥-٣١"]
)
def test_a_document_without_a_day_has_no_place_among_days(day: str | None) -> None:
    assert PUBLIC.admits(Known(date=day))
    assert not Filter(since="0001-01-01").admits(Known(date=day))
    assert not Filter(until="9999-12-31").admits(Known(date=day))


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        ([], ()),
        (["fr"], ("fr",)),
        (["FR", " ar ", "fr"], ("ar", "fr")),
        (["fr-CA", "zh_Hant_TW"], ("fr", "zh")),
        (["und"], ("und",)),
    ],
)
def test_languages(texts: Sequence[str], languages: tuple[str, ...]) -> None:
    found = Filter.parse(languages=texts)
    assert found.languages == languages
    for language in ("fr", "ar", "zh", "und", "en"):
        assert found.admits(Known(language=language)) == (not languages or language in languages)


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        ([], ()),
        (["pdf"], ("pdf",)),
        ([".PDF", "docx", "pdf "], ("docx", "pdf")),
        (["txt", "md", "htm"], ("html", "markdown", "plain")),
    ],
)
def test_formats(texts: Sequence[str], formats: tuple[str, ...]) -> None:
    found = Filter.parse(formats=texts)
    assert found.formats == formats
    for format in ("pdf", "docx", "html", "markdown", "plain", "eml"):
        assert found.admits(Known(format=format)) == (not formats or format in formats)


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("", frozenset()),
        (" , ", frozenset()),
        ("hr", frozenset({"hr"})),
        (" hr ,board,", frozenset({"hr", "board"})),
        ("re\u0301daction", frozenset({"rédaction"})),
        ("*", None),
        (" * ", None),
    ],
)
def test_groups(text: str, groups: frozenset[str] | None) -> None:
    assert Filter.parse(groups=text).groups == groups


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"groups": "*,hr"}, "cannot stand beside others"),
        ({"folders": [""]}, "'' names no folder"),
        ({"folders": ["."]}, "names no folder"),
        ({"folders": ["press", "/"]}, "'/' names no folder"),
        ({"folders": ["press/../hr"]}, "names no folder"),
        ({"languages": ["french"]}, "'french' is no code of a language; write two letters such as fr"),
        ({"languages": ["fra"]}, "is no code"),
        ({"languages": [""]}, "is no code"),
        ({"languages": ["fr,ar"]}, "is no code"),
        ({"languages": ["فر"]}, "is no code"),
        ({"formats": ["word"]}, "'word' is no format that is read; write one of csv, docx, "),
        ({"formats": [""]}, "is no format"),
        ({"formats": ["x/pdf"]}, "is no format"),
        ({"formats": ["tar.pdf"]}, "is no format"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(PinciteError, match=message):
        Filter.parse(**given)  # type: ignore[arg-type]


def test_filters_that_mean_the_same_are_equal() -> None:
    one = Filter.parse(folders=["b/", "a", "./a"], languages=["fr", "ar"], formats=["txt", "pdf"], groups="x,y")
    assert one == Filter.parse(folders=["a", "b"], languages=["AR", "fr-CA"], formats=["PDF", "plain"], groups="y,x")
    assert hash(one) is not None


def test_every_field_must_fit() -> None:
    wanted = {"folders": ["press"], "languages": ["fr"], "since": "2024", "until": "2024", "formats": ["pdf"]}
    everything = Filter.parse(groups="hr", **wanted)  # type: ignore[arg-type]
    assert everything.admits(Known(access=(("hr",),)))
    for other in (
        Known(id="x/a.pdf"),
        Known(language="en"),
        Known(date="2023-12-31"),
        Known(date="2025-01-01"),
        Known(format="eml"),
        Known(access=(("x",),)),
    ):
        assert not everything.admits(other)
        assert Filter.parse(groups="*").admits(other)
