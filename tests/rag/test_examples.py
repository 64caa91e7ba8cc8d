from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.examples import Example, examples


@dataclass(frozen=True)
class Listed:
    id: str
    title: str
    language: str


def never(_: str) -> str:
    raise AssertionError("the title says enough")


@pytest.mark.parametrize(
    ("title", "language", "question"),
    [
        ("La pêche hauturière", "fr", "Que dit « La pêche hauturière » ?"),
        ("ميثاق الائتلاف", "ar", "ماذا تقول وثيقة «ميثاق الائتلاف»؟"),
        ("Labour inspection", "en", "What does “Labour inspection” say?"),
        ("Memoria anual", "es", "¿Qué dice «Memoria anual»?"),
        ("Die Meldestelle", "de", "Was steht in „Die Meldestelle“?"),
        ("Hälsa och arbete", "sv", "What does “Hälsa och arbete” say?"),
        ("Carta 2019", "und", "What does “Carta 2019” say?"),
        ("# **The “new” charter**", "en", "What does “The new charter” say?"),
        ("Two\nlines\u202e of\x00 it", "en", "What does “Two lines of it” say?"),
        ("人口贩运报告", "zh", "《人口贩运报告》说了什么？"),
        (f"{'word ' * 30}end", "en", f"What does “{'word ' * 18}".rstrip() + "…” say?"),
    ],
)
def test_a_title_that_says_something_makes_a_question(title: str, language: str, question: str) -> None:
    (example,) = examples([Listed("a", title, language)], never)
    assert example.question == question
    assert example.language == (language if language not in ("sv", "und") else "en")


@pytest.mark.parametrize(
    ("opening", "question"),
    [
        ("Hier, la Corée du Sud a signé. Puis la Corée du Sud a publié. Cha Ji-hoon aussi.", "Corée du Sud"),
        ("Selon Annalena Baerbock, rien ne change.", "Annalena Baerbock"),
        ("Le Port. Il dort.", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("title", ["000 c49d969e07b02611", "scan", "IMG 20230412", "12 34 56"])
def test_a_serial_number_gives_way_to_a_name_in_the_text(title: str, opening: str, question: str | None) -> None:
    found = examples([Listed("a", title, "fr")], {"a": opening}.__getitem__)
    assert found == ((Example(f"Que dit-on de « {question} » ?", "fr"),) if question else ())


def test_other_languages_come_before_a_second_question() -> None:
    documents = [
        Listed("1", "First report", "en"),
        Listed("2", "Second report", "en"),
        Listed("3", "Third report", "en"),
        Listed("4", "Premier rapport", "fr"),
        Listed("5", "Deuxième rapport", "fr"),
        Listed("6", "التقرير الأول", "ar"),
    ]
    assert [example.language for example in examples(documents, never)] == ["en", "fr", "ar", "en"]
    assert [example.language for example in examples(documents, never, limit=2)] == ["en", "fr"]
    assert len(examples(documents, never, limit=10)) == 6


def test_the_same_title_is_asked_about_once() -> None:
    assert len(examples([Listed(str(n), "Annual report", "en") for n in range(5)], never)) == 1


def test_a_large_index_is_not_read_through() -> None:
    read: list[str] = []

    def opening(id: str) -> str:
        read.append(id)
        return ""

    assert examples((Listed(str(n), "0001", "en") for n in range(10**9)), opening) == ()
    assert len(read) == 200


@given(
    st.lists(st.tuples(st.text(max_size=150), st.sampled_from(["fr", "ar", "en", "und", "zh"]), st.text(max_size=80)))
)
def test_questions_are_one_short_printable_line(parts: list[tuple[str, str, str]]) -> None:
    documents = [Listed(str(n), title, language) for n, (title, language, _) in enumerate(parts)]
    made = examples(documents, lambda id: parts[int(id)][2])
    assert len(made) <= min(4, len(parts))
    for example in made:
        assert example.question.replace("\u200c", "").replace("\u200d", "").isprintable()
        assert len(example.question) < 150
