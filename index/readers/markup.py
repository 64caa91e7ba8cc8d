"""A page's bytes as markup that the HTML parser can be given."""

import re
from collections import Counter

from index.decode import decode
from index.errors import ReadError

_DEEPEST = 3000  # elements inside each other: the parser's time grows with the square of it, and no page needs a tenth
_MOST_ATTRIBUTES = 2000  # of one element; likewise

_CHARSET = re.compile(
    rb"<(?:meta|\?xml)\b[^<>]{0,300}?(?:charset|encoding)\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w.:-]{2,40})", re.I
)
# What pages call these encodings and what browsers take them for (WHATWG Encoding Standard).
_BROWSERS = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "windows-874": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "euc-kr": "cp949",
    "ks_c_5601-1987": "cp949",
}
_TAG = re.compile(r"<(/?+)([a-zA-Z][^\s/<>]*+)((?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+)>")
_CLOSED_BY_THE_NEXT = (
    "area base br col colgroup dd dt embed hr img input li link meta option p param rp rt source tbody td tfoot th "
    "thead tr track wbr"
)
_NEVER_NESTED = frozenset(_CLOSED_BY_THE_NEXT.split())
_CLOSED_AT_ONCE = re.compile(
    r"<((?!br|hr|img|input|link|meta|col|area|base|embed|source|wbr)[a-zA-Z]\w{0,20})\b([^<>]{0,2000})/>"
)


def markup(data: bytes) -> str:
    """The characters of a page; the encoding that it declares is believed unless its bytes are sound UTF-8.

    Raises ReadError where the bytes are not text or the page is built to wear the parser out.
    """
    declared = _CHARSET.search(data[:4096])
    name = declared[1].decode("ascii").lower() if declared else ""
    if not name.startswith("iso-2022") and _is_utf8(data):
        name = ""
    text = _as_declared(data, name) or decode(data)
    if "<?xml" in text[:200] or "xmlns=" in text[:2000]:
        text = _CLOSED_AT_ONCE.sub(r"<\1\2></\1>", text)  # to an HTML parser `<script/>` opens a script
    _refuse_monsters(text)
    return text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _as_declared(data: bytes, name: str) -> str | None:
    if not name or b"\x00" in data:
        return None
    try:
        return data.decode(_BROWSERS.get(name, name))
    except (LookupError, UnicodeDecodeError):
        return None  # a wrong label; the bytes themselves must tell


def _refuse_monsters(markup: str) -> None:
    opened: Counter[str] = Counter()
    depth = 0
    for tag in _TAG.finditer(markup):
        name = tag[2].lower()
        if name in _NEVER_NESTED:
            continue
        if not tag[1]:
            opened[name] += 1
            depth += 1
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
        if depth > _DEEPEST:
            raise ReadError(
                f"its HTML opens more than {_DEEPEST:,} elements inside each other; mend it or leave it out"
            )
        if len(tag[3]) > _MOST_ATTRIBUTES and len(re.sub(r"\"[^\"]*\"|'[^']*'", "", tag[3]).split()) > _MOST_ATTRIBUTES:
            raise ReadError(
                f"its HTML has an element of more than {_MOST_ATTRIBUTES:,} attributes; mend it or leave it out"
            )
