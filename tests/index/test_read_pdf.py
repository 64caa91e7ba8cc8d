"""PDFs made here, with fonts of the system, read back: their text, its order, its places and boxes."""

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import arabic_reshaper
import pypdfium2
import pytest
from bidi import get_display
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfgen.canvas import Canvas

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers import pdf_arabic, pdf_glyphs, pdf_ocr
from index.readers.pdf import read
from index.readers.pdf_file import PdfFile

FONTS = [Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"), Path("/usr/share/fonts/dejavu/DejaVuSans.ttf")]
FONT = next((path for path in FONTS if path.exists()), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FONT is None, reason="DejaVu Sans, a font with Latin, Arabic and Hebrew, is not installed"),
]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WIDTH, HEIGHT = 595, 842

FRENCH = (
    "Le conseil municipal a voté le budget de la commune pour l'année prochaine. Les dépenses d'entretien des "
    "routes augmentent de quatre pour cent, tandis que celles de fonctionnement restent stables. Une subvention "
    "est accordée à la bibliothèque, qui ouvrira désormais le dimanche matin. Le maire a remercié les agents pour "
    "leur travail."
)
ENGLISH = (
    "The harbour was built in three stages between 1912 and 1931. Its first quay could take only small ships, and the "
    "storms of each winter moved the sand in front of it. When the second breakwater was finished, larger vessels came "
    "from the islands with fruit and timber. The last stage brought a railway to the warehouses."
)
ARABIC = (
    "عقد المجلس اجتماعه الأول في المدينة يوم الاثنين الماضي. وقد ناقش الأعضاء في هذا الاجتماع ميزانية السنة المقبلة "
    "التي تبلغ 1250 مليون درهم، كما وافقوا على بناء مدرسة جديدة في الحي الشرقي. وقال الرئيس إن الأشغال ستبدأ في شهر "
    "مارس 2025 بعد الحصول على الموافقة من الوزارة."
)
HEBREW = (
    "הישיבה הראשונה של המועצה התקיימה ביום שני. חברי המועצה דנו בתקציב של שנת 2025, ולא קיבלו החלטה על הבניין החדש."
)


@pytest.fixture(scope="module", autouse=True)
def font() -> None:
    if FONT is not None:
        pdfmetrics.registerFont(ttfonts.TTFont("Sans", str(FONT)))
        bold = FONT.with_name("DejaVuSans-Bold.ttf")
        pdfmetrics.registerFont(ttfonts.TTFont("Sans-Bold", str(bold if bold.exists() else FONT)))


def pdf(draw: Callable[[Canvas], object], pages: int = 1, **options: Any) -> bytes:
    """A PDF whose pages `draw` fills, of which it is told the number by `canvas.getPageNumber()`."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), **options)
    for _ in range(pages):
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def wrapped(text: str, width: float, size: float = 10, shown: Callable[[str], str] = str) -> list[str]:
    """As many words a line as fit when they are drawn as they are `shown`."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if pdfmetrics.stringWidth(shown(longer), "Sans", size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def put(
    canvas: Canvas,
    lines: Sequence[str],
    x: float,
    top: float,
    *,
    size: float = 10,
    font: str = "Sans",
    shown: Callable[[str], str] | None = None,
) -> float:
    """Draws lines below `top` (points from the top of the page); those that are `shown` another way end at x."""
    canvas.setFont(font, size)
    for line in lines:
        top += 1.25 * size
        if shown is None:
            canvas.drawString(x, HEIGHT - top, line)
        else:
            canvas.drawRightString(x, HEIGHT - top, shown(line))
    return top


def visual(line: str) -> str:
    return get_display(line)


def shaped(line: str) -> str:
    """As old programs write Arabic: from left to right, each letter in the form that it takes in its word."""
    keep = arabic_reshaper.ArabicReshaper(
        {"delete_harakat": False, "support_ligatures": True, "ARABIC LIGATURE ALLAH": False}
    )
    return get_display(keep.reshape(line))


def extract(data: bytes, **limits: Any) -> Extract:
    found = read(data, replace(Limits(), **limits))
    check(found)
    return found


def check(found: Extract) -> None:
    """What holds of every extract."""
    for word in found.words:
        text = found.text[word.start : word.end]
        assert text and not text.isspace() and " " not in text
        left, top, right, bottom = word.box
        assert left <= right and top <= bottom
    starts = [word.start for word in found.words]
    assert starts == sorted(starts)
    assert "".join(found.text[w.start : w.end] for w in found.words) == re.sub(r" \| |\s", "", found.text)
    assert [place.start for place in found.places] == sorted({place.start for place in found.places})
    assert list(found.breaks) == sorted(found.breaks)
    assert found.text == found.text.strip()
    ends = [0, *(end for span in found.noise for end in (span.start, span.end))]
    assert ends == sorted(ends)


