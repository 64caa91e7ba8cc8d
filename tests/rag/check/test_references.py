import pytest

from index.store import DocumentFacts
from rag.check.checked import ReferenceKind
from rag.check.entries import Entries
from rag.check.reading import read_text
from rag.check.references import references
from rag.check.sources import Sources


def facts(
    id: str, title: str, date: str | None = None, author: str | None = None, url: str | None = None
) -> DocumentFacts:
    return DocumentFacts(hash(id), id, title, "en", date, author, url, "plain", 100, 1, ())


AUTHORS = "Rémi Blanc; Ana Ruiz"
SOURCES = Sources(
    [
        facts("reports/annual-2024.pdf", "Annual report 2024", "2025-04-14", "Hannah Lamy", "https://www.example.org/r/annual"),
        facts("reports/annual-2023.pdf", "Annual report 2023", "2024-04-10", "Hannah Lamy"),
        facts("rules/travel.md", "Travel rule"),
        facts("old/travel.md", "Travel note of the treasurer", "2019-02-01"),
        facts("ar/حماية البيانات.txt", "قاعدة حماية البيانات الشخصية", "2023-05-15", "سلمى العلي"),
        facts("minutes/pv-2024-11-21.txt", "Procès-verbal de l'assemblée générale", "2024-11-21", AUTHORS),
        facts("a/notes.txt", "Notes"),
        facts("a/twin.txt", "The twin report on housing", "2020-01-01"),
        facts("b/twin.txt", "The twin report on housing", "2021-01-01"),
    ]
)  # fmt: skip


def found(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    draft = read_text(text)
    return [(r.kind, draft.text[r.start : r.end], r.documents) for r in references(draft, SOURCES)]


RULE = ("rules/travel.md",)
ANNUAL = ("reports/annual-2024.pdf",)
PV = ("minutes/pv-2024-11-21.txt",)
TWINS = ("a/twin.txt", "b/twin.txt")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # numbers
        ("It is so [1].\n\n[1] Annual report 2024.\n", [("number", "[1]", ANNUAL)]),
        ("It is so [1, p. 4].\n\n[1] Annual report 2024.\n", [("number", "[1, p. 4]", ANNUAL)]),
        ("So [1-2].\n\nSources\n1. Annual report 2024\n2. X\n", [("number", "[1-2]", ANNUAL), ("number", "[1-2]", ())]),
        ("It is so [2].\n\n[1] Annual report 2024.\n", [("number", "[2]", ())]),
        ("The year [2024] and a [link](a.html).\n", [("link", "[link](a.html)", ())]),
        # notes
        ("It is so[^a].\n\n[^a]: See the Annual report 2024, p. 3.\n", [("note", "[^a]", ANNUAL)]),
        ("It is so[^a].\n\n[^a]: This is only a remark.\n", []),
        ("It is so[^b].\n", [("note", "[^b]", ())]),
        ("It is so¹.\n\n¹ Annual report 2024.\n", [("note", "¹", ANNUAL)]),
        # author and year
        ("It is so (Lamy, 2025).", [("author_date", "Lamy, 2025", ANNUAL)]),
        ("It is so (Lamy, 2024, p. 7).", [("author_date", "Lamy, 2024, p. 7", ("reports/annual-2023.pdf",))]),
        ("It is so (Blanc et Ruiz, 2024).", [("author_date", "Blanc et Ruiz, 2024", PV)]),
        ("It is so (Blanc et al., 2024).", [("author_date", "Blanc et al., 2024", PV)]),
        ("So (Lamy 2025; Nobody, 1999).", [("author_date", "Lamy 2025", ANNUAL), ("author_date", " Nobody, 1999", ())]),
        ("Lamy (2025) says so.", [("author_date", "Lamy (2025)", ANNUAL)]),
        ("Geneva (2025) was cold, as in Paris (May 2024) and (mars, 2022).", []),
        ("هذا صحيح (العلي، 2023).", [("author_date", "العلي، 2023", ("ar/حماية البيانات.txt",))]),
        ("هذا صحيح (العلي، ٢٠٢٣).", [("author_date", "العلي، ٢٠٢٣", ("ar/حماية البيانات.txt",))]),
        ("So (Doe, 2020).\n\n## Références\n\nDoe, J. (2020). Travel rule.\n", [("author_date", "Doe, 2020", RULE)]),
        # files
        ("As annual-2024.pdf says.", [("file", "annual-2024.pdf", ANNUAL)]),
        ("As rules/travel.md says.", [("file", "rules/travel.md", ("rules/travel.md",))]),
        ("As travel.md says.", [("file", "travel.md", ("rules/travel.md", "old/travel.md"))]),
        ("It is so (other.docx).", [("file", "other.docx", ())]),
        ("كما في حماية البيانات.txt الآن.", [("file", "حماية البيانات.txt", ("ar/حماية البيانات.txt",))]),
        # links
        ("See [it](https://example.org/r/annual).", [("link", "[it](https://example.org/r/annual)", ANNUAL)]),
        ("See https://example.org/r/annual/.", [("link", "https://example.org/r/annual/", ANNUAL)]),
        ("See https://example.org/else.", [("link", "https://example.org/else", ())]),
        ("See [it][r].\n\n[r]: https://example.org/r/annual\n", [("link", "[it][r]", ANNUAL)]),
        ("Write to [us](mailto:a@b.c) or go [up](#top).", []),
        # what may be any of several, and what can be told apart
        ("So [1].\n\n[1] The twin report on housing.\n", [("number", "[1]", TWINS)]),
        ("So [1].\n\n[1] The twin report on housing, 2021.\n", [("number", "[1]", ("b/twin.txt",))]),
        # what is no reference
        ("```\n[1] annual-2024.pdf\n```\n\nText.", []),
        ("Version 1.2.txtual and node.mdx are none.", []),
    ],
)  # fmt: skip
def test_what_refers_to_what(text: str, expected: list[tuple[ReferenceKind, str, tuple[str, ...]]]) -> None:
    assert found(text) == expected


