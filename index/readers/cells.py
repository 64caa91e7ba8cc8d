"""The values of a workbook's cells as a person reads them: texts, numbers, days and times."""

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from index.readers.rows import tidy
from index.readers.trees import Element

_REFERENCE = re.compile(r"([A-Z]{1,3})[0-9]")
_WRITTEN_OUT = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how XLSX writes characters that XML cannot hold
_WHOLE = re.compile(r"-?\d{1,18}")
_SHORT = 1e21  # from here on, whole numbers are written with an exponent

Kind = Literal["day", "moment", "time", "duration"]
# The formats that have a number instead of a code (ECMA-376 part 1, 18.8.30), those of East Asia among them.
BUILT_IN: dict[int, Kind] = {
    **dict.fromkeys((*range(14, 18), *range(27, 32), 36, *range(50, 55), 57, 58), "day"),
    **dict.fromkeys((*range(18, 22), *range(32, 36), 45, 47, 55, 56), "time"),
    22: "moment",
    46: "duration",
}
_NO_CODE = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|AM/PM|A/P|General", re.IGNORECASE)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")  # colours, currencies and languages


def kind_of_format(code: str) -> Kind | None:
    """What a number stands for that is shown with a format code ("dd/mm/yyyy"), None for a number itself."""
    code = _NO_CODE.sub("", code.partition(";")[0])
    if _ELAPSED.search(code):
        return "duration"
    code = _BRACKETS.sub("", code).lower()
    of_days, of_times = bool(re.search("[dy]|(?<![hs:.])m(?![s:.])", code)), bool(re.search("[hs]", code))
    if of_times:
        return "moment" if re.search("[dy]", code) else "time"
    return "day" if of_days else None


def shown(value: str, kind: Kind | None, from_1904: bool = False) -> str:
    """A stored number as text: days as ISO 8601, times as "14:30", numbers without needless zeros.

    What is no number, or no day between the years 1 and 9999, is given back as it is stored.
    """
    if _WHOLE.fullmatch(value) and kind is None:
        return str(int(value))
    try:
        number = float(value)
    except ValueError:
        return tidy(value)
    if not math.isfinite(number):
        return tidy(value)
    if kind is not None:
        try:
            return _moment(number, kind, from_1904)
        except OverflowError:
            pass
    return f"{Decimal(repr(number)):.0f}" if number.is_integer() and abs(number) < _SHORT else repr(number)


def _moment(days: float, kind: Kind, from_1904: bool) -> str:
    if kind == "duration":
        minutes, seconds = divmod(round(days * 86_400), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30 if days >= 60 else 31)  # Excel has 29.2.1900
    moment = first + timedelta(seconds=round(days * 86_400))
    time = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    if kind == "time":
        return time
    at_midnight = kind == "day" or (moment.hour, moment.minute, moment.second) == (0, 0, 0)
    return moment.date().isoformat() + ("" if at_midnight else f" {time}")


def string(element: Element) -> str:
    """The text of a shared or inline string, all its differently formatted stretches, without the readings that stand
    above Japanese words.
    """
    stretches = (
        part if part.name == "t" else part.child("t") for part in element.elements() if part.name in ("t", "r")
    )
    return plain("".join(stretch.text() for stretch in stretches if stretch is not None))


def plain(text: str) -> str:
    """A stored text as a person reads it, in one line."""
    return tidy(_WRITTEN_OUT.sub(lambda written: _character(int(written[1], 16)), text))


def column(reference: str) -> int:
    """The column of "AB12", from 1, or 0 where the reference is missing or wrong."""
    found = _REFERENCE.match(reference)
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - 64
    return number


def _character(code: int) -> str:
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