def boxes_of(found: Extract, text: str) -> list[tuple[int, tuple[float, ...]]]:
    return [(w.page, w.box) for w in found.words if found.text[w.start : w.end] == text]


# --- text, places, boxes ------------------------------------------------------------------------------------------


def test_a_paragraph_is_joined_and_its_words_have_boxes() -> None:
    found = extract(pdf(lambda canvas: put(canvas, wrapped(FRENCH, 300), 72, 100)))
    assert found.text == FRENCH
    assert [(place.start, place.kind, place.number) for place in found.places] == [(0, "page", 1)]
    word = found.words[0]
    assert found.text[word.start : word.end] == "Le"
    left, top, right, bottom = word.box
    assert abs(left - 72) < 1 and abs(right - 72 - pdfmetrics.stringWidth("Le", "Sans", 10)) < 1
    assert top < 112.5 - 7 and 112.5 <= bottom < 112.5 + 5


def ink_outside(data: bytes, found: Extract, page: int = 1) -> int:
    """How many dark points of a page lie in no word's box, a hair's width around them left aside."""
    scale = 2
    image = pypdfium2.PdfDocument(data)[page - 1].render(scale=scale).to_pil().convert("L")
    painter = ImageDraw.Draw(image)
    for word in found.words:
        if word.page == page:
            left, top, right, bottom = (edge * scale for edge in word.box)
            painter.rectangle((left - 1, top - 1, right + 1, bottom + 1), fill=255)
    return sum(image.histogram()[:128])


def sample_page(canvas: Canvas) -> None:
    put(canvas, [*wrapped(FRENCH, 250)], 150, 200, size=11)
    put(canvas, wrapped(ARABIC, 250, 12, shaped), 420, 420, size=12, shown=shaped)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (100, 150, 500, 700)])
def test_boxes_cover_what_is_drawn(rotation: int, crop: tuple[int, ...] | None) -> None:
    plain = pypdfium2.PdfDocument(pdf(sample_page))
    plain[0].set_rotation(rotation)
    if crop:
        plain[0].set_cropbox(*crop)
    buffer = io.BytesIO()
    plain.save(buffer)
    found = extract(buffer.getvalue())
    assert ink_outside(buffer.getvalue(), found) == 0
    assert ink_outside(buffer.getvalue(), replace(found, words=found.words[1:])) > 0
    area = sum((w.box[2] - w.box[0]) * (w.box[3] - w.box[1]) for w in found.words)
    assert area < 250 * (11 * 1.3 * 7 + 12 * 1.3 * 9)  # no box is far larger than its word
    turned = pypdfium2.PdfDocument(buffer.getvalue())[0].get_size()
    assert all(w.box[0] >= 0 and w.box[2] <= turned[0] and w.box[3] <= turned[1] for w in found.words)
    if rotation == 0:
        assert found.text == f"{FRENCH}\n\n{ARABIC}"


def test_text_that_is_turned_on_its_page_is_read_as_it_is_turned() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.translate(300, 100)
        canvas.rotate(90)
        canvas.setFont("Sans", 10)
        for i, line in enumerate(wrapped(ENGLISH, 400)):
            canvas.drawString(0, -14 * i, line)

    data = pdf(draw)
    found = extract(data)
    assert found.text == ENGLISH
    assert ink_outside(data, found) == 0


def test_a_slanting_watermark_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, wrapped(ENGLISH, 400), 72, 300)
        canvas.translate(200, 300)
        canvas.rotate(45)
        canvas.drawString(0, 0, "DRAFT")

    assert extract(pdf(draw)).text == ENGLISH


def test_what_lies_outside_of_the_crop_box_is_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setCropBox((0, 400, WIDTH, HEIGHT))
        put(canvas, ["Seen by all."], 72, 100)
        put(canvas, ["Cut off by the printer."], 72, 700)

    assert extract(pdf(draw)).text == "Seen by all."


def test_an_empty_document_has_an_empty_text() -> None:
    assert extract(pdf(lambda canvas: canvas.circle(100, 100, 50), pages=3)) == Extract(
        "", date=extract(pdf(put_nothing)).date
    )


def put_nothing(canvas: Canvas) -> None:
    canvas.setFont("Sans", 10)


# --- order --------------------------------------------------------------------------------------------------------


