"""The pieces of one line as words with their boxes."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from index.readers import pdf_arabic, pdf_bidi
from index.readers.pdf_codes import UNREADABLE
from index.readers.pdf_glyphs import Glyph
from index.readers.pdf_lines import Piece

Box = tuple[float, float, float, float]
# How lines from right to left are drawn: as they are read; the whole line the wrong way round; or each word so.
Drawing = Literal["right", "line", "word"]

_LEAST_GAP = 0.08  # of the font's size, where PDFium sees two words
_CELL = 0.66  # of the font's size: the least gap between cells
_EVEN, _STRETCHED = 1.8, 1.5  # the widest space of a line drawn apart over its narrowest one, and in sizes of the font
_RAISED, _SMALLER = 0.15, 0.85  # of the size of the word before, for the call of a footnote
_CALL = re.compile(r"[\d*†‡,]{1,4}")
_CALLED = re.compile(r"[^\W\d_]{3}[.,;:!?»”\"')\]]*$|[.,;:!?»”\"')\]]$")
_NUMBERING = re.compile(r"\W+|\(?\d{1,3}(?:\.\d{1,3}){0,4}[.)\]]*|\(?(?:\w|[ivxIVX]{1,5})[.)\]]+")
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f]")
_UNSPACED = re.compile("[\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff]")  # scripts whose words have no spaces between


class Token(NamedTuple):
    """A word of a line, or what stands between two spaces, and its box on the page."""

    text: str
    box: Box
    spaced: bool  # a space stands before it, where it does not begin its line


class Row:
    """Pieces of one line."""

    def __init__(self, row: list[Piece], gap: float, page_turned: bool, drawing: Drawing) -> None:
        self.pieces = _without_doubles(sorted(row, key=lambda piece: piece.left))
        self._gap = gap
        self._drawing = drawing
        largest = max(self.pieces, key=lambda piece: (len(piece.glyphs), piece.size))
        self.size, self.baseline = largest.size, largest.baseline
        right_to_left, others = pdf_arabic.count_letters("".join(piece.text for piece in self.pieces))
        self.mixed = right_to_left > 0
        self.right_to_left = right_to_left > 0 and (page_turned or right_to_left >= others) and drawing != "line"

    @property
    def left(self) -> float:
        """The left edge of the line."""
        return self.pieces[0].left

    @property
    def right(self) -> float:
        """The right edge of the line."""
        return max(piece.right for piece in self.pieces)

    @property
    def bold(self) -> bool:
        """Whether all of it is."""
        return all(piece.glyphs[0].bold for piece in self.pieces if piece.text[0].isalnum())

    def tokens(self) -> list[Token]:
        """Its words in the order of speech."""
        found = self._mixed() if self.mixed else self._simple()
        return [token for token in found if 2 * token.text.count(UNREADABLE) < len(token.text)]

    def gaps(self) -> list[tuple[float, float]]:
        """The edges of the gaps that may stand between cells: wider than spaces, and not behind a number or bullet."""
        found: list[tuple[float, float]] = []
        at = self.pieces[0].right
        for piece in self.pieces[1:]:
            if piece.left - at > self._gap * self.size:
                found.append((at, piece.left))
            at = max(at, piece.right)
        if self._is_stretched([right - left for left, right in found]):
            return []
        numbered = _NUMBERING.fullmatch("".join(p.text for p in self.pieces if found and p.right <= found[0][0]))
        return [gap for gap in (found[1:] if numbered else found) if gap[1] - gap[0] >= _CELL * self.size]

    def _is_stretched(self, widths: list[float]) -> bool:
        """Whether it is a line of words drawn apart to fill its column."""
        if len(widths) < 2:
            return False
        most = _STRETCHED if len(widths) > 3 else 1.0
        return max(widths) < min(_EVEN * min(widths), most * self.size)

    def _simple(self) -> list[Token]:
        """The words of a line from left to right."""
        tokens: list[Token] = []
        before: Piece | None = None
        for piece in self.pieces:
            if before is None:
                tokens += _tokens(piece.glyphs, spaced=False)
            elif _is_call(before, piece):
                continue
            else:
                apart = piece.left - before.right
                size = min(piece.size, before.size)
                spaced = apart > self._gap * size or _are_spaced(before.spaces, apart, size)
                new = _tokens(piece.glyphs, spaced)
                if not spaced and not _CJK.match(new[0].text) and not _CJK.match(tokens[-1].text):
                    tokens[-1] = _merged(tokens[-1], new.pop(0))
                tokens += new
            before = piece
        return tokens

    def _mixed(self) -> list[Token]:
        """The words of a line with letters from right to left."""
        glyphs = [glyph for piece in self.pieces for glyph in (*piece.glyphs, *piece.spaces)]
        if self._drawing == "line":
            words = _split(pdf_bidi.as_drawn(glyphs, self._gap))
        else:
            words = _split(pdf_bidi.spoken(glyphs, self.right_to_left, self._gap))
        if self._drawing == "word":
            words = [
                [glyph for glyph in pdf_bidi.as_drawn(word, self._gap) if glyph]
                if any(pdf_arabic.is_right_to_left(glyph.text) for glyph in word)
                else word
                for word in words
            ]
        return [token for word in words for token in _tokens(word, spaced=True)]


def _split(glyphs: Sequence[Glyph | None]) -> list[list[Glyph]]:
    """Words, between which there is None."""
    words: list[list[Glyph]] = [[]]
    for glyph in glyphs:
        if glyph is None:
            words.append([])
        else:
            words[-1].append(glyph)
    return [word for word in words if word]


def _without_doubles(row: list[Piece]) -> list[Piece]:
    """Without pieces that are drawn twice, a hair apart, to look bold."""
    kept: list[Piece] = []
    for piece in row:
        before = kept[-1] if kept else None
        if before is None or not (
            abs(piece.left - before.left) < 0.15 * piece.size
            and abs(piece.right - before.right) < 0.15 * piece.size
            and piece.text == before.text
        ):
            kept.append(piece)
        elif piece.spaces and not before.spaces:
            before.spaces = piece.spaces
    return kept


def _are_spaced(spaces: Sequence[Glyph], apart: float, size: float) -> bool:
    """Whether what follows a word after these spaces is another one: those without width are PDFium's guesses."""
    if any(space.right > space.left for space in spaces):
        return apart > -0.1
    return bool(spaces) and apart > _LEAST_GAP * size


