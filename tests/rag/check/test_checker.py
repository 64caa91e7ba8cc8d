from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.document import Passage
from index.view import View
from rag.check import check, read_draft, read_text
from rag.check.checked import CheckedDraft
from rag.verify.verdict import Verdict, VerdictStatus
from tests.rag.check.desk import WordVerifier, opened
from tests.rag.check.packed import call, note, paragraph, word_file

LISTED = "[1] Travel rule\n[2] Annual report 2024\n"


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    with opened(tmp_path_factory.mktemp("check")) as view:
        yield view


def checked(view: View, text: str) -> CheckedDraft:
    return check(read_text(text), view, WordVerifier())


def statuses(view: View, text: str) -> list[str]:
    return [sentence.status for sentence in checked(view, text).sentences]


def findings(view: View, text: str) -> list[str]:
    return [reference.finding for reference in checked(view, text).references]


def test_every_sentence_has_a_status(view: View) -> None:
    found = checked(
        view,
        "# Bilan\n\nThe hotline received 4812 calls in 2024. The hotline received 4900 calls in 2024. Pigs can fly over"
        " the moon. Is it so? In 2024 the hotline received 4812 calls.\n",
    )
    assert [s.status for s in found.sentences] == [
        "not_checked", "quoted", "contradicted", "unsupported", "not_checked", "supported"
    ]  # fmt: skip
    assert [s.number for s in found.sentences] == [1, 2, 3, 4, 5, 6]
    for sentence in found.sentences:
        assert found.draft.text[sentence.start : sentence.end] == sentence.text
        assert sentence.line == (1 if sentence.number == 1 else 3)
        for pincite in sentence.evidence:
            document = view.document(pincite.document)
            assert document and document.text[pincite.start : pincite.end] == pincite.quote


def test_a_difference_is_found_in_draft_and_source(view: View) -> None:
    found = check(
        read_draft("x.md", b"- In **2024** the hotline\n  received *4900* calls [1].\n"), view, WordVerifier()
    )
    (difference,) = found.sentences[0].differences
    assert found.draft.text[difference.start : difference.end] == difference.stated == "4900"
    document = view.document(difference.document)
    assert document and document.text[difference.found_start : difference.found_end] == difference.found == "4812"


def test_a_sentence_is_verified_without_its_references(view: View) -> None:
    verifier = WordVerifier()
    text = "It **leaks** badly [1] (Lamy, 2024) [^a].\n\n[1] Annual report 2024\n\n[^a]: Travel rule, 2019.\n"
    check(read_text(text), view, verifier)
    assert {statement for statement, _ in verifier.asked} == {"It leaks badly."}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“Waiting for a place remains our greatest weakness”, it says.", ["exact"]),
        ("“Waiting for a place remains our biggest weakness”, it says.", ["altered"]),
        ("“Pigs can fly over the blue moon”, it says.", ["not_found"]),
        ("> Waiting for a place remains\n> our greatest weakness\n", ["exact"]),
        ("يقول النص «لا تُنسخ وثائق الهوية ولا تُصوَّر» بوضوح.", ["exact"]),
        ("See the “Annual report 2024” for more of it.", []),  # a title is no quotation
    ],
)
def test_quotations(view: View, text: str, expected: list[str]) -> None:
    found = checked(view, text)
    assert [q.status for q in found.quotations] == expected
    for quotation in found.quotations:
        assert found.draft.text[quotation.start : quotation.end] == quotation.text
        if quotation.source:
            document = view.document(quotation.source.document)
            assert document and document.text[quotation.source.start : quotation.source.end] == quotation.source.quote


def test_a_misquotation_is_marked_word_by_word(view: View) -> None:
    (quotation,) = checked(view, "“Waiting for a place remains our biggest weakness”, it says.").quotations
    assert [(p.said, p.found) for p in quotation.pieces if p.change == "changed"] == [("biggest ", "greatest ")]


