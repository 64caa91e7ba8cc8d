from datetime import datetime
from io import BytesIO

import docx
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers.docx import read
from index.sentences import split
from tests.index.packed import damaged, packed, related

LIMITS = Limits()
W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val="en-US" w:bidi="ar-SA"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Titre"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Titre1"><w:name w:val="heading 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Chapitre"><w:name w:val="Chapitre"/><w:basedOn w:val="Titre1"/></w:style>
<w:style w:type="paragraph" w:styleId="Liste"><w:name w:val="Puces"/>
<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="TM1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="character" w:styleId="Masque"><w:name w:val="Masqué"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Boucle"><w:name w:val="Boucle"/><w:basedOn w:val="Boucle"/></w:style>
"""


def word(body: str, styles: str = STYLES, **parts: str) -> bytes:
    """A document with this body; `footnotes="..."` and the like are the inner XML of further parts."""
    files = {f"word/{name}.xml": f"<w:{name} {W}>{content}</w:{name}>" for name, content in parts.items()}
    return packed(
        {
            "_rels/.rels": related(officeDocument="word/document.xml"),
            "word/_rels/document.xml.rels": related(styles="styles.xml", **{name: f"{name}.xml" for name in parts}),
            "word/styles.xml": f"<w:styles {W}>{styles}</w:styles>",
            "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
            **files,
        }
    )


def p(text: str, style: str = "", about: str = "") -> str:
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{style}{about}</w:pPr>{r(text)}</w:p>"


def r(text: str, about: str = "") -> str:
    return f'<w:r><w:rPr>{about}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def line(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def row(*cells: str) -> str:
    return f"<w:tr>{''.join(cells)}</w:tr>"


def control(about: str, *content: str) -> str:
    return f"<w:sdt><w:sdtPr>{about}</w:sdtPr><w:sdtContent>{''.join(content)}</w:sdtContent></w:sdt>"


def field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def saved(document: object) -> bytes:
    file = BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def quotes(extract: Extract, language: str = "fr") -> list[str]:
    return [span.of(extract.text) for span in split(extract, language)]


def cell(*blocks: str) -> str:
    return f"<w:tc>{''.join(blocks)}</w:tc>"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", ""),
        ("<w:p/>" + p(" ") + "<w:sectPr/>", ""),
        (p("Un.") + "<w:p/>" + p("Deux."), "Un.\n\nDeux."),
        (p("Titre", "Titre1") + p("a", "Liste") + p("b", "Liste") + p("Fin."), "Titre\n\na\nb\n\nFin."),
        (p("a", about='<w:numPr><w:numId w:val="1"/></w:numPr>') + p("b", "Liste"), "a\nb"),
        (p("a", "Liste", '<w:numPr><w:numId w:val="0"/></w:numPr>') * 2, "a\n\na"),
        (p("a", "Liste", '<w:outlineLvl w:val="9"/>') * 2, "a\na"),
        (p("a", "Liste", '<w:outlineLvl w:val="1"/>') * 2, "a\n\na"),
        # runs are glued as they are
        (line(r("in"), r("sépa"), r("rable "), r(" mot")), "inséparable mot"),
        (p("e\u0301te\u0301"), "été"),
        (
            line("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t><w:noBreakHyphen/><w:t>d</w:t></w:r>"),
            "a\tb\nc-d",
        ),
        (line("<w:r><w:t>a</w:t><w:br/><w:br/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t></w:r>"), "a\n\nbc"),
        # what was deleted or moved away is not read, what was put in is
        (
            line(r("Le "), "<w:ins>", r("nouveau "), "</w:ins><w:del>", r("vieux "), "</w:del>", r("prix")),
            "Le nouveau prix",
        ),
        (line("<w:del><w:r><w:delText>vieux</w:delText></w:r></w:del>", r("prix")), "prix"),
        (line(r("a"), "<w:moveFrom>", r("b"), "</w:moveFrom><w:moveTo>", r("c"), "</w:moveTo>"), "ac"),
        (p("Le conseil ", about="<w:rPr><w:del/></w:rPr>") + p("décide."), "Le conseil décide."),
        (p("L", about='<w:framePr w:dropCap="drop"/>') + p("e conseil décide."), "Le conseil décide."),
        (p("dernier", about="<w:rPr><w:del/></w:rPr>"), "dernier"),
        # hidden text
        (line(r("vu"), r(" caché", "<w:vanish/>"), r(" vu", '<w:vanish w:val="0"/>')), "vu vu"),
        (line(r("caché", '<w:rStyle w:val="Masque"/>'), r("vu")), "vu"),
        (p("vu", about="<w:rPr><w:vanish/></w:rPr>"), "vu"),  # only the mark at the paragraph's end is hidden
        # fields show their result
        (
            line(
                field("begin"),
                "<w:r><w:instrText>PAGE</w:instrText></w:r>",
                r("non"),
                field("separate"),
                r("oui"),
                field("end"),
                r(" !"),
            ),
            "oui !",
        ),
        (line(field("begin")) + p("la suite"), "la suite"),
        (line("<w:hyperlink>", r("un lien"), "</w:hyperlink><w:fldSimple>", r(" 12"), "</w:fldSimple>"), "un lien 12"),
        # content controls
        (control("", p("dedans")), "dedans"),
        (control("<w:showingPlcHdr/>", p("Cliquez ici")), ""),
        (line(control("<w:showingPlcHdr/>", r("Cliquez ici")), control("", r("dedans"))), "dedans"),
        # symbols
        (
            line(
                '<w:r><w:sym w:font="Symbol" w:char="F061"/><w:sym w:font="Wingdings" w:char="F0E0"/></w:r>',
                '<w:r><w:sym w:font="Webdings" w:char="F061"/><w:sym w:char="xyz"/><w:sym w:char="2713"/></w:r>',
            ),
            "α→✓",
        ),
        (line(r("\uf0b3 5", '<w:rFonts w:ascii="Symbol"/>')), "≥ 5"),
        # formulas and rubies
        (
            line(
                "<m:oMath><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>"
            ),
            "1/2",
        ),
        (line("<w:r><w:ruby><w:rt>", r("かん"), "</w:rt><w:rubyBase>", r("漢"), "</w:rubyBase></w:ruby></w:r>"), "漢"),
        # tables
        (
            table(row(cell(p("Ville")), cell(p("Habitants"))), row(cell(p("Oran")), cell("<w:p/>"), cell(p("1 M")))),
            "Ville | Habitants\nOran | 1 M",
        ),
        (p("x") + table(row(cell(p("a"), p("b")), cell(p("c")))) + p("y"), "x\n\na\n\nb\n\nc\n\ny"),
        (table(row(cell(table(row(cell(p("1")), cell(p("2")))), "<w:p/>"), cell(p("c")))), "1 | 2\n\nc"),
        (table(row("<w:trPr><w:del/></w:trPr>", cell(p("non"))), control("", row(cell(p("oui"))))), "oui"),
        (table(row(cell(line("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>")), cell(p("c")))), "a b | c"),
        (table(row(cell(p("L", about='<w:framePr w:dropCap="drop"/>')), cell(p("b")))), "L | b"),
        # text boxes follow their paragraph, once
        (
            line(
                r("avant "),
                "<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>",
                p("boîte"),
                "</w:txbxContent></mc:Choice>",
                "<mc:Fallback><w:txbxContent>",
                p("boîte"),
                "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>",
                r("après"),
            )
            + p("suite"),
            "avant après\n\nboîte\n\nsuite",
        ),
        (
            line(
                field("begin"),
                "<w:r><w:txbxContent>",
                p("boîte"),
                "</w:txbxContent></w:r>",
                r("non"),
                field("separate"),
                r("oui"),
                field("end"),
            ),
            "oui\n\nboîte",
        ),
        (p("x", "Inconnu") + p("y", "Boucle"), "x\n\ny"),
    ],
)
def test_text(body: str, text: str) -> None:
    assert read(word(body), LIMITS).text == text


def test_notes_stand_after_their_paragraph_and_endnotes_at_the_end() -> None:
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = line(r("Le prix"), reference, r(" baisse"), '<w:r><w:endnoteReference w:id="1"/></w:r>', r(".")) + p(
        "Suite."
    )
    deleted = '<w:p><w:del><w:r><w:footnoteReference w:id="5"/></w:r></w:del></w:p>'
    footnotes = (
        f'<w:footnote w:id="0" w:type="separator">{p("—")}</w:footnote>'
        f'<w:footnote w:id="2">{p(" En euros.")}</w:footnote>'
        f'<w:footnote w:id="5">{p("Note supprimée.")}</w:footnote>'
    )
    endnotes = f'<w:endnote w:id="1">{p("Source : le ministère.")}</w:endnote>'
    extract = read(word(body + deleted, footnotes=footnotes, endnotes=endnotes), LIMITS)
    assert extract.text == "Le prix baisse.\n\nEn euros.\n\nSuite.\n\nSource : le ministère."
    assert quotes(extract) == ["Le prix baisse.", "En euros.", "Suite.", "Source : le ministère."]


def test_a_note_that_is_called_twice_is_read_once() -> None:
    call = line(r("a"), '<w:r><w:footnoteReference w:id="2"/></w:r>')
    data = word(call * 2, footnotes=f'<w:footnote w:id="2">{p("Note.")}</w:footnote>')
    assert read(data, LIMITS).text == "a\n\nNote.\n\na"


def test_a_note_in_a_table_does_not_break_its_row() -> None:
    call = line(r("12 %"), '<w:r><w:footnoteReference w:id="2"/></w:r>')
    body = table(row(cell(p("Taux")), cell(call)))
    data = word(body, footnotes=f'<w:footnote w:id="2">{p("Provisoire.")}</w:footnote>')
    assert read(data, LIMITS).text == "Taux | 12 %\n\nProvisoire."


def test_bars_and_the_table_of_contents_are_noise() -> None:
    toc = p("Chapitre premier\t3", "TM1") + p("Chapitre deux\t9", "TM1")
    body = toc + p("Chapitre premier", "Titre1") + table(row(cell(p("Nom")), cell(p("Âge"))))
    extract = read(word(body), LIMITS)
    assert extract.text == "Chapitre premier\t3\nChapitre deux\t9\n\nChapitre premier\n\nNom | Âge"
    assert [span.of(extract.text) for span in extract.noise] == ["Chapitre premier\t3", "Chapitre deux\t9", "|"]
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    extract = read(word(control(gallery, p("Sommaire")) + p("Texte.")), LIMITS)
    assert quotes(extract) == ["Texte."]


def test_no_sentence_runs_across_paragraphs() -> None:
    extract = read(word(p("Sans point") + p("une suite", "Liste") + p("en petites lettres", "Liste")), LIMITS)
    assert quotes(extract) == ["Sans point", "une suite", "en petites lettres"]
    assert [extract.text[at:][:3] for at in extract.breaks] == ["une", "en "]


@pytest.mark.parametrize(
    ("body", "heading"),
    [
        (p("Préface", "Titre1") + p("Le budget", "Titre"), "Le budget"),
        (p("Texte.") + p("Le budget", "Chapitre"), "Le budget"),
        (p("Le budget", "Titre") + p("Annexe", "Titre") + p("x", "Titre1"), "Le budget"),
        (p("Le budget", "Titre1") + p("Annexe", "Titre1"), "Le budget"),
        (p("Le budget", about='<w:outlineLvl w:val="0"/>'), "Le budget"),
        (p("x" * 300, "Titre") + p("Court", "Titre1"), "Court"),
        (p("Texte seul."), None),
    ],
)
def test_heading(body: str, heading: str | None) -> None:
    assert read(word(body), LIMITS).heading == heading


@pytest.mark.parametrize(
    ("body", "styles", "language"),
    [
        (line(r("Le conseil décide.", '<w:lang w:val="fr-FR"/>'), r("Yes.")), STYLES, "fr"),
        (line(r("Le conseil.", '<w:lang w:val="fr-FR"/>'), r("But the rest is in English.")), STYLES, None),
        (p("The default is what programs write unasked."), STYLES, None),
        (p("Le conseil décide."), STYLES.replace("en-US", "fr-DZ"), "fr"),
        (line(r("قرر المجلس", '<w:rtl/><w:lang w:val="fr-FR" w:bidi="ar-DZ"/>')), STYLES, "ar"),
        (line(r("قرر المجلس", "<w:rtl/>")), STYLES.replace("en-US", "fr-FR"), None),
        (line(r("東京です", '<w:lang w:eastAsia="ja-JP"/>')), STYLES, "ja"),
    ],
)
def test_language(body: str, styles: str, language: str | None) -> None:
    assert read(word(body, styles), LIMITS).language == language


def test_a_document_of_the_library() -> None:
    document = docx.Document()
    about = document.core_properties
    about.author, about.title = "Amina Haddad", "Microsoft Word - doc1.docx"
    about.modified = datetime(2024, 5, 31, 9, 30)
    section = document.sections[0]
    section.header.paragraphs[0].text, section.footer.paragraphs[0].text = "Confidentiel", "Page 1"
    document.add_heading("Rapport annuel", 0)
    document.add_heading("Les comptes", 1)
    paragraph = document.add_paragraph("Le conseil a approuvé ")
    paragraph.add_run("les comptes").bold = True
    paragraph.add_run(" de l’année.")
    paragraph.add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("Premier point", style="List Bullet")
    document.add_paragraph("Second point", style="List Number")
    arabic = document.add_paragraph()
    run = arabic.add_run("وافق المجلس على الحسابات في 31 مايو.")
    run._r.get_or_add_rPr().append(OxmlElement("w:rtl"))
    arabic._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    table = document.add_table(2, 2)
    for at, text in enumerate(("Année", "Montant", "2023", "12 M€")):
        table.cell(at // 2, at % 2).text = text
    table.cell(1, 0).merge(table.cell(1, 1))
    extract = read(saved(document), LIMITS)
    assert extract.text == (
        "Rapport annuel\n\nLes comptes\n\nLe conseil a approuvé les comptes de l’année.\n\n"
        "Premier point\nSecond point\n\n"
        "وافق المجلس على الحسابات في 31 مايو.\n\nAnnée | Montant\n\n2023\n\n12 M€"
    )
    assert (extract.heading, extract.author, extract.date) == ("Rapport annuel", "Amina Haddad", "2024-05-31")
    assert "وافق المجلس على الحسابات في 31 مايو." in quotes(extract)
    assert "Le conseil a approuvé les comptes de l’année." in quotes(extract)


def test_properties_that_programs_filled_in_are_not_believed() -> None:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "Document1", "python-docx"
    document.core_properties.language = "fr-FR"
    document.add_paragraph("Le texte.")
    extract = read(saved(document), LIMITS)
    assert (extract.heading, extract.author, extract.language) == (None, None, "fr")
    document.core_properties.title = "Plan de l’eau"
    assert read(saved(document), LIMITS).heading == "Plan de l’eau"


def test_strict_files_are_read_too() -> None:
    strict = 'xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"'
    rels = related(officeDocument="word/document.xml").replace(
        "http://schemas.openxmlformats.org/officeDocument/2006/", "http://purl.oclc.org/ooxml/officeDocument/"
    )
    body = "<w:p><w:r><w:t>Strict.</w:t></w:r></w:p>"
    data = packed(
        {"_rels/.rels": rels, "word/document.xml": f"<w:document {strict}><w:body>{body}</w:body></w:document>"}
    )
    assert read(data, LIMITS).text == "Strict."


def test_the_library_and_the_reader_see_the_same_words() -> None:
    document = docx.Document()
    for number in range(50):
        document.add_paragraph(f"Phrase numéro {number}, avec\tune tabulation.")
    data = saved(document)
    expected = "\n\n".join(paragraph.text for paragraph in docx.Document(BytesIO(data)).paragraphs)
    assert read(data, LIMITS).text == expected


def test_damaged_styles_leave_the_text() -> None:
    data = word(p("Le texte.", "Titre1"), styles="<w:style></w:broken>")
    assert read(data, LIMITS).text == "Le texte."


@pytest.mark.parametrize("main", ["word/document2.xml", "document.xml"])
def test_the_document_is_where_the_package_says(main: str) -> None:
    parts = {
        "_rels/.rels": related(officeDocument=main),
        main: f"<w:document {W}><w:body>{p('a')}</w:body></w:document>",
    }
    assert read(packed(parts), LIMITS).text == "a"


def test_addresses_outside_are_not_looked_for_inside() -> None:
    outside = related(officeDocument="word/other.xml").replace("/>", ' TargetMode="External"/>')
    parts = {
        name: f"<w:document {W}><w:body>{p(name)}</w:body></w:document>"
        for name in ("word/document.xml", "word/other.xml")
    }
    assert read(packed({"_rels/.rels": outside, **parts}), LIMITS).text == "word/document.xml"


def test_other_office_files_are_refused() -> None:
    data = packed({"_rels/.rels": related(officeDocument="xl/workbook.xml"), "xl/workbook.xml": "<workbook/>"})
    with pytest.raises(ReadError, match="it holds no Word document"):
        read(data, LIMITS)


def test_text_in_a_field_of_the_library() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Voir page ")
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(mark)
        if kind == "separate":
            paragraph.add_run("12")
    assert read(saved(document), LIMITS).text == "Voir page 12"


def test_a_document_longer_than_allowed_is_refused() -> None:
    data = word("".join(p("mot " * 10) for _ in range(100)))
    with pytest.raises(ReadError, match="more than 1,000 characters"):
        read(data, Limits(characters=1000))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ReadError, match="inside each other"):
        read(word("<w:sdt>" * 400 + "</w:sdt>" * 400), LIMITS)
    table = "<w:tbl><w:tr><w:tc>" * 80 + p("x") + "</w:tc></w:tr></w:tbl>" * 80
    assert read(word(table), LIMITS).text == "x"


def test_damage_never_ends_but_in_a_reason() -> None:
    document = docx.Document()
    document.add_heading("Rapport", 0)
    document.add_table(2, 2).cell(0, 0).text = "Année"
    notes = f'<w:footnote w:id="2">{p("Note.")}</w:footnote>'
    call = '<w:p><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'
    for seed, whole in enumerate((saved(document), word(p("Le texte.", "Titre1") + call, footnotes=notes))):
        for data in damaged(whole, 40, seed):
            try:
                extract = read(data, LIMITS)
            except ReadError:
                continue
            split(extract, "fr")
