"""A people in the place of another is found, in small letters and in scripts that have no others."""

import pytest

from rag.verify.peoples import other_peoples
from rag.verify.source import Source

FRENCH = "La ministre indonésienne, Retno Marsudi, a parlé des travailleurs indonésiens."
ARABIC = "تحدثت الوزيرة الإندونيسية عن العمال."


@pytest.mark.parametrize(
    ("statement", "source", "expected"),
    [
        ("La ministre malaisienne a parlé.", FRENCH, ["malaisienne"]),
        ("La ministre indonésienne a parlé.", FRENCH, []),
        ("تحدثت الوزيرة الماليزية.", FRENCH, ["الماليزية"]),
        ("تحدثت الوزيرة الإندونيسية.", FRENCH, []),
        ("La ministre malaisienne a parlé.", ARABIC, ["malaisienne"]),
        ("La ministra indonesia habló.", ARABIC, []),
        ("La ministre française a parlé.", "La ministre a parlé.", []),  # nobody else is named
        ("La ministre a franchi le pont et indiqué la turbine.", FRENCH, []),
        ("La ministre malaisienne et l'indonésienne.", "La ministre indonésienne et la malaisienne.", []),
        ("تحدثت الوزيرة مع التركيز على التركيب.", FRENCH, []),
        ("تحدثت الوزيرة التركية.", FRENCH, ["التركية"]),
        ("Le président russe a reçu la délégation.", "Le président de la Russie a reçu la délégation chinoise.", []),
        ("El ministro turco habló.", "El ministro de Turquía habló con la delegación alemana.", []),
        ("La ministre malaisienne a parlé.", "La ministre de Malaisie a vu la délégation chinoise.", []),
        ("تحدثت الوزيرة المصرية.", "تحدثت وزيرة مصر مع الوزيرة السعودية.", []),
        ("قال المكتب القطري ذلك.", "قال المكتب في مصر والوزيرة السعودية ذلك.", []),  # a country's office, no Qatari one
        ("The Malaysian minister spoke.", FRENCH, []),  # a name, compared as one
    ],
)
def test_a_people_in_the_place_of_another(statement: str, source: str, expected: list[str]) -> None:
    found = other_peoples(statement, [Source(source, 50, "fr", "")])
    assert [m.stated for m in found] == expected
    for m in found:
        assert statement[m.stated_start : m.stated_end] == m.stated


def test_a_people_that_a_title_names_is_said() -> None:
    sources = [Source("La ministre indonésienne a parlé.", 0, "fr", "Visite malaisienne")]
    assert other_peoples("La ministre malaisienne a parlé.", sources) == []
