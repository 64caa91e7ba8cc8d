"""How much of a worker's time and memory one file may take, and how large what it unpacks to may be."""

import hashlib
import json
from dataclasses import asdict, dataclass

READERS = 1  # raised when readers learn to read what they failed at before
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take. What exceeds a limit is refused with a reason that names the limit."""

    file_bytes: int = 100 * _MB
    seconds: float = 120.0  # of wall clock
    memory_bytes: int = 2_000 * _MB  # of the worker's address space, where the system can bound it
    unpacked_bytes: int = 500 * _MB  # of all that a file unpacks to, nested files included
    members: int = 10_000  # of archives and messages, nested ones included
    depth: int = 4  # of archives and messages in each other
    pages: int = 5_000  # of a PDF, slides of a presentation
    cells: int = 2_000_000  # of a workbook or table
    characters: int = 20_000_000  # of a document's text
    ocr: bool = False  # read scanned pages with Tesseract, where it is installed

    def fingerprint(self) -> str:
        """Differs for limits under which something else might be read, and for other readers."""
        values = json.dumps([READERS, *asdict(self).values()])
        return hashlib.sha256(values.encode()).hexdigest()[:12]
