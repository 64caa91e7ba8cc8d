import pytest

from index.errors import ReadError
from rag.check.walk import walk
from tests.rag.check.packed import STRICT, WORD, paragraph


def part(body: str, space: str = WORD, prefix: str = "w") -> bytes:
    head, tail = f'<{prefix}:document xmlns:{prefix}="{space}"><{prefix}:body>', f"</{prefix}:body></{prefix}:document>"
    return (head + body + tail).encode()


def seen(body: str) -> str:
    return "".join(c.char for c in walk(part(body)).characters)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (paragraph("one", "two"), "onetwo"),
        (paragraph("a &amp; b &#233; &lt;"), "a & b é <"),
        (paragraph("<w:r><w:t><![CDATA[a<b]]></w:t></w:r>"), "a<b"),
        (paragraph("<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>", "kept"), "kept"),
        (paragraph("<w:ins><w:r><w:t>new</w:t></w:r></w:ins>"), "new"),
        (paragraph("<w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom>", "kept"), "kept"),
        (paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>", "kept"), "kept"),
        (paragraph('<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>seen</w:t></w:r>'), "seen"),
        (paragraph("<w:r><w:instrText>PAGE</w:instrText></w:r>", "kept"), "kept"),
        (paragraph("<w:r><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent></w:r>", "kept"), "kept"),
        ("<w:tbl><w:tr><w:tc>" + paragraph("cell") + "</w:tc></w:tr></w:tbl>", "cell"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_seen(body: str, expected: str) -> None:
    assert seen(body) == expected


def test_each_character_has_its_bytes() -> None:
    walked = walk(part(paragraph("é 😀 a &amp; ب", "x")))
    for char, start, end, _ in walked.characters:
        assert walked.data[start:end].decode() == (char if char != "&" else "&amp;")


def test_runs_and_their_properties_in_bytes() -> None:
    body = paragraph("<w:r><w:rPr><w:b/></w:rPr><w:t>bold</w:t></w:r>", "<w:r><w:rPr/><w:t>plain</w:t></w:r>", "<w:r/>")
    walked = walk(part(body))
    assert [walked.data[r.start : r.end].decode() for r in walked.runs] == [
        "<w:r><w:rPr><w:b/></w:rPr><w:t>bold</w:t></w:r>", "<w:r><w:rPr/><w:t>plain</w:t></w:r>", "<w:r/>"
    ]  # fmt: skip
    assert [walked.data[r.about[0] : r.about[1]].decode() for r in walked.runs] == [
        "<w:rPr><w:b/></w:rPr>", "<w:rPr/>", ""
    ]  # fmt: skip


def test_the_names_that_a_file_uses() -> None:
    assert walk(part("", STRICT)).namespace == STRICT
    assert walk(part("", prefix="ns0")).prefix == "ns0:"
    assert walk(f'<document xmlns="{WORD}"/>'.encode()).prefix == ""


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + part(paragraph("été")).decode()
    walked = walk(text.encode(encoding))
    assert "".join(c.char for c in walked.characters) == "été"
    walk(walked.data)  # says nothing of an encoding that is no longer its own


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<w:p",
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<a>" * 300,
        b"<a>&undefined;</a>",
    ],
)
def test_what_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError):
        walk(data)
