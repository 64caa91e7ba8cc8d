from collections.abc import Callable

import pytest

from index.errors import ReadError
from index.limits import Limits
from index.readers import trees
from index.readers.package import Package, resolved
from index.readers.trees import Element
from tests.index.packed import packed

LIMITS = Limits()
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
BOMB = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))


def tree(xml: str | bytes, limits: Limits = LIMITS) -> Element:
    return Package(packed({"a.xml": xml}), limits).tree("a.xml")


def locked(data: bytes) -> bytes:
    """An archive with the flag of encryption set on its entries."""
    changed = bytearray(data)
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[data.index(sign) + at] |= 1
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "it is protected by a password; save it without one"),
        (OLE + "WordDocument".encode("utf-16-le"), "old Office format"),
        (b"%PDF-1.7", "it is not what its name says"),
        (packed({"a": "x" * 5000})[:80], "it is damaged, or it was not copied to its end"),
        (packed({f"p{n}": "" for n in range(11)}), "made of 11 parts, more than 10"),
    ],
    ids=["empty", "locked", "old", "another", "cut", "parts"],  # an archive's bytes change with the clock
)
def test_other_files_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        Package(data, Limits(members=10))


def test_parts_are_found_without_regard_to_case_and_slashes() -> None:
    package = Package(packed({"Word\\Document.xml": "<a/>"}), LIMITS)
    assert package.has("word/document.XML") and package.has("/word/document.xml") and not package.has("document.xml")
    assert package.read("word/document.xml") == b"<a/>"
    with pytest.raises(ReadError, match=r"its part x\?y is missing"):
        package.read("x\ny")


def test_encrypted_parts_are_refused() -> None:
    with pytest.raises(ReadError, match="protected by a password"):
        Package(locked(packed({"a.xml": "<a/>"})), LIMITS).read("a.xml")


def test_only_what_is_read_counts() -> None:
    package = Package(
        packed({"picture.bmp": bytes(3_000_000), "a.xml": b"<a/>", "b.xml": b" " * 900_000}),
        Limits(unpacked_bytes=10**6),
    )
    assert package.read("a.xml") == b"<a/>"
    assert len(package.read("b.xml")) == 900_000
    with pytest.raises(ReadError, match="unpacks to more than"):
        package.read("b.xml")
    with pytest.raises(ReadError, match="unpacks to more than"):
        package.read("picture.bmp")


@pytest.mark.parametrize(
    ("base", "target", "name"),
    [
        ("word/document.xml", "styles.xml", "word/styles.xml"),
        ("ppt/slides/slide1.xml", "../notesSlides/n.xml", "ppt/notesSlides/n.xml"),
        ("ppt/slides/slide1.xml", "/ppt/media/a.png", "ppt/media/a.png"),
        ("", "../../etc/passwd", "etc/passwd"),
        ("a/b.xml", "..\\..\\..\\c.xml", "c.xml"),
    ],
)
def test_names_lead_nowhere_but_into_the_package(base: str, target: str, name: str) -> None:
    assert resolved(base, target) == name


def test_a_tree_has_its_text_and_its_elements_in_order() -> None:
    root = tree("<a x='1'>one<b>two<c/></b><!-- no -->three<b>&lt;&#233;</b><![CDATA[<d>]]></a>")
    assert root.text() == "onetwothree<é<d>"
    assert [element.text() for element in root.below("b")] == ["two", "<é"]
    assert root.attributes == {"x": "1"}
    assert root.child("b", "c") is not None and root.child("c") is None and root.child("c", "b") is None


def test_names_are_told_by_their_namespace() -> None:
    spaces = (
        "xmlns:q='http://schemas.openxmlformats.org/wordprocessingml/2006/main' "
        "xmlns='http://purl.oclc.org/ooxml/wordprocessingml/main' "
        "xmlns:t='urn:oasis:names:tc:opendocument:xmlns:text:1.0' xmlns:w='http://other'"
    )
    root = tree(f"<q:p {spaces} q:val='1' val='2'><p/><t:p/><w:p/></q:p>")
    assert (root.name, root.attributes) == ("w:p", {"w:val": "1", "val": "2"})
    assert [element.name for element in root.elements()] == ["w:p", "text:p", "p"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    assert tree(f"<?xml version='1.0' encoding='{name}'?><a>été</a>".encode(encoding)).text() == "été"


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("", "malformed"),
        ("<a>", "malformed"),
        ("<a></b>", "malformed"),
        ("<a>&undeclared;</a>", "malformed"),
        ("<x:a/>", "malformed"),
        (b"<a>\xff</a>", "malformed"),
        ("<?xml version='1.0' encoding='utf-7'?><a/>", "malformed"),
        ("<?xml version='1.0' encoding='no-such'?><a/>", "malformed"),
        ("<?xml version='1.0' encoding='idna'?><a/>", "malformed"),
        (f"<!DOCTYPE a [<!ENTITY a0 'x'>{BOMB}]><a>&a11;</a>", "document type"),
        ("<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><a>&f;</a>", "document type"),
        ("<!DOCTYPE a [<!ENTITY % p SYSTEM 'http://127.0.0.1/x'> %p;]><a/>", "document type"),
        ("<!DOCTYPE a []><a/>", "document type"),
        ("<a>" * 300 + "</a>" * 300, "inside each other"),
        ("<a>" + "".join(f"<b{n}/>" for n in range(30_000)) + "</a>", "different names"),
        ("<a>" + "x" * 2001 + "</a>", "more than 2,000 characters"),
        ("<a b='" + "x" * 20_000_000 + "'/>", "tag of several megabytes"),
        ("<!--" + "x" * 20_000_000 + "--><a/>", "tag of several megabytes"),
    ],
)
def test_xml_that_is_refused(xml: str | bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        tree(xml, Limits(characters=2000))


def test_a_document_type_that_is_only_named_is_not_looked_at() -> None:
    assert tree('<!DOCTYPE a PUBLIC "-//X//DTD//EN" "http://127.0.0.1:9/x.dtd"><a>b</a>').text() == "b"


def test_pieces_come_one_by_one_and_count_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_MOST_AT_ONCE", 10)
    xml = "<r><head><c>x</c></head><body>" + "<p>four</p>" * 50 + "<q><p/></q></body></r>"
    package = Package(packed({"a.xml": xml}), Limits(characters=5))
    names = [piece.name for piece in package.pieces("a.xml", ("body", "head"))]
    assert names == ["c", *["p"] * 50, "q"]
    with pytest.raises(ReadError, match="more elements than can be read"):
        Package(packed({"a.xml": xml}), LIMITS).tree("a.xml")
    monkeypatch.setattr(trees, "_MOST", 40)
    with pytest.raises(ReadError, match="more elements than can be read"):
        list(package.pieces("a.xml", ("body",)))


def test_nothing_is_kept_of_pieces_that_were_taken() -> None:
    def data() -> list[bytes]:
        return [b"<r>", *[b"<p>x</p>"] * 1000, b"</r>"]

    taken = trees.pieces(data(), ("r",), 100)
    root: Callable[[], Element] = taken.__next__
    assert root().text() == "x"
    assert sum(1 for _ in taken) == 999
