"""A document as it travels from the worker that read it: eight frames, and nothing in them that is believed unseen.

The first is a JSON object of what is short; then come the text in UTF-8 and the offsets as numbers of four bytes.
"""

import json
from array import array
from collections.abc import Sequence
from typing import Any

from index.document import Extract, Place, Span, Word
from index.readers import FORMATS
from index.reading import ReadPart
from index.soundness import check, is_language

FRAMES = 8  # header, text, noise, breaks, sentences, places, words, boxes
LONGEST_HEADER = 4_000_000  # bytes
_FACTS = ("heading", "language", "date", "author", "url")


def pack(part: ReadPart) -> list[bytes]:
    """The frames of `part`. Raises ValueError where it is too large to be sent."""
    header: dict[str, object] = {"name": part.name, "format": part.format, "failure": part.failure}
    header["told"] = part.language
    extract = part.extract
    if extract is None:
        return [_header(header), *[b""] * (FRAMES - 1)]
    kinds = list(dict.fromkeys((place.kind, place.sheet) for place in extract.places))
    row_of = {kind: row for row, kind in enumerate(kinds)}
    header["facts"] = [getattr(extract, fact) for fact in _FACTS]
    header |= {"groups": extract.groups, "kinds": kinds}
    numbers = (
        _flat(extract.noise),
        extract.breaks,
        _flat(part.sentences),
        [n for p in extract.places for n in (p.start, p.number, row_of[p.kind, p.sheet])],
        [n for word in extract.words for n in (word.start, word.end, word.page)],
    )
    boxes = array("d", [side for word in extract.words for side in word.box])
    return [_header(header), extract.text.encode(), *(array("I", n).tobytes() for n in numbers), boxes.tobytes()]


def unpack(frames: Sequence[bytes]) -> ReadPart:
    """The document of these frames. Raises ValueError where they are not what `pack` makes of a sound document."""
    try:
        return _unpacked(frames)
    except (KeyError, IndexError, TypeError, RecursionError, OverflowError) as error:
        raise ValueError(f"not a document: {error!r}") from error


def _unpacked(frames: Sequence[bytes]) -> ReadPart:
    head, text, *rest, boxes = frames
    header = json.loads(head.decode())
    name, format, told = (_string(header[key]) for key in ("name", "format", "told"))
    if (format and format not in FORMATS) or not (told == "und" or is_language(told)):
        raise ValueError("a format or language that is none")
    if header["failure"] is not None:
        if any(frames[1:]) or told != "und":
            raise ValueError("a failure with a text")
        return ReadPart(name, format, None, _string(header["failure"]), told, ())
    noise, breaks, sentences, places, words = (array("I", frame) for frame in rest)
    extract = Extract(
        text.decode(),
        noise=_spans(noise),
        breaks=tuple(breaks),
        groups=None if header["groups"] is None else tuple(map(_string, _list(header["groups"]))),
        places=_places(places, _list(header["kinds"])),
        words=_words(words, array("d", boxes)),
        **_facts(_list(header["facts"])),
    )
    spans = _spans(sentences)
    check(extract, spans)
    return ReadPart(name, format, extract, None, told, spans)


def _header(header: dict[str, object]) -> bytes:
    data = json.dumps(header, ensure_ascii=False).encode()
    if len(data) > LONGEST_HEADER:
        raise ValueError("what it says of itself is longer than any title or name")
    return data


def _flat(spans: Sequence[Span]) -> list[int]:
    return [n for span in spans for n in (span.start, span.end)]


def _spans(flat: Sequence[int]) -> tuple[Span, ...]:
    return tuple(map(Span, flat[::2], flat[1::2])) if len(flat) % 2 == 0 else _torn()


def _places(flat: Sequence[int], kinds: list[Any]) -> tuple[Place, ...]:
    known = [(kind, None if sheet is None else _string(sheet)) for kind, sheet in kinds]
    rows = zip(*(flat[at::3] for at in range(3)), strict=True)
    return tuple(Place(start, known[kind][0], number, known[kind][1]) for start, number, kind in rows)


def _words(flat: Sequence[int], sides: Sequence[float]) -> tuple[Word, ...]:
    rows = zip(*(flat[at::3] for at in range(3)), *(sides[at::4] for at in range(4)), strict=True)
    return tuple(Word(start, end, page, tuple(box)) for start, end, page, *box in rows)


def _facts(values: list[Any]) -> dict[str, str]:
    return {fact: _string(value) for fact, value in zip(_FACTS, values, strict=True) if value is not None}


def _string(value: object) -> str:
    """`value` where it is a text of whole characters; a surrogate raises UnicodeEncodeError, a ValueError."""
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    value.encode()
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("a list is missing")
    return value


def _torn() -> tuple[Span, ...]:
    raise ValueError("half a span")
