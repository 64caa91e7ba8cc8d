import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from index.document import Extract, Place
from index.errors import ReadError
from index.limits import Limits
from index.readers.cells import kind_of_format, shown
from index.readers.xlsx import read
from tests.index.mutated import mutated
from tests.index.packed import damaged, packed, related, unpacked

LIMITS = Limits()
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
STRICT = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"'
RELATED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def workbook(*fill: Callable[[Worksheet], object], names: tuple[str, ...] = ("Feuil1", "Feuil2", "Feuil3")) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, each in zip(names, fill, strict=False):
        each(book.create_sheet(name))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows(*values: list[object]) -> Callable[[Worksheet], object]:
    return lambda sheet: [sheet.append(row) for row in values]


def written(sheet: str, strings: str = "", styles: str = "", space: str = MAIN, settings: str = "") -> bytes:
    """A workbook of one sheet, its XML as it stands."""
    return packed(
        {
            "_rels/.rels": related(officeDocument="xl/workbook.xml"),
            "xl/workbook.xml": f"<workbook {space} {RELATED}>{settings}"
            '<sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": related(
                worksheet="worksheets/sheet1.xml", sharedStrings="sharedStrings.xml", styles="styles.xml"
            ),
            "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{sheet}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f"<sst {space}>{strings}</sst>",
            "xl/styles.xml": f"<styleSheet {space}>{styles}</styleSheet>",
        }
    )


def text(data: bytes) -> str:
    return read(data, LIMITS).text


def test_each_row_makes_sense_alone() -> None:
    table = rows(
        ["Ville", "Jour", "Montant", "Payé"], ["Fès", date(2024, 5, 31), 1200.0, True], ["مراكش", None, 12.5, False]
    )
    extract = read(workbook(table), LIMITS)
    assert (
        extract.text
        == "Ville: Fès | Jour: 2024-05-31 | Montant: 1200 | Payé: TRUE\nVille: مراكش | Montant: 12.5 | Payé: FALSE"
    )
    assert [span.of(extract.text) for span in extract.noise] == ["|"] * 5
    assert [extract.text[at:][:5] for at in extract.breaks] == ["Ville"]
    assert extract.places == (Place(0, "row", 2, "Feuil1"), Place(59, "row", 3, "Feuil1"))


def test_sheets_have_headings_where_there_are_several() -> None:
    data = workbook(rows(["un"]), rows(), rows(["deux"], [], ["trois"]), names=("Ventes", "Vide", "Notes"))
    extract = read(data, LIMITS)
    assert extract.text == "Ventes\n\nun\n\nNotes\n\ndeux\ntrois"
    assert [(p.sheet, p.number, extract.text[p.start :].split()[0]) for p in extract.places] == [
        ("Ventes", 1, "Ventes"),
        ("Ventes", 1, "un"),
        ("Notes", 1, "Notes"),
        ("Notes", 1, "deux"),
        ("Notes", 3, "trois"),
    ]
    assert text(workbook(rows(["seul"]), rows())) == "seul"


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_are_left_out(state: str) -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.append(["secret"])
        sheet.sheet_state = state

    assert text(workbook(rows(["shown"]), hide)) == "shown"


def test_values() -> None:
    def fill(sheet: Worksheet) -> None:
        values: list[object] = [
            7.0, -3, 0.1, 1e21, 0.15, datetime(2024, 5, 31, 14, 30), datetime(2024, 5, 31), time(9, 5),
            timedelta(hours=36, minutes=5), "  deux\n lignes ", "e\u0301te\u0301", True, date(1900, 1, 1),
            123456789012345678,
        ]  # fmt: skip
        for number, value in enumerate(values, 1):
            sheet.cell(1, number, value)
        sheet.cell(1, 5).number_format = "0%"

    assert text(workbook(fill)).split(" | ") == [
        "7", "-3", "0.1", "1e+21", "0.15", "2024-05-31 14:30", "2024-05-31", "09:05", "36:05",
        "deux lignes", "été", "TRUE", "1900-01-01", "123456789012345700",
    ]  # fmt: skip


