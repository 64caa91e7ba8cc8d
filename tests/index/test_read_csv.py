from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Extract, Place
from index.errors import ReadError
from index.limits import Limits
from index.readers.csv import read
from tests.index.mutated import mutated

LIMITS = Limits()


def text(table: str) -> str:
    return read(table.encode(), LIMITS).text


def test_each_row_makes_sense_alone() -> None:
    extract = read("Ville;Montant;Date\nFès;12,5;2024-05-31\nمراكش;13,7;2024-06-01\n".encode(), LIMITS)
    assert extract.text == (
        "Ville: Fès | Montant: 12,5 | Date: 2024-05-31\nVille: مراكش | Montant: 13,7 | Date: 2024-06-01"
    )
    assert [span.of(extract.text) for span in extract.noise] == ["|"] * 4
    assert [extract.text[at:][:5] for at in extract.breaks] == ["Ville"]
    assert extract.places == (Place(0, "row", 2), Place(46, "row", 3))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # Delimiters
        ("a,b,n\nc,d,1", "a: c | b: d | n: 1"),
        ("a\tb\tn\nc, d; e\tf\t1", "a: c, d; e | b: f | n: 1"),
        ("a|b|n\nc|d|1", "a: c | b: d | n: 1"),
        ("12,5;13,7\n2,5;3,7", "12,5 | 13,7\n2,5 | 3,7"),
        ("sep=|\na|b|n\nc|d|1", "a: c | b: d | n: 1"),
        ("sep=;\r\nfour", "four"),
        # Quotation marks
        ('a,b,n\n"one, two","say ""yes""",1', 'a: one, two | b: say "yes" | n: 1'),
        ('a,b,n\n"first\r\nsecond",c,1\nd,e,2', "a: first second | b: c | n: 1\na: d | b: e | n: 2"),
        ('Size,Price\n"5 pipes,3\n6 pipes,4', 'Size: "5 pipes | Price: 3\nSize: 6 pipes | Price: 4'),
        ('Pipe,Price\n5" wide,3\n6" wide,4', 'Pipe: 5" wide | Price: 3\nPipe: 6" wide | Price: 4'),
        # Labels
        ("Poste,2022,2023\nEau,1,2\nGaz,3,4", "Poste: Eau | 2022: 1 | 2023: 2\nPoste: Gaz | 2022: 3 | 2023: 4"),
        (",Jan,Fév\nEau,1,2\nGaz,3,4", "Eau | Jan: 1 | Fév: 2\nGaz | Jan: 3 | Fév: 4"),
        ("Nom :,Rôle,Ville\nLina,Chef,Fès", "Nom: Lina | Rôle: Chef | Ville: Fès"),
        ("Achats 2024\n\nNom,Prix\nVis,3\nClou,4", "Achats 2024\nNom: Vis | Prix: 3\nNom: Clou | Prix: 4"),
        ("Nom,Prix\nVis,\n,4", "Nom: Vis\nPrix: 4"),
        # No labels
        ("1,2,3\n4,5,6", "1 | 2 | 3\n4 | 5 | 6"),
        ("Amina,Fès,2024-01-03\nKarim,Rabat,2024-01-04", "Amina | Fès | 2024-01-03\nKarim | Rabat | 2024-01-04"),
        ("Question,Réponse\nQui ?,Lina.\nOù ?,Ici.", "Question | Réponse\nQui ? | Lina.\nOù ? | Ici."),
        ("Objet,Achat\nDate,2024-03-01\nMontant,300", "Objet | Achat\nDate | 2024-03-01\nMontant | 300"),
        ("a@b.org,Paris,x\nc@d.org,Lyon,y", "a@b.org | Paris | x\nc@d.org | Lyon | y"),
        ("red,big,x\nblue,big,y\ngreen,small,z", "red | big | x\nblue | big | y\ngreen | small | z"),
        ("a,a,b\nc,d,e", "a | a | b\nc | d | e"),
        ("Budget,Privé\nVis,1,2,3\nClou,2,3,4", "Budget | Privé\nVis | 1 | 2 | 3\nClou | 2 | 3 | 4"),
        ("a,b,c", "a | b | c"),
        ("Remarque\nBonjour, ça va\nOui, merci, et toi", "Remarque\nBonjour, ça va\nOui, merci, et toi"),
        # Ragged
        (
            "a,b,n\nc\nd,e,1,f,g\nh,i,2\nj,k,3\nl,m,4",
            "a: c\na: d | b: e | n: 1 | f | g\na: h | b: i | n: 2\na: j | b: k | n: 3\na: l | b: m | n: 4",
        ),
        ("  a  ,, b\t c \nd,e,f", "a | b c\nd | e | f"),
        ("\n \n\t\n", ""),
        ("", ""),
    ],
)
def test_tables(table: str, expected: str) -> None:
    assert text(table) == expected


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    extract = read(b'sep=,\nName,Price\n\n"a\nb",1\nc,2\n', LIMITS)
    assert [(place.number, place.sheet) for place in extract.places] == [(4, None), (5, None)]


