"""What a model that thinks aloud says, without its thoughts: they are no part of its answer."""

from collections.abc import Iterable, Iterator

_BEGIN, _END = "<think>", "</think>"


def spoken(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces without what stands between `<think>` at their beginning and `</think>`, an empty one for each."""
    held, thinking, decided = "", False, False
    for piece in pieces:
        if decided:
            yield piece
            continue
        held += piece
        begun = held.lstrip()
        if thinking or begun.startswith(_BEGIN):
            thinking = True
            _, ended, after = begun.partition(_END)
            decided = bool(ended)
            yield after
        elif begun and not _BEGIN.startswith(begun):
            decided = True
            yield held
        else:
            yield ""
    if not decided and not thinking:
        yield held
