"""What Word and PowerPoint files share: how their parts name each other, their properties, and their switches."""

from collections.abc import Iterator
from dataclasses import dataclass

from index.errors import ReadError
from index.readers import properties
from index.readers.package import Package, resolved
from index.readers.trees import Element

_FOLDERS = frozenset(("word", "ppt", "xl", "visio"))  # where each program puts what it writes
_OFF = frozenset(("0", "false", "off"))


@dataclass(frozen=True, slots=True)
class Relationship:
    """That a part needs another: `kind` is the last word of its type ("slide"), `target` the other part's name."""

    id: str
    kind: str
    target: str


@dataclass(frozen=True, slots=True)
class Properties:
    """What the file says of itself as a whole."""

    title: str | None = None
    language: str | None = None
    date: str | None = None
    author: str | None = None


def relationships(package: Package, part: str) -> list[Relationship]:
    """What `part` ("" for the package) needs of the package itself; addresses outside are left out."""
    folder, _, name = part.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels".lstrip("/")
    if not package.has(listed):
        return []
    found = []
    for element in package.pieces(listed, ("rel:Relationships",)):
        given = element.attributes
        if element.name == "rel:Relationship" and given.get("TargetMode") != "External" and "Target" in given:
            kind = given.get("Type", "").rpartition("/")[2]
            found.append(Relationship(given.get("Id", ""), kind, resolved(part, given["Target"])))
    return found


def related(relationships: list[Relationship], package: Package, kind: str) -> Iterator[str]:
    """The parts of a kind, in the order in which they are listed, as far as they are there."""
    return (found.target for found in relationships if found.kind == kind and package.has(found.target))


def main_part(package: Package, usual: str, wanted: str) -> str:
    """The name of the part that holds the document. Raises ReadError where there is none: it is not `wanted`."""
    for name in (*related(relationships(package, ""), package, "officeDocument"), usual):
        folder = name.lower().partition("/")[0]
        if package.has(name) and (folder not in _FOLDERS or usual.startswith(folder)):
            return name
    raise ReadError(f"it holds no {wanted}; open it in its program and save it again")


def properties_of(package: Package) -> Properties:
    """The core properties, as far as they can be believed."""
    for name in (*related(relationships(package, ""), package, "core-properties"), "docProps/core.xml"):
        if package.has(name):
            try:
                return _properties(package.tree(name))
            except ReadError:  # the text is what matters
                break
    return Properties()


def _properties(core: Element) -> Properties:
    said = {element.name: element.text() for element in core.elements()}
    return Properties(
        properties.title(said.get("dc:title")),
        properties.language(said.get("dc:language")),
        properties.day(said.get("dcterms:modified"), said.get("dcterms:created")),
        properties.author(said.get("dc:creator")),
    )


def is_on(switch: Element | None) -> bool | None:
    """Whether an element that stands for yes or no says yes; None where it is not there."""
    return None if switch is None else switch.attributes.get("w:val", "true") not in _OFF


def chosen(alternatives: Element) -> list[Element]:
    """Of several ways to draw one thing, the one that new programs take."""
    for name in ("mc:Choice", "mc:Fallback"):
        found = alternatives.child(name)
        if found is not None:
            return [found]
    return []
