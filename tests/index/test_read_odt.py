import pytest

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers.odt import read
from index.sentences import split
from tests.index.packed import damaged, packed

LIMITS = Limits()
URN = "urn:oasis:names:tc:opendocument:xmlns:"
SPACES = " ".join(
    f'xmlns:{name}="{URN}{urn}:1.0"'
    for name, urn in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "meta": "meta",
        "manifest": "manifest",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
    }.items()
) + ' xmlns:dc="http://purl.org/dc/elements/1.1/"'  # fmt: skip
NAMED = (
    '<style:default-style style:family="paragraph"><style:text-properties fo:language="fr"/></style:default-style>'
    '<style:style style:name="Standard" style:family="paragraph"/>'
    '<style:style style:name="Title" style:family="paragraph"/>'
)
AUTOMATIC = (
    '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
    '<style:style style:name="T1" style:family="text"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="P2" style:family="paragraph"><style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="P3" style:family="paragraph" style:parent-style-name="P3"/>'
)


def writer(text: str, meta: str = "", named: str = NAMED, kind: str = "text", manifest: str = "") -> bytes:
    """A text document with this content."""
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": f"<manifest:manifest {SPACES}>{manifest}</manifest:manifest>",
            "meta.xml": f"<office:document-meta {SPACES}><office:meta>{meta}</office:meta></office:document-meta>",
            "styles.xml": f"<office:document-styles {SPACES}><office:styles>{named}</office:styles>"
            "<office:master-styles>"
            "<style:header><text:p>En-tête</text:p></style:header></office:master-styles></office:document-styles>",
            "content.xml": f"<?xml version='1.0' encoding='UTF-8'?>\n<office:document-content {SPACES}>"
            f"<office:automatic-styles>{AUTOMATIC}</office:automatic-styles>"
            f"<office:body><office:{kind}>{text}</office:{kind}></office:body></office:document-content>",
        }
    )


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def items(*texts: str) -> str:
    return "<text:list>" + "".join(f"<text:list-item>{text}</text:list-item>" for text in texts) + "</text:list>"


def table(*rows: tuple[str, ...]) -> str:
    lines = ("".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in cells) for cells in rows)
    return "<table:table>" + "".join(f"<table:table-row>{line}</table:table-row>" for line in lines) + "</table:table>"


def note(text: str, kind: str = "footnote") -> str:
    body = f"<text:note-citation>1</text:note-citation><text:note-body>{p(text)}</text:note-body>"
    return f'<text:note text:note-class="{kind}">{body}</text:note>'


def frame(content: str) -> str:
    described = "<svg:title>Image</svg:title><svg:desc>x</svg:desc>"
    return f"<draw:frame><draw:text-box>{content}</draw:text-box>{described}</draw:frame>"


def quotes(extract: Extract) -> list[str]:
    return [span.of(extract.text) for span in split(extract, "fr")]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("", ""),
        (p("") + p(" <text:s/>\n"), ""),
        (p("Un.") + p("Deux."), "Un.\n\nDeux."),
        ('<text:h text:outline-level="2">Titre</text:h>' + p("Texte."), "Titre\n\nTexte."),
        (p("Le <text:span>mot</text:span>\n      juste<text:s text:c='999999999'/>ici"), "Le mot juste ici"),
        (p("in<text:span>sépa</text:span>rable"), "inséparable"),
        (p("e\u0301te\u0301"), "été"),
        (p("a<text:tab/>b<text:line-break/>c"), "a\tb\nc"),
        (p("a<text:line-break/><text:line-break/>b"), "a\n\nb"),
        (p("un <text:a>lien</text:a> et <text:date>31 mai</text:date>, p. <text:page-number>3</text:page-number>"),
         "un lien et 31 mai, p."),
        (p("avant") + items(p("a"), p("b") + items(p("b1")), p("c")) + p("après"), "avant\n\na\nb\nb1\nc\n\naprès"),
        (p("x<office:annotation><dc:creator>A</dc:creator><text:p>remarque</text:p></office:annotation>y"), "xy"),
        ("<text:tracked-changes><text:changed-region><text:deletion>" + p("supprimé")
         + "</text:deletion></text:changed-region></text:tracked-changes>" + p("a<text:change/>b"), "ab"),
        # hidden text
        (p("vu <text:span text:style-name='T1'>caché</text:span>") + p("caché", "P2") + p("vu", "P3"), "vu\n\nvu"),
        ("<text:section text:display='none'>" + p("caché") + "</text:section>" + p("vu"), "vu"),
        # tables
        (table((p("Ville"), p("Habitants")), (p("Oran"), p(""), p("1 M"))), "Ville | Habitants\nOran | 1 M"),
        (table((p("a") + p("b"), p("c"))), "a\n\nb\n\nc"),
        (table((table((p("1"), p("2"))), p("c"))), "1 | 2\n\nc"),
        ("<table:table><table:table-header-rows><table:table-row><table:table-cell>" + p("T")
         + "</table:table-cell><table:covered-table-cell>" + p("non") + "</table:covered-table-cell></table:table-row>"
         "</table:table-header-rows><table:table-row table:visibility='collapse'><table:table-cell>" + p("non")
         + "</table:table-cell></table:table-row></table:table>", "T"),
        # text boxes and drawings follow their paragraph
        (p("avant " + frame(p("boîte")) + "après") + p("suite"), "avant après\n\nboîte\n\nsuite"),
        (p("a<draw:custom-shape>" + p("forme") + "</draw:custom-shape>"), "a\n\nforme"),
        (frame(p("boîte")) + p("a"), "boîte\n\na"),
        (p("<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>かん</text:ruby-text></text:ruby>"), "漢"),
        ("<office:forms>x</office:forms><text:sequence-decls/>" + p("a"), "a"),
    ],
)  # fmt: skip
def test_text(body: str, text: str) -> None:
    assert read(writer(body), LIMITS).text == text


