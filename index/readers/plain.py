"""Plain text: the document's text is the file's own characters."""

from index import noise, title
from index.decode import decode
from index.document import Extract


def read(data: bytes) -> Extract:
    """The decoded text; a first line that looks like a title is its heading.

    Remains of Markdown and HTML are noise here too: text files are often made from them.
    Raises ReadError where the bytes are not text.
    """
    text = decode(data)
    spans = noise.in_markup(text)
    return Extract(text, heading=title.first_line(text, spans), noise=spans)