def columns(canvas: Canvas, texts: Sequence[str], top: float, width: float, gutter: float, **options: Any) -> None:
    turned = "shown" in options
    for i, text in enumerate(texts):
        x = WIDTH - 60 - i * (width + gutter) if turned else 60 + i * (width + gutter)
        put(canvas, wrapped(text, width, shown=options.get("shown", str)), x, top + 3 * i, **options)


@pytest.mark.parametrize(("count", "width", "gutter"), [(2, 225, 25), (2, 230, 14), (3, 145, 20)])
def test_columns_are_read_one_after_the_other(count: int, width: float, gutter: float) -> None:
    texts = [ENGLISH, FRENCH, ENGLISH.replace("harbour", "station")][:count]
    found = extract(pdf(lambda canvas: columns(canvas, texts, 100, width, gutter)))
    assert found.text == "\n\n".join(texts)


def test_columns_from_right_to_left_are_read_from_the_right() -> None:
    texts = [ARABIC, ARABIC.replace("المجلس", "المكتب")]
    found = extract(pdf(lambda canvas: columns(canvas, texts, 100, 225, 25, shown=shaped)))
    assert found.text == "\n\n".join(texts)


def test_what_spans_columns_is_read_before_and_after_them() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["A title over both of the columns of this page"], 60, 60, size=16)
        columns(canvas, [ENGLISH, FRENCH], 110, 225, 25)
        put(canvas, wrapped("A note below them. " * 8, 470), 60, 400)

    assert extract(pdf(draw)).text.split("\n\n") == [
        "A title over both of the columns of this page",
        ENGLISH,
        FRENCH,
        ("A note below them. " * 8).strip(),
    ]


def test_a_sentence_goes_on_in_the_next_column() -> None:
    lines = wrapped(ENGLISH, 225)

    def draw(canvas: Canvas) -> None:
        for i, part in enumerate((lines[:5], lines[5:])):
            put(canvas, part, 60 + 250 * i, 100)

    assert extract(pdf(draw)).text == ENGLISH


@pytest.mark.parametrize("shown", [None, shaped])
def test_a_sentence_goes_on_on_the_next_page_before_the_notes(shown: Callable[[str], str] | None) -> None:
    text = ENGLISH if shown is None else ARABIC
    note = "See the annual report of the port." if shown is None else "انظر التقرير السنوي للمجلس."
    lines = wrapped(text, 300, shown=shown or str)
    x = 72 if shown is None else 500

    def draw(canvas: Canvas) -> None:
        if canvas.getPageNumber() == 1:
            put(canvas, lines[:3], x, 600, shown=shown)
            put(canvas, [note], x, 700, size=7, shown=shown)
        else:
            put(canvas, lines[3:], x, 100, shown=shown)

    found = extract(pdf(draw, pages=2))
    assert found.text == f"{text}\n\n{note}"
    second = next(place for place in found.places if place.number == 2)
    assert found.text[second.start :].startswith(lines[3].split()[0])
    assert [place.number for place in found.places] == [1, 2, 1]


def test_a_paragraph_that_ends_its_page_is_apart_from_the_next() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, wrapped(ENGLISH if canvas.getPageNumber() == 1 else FRENCH, 300), 72, 100)

    assert extract(pdf(draw, pages=2)).text == f"{ENGLISH}\n\n{FRENCH}"


def test_paragraphs_headings_and_items_are_apart() -> None:
    def draw(canvas: Canvas) -> None:
        top = put(canvas, ["A short history"], 72, 60, size=18)
        top = put(canvas, ["The harbour"], 72, top + 8, size=10, font="Sans-Bold")
        top = put(canvas, wrapped(ENGLISH, 300), 72, top)
        indented = wrapped("    " + FRENCH, 300)
        put(canvas, [indented[0].strip()], 90, top)
        top = put(canvas, indented[1:], 72, top + 12.5)
        for item in ("first the stones,", "then the sand,", "and water at the end."):
            put(canvas, ["•"], 72, top)
            top = put(canvas, [item], 100, top)

    found = extract(pdf(draw))
    items = "• first the stones,\n• then the sand,\n• and water at the end."
    assert found.text == "\n\n".join(["A short history", "The harbour", ENGLISH, FRENCH, items])
    assert [found.text[at:].split()[0] for at in found.breaks] == ["The", "The", "Le", "•", "•", "•"]
    assert found.heading == "A short history"


