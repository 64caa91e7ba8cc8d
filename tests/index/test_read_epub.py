import pytest

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers.epub import read
from index.sentences import split
from tests.index.packed import damaged, packed

LIMITS = Limits()
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/livre.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
NAV = ' properties="nav"'
SAID = (
    "<dc:title>Les jardins d’Oran</dc:title><dc:language>fr-DZ</dc:language><dc:creator>Amina Haddad</dc:creator>"
    "<dc:creator>Karim Benali</dc:creator><dc:date>2019-03-14</dc:date>"
    '<meta property="dcterms:modified">2021-01-01T00:00:00Z</meta>'
)


def book(chapters: dict[str, str | bytes], said: str = SAID, guide: str = "", **extra: str) -> bytes:
    """A book of these chapters, in this order; those called `nav*` are its table of contents."""
    listed = "".join(
        f'<item id="i{number}" href="{name.replace(" ", "%20")}" media-type="application/xhtml+xml"'
        f"{NAV if name.startswith('nav') else ''}/>"
        for number, name in enumerate(chapters)
    )
    order = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{said}</metadata><manifest>{listed}</manifest>'
        f"<spine>{order}</spine><guide>{guide}</guide></package>"
    )
    parts = {f"OEBPS/{name}": page(text) if isinstance(text, str) else text for name, text in chapters.items()}
    more = {f"META-INF/{name}.xml": content for name, content in extra.items()}
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": CONTAINER,
            "OEBPS/livre.opf": opf,
            **parts,
            **more,
        }
    )


def moment(event: str, day: str) -> str:
    return f'<dc:date opf:event="{event}">{day}</dc:date>'


def page(body: str) -> bytes:
    return (
        "<?xml version='1.0' encoding='utf-8'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml' "
        f"xmlns:epub='http://www.idpf.org/2007/ops'><head><title>x</title></head><body>{body}</body></html>"
    ).encode()


def text(body: str) -> str:
    return read(book({"a.xhtml": body}), LIMITS).text


def quotes(extract: Extract) -> list[str]:
    return [span.of(extract.text) for span in split(extract, "fr")]


def test_chapters_in_order_with_offsets_shifted() -> None:
    table = "<table><tr><td>Ville</td><td>Oran</td></tr></table>"
    data = book(
        {"z.xhtml": "<h1>Un</h1><p>Début\u200b du livre</p>", "vide.xhtml": "", "a b.xhtml": f"<p>la suite</p>{table}"}
    )
    extract = read(data, LIMITS)
    assert extract.text == "Un\n\nDébut\u200b du livre\n\nla suite\n\nVille | Oran"
    assert [span.of(extract.text) for span in extract.noise] == ["\u200b", "|"]
    assert [extract.text[at:][:2] for at in extract.breaks] == ["Dé", "la", "Vi"]
    assert quotes(extract) == ["Un", "Début\u200b du livre", "la suite", "Ville | Oran"]


def test_what_the_book_says_of_itself() -> None:
    extract = read(book({"a.xhtml": "<p>Le texte.</p>"}), LIMITS)
    assert (extract.heading, extract.language) == ("Les jardins d’Oran", "fr")
    assert (extract.author, extract.date) == ("Amina Haddad, Karim Benali", "2019-03-14")


@pytest.mark.parametrize(
    ("said", "date"),
    [
        ("", None),
        ("<dc:date>2019</dc:date>", None),
        ("<dc:date>2019-02-30</dc:date>", None),
        ('<dc:date>2019</dc:date><meta property="dcterms:modified">2021-05-01T00:00:00Z</meta>', "2021-05-01"),
        (moment("conversion", "2022-01-02") + moment("publication", "1862-04-03"), "1862-04-03"),
        (moment("publication", "2018-04-03") + moment("modification", "2020-01-02"), "2020-01-02"),
    ],
)  # fmt: skip
def test_date(said: str, date: str | None) -> None:
    assert read(book({"a.xhtml": "<p>x</p>"}, said), LIMITS).date == date


@pytest.mark.parametrize(("tag", "language"), [("fra", "fr"), ("ar", None), ("und", None), ("EN-gb", "en"), ("", None)])
def test_language(tag: str, language: str | None) -> None:
    assert read(book({"a.xhtml": "<p>Le texte.</p>"}, f"<dc:language>{tag}</dc:language>"), LIMITS).language == language


