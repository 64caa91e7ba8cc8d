"""Real small documents, synced with an encoder that counts letters."""

from pathlib import Path

from index.sync import sync
from tests.index.fake_encoder import LetterEncoder, source_of

LAMP = "The lamp needs a new bulb. Ask Hannah for the key.\n\nThe lamp stands by the stairs, near the old clock.\n"
TEXTS = {
    "en/lamp.txt": LAMP,
    "en/roof.md": "# The roof\n\nThe **roof** leaks above the stairs. It was mended in May 2019 [2]. Why [12]?\n",
    "fr/lampe.txt": "\ufeffLa lampe a besoin d'une ampoule neuve.\r\nDemandez la clef à Hannah, au premier étage.\r\n",
    "ar/مصباح.txt": "يحتاج المصباح إلى لمبة جديدة سنة ٢٠٢٤. اسأل هناء عن المفتاح.",
    "page.html": "<html><title>Clock</title><p>The clock 😀 strikes twelve &amp; stops.</p><script>x()</script></html>",
    "empty.txt": "",
}
# The public interface's keys of an answer.
ANSWER = {
    "question",
    "language",
    "mode",
    "abstained",
    "reason",
    "text",
    "statements",
    "citations",
    "passages",
    "timings",
    "confidence",
    "composed",
    "removed",
    "remarks",
    "notice",
    "model",
}


def write(folder: Path, texts: dict[str, str]) -> Path:
    """Write these documents below `folder` and return that."""
    folder.mkdir(exist_ok=True)
    for id, text in texts.items():
        (folder / id).parent.mkdir(parents=True, exist_ok=True)
        (folder / id).write_bytes(text.encode())
    return folder


def build(folder: Path, texts: dict[str, str] = TEXTS) -> Path:
    """The folder of an index of these documents, which lie beside it."""
    sync([write(folder / "documents", texts)], folder / "index", source_of(LetterEncoder()))
    return folder / "index"