def test_entries_that_stand_out_before_their_other_lines_are_apart() -> None:
    entries = [f"Author {name}. {ENGLISH}" for name in ("Amrani", "Brunel", "Carter")]

    def draw(canvas: Canvas) -> None:
        top = 100.0
        for entry in entries:
            first, *others = wrapped(entry, 300)
            top = put(canvas, others, 90, put(canvas, [first], 72, top))

    assert extract(pdf(draw)).text == "\n\n".join(entries)


def test_paragraphs_told_by_their_indent_alone() -> None:
    texts = [f"{ENGLISH} {last}" for last in ("And that was the whole of it.", "It was sold.", "It stands.")]

    def draw(canvas: Canvas) -> None:
        top = 100.0
        for text in texts:
            lines = wrapped("iiii " + text, 288)
            put(canvas, [lines[0].removeprefix("iiii ")], 72 + pdfmetrics.stringWidth("iiii ", "Sans", 10), top)
            top = put(canvas, lines[1:], 72, top + 12.5)

    assert extract(pdf(draw)).text == "\n\n".join(texts)


def test_rows_of_a_table_are_lines_with_bars_which_are_noise() -> None:
    rows = [("Commune", "Population", "Budget"), ("Aïn Leuh", "5 278", "12,4"), ("Azrou", "54 350", "98,0")]

    def draw(canvas: Canvas) -> None:
        top = put(canvas, wrapped(FRENCH, 400), 72, 100)
        for row in rows:
            for i, cell in enumerate(row):
                put(canvas, [cell], 72 + 120 * i, top + 20)
            top += 14

    found = extract(pdf(draw))
    assert found.text == FRENCH + "\n\n" + "\n".join(" | ".join(row) for row in rows)
    assert [found.text[span.start : span.end] for span in found.noise] == ["|"] * 6


def test_rows_of_a_table_from_right_to_left() -> None:
    rows = [
        ("المدينة", "عدد السكان", "الميزانية"),
        ("الرباط", "1.932.000", "12,5 مليون"),
        ("فاس", "950.000", "8,1 مليون"),
    ]

    def draw(canvas: Canvas) -> None:
        top = put(canvas, wrapped(ARABIC, 400, shown=shaped), 530, 100, shown=shaped)
        for row in rows:
            for i, cell in enumerate(row):
                put(canvas, [cell], 530 - 60 * i, top + 20, shown=shaped)
            top += 14

    assert extract(pdf(draw)).text == ARABIC + "\n\n" + "\n".join(" | ".join(row) for row in rows)


def test_a_table_below_columns_is_read_after_them() -> None:
    def draw(canvas: Canvas) -> None:
        columns(canvas, [ENGLISH, FRENCH], 100, 225, 25)
        for i, row in enumerate([("Quay", "Length"), ("First", "120"), ("Second", "300")]):
            for j, cell in enumerate(row):
                put(canvas, [cell], 60 + 80 * j, 400 + 14 * i)

    assert extract(pdf(draw)).text == f"{ENGLISH}\n\n{FRENCH}\n\nQuay | Length\nFirst | 120\nSecond | 300"


def test_lines_drawn_apart_to_fill_a_column_are_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Sans", 10)
        lines = wrapped(FRENCH, 190)
        for i, line in enumerate(lines):
            words = line.split()
            rest = 196 - sum(pdfmetrics.stringWidth(word, "Sans", 10) for word in words)
            x = 72.0
            for word in words:
                canvas.drawString(x, 700 - 13 * i, word)
                x += pdfmetrics.stringWidth(word, "Sans", 10) + (rest / (len(words) - 1) if line != lines[-1] else 3)

    assert extract(pdf(draw)).text == FRENCH


def test_a_table_of_contents_is_noise() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["1. The harbour " + "." * 40 + " 3", "2. The railway " + "." * 40 + " 12"], 72, 100)
        put(canvas, wrapped(ENGLISH, 300), 72, 200)

    found = extract(pdf(draw))
    assert found.text.endswith("\n\n" + ENGLISH)
    assert all(span.end <= found.text.index(ENGLISH) for span in found.noise)
    assert "railway" in "".join(found.text[span.start : span.end] for span in found.noise)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["All the infor-", "mation is here."], "All the information is here."),
        (["All the infor\u00ad", "mation is here."], "All the information is here."),
        (["All the infor\u2010", "mation is here."], "All the information is here."),
        (["It was a self-", "made engine."], "It was a self-made engine."),
        (["Il est venu peut-", "être trop tard."], "Il est venu peut-être trop tard."),
        (["La vallée de Saint-", "Martin est belle."], "La vallée de Saint-Martin est belle."),
        (["The vaccine against COVID-", "19 came soon."], "The vaccine against COVID-19 came soon."),
        (["He waited for one hour -", "and then he left."], "He waited for one hour - and then he left."),
        (["A sea-wall, the long sea-", "wall, fell down."], "A sea-wall, the long sea-wall, fell down."),
    ],
)
def test_words_that_are_divided_at_a_line_end(lines: list[str], text: str) -> None:
    found = extract(pdf(lambda canvas: put(canvas, lines, 72, 100)))
    assert found.text == text


