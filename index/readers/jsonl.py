"""JSON lines, as other systems export: each line a document with its id, its text and who may read it."""

import json
from collections.abc import Iterator
from typing import Any

from index import noise
from index.decode import decode
from index.document import Extract, Part
from index.errors import ReadError
from index.limits import Limits
from index.readers import properties
from index.readers.length import bounded
from index.readers.member import safe_name

_WEB = ("http://", "https://")


def parts(data: bytes, limits: Limits) -> Iterator[Part]:
    """The document of each line, named by its id; empty lines are passed over.

    A line that is no object, lacks an id or a text, repeats an id, or says who may read it in a way that cannot be
    understood is a failure called "line 12": what is not understood is shown to nobody.
    Raises ReadError where the bytes are not text.
    """
    seen: dict[str, int] = {}
    for number, line in enumerate(decode(data).split("\n"), 1):
        if not line.strip():
            continue
        try:
            fields = _fields(line)
            name = _name(fields)
            if name in seen:
                raise ReadError(f"its id stands for the same document as that of line {seen[name]}; give each its own")
            seen[name] = number
            yield Part(name, _extract(fields, limits))
        except ReadError as error:
            yield Part(f"line {number}", None, str(error))


def _fields(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise ReadError("it is not one whole JSON object; write one object a line") from error
    if not isinstance(fields, dict):
        raise ReadError('it is not a JSON object; write {"id": …, "text": …}')
    return fields


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names all differ: which of two lists of groups holds is not ours to choose."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ReadError("one of its fields stands there twice; leave one of them")
    return fields


def _name(fields: dict[str, Any]) -> str:
    id = fields.get("id")
    if isinstance(id, bool) or not isinstance(id, str | int | float) or not str(id).strip():
        raise ReadError('it has no "id"; give it one, a string or a number, that stays the same')
    return safe_name(str(id))


def _extract(fields: dict[str, Any], limits: Limits) -> Extract:
    text = fields.get("text")
    if not isinstance(text, str):
        raise ReadError('it has no "text"; give it one')
    text = bounded(text, limits)
    url = _string(fields, "url")
    return Extract(
        text,
        heading=" ".join((_string(fields, "title") or "").split()) or None,
        noise=noise.in_markup(text),
        language=properties.language(_string(fields, "language")),
        date=properties.day(_string(fields, "date")),
        author=properties.author(_string(fields, "author")),
        url=url.strip() if url and url.strip().lower().startswith(_WEB) else None,
        groups=_groups(fields),
    )


def _string(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None


def _groups(fields: dict[str, Any]) -> tuple[str, ...] | None:
    """Who may read the document; None only where the line says nothing of it, an empty list is nobody."""
    if any(name != "groups" and name.strip().casefold() in ("group", "groups") for name in fields):
        raise ReadError('who may read it is not in a field called "groups"; call it that')
    if "groups" not in fields:
        return None
    groups = fields["groups"]
    if not isinstance(groups, list) or not all(isinstance(group, str) and group.strip() for group in groups):
        raise ReadError('its "groups" are not a list of names; write ["…"], or leave the field out for everyone')
    return tuple(groups)
