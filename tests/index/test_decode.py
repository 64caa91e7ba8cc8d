import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.decode import decode
from index.errors import ReadError

FRENCH = "Où est né Molière ? L’été, à la fenêtre, il a reçu un cœur."
ARABIC = "أين تقع مدينة القاهرة؟ نعم، هناك."
RUSSIAN = "Москва является столицей России."
JAPANESE = "東京は日本の首都です。とても大きな都市です。"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Déjà vu", "cp1252"),
        ("Größe", "cp1252"),
        ("It costs £5", "cp1252"),
        ("The “quoted” text — it’s a café.", "cp1252"),
        ("El año pasado", "latin-1"),
        ("A educação é um direito de todos os cidadãos.", "latin-1"),
        (FRENCH, "cp1252"),
        ("نعم", "cp1256"),
        (ARABIC, "cp1256"),
        ("أين تقع مدينة القاهرة؟", "iso8859-6"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        ("Київ є столицею України, її найбільшим містом.", "cp1251"),
        ("Η Αθήνα είναι η πρωτεύουσα της Ελλάδας.", "cp1253"),
        ("ירושלים היא עיר הבירה של ישראל", "cp1255"),
        ("Zażółć gęślą jaźń, proszę bardzo.", "cp1250"),
        ("Zażółć gęślą jaźń, proszę bardzo.", "iso8859-2"),
        ("Příliš žluťoučký kůň úpěl ďábelské ódy.", "cp1250"),
        ("İstanbul Türkiye'nin en kalabalık şehridir; ağaç.", "cp1254"),
        ("กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย", "cp874"),
        ("北京是中华人民共和国的首都，位于华北平原。", "gb18030"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
    ],
)
def test_old_encodings_of_short_texts(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [FRENCH, ARABIC, RUSSIAN, "Plain ASCII, 2 lines.\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_with_and_without_a_mark(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_utf8_comes_back_unchanged(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    "text", ["a\r\nb\rc\n", "a\u200bb\u200e\u202e", "e\u0301 \u00e9", "\ttab\f", "in\ufeffside", ""]
)
def test_nothing_is_normalised(text: str) -> None:
    assert decode(text.encode()) == text


def test_only_the_first_mark_is_dropped() -> None:
    assert decode("\ufeff\ufeffa".encode()) == "\ufeffa"


def test_bytes_that_cp1252_does_not_know_are_kept() -> None:
    assert decode("été à la fenêtre ".encode("latin-1") * 40 + b"\x81") == "été à la fenêtre " * 40 + "\x81"


def test_utf8_cut_in_the_middle_of_a_character() -> None:
    assert (
        decode(("Le café était fermé à l’été. " * 5).encode() + b"\xc3")
        == "Le café était fermé à l’été. " * 5 + "\ufffd"
    )


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"PK\x03\x04\x14\x00", "ZIP"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"\x00\x01\x02\x03" * 100, "zero bytes"),
        (b"text with a \x00 in it", "zero bytes"),
        (bytes(range(1, 32)) * 20, "control characters"),
    ],
)
def test_what_is_not_text_is_refused_with_a_reason(data: bytes, kind: str) -> None:
    with pytest.raises(ReadError, match=rf"looks binary \({kind}.*not text"):
        decode(data)


@given(st.binary(max_size=300))
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    with contextlib.suppress(ReadError):
        assert isinstance(decode(data), str)