def test_a_divided_word_has_two_boxes() -> None:
    found = extract(pdf(lambda canvas: put(canvas, ["All the infor-", "mation is here."], 72, 100)))
    (_, first), (_, second) = boxes_of(found, "infor")[0], boxes_of(found, "mation")[0]
    assert first[3] - 1 < second[3] - 10 and abs(second[0] - 72) < 1
    at = found.text.index("information")
    assert [(w.start, w.end) for w in found.words if at <= w.start < at + 11] == [(at, at + 5), (at + 5, at + 11)]


def test_the_calls_of_footnotes_are_left_out_and_exponents_are_not() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Sans", 10)
        x = 72.0
        for text, size, rise in (
            ("The old harbour", 10, 0), ("12", 6, 4), (" has 300 m", 10, 0), ("2", 6, 4), (" of quays.", 10, 0)
        ):  # fmt: skip
            canvas.setFont("Sans", size)
            canvas.drawString(x, 700 + rise, text)
            x += pdfmetrics.stringWidth(text, "Sans", size)

    assert extract(pdf(draw)).text == "The old harbour has 300 m2 of quays."


@pytest.mark.parametrize("pages", [2, 6])
def test_headers_footers_and_page_numbers_are_left_out(pages: int) -> None:
    texts = [f"{ENGLISH} This was part {chr(64 + number)}." for number in range(1, pages + 1)]

    def draw(canvas: Canvas) -> None:
        number = canvas.getPageNumber()
        put(canvas, [f"Annual report 2023, sheet {number}"], 72, 30, size=8)
        put(canvas, wrapped(texts[number - 1], 400), 72, 100)
        put(canvas, [f"Page {number} of {pages}"], 300 if number % 2 else 72, 790, size=8)

    found = extract(pdf(draw, pages=pages))
    assert found.text == "\n\n".join(texts)
    assert [place.number for place in found.places] == list(range(1, pages + 1))


def test_a_first_line_that_does_not_repeat_stays() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, [("One", "Two", "Three")[canvas.getPageNumber() - 1] + " of them"], 72, 30)
        put(canvas, wrapped(ENGLISH, 400), 72, 200)

    assert [part for part in extract(pdf(draw, pages=3)).text.split("\n\n") if part != ENGLISH] == [
        "One of them", "Two of them", "Three of them"
    ]  # fmt: skip


# --- right to left ------------------------------------------------------------------------------------------------

RIGHT_TO_LEFT = [
    ARABIC,
    HEBREW,
    "نظام Windows 10 من شركة Microsoft متاح (منذ عام 2015) في جميع البلدان، والسعر 25% أقل من قبل.",
    "تبلغ المساحة ٤٢٫٥ هكتارا في سنة ٢٠٢٤، وفق المادة 12 من القانون رقم 15-97 الذي نشر في 03/04/2000.",
    "این سند در سال ۱۴۰۲ نوشته شد و برای همه کاربران است که از این برنامه استفاده می کنند.",
    "مُحَمَّدٌ يَدْرُسُ فِي الْجَامِعَةِ وَهُوَ مِنْ أَفْضَلِ الطُّلَّابِ فِي الْقِسْمِ إلى هذا اليوم.",
]
URDU = "یہ دستاویز اس سال کے لیے ہے اور اس میں تمام قواعد کی تفصیل دی گئی ہے جو کہ سب کو معلوم ہیں۔"


def turned(text: str, shown: Callable[[str], str] = str) -> list[str]:
    return wrapped(text, 430, 12, shown)


@pytest.mark.parametrize("text", RIGHT_TO_LEFT)
@pytest.mark.parametrize("shown", [shaped, visual], ids=["forms", "letters"])
def test_text_that_is_drawn_as_it_is_shown(text: str, shown: Callable[[str], str]) -> None:
    found = extract(pdf(lambda canvas: put(canvas, turned(text, shown), 530, 100, size=12, shown=shown)))
    assert found.text == text


@pytest.mark.parametrize("text", RIGHT_TO_LEFT)
def test_text_that_is_drawn_the_wrong_way_round(text: str) -> None:
    """By programs that know nothing of letters from right to left: the page itself looks reversed."""
    found = extract(pdf(lambda canvas: put(canvas, turned(text), 60, 100, size=12)))
    assert found.text == text


