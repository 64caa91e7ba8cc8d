import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Span
from index.errors import ReadError
from index.limits import Limits
from index.readers.prose import Block, Prose, joined, paragraph, row

TEXTS = st.text("ab \t\n|é\u0301\u200bم", max_size=12)
BLOCKS = st.one_of(
    TEXTS.map(paragraph),
    TEXTS.map(lambda text: paragraph(text, "item")),
    TEXTS.map(lambda text: paragraph(text, furniture=True)),
    st.lists(TEXTS.map(paragraph), max_size=3).map(row),
)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("  a  b ", "a b"),
        ("a \t\t b", "a\tb"),
        ("a \n  b\n\n \nc", "a\nb\n\nc"),
        ("e\u0301\r\nx", "é\nx"),
        ("5\u00a0 km", "5\u00a0 km"),
    ],
)
def test_a_paragraph_is_tidied(raw: str, text: str) -> None:
    assert paragraph(raw) == [Block((text,))]
    assert paragraph(" \n\t ") == []


def test_lists_and_tables_keep_together_and_stand_apart() -> None:
    prose = Prose(Limits())
    prose.write(
        paragraph("x") + paragraph("a", "item") + paragraph("b", "item") + row([paragraph("1"), [], paragraph("2")])
    )
    prose.write(row([paragraph("3")]))
    prose.apart()
    prose.write(row([paragraph("4")]) + paragraph("y\n\nz") + row([[], []]))
    extract = prose.extract(None, None)
    assert extract.text == "x\n\na\nb\n\n1 | 2\n3\n\n4\n\ny\n\nz"
    assert [extract.text[at] for at in extract.breaks] == list("ab134yz")


@given(st.lists(BLOCKS, max_size=8))
def test_offsets_are_the_texts_own(blocks: list[list[Block]]) -> None:
    prose = Prose(Limits())
    for number, written in enumerate(blocks, start=1):
        prose.place("slide", number)
        prose.write(written)
    extract = prose.extract("x", None)
    text = extract.text
    assert text == text.strip(" \t\n") and unicodedata.is_normalized("NFC", text)
    assert list(extract.breaks) == sorted(set(extract.breaks))
    assert all(0 < at < len(text) and text[at - 1] == "\n" for at in extract.breaks)
    starts = [place.start for place in extract.places]
    assert starts == sorted(set(starts)) and [place.number for place in extract.places] == [
        number for number, written in enumerate(blocks, start=1) if written
    ]
    for place in extract.places:
        assert text.startswith(blocks[place.number - 1][0].cells[0], place.start)
    ends = [0, *[at for span in extract.noise for at in (span.start, span.end)], len(text)]
    assert ends == sorted(ends)
    furniture = sum(len(b.cells[0]) for written in blocks for b in written if b.furniture and len(b.cells) == 1)
    assert sum(span.end - span.start for span in extract.noise) >= furniture


def test_spans_are_joined() -> None:
    spans = [Span(5, 9), Span(0, 2), Span(2, 3), Span(6, 7), Span(8, 12)]
    assert joined(spans) == (Span(0, 3), Span(5, 12))


def test_a_text_longer_than_allowed_is_refused() -> None:
    prose = Prose(Limits(characters=10))
    prose.write(paragraph("ten chars!"))
    with pytest.raises(ReadError, match="more than 10 characters"):
        prose.write(paragraph("x"))
