from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage

import pytest

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers.eml import members, read
from index.readers.replies import repeated
from tests.index.mutated import mutated

LIMITS = Limits()
HEAD = """\
From: =?utf-8?q?Amina_Diallo?= <amina@example.org>
To: Karim Benali <karim@example.org>, lina@example.org
Subject: =?utf-8?B?UsOpdW5pb24gZMOpcGxhY8OpZQ==?=
Date: Fri, 31 May 2024 23:12:00 -0500
Content-Language: fr-FR
"""
LINE = "From: Amina Diallo <amina@example.org> | To: Karim Benali, lina@example.org | Date: 2024-05-31 23:12-05:00"


def mail(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()


def body(text: str) -> str:
    """The text of the body of a mail with a subject alone."""
    extract = read(mail(text), LIMITS)
    assert extract.heading is not None
    return extract.text.removeprefix(extract.heading).lstrip("\n")


def quotable(extract: Extract) -> str:
    """The text without its noise."""
    parts, at = [], 0
    for span in extract.noise:
        parts.append(extract.text[at : span.start])
        at = span.end
    return "".join([*parts, extract.text[at:]])


def test_a_mail_is_its_subject_who_wrote_it_and_its_body() -> None:
    extract = read(
        mail(HEAD + "Content-Type: text/plain; charset=utf-8\n\nBonjour,\n\nLe 3 juin.  \n\n\n\nAmina\n"), LIMITS
    )
    assert extract.text == f"Réunion déplacée\n\n{LINE}\n\nBonjour,\n\nLe 3 juin.\n\nAmina"
    assert (extract.heading, extract.author, extract.date) == ("Réunion déplacée", "Amina Diallo", "2024-05-31")
    assert extract.language == "fr"
    assert [span.of(extract.text) for span in extract.noise] == ["|", "|"]
    assert [extract.text[at:].split()[0] for at in extract.breaks] == ["From:", "Bonjour,"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Content-Type: text/html\n\n<p>Un<br>deux</p><p>trois</p>", "Un\ndeux\n\ntrois"),
        (
            "Content-Type: text/plain; format=flowed\n\nUn long \nparagraphe\n\n-- \nAmina",
            "Un long paragraphe\n\n--\nAmina",
        ),
        ("Content-Type: text/plain; format=flowed; delsp=yes\n\nUn lo \nng", "Un long"),
        ("Content-Transfer-Encoding: base64\n\nw4l0w6k=", "Été"),
        ("Content-Transfer-Encoding: quoted-printable\n\n=C3=89t=C3=A9 =\nlong", "Été long"),
        ("Content-Type: text/plain; charset=nonsense\n\nété", "été"),
        ("Content-Type: text/plain; charset=us-ascii\n\nété", "été"),
        ("Content-Type: text/plain; charset=iso-8859-1\n\nété", "été"),
        ("Content-Type: text/plain; charset=punycode\n\nabc-", "abc-"),
        ("\ne\u0301te\u0301", "été"),
        ("\n", ""),
    ],
)
def test_bodies(text: str, expected: str) -> None:
    assert body("Subject: Sujet\n" + text) == expected


def test_old_encodings_are_believed() -> None:
    raw = b"Subject: x\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nL\x92\xe9t\xe9"
    assert read(raw, LIMITS).text == "x\n\nL’été"
    raw = "Subject: x\r\nContent-Type: text/plain; charset=windows-1256\r\n\r\nمرحبا بالجميع".encode("cp1256")
    assert read(raw, LIMITS).text == "x\n\nمرحبا بالجميع"


def test_headers_that_are_not_as_they_should_be() -> None:
    raw = 'Subject: Été à Fès\nFrom: "Diallo, Émile" <e@example.org\nTo: (((((\nDate: hier\n\nx'.encode()
    extract = read(raw, LIMITS)
    assert extract.heading == "Été à Fès"
    assert extract.author == "Diallo, Émile"
    assert extract.date is None
    assert read("Subject: Été à Fès\n\nx".encode("latin-1"), LIMITS).heading == "Été à Fès"
    assert read(b"From: a@b.org\n\nx", LIMITS).text == "From: a@b.org\n\nx"
    assert len(read(b"Subject: " + b"x" * 1_000_000 + b"\n\ny", LIMITS).text) < 11_000
    assert read(b"To: " + b"(" * 100_000 + b"\nSubject: x\n\ny", LIMITS).heading == "x"


