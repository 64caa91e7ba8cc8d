from dataclasses import dataclass

import pytest

from index.access import Access
from index.filters import EVERYTHING, PUBLIC, Filter
from tests.ui.library import Library
from tests.ui.test_render import Page
from ui.look_in import MOST_FOLDERS, ChoiceError, Offer, chosen, offered, render_offer, render_within
from ui.strings import ARABIC, ENGLISH, FRENCH, Strings

STAFF = Filter(frozenset({"staff"}))


@dataclass(frozen=True)
class Entry:
    id: str
    language: str = "en"
    format: str = "pdf"
    date: str | None = None
    access: Access = ()


def test_what_is_offered() -> None:
    assert offered(Library().documents()) == Offer(
        (("fr", 1), ("ar", 1), ("en", 1), ("es", 1)),
        (("plain", 3), ("markdown", 1)),
        (("ar", 1), ("en", 1), ("es", 1), ("fr", 1)),
        dated=True,
    )


@pytest.mark.parametrize(
    ("entries", "offer"),
    [
        ([], Offer()),
        ([Entry("a/b.pdf", date="2024-01-01")], Offer()),
        ([Entry("a.pdf"), Entry("b.pdf")], Offer()),
        ([Entry("a/b.pdf"), Entry("a/c.pdf")], Offer()),
        ([Entry("a/b.pdf"), Entry("c.pdf")], Offer(folders=(("a", 1),))),
        ([Entry("b/b/b.pdf"), Entry("A/c.pdf")], Offer(folders=(("A", 1), ("b", 1)))),
        ([Entry("a.zip/b.pdf"), Entry("a.eml/c/d.pdf")], Offer()),
        (
            [Entry("a", language="und"), Entry("b"), Entry("c")],
            Offer(languages=(("en", 2), ("und", 1))),
        ),
    ],
)
def test_only_what_would_choose_something_is_offered(entries: list[Entry], offer: Offer) -> None:
    assert offered(entries) == offer
    assert bool(render_offer(offer, ENGLISH)) == (offer != Offer())


def test_of_very_many_folders_the_fullest_are_offered() -> None:
    entries = [Entry(f"{number % 300}/{number}") for number in range(500)]
    folders = offered(entries).folders
    assert len(folders) == MOST_FOLDERS
    assert {count for _, count in folders} == {2}


def test_what_is_offered_can_be_chosen() -> None:
    page = Page(render_offer(offered(Library().documents()), FRENCH))
    inputs = [(one["name"], one["type"], one.get("value")) for one in page.all("input")]
    assert inputs[:2] == [("languages", "checkbox", "fr"), ("languages", "checkbox", "ar")]
    assert inputs[-2:] == [("since", "date", None), ("until", "date", None)]
    assert page.texts["legend"] == ["Langue", "Type de fichier", "Dossier", "Date"]
    assert page.texts["label"][:2] == ["français1", "arabe1"]
    assert page.texts["summary"] == ["Chercher dans\u00a0: tous les documents"]
    for name, _, value in inputs[:-2]:
        narrowed = chosen({name: [value]}, PUBLIC)
        assert narrowed is not None
        assert getattr(narrowed, name or "") == (value,)


@pytest.mark.parametrize("asker", [PUBLIC, STAFF, EVERYTHING])
def test_a_choice_narrows_what_the_asker_sees(asker: Filter) -> None:
    sent = {
        "languages": ["fr", "en"], "formats": ["pdf"], "folders": ["press"], "since": "2024-01-01", "until": "",
        "groups": ["*"],
    }  # fmt: skip
    assert chosen(sent, asker) == Filter(asker.groups, ("press",), ("en", "fr"), "2024-01-01", None, ("pdf",))


@pytest.mark.parametrize("sent", [None, {}, {"languages": [], "since": "", "until": None}, {"other": 1}])
def test_no_choice_is_no_filter(sent: object) -> None:
    assert chosen(sent, STAFF) is None


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ("fr", "load the page again"),
        ([], "load the page again"),
        ({"languages": "fr"}, "load the page again"),
        ({"languages": [{"a": 1}]}, "load the page again"),
        ({"folders": ["a"] * 501}, "load the page again"),
        ({"since": 2024}, "load the page again"),
        ({"since": "yesterday"}, "'yesterday' is no date"),
        ({"since": "2024-05-02", "until": "2024-05-01"}, "put the earlier date first"),
        ({"folders": ["../secret"]}, "names no folder"),
        ({"languages": ["french"]}, "no code of a language"),
        ({"formats": ["exe"]}, "no format that is read"),
    ],
)
def test_what_cannot_be_a_choice_is_told(sent: object, said: str) -> None:
    with pytest.raises(ChoiceError, match=said) as told:
        chosen(sent, STAFF)
    assert told.value.kind == ("dates" if "date" in said else "choice")


def test_halves_of_characters_are_taken_out_of_names() -> None:
    narrowed = chosen({"folders": ["\ud800"]}, PUBLIC)
    assert narrowed == Filter(folders=("\N{REPLACEMENT CHARACTER}",))


@pytest.mark.parametrize(
    ("strings", "said"),
    [
        (ENGLISH, "Only in: French, language unknown · Word, PDF · press/2024 · since 1 May 2024 · until 31 May 2024"),
        (
            FRENCH,
            "Seulement dans\u00a0: français, langue inconnue · Word, PDF · press/2024 · depuis le 1er mai 2024 "
            "· jusqu’au 31 mai 2024",
        ),
        (ARABIC, "في هذه فقط: الفرنسية، لغة غير معروفة · Word، PDF · press/2024 · منذ 1 مايو 2024 · حتى 31 مايو 2024"),
    ],
)
def test_a_filter_in_words(strings: Strings, said: str) -> None:
    within = Filter.parse(
        folders=["press/2024"], languages=["und", "fr"], formats=["docx", "pdf"], since="2024-05", until="2024-05"
    )
    page = Page(render_within(within, strings))
    assert page.texts["p"] == [said]
    assert len(page.texts["bdi"]) == 7
