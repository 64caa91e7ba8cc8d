import pytest

from rag.compose.refusal import is_refusal
from rag.wording import every_nothing_answers


@pytest.mark.parametrize(
    "sentence",
    [
        *every_nothing_answers(),
        "NONE",
        "None.",
        "The documents do not answer this question",
        "The sources don't mention the price of the lamp.",
        "There is no information about the lamp in the sources.",
        "Les sources ne mentionnent pas le prix.",
        "Aucune source ne répond à la question.",
        "لا توجد معلومات عن المصباح.",
        "المصادر لا تذكر السعر.",
    ],
)
def test_a_refusal(sentence: str) -> None:
    assert is_refusal(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The lamp is on.",
        "The roof was not mended in 2019.",
        "No source of light is allowed on the stairs.",
        "Le document est signé.",
        "Nonetheless the lamp is on.",
    ],
)
def test_an_answer_is_none(sentence: str) -> None:
    assert not is_refusal(sentence)
