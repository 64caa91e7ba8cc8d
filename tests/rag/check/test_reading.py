from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.document import Span
from rag.check.draft import DraftError, Link
from rag.check.reading import LIMITS, read_draft, read_text
from tests.rag.check.packed import call, note, paragraph, word_file

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LINK = '<w:hyperlink r:id="rId2"><w:r><w:t>says so</w:t></w:r></w:hyperlink>'
BODY = (
    paragraph("The bilan", about='<w:pStyle w:val="Title"/><w:outlineLvl w:val="0"/>')
    + paragraph("It leaks", " badly.", call(2), " Nobody ", LINK, ".")
    + paragraph("An item.", about='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')
    + "<w:tbl><w:tr><w:tc>" + paragraph("Calls") + "</w:tc><w:tc>" + paragraph("4812") + "</w:tc></w:tr></w:tbl>"
    + paragraph("The last one.")
)  # fmt: skip


def sentences(text: str) -> list[tuple[str, str]]:
    draft = read_text(text)
    return [(s.kind, draft.text[s.start : s.end]) for s in draft.sentences]


def test_sentences_with_their_kinds() -> None:
    assert sentences("# Roof\n\nIt leaks. Why?\n\n- An item.\n\n```\ncode here.\n```\n\n> Quoted words.\n") == [
        ("heading", "Roof"), ("prose", "It leaks."), ("prose", "Why?"), ("item", "An item."),
        ("quotation", "Quoted words."),
    ]  # fmt: skip


def test_a_word_document() -> None:
    draft = read_draft("bilan.docx", word_file(BODY, note(2, "Annual report, 2024.")))
    assert [(s.kind, draft.text[s.start : s.end]) for s in draft.sentences] == [
        ("heading", "The bilan"), ("prose", "It leaks badly."), ("prose", "Nobody says so."),
        ("note", "Annual report, 2024."), ("item", "An item."), ("table", "Calls | 4812"), ("prose", "The last one."),
    ]  # fmt: skip
    (footnote,) = draft.notes
    assert (footnote.mark, footnote.text) == ("1", "Annual report, 2024.")
    assert [draft.text[: c.start][-5:] for c in footnote.calls] == ["badly"]
    assert footnote.place is not None and footnote.place.of(draft.text) == "Annual report, 2024"
    (link,) = draft.links
    assert (draft.text[link.start : link.end], link.target) == ("says so", "https://example.org/r")
    assert not draft.has_lines
    assert [draft.line(s.start) for s in draft.sentences] == [1, 2, 2, 3, 4, 5, 6]


def test_lines_are_those_of_the_file() -> None:
    draft = read_text("# Roof\r\n\r\nIt leaks.\r\nWhy?\r\n")
    assert [draft.line(s.start) for s in draft.sentences] == [1, 3, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See [it](a.md).", [Link(4, 14, "a.md")]),
        ("See [it](<a.md> 'title').", [Link(4, 24, "a.md")]),
        ("See ![a picture](a.png).", []),
        ("See [it][x].\n\n[x]: https://example.org 'T'\n", [Link(4, 11, "https://example.org")]),
        ("See [it][].\n\n[IT]: https://example.org\n", [Link(4, 10, "https://example.org")]),
        ("```\n[it](a.md)\n```\n\nText.", []),
    ],
)
def test_links(text: str, expected: list[Link]) -> None:
    assert list(read_text(text).links) == expected


def test_notes_of_markdown_with_their_calls() -> None:
    draft = read_text("It leaks[^r]. Badly[^r].\n\n[^r]: Annual\n    report.\n[^s]: Unused.\n")
    assert [(n.mark, n.text, [c.of(draft.text) for c in n.calls]) for n in draft.notes] == [
        ("r", "Annual report.", ["[^r]", "[^r]"]), ("s", "Unused.", [])
    ]  # fmt: skip


def test_what_is_seen_of_a_text() -> None:
    draft = read_text("It **leaks** [here](a.md) now.")
    assert draft.seen(0, len(draft.text)) == "It leaks here now."
    assert draft.seen(4, 8) == "lea"


PIECES = st.sampled_from([
    "It leaks. ", "# A\n", "\n\n", "“a b c” ", "[1] ", "[^1]", "[^1]: n\n", "- i\n", "> q\n", "|a|b|\n", "```\n",
    "هل؟ ", "。電", "é", "\r\n", "https://a.b ", "(X, 2020)", "**", "\u200f", "😀", "x.md ",
])  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=30).map("".join))
def test_sentences_lie_in_the_text_in_order(text: str) -> None:
    try:
        draft = read_text(text + "End.")
    except DraftError:
        return
    at = 0
    for sentence in draft.sentences:
        assert at <= sentence.start < sentence.end <= len(draft.text)
        assert any(map(str.isalnum, draft.text[sentence.start : sentence.end]))
        at = sentence.end
    for block in draft.blocks:
        assert Span(block.start, block.end).of(draft.text).strip()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("x.md", b"", "x.md holds no text"),
        ("-", b" \n\t", "the text on standard input holds no text"),
        ("x.txt", b"\x00\x01\x02" * 1000, "x.txt cannot be checked: its content looks binary"),
        ("x.exe", b"\x7fELF" + b"\x00" * 100, "looks binary"),
        ("x.docx", b"no zip", "x.docx cannot be checked: it is not what its name says"),
        ("x.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        ("x.docx", word_file("<w:p><w:r>"), "malformed"),
        ("x.xlsx", b"PK", "no draft that can be checked"),
        ("x.zip", b"PK", "no draft that can be checked"),
    ],
)
def test_what_cannot_be_checked_is_told_in_a_sentence(name: str, data: bytes, says: str) -> None:
    with pytest.raises(DraftError, match=says) as told:
        read_draft(name, data)
    problems = {"holds no text": "empty", "is no draft": "kind", "cannot be checked:": "unreadable"}
    assert [problem for part, problem in problems.items() if part in str(told.value)] == [told.value.problem]
    assert "\n" not in str(told.value) and len(str(told.value)) < 300


def test_a_draft_has_a_limit() -> None:
    with pytest.raises(DraftError, match="more than 1,000,000 characters"):
        read_text("It leaks. " * 100_001)
    with pytest.raises(DraftError, match="bytes"):
        read_draft("x.txt", b"It leaks." * 100, replace(LIMITS, file_bytes=100))


def test_a_file_without_a_known_ending_is_text() -> None:
    draft = read_draft("NOTE", b"Le toit fuit.")
    assert (draft.text, draft.format, draft.language) == ("Le toit fuit.", "plain", "fr")