def test_formulas_give_the_values_that_they_had() -> None:
    cells = (
        '<c><f>1+2</f><v>3</v></c><c t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c>'
        '<c t="b"><f>TRUE()</f><v>1</v></c><c><f>NOW()</f></c>'
    )
    assert text(written(f"<row>{cells}</row>")) == "3 | ab | TRUE"


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", "1 | 2\n3"),
        ('<row r="9"><c r="C9"><v>1.0</v></c><c><v>2</v></c></row>', "1 | 2"),
        ('<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"/></row>', "a"),
        ('<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>', "shared text | 日本"),
        ('<row><c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>x</v></c></row>', "x"),
        ('<row><c t="d"><v>2024-05-31T00:00:00</v></c></row>', "2024-05-31"),
        ('<row><c t="d"><v>2024-05-31T10:30:00</v></c></row>', "2024-05-31 10:30:00"),
        ('<row><c t="str"><v>a_x000D_\nb_x0041_</v></c></row>', "a bA"),
        ('<row><c s="1"><v>45443</v></c><c s="2"><v>45443.5</v></c></row>', "2024-05-31 | 2024-05-31 12:00"),
        ('<row><c s="9"><v>4</v></c><c s="-1"><v>5</v></c></row>', "4 | 5"),
        ('<row><c s="1"><v>99999999</v></c><c s="1"><v>-5</v></c></row>', "99999999 | 1899-12-26"),
        ('<row><c><v>1E400</v></c><c><v>12 abc</v></c><c><v/></c></row>', "1E400 | 12 abc"),
        ('<row r="1048577"><c><v>1</v></c></row><row r="1"><c r="XFE1"><v>2</v></c></row>', ""),
        ("", ""),
    ],
)  # fmt: skip
def test_cells_as_programs_write_them(sheet: str, expected: str) -> None:
    strings = "<si><r><t>shared </t></r><r><rPr/><t>text</t></r></si><si><t>日本</t><rPh><t>にほん</t></rPh></si>"
    styles = (
        '<numFmts><numFmt numFmtId="164" formatCode="dd/mm/yyyy hh:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/>'
        '</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>'
    )
    for space in (MAIN, STRICT):
        assert text(written(sheet, strings, styles, space)) == expected


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("General", None), ("0.00", None), ('#,##0 "jours"', None), ("[Red]0", None), ("0%", None), ("@", None),
        ("0.00E+00", None), ("dd/mm/yyyy", "day"), ("[$-40C]d mmmm yyyy;@", "day"), ("mmm-yy", "day"), ("mmmm", "day"),
        ("yyyy-mm-dd hh:mm:ss", "moment"), ("h:mm AM/PM", "time"), ("mm:ss.0", "time"), ("[h]:mm", "duration"),
        ("[$-F400]h:mm:ss\\ AM/PM", "time"), ("_-* #,##0.00\\ [$€-40C]_-", None), ("#,##0\\ \\d", None),
    ],
)  # fmt: skip
def test_what_a_format_shows(code: str, kind: str | None) -> None:
    assert kind_of_format(code) == kind


def test_days_counted_from_1904() -> None:
    assert shown("43981", "day", from_1904=True) == "2024-05-31"
    styles = '<cellXfs><xf numFmtId="14"/></cellXfs>'
    settings = '<workbookPr date1904="1"/>'
    assert text(written('<row><c s="0"><v>43981</v></c></row>', "", styles, settings=settings)) == "2024-05-31"


@pytest.mark.parametrize(
    ("serial", "day"), [("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01"), ("45443", "2024-05-31")]
)
def test_days_around_the_29th_of_february_1900(serial: str, day: str) -> None:
    assert shown(serial, "day") == day


