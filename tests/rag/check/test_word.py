"""The places of a text in its Word file."""

from rag.check.reading import LIMITS, read_draft
from rag.check.word import letters, read_word
from tests.rag.check.packed import call, note, paragraph, word_file

BODY = (
    paragraph("Title without a stop", about='<w:outlineLvl w:val="0"/>')
    + paragraph("One cafe\u0301 here.", call(1), " Two & three &amp; four.".replace("& t", "&amp; t"))
    + paragraph("<w:r><w:rPr><w:vanish/></w:rPr><w:t>Hidden words stand here.</w:t></w:r>", "Seen.")
    + "<w:tbl><w:tr><w:tc>" + paragraph("A cell") + "</w:tc><w:tc>" + paragraph("B cell") + "</w:tc></w:tr></w:tbl>"
    + paragraph("قال «لا تُنسخ» أمس.")
    + paragraph("Seen.")
)  # fmt: skip


def test_every_sentence_is_found_in_the_file() -> None:
    data = word_file(BODY, note(1, "The note says cafe."))
    draft = read_draft("x.docx", data)
    _, _, word = read_word(data, draft.text, LIMITS)
    for sentence in draft.sentences:
        said = draft.text[sentence.start : sentence.end]
        place = word.in_file(sentence.start, sentence.end)
        if sentence.kind == "note":
            assert place is None
            continue
        assert place is not None, said
        there = "".join(c.char for c in word.walked.characters[place[0] : place[1] + 1])
        assert letters(there).said == letters(said).said


def test_equal_sentences_are_found_in_their_order() -> None:
    data = word_file(paragraph("Seen. Seen.") + paragraph("Seen."))
    draft = read_draft("x.docx", data)
    _, _, word = read_word(data, draft.text, LIMITS)
    places = [word.in_file(s.start, s.end) for s in draft.sentences]
    assert places == [(0, 3), (6, 9), (11, 14)]


def test_letters_are_the_same_however_they_are_written() -> None:
    assert letters("Café, n° 12").said == letters("Cafe\u0301n°12").said.replace(" ", "")
    assert letters("Café x").at == [0, 1, 2, 3, 5]
