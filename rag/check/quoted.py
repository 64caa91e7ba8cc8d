"""What a draft quotes: stretches between quotation marks, and block quotations."""

import re
from collections.abc import Iterator

from index.analysis import words
from index.document import Span
from rag.check.draft import Block, Draft

_LEAST_WORDS = 3
_LEAST_SIGNS = 6  # of scripts that put no spaces between words
_LONGEST = 1_500  # characters between two marks; beyond, one of them has no partner
_LONGEST_BLOCK = 600  # a longer block quotation is looked for sentence by sentence
# Opening and closing marks; in German and in Swedish the closing one is another language's opening one.
_PAIRS = {"“": "”", "«": "»", "„": "“”", "‹": "›", "「": "」", "『": "』", "»": "«", '"': '"'}
_STRAIGHT = '"'
_MARK = re.compile('[“”„«»‹›「」『』"]')
_DEEPEST = 10  # marks open inside each other
_SIGNED = re.compile(r"(?:^|\n)[>\s]{0,20}[-–—―]{1,2}[^\n]{1,120}\s{0,20}\Z")
_EDGES = " \t\r\n\u00a0\u202f"


def quotations(draft: Draft) -> tuple[Span, ...]:
    """The quotations of three words or more, in order; those within another are part of it."""
    found: list[Span] = []
    for block in draft.blocks:
        if block.kind == "quotation":
            found += _of_block(draft, block)
        elif block.kind not in ("code", "heading", "bibliography"):
            found += _between_marks(draft.text, block)
    return tuple(q for q in found if _is_long_enough(draft.text[q.start : q.end]))


def _of_block(draft: Draft, block: Block) -> Iterator[Span]:
    text = draft.text[block.start : block.end]
    signed = _SIGNED.search(text)
    end = block.start + signed.start() if signed and signed.start() > 0 else block.end
    if end - block.start > _LONGEST_BLOCK:
        yield from (Span(s.start, s.end) for s in draft.sentences if block.start <= s.start and s.end <= end)
        return
    letters = [at for at in range(block.start, end) if draft.text[at] not in _EDGES + '>*_“”«»"„']
    if letters:
        yield Span(letters[0], letters[-1] + 1)


def _between_marks(text: str, block: Block) -> Iterator[Span]:
    """The stretches between marks that belong together, without those within another."""
    within: list[tuple[str, int]] = []  # marks that are open, and where they stand
    found: list[Span] = []
    for match in _MARK.finditer(text, block.start, block.end):
        mark, at = match[0], match.start()
        within = [one for one in within[-_DEEPEST:] if at - one[1] <= _LONGEST]
        closed = next((n for n in reversed(range(len(within))) if mark in _PAIRS[within[n][0]]), None)
        if closed is not None:
            found.append(Span(within[closed][1] + 1, at))
            del within[closed:]
        elif mark in _PAIRS and (mark != _STRAIGHT or at == block.start or not text[at - 1].isalnum()):  # not 15"
            within.append((mark, at))
    end = block.start
    for span in sorted(found, key=lambda span: (span.start, -span.end)):
        if span.start >= end:
            yield _stripped(text, span)
            end = span.end


def _stripped(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while start < end and text[start] in _EDGES:
        start += 1
    while end > start and text[end - 1] in _EDGES:
        end -= 1
    return Span(start, end)


def _is_long_enough(text: str) -> bool:
    unspaced = sum(char >= "\u2e80" and char.isalpha() for char in text)
    return unspaced >= _LEAST_SIGNS or len(words(text)) >= _LEAST_WORDS
