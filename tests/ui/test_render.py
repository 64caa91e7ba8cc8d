from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Document
from index.filters import Filter
from index.readers.formats import FORMATS
from rag.answer import Answer, Before, Citation, Difference, Elsewhere, RankedPassage, Statement
from rag.examples import Example
from tests.ui.library import ANSWERS, DOCUMENTS, Library, answer_of, passage_of
from ui.look_in import Offer, render_offer
from ui.problems import Problem
from ui.render import evidence_of, render_conversation, render_sources, reveal
from ui.render_top import render_header, render_welcome
from ui.strings import ARABIC, ENGLISH, STRINGS, choose
from ui.turn import Turn

FRENCH_QUESTION, ENGLISH_QUESTION, ARABIC_QUESTION = ANSWERS
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onclick='alert(1)",
    "</p></article><h1>pincite</h1>",
    "[x](javascript:alert(1)) **bold** `code`",
    "javascript:alert(1)",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "${alert(1)} {{value}} <%= 1 %>",
    "<!-- \u202e ]]> -->",
]
ALLOWED = {
    *("a", "article", "bdi", "blockquote", "button", "details", "div", "fieldset", "h1", "h2", "h3"),
    *("header", "input", "label", "legend", "li", "mark", "p", "section", "span", "summary", "ul"),
}