def test_a_number_without_an_entry_says_so() -> None:
    draft = read_text("So [1] and so [7].\n\n[1] Something unknown.\n")
    assert [(r.target, r.entry) for r in references(draft, SOURCES)] == [("Something unknown.", True), ("[7]", False)]


def test_what_is_spoken_stays_in_the_sentence() -> None:
    draft = read_text("Lamy (2025) and annual-2024.pdf say so [1] (Lamy, 2025) (annual-2023.pdf).\n\n[1] Notes.\n")
    spoken = {draft.text[r.start : r.end]: r.spoken for r in references(draft, SOURCES)}
    assert spoken == {
        "Lamy (2025)": True, "annual-2024.pdf": True, "[1]": False, "Lamy, 2025": False, "annual-2023.pdf": False
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("Lamy, H. Annual report 2024. Port-Clair.", ANNUAL),
        ("Procès-verbal de l’assemblée générale du 21 novembre 2024", PV),
        ("Procès verbal, assemblée générale, Fanal", PV),
        ("pv-2024-11-21", PV),
        ("reports/annual-2023.pdf, p. 2", ("reports/annual-2023.pdf",)),
        ("Available at www.example.org/r/annual, accessed today", ANNUAL),
        ("The annual dinner report of 2024", ()),
        ("My notes on the rule of travel", ()),  # one word of a title, or its words in another order
        ("Notes", ("a/notes.txt",)),
        ("", ()),
    ],
)
def test_what_an_entry_names(entry: str, expected: tuple[str, ...]) -> None:
    assert SOURCES.of_words(entry) == expected


def test_entries_by_number_and_by_author() -> None:
    text = "So.\n\nBibliographie\n\nLamy, H. (2025). Bilan.\nBlanc, R. et Ruiz, A. (2024). PV.\n"
    entries = Entries.of(read_text(text))
    assert entries.numbered == {}
    assert entries.by_author("Ruiz et Blanc", "2024") == ("Blanc, R. et Ruiz, A. (2024). PV.",)
    assert entries.by_author("Lamy", "2024") == ()


def test_ten_thousand_documents_are_looked_through_at_once() -> None:
    many = Sources([facts(f"d/{n}.txt", f"Report number {n} on housing") for n in range(10_000)])
    assert many.of_words("Report number 77 on housing") == ("d/77.txt",)
    assert len(many.of_words("number on housing report")) <= 5