def test_notes_stand_after_their_paragraph_and_endnotes_at_the_end() -> None:
    body = p(f"Le prix{note('En euros.')} baisse{note('Source : le ministère.', 'endnote')}.") + p("Suite.")
    extract = read(writer(body), LIMITS)
    assert extract.text == "Le prix baisse.\n\nEn euros.\n\nSuite.\n\nSource : le ministère."
    assert quotes(extract) == ["Le prix baisse.", "En euros.", "Suite.", "Source : le ministère."]
    extract = read(writer(table((p("Taux"), p("12 %" + note("Provisoire."))))), LIMITS)
    assert extract.text == "Taux | 12 %\n\nProvisoire."


def test_bars_and_the_table_of_contents_are_noise() -> None:
    source = "<text:index-title-template>Sommaire</text:index-title-template>"
    lines = f"<text:index-body>{p('Chapitre premier<text:tab/>3')}</text:index-body>"
    contents = f"<text:table-of-content>{source}{lines}</text:table-of-content>"
    extract = read(writer(contents + table((p("Nom"), p("Âge")))), LIMITS)
    assert extract.text == "Chapitre premier\t3\n\nNom | Âge"
    assert [span.of(extract.text) for span in extract.noise] == ["Chapitre premier\t3", "|"]
    assert quotes(extract) == ["Nom | Âge"]


@pytest.mark.parametrize(
    ("body", "meta", "heading"),
    [
        ("<text:h>Chapitre</text:h>" + p("Le budget", "P1"), "", "Le budget"),
        ("<text:h text:outline-level='2'>Bas</text:h><text:h text:outline-level='1'>Haut</text:h>", "", "Haut"),
        (p("Texte."), "<dc:title>Le plan de l’eau</dc:title>", "Le plan de l’eau"),
        (p("Texte."), "<dc:title>rapport_final.odt</dc:title>", None),
        (p("Texte."), "", None),
    ],
)
def test_heading(body: str, meta: str, heading: str | None) -> None:
    assert read(writer(body, meta), LIMITS).heading == heading


def test_what_the_file_says_of_itself() -> None:
    meta = (
        "<meta:initial-creator>Amina Haddad</meta:initial-creator><dc:creator>Karim Benali</dc:creator>"
        "<meta:creation-date>2023-01-02T10:00:00</meta:creation-date><dc:date>2024-05-31T09:30:00.12</dc:date>"
    )
    extract = read(writer(p("Le texte."), meta), LIMITS)
    assert (extract.author, extract.date, extract.language) == ("Amina Haddad", "2024-05-31", "fr")
    assert read(writer(p("Text."), "<dc:language>de-AT</dc:language>"), LIMITS).language == "de"
    assert read(writer(p("Text."), named=NAMED.replace('"fr"', '"en"')), LIMITS).language is None
    arabic = read(writer(p("قرر المجلس رفع الميزانية.")), LIMITS)
    assert (arabic.text, arabic.language) == ("قرر المجلس رفع الميزانية.", None)


def test_no_sentence_runs_across_items() -> None:
    extract = read(writer(items(p("sans point"), p("une suite"))), LIMITS)
    assert quotes(extract) == ["sans point", "une suite"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (writer(p("x"), manifest="<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"), "password"),
        (writer(table((p("x"),)), kind="spreadsheet"), "it is a spreadsheet, not a text document"),
        (writer("", kind="presentation"), "it is a presentation"),
        (writer("", kind="chart"), "it holds no text document"),
        (packed({"mimetype": "x"}), "content.xml is missing"),
        (writer(p("mot " * 5000)), "more than 10,000 characters"),
        (writer((p("mot " * 10)) * 500), "more than 10,000 characters"),
        (writer("<text:section>" * 300 + "</text:section>" * 300), "inside each other"),
    ],
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read(data, Limits(characters=10_000))


def test_damage_never_ends_but_in_a_reason() -> None:
    body = (
        p("Le budget", "P1")
        + items(p("a"), p("b"))
        + table((p("Ville"), p("Oran")))
        + p("x" + note("Note.") + frame(p("y")))
    )
    for data in damaged(writer(body, "<dc:title>Titre</dc:title><dc:date>2024-05-31</dc:date>"), 150, seed=3):
        try:
            split(read(data, LIMITS), "fr")
        except ReadError:
            continue
