"""Composed answers over a real index: what a model says is shown only where the verifier supports it."""

import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.document import Passage, Span
from index.errors import PinciteError, QuestionError
from rag.answer import Answer, Removed
from rag.assistant import Assistant
from rag.compose.cited import _removed
from rag.compose.composer import MOST_SENTENCES, NEARLY_BEST, Composer, _rests_on
from rag.compose.markers import without_lookalikes
from rag.compose.model import Message
from rag.quote import Quote
from rag.remark import Remark
from rag.verify.verdict import Evidence, Mismatch, Verdict
from tests.index.fake_encoder import LetterEncoder
from tests.rag.compose.fakes import FakeModel, FakeVerifier
from tests.rag.desk import TEXTS, build

QUESTION = "Who has the key of the lamp, is it Hannah?"
KEY = "Ask Hannah for the key."
BULB = "The lamp needs a new bulb."
KNOWN = {
    "Hannah has the key.": ("supported", "same_meaning", KEY),
    "The lamp lacks a bulb.": ("supported", "same_meaning", BULB),
    "Ask Hannah for the key.": ("quoted", "verbatim", KEY),
    "Hannah has the key and a bulb.": ("supported", "same_meaning", f"{KEY}|{BULB}"),
    "Peter has the key.": ("contradicted", "another_name", KEY),
    "See evil.example for the key.": ("supported", "same_meaning", KEY),
}


def assistant(folder: Path, model: FakeModel, known: object = KNOWN, confidence: float = 0.0) -> Assistant:
    asking = Assistant(build(folder), LetterEncoder(), confidence, composer=Composer(model))
    asking._verifier = FakeVerifier(known)  # type: ignore[arg-type, assignment]
    return asking


def compose(folder: Path, text: str, failure: str = "") -> tuple[list[Answer], FakeModel]:
    model = FakeModel(text, failure)
    return list(assistant(folder, model).answers(QUESTION, mode="compose")), model


def compose_with(folder: Path, model: FakeModel) -> Answer:
    *_, last = assistant(folder, model).answers(QUESTION, mode="compose")
    return last


