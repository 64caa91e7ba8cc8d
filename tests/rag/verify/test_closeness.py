"""A sentence of a model keeps to its source's words, or it is told which of them do not stand there."""

import re

import numpy as np
import pytest

from index.document import Span
from rag.verify.closeness import HEARD, NEAR, strays
from rag.verify.nearness import WordPairs
from rag.verify.source import Source


def words_of(statement: str, language: str, source: str, title: str = "") -> list[str]:
    found = strays(statement, language, [Source(source, 100, language, title)])
    for mismatch in found:
        assert statement[mismatch.stated_start : mismatch.stated_end] == mismatch.stated
        assert source[mismatch.found_start - 100 : mismatch.found_end - 100] == mismatch.found or not mismatch.found
    return [mismatch.stated or mismatch.found for mismatch in found]


@pytest.mark.parametrize(
    ("language", "statement", "source", "expected"),
    [
        ("en", "The ferry was sold.", "In May the old ferry was sold to a museum.", []),
        ("en", "The ferries were labelled.", "Each ferry is labelled in red.", []),  # the same stems
        ("en", "The ferry was burnt.", "In May the old ferry was sold to a museum.", ["burnt"]),
        ("es", "El último glaciar terminó en el 74 000.", "El último glaciar corrió desde el 74 000.", ["terminó"]),
        ("fr", "Le réseau de transports a 8 km.", "Le réseau de voies ferrées a 8 km.", ["transports"]),
        ("fr", "La lampe de Nour brûle.", "La lampe de Nour, dit Nour, brûle.", []),
        ("fr", "La lampe de Lise et la lampe de Nour brûle.", "La lampe de Lise et de Nour brûle.", ["lampe"]),
        ("fr", "L’accord n’a pas été signé.", "L'accord n'a pas été signé.", []),
        ("ar", "وقع الوزير الاتفاق", "وقّع الوزيرُ اتفاقا مع النقابة.", []),  # with and without the article
        ("ar", "أسس التحف وزير", "أسس متحف وزير.", ["التحف"]),  # antiques are no museum
        ("ar", "وقع الوزير القانون", "وقع الوزير اتفاقا مع النقابة.", ["القانون"]),
        ("en", "Luther wrote it.", "Lutero (Luther) wrote it.", []),
        ("en", "Napoleón wrote it.", "Napoléon wrote it.", []),
        ("fr", "La ministre a visité l’hôpital d’Alger.", "La ministre, à Alger, a visité un hôpital.", []),
        ("it", "L'ospedale dell'isola.", "Un ospedale su un'isola.", []),
        ("en", "The minister's lamp.", "The lamp of the minister.", []),
        ("ar", "يُحتمل أن تُغلق المدرسة", "يُحتمل أن تُغلق المدرسة غدا", []),
        ("hi", "हिन्दी में समाचार", "हिन्दी में समाचार मिला।", []),
        ("th", "ท่าเรือปิดในเดือนพฤษภาคม", "ท่าเรือปิดในเดือนพฤษภาคม 2020", []),
        ("zh", "港口在五月关闭", "港口在五月关闭了。", []),
    ],
)
def test_words_that_stand_nowhere(language: str, statement: str, source: str, expected: list[str]) -> None:
    assert words_of(statement, language, source) == expected


def test_a_title_says_who_is_meant() -> None:
    assert words_of("Lasègue taught there.", "en", "He taught there.", title="Charles Lasègue") == []
    assert words_of("Lasègue taught there.", "en", "He taught there.") == ["Lasègue"]


@pytest.mark.parametrize(
    ("statement", "source", "expected"),
    [
        ("She has five medals.", "She has five titles in swimming and a medal of silver.", ["medals"]),
        ("20 Germans were freed.", "The Germans say that 20 of their citizens were freed.", []),
        ("20 Germans were freed.", "The Germans say that 20 Danes were freed.", ["Germans"]),
        ("She has five titles.", "She has five titles in swimming and a medal of silver.", []),
        (
            "In 2015 the medal was new.",
            "The medal of silver was new in 2015, the titles not.",
            [],
        ),  # a date counts nothing
        ("Six, titles and all.", "Six medals, and all titles.", []),  # nothing follows it in its clause
    ],
)
def test_what_a_number_counts(statement: str, source: str, expected: list[str]) -> None:
    assert words_of(statement, "en", source) == expected


@pytest.mark.parametrize(
    ("language", "statement", "source", "expected"),
    [
        ("fr", "Andromeda est entrée à Poudlard.", "Andromeda doit être entrée à Poudlard.", ["doit"]),
        ("fr", "Andromeda doit être entrée.", "Andromeda doit être entrée à Poudlard.", []),
        ("en", "Ships reach the port.", "Ships may reach the port.", ["may"]),
        ("en", "Ships reach the port.", "Ships reach the port.", []),
        ("en", "Ships reach the port.", "Perhaps ships reach the port.", ["Perhaps"]),
        ("en", "Ships reach the port in May.", "In May ships reach the port.", []),
    ],
)
def test_what_is_supposed_is_not_stated(language: str, statement: str, source: str, expected: list[str]) -> None:
    assert words_of(statement, language, source) == expected


@pytest.mark.parametrize(("likeness", "expected"), [(HEARD, []), (HEARD - 0.01, ["stadium"])])
def test_across_languages_each_word_is_like_one_of_the_source(likeness: float, expected: list[str]) -> None:
    statement, source = "The stadium was Springfield", "L’équipe joue à Springfield"
    spans = [tuple(Span(*m.span()) for m in re.finditer(r"\S+", text)) for text in (statement, source)]
    cosines = np.full((4, 4), 0.95, np.float32)
    cosines[1] = likeness
    cosines[0] = 0.1  # a little word
    found = strays(statement, "en", [Source(source, 0, "fr", "", WordPairs(cosines, *spans))])
    assert [mismatch.stated for mismatch in found] == expected


@pytest.mark.parametrize(("cosine", "expected"), [(NEAR, []), (NEAR - 0.01, ["stadium"])])
def test_across_languages_the_whole_is_near(cosine: float, expected: list[str]) -> None:
    statement, source = "The stadium was Springfield", "L’équipe joue à Springfield"
    spans = [tuple(Span(*m.span()) for m in re.finditer(r"\S+", text)) for text in (statement, source)]
    cosines = np.full((4, 4), 0.95, np.float32)
    cosines[:2] = 0.8  # "The" tells nothing
    found = strays(statement, "en", [Source(source, 0, "fr", "", WordPairs(cosines, *spans), cosine)])
    assert [mismatch.stated for mismatch in found] == expected


def test_across_languages_what_is_supposed_is_not_stated() -> None:
    source = Source("Le navire pourrait arriver demain.", 0, "fr", "")
    assert [m.found for m in strays("The ship arrives tomorrow.", "en", [source])] == ["pourrait"]
    assert strays("The ship might arrive tomorrow.", "en", [source]) == ()


def test_what_another_clause_supposes_is_none_of_the_statement() -> None:
    statement, source = "The office opened in 2019.", "The office, which may close, opened in 2019."
    spans = [tuple(Span(*m.span()) for m in re.finditer(r"\S+", text)) for text in (statement, source)]
    cosines = np.full((5, 8), 0.9, np.float32)
    cosines[:, 2:5] = 0.2  # which may close
    assert strays(statement, "en", [Source(source, 0, "en", "", WordPairs(cosines, *spans))]) == ()
    cosines[:, 2:5] = 0.9
    assert [m.found for m in strays(statement, "en", [Source(source, 0, "en", "", WordPairs(cosines, *spans))])] == [
        "may"
    ]