class Page(HTMLParser):
    """What a browser would make of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "input":  # which has no end
            return
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag == name]

    def with_class(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for _, attributes in self.elements if name in (attributes.get("class") or "").split()]

    def ids(self) -> list[str]:
        return [attributes["id"] or "" for _, attributes in self.elements if "id" in attributes]


def turn_of(question: str, number: int = 1) -> Turn:
    return Turn(number, question, Library().ask(question), settled=True)


def hostile_turn(text: str) -> Turn:
    document = Document(f"{text}/{text}.txt", text, text, f"Before. {text} After.")
    answer = answer_of(text, text, [(document, text)], (passage_of(document, document.text, 1.0),))
    also, differences = (Elsewhere(text, text, None, 0, 1, text, 1),), (Difference(1, text, text),)
    citation = replace(answer.citations[0], sheet=text, row=1, date=text, url=text)
    citation = replace(citation, also=also, differs_from=(1,), differences=differences, before=Before(0, 7, text))
    within = Filter(folders=(text,), languages=(text,), formats=(text,), since=text, until=text)
    return Turn(1, text, replace(answer, citations=(citation,)), settled=True, within=within)


def test_the_sentence_before_a_quote_stands_apart_from_it() -> None:
    turn = hostile_turn("One.")
    html = render_conversation([turn], ENGLISH)
    assert html.index(f'<p class="before">{ENGLISH.before} <bdi') < html.index('<p class="statement quoted"')
    assert turn.answer
    bare = replace(turn.answer, citations=(replace(turn.answer.citations[0], before=None),))
    assert 'class="before"' not in render_conversation([replace(turn, answer=bare)], ENGLISH)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    turn = hostile_turn(text)
    assert turn.answer
    abstained = replace(turn, answer=replace(turn.answer, abstained=True, statements=(), citations=()))
    for turns in ([turn], [abstained], [Turn(1, text, problem=Problem("other", text))], [Turn(1, text)]):
        html = render_conversation(turns, ENGLISH) + render_sources(turns, ENGLISH)
        html += render_welcome(ENGLISH, [Example(text, text)], 1) + render_header(ENGLISH, 1, [text])
        html += render_offer(Offer(((text, 1),), ((text, 1),), ((text, 1),), dated=True), ENGLISH)
        page = Page(html)
        for tag, attributes in page.elements:
            assert tag in ALLOWED
            assert not [name for name in attributes if name.startswith("on") or name == "src"]
            assert (attributes.get("href") or "#").startswith("#")
            assert (attributes.get("lang") or "en") == "en"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    turn = hostile_turn(text)
    page = Page(render_sources([turn], ENGLISH))
    assert page.texts["mark"] == [text]
    assert page.texts["blockquote"] == [f"Before. {text} After."]
    assert Page(render_conversation([turn], ENGLISH)).texts["p"][0] == text


@given(st.text(min_size=1), st.text(), st.text(), st.integers(0, 10**6))
def test_the_mark_is_the_quote(quote: str, before: str, after: str, offset: int) -> None:
    passage = RankedPassage("d", offset, offset + len(before + quote + after), 1.0, "en", before + quote + after)
    start = offset + len(before)
    citation = Citation(1, "d", "t", None, "en", start, start + len(quote), quote, "exact")
    evidence = evidence_of(citation, [passage])
    assert (evidence.before, evidence.quote, evidence.after, evidence.exact) == (before, quote, after, True)


def test_evidence_is_marked_only_where_it_stands() -> None:
    passage = RankedPassage("d", 10, 31, 1.0, "en", "One two. Three. Four.")
    sound = Citation(1, "d", "t", None, "en", 19, 25, "Three.", "exact")
    cases = [
        (sound, True, "One two. "),
        (replace(sound, status="unverified"), False, ""),
        (replace(sound, start=18, end=24), False, ""),  # other characters stand there
        (replace(sound, end=26), False, ""),  # as many characters as the quote has not
        (replace(sound, document="other"), True, ""),  # no passage covers it: the quote by itself
        (replace(sound, start=100, end=106), True, ""),
    ]
    for citation, exact, before in cases:
        evidence = evidence_of(citation, [passage])
        assert (evidence.exact, evidence.before, evidence.quote) == (exact, before, "Three.")


def test_an_unverified_quote_says_so_and_is_not_marked() -> None:
    turn = turn_of(ENGLISH_QUESTION)
    assert turn.answer
    doubted = tuple(replace(citation, status="unverified") for citation in turn.answer.citations)
    html = render_sources([replace(turn, answer=replace(turn.answer, citations=doubted))], ENGLISH)
    assert html.count("<mark>") == 0
    assert html.count(ENGLISH.unverified) == 2
    assert ENGLISH.exact not in html
    assert render_sources([turn], ENGLISH).count("<mark>") == 2


def test_markers_and_cards_lead_to_each_other() -> None:
    turns = [turn_of(FRENCH_QUESTION, 1), turn_of(ENGLISH_QUESTION, 2), turn_of("Who won?", 3)]
    page = Page(render_conversation(turns, ENGLISH) + render_sources(turns, ENGLISH))
    assert len(page.ids()) == len(set(page.ids()))
    links = [attributes["href"] or "" for attributes in page.all("a")]
    assert links
    assert {link.lstrip("#") for link in links} <= set(page.ids())
    assert [a["href"] for a in page.with_class("marker")] == [
        "#turn-1-source-1", "#turn-1-source-2", "#turn-2-source-1", "#turn-2-source-2",
    ]  # fmt: skip
    assert [a["href"] for a in page.with_class("back")] == [
        "#turn-1-marker-1", "#turn-1-marker-2", "#turn-2-marker-1", "#turn-2-marker-2",
    ]  # fmt: skip
    assert [a["data-turn"] for a in page.with_class("current")] == ["3", "3"]


def test_a_source_cited_twice_has_one_id() -> None:
    answer = Library().ask(ENGLISH_QUESTION)
    twice = replace(answer, statements=(answer.statements[0], replace(answer.statements[1], citations=(1, 2))))
    page = Page(render_conversation([Turn(1, "q", twice, settled=True)], ENGLISH))
    assert [a.get("id") for a in page.with_class("marker")] == ["turn-1-marker-1", None, "turn-1-marker-2"]


def test_each_block_has_its_language_and_direction() -> None:
    turn = turn_of(ARABIC_QUESTION)
    conversation, sources = Page(render_conversation([turn], ENGLISH)), Page(render_sources([turn], ENGLISH))
    assert [(p["lang"], p["dir"]) for p in conversation.with_class("statement")] == [("ar", "auto"), ("en", "auto")]
    assert [(b["lang"], b["dir"]) for b in sources.all("blockquote")] == [("ar", "auto"), ("en", "auto")]
    assert [h.get("lang") for h in sources.all("h3")] == ["ar", "en"]
    assert render_conversation([turn], ENGLISH).count("<bdi><a ") == 2
    unknown = turn.answer and replace(turn.answer, citations=(replace(turn.answer.citations[0], language="und"),))
    assert "lang" not in Page(render_sources([Turn(1, "q", unknown)], ENGLISH)).all("blockquote")[0]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("report\u202etxt.exe", "report[U+202E]txt.exe"),
        ("a\u2066b\u2069c\u202ad", "a[U+2066]b[U+2069]c[U+202A]d"),
        ("line\nbreak\x00", "line[U+000A]break[U+0000]"),
        ("ميثاق\u200f.txt", "ميثاق\u200f.txt"),
    ],
)
def test_names_cannot_turn_the_page_round(name: str, shown: str) -> None:
    document = Document(name, name, "en", "Said.")
    turn = Turn(1, "q", answer_of("q", "en", [(document, "Said.")], ()), settled=True)
    page = Page(render_sources([turn], ENGLISH))
    assert page.texts["h3"] == [shown]
    assert shown in page.texts["bdi"]
    assert name == shown or name not in (page.with_class("copy")[0]["data-copy"] or "")


def test_a_copied_quote_has_its_title_and_place() -> None:
    page = Page(render_sources([turn_of(ENGLISH_QUESTION)], ENGLISH))
    text = DOCUMENTS[2].text
    quote = ANSWERS[ENGLISH_QUESTION][1][0]
    start = text.index(quote)
    assert page.with_class("copy")[0]["data-copy"] == (
        f"“{quote}”\n— Guidance for labour inspectors "
        f"(en/inspectors.md, page 3, characters {start}–{start + len(quote)})"
    )


def test_abstention_lists_passages_that_are_no_answer() -> None:
    turns = [turn_of("Who won?")]
    conversation, sources = render_conversation(turns, ENGLISH), render_sources(turns, ENGLISH)
    assert "The documents do not answer this question." in conversation
    assert 'class="marker"' not in conversation
    assert "<mark>" not in sources
    assert ENGLISH.closest_note in sources
    assert len(Page(sources).all("blockquote")) == 5
    nothing = [Turn(1, "q", replace(turns[0].answer, passages=()), settled=True)] if turns[0].answer else []
    assert ENGLISH.no_passages in render_sources(nothing, ENGLISH)
    assert "show-sources" not in render_conversation(nothing, ENGLISH)


def test_markers_of_written_statements_are_links_not_words() -> None:
    answer = Library().ask(ENGLISH_QUESTION)
    written = Statement("They are victims [1] until the liaison [2] says otherwise [7].", (1, 2), "unsupported")
    html = render_conversation([Turn(1, "q", replace(answer, statements=(written,)))], ENGLISH)
    assert "They are victims until the liaison says otherwise [7]." in html
    assert html.count('class="marker"') == 2
    assert ENGLISH.unsupported in html
    quoted = Statement("As others wrote [1].", (1,), "quoted")
    assert "As others wrote [1]." in render_conversation([Turn(1, "q", replace(answer, statements=(quoted,)))], ENGLISH)


def steps_of(answer: Answer) -> list[str]:
    return [" ".join(statement.text for statement in step.statements) for step in reveal(answer)]


def test_an_answer_appears_by_growing() -> None:
    answer = Library().ask(FRENCH_QUESTION)
    *steps, last = reveal(answer)
    assert last is answer
    shown = steps_of(answer)
    assert all(after.startswith(before) and after != before for before, after in pairwise(shown))
    assert 3 <= len(shown) <= 20
    for step in steps:
        assert {citation.number for citation in step.citations} == {n for s in step.statements for n in s.citations}
    assert [len(step.citations) for step in steps][-1] == 1


@given(st.lists(st.text(min_size=1, max_size=400), max_size=6))
def test_any_answer_appears_in_few_steps(texts: list[str]) -> None:
    statements = tuple(Statement(text, (), "quoted") for text in texts)
    answer = replace(Library().ask(FRENCH_QUESTION), statements=statements, citations=())
    shown = list(reveal(answer))
    assert shown[-1] is answer
    assert len(shown) <= 14 + 2 * len(texts)
    for step in shown:
        for whole, part in zip(statements, step.statements, strict=False):
            assert whole.text.startswith(part.text)


def test_waiting_failing_and_empty_turns() -> None:
    waiting = render_conversation([Turn(1, "q")], ENGLISH)
    assert ENGLISH.searching in waiting
    assert 'aria-busy="true"' in waiting
    failed = render_conversation([Turn(1, "q", problem=Problem("question"), settled=True)], ENGLISH)
    assert 'role="alert"' in failed
    assert 'aria-busy="false"' in failed
    assert ENGLISH.sources_empty in render_sources([], ENGLISH)
    assert "pincite sync" in render_welcome(ENGLISH, [], 0)


def test_a_turn_says_where_alone_was_looked() -> None:
    turn = replace(turn_of(ENGLISH_QUESTION), within=Filter(languages=("en", "fr"), formats=("pdf",)))
    for shown in (turn, replace(turn, answer=None), replace(turn, answer=None, problem=Problem("failed"))):
        assert Page(render_conversation([shown], ENGLISH)).texts["p"][1] == "Only in: English, French · PDF"
    assert "Only in" not in render_conversation([turn_of(ENGLISH_QUESTION)], ENGLISH)


def test_the_top_line_counts_documents_and_names_languages() -> None:
    html = render_header(ENGLISH, 12, ["fr", "ar", "en", "es", "de", "it", "xx"])
    assert "Documents: 12" in html
    assert "French, Arabic, English, Spanish, German +2" in html
    assert 'dir="rtl"' in render_header(ARABIC, 1, ["ar"])
    assert "العربية، الفرنسية" in render_header(ARABIC, 1, ["ar", "fr"])
    assert Page(render_header(ENGLISH, 0, [])).texts["p"][1] == ""


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("de-DE,de;q=0.9,ar;q=0.5,en;q=0.4", "ar"),
        ("en;q=0.3, fr;q=0.7", "fr"),
        ("fr;q=0, ar", "ar"),
        ("ja", "en"),
        ("<script>;q=9,,;;fr", "en"),
        ("ar" + ",x" * 9999, "ar"),
    ],
)
def test_the_page_speaks_the_browsers_language(header: str, language: str) -> None:
    assert choose(header).language == language


def holes(words: str) -> set[str]:
    return {part.split("}")[0] for part in words.split("{")[1:]}


def test_every_languages_words_have_the_same_holes() -> None:
    english = {name: getattr(ENGLISH, name) for name in ENGLISH.__slots__}
    for strings in STRINGS.values():
        for name, value in english.items():
            said = getattr(strings, name)
            if isinstance(value, str):
                assert holes(value) == holes(said), name
            if isinstance(value, dict) and name != "formats":
                assert {key: holes(words) for key, words in value.items()} == {
                    key: holes(words) for key, words in said.items()
                }, name
        assert len(strings.months) == 12
        assert strings.formats.keys() == ENGLISH.formats.keys() <= FORMATS
