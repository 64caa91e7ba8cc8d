"""What a file is before it is embedded: language, sentences, and what becomes of a reader's mistakes."""

import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from index.document import Extract, Place, Span, Word
from index.limits import Limits
from index.reading import ReadPart, read_here

FRENCH = "Le secrétaire général a présenté son rapport sur les activités de la commission pendant la session. "
ENGLISH = "The report of the commission was presented to the members of the council during the session. "
ARABIC = "قدم الأمين العام تقريره عن أعمال اللجنة خلال الدورة. "
GALICIAN = "O informe da comisión foi presentado aos membros do consello durante a sesión de onte pola mañá. "

Give = Callable[[Extract], ReadPart]


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Give:
    """What is made of an extract, as though a reader had given it."""
    module = ModuleType("index.readers.odt")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def of(extract: Extract) -> ReadPart:
        module.read = lambda data, limits: extract
        (part,) = read_here("a.odt", b"", Limits())
        return part

    return of


@pytest.mark.parametrize(
    ("text", "said", "told"),
    [
        (FRENCH, None, "fr"),
        (FRENCH, "fr", "fr"),
        (FRENCH * 3, "en", "fr"),  # long enough to be sure
        (FRENCH, "en", "en"),
        ("Bonjour.", "de", "de"),
        (ARABIC, "en", "ar"),  # another script is sure at once
        (ENGLISH, "ar", "en"),
        (GALICIAN * 3, "gl", "gl"),  # detection does not know it
        ("2024", "fr", "fr"),
        ("2024", None, "und"),
        (FRENCH * 3, "FR", "fr"),
        (ENGLISH, "english", "en"),
        ("Og i dag.", "nb", "no"),
        ("", None, "und"),
        ("", "fr", "fr"),
    ],
)
def test_language(give: Give, text: str, said: str | None, told: str) -> None:
    assert give(Extract(text, language=said)).language == told


@pytest.mark.parametrize(
    ("date", "kept"),
    [("2024-05-31", "2024-05-31"), ("2024-02-30", None), ("20240531", None), ("soon", None), ("", None), (None, None)],
)
def test_a_date_that_is_none_is_dropped(give: Give, date: str | None, kept: str | None) -> None:
    part = give(Extract("Text.", date=date))
    assert part.extract is not None
    assert part.extract.date == kept


@pytest.mark.parametrize("side", [float("nan"), float("inf"), -1e300])
def test_a_word_that_lies_nowhere_has_no_box(give: Give, side: float) -> None:
    sound = Word(4, 7, 1, (0.0, 0.0, 9.0, 9.0))
    part = give(Extract("one two", words=(Word(0, 3, 1, (0.0, 0.0, side, 0.0)), sound)))
    assert part.extract is not None
    assert part.extract.words == (sound,)


def test_all_that_a_reader_says_is_kept(give: Give) -> None:
    extract = Extract(
        "One two.\n\nThree.",
        heading="H",
        noise=(Span(3, 4),),
        breaks=(10,),
        language="en",
        date="2024-05-31",
        author="A",
        url="https://x.example/",
        groups=("g",),
        places=(Place(0, "page", 1), Place(10, "page", 2)),
        words=(Word(0, 3, 1, (1.0, 2.0, 3.5, 4.0)),),
    )
    assert give(extract) == ReadPart("", "odt", extract, None, "en", (Span(0, 8), Span(10, 16)))


@pytest.mark.parametrize(
    "extract",
    [
        Extract("abc", noise=(Span(2, 4),)),
        Extract("abc", noise=(Span(1, 1),)),
        Extract("abc", noise=(Span(0, 2), Span(1, 3))),
        Extract("abc", noise=(Span(-1, 2),)),
        Extract("abc", breaks=(2, 1)),
        Extract("abc", breaks=(4,)),
        Extract("abc", breaks=(-1,)),
        Extract("abc", places=(Place(2, "page", 1), Place(1, "page", 2))),
        Extract("abc", places=(Place(0, "page", 0),)),
        Extract("abc", places=(Place(4, "page", 1),)),
        Extract("abc", places=(Place(0, "chapter", 1),)),  # type: ignore[arg-type]
        Extract("abc", words=(Word(0, 4, 1, (0, 0, 0, 0)),)),
        Extract("abc", words=(Word(2, 1, 1, (0, 0, 0, 0)),)),
        Extract("abc", words=(Word(0, 1, 0, (0, 0, 0, 0)),)),
        Extract("abc", words=(Word(1, 2, 1, (0, 0, 0, 0)), Word(0, 1, 1, (0, 0, 0, 0)))),
    ],
)
def test_offsets_that_cannot_be_are_a_failure(give: Give, extract: Extract) -> None:
    part = give(extract)
    assert (part.extract, part.language, part.sentences) == (None, "und", ())
    assert part.failure is not None
    assert part.failure.startswith("reading it failed unexpectedly (ValueError: ")


def test_what_trips_the_splitter_is_a_failure(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(extract: Extract, language: str) -> list[Span]:
        raise RecursionError("too deep")

    monkeypatch.setattr("index.sentences.split", trip)
    assert give(Extract("Text.")).failure == "reading it failed unexpectedly (RecursionError: too deep)"
