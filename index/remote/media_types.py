"""From what a host says of a page to a file that our readers know: its suffix, and its characters in UTF-8."""

import codecs
from pathlib import PurePosixPath

from index.readers import supported

_UTF8_MARK = codecs.BOM_UTF8
# The suffixes that each type may stand for, the usual one first.
_SUFFIXES = {
    "text/html": ".html .htm .xhtml",
    "application/xhtml+xml": ".xhtml .html .htm",
    "text/plain": ".txt .text .md .markdown .csv .tsv .jsonl .ndjson .eml",
    "text/markdown": ".md .markdown",
    "text/x-markdown": ".md .markdown",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/zip": ".zip .docx .pptx .xlsx .odt .epub",
    "application/x-zip-compressed": ".zip .docx .pptx .xlsx .odt .epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.12": ".xlsm",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/jsonl": ".jsonl .ndjson",
    "application/jsonlines": ".jsonl .ndjson",
    "application/x-ndjson": ".jsonl .ndjson",
    "application/x-jsonlines": ".jsonl .ndjson",
    "message/rfc822": ".eml",
    "application/vnd.ms-outlook": ".msg",
}
_UNKNOWN = ("", "application/octet-stream", "binary/octet-stream", "application/download", "application/x-download")


def suffix_for(media_type: str, path: str) -> str | None:
    """The suffix, with its dot, of a file of this type found at `path`; None where no reader knows such files.

    Where the type leaves several open, the path's own suffix decides; where it says nothing, that alone.
    """
    own = PurePosixPath(path).suffix
    possible = [own] if media_type in _UNKNOWN else _SUFFIXES.get(media_type, "").split()
    if own.lower() in (suffix.lower() for suffix in possible) and supported("x" + own):
        return own
    return next((suffix for suffix in possible if supported("x" + suffix)), None)


def text_as_utf8(data: bytes, media_type: str, charset: str | None) -> bytes:
    """A text in UTF-8 with a byte-order mark, where the host alone knows its encoding; anything else as it is.

    Bytes that are sound UTF-8 are left alone whatever the host says: it is set up for a whole site, and often wrongly.
    """
    if charset is None or not (media_type.startswith("text/") or media_type == "application/xhtml+xml"):
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return _UTF8_MARK + data.decode(charset).encode("utf-8")
        except (LookupError, UnicodeError):
            return data  # the readers find out by themselves
    return data
