"""A text as a plain new Word document, paragraph by paragraph."""

import re
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from rag.check.draft import Block, Draft

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPES = (
    f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="word/document.xml"/></Relationships>'
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER = re.compile(r"[^\W\d_]")
_SAVED = (1980, 1, 1, 0, 0, 0)  # the same draft gives the same file


def new_docx(draft: Draft) -> bytes:
    """The draft's text as a Word document; its headings are bold, its Arabic runs from right to left."""
    seen = blanked(draft)
    raw = ("code", "note", "bibliography")  # their marks are what they are found by
    paragraphs = "".join(_paragraphs(draft.text if b.kind in raw else seen, b) for b in draft.blocks)
    document = f'{_HEAD}<w:document xmlns:w="{_WORD}"><w:body>{paragraphs}<w:sectPr/></w:body></w:document>'
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, text in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            entry = ZipInfo(name, _SAVED)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, text)
    return out.getvalue()


def blanked(draft: Draft) -> str:
    """The draft's text with a space for every character of markup, so that it shows nothing but words."""
    parts, at = [], 0
    for span in draft.noise:
        parts += [draft.text[at : span.start], "".join(c if c == "\n" else " " for c in span.of(draft.text))]
        at = span.end
    return "".join([*parts, draft.text[at:]])


def _paragraphs(text: str, block: Block) -> str:
    text = text[block.start : block.end]
    if block.kind in ("prose", "item", "quotation"):  # lines of one paragraph
        mark = "• " if block.kind == "item" and text.lstrip()[:1].isalpha() else ""
        return _paragraph(mark + " ".join(text.split()), False)
    lines = [line.strip() for line in text.splitlines() if any(map(str.isalnum, line))]
    return "".join(_paragraph(line, block.kind == "heading") for line in lines if line)


def _paragraph(text: str, is_bold: bool) -> str:
    letter = _LETTER.search(text)
    is_rtl = letter is not None and bool(_RTL.match(letter[0]))
    about = "<w:b/>" * is_bold + "<w:rtl/>" * is_rtl
    properties = f"<w:rPr>{about}</w:rPr>" if about else ""
    return (
        f"<w:p>{'<w:pPr><w:bidi/></w:pPr>' if is_rtl else ''}<w:r>{properties}"
        f'<w:t xml:space="preserve">{escape(_NOT_XML.sub(chr(0xFFFD), text))}</w:t></w:r></w:p>'
    )