def test_what_the_file_says_of_itself() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Bonjour à toutes et à tous"])
    book.properties.title, book.properties.creator = "Budget de l'année", "Amina Diallo"
    book.properties.language, book.properties.modified = "fr-FR", datetime(2024, 5, 31)
    file = io.BytesIO()
    book.save(file)
    extract = read(file.getvalue(), LIMITS)
    assert (extract.heading, extract.author, extract.language) == ("Budget de l'année", "Amina Diallo", "fr")
    assert extract.date is not None


def test_the_same_values_as_a_library_reads() -> None:
    table = [
        [f"t{row}-{column}" if column % 3 else row * column / 4 for column in range(1, 8)] for row in range(1, 200)
    ]
    data = workbook(rows(*table))
    expected = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True)
    found = [line.split(" | ") for line in text(data).split("\n")]
    assert [[_plain(value) for value in row] for row in expected] == found


def _plain(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def test_a_cell_far_away_costs_nothing() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"], sheet["XFD1048576"] = "near", "far"

    extract = read(workbook(fill), LIMITS)
    assert extract.text == "near\nfar"
    assert extract.places[-1].number == 1_048_576


def test_dimensions_are_not_believed() -> None:
    parts = unpacked(workbook(rows(["a", "b"], ["c"])))
    sheet = parts["xl/worksheets/sheet1.xml"]
    for claimed in (b"A1:XFD1048576", b"A1:A1", b"ZZZ1:A0"):
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:B2"', b'ref="' + claimed + b'"')
        assert text(packed(parts)) == "a | b\nc"


def test_limits() -> None:
    data = workbook(rows(["a", "b"], ["c", "d"]))
    assert read(data, replace(LIMITS, cells=4)).text
    with pytest.raises(ReadError, match="more than 3 cells"):
        read(workbook(rows([1, 2], [3, 4])), replace(LIMITS, cells=3))
    with pytest.raises(ReadError, match="more than 3 different texts"):
        read(written("<row/>", "<si><t>a</t></si>" * 4), replace(LIMITS, cells=3))
    with pytest.raises(ReadError, match="more than the 1,000 bytes"):
        read(data, replace(LIMITS, unpacked_bytes=1000))


def test_one_text_in_many_cells_is_no_bomb() -> None:
    cells = '<c t="s"><v>0</v></c>' * 2000
    bomb = written(f"<row>{cells}</row>", f"<si><t>{'long ' * 4000}</t></si>")
    with pytest.raises(ReadError, match="more than 20,000,000 characters"):
        read(bomb, LIMITS)


def test_entities_are_refused() -> None:
    parts = unpacked(written("<row/>"))
    parts["xl/worksheets/sheet1.xml"] = (
        f'<!DOCTYPE x [<!ENTITY a "{"x" * 100}">]><worksheet {MAIN}><sheetData/></worksheet>'.encode()
    )
    with pytest.raises(ReadError, match="document type"):
        read(packed(parts), LIMITS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"words", "not what its name says"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Office format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (packed({"a.txt": "x"}), "holds no workbook"),
        (packed({"xl/workbook.xml": "<workbook"}), "damaged"),
        (written('<row><c t="s"><v>7</v></c></row>'), "damaged"),
        (written('<row r="x"/>'), "damaged"),
    ],
)
def test_what_is_no_workbook(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read(data, LIMITS)


def test_nothing_but_a_read_error_comes_of_damage() -> None:
    data = workbook(
        rows(["Ville", "Jour", "Montant"], ["Fès", date(2024, 5, 31), 1.5], ["مراكش", None, 2]), rows(["x"])
    )
    for changed in (*damaged(data, 300, seed=4), *mutated(data, 100, seed=5)):
        try:
            check(read(changed, LIMITS))
        except ReadError as error:
            assert str(error)


def check(extract: Extract) -> None:
    assert all(span.start < span.end <= len(extract.text) for span in extract.noise)
    assert list(extract.breaks) == sorted(extract.breaks)
    assert all(extract.text[at - 1] == "\n" for at in extract.breaks)
    assert {place.start for place in extract.places} <= {0, *extract.breaks}
