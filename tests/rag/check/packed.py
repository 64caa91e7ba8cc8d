"""Word documents written by hand, as small as they can be."""

from io import BytesIO
from zipfile import ZipFile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def word_file(body: str, notes: str = "", more: dict[str, str] | None = None, space: str = WORD) -> bytes:
    """A document with this body, these footnotes and other parts; rId1 relates to the footnotes, rId2 is a link."""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_KIND}.document.main+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATION}/officeDocument"'
            ' Target="word/document.xml"/></Relationships>'
        ),
        "word/_rels/document.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" Type="{RELATION}/footnotes"'
            f' Target="footnotes.xml"/><Relationship Id="rId2" Type="{RELATION}/hyperlink"'
            ' Target="https://example.org/r" TargetMode="External"/></Relationships>'
        ),
        "word/document.xml": (
            f'<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="{space}" xmlns:r="{RELATION}"><w:body>{body}'
            "</w:body></w:document>"
        ),
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{space}">{notes}</w:footnotes>',
    }
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, text in (parts | (more or {})).items():
            archive.writestr(name, text)
    return out.getvalue()


def paragraph(*runs: str, about: str = "") -> str:
    """A paragraph of these runs; one that begins with "<" is XML, any other text."""
    made = (run if run.startswith("<") else f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>' for run in runs)
    return f"<w:p>{f'<w:pPr>{about}</w:pPr>' if about else ''}{''.join(made)}</w:p>"


def call(note: int) -> str:
    """The call of a footnote."""
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteReference w:id="{note}"/></w:r>'


def note(id: int, text: str) -> str:
    """A footnote."""
    return f'<w:footnote w:id="{id}"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
