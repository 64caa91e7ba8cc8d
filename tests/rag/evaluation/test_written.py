"""Questions that a model writes are taken only where they are sound; the answer is never its own."""

from collections.abc import Iterator, Sequence

import pytest

from rag.compose.model import Message
from rag.evaluation.cloze import Cloze
from rag.evaluation.written import LONGEST, written

SENTENCE = 'Le phare d\'Ouistreham éclaire la côte depuis 1905, dit le gardien : "montez".'
CLOZE = Cloze("éclaire la côte depuis ____ ?", "1905", SENTENCE.index("1905"), "éclaire la côte depuis", "", SENTENCE)


class Scripted:
    """A model that says the same whatever it is asked, and keeps what that was."""

    name = "scripted"

    def __init__(self, *pieces: str) -> None:
        self.pieces = pieces
        self.asked: Sequence[Message] = ()
        self.read = 0

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        self.asked = messages
        for piece in self.pieces:
            self.read += 1
            yield piece

    def count_tokens(self, text: str) -> int | None:
        return None


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("Depuis quand le phare d'Ouistreham éclaire-t-il la côte ?", True),
        ('"Depuis quand le phare éclaire-t-il la côte ?"', True),
        ("Depuis quand le phare éclaire-t-il la côte ?\nRéponse : 1905", True),
        ("Le phare éclaire-t-il la côte depuis 1905 ?", False),  # gives the answer away
        ("Since when has the lighthouse lit the coast of Ouistreham?", False),  # in another language
        ("Le phare éclaire la côte.", False),
        ("Depuis quand ?", False),  # about nothing
        ("Quel est le prix de la lampe du musée ?", False),
        ("phare côte " * (LONGEST // 8) + "?", False),
        ("", False),
    ],
)
def test_only_sound_questions_are_taken(said: str, question: bool) -> None:
    found = written(CLOZE, "fr", Scripted(*said))
    assert (found is not None) == question
    assert found is None or said.strip('"').startswith(found)


def test_the_sentence_is_data() -> None:
    model = Scripted("?")
    written(CLOZE, "fr", model)
    system, human = (text for _, text in model.asked)
    assert "French" in system
    assert SENTENCE not in human
    assert r"\"montez\"" in human


def test_a_model_that_never_ends_is_left() -> None:
    model = Scripted(*["mot "] * 10_000)
    assert written(CLOZE, "fr", model) is None
    assert model.read <= LONGEST
