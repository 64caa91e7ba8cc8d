"""Paragraphs that go on over the end of a column or page, where their sentence does."""

import re
from collections.abc import Sequence

from index.readers.pdf_layout import Line
from index.readers.pdf_paragraphs import SPACE, Block, first_letter

_SAME_SIZE = 1.08
_SENTENCE_ENDED = re.compile(r"[.!?…:。！？؟۔।॥][\"'»”’)\]]*$")


def over_breaks(found: Sequence[Block]) -> list[Block]:
    """The blocks of a document, those joined that go on in the next column or on the next page.

    What goes on behind the notes at the foot of a page goes before them.
    """
    result: list[Block] = []
    for block in found:
        at = _open_block(result, block)
        if at is None:
            result.append(block)
        else:
            result[at].lines += block.lines
            result[at].room = block.room
    return result


def _open_block(before: list[Block], block: Block) -> int | None:
    """The place of the block that `block` goes on with, looking back over smaller print on the same page."""
    if not before or _where(before[-1].lines[-1]) == _where(block.lines[0]):
        return None
    for at in range(len(before) - 1, max(len(before) - 12, -1), -1):
        candidate = before[at]
        if candidate.lines[-1].page < block.lines[0].page - 1:
            return None
        if candidate.size * _SAME_SIZE < block.size:
            continue  # a note
        return at if _continues(candidate, block) else None
    return None


def _where(line: Line) -> tuple[int, int]:
    return line.page, line.region


def _continues(block: Block, after: Block) -> bool:
    last, first = block.lines[-1], after.lines[0]
    if (
        block.kind in ("row", "entry")
        or after.kind != "paragraph"
        or last.bold != first.bold
        or _SENTENCE_ENDED.search(last.text)
    ):
        return False
    if not 1 / _SAME_SIZE < last.size / first.size < _SAME_SIZE:
        return False
    begins = first_letter(first.text)
    if begins.islower():
        return True
    if begins.isdigit() or len(block.lines) < 2 or block.room >= first.opening + SPACE * last.size:
        return False
    return not begins.isupper() or (len(block.lines) > 2 and len(after.lines) > 1)
