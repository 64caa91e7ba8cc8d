"""A Word document with comments: opened with another program's library, and compared byte by byte."""

import io
import re
from dataclasses import replace
from typing import Any
from zipfile import ZipFile

import pytest

from index.errors import PinciteError
from rag.check.checked import CheckedDraft
from rag.check.reading import read_draft
from tests.rag.check.packed import STRICT, WORD, call, note, paragraph, word_file
from tests.ui.checked import ARABIC, checked, full, pincite
from ui.checked_docx import checked_docx

docx = pytest.importorskip("docx")

BOLD = "<w:r><w:rPr><w:b/></w:rPr><w:t>leaks</w:t></w:r>"
BODY = (
    paragraph("The bilan", about='<w:outlineLvl w:val="0"/>')
    + paragraph("It ", BOLD, " badly &amp; often. It was men", "ded in 1999. No", "body.")
    + paragraph("قال «لا تُنسخ» أمس.")
)  # fmt: skip


def part(data: bytes, name: str) -> str:
    return ZipFile(io.BytesIO(data)).read(name).decode()


def names(data: bytes) -> list[str]:
    return ZipFile(io.BytesIO(data)).namelist()


def commented(data: bytes) -> dict[str, str]:
    """What each comment's range holds, and its text."""
    body = part(data, "word/document.xml")
    found = {}
    for comment in docx.Document(io.BytesIO(data)).comments:
        start = body.index(f'commentRangeStart w:id="{comment.comment_id}"')
        end = body.index(f'commentRangeEnd w:id="{comment.comment_id}"')
        found["".join(re.findall(r"<w:t(?: [^>]*)?>([^<]*)</w:t>", body[start:end]))] = comment.text
    return found


def test_comments_stand_at_their_sentences() -> None:
    data = word_file(BODY)
    out = checked_docx(checked("", "x.docx", data))
    found = commented(out)
    assert list(found) == ["It leaks badly &amp; often.", "It was mended in 1999."]
    assert found["It was mended in 1999."].splitlines() == [
        "contradicted (another date)",
        "date: the draft has “1999”, the source has “2019”",
        "The sources say: “It was mended in 2019.” — The roof (a/roof.md, page 3, characters 10 to 32)",
    ]
    (first, *_) = docx.Document(io.BytesIO(out)).comments
    assert (first.author, first.initials) == ("Pincite", "P")


def test_all_else_stays_as_it_was() -> None:
    data = word_file(BODY, more={"word/media/picture.bin": "\x00\x01"})
    out = checked_docx(checked("", "x.docx", data))
    changed = ["[Content_Types].xml", "word/_rels/document.xml.rels", "word/document.xml"]
    assert names(out) == [*names(data), "word/comments.xml"]
    for name in names(data):
        assert (part(out, name) != part(data, name)) == (name in changed)
    before, after = docx.Document(io.BytesIO(data)), docx.Document(io.BytesIO(out))
    assert [p.text for p in after.paragraphs] == [p.text for p in before.paragraphs]
    assert [[r.bold for r in p.runs if r.text == "leaks"] for p in after.paragraphs] == [[], [True], []]
    # Without what was put in, the same bytes as before.
    body = part(out, "word/document.xml")
    body = re.sub(r'<w:commentRange(?:Start|End) w:id="\d+"/>|<w:r><w:commentReference w:id="\d+"/></w:r>', "", body)
    body = body.replace('</w:t></w:r><w:r><w:t xml:space="preserve">', "")
    assert body == part(data, "word/document.xml").replace('</w:t></w:r><w:r><w:t xml:space="preserve">', "")


def test_comments_that_are_there_stay() -> None:
    document = docx.Document()
    run = document.add_paragraph("").add_run("It was mended in 1999. It leaks badly now.")
    document.add_comment([run], text="Mine", author="Hannah", initials="H")
    saved = io.BytesIO()
    document.save(saved)
    draft = read_draft("x.docx", saved.getvalue())
    found = CheckedDraft(draft, tuple(_supported(draft)), (), (), 1, 1.0)
    comments = list(docx.Document(io.BytesIO(checked_docx(found))).comments)
    assert [(c.author, c.text.splitlines()[0]) for c in comments] == [
        ("Hannah", "Mine"), *[("Pincite", "supported (the same in other words)")] * 2
    ]  # fmt: skip
    assert len({c.comment_id for c in comments}) == 3


def _supported(draft: Any) -> Any:
    from tests.ui.checked import sentence

    for number in range(1, len(draft.sentences) + 1):
        yield sentence(draft, number, "supported", "same_meaning", pincite())


def test_what_stands_in_a_note_is_told_at_the_sentence_before() -> None:
    data = word_file(paragraph("It leaks badly.", call(1)), note(1, "The note claims that it was mended."))
    draft = read_draft("x.docx", data)
    out = checked_docx(CheckedDraft(draft, tuple(_supported(draft)), (), (), 1, 1.0))
    (text,) = commented(out).values()
    assert "“The note claims that it was mended.”" in text


