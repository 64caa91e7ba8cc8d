"""Which sentences speak of what an earlier one names, and which sentence that is."""

from pathlib import Path

import pytest

from index.filters import PUBLIC
from index.opened import Index
from rag.answer import Before
from rag.openings import LONGEST, before, points_back
from rag.quote import Quote
from tests.rag.desk import build

POINTING = """He said that the roof leaks.
They were counted twice.
"It was closed in May," the porter added.
This measure concerns visitors.
However, the lamp stayed on.
Its bulb is new.
Il a déclaré que le toit fuit.
Elle ferme à cinq heures.
Cette mesure concerne les visiteurs.
Ce dernier a refusé.
Toutefois, la lampe est restée allumée.
En outre, deux clefs manquent.
كما أكد الوزير أن السقف يتسرب.
وأضاف أن المصباح جديد.
وهي مغلقة يوم الأحد.
هذه الإجراءات تخص الزوار.
Además, faltan dos llaves.
Ella cerró la puerta.
Dieser Raum ist geschlossen."""
STANDING = """The roof leaks.
It is true that the roof leaks.
It was possible to enter.
Hedda called the porter.
Thistles grow by the stairs.
Il y a deux clefs.
Il faut demander la clef.
Il est possible que le toit fuie.
Ce sont les visiteurs qui paient.
Le toit fuit.
Illzach compte deux gares.
Cette, un port, a changé de nom.
هناك مصباح جديد.
كمال هو الحارس.
وزارة الصحة أصدرت تقريرا.
وقالب الحلوى جاهز.
Sussex está lejos.
Ergebnisse liegen vor.

"""


@pytest.mark.parametrize("sentence", POINTING.splitlines())
def test_sentences_that_point_back(sentence: str) -> None:
    assert points_back(sentence)
    assert points_back(f"« {sentence}")


@pytest.mark.parametrize("sentence", STANDING.splitlines())
def test_sentences_that_stand_by_themselves(sentence: str) -> None:
    assert not points_back(sentence)


@pytest.mark.parametrize(
    ("text", "quoted", "named"),
    [
        ("Hannah keeps the key. She lives next door.", "She lives next door.", "Hannah keeps the key."),
        ("Hannah keeps the key.\nShe lives next door.", "She lives next door.", "Hannah keeps the key."),
        ("Hannah keeps the key.\n\nShe lives next door.", "She lives next door.", None),
        ("Hannah keeps the key. The lamp is new.", "The lamp is new.", None),
        ("She lives next door. Hannah keeps the key.", "She lives next door.", None),
        (f"Hannah{'h' * LONGEST} keeps it. She lives next door.", "She lives next door.", None),
    ],
)
def test_the_sentence_before(tmp_path: Path, text: str, quoted: str, named: str | None) -> None:
    with Index.open(build(tmp_path, {"a.txt": text})) as index:
        view = index.view(PUBLIC)
        (passage,) = view.passages(view.passages_of(view.documents()[0]))
        start = text.index(quoted)
        found = before(view, Quote(passage, start, start + len(quoted), 0.0))
    expected = None if named is None else Before(text.index(named), text.index(named) + len(named), named)
    assert found == expected
