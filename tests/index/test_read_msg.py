import struct
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from index.document import Span
from index.errors import ReadError
from index.limits import Limits
from index.readers import eml, msg
from index.readers.msg import members, read
from tests.index.compound import Tree, attached_message, attachment, compound, message, storage
from tests.index.mutated import mutated

LIMITS = Limits()
SUBJECT, BODY, HTML, RTF, SENDER, ADDRESS, TO, SENT, HEADERS = (
    0x37,
    0x1000,
    0x1013,
    0x1009,
    0xC1A,
    0xC1F,
    0xE04,
    0x39,
    0x7D,
)
MAIL: dict[int, str | bytes | datetime | int] = {
    SUBJECT: "Réunion déplacée",
    BODY: "Bonjour,\r\n\r\nLe 3 juin.\r\n",
    SENDER: "Amina Diallo",
    ADDRESS: "amina@example.org",
    TO: "Karim Benali; لينا",
    SENT: datetime(2024, 5, 31, 8, 12, tzinfo=UTC),
}
LINE = "From: Amina Diallo <amina@example.org> | To: Karim Benali, لينا | Date: 2024-05-31 08:12+00:00"


def test_a_mail_is_its_subject_who_wrote_it_and_its_body() -> None:
    extract = read(compound(message(MAIL)), LIMITS)
    assert extract.text == f"Réunion déplacée\n\n{LINE}\n\nBonjour,\n\nLe 3 juin."
    assert (extract.heading, extract.author, extract.date) == ("Réunion déplacée", "Amina Diallo", "2024-05-31")
    assert [span.of(extract.text) for span in extract.noise] == ["|", "|"]


def test_the_sender_s_own_day_is_taken_where_it_is_told() -> None:
    headers = "Date: Fri, 31 May 2024 23:12:00 -0500\r\nContent-Language: fr-FR\r\n"
    extract = read(compound(message(MAIL | {SENT: datetime(2024, 6, 1, 4, 12, tzinfo=UTC), HEADERS: headers})), LIMITS)
    assert (extract.date, extract.language) == ("2024-05-31", "fr")


def test_addresses_inside_an_organisation_are_not_shown() -> None:
    extract = read(compound(message(MAIL | {ADDRESS: "/O=EXAMPLE/OU=X/CN=AMINA"})), LIMITS)
    assert "From: Amina Diallo | To:" in extract.text


def test_html_is_read_where_there_is_no_plain_body() -> None:
    html = '<html><head><meta charset="utf-8"></head><body><p>Été</p><p>مرحبا</p></body></html>'.encode()
    assert read(compound(message({SUBJECT: "x", HTML: html})), LIMITS).text == "x\n\nÉté\n\nمرحبا"
    assert read(compound(message({SUBJECT: "x", HTML: html, BODY: "En clair."})), LIMITS).text == "x\n\nEn clair."
    assert read(compound(message({SUBJECT: "x"})), LIMITS).text == "x"


def test_a_body_in_rtf_alone_is_told() -> None:
    with pytest.raises(ReadError, match="only there as RTF, which is not read"):
        read(compound(message({SUBJECT: "x", RTF: b"{\\rtf1}"})), LIMITS)


def test_texts_in_old_letters() -> None:
    """One stream as bytes of code page 1256, which the message names."""
    tree = message({SUBJECT: "x", 0x3FFD: 1256, 0x3FDE: 1256})
    listed = tree["__properties_version1.0"]
    assert isinstance(listed, bytes)
    content = "مرحبا بالجميع".encode("cp1256")
    tree["__properties_version1.0"] = listed + struct.pack("<HHIII", 0x1E, BODY, 6, len(content), 0)
    tree[f"__substg1.0_{BODY:04X}001E"] = content
    assert read(compound(tree), LIMITS).text == "x\n\nمرحبا بالجميع"


def test_what_is_repeated_of_earlier_mails_is_noise() -> None:
    body = "Oui.\r\n\r\n-----Message d'origine-----\r\nDe : Karim\r\n\r\nQuand ?"
    extract = read(compound(message({SUBJECT: "RE: x", BODY: body})), LIMITS)
    start = extract.text.index("-----")
    assert extract.noise == (Span(start, len(extract.text)),)