def check(answer: Answer) -> None:
    """What the public interface promises of an answer, composed or not."""
    json.dumps(answer.to_json())
    assert answer.mode == "compose"
    numbers = [citation.number for citation in answer.citations]
    marked = [int(number) for number in re.findall(r"\[(\d+)\]", answer.text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert set(marked) == set(numbers)
    assert marked == [number for statement in answer.statements for number in statement.citations]
    for citation in answer.citations:
        text = TEXTS[citation.document].removeprefix("\ufeff") if citation.document != "page.html" else None
        assert text is None or text[citation.start : citation.end] == citation.quote
        assert set(citation.differs_from) <= set(numbers)
    for statement in answer.statements:
        assert statement.status in ("quoted", "supported")
        assert statement.citations
    assert {number for removed in answer.removed for number in removed.citations} <= set(numbers)


def test_the_quoted_answer_first_then_the_composed_one_as_it_grows(tmp_path: Path) -> None:
    answers, model = compose(tmp_path, "Hannah has the key [1]. The lamp lacks a bulb [2].")
    for answer in answers:
        check(answer)
    quoted, first, *_, last = answers
    assert (quoted.composed, quoted.model, quoted.notice) == (False, None, None)
    assert [s.status for s in quoted.statements] == ["quoted"] * len(quoted.statements)
    assert (first.composed, first.text) == (True, "Hannah has the key. [1]")
    assert last.text == "Hannah has the key. [1] The lamp lacks a bulb. [2]"
    assert [(s.text, s.citations, s.status) for s in last.statements] == [
        ("Hannah has the key.", (1,), "supported"),
        ("The lamp lacks a bulb.", (2,), "supported"),
    ]
    assert [c.quote for c in last.citations] == [KEY, BULB]
    assert (last.removed, last.notice, last.model, last.abstained) == ((), None, "fake", False)
    assert last.passages == quoted.passages
    assert last.timings.keys() >= {"total_ms", "search_ms", "first_word_ms", "first_sentence_ms", "compose_ms"}
    assert model.closed


def test_ask_gives_the_last_of_them(tmp_path: Path) -> None:
    asking = assistant(tmp_path, FakeModel("Hannah has the key."))
    assert asking.can_compose
    assert asking.ask(QUESTION, mode="compose").text == "Hannah has the key. [1]"
    assert asking.ask_any(QUESTION, mode="compose").composed
    quoted = asking.ask(QUESTION)
    assert (quoted.mode, quoted.composed) == ("quote", False)


def test_what_is_not_supported_is_struck_and_shown_apart(tmp_path: Path) -> None:
    answers, _ = compose(tmp_path, "Peter has the key [1]. It is made of gold [1]. Hannah has the key [1].")
    for answer in answers:
        check(answer)
        assert "gold" not in answer.text
        assert "Peter" not in answer.text
    last = answers[-1]
    assert last.text == "Hannah has the key. [1]"
    assert last.removed == (
        Removed("Peter has the key.", "contradicted", "another_name", (1,)),
        Removed("It is made of gold.", "unsupported", "nothing_near"),
    )
    # Before the first sentence is kept the quoted answer stands, with what was struck beside it.
    assert [a.composed for a in answers] == [False, False, False, True, True]
    assert answers[1].text == answers[0].text
    assert [removed.text for removed in answers[1].removed] == ["Peter has the key."]


def test_where_nothing_is_left_the_quoted_answer_stands(tmp_path: Path) -> None:
    answers, _ = compose(tmp_path, "It is made of gold [1].")
    last = answers[-1]
    check(last)
    assert (last.composed, last.text, last.citations) == (False, answers[0].text, answers[0].citations)
    assert [removed.text for removed in last.removed] == ["It is made of gold."]
    assert last.notice == "nothing that the model wrote is supported; the quoted answer stands"


@pytest.mark.parametrize("text", ["NONE", "The documents do not answer this question.", "NONE. Peter has the key."])
def test_a_refusal_leaves_the_quoted_answer(tmp_path: Path, text: str) -> None:
    answers, model = compose(tmp_path, text)
    last = answers[-1]
    check(last)
    assert (last.composed, last.removed, last.text) == (False, (), answers[0].text)
    assert last.notice == "the model found no answer in the sources; the quoted answer stands"
    assert model.closed


def test_a_refusal_after_an_answer_is_dropped(tmp_path: Path) -> None:
    last = compose(tmp_path, "Hannah has the key [1]. The sources do not mention anything else.")[0][-1]
    assert (last.text, last.removed, last.notice) == ("Hannah has the key. [1]", (), None)


@pytest.mark.parametrize("text", ["", "  \n", "[1] [2]", "...", "<think>Hm.</think>"])
def test_a_model_that_says_nothing(tmp_path: Path, text: str) -> None:
    answers, _ = compose(tmp_path, text)
    assert (answers[-1].text, answers[-1].composed) == (answers[0].text, False)
    assert answers[-1].notice is not None


def test_a_model_that_is_away_leaves_the_quoted_answer(tmp_path: Path) -> None:
    answers, _ = compose(tmp_path, "", "fake at nowhere cannot be reached")
    assert len(answers) == 2
    check(answers[-1])
    assert (answers[-1].composed, answers[-1].text) == (False, answers[0].text)
    assert answers[-1].remarks == (Remark("away", "fake at nowhere cannot be reached"),)
    assert answers[-1].notice == "fake at nowhere cannot be reached; the quoted answer stands"


def test_a_model_that_breaks_off_leaves_what_was_checked(tmp_path: Path) -> None:
    answers, model = compose(tmp_path, "Hannah has the key [1]. The lamp la", "fake broke off")
    last = answers[-1]
    check(last)
    assert last.text == "Hannah has the key. [1]"
    assert last.remarks == (Remark("broke_off", "fake broke off"),)
    assert last.notice == "fake broke off; what it wrote before was checked and stands"
    assert last.removed == ()  # half a sentence says nothing
    assert model.closed


def test_duplicates_are_dropped(tmp_path: Path) -> None:
    last = compose(tmp_path, "Hannah has the key [1]. HANNAH HAS THE  KEY. It is gold. It is gold!")[0][-1]
    assert last.text == "Hannah has the key. [1]"
    assert [removed.text for removed in last.removed] == ["It is gold."]


def test_one_place_is_cited_once_and_what_needs_several_is_struck(tmp_path: Path) -> None:
    last = compose(tmp_path, "Hannah has the key. Hannah has the key and a bulb. Ask Hannah for the key.")[0][-1]
    check(last)
    assert last.text == "Hannah has the key. [1] Ask Hannah for the key. [1]"
    assert [s.status for s in last.statements] == ["supported", "quoted"]
    assert last.removed == (Removed("Hannah has the key and a bulb.", "unsupported", "too_unlike"),)


def test_an_answer_rests_on_a_quote_that_is_nearly_the_best(tmp_path: Path) -> None:
    material = assistant(tmp_path, FakeModel(""))._quote(QUESTION, "compose", 5, None)
    passage = next(c.passage for c in material.candidates if BULB in c.passage.text)
    at = passage.start + passage.text.index(BULB)
    lower = Quote(passage, at, at + len(BULB), 0.5)
    best = Quote(passage, passage.end - 1, passage.end, 0.5 + NEARLY_BEST)
    for score, composed in ((0.5, True), (0.49, False)):
        chosen = replace(material, quotes=(best, replace(lower, score=score)))
        *_, last = Composer(FakeModel("The lamp lacks a bulb.")).compose(chosen, FakeVerifier(KNOWN))  # type: ignore[arg-type]
        assert last.composed == composed
        assert [r.reason for r in last.removed] == ([] if composed else ["beside_the_answer"])


@pytest.mark.parametrize(
    ("said", "kept", "struck"),
    [
        ("It was mended. Hannah has the key.", ["It was mended.", "Hannah has the key."], []),
        ("Hannah has the key. It was mended.", ["Hannah has the key.", "It was mended."], []),
        ("It was mended.", [], ["It was mended."]),
    ],
)
def test_an_answer_rests_on_a_quote(tmp_path: Path, said: str, kept: list[str], struck: list[str]) -> None:
    known = {**KNOWN, "It was mended.": ("supported", "same_meaning", "It was mended in May 2019 [2].")}
    quoted, *_, last = assistant(tmp_path, FakeModel(said), known).answers(QUESTION, mode="compose")
    check(last)
    assert all("mended" not in citation.quote for citation in quoted.citations)
    assert [s.text for s in last.statements] == (kept or [s.text for s in quoted.statements])
    assert [(r.text, r.reason) for r in last.removed] == [(text, "beside_the_answer") for text in struck]


def test_an_answer_is_in_the_questions_language(tmp_path: Path) -> None:
    french = "La clef de la lampe se trouve bien chez Hannah, et chez elle seulement."
    known = {**KNOWN, french: ("supported", "same_meaning", KEY)}
    last = assistant(tmp_path, FakeModel(f"{french} Hannah has the key."), known).ask(QUESTION, mode="compose")
    assert last.text == "Hannah has the key. [1]"
    assert last.removed == (Removed(french, "unsupported", "another_language"),)


def test_what_is_struck_says_for_which_words() -> None:
    said = "Peter has two keys, one lamp and a boat."
    words = ["Peter", "two", "", "Peter", "lamp [1]", "boat"]
    mismatches = tuple(Mismatch("words", word, "", 0, 0, 0, 0) for word in words)
    removed = _removed(Verdict(said, "unsupported", 0.1, "words_not_found", (), mismatches), ())
    assert removed == Removed(
        said, "unsupported", "words_not_found", (), ("Peter", "two", without_lookalikes("lamp [1]"))
    )


def test_at_most_five_sentences(tmp_path: Path) -> None:
    sentences = [f"Hannah has {n} keys." for n in "one two three four five six seven eight".split()]
    model = FakeModel(" ".join(sentences))
    known = dict.fromkeys(sentences, ("supported", "same_meaning", KEY))
    last = assistant(tmp_path, model, known).ask(QUESTION, mode="compose")
    assert len(last.statements) == MOST_SENTENCES
    assert model.closed
    assert model.said < len(model.text) // model.size


def test_a_model_on_the_wrong_track_is_not_listened_to_for_ever(tmp_path: Path) -> None:
    model = FakeModel(" ".join(f"Gold piece number {n} is here." for n in range(11)))
    last = assistant(tmp_path, model).ask(QUESTION, mode="compose")
    assert len(last.removed) == 5
    assert model.said < len(model.text) // model.size


def test_an_address_that_no_source_names_is_not_supported(tmp_path: Path) -> None:
    last = compose(tmp_path, "See evil.example for the key. Hannah has the key.")[0][-1]
    assert last.text == "Hannah has the key. [1]"
    assert last.removed == (Removed("See evil.example for the key.", "unsupported", "name_not_found"),)


def test_markup_is_gone_before_a_sentence_is_judged(tmp_path: Path) -> None:
    model = FakeModel(
        "- **Hannah** has <b>the</b> key\u202e [7].\n<script>alert(1)</script>\n![x](http://evil.example/p.png)"
    )
    asking = assistant(tmp_path, model)
    last = asking.ask(QUESTION, mode="compose")
    check(last)
    assert last.text == "Hannah has the key. [1]"
    judged = [statement for statement, _ in asking._verifier.asked]  # type: ignore[union-attr, attr-defined]
    assert judged == ["Hannah has the key.", "alert(1)", "x http://evil.example/p.png"]


def test_what_looks_like_a_marker_in_a_model_s_words_is_none(tmp_path: Path) -> None:
    known = {"Hannah [has] the key [1st].": ("supported", "same_meaning", KEY)}
    last = assistant(tmp_path, FakeModel("Hannah [has] the key [1st] [[9]]."), known).ask(QUESTION, mode="compose")
    for removed in last.removed:
        assert not re.search(r"\[\d+\]", removed.text)
    check(last)


def test_the_prompt(tmp_path: Path) -> None:
    answers, model = compose(tmp_path, "Hannah has the key.")
    ((system, human),) = model.messages
    assert (system[0], human[0]) == ("system", "human")
    assert "[2] or [1][3]" in system[1]
    assert QUESTION in human[1]
    assert "English" in human[1]
    assert answers[0].citations[0].quote.split("\n")[0] in human[1]
    assert QUESTION not in system[1]  # which is what is kept warm
    sources = [json.loads(line) for line in human[1].splitlines() if line.startswith("{")]
    assert [source["source"] for source in sources] == list(range(1, len(sources) + 1))
    assert model.grammars[0] is not None
    assert f'"[{len(sources)}]"' in model.grammars[0]
    assert f'"[{len(sources) + 1}]"' not in model.grammars[0]


def test_a_sentence_is_judged_against_the_passages_that_the_model_saw(tmp_path: Path) -> None:
    asking = assistant(tmp_path, FakeModel("Hannah has the key."))
    asking.ask(QUESTION, mode="compose")
    ((_, passages),) = asking._verifier.asked  # type: ignore[union-attr, attr-defined]
    assert asking._verifier.closely  # type: ignore[union-attr, attr-defined]
    assert passages
    assert all(
        TEXTS[p.document].removeprefix("\ufeff")[p.start : p.end] == p.text
        for p in passages
        if p.document != "page.html"
    )


def test_an_abstention_asks_no_model(tmp_path: Path) -> None:
    model = FakeModel("Hannah has the key.")
    (answer,) = assistant(tmp_path, model, confidence=1.0).answers(QUESTION, mode="compose")
    assert (answer.abstained, answer.mode, answer.composed) == (True, "compose", False)
    assert model.messages == []


def test_quote_mode_asks_no_model(tmp_path: Path) -> None:
    model = FakeModel("Hannah has the key.")
    (answer,) = assistant(tmp_path, model).answers(QUESTION)
    assert (answer.mode, answer.composed, answer.model) == ("quote", False, None)
    assert model.messages == []


def test_without_a_model_the_settings_are_named(tmp_path: Path) -> None:
    asking = Assistant(build(tmp_path), LetterEncoder(), 0.0)
    assert not asking.can_compose
    with pytest.raises(PinciteError, match=r"PINCITE_LLM.*--mode quote"):
        asking.answers(QUESTION, mode="compose")  # at once, not at the first answer
    with pytest.raises(QuestionError):
        asking.answers(" ")


class Waiting(FakeModel):
    """Says its text, and then nothing for as long as it is listened to."""

    def stream(self, messages: Sequence[Message], *, most_tokens: int, grammar: str | None = None) -> Iterator[str]:
        try:
            yield self.text
            while True:
                yield ""
        finally:
            self.closed = True


def test_it_can_be_stopped_while_nothing_comes(tmp_path: Path) -> None:
    model, stop = Waiting("Hannah has the key [1]. The lamp la"), threading.Event()
    answers = []
    for answer in assistant(tmp_path, model).answers(QUESTION, mode="compose", stop=stop):
        answers.append(answer)
        if answer.composed:
            stop.set()
    check(answers[-1])
    assert answers[-1].text == "Hannah has the key. [1]"
    assert answers[-1].notice == "the writing was stopped"
    assert model.closed


def test_stopped_before_anything_was_kept_the_quoted_answer_stands(tmp_path: Path) -> None:
    model, stop = Waiting("The lamp la"), threading.Event()
    stop.set()
    quoted, last = assistant(tmp_path, model).answers(QUESTION, mode="compose", stop=stop)
    assert (last.composed, last.text, last.notice) == (False, quoted.text, "the writing was stopped")
    assert model.closed


def test_whoever_stops_listening_ends_the_writing(tmp_path: Path) -> None:
    model = Waiting("Hannah has the key [1]. The lamp la")
    answers = assistant(tmp_path, model).answers(QUESTION, mode="compose")
    next(answers)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    assert model.closed


def test_quotes_that_do_not_fit_are_said(tmp_path: Path) -> None:
    model = FakeModel("Hannah has the key.")
    model.count_tokens = lambda text: 2_000  # type: ignore[method-assign]
    last = assistant(tmp_path, model).ask(QUESTION, mode="compose")
    left = len(assistant(tmp_path, model).ask(QUESTION).citations) - 1
    assert last.remarks == (Remark("quotes_left_out", count=left, of=left + 1),)
    assert last.notice == f"{left} of {left + 1} quotes did not fit into the prompt"
    assert last.to_json()["notice"] == last.notice
    assert last.to_json()["remarks"] == ({"kind": "quotes_left_out", "detail": "", "count": left, "of": left + 1},)


def test_what_went_otherwise_is_told_together(tmp_path: Path) -> None:
    model = FakeModel("", "fake is away")
    model.count_tokens = lambda text: 2_000  # type: ignore[method-assign]
    last = assistant(tmp_path, model).ask(QUESTION, mode="compose")
    assert [remark.kind for remark in last.remarks] == ["away", "quotes_left_out"]
    assert re.fullmatch(r"fake is away; the quoted answer stands; \d of \d quotes did not fit .*", last.notice or "")


def test_many_threads_compose_at_once(tmp_path: Path) -> None:
    asking = assistant(tmp_path, FakeModel("Hannah has the key [1]. It is gold. The lamp lacks a bulb [2]."))
    found: list[Answer] = []
    threads = [threading.Thread(target=lambda: found.append(asking.ask(QUESTION, mode="compose"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.text for answer in found} == {"Hannah has the key. [1] The lamp lacks a bulb. [2]"}
    assert len(found) == 6


@pytest.mark.parametrize(("start", "end", "rests"), [(0, 4, False), (5, 9, True), (8, 12, True), (10, 14, False)])
def test_what_joined_a_quote_is_not_what_it_was_quoted_for(start: int, end: int, rests: bool) -> None:
    passage = Passage(0, "a.txt", "", "en", 0, 14, "One. Two. Six.")
    verdict = Verdict("Two.", "supported", 1.0, "same_meaning", (Evidence(passage, start, end, 1.0),))
    assert _rests_on(verdict, Quote(passage, 0, 14, 1.0, best=Span(5, 9))) == rests
    assert _rests_on(verdict, Quote(passage, 0, 14, 1.0))
    assert not _rests_on(verdict, Quote(replace(passage, number=1), 0, 14, 1.0))


def test_a_model_that_goes_round_in_circles_is_left(tmp_path: Path) -> None:
    circles = "Hannah has the key. " + "and the lamp of the harbour " * 40
    model = FakeModel(circles)
    last = compose_with(tmp_path, model)
    assert last.text == "Hannah has the key. [1]"
    assert model.closed
    assert model.said < len(model.text) // model.size / 2
    whole = FakeModel(circles)
    whole.size = len(circles)  # what came with the circle is kept all the same
    assert compose_with(tmp_path, whole).text == last.text
    dots = FakeModel(f"{'.' * 90} Hannah has the key.")
    assert compose_with(tmp_path, dots).text == last.text
