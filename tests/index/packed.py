"""Office files and books put together part by part, and what is left of them after an accident."""

import random
from collections.abc import Iterator, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from tests.index.mutated import altered

_RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive of `parts`."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The parts of a ZIP archive."""
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def related(**targets: str) -> str:
    """The list of what a part needs, `kind="target"`, or `kind="a b"` for two; ids count from r1."""
    needed = [(kind, target) for kind, listed in targets.items() for target in listed.split()]
    lines = [
        f'<Relationship Id="r{number}" Type="{_RELATIONSHIPS}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(needed, start=1)
    ]
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'<Relationships xmlns="{space}">{"".join(lines)}</Relationships>'


def damaged(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """`data` as it may arrive: cut off, with bytes changed, put in or doubled; in half of the cases inside a part."""
    chance = random.Random(seed)
    parts = unpacked(data)
    texts = [name for name in parts if name.endswith((".xml", ".rels", ".opf", ".xhtml", ".html"))]
    for number in range(count):
        if number % 2:
            yield altered(data, chance)
            continue
        name = chance.choice(texts)
        yield packed(parts | {name: altered(parts[name], chance)})