def test_values_are_composed_and_encodings_told() -> None:
    assert text("Nom,Prix\ne\u0301te\u0301,1") == "Nom: été | Prix: 1"
    assert read("Nom;Prix\nÉté à Fès;1\nCafé;2".encode("cp1252"), LIMITS).text.startswith("Nom: Été à Fès")
    assert read("\ufeffNom;Prix\nVis;1".encode("utf-16-le"), LIMITS).text == "Nom: Vis | Prix: 1"


def test_limits() -> None:
    assert read(b"a,b\nc,d", replace(LIMITS, cells=4)).text
    for table in (b"a,b\nc,d\ne,f", b"a" + b"," * 41):
        with pytest.raises(ReadError, match="more than 4 cells"):
            read(table, replace(LIMITS, cells=4))
    with pytest.raises(ReadError, match="more than 10 characters"):
        read(b"Long label,n\na,1", replace(LIMITS, characters=10))
    with pytest.raises(ReadError, match="131,072 characters"):
        read(b"x" * 200_000, LIMITS)


def test_an_open_quotation_mark_does_not_swallow_the_table() -> None:
    rows = "".join(f"{number},words,x\n" for number in range(20_000))
    extract = read(f'n,w,t\n0,"words,x\n{rows}'.encode(), LIMITS)
    assert extract.text.startswith('n: 0 | w: "words | t: x\nn: 0 | w: words')
    assert extract.places[-1].number == 20_002


def test_what_is_no_text() -> None:
    with pytest.raises(ReadError, match="ZIP"):
        read(b"PK\x03\x04", LIMITS)


@given(st.lists(st.lists(st.text(st.sampled_from('ab1é ,;|\t"\n\r'), max_size=6), max_size=4), max_size=6))
def test_offsets_hold_for_any_table(rows: list[list[str]]) -> None:
    check(read("\n".join(";".join(row) for row in rows).encode(), LIMITS))


def check(extract: Extract) -> None:
    lines = extract.text.split("\n") if extract.text else []
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    assert [place.start for place in extract.places] == starts
    assert list(extract.breaks) == starts[1:]
    assert all(span.of(extract.text) == "|" for span in extract.noise)
    assert sorted(extract.noise, key=lambda span: span.start) == list(extract.noise)


def test_nothing_but_a_read_error_comes_of_damage() -> None:
    data = 'Ville;Montant;Note\nFès;12,5;"un, deux\ntrois"\nمراكش;13,7;"dit ""oui"""\n'.encode() * 5
    for changed in mutated(data, 400, seed=3):
        try:
            extract = read(changed, LIMITS)
        except ReadError as error:
            assert str(error)
        else:
            assert [place.start for place in extract.places] == [0, *extract.breaks][: len(extract.places)]
