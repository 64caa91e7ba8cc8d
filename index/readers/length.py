"""How long the text of one document may be."""

from index.errors import ReadError
from index.limits import Limits


def bounded(text: str, limits: Limits) -> str:
    """`text` itself. Raises ReadError where it has more characters than `limits` allows."""
    if len(text) > limits.characters:
        raise ReadError(f"its text has more than {limits.characters:,} characters; split it into several files")
    return text
