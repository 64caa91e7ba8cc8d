"""Sentences agree, differ or do not compare; an invented disagreement would be worse than a missed one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.agreement import differences, same

FEE = "The membership fee is {} euros a year."


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The lamp is on.", "The  LAMP is on!"),
        ("The lamp is on.", "A lamp is on."),
        ("Report of 2024, page 3.", "Report of ٢٠٢٤ — page ٣"),
        ("L'accueil est ouvert « jour et nuit ».", 'L’accueil est ouvert "jour et nuit".'),
        ("Un œuf coûte 1 500 francs.", "L'oeuf coûte 1\u202f500 francs"),
        ("It costs 3,5 %.", "It costs 3.5%"),
        ("The re\u00adport is out.", "The report is out."),
        ("تُحفَظ مِلفّات الضحايا منفصلة.", "تحفظ ملفات الضحايا منفصلة"),
        ("أُغلق المكتب سنة ٢٠٢٤.", "اغلق المكتب سنة 2024"),
        ("法律适用于所有人。", "法律适用于所有人"),
        ("Twenty-five beds.", "twenty five beds"),
        ("He isn't here.", "He is not here."),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert same(one, other)
    assert same(other, one)
    assert differences(one, other) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", ""),
        ("…", "..."),
        ("The dog bites the man.", "The man bites the dog."),
        ("It costs 5 %.", "It costs 5 €."),
        ("It is 5 degrees.", "It is -5 degrees."),
        ("It takes 1.5 hours.", "It takes 15 hours."),
        ("It costs 1.500 euros.", "It costs 1,500 euros."),  # one thing in Madrid, another in London
        ("It is open.", "It is not open."),
        ("Elle est ouverte.", "Elle n'est pas ouverte."),
        ("Il pêche.", "Il pèche."),
        ("يجوز ذلك.", "لا يجوز ذلك."),
        ("The lamp is on.", "The lamp is on and bright."),
        ("法律适用于所有人。", "法律不适用于所有人。"),
    ],
)
def test_not_the_same(one: str, other: str) -> None:
    assert not same(one, other)
    assert not same(other, one)


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        (FEE.format(40), FEE.format(45), [("40", "45")]),
        (FEE.format(40), FEE.format("forty-five"), [("40", "forty-five")]),
        (FEE.format("1,500"), FEE.format("1 600"), [("1,500", "1 600")]),
        (FEE.format(1200), FEE.format(1300), [("1200", "1300")]),
        (FEE.format(900), FEE.format(1200), [("900", "1200")]),
        (FEE.format(40), "Membership fee is 45 euros the year!", [("40", "45")]),
        (
            "En 2023, la permanence a orienté 412 personnes, dont 97 mineurs.",
            "En 2023, la permanence a orienté 421 personnes, dont 102 mineurs.",
            [("412", "421"), ("97", "102")],
        ),
        (
            "Le délai de réflexion accordé aux victimes dure trente jours.",
            "Le délai de réflexion accordé aux victimes dure quatre-vingt-dix jours.",
            [("trente", "quatre-vingt-dix")],
        ),
        (
            "ويُمنح كل ضحية مهلة تفكير مدتها ستون يومًا لا يجوز خلالها ترحيلها.",
            "ويمنح كل ضحية مهلة تفكير مدتها ٣٠ يومًا لا يجوز خلالها ترحيلها.",
            [("ستون", "٣٠")],
        ),
        (
            "The charter of the harbour towns was signed in Lyon on 3 May 2019.",
            "The charter of the harbour towns was signed in Lyon on 4 May 2019.",
            [("3 May 2019", "4 May 2019")],
        ),
        (
            "The harbour office opens every Monday at nine for new arrivals.",
            "The harbour office opens every Tuesday at nine for new arrivals.",
            [("Monday", "Tuesday")],
        ),
        (
            "La coalition de Port-Clair réunit ses communes membres depuis 2019.",
            "La coalition de Port-Clair réunit ses communes membres depuis 2017.",
            [("2019", "2017")],
        ),
        (
            "Victims may not be deported during the period of reflection.",
            "Victims may be deported during the period of reflection.",
            [("not", "")],
        ),
        (
            "Les victimes peuvent être expulsées pendant la procédure.",
            "Les victimes ne peuvent pas être expulsées pendant la procédure.",
            [("", "pas")],
        ),
        ("يجوز ترحيل الضحية خلال مهلة التفكير.", "لا يجوز ترحيل الضحية خلال مهلة التفكير.", [("", "لا")]),
    ],
)
def test_what_differs(one: str, other: str, pairs: list[tuple[str, str]]) -> None:
    assert differences(one, other) == tuple(pairs)
    assert differences(other, one) == tuple((b, a) for a, b in pairs)
    assert not same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # the same figure, written otherwise or rounded by a separator of unclear meaning
        (FEE.format("1,500"), FEE.format("1500")),
        (FEE.format("1.500"), FEE.format("1,500")),
        (FEE.format(40), FEE.format("forty")),
        ("يدفع كل عضو في الجمعية رسمًا قدره ستون دينارًا.", "يدفع كل عضو في الجمعية رسمًا قدره ٦٠ دينارًا."),
        ("The harbour office opens again in شباط this year.", "The harbour office opens again in فبراير this year."),
        # another subject
        ("The shelter in Lyon has room for 24 women.", "The shelter in Nice has room for 30 women."),
        ("Le foyer de Mme Durand accueille 12 familles.", "Le foyer de Mme Martin accueille 15 familles."),
        ("يتسع مأوى بيروت لأربعين امرأة و12 طفلًا.", "يتسع مأوى صيدا لأربعين امرأة و15 طفلًا."),
        ("It was founded by twelve harbour towns in 1998.", "It was founded by twelve harbour towns in 1999."),
        ("Elle accueille chaque nuit 12 familles du port.", "Elle accueille chaque nuit 15 familles du port."),
        # what is numbered, not counted
        ("Article 3 of the charter covers housing and care.", "Article 4 of the charter covers housing and care."),
        (
            "As said in article 3, victims have a right to housing.",
            "As said in article 4, victims have a right to housing.",
        ),
        ("تنظم المادة 3 من الميثاق سكن الضحايا وعلاجهم.", "تنظم المادة 4 من الميثاق سكن الضحايا وعلاجهم."),
        ("3. Members of the coalition renew the charter.", "4. Members of the coalition renew the charter."),
        ("The crew of Apollo 11 came home safely by sea.", "The crew of Apollo 12 came home safely by sea."),
        ("Each crew flew the Boeing 737 across the ocean.", "Each crew flew the Boeing 747 across the ocean."),
        # another year, and so another thing
        ("In 2022 the line helped 412 people find shelter.", "In 2023 the line helped 398 people find shelter."),
        ("The line helped 412 people find shelter in 2022.", "The line helped 398 people find shelter in 2023."),
        ("In 2022 the report was printed in seven languages.", "In 2023 the report was printed in seven languages."),
        ("The annual 2022 report covers forced labour at sea.", "The annual 2023 report covers forced labour at sea."),
        # tables, lists and headings
        ("Port-Clair | shelter beds women | 24", "Port-Clair | shelter beds women | 30"),
        ("Port-Clair shelter beds women children 24", "Port-Clair shelter beds women children 30"),
        (
            "The harbour shelter keeps beds for 24 women, then 12 men, then 6 children.",
            "The harbour shelter keeps beds for 30 women, then 14 men, then 8 children.",
        ),
        ("Harbour shelter beds women 24, men 12, cots 6.", "Harbour shelter beds women 30, men 14, cots 8."),
        # estimates, other units, other words, too little in common
        ("The harbour shelter houses about 40 women a year.", "The harbour shelter houses about 50 women a year."),
        (FEE.format(40), "The membership fee is 45 dollars a year."),
        (FEE.format(40), "The membership fee was raised to 45 euros a year."),
        ("It costs 40 euros.", "It costs 45 euros."),
        ("Smoking is not allowed.", "Smoking is allowed."),
        ("Members do not pay a fee for the harbour course.", "Members never pay a fee for the harbour course."),
        ("Le port ne compte que douze bateaux de pêche.", "Le port compte douze bateaux de pêche."),
    ],
)
def test_what_is_no_disagreement(one: str, other: str) -> None:
    assert differences(one, other) == ()
    assert differences(other, one) == ()


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_compares(one: str, other: str) -> None:
    pairs = differences(one, other)
    assert not (pairs and same(one, other))
    assert same(one, other) == same(other, one)
    assert tuple((b, a) for a, b in pairs) == differences(other, one)
    assert differences(one, one) == ()


@given(st.text("0123456789.,: /-'٠٣٤٬٫\u00a0abé", max_size=40))
def test_any_figure_is_read(text: str) -> None:
    sentence = f"The harbour towns agreed upon {text} boats."
    assert same(sentence, sentence.upper()) or "é" in text
    assert differences(sentence, sentence) == ()
