"""The characters of a page's text as PDFium numbers them."""

from collections.abc import Iterator
from typing import Any

from pypdfium2 import raw

_BULLETS = {0xF0B7: "•", 0xF0A7: "•", 0xF06C: "•", 0xF0D8: "•", 0xF0FC: "•", 0xF02D: "-", 0xAD: "-", 0x2: "-"}
UNREADABLE = "\ufffd"  # stands for a character that the file does not tell
_UNSEEN = frozenset((0x200B, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def codes(text: Any, count: int) -> Iterator[tuple[int, int, str]]:
    """Each character's number, code and what stands for it in the text."""
    unicode = raw.FPDFText_GetUnicode
    high = 0
    for number in range(count):
        code = unicode(text, number)
        if 0xD800 <= code < 0xDC00:  # where characters are 16 bits wide
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        high = 0
        if code not in _UNSEEN:
            yield number, code, _char(code)


def _char(code: int) -> str:
    if 0x20 < code < 0x7F:
        return chr(code)
    if code in _BULLETS:
        return _BULLETS[code]
    if code < 0x20:
        return " " if code in (9, 10, 13) else UNREADABLE
    unknown = code > 0x10FFFF or 0x7F <= code < 0xA0 or 0xD800 <= code < 0xF900 or code >= 0xF0000
    if unknown or code & 0xFFFE == 0xFFFE:
        return UNREADABLE
    char = chr(code)
    return " " if char.isspace() else char