def _is_call(word: Piece, piece: Piece) -> bool:
    """Whether a raised number behind a word calls a footnote."""
    return (
        piece.size < _SMALLER * word.size
        and word.baseline - piece.baseline > _RAISED * word.size
        and bool(_CALL.fullmatch(piece.text))
        and bool(_CALLED.search(word.text))
    )


def _tokens(glyphs: Sequence[Glyph], spaced: bool) -> list[Token]:
    """Characters without spaces as a word, or as one a character where the script has no spaces."""
    text = pdf_arabic.normal("".join([glyph.text for glyph in glyphs]))
    if not _UNSPACED.search(text):
        return [Token(text, _box(glyphs), spaced)]
    tokens: list[Token] = []
    run: list[Glyph] = []
    for glyph in glyphs:
        alone = bool(_UNSPACED.match(glyph.text))
        if run and (alone or _UNSPACED.match(run[-1].text)):
            tokens.append(_token(run, spaced and not tokens))
            run = []
        run.append(glyph)
    tokens.append(_token(run, spaced and not tokens))
    return tokens


def _token(glyphs: Sequence[Glyph], spaced: bool) -> Token:
    return Token(pdf_arabic.normal("".join([glyph.text for glyph in glyphs])), _box(glyphs), spaced)


def _merged(one: Token, other: Token) -> Token:
    (left, top, right, bottom), (a, b, c, d) = one.box, other.box
    box = min(left, a), min(top, b), max(right, c), max(bottom, d)
    return Token(pdf_arabic.normal(one.text + other.text), box, one.spaced)


def _box(glyphs: Sequence[Glyph]) -> Box:
    return (
        min([glyph.left for glyph in glyphs]),
        min([glyph.top for glyph in glyphs]),
        max([glyph.right for glyph in glyphs]),
        max([glyph.bottom for glyph in glyphs]),
    )