def test_names_of_another_prefix_and_of_the_strict_form() -> None:
    plain = word_file(BODY, space=STRICT)
    assert len(docx_comments(checked_docx(checked("", "x.docx", plain)))) == 2
    body = part(word_file(BODY), "word/document.xml").replace("w:", "ns0:").replace("xmlns:w=", "xmlns:ns0=")
    other = word_file("", more={"word/document.xml": body})
    out = part(checked_docx(checked("", "x.docx", other)), "word/document.xml")
    assert out.count('<ns0:commentRangeStart ns0:id="') == 2 and "<w:" not in out


def docx_comments(data: bytes) -> list[str]:
    return re.findall(r"<w:comment ", part(data, "word/comments.xml"))


@pytest.mark.parametrize(
    "body",
    [
        paragraph("It leaks.It was mended in 1999.Nobody."),
        paragraph("<w:r><w:t>It leaks. It was mended in 1999. Nobody.</w:t></w:r>"),
        paragraph("<w:r><w:tab/><w:t>It leaks.</w:t><w:br/><w:t>It was mended in 1999.</w:t></w:r>"),
        paragraph("<w:hyperlink><w:r><w:t>It leaks. It was</w:t></w:r></w:hyperlink>", " mended. No."),
        paragraph("It leaks. ", "<w:ins><w:r><w:t>It was mended</w:t></w:r></w:ins>", " in 1999. No."),
        paragraph("漏れがひどい。1999年に修理した。誰も知らない。"),
    ],
)  # fmt: skip
def test_runs_of_all_sorts_are_cut_soundly(body: str) -> None:
    data = word_file(paragraph("Title here", about='<w:outlineLvl w:val="0"/>') + body)
    draft = read_draft("x.docx", data)
    out = checked_docx(CheckedDraft(draft, tuple(_supported(draft)), (), (), 1, 1.0))
    before, after = docx.Document(io.BytesIO(data)), docx.Document(io.BytesIO(out))  # parses as XML
    assert [p.text for p in after.paragraphs] == [p.text for p in before.paragraphs]
    text = part(out, "word/document.xml")
    assert not re.search(r"<w:t>(?:\s[^<]*|[^<]*\s)</w:t>", text)  # Word drops such spaces
    ids = re.findall(r'comment(RangeStart|RangeEnd|Reference) w:id="(\d+)"', text)
    assert [kind for kind, _ in ids] == ["RangeStart", "RangeEnd", "Reference"] * (len(ids) // 3)
    assert len(ids) // 3 == len(docx_comments(out)) >= 1


def test_a_space_before_a_cut_is_kept() -> None:
    data = word_file(paragraph("<w:r><w:t>Nobody knows. It leaks badly. It was mended in 1999.</w:t></w:r>"))
    text = part(checked_docx(checked("", "x.docx", data)), "word/document.xml")
    assert '<w:t xml:space="preserve">Nobody knows. </w:t>' in text


def test_what_cannot_be_cut_is_commented_on_as_a_whole() -> None:
    data = word_file(paragraph("<w:r><w:t><![CDATA[It leaks & badly. It was mended.]]></w:t></w:r>"))
    draft = read_draft("x.docx", data)
    out = checked_docx(CheckedDraft(draft, tuple(_supported(draft)), (), (), 1, 1.0))
    assert [p.text for p in docx.Document(io.BytesIO(out)).paragraphs] == ["It leaks & badly. It was mended."]
    assert len(docx_comments(out)) == 2


def test_a_text_becomes_a_word_document() -> None:
    out = checked_docx(full())
    document = docx.Document(io.BytesIO(out))
    assert [p.text for p in document.paragraphs] == [
        "The bilan", "It leaks badly [1]. It was mended in 1999. Nobody knows “our biggest weakness here” today.",
        "• Why is it so?", "a   b", "<script>code</script>", "[1] Annual report",
    ]  # fmt: skip
    assert list(commented(out)) == [
        "It leaks badly [1].", "It was mended in 1999.", "Nobody knows “our biggest weakness here” today.", "a   b"
    ]  # fmt: skip
    assert checked_docx(full())[:100] == out[:100]


def test_arabic_runs_from_right_to_left() -> None:
    out = checked_docx(checked(ARABIC))
    assert "<w:bidi/>" in part(out, "word/document.xml") and "<w:rtl/>" in part(out, "word/document.xml")
    assert "تناقضه المصادر" in part(out, "word/comments.xml") and "<w:bidi/>" in part(out, "word/comments.xml")


def test_what_no_xml_can_hold_is_left_out() -> None:
    found = checked()
    evil = pincite("a\x00\x01\ufffe<w:p>&", "a\x1b]]>.md", title="</w:t>")
    found = replace(found, sentences=tuple(replace(s, evidence=(evil,)) for s in found.sentences))
    (comment, *_) = docx.Document(io.BytesIO(checked_docx(found))).comments
    assert "a\ufffd\ufffd\ufffd<w:p>&" in comment.text and "</w:t>" in comment.text


def test_a_file_that_is_damaged_since_is_told() -> None:
    found = checked("", "x.docx", word_file(BODY))
    for data in (b"", b"PK\x05\x06 none", word_file("", more={"word/document.xml": f'<w:document xmlns:w="{WORD}">'})):
        with pytest.raises(PinciteError, match=r"x\.docx cannot be commented on"):
            checked_docx(replace(found, draft=replace(found.draft, data=data)))
