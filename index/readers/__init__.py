"""One reader a format: a file's bytes to the documents in it."""

from collections.abc import Iterator

from index.document import Part
from index.limits import Limits
from index.readers.formats import FORMATS, SUFFIXES, format_of, supported
from index.readers.nesting import documents

__all__ = ["FORMATS", "SUFFIXES", "documents", "format_of", "read", "supported"]


def read(name: str, data: bytes, limits: Limits) -> Iterator[Part]:
    """The documents of the file called `name`: itself as "", and what it holds, in the file's order.

    Names are unique; those of nested files are joined with "/". What cannot be read is a part that says why; what is of
    another kind (a picture in a mail) or hidden is left out. Raises nothing but MemoryError.
    """
    return (part for part, _ in documents(name, data, limits))