def test_the_plain_body_is_taken_of_several() -> None:
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("En clair.\n")
    message.add_alternative("<p>En HTML.</p>", subtype="html")
    assert read(message.as_bytes(), LIMITS).text == "x\n\nEn clair."
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content(" \n")
    message.add_alternative("<p>En HTML.</p>", subtype="html")
    message.add_attachment("Une note", filename="note.txt")
    assert read(message.as_bytes(), LIMITS).text == "x\n\nEn HTML."


def test_a_long_list_of_those_it_went_to_is_cut() -> None:
    to = ", ".join(f"Nom{number} <n{number}@example.org>" for number in range(500))
    text = read(f"Subject: x\nTo: {to}\n\ny".encode(), LIMITS).text
    assert text == "x\n\nTo: " + ", ".join(f"Nom{number}" for number in range(10)) + ", …\n\ny"


OUTLOOK = "De : Karim\nEnvoyé : jeudi 30 mai 2024 09:02\nÀ : Amina\nObjet : Réunion\n\nQuand a-t-elle lieu ?"


@pytest.mark.parametrize(
    ("subject", "text", "own"),
    [
        ("Re: x", "Oui.\n\nOn 30 May 2024 at 09:02, Karim <k@b.org> wrote:\n\n> Non ?\n> Si ?\nMerci.", "Oui. Merci."),
        ("Re: x", "Oui.\n\nLe jeu. 30 mai 2024 à 09:02, Karim <k@b.org> a\nécrit :\n> Non ?", "Oui."),
        ("Re: x", "Oui.\n\nAm 30.05.2024 um 09:02 schrieb Karim\n<k@b.org>:\n\nNein?", "Oui."),
        ("رد: x", "نعم.\n\nفي الخميس، 30 مايو 2024 في 9:02 ص، كتب كريم <k@b.org>:\n\n> متى؟", "نعم."),
        ("Re: x", "> Non ?\nOui.\n> Et là ?\nAussi.", "Oui. Aussi."),
        ("Re: x", "Oui.\n\n-----Message d'origine-----\nDe : Karim\n\nNon ?", "Oui."),
        ("RE: x", f"Oui.\n\n________________________________\n{OUTLOOK}", "Oui. ________________________________"),
        ("RE: TR: x", f"Oui.\n\n{OUTLOOK}", "Oui."),
        ("Re: x", "نعم.\n\nمن: كريم\nتم الإرسال: 30 مايو\nالموضوع: اجتماع\n\nمتى؟", "نعم."),
        # What it passes on is what it says.
        ("TR: x", f"Pour info.\n\n{OUTLOOK}", None),
        ("Fwd: x", "FYI\n\n---------- Forwarded message ---------\nFrom: Karim\nDate: x\nSubject: y\n\n> Non ?", None),
        ("Re: x", "FYI\n\n---------- Forwarded message ---------\nFrom: Karim\nDate: x\nSubject: y\n\n> Non ?", None),
        ("Re: x", OUTLOOK, None),
        ("Re: x", "> Non ?\n> Si ?", None),
        # Prose is no introduction.
        ("x", "Voilà.\n\nOn 3 May the minister wrote:\n\nWe shall see.", None),
        ("x", "Trajet.\n\nDe : la ville\nDate : demain\nAu port, et de là : partout.", None),
        ("x", "a > b\nc", None),
    ],
)  # fmt: skip
def test_what_is_repeated_of_earlier_mails_is_not_quoted(subject: str, text: str, own: str | None) -> None:
    said, at = [], 0
    for span in repeated(text, subject):
        said.append(text[at : span.start])
        at = span.end
    assert " ".join("".join([*said, text[at:]]).split()) == (" ".join(text.split()) if own is None else own)


def test_repeated_mails_stay_in_the_text_as_noise() -> None:
    extract = read(
        mail(HEAD + "\nOui, le 3 juin\n\nLe 30 mai 2024 à 09:02, Karim a écrit :\n> Quand ?\n> Vite.\nDemain"), LIMITS
    )
    assert "> Quand ?" in extract.text
    assert quotable(extract).split("\n\n", 2)[2].split() == ["Oui,", "le", "3", "juin", "Demain"]
    for span in extract.noise[2:]:
        assert {span.start, span.end} & set(extract.breaks)


def attached(*add: Callable[[EmailMessage], object]) -> bytes:
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("Voir les pièces jointes.")
    for each in add:
        each(message)
    return message.as_bytes()