def test_a_sentence_that_is_a_sound_quotation_is_quoted(view: View) -> None:
    class Never(WordVerifier):
        def verify(self, view: View, statement: str, passages: Sequence[Passage] | None = None) -> Verdict:
            return Verdict(statement, "unsupported", 0.0, "nothing_near")

    said = "Waiting for a place remains our greatest weakness"
    text = f"He wrote: “{said}”.\n\nHe wrote: “{said.replace('our', 'his')}”.\n\nWhoever wrote “{said}” is no friend."
    found = check(read_text(text), view, Never())
    told = [(s.status, len(s.evidence)) for s in found.sentences]
    assert told == [("quoted", 1), ("unsupported", 0), ("unsupported", 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The hotline received 4812 calls (annual-2024.md).", ["supported"]),
        ("The hotline received 4812 calls (rules/travel.md).", ["elsewhere"]),
        ("The hotline received 4900 calls (annual-2024.md).", ["contradicted"]),
        ("Pigs can fly over the moon (annual-2024.md).", ["not_said"]),
        ("The hotline received 4812 calls (other.pdf).", ["unknown_source"]),
        ("The hotline received 4812 calls (travel.md).", ["ambiguous"]),
        ("The hotline received 4812 calls [3].", ["no_entry"]),
        ("The hotline received 4812 calls.\n\n(annual-2024.md)\n", ["not_checked"]),
        ("The hotline received 4812 calls. (annual-2024.md)\n", ["supported"]),  # behind the stop
        ("| calls | 4812 | annual-2024.md |\n\nText is here.\n", ["not_checked"]),
        ("The hotline received 4812 calls [1][2].\n\n" + LISTED, ["elsewhere", "supported"]),
    ],
)  # fmt: skip
def test_references(view: View, text: str, expected: list[str]) -> None:
    assert findings(view, text) == expected


def test_what_the_cited_source_says_comes_first(view: View) -> None:
    text = "The daily allowance within the country was 55 euros ({}).\n"
    assert statuses(view, text.format("old/travel.md")) == ["supported"]
    (sentence,) = checked(view, "The daily allowance within the country is 74 euros (old/travel.md).").sentences
    assert sentence.status == "quoted"


def test_what_to_look_at(view: View) -> None:
    found = checked(
        view,
        "The hotline received 4900 calls (annual-2024.md). The hotline received 4812 calls [1][2].\n\n"
        "“Waiting for a place remains our biggest weakness”, it says (other.pdf).\n\n" + LISTED,
    )
    assert [(f.what, f.status, f.line) for f in found.findings()] == [
        ("sentence", "contradicted", 1),  # and not its reference once more
        ("quotation", "altered", 3),
        ("reference", "unknown_source", 3),
    ]


def test_a_footnote_of_a_word_document(view: View) -> None:
    body = paragraph("The hotline received 4812 calls.", call(1), " The hotline received 4900 calls.", call(2))
    data = word_file(body, note(1, "Annual report 2024, p. 3") + note(2, "Smith, A book, 1999."))
    found = check(read_draft("x.docx", data), view, WordVerifier())
    assert [(r.finding, r.sentence, r.target) for r in found.references] == [
        ("supported", 1, "Annual report 2024, p. 3"), ("unknown_source", 2, "Smith, A book, 1999.")
    ]  # fmt: skip


def test_progress_counts_every_sentence(view: View) -> None:
    draft, told = read_text("One leaks badly. “Two three four” is not here. Why?\n"), []
    check(draft, view, WordVerifier(), told.append)
    assert sum(told) == len(draft.sentences)


def test_one_thread_and_four_find_the_same(view: View) -> None:
    draft = read_text("The hotline received 4900 calls. Pigs can fly “over the old moon” (annual-2024.md) [1]. " * 10)
    one, four = (check(draft, view, WordVerifier(), threads=n) for n in (1, 4))
    assert (one.sentences, one.quotations, one.references) == (four.sentences, four.quotations, four.references)


