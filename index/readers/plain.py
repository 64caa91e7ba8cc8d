"""Plain text: the document's text is the file's own characters."""

from index import noise, title
from index.decode import decode
from index.document import Extract
from index.limits import Limits
from index.readers.length import bounded


def read(data: bytes, limits: Limits) -> Extract:
    """The decoded text; a first line that looks like a title is its heading.

    Remains of Markdown and HTML are noise here too: text files are often made from them.
    Raises ReadError where the bytes are not text, or the text is longer than `limits` allows.
    """
    text = bounded(decode(data), limits)
    spans = noise.in_markup(text)
    return Extract(text, heading=title.first_line(text, spans), noise=spans)