def file(name: str | None, content: bytes, kind: str = "application/pdf") -> Callable[[EmailMessage], object]:
    maintype, subtype = kind.split("/")
    return lambda message: message.add_attachment(content, maintype=maintype, subtype=subtype, filename=name)


def test_attachments_are_files_with_names_of_their_own() -> None:
    data = attached(
        file("annexe.pdf", b"1"),
        file("annexe.pdf", b"2"),
        file("../été/قائمة.docx", b"3"),
        file(None, b"4"),
        file(None, b"5", "application/x-unknown"),
        lambda message: message.add_attachment("Une note\n", filename="note.txt"),
    )
    found = [(member.name, member.data, member.failure) for member in members(data, LIMITS)]
    assert found == [
        ("annexe.pdf", b"1", None),
        ("annexe (2).pdf", b"2", None),
        ("été/قائمة.docx", b"3", None),
        ("attachment 4.pdf", b"4", None),
        ("attachment 5", b"5", None),
        ("note.txt", b"Une note\n", None),
    ]
    assert read(data, LIMITS).text == "x\n\nVoir les pièces jointes."


def test_a_message_that_is_attached_is_a_mail() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "Karim <k@example.org>", "Devis / été"
    inner.set_content("Ci-joint.")
    inner.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="devis.pdf")
    [found] = members(attached(lambda message: message.add_attachment(inner)), LIMITS)
    assert found.name == "Devis été.eml"
    assert read(found.data, LIMITS).text == "Devis / été\n\nFrom: Karim <k@example.org>\n\nCi-joint."
    assert [(member.name, member.data) for member in members(found.data, LIMITS)] == [("devis.pdf", b"%PDF")]


def test_text_around_attachments_is_one_body() -> None:
    parts = ("\nAvant.", "Content-Type: application/pdf\n\nP", "\nAprès.")
    text = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n" + "\n--b\n".join(parts) + "\n--b--\n"
    assert read(mail(text), LIMITS).text == "x\n\nAvant.\n\nAprès."
    assert [member.name for member in members(mail(text), LIMITS)] == ["attachment 1.pdf"]


def test_limits() -> None:
    data = attached(file("a.pdf", b"12345"), file("b.pdf", b"12345"))
    assert len(list(members(data, replace(LIMITS, unpacked_bytes=10)))) == 2
    with pytest.raises(ReadError, match="more than the 9 bytes"):
        list(members(data, replace(LIMITS, unpacked_bytes=9)))
    with pytest.raises(ReadError, match="2 attachments, more than 1"):
        list(members(data, replace(LIMITS, members=1)))
    with pytest.raises(ReadError, match="more than 5 characters"):
        read(data, replace(LIMITS, characters=5))


def test_mails_that_wear_parsers_out_are_refused() -> None:
    part = "Content-Type: multipart/mixed; boundary=b{0}\n\n--b{0}\n"
    deep = "Subject: x\n" + "".join(part.format(number) for number in range(60)) + "\nx"
    with pytest.raises(ReadError, match="50 deep"):
        read(deep.encode(), LIMITS)
    deeper = "Subject: x\n" + "".join(part.format(number) for number in range(900)) + "\n" + "line\n" * 250_000
    with pytest.raises(ReadError, match="too many parts inside each other"):
        read(deeper.encode(), LIMITS)
    with pytest.raises(ReadError, match="more than 5,000 parts"):
        read(b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 6000, LIMITS)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a mail"),
        (b"Just some words.\n\nAnd more.", "not a mail"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a mail"),
        (b"Subject: x\nContent-Type: multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--", "encrypted"),
        (b"Subject: x\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMII", "encrypted"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read(data, LIMITS)


def test_nothing_but_a_read_error_comes_of_damage() -> None:
    inner = EmailMessage()
    inner["Subject"] = "Été"
    inner.set_content("مرحبا", charset="utf-8", cte="base64")
    data = attached(file("été.pdf", b"%PDF" * 50), lambda message: message.add_attachment(inner))
    data = HEAD.encode() + data.replace(b"Subject: x\n", b"")
    for changed in mutated(data, 400, seed=6):
        try:
            extract = read(changed, LIMITS)
            assert all(span.start < span.end <= len(extract.text) for span in extract.noise)
            assert list(extract.breaks) == sorted(extract.breaks)
            assert all(member.name for member in members(changed, LIMITS))
            extract.text.encode()
        except ReadError as error:
            assert str(error)
