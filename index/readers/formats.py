"""Which files can be read, told by their names."""

from pathlib import PurePosixPath

_SUFFIXES = {
    "plain": ".txt .text",
    "markdown": ".md .markdown",
    "html": ".html .htm .xhtml",
    "pdf": ".pdf",
    "docx": ".docx",
    "pptx": ".pptx",
    "xlsx": ".xlsx .xlsm",
    "csv": ".csv .tsv",
    "odt": ".odt",
    "epub": ".epub",
    "eml": ".eml",
    "msg": ".msg",
    "jsonl": ".jsonl .ndjson",
    "zip": ".zip",
}
_FORMATS = {suffix: format for format, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
FORMATS = frozenset(_SUFFIXES)
SUFFIXES = tuple(_FORMATS)


def supported(name: str) -> bool:
    """Whether a file of this name can be read."""
    return bool(format_of(name))


def format_of(name: str) -> str:
    """The format of a file of this name: "html" for `a.HTM`; "" where it cannot be read."""
    return _FORMATS.get(PurePosixPath(name).suffix.lower(), "")