def test_an_error_of_the_verifier_is_not_swallowed(view: View) -> None:
    class Broken(WordVerifier):
        def verify(self, *_: object) -> None:  # type: ignore[override]
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        check(read_text("The hotline received 4812 calls. " * 50), view, Broken())


def test_json_has_what_was_found(view: View) -> None:
    import json

    found = checked(view, "The hotline received 4900 calls (other.pdf). He said “pigs can fly high” twice.")
    told = json.loads(json.dumps(found.to_json(), ensure_ascii=False))
    assert set(told) == {
        "name", "title", "language", "passages", "seconds", "counts", "findings", "sentences", "quotations",
        "references",
    }  # fmt: skip
    for finding in told["findings"]:
        one = told[finding["what"] + "s"][finding["number"]]
        assert one["line"] == finding["line"]
        assert finding["status"] == one.get("status", one.get("finding"))


def test_a_view_shows_only_what_it_may(tmp_path: Path) -> None:
    from index.filters import Filter
    from index.opened import Index
    from tests.rag.check.desk import DOCUMENTS
    from tests.rag.desk import build

    with Index.open(build(tmp_path, DOCUMENTS)) as index:
        view = index.view(Filter(folders=("rules",)))
        found = check(read_text("The hotline received 4812 calls (annual-2024.md)."), view, WordVerifier())
    assert [s.status for s in found.sentences] == ["unsupported"]
    assert [r.finding for r in found.references] == ["unknown_source"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "“Waiting for a place remains our greatest scandal”, it says.",
            "Waiting for a place remains our greatest weakness,",
        ),
        (
            "“Sitting for a place remains our greatest weakness”, it says.",
            "Waiting for a place remains our greatest weakness",
        ),
    ],
)
def test_a_misquotation_shows_what_stands_at_its_edges(view: View, text: str, found: str) -> None:
    (quotation,) = checked(view, text).quotations
    assert quotation.status == "altered" and quotation.source is not None
    assert quotation.source.quote == found


def test_an_arabic_quotation_may_begin_behind_a_prefix(tmp_path: Path) -> None:
    with opened(tmp_path, {"ar/ق.txt": "قاعدة\n\nتُفتح الملفات برقم، ولا تُنسخ وثائق الهوية ولا تُصوَّر أبدًا.\n"}) as view:
        (quotation,) = checked(view, "يقول النص «لا تُنسخ وثائق الهوية ولا تُصوَّر» بوضوح.").quotations
    assert quotation.status == "exact"


def test_a_cited_source_that_is_about_something_else_does_not_contradict(view: View) -> None:
    class Nearer(WordVerifier):
        def verify(self, view: View, statement: str, passages: Sequence[Passage] | None = None) -> Verdict:
            found = super().verify(view, "The hotline received 4812 calls in 2024.")
            if passages is None:
                return found
            far = tuple(replace(e, score=0.5) for e in found.evidence)
            return replace(found, status="contradicted", evidence=far)

    text = "The hotline has its 4812 calls (rules/travel.md)."
    assert [r.finding for r in check(read_text(text), view, Nearer()).references] == ["elsewhere"]


@pytest.mark.parametrize("of_all", ["unsupported", "contradicted"])
def test_a_sentence_is_what_its_cited_source_makes_it(view: View, of_all: VerdictStatus) -> None:
    class Torn(WordVerifier):
        def verify(self, view: View, statement: str, passages: Sequence[Passage] | None = None) -> Verdict:
            found = super().verify(view, "In 2024 the hotline received 4812 calls.")
            return found if passages is not None else replace(found, status=of_all)

    (sentence,) = check(read_text("The hotline has its calls (annual-2024.md)."), view, Torn()).sentences
    assert sentence.status == "supported"
    assert len(sentence.against) == (of_all == "contradicted")