def test_a_number_keeps_its_percent_sign_on_whichever_side_it_is_drawn() -> None:
    text = "نسبة البطالة في البلاد هي 25% من السكان في هذه السنة."
    for drawn in (visual, lambda line: visual(line).replace("%25", "25%")):
        assert extract(pdf(lambda canvas, shown=drawn: put(canvas, [text], 530, 100, shown=shown))).text == text  # type: ignore[misc]


def test_text_whose_words_are_drawn_the_wrong_way_round_in_the_right_order() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Sans", 12)
        for i, line in enumerate(turned(ARABIC)):
            x = 530.0
            for word in line.split():
                x -= pdfmetrics.stringWidth(word, "Sans", 12)
                canvas.drawString(x, 700 - 16 * i, word)
                x -= 4

    assert extract(pdf(draw)).text == ARABIC


def test_a_page_with_few_words_is_read_like_the_others() -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, ["مرسوم وزاري"] if canvas.getPageNumber() == 1 else turned(ARABIC), 60, 300, size=12)

    assert extract(pdf(draw, pages=3)).text.startswith("مرسوم وزاري\n\n")


@pytest.mark.parametrize("mapped", ["\u0644\u0627", "\u0627\u0644"])
def test_a_ligature_that_the_file_spells_out(mapped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The map from glyphs to characters holds two letters for one glyph; some programs write them the wrong way."""
    make = ttfonts.makeToUnicodeCMap

    def spelt(name: str, subset: Any) -> str:
        made: str = make(name, subset)
        return re.sub("<FEF[BC]>", "<" + "".join(f"{ord(c):04X}" for c in mapped) + ">", made)

    monkeypatch.setattr(ttfonts, "makeToUnicodeCMap", spelt)
    text = "ولا يجوز للأعضاء الكلام في الاجتماع إلا بعد السلام على الرئيس في هذا المجلس."
    found = extract(pdf(lambda canvas: put(canvas, turned(text, shaped), 530, 100, size=12, shown=shaped)))
    assert found.text == text


def test_arabic_in_a_latin_line_and_the_other_way_round() -> None:
    lines = ["The word سلام means peace, and شركة الاتصالات is a company.", "قال المدير Jean Dupont في بيان له"]

    def draw(canvas: Canvas) -> None:
        put(canvas, [get_display(lines[0], base_dir="L")], 72, 100)
        put(canvas, [get_display(lines[1], base_dir="R")], 72, 200)

    assert extract(pdf(draw)).text == "\n\n".join(lines)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (")نص( هنا", "(نص) هنا"),
        ("(نص) هنا", "(نص) هنا"),
        ("1( نص", "1) نص"),
        ("أ( نص )كذا(", "أ) نص (كذا)"),
        ("»نص« هنا", "«نص» هنا"),
        ("قال )نص( ثم (كذا(", "قال (نص) ثم (كذا)"),
        ("نص بلا أقواس", "نص بلا أقواس"),
    ],
)
def test_brackets_enclose_what_they_stand_around(words: str, text: str) -> None:
    assert " ".join(pdf_arabic.with_brackets(words.split())) == text


@given(st.lists(st.text("ab()[]«» نص1", min_size=1), min_size=1))
def test_brackets_change_no_other_character(words: list[str]) -> None:
    after = pdf_arabic.with_brackets(list(words))
    assert [re.sub(r"[()\[\]«»]", "_", word) for word in after] == [re.sub(r"[()\[\]«»]", "_", word) for word in words]


def test_letters_in_no_order_are_refused() -> None:
    half = wrapped(ARABIC, 200)

    def draw(canvas: Canvas) -> None:
        put(canvas, half, 560, 100, shown=visual)
        put(canvas, half, 60, 500)

    with pytest.raises(ReadError, match="its only page is in letters whose order cannot be told"):
        extract(pdf(draw))


# --- refusals -----------------------------------------------------------------------------------------------------


def test_a_file_that_is_encrypted_is_refused() -> None:
    locked = pdf(sample_page, encrypt=StandardEncryption("secret", ownerPassword="more"))
    with pytest.raises(ReadError, match=r"^it is encrypted; save it without a password$"):
        extract(locked)


def test_a_file_with_an_empty_password_is_read() -> None:
    open_ = pdf(sample_page, encrypt=StandardEncryption("", ownerPassword="more", canCopy=0))
    assert extract(open_).text == f"{FRENCH}\n\n{ARABIC}"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"<html>no</html>", bytes(1000)])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError, match="it is not a PDF file, or is damaged"):
        extract(data)


def test_too_many_pages_are_refused() -> None:
    assert extract(pdf(sample_page, pages=3), pages=3).text
    with pytest.raises(ReadError, match="it has 3 pages, more than 2"):
        extract(pdf(sample_page, pages=3), pages=2)


def test_too_many_characters_are_refused() -> None:
    with pytest.raises(ReadError, match="more than 100 characters"):
        extract(pdf(sample_page), characters=100)


def without_map(data: bytes) -> bytes:
    return data.replace(b"/ToUnicode", b"/ToUnicodX")


def unmapped(canvas: Canvas) -> None:
    put(canvas, wrapped(ARABIC, 400), 530, 100, shown=visual)


def numbered(canvas: Canvas) -> None:
    put(canvas, wrapped(" ".join(f"(cid:{40 + i % 50})" for i in range(60)), 400), 72, 100)


def test_a_text_layer_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "its only page is in fonts that do not say .*: its text layer is unreadable; install pincite"
    with pytest.raises(ReadError, match=reason):
        extract(without_map(pdf(unmapped)))
    with pytest.raises(ReadError, match=reason):
        extract(pdf(numbered))
    make = ttfonts.makeToUnicodeCMap
    monkeypatch.setattr(ttfonts, "makeToUnicodeCMap", lambda *of: re.sub("<06(..)>", r"<E0\1>", make(*of)))
    with pytest.raises(ReadError, match=reason):
        extract(pdf(unmapped))


def test_words_in_a_font_that_cannot_be_read_are_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        top = put(canvas, wrapped(ENGLISH, 400), 72, 100)
        put(canvas, wrapped(ARABIC, 400)[:1], 530, top + 20, shown=visual)

    assert extract(without_map(pdf(draw))).text == ENGLISH


@pytest.mark.parametrize(("guessed", "kept"), [(2, True), (20, False)])
def test_few_guesses_are_believed_and_many_are_not(guessed: int, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def doubtful(_: object, number: int) -> int:
        return int(number < guessed)

    monkeypatch.setattr(pdf_glyphs.raw, "FPDFText_HasUnicodeMapError", doubtful)
    assert (extract(pdf(lambda canvas: put(canvas, wrapped(ENGLISH, 400), 72, 100))).text == ENGLISH) is kept


def picture_of(data: bytes, dots: int = 200) -> Image.Image:
    found = pypdfium2.PdfDocument(data)[0].render(scale=dots / 72).to_pil()
    assert isinstance(found, Image.Image)
    return found


def scan(canvas: Canvas) -> None:
    page = pdf(lambda drawn: put(drawn, wrapped(ENGLISH, 400, 14), 72, 100, size=14))
    canvas.drawInlineImage(picture_of(page), 0, 0, WIDTH, HEIGHT)


def test_a_scanned_document_is_refused() -> None:
    with pytest.raises(ReadError, match=r"its only page is scanned pictures without text; install pincite\[ocr\]"):
        extract(pdf(scan))


def test_scanned_pages_among_others_are_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        if canvas.getPageNumber() == 2:
            scan(canvas)
        else:
            put(canvas, wrapped(FRENCH if canvas.getPageNumber() == 1 else ENGLISH, 400), 72, 100)

    found = extract(pdf(draw, pages=3))
    assert found.text == f"{FRENCH}\n\n{ENGLISH}"
    assert [place.number for place in found.places] == [1, 3]


def test_a_page_of_text_over_a_picture_is_not_scanned() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawInlineImage(Image.new("L", (100, 140), 200), 0, 0, WIDTH, HEIGHT)
        put(canvas, ["A slide with a background", "and some forty letters or more"], 72, 100, size=20)

    assert extract(pdf(draw)).text.startswith("A slide with a background")


needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


@needs_tesseract
def test_scanned_pages_are_read_by_tesseract() -> None:
    data = pdf(scan)
    found = extract(data, ocr=True)
    assert found.text == ENGLISH
    (page, (left, top, right, bottom)), *_ = boxes_of(found, "harbour")
    assert page == 1 and 72 < left < right < 200 and 100 < top < bottom < 122


def test_a_page_is_drawn_with_so_many_dots_at_most() -> None:
    opened = PdfFile(pdf(sample_page), Limits())
    image, scale = opened.picture(1, 300, 40_000)
    opened.close()
    assert 35_000 < image.width * image.height < 41_000
    assert abs(image.width / scale - WIDTH) < 4


def test_ocr_without_tesseract_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pytesseract", None)
    with pytest.raises(ReadError, match=r"pytesseract is not installed to read it; install pincite\[ocr\]"):
        extract(pdf(scan), ocr=True)
    assert extract(pdf(sample_page), ocr=True).text, "a document with text needs no OCR"


@pytest.mark.parametrize(("installed", "reason"), [([], "has no data for fra, ara, eng"), (None, "is not installed")])
def test_ocr_with_an_incomplete_tesseract_is_refused(
    installed: list[str] | None, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytesseract = pytest.importorskip("pytesseract")

    def languages() -> list[str]:
        if installed is None:
            raise pytesseract.TesseractNotFoundError
        return installed

    monkeypatch.setattr(pytesseract, "get_languages", languages)
    with pytest.raises(ReadError, match=f"Tesseract {reason}"):
        pdf_ocr.Recogniser()


# --- what the file says of itself ----------------------------------------------------------------------------------


def described(canvas: Canvas) -> None:
    canvas.setTitle("Le port d'Essaouira")
    canvas.setAuthor("Leïla Bennani")
    sample_page(canvas)


def test_properties() -> None:
    found = extract(pdf(described, lang="fr-MA"))
    assert (found.heading, found.author, found.language) == ("Le port d'Essaouira", "Leïla Bennani", "fr")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", found.date or "")


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - rapport.doc", "rapport_final.indd", ""])
def test_a_title_that_is_none_gives_way_to_the_largest_line(title: str) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setTitle(title)
        top = put(canvas, ["Le budget communal"], 72, 60, size=20)
        put(canvas, wrapped(FRENCH, 400), 72, top + 20)

    assert extract(pdf(draw)).heading == "Le budget communal"


# --- hostile files --------------------------------------------------------------------------------------------------

FUZZ = """
import random, sys
from index.errors import ReadError
from index.limits import Limits
from index.readers.pdf import read
from index.readers.pdf_file import PdfFile
data = sys.stdin.buffer.read()
for seed in range(60):
    chance = random.Random(seed)
    bad = bytearray(data)
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(bad))
        what = chance.randrange(4)
        if what == 0:
            bad[at] = chance.randrange(256)
        elif what == 1:
            del bad[at : at + chance.randint(1, 50)]
        elif what == 2:
            bad[at:at] = chance.randbytes(chance.randint(1, 20))
        else:
            bad[at : at + 8] = b"%d" % chance.choice((-1, 0, 2**31, 2**63, 99999))
    if chance.random() < 0.1:
        del bad[chance.randrange(len(bad)) :]
    try:
        read(bytes(bad), Limits())
    except ReadError:
        pass