def test_contents_are_left_out() -> None:
    links = "".join(f"<li><a href='{n}.xhtml'>Chapitre {n}</a></li>" for n in range(3))
    chapters: dict[str, str | bytes] = {
        "nav.xhtml": f"<nav><ol>{links}</ol></nav>",
        "toc.xhtml": f"<ul>{links}</ul>",
        "a.xhtml": "<p>Texte.</p>",
    }
    assert read(book(chapters, guide='<reference type="toc" href="toc.xhtml"/>'), LIMITS).text == "Texte."
    # where the contents are a part of a chapter, the chapter is read
    assert "Texte." in read(book(chapters, guide='<reference type="toc" href="a.xhtml#toc"/>'), LIMITS).text


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<header><h1>Titre</h1></header><p>Texte.</p><footer>Fin.</footer>", "Titre\n\nTexte.\n\nFin."),
        ("<p>Texte.</p><aside epub:type='footnote'><p>La note.</p></aside>", "Texte.\n\nLa note."),
        ("<p>Le prix<a epub:type='noteref' href='#n1'><sup>1</sup></a> baisse.</p>", "Le prix baisse."),
        ("<p>Le prix<sup><a href='#n1'>1</a></sup> baisse<a href='#n2'><sup>[2]</sup></a>.</p>", "Le prix baisse."),
        ("<p>10<sup>6</sup> <a href='b.xhtml'>voir</a></p>", "106 voir"),
        ("<p>e\u0301te\u0301</p>", "été"),
        ("<p>a</p><script>no</script><p>b<br/>c</p>", "a\n\nb\nc"),
        ("<article><p>Un récit long.</p></article><article><p>Un autre.</p></article>", "Un récit long.\n\nUn autre."),
        ("<p>في البدء كانت <b>المدينة</b> (Oran).</p>", "في البدء كانت المدينة (Oran)."),
    ],
)  # fmt: skip
def test_text_of_a_chapter(body: str, expected: str) -> None:
    assert text(body) == expected


@pytest.mark.parametrize("wearing", ["<a href ", "<sup><a ", "<a role='x ", '<a role="noteref"><b><b>', "<a><sup>"])
def test_pages_built_to_wear_the_pattern_out(wearing: str) -> None:
    # Quadratic time would take minutes here.
    for repeated in (wearing * 20_000, wearing + 'href role="a" ' * 50_000):
        try:
            text("<p>x</p>" + repeated)
        except ReadError:
            continue


def test_encodings_of_chapters() -> None:
    latin = "<?xml version='1.0' encoding='iso-8859-1'?><html><body><p>Été</p></body></html>".encode("latin-1")
    wide = "<html><body><p>الماء</p></body></html>".encode("utf-16")
    assert read(book({"a.xhtml": latin, "b.xhtml": wide}), LIMITS).text == "Été\n\nالماء"


def encryption(uri: str, algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
        f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{algorithm}"/><enc:CipherData>'
        f'<enc:CipherReference URI="{uri}"/></enc:CipherData></enc:EncryptedData></encryption>'
    )


def test_locked_chapters_are_refused_and_scrambled_fonts_are_not() -> None:
    aes = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
    chapters: dict[str, str | bytes] = {"chapitre 1.xhtml": "<p>Texte.</p>"}
    with pytest.raises(ReadError, match="copy protection"):
        read(book(chapters, encryption=encryption("OEBPS/chapitre%201.xhtml", aes)), LIMITS)
    for uri, algorithm in (("OEBPS/police.otf", "http://www.idpf.org/2008/embedding"), ("OEBPS/image.jpg", aes)):
        assert read(book(chapters, encryption=encryption(uri, algorithm)), LIMITS).text == "Texte."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed({"mimetype": "application/epub+zip"}), "list of chapters is missing"),
        (packed({"META-INF/container.xml": CONTAINER}), "list of chapters is missing"),
        (book({}), "no chapters with text"),
        (book({"nav.xhtml": "<p>x</p>"}), "no chapters with text"),
        (book({"a.xhtml": "<p>mot</p>" * 1000, "b.xhtml": "<p>mot</p>" * 1500}), "more than 10,000 characters"),
    ],
)
def test_what_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read(data, Limits(characters=10_000))


def test_damage_never_ends_but_in_a_reason() -> None:
    whole = book(
        {
            "nav.xhtml": "<nav/>",
            "a.xhtml": "<h1>Un</h1><p>Texte<sup><a href='#n'>1</a></sup>.</p>",
            "b.xhtml": "<p>x</p>",
        }
    )
    for data in damaged(whole, 150, seed=5):
        try:
            split(read(data, LIMITS), "fr")
        except ReadError:
            continue
