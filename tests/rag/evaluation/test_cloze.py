"""What is left out of a sentence, what is asked of the rest."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import analysis
from index.document import Document
from rag.evaluation.cloze import BLANK, Cloze, Rarity, cloze_questions

SENTENCES = st.sampled_from(
    [
        "The charter was signed by Margaret Hale on 12 March 2019 in the old town hall of Ostrel. ",
        "Le conseil a voté 14 300 euros pour la rénovation de la bibliothèque municipale en 2021. ",
        "بلغ عدد المتطوعين الذين سجلهم المركز خلال العام الماضي ٣٤٥ متطوعًا من ست مدن. ",
        "El ayuntamiento aprobó en Segovia la compra de nueve autobuses eléctricos para el centro. ",
        "委員会は二〇二四年三月に新しい図書館の建設を承認し、予算は1200万円と決められた。",
        "**Note**: see [12] | table\n",
        "Short one. ",
        "\n\n# A heading of some length without an end\n\n",
        "😀 ",
    ]
)


def rarity(*texts: str, language: str = "en", common: int = 9) -> Rarity:
    counts = Counter(term for text in texts for term in set(analysis.terms(text, language)))
    return Rarity(counts, common)


def made(text: str, language: str = "en", of: Rarity | None = None) -> list[Cloze]:
    return list(cloze_questions(Document("a.txt", "A", language, text), of or rarity(text, language=language)))


@pytest.mark.parametrize(
    ("language", "text", "question", "answer"),
    [
        (
            "en",
            "The council approved the new charter in 1987 after three long debates.",
            "approved the new charter in ____ after three long debates?",
            "1987",
        ),
        (
            "en",
            "The old bridge was rebuilt by Margaret Hale after the spring floods had taken it.",
            "The old bridge was rebuilt by ____ after the spring floods had?",
            "Margaret Hale",
        ),
        (
            "fr",
            "- Le conseil a voté 14\u202f300 euros pour la rénovation de la bibliothèque.",
            "Le conseil a voté ____ euros pour la rénovation de ?",
            "14\u202f300",
        ),
        (
            "es",
            "La alcaldesa inauguró en Segovia la nueva biblioteca municipal de la ciudad.",
            "¿La alcaldesa inauguró en ____ la nueva biblioteca municipal?",
            "Segovia",
        ),
        (
            "ar",
            "بلغ عدد المتطوعين الذين سجلهم المركز خلال العام ٣٤٥ متطوعًا من ست مدن.",
            "الذين سجلهم المركز خلال العام ____ متطوعًا من ست مدن؟",
            "٣٤٥",
        ),
    ],
)
def test_a_sentence_makes_a_question(language: str, text: str, question: str, answer: str) -> None:
    (cloze,) = made(text, language)
    assert (cloze.question, cloze.answer) == (question, answer)
    assert text[cloze.start : cloze.start + len(answer)] == answer


def test_the_rarest_is_left_out() -> None:
    text = "The charter was signed by Margaret Hale with fourteen delegates of Ostrel in 1987."
    often = ["Margaret came in 1987.", "Hale came in 1987."]
    assert made(text, of=rarity(text, *often))[0].answer == "Ostrel"
    assert made(text, of=rarity(text, *often, "Ostrel", "Ostrel"))[0].answer == "Margaret Hale"
    assert made(text, of=rarity(text, *often, "Ostrel", common=1)) == []  # all of it is common


@pytest.mark.parametrize(
    "text",
    [
        "Too short, in 1987.",
        "The first word alone is a name here and nothing else could be left out of this.",
        "Only one digit, 7, stands in this sentence, which is not enough to ask for it.",
        "Hannah asked whether Hannah would come and Hannah said that Hannah surely would.",
        "| A row | of a table | with numbers | 1987 | and names | like Ostrel | in it |",
        "0.12 1.14 2.25 1987 3.90 4.11 5.50 6.75 7.00 8.20 9.99 10.01 11.30 12.40 Ostrel",
        "It is on the up to no as 1987 by an if of we at us or in so my he do me be am.",
        "",
    ],
)
def test_some_sentences_make_none(text: str) -> None:
    assert made(text) == []


def test_a_long_document_is_looked_at_in_places() -> None:
    text = "".join(
        f"The committee met again in Ostrel and counted {n} signed letters.\n" for n in range(10_000, 20_000)
    )
    of = Rarity(Counter(), 3)
    found = made(text, of=of)
    assert 100 < len(found) < 1000
    assert len({cloze.start for cloze in found}) == len(found)
    assert all(text[c.start : c.start + len(c.answer)] == c.answer for c in found)
    assert found == made(text, of=of)


@given(st.lists(SENTENCES, max_size=12), st.sampled_from(["en", "fr", "ar", "es", "ja", "und"]))
def test_an_answer_stands_where_it_says_and_not_in_its_question(parts: list[str], language: str) -> None:
    text = "".join(parts)
    for cloze in made(text, language, Rarity(Counter(), 3)):
        assert text[cloze.start : cloze.start + len(cloze.answer)] == cloze.answer
        assert cloze.question.count(BLANK) == 1
        assert cloze.answer.casefold() not in cloze.question.casefold()
        asked = set(analysis.terms(cloze.question, language))
        assert not asked & set(analysis.terms(cloze.answer, language))
        assert "\n" not in cloze.question
        assert cloze.before in cloze.question and cloze.after in cloze.question
