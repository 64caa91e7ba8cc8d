"""A small, sound file of every format that is read, made with the formats' own libraries."""

import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage

import docx
import openpyxl
import pptx
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.index.compound import attachment, compound, message

FRENCH = "Le conseil se réunit chaque mardi à neuf heures dans la salle du premier étage."
ENGLISH = "The council meets every Tuesday at nine in the room on the first floor."
ARABIC = "يجتمع المجلس كل يوم ثلاثاء في الساعة التاسعة صباحا في قاعة الطابق الأول."
TEXTS = (FRENCH, ENGLISH, ARABIC)
ROWS = (("Ville", "Jour", "Montant"), ("Fès", "2024-05-31", 1200), ("مراكش", "2024-06-01", 12.5), ("Oran", "", 7))
_SUBJECT, _BODY, _SENDER, _TO, _SENT = 0x37, 0x1000, 0xC1A, 0xE04, 0x39


def seeds() -> dict[str, bytes]:
    """Each file by its name, whose suffix tells the format."""
    plain = {
        "plain.txt": "\n\n".join(TEXTS).encode(),
        "marks.md": f"# Réunions\n\n{FRENCH}\n\n* {ENGLISH}\n* {ARABIC}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode(),
        "page.html": _html().encode(),
        "table.csv": _csv(),
        "dump.jsonl": _jsonl(),
        "text.pdf": _pdf(),
        "letter.docx": _docx(),
        "talk.pptx": _pptx(),
        "book.xlsx": _xlsx(),
        "writer.odt": _odt(),
        "novel.epub": _epub(),
    }
    mails = {"mail.eml": _eml(plain["letter.docx"]), "outlook.msg": _msg(plain["text.pdf"])}
    return plain | mails | {"all.zip": packed({f"inside/{name}": data for name, data in (plain | mails).items()})}


def packed(parts: dict[str, bytes]) -> bytes:
    """A ZIP archive of `parts`."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a ZIP archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _html() -> str:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    body = "".join(f"<h2>{n}</h2><p>{text}</p>" for n, text in enumerate(TEXTS))
    head = '<meta charset="utf-8"><title>Réunions</title><style>p {}</style><script>x = 1</script>'
    body = f"<nav>Accueil</nav>{body}<table>{cells}</table>"
    return f'<!doctype html><html lang="fr"><head>{head}</head><body>{body}</body></html>'


def _csv() -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(ROWS)
    return file.getvalue().encode()


def _jsonl() -> bytes:
    records = [
        {"id": f"r{n}", "title": f"Note {n}", "text": text, "date": "2024-05-31", "groups": ["all"]}
        for n, text in enumerate(TEXTS)
    ]
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records).encode()


def _pdf() -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, A4, pageCompression=0)  # so that what is changed is seen
    for number in range(3):
        canvas.setFont("Helvetica", 12)
        for line in range(8):
            canvas.drawString(72, 760 - 16 * line, f"{line + 8 * number}. {ENGLISH}")
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _docx() -> bytes:
    file, document = io.BytesIO(), docx.Document()
    document.add_heading("Réunions", 1)
    for text in TEXTS:
        document.add_paragraph(text)
    table = document.add_table(0, len(ROWS[0]))
    for row in ROWS:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = str(value)
    document.save(file)
    return file.getvalue()


def _pptx() -> bytes:
    file, presentation = io.BytesIO(), pptx.Presentation()
    for text in TEXTS:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = text[:20]
        slide.placeholders[1].text = text
        slide.notes_slide.notes_text_frame.text = text
    presentation.save(file)
    return file.getvalue()


def _xlsx() -> bytes:
    file, book = io.BytesIO(), openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.create_sheet("Suite").append(TEXTS)
    book.save(file)
    return file.getvalue()


def _odt() -> bytes:
    urn = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = f'xmlns:office="{urn}office:1.0" xmlns:text="{urn}text:1.0" xmlns:table="{urn}table:1.0"'
    cells = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{c}</text:p></table:table-cell>' for c in row)}"
        "</table:table-row>"
        for row in ROWS
    )
    body = "".join(f"<text:p>{text}</text:p>" for text in TEXTS) + f"<table:table>{cells}</table:table>"
    content = f"<office:body><office:text><text:h>Réunions</text:h>{body}</office:text></office:body>"
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": b'<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
            "meta.xml": f"<office:document-meta {spaces}><office:meta/></office:document-meta>".encode(),
            "styles.xml": f"<office:document-styles {spaces}/>".encode(),
            "content.xml": f"<office:document-content {spaces}>{content}</office:document-content>".encode(),
        }
    )


def _epub() -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    numbers = range(len(TEXTS))
    items = "".join(f'<item id="i{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>' for n in numbers)
    spine = "".join(f'<itemref idref="i{n}"/>' for n in numbers)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>Réunions</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    page = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>{}</p></body></html>'
    chapters = {f"{n}.xhtml": page.format(text).encode() for n, text in enumerate(TEXTS)}
    parts = {"mimetype": b"application/epub+zip", "META-INF/container.xml": container.encode()}
    return packed(parts | {"book.opf": package.encode()} | chapters)


def _eml(attached: bytes) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Amina <amina@example.org>", "karim@example.org"
    mail["Subject"], mail["Date"] = "Réunion déplacée", "Fri, 31 May 2024 08:12:00 +0000"
    mail.set_content("\n\n".join(TEXTS))
    mail.add_alternative(_html(), subtype="html")
    mail.add_attachment(attached, "application", "octet-stream", filename="letter.docx")
    mail.add_attachment(FRENCH, filename="note.txt")
    return mail.as_bytes()


def _msg(attached: bytes) -> bytes:
    said = {
        _SUBJECT: "Réunion",
        _BODY: FRENCH,
        _SENDER: "Amina",
        _TO: "Karim",
        _SENT: datetime(2024, 5, 31, tzinfo=UTC),
    }
    return compound(message(said, (attachment("text.pdf", attached), attachment("note.txt", ENGLISH.encode()))))
