"""A file's bytes as text.

Unicode is told by its form: a byte-order mark, valid UTF-8, or the zero bytes of UTF-16. What remains is one of the old
encodings of one script each, which differ only in what letter a byte stands for: the one whose letters look most like
writing is taken. charset-normalizer decides only for East Asian ones; on a few accented letters it guesses wildly.
"""

import re
import unicodedata

from index.errors import ReadError

_SIGNATURES = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"PK\x03\x04", "ZIP or Office"),
    (b"PK\x05\x06", "ZIP"),
    (b"\x1f\x8b\x08", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\x00", "SQLite"),
)
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_SAMPLE = 100_000  # bytes or characters that a guess looks at
_MOST_CONTROLS = 0.02  # share of control characters above which nobody wrote this as text
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f\x7f-\x84\x86-\x9f]")

# The accented letters that the languages of an encoding use often, in the order in which ties fall.
_WESTERN = "àâäáãåæçéèêëíîïìóôöòõøœúûüùñßªº"
_CENTRAL = "áâăäąćčçďđéěęëíîľłńňóôöőřšśşťţúůűüýźžż"
_LATIN = (
    ("cp1252", _WESTERN),
    ("cp1254", _WESTERN + "ğışi̇"),
    ("cp1250", _CENTRAL),
    ("iso8859-2", _CENTRAL),
    ("mac_roman", _WESTERN),
    ("cp850", _WESTERN),
)
# The letters of a script, the commonest before the space: those make up three quarters of a text in the right encoding.
_ARABIC = "اليمونرتبةعدسفهكأقح إىطجخصشضءآثذزغظؤئپچژگ"
_CYRILLIC = "оеаинтсрвлкмдпуяыіь бгзйчжхшюцщэфъёєїґўђјљњћџ"
_GREEK = "αιοετσνηυρπκμλςόίάήέύ δγθώβφχζξψϊϋ"
_OTHER = (
    ("cp1256", _ARABIC),
    ("cp1251", _CYRILLIC),
    ("cp1253", _GREEK),
    ("cp1255", "יוהלאתמשברנם דחקעפכגןםסצטזךףץ"),
    ("cp874", "านรกอเงวมยลตทสดคบะแ จพหชขไปใโผถซธศภณษฐญ"),
    ("koi8-u", _CYRILLIC),
    ("iso8859-6", _ARABIC),
    ("iso8859-5", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("iso8859-7", _GREEK),
)
_LEAST_COMMON = 0.7
_INSIDE_WORDS = "’–—·\u00a0\u00ad"  # signs that stand between two letters in any language
_DRAWN = "\ufffd" + "".join(map(chr, range(0x2500, 0x25A0)))  # box drawing: no part of prose
_MARGIN = 0.1  # by which another encoding must look better than the first: one foreign name is no evidence
_WORD = re.compile(rb"[A-Za-z\x80-\x90\x98-\x9f\xc0-\xff]{2,100}")
_LEAST_ASCII = 0.25  # share of ASCII letters in the accented words of a language in Latin letters


def decode(data: bytes) -> str:
    """The text of `data`, its characters unchanged but for a byte-order mark, which is dropped.

    Raises ReadError where `data` is not text.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise _binary(kind)
    text = _unicode(data)
    if text is None:
        if b"\x00" in data:
            raise _binary("zero bytes")
        text = _legacy(data)
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > _MOST_CONTROLS * len(sample):
        raise _binary("control characters")
    return text


def _binary(kind: str) -> ReadError:
    return ReadError(f"its content looks binary ({kind}), not text; convert it to text or HTML, or leave it out")


def _unicode(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if b"\x00" in data:
        return _utf16(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _damaged_utf8(data)


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 with a few broken characters (cut in the middle of one, say), else None."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("�")
    sound = sum(not c.isascii() for c in text) - broken
    return text if broken * 10 <= sound else None


def _utf16(data: bytes) -> str | None:
    """UTF-16 without a byte-order mark: in the right byte order alone it has spaces, digits or ASCII letters."""
    found: list[tuple[float, str]] = []
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        sample = text[:_SAMPLE]
        odd = sum(unicodedata.category(c) in ("Cc", "Cn", "Co") and c not in "\t\n\r\f" for c in sample)
        if odd <= 0.01 * len(sample):
            found.append((sum(c.isascii() for c in sample) / len(sample), text))
    share, text = max(found, default=(0.0, ""))
    return text if share > 0.03 else None


def _legacy(data: bytes) -> str:
    sample = data[:_SAMPLE]
    words = [word for word in _WORD.findall(sample) if not word.isascii()]
    high = sum(byte > 127 for word in words for byte in word)
    in_latin_letters = sum(map(len, words)) - high >= _LEAST_ASCII * sum(map(len, words))
    candidates = _LATIN if in_latin_letters else _OTHER
    scored = [(_share(sample, encoding, common), encoding) for encoding, common in candidates]
    best, encoding = max(scored, key=lambda item: item[0])
    if best - scored[0][0] <= _MARGIN:
        best, encoding = scored[0]
    if not in_latin_letters and best < _LEAST_COMMON:
        encoding = _east_asian(sample) or encoding
    if encoding == "cp1252" and re.search(rb"[\x81\x8d\x8f\x90\x9d]", data):
        encoding = "latin-1"  # bytes that cp1252 leaves undefined
    return data.decode(encoding, errors="replace")


def _share(sample: bytes, encoding: str, letters: str) -> float:
    """How many of the signs beyond ASCII in `sample` are common `letters` of the encoding's languages, from 0 to 1; the
    rarer ones, after the space in `letters`, count half, and a capital after a small letter not at all.
    """
    text = sample.decode(encoding, errors="replace")
    common, _, rare = letters.partition(" ")
    good = total = 0.0
    for i, c in enumerate(text):
        if c.isascii() or c in _INSIDE_WORDS:
            continue
        before, after = text[i - 1 : i], text[i + 1 : i + 2]
        if not (c.isalpha() or c in _DRAWN or (before.isalpha() and after.isalpha())):
            continue  # a sign between words is the same in most encodings
        total += 1
        if not (c.isupper() and before.islower()):
            good += 1.0 if c.lower() in common else 0.5 if c.lower() in rare else 0.0
    return good / total if total else 1.0


def _east_asian(sample: bytes) -> str | None:
    for encoding in ("euc_jp", "shift_jis"):  # kana give Japanese away
        text = sample.decode(encoding, errors="replace")
        kana = sum("\u3041" <= c <= "\u30fe" for c in text) - 10 * text.count("\ufffd")
        if kana >= 0.2 * sum(not c.isascii() for c in text):
            return encoding
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    return best.encoding if best else None