def test_attachments_are_files_with_names_of_their_own() -> None:
    tree = message(
        MAIL, (attachment("été.pdf", b"x" * 10_000), attachment("été.pdf", b"y"), attachment("../a.txt", b""))
    )
    found = [(member.name, member.data) for member in members(compound(tree), LIMITS)]
    assert found == [("été.pdf", b"x" * 10_000), ("été (2).pdf", b"y"), ("a.txt", b"")]


def test_a_link_to_a_file_and_an_object_are_told() -> None:
    link = storage({0x3707: "a.docx", 0x3705: 4}, bytes(8))
    foreign: Tree = storage({0x3707: "b.docx", 0x3705: 6}, bytes(8)) | {"__substg1.0_3701000D": {"CONTENTS": b"x"}}
    nothing: Tree = {"x": b"y"}
    found = list(members(compound(message(MAIL, (link, foreign, nothing, attachment("c.txt", b"c")))), LIMITS))
    assert [(member.name, bool(member.failure)) for member in found] == [
        ("a.docx", True),
        ("b.docx", True),
        ("attachment 3", True),
        ("c.txt", False),
    ]


def test_a_message_that_is_attached_becomes_a_mail_of_its_own() -> None:
    innermost = message({SUBJECT: "Au fond", BODY: "قاع"}, header=24)
    inner = message(MAIL, (attachment("قائمة.pdf", b"%PDF"), attached_message("z", innermost)), header=24)
    [found] = members(compound(message({SUBJECT: "x"}, (attached_message("y", inner),))), LIMITS)
    assert found.name == "Réunion déplacée.eml"
    assert eml.read(found.data, LIMITS).text == f"Réunion déplacée\n\n{LINE}\n\nBonjour,\n\nLe 3 juin."
    pdf, last = eml.members(found.data, LIMITS)
    assert (pdf.name, pdf.data) == ("قائمة.pdf", b"%PDF")
    assert (last.name, eml.read(last.data, LIMITS).text) == ("Au fond.eml", "Au fond\n\nقاع")


def test_messages_deep_in_each_other_are_named_but_not_unpacked() -> None:
    tree = message({SUBJECT: "0"}, header=24)
    for number in range(1, 4):
        tree = message({SUBJECT: str(number)}, (attached_message("x", tree),), header=24)
    data = compound(message({SUBJECT: "x"}, (attached_message("x", tree),)))
    names = []
    while data:
        [found] = (eml if names else msg).members(data, replace(LIMITS, depth=3))
        names.append(found.name)
        data = found.data
    assert names == ["3.eml", "2.eml", "1.eml"]


def test_limits() -> None:
    data = compound(message(MAIL, (attachment("a.pdf", bytes(5000)), attachment("b.pdf", bytes(5000)))))
    with pytest.raises(ReadError, match="more than the 9,000 bytes"):
        list(members(data, replace(LIMITS, unpacked_bytes=9000)))
    with pytest.raises(ReadError, match="2 attachments, more than 1"):
        list(members(data, replace(LIMITS, members=1)))
    with pytest.raises(ReadError, match="more than 5 characters"):
        read(data, replace(LIMITS, characters=5))
    with pytest.raises(ReadError, match="more properties than any mail has"):
        read(compound(message({SUBJECT: "x"}) | {"__properties_version1.0": bytes(1_100_000)}), LIMITS)


@pytest.mark.parametrize("data", [b"", b"words", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", compound({"WordDocument": b"x"})])
def test_what_is_no_message(data: bytes) -> None:
    with pytest.raises(ReadError, match=r"not an Outlook message|damaged"):
        read(data, LIMITS)


def test_nothing_but_a_read_error_comes_of_damage() -> None:
    inner = message(MAIL, (attachment("b.pdf", b"%PDF"),), header=24)
    data = compound(message(MAIL | {HTML: b"<p>x"}, (attachment("a.pdf", b"x" * 6000), attached_message("y", inner))))
    for changed in mutated(data, 400, seed=7):
        try:
            read(changed, LIMITS).text.encode()
            assert all(member.name for member in members(changed, LIMITS))
        except ReadError as error:
            assert str(error)