print("done")
"""


@pytest.mark.parametrize("compressed", [0, 1])
def test_damaged_files_are_read_or_refused(compressed: int) -> None:
    data = pdf(sample_page, pages=2, pageCompression=compressed)
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", FUZZ], input=data, capture_output=True, cwd=root, check=False)
    assert run.stdout == b"done\n", run.stderr.decode()[-2000:]


# --- as a browser prints it -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def printed() -> Iterator[Callable[[str], bytes]]:
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def show(html: str) -> bytes:
            page = browser.new_page()
            page.set_content(html)
            data: bytes = page.pdf(format="A4", tagged=True)
            page.close()
            return data

        yield show
        browser.close()


@pytest.mark.browser
@pytest.mark.parametrize("text", [*RIGHT_TO_LEFT[:5], URDU])
@pytest.mark.parametrize("family", ["Noto Naskh Arabic, DejaVu Sans", "DejaVu Sans"])
@pytest.mark.parametrize("align", ["right", "justify"])
def test_arabic_as_a_browser_prints_it(printed: Callable[[str], bytes], text: str, family: str, align: str) -> None:
    style = f"font: 15px {family}; line-height: 1.7; width: 420px; text-align: {align}"
    data = printed(f'<html lang="ar" dir="rtl"><title>محضر</title><p style="{style}">{text}</p>')
    found = extract(data)
    assert found.text == text
    assert ink_outside(data, found) == 0


@pytest.mark.browser
def test_columns_as_a_browser_prints_them(printed: Callable[[str], bytes]) -> None:
    html = f'<div style="columns: 2; font: 14px DejaVu Sans"><p>{ENGLISH}</p><p>{FRENCH}</p></div>'
    found = extract(printed(f'<html lang="fr-FR"><h1>Un titre</h1>{html}'))
    assert found.text == f"Un titre\n\n{ENGLISH}\n\n{FRENCH}"
    assert (found.heading, found.language) == ("Un titre", "fr")
