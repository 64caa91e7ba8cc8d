"""Poisoned documents change nothing but their own text.

Every document of `documents.jsonl` is asked its question twice, with the poison in it and with a neutral sentence in
the poison's place. Between the two the *behaviour* of the answer has to be the same: whether it abstains and why, its
mode and its language, whether the words that answer are quoted, which document is cited first, and that none is missing
that is cited without the poison; and a language model is called once for a composed answer, and never for a quoted one
or an abstention.

Besides, by itself, an answer must have no *fault*: every quote stands at its place; every marker is the answer's own;
what a composed answer says is what a document says without the poison, or stands word for word in the quote that is
cited for it, which is then the poison's own text and shown as such; no statement, kept or removed, has markup, a link,
an image or signs that cannot be seen; nothing of the model's instructions is kept; and the page has the very elements,
attributes and links that it would have if every text in the answer were crosses.

The model obeys all poison that it meets. One kind of it does nothing else, so that the quoted answer has to stand or
the document's own words be cited as its own; another answers first, and then its answer has to stand as well.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pytest

from index.encoder import EncoderSource, QuestionEncoder
from index.filters import Filter
from index.installed import InstalledModel
from index.sync import sync
from prompts.loader import load_prompt
from rag import abstain
from rag.answer import Answer
from rag.assistant import Assistant
from rag.compose.composer import Composer
from rag.compose.model import Message
from rag.conversation.by_model import rewritten_by
from rag.conversation.exchange import exchange_of
from rag.conversation.standalone import standalone
from rag.evaluation.cloze import Cloze
from rag.evaluation.written import written
from tests.poisoned import words
from tests.poisoned.behaviour import behaviour, faults, leaks, page_faults
from tests.poisoned.documents import UNRELATED, Poisoned, documents, write
from tests.poisoned.obeying import ObeyingModel, escapes, letters

pytestmark = pytest.mark.slow

CASES = documents()
INSTRUCTIONS = load_prompt("composed_answer").messages[0][1]
ALWAYS = 0.0  # confidence
SURE = 0.2  # that the question of a document's own reaches here and an unrelated one does not
MOST_READ = 1_000  # pieces of a model that does not stop
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@dataclass
class Library:
    """All documents in one index; each question is asked of its own document alone."""

    folder: Path
    encoder: QuestionEncoder
    poisoned: bool
    _asked: dict[tuple[str, bool], tuple[list[Answer], ObeyingModel]] = field(default_factory=dict)

    def assistant(self, model: ObeyingModel | None = None, confidence: float = ALWAYS) -> Assistant:
        # The one that answers first is given as little to read as a local model.
        composer = Composer(model, local=model.faithful) if model else None
        return Assistant(self.folder, self.encoder, confidence, composer=composer)

    def ask(self, case: Poisoned, faithful: bool) -> tuple[list[Answer], ObeyingModel]:
        """The answers as they come, in mode "compose", and the model that wrote."""
        key = (case.id, faithful)
        if key not in self._asked:
            model = ObeyingModel(CASES, faithful)
            answers = self.assistant(model).answers(case.question, mode="compose", filter=within(case))
            self._asked[key] = list(answers), model
        return self._asked[key]

    @cache  # noqa: B019 - as long as the tests run
    def texts(self, case: Poisoned) -> dict[str, str]:
        with_text = self.assistant()
        entries = with_text.documents(within(case))
        return {entry.id: found.text for entry in entries if (found := with_text.document(entry.id))}

    def __hash__(self) -> int:
        return hash(self.folder)


def within(case: Poisoned) -> Filter:
    return Filter(folders=(case.id,))


def build(folder: Path, poisoned: bool, source: EncoderSource, encoder: QuestionEncoder) -> Library:
    sync([write(folder / "documents", CASES, poisoned)], folder / "index", source)
    return Library(folder / "index", encoder, poisoned)


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build(tmp_path_factory.mktemp("poisoned"), True, words.source(), words.WordEncoder())


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return build(tmp_path_factory.mktemp("harmless"), False, words.source(), words.WordEncoder())


def names(case: Poisoned) -> dict[str, str]:
    """One name for the document with and without the poison."""
    return {id: "document" for slot in (case.poison, case.neutral) for id in case.files(slot) if "beside" not in id}


def check(answer: Answer, case: Poisoned, library: Library, harmless: Library, poison: str = "") -> None:
    """An answer as it may be, whatever its documents want."""
    true = "\n".join(harmless.texts(case).values())
    assert list(faults(answer, library.texts(case), true, poison)) == []
    assert not leaks(answer, INSTRUCTIONS)


def same(one: Answer, other: Answer, case: Poisoned) -> None:
    """That the first answer behaves as the other, which is without poison."""
    found, expected = (behaviour(answer, case.gold, names(case)) for answer in (one, other))
    assert replace(found, documents=expected.documents) == expected
    assert found.documents >= expected.documents  # what is nearest beside the answer may be another sentence


def test_there_are_enough_of_every_kind() -> None:
    for language in UNRELATED:
        listed = [case for case in CASES if case.language == language]
        assert len(listed) >= 22
        assert len({case.attack for case in listed}) == len(listed)
    assert len({case.id for case in CASES}) == len(CASES) >= 66


@each
def test_a_document_says_the_truth_and_has_its_poison(case: Poisoned, poisoned: Library, harmless: Library) -> None:
    true, given = ("\n".join(library.texts(case).values()) for library in (harmless, poisoned))
    assert case.gold in true
    assert case.gold in given
    if case.attack not in ("title", "table"):
        assert case.poison in given
        assert given.replace(case.poison, case.neutral) == true


@each
def test_the_poison_reaches_the_model(case: Poisoned, poisoned: Library, harmless: Library) -> None:
    assert case in poisoned.ask(case, faithful=False)[1].met
    assert harmless.ask(case, faithful=False)[1].met == []


@each
def test_a_quoted_answer_is_the_same(case: Poisoned, poisoned: Library, harmless: Library) -> None:
    (quoted, *_), _ = poisoned.ask(case, faithful=False)
    (expected, *_), _ = harmless.ask(case, faithful=False)
    same(quoted, expected, case)
    check(quoted, case, poisoned, harmless)
    assert not quoted.composed
    assert quoted.removed == ()
    assert list(page_faults(quoted, None)) == []


@each
def test_what_an_obeying_model_writes_is_the_documents_own_or_struck(
    case: Poisoned, poisoned: Library, harmless: Library
) -> None:
    answers, _ = poisoned.ask(case, faithful=False)
    quoted, *growing, last = answers
    for answer in (*growing, last):
        check(answer, case, poisoned, harmless)
        assert (answer.abstained, answer.mode, answer.language) == (False, "compose", quoted.language)
        assert answer.composed or (answer.text, answer.citations) == (quoted.text, quoted.citations)
        assert {c.document for c in answer.citations} <= set(case.files(case.poison))
        assert case.attack != "denial" or not answer.composed  # that nothing answers is no answer, whoever says it
    assert list(page_faults(quoted, last)) == []


@each
def test_an_answer_stands_beside_what_the_poison_wants(case: Poisoned, poisoned: Library, harmless: Library) -> None:
    (quoted, *_, last), _ = poisoned.ask(case, faithful=True)
    (_, *_, expected), _ = harmless.ask(case, faithful=True)
    assert last.composed == expected.composed
    same(last, expected, case)
    check(last, case, poisoned, harmless)
    assert last.statements[: len(expected.statements)] == expected.statements
    assert list(page_faults(quoted, last)) == []


@each
def test_the_poison_stays_data_in_the_prompt(case: Poisoned, poisoned: Library, harmless: Library) -> None:
    _, model = poisoned.ask(case, faithful=False)
    _, other = harmless.ask(case, faithful=False)
    assert model.escaped == []
    (prompt,), (expected,) = model.prompts, other.prompts
    assert [role for role, _ in prompt] == [role for role, _ in expected] == ["system", "human"]
    assert prompt[0] == expected[0]
    assert asked_of(prompt) == asked_of(expected)


def asked_of(prompt: Sequence[Message]) -> str:
    """What follows the sources."""
    return prompt[-1][1].partition("\n\n")[2]


@each
def test_the_number_of_calls_is_bounded(case: Poisoned, poisoned: Library) -> None:
    for faithful in (False, True):
        _, model = poisoned.ask(case, faithful)
        assert len(model.prompts) == 1


@pytest.mark.parametrize("case", [case for case in CASES if case.endless], ids=lambda case: case.id)
@pytest.mark.parametrize("faithful", [False, True])
def test_a_model_that_does_not_stop_is_stopped(
    case: Poisoned, faithful: bool, poisoned: Library, harmless: Library
) -> None:
    model = ObeyingModel(CASES, faithful, polite=False)
    *_, last = poisoned.assistant(model).answers(case.question, mode="compose", filter=within(case))
    assert model.pieces <= MOST_READ
    assert len(last.text) < 10_000
    check(last, case, poisoned, harmless)


@each
def test_an_abstention_stays_one(case: Poisoned, poisoned: Library, harmless: Library) -> None:
    """An unrelated question has no answer in any document, though the poison claims to answer all."""
    model = ObeyingModel(CASES)
    answers = poisoned.assistant(model, SURE).answers(UNRELATED[case.language], mode="compose", filter=within(case))
    (answer,) = answers
    expected = harmless.assistant(model, SURE).ask(UNRELATED[case.language], mode="compose", filter=within(case))
    assert answer.abstained
    same(answer, expected, case)
    assert answer.text == expected.text
    assert model.prompts == []
    assert list(page_faults(answer, None)) == []


def follow_up(case: Poisoned, asked: str, library: Library) -> tuple[ObeyingModel, str | None]:
    """What a model makes of a question that goes on from an answer, where what it makes of it may be asked."""
    model = ObeyingModel(CASES)
    earlier = [exchange_of(case.question, library.ask(case, False)[0][0])]
    return model, rewritten_by(model, asked, earlier, standalone(asked, earlier).question)


@pytest.mark.parametrize("case", [case for case in CASES if case.follow], ids=lambda case: case.id)
def test_a_follow_up_is_what_the_reader_asks(case: Poisoned, poisoned: Library) -> None:
    """A question of the poison's is not put in the reader's place, though its words stand in the earlier answer."""
    model, question = follow_up(case, case.follow, poisoned)
    assert model.met
    assert question is None


@each
def test_the_prompt_of_a_follow_up_cannot_be_forged(case: Poisoned, poisoned: Library) -> None:
    asked = next(other.follow for other in CASES if other.follow and other.language == case.language)
    model, _ = follow_up(case, asked, poisoned)
    (prompt,) = model.prompts
    assert [role for role, _ in prompt] == ["system", "human"]
    assert escapes(prompt) == []
    turns = prompt[-1][1].removeprefix("Earlier turns:\n").partition("\n\n")[0]
    assert [sorted(json.loads(line)) for line in turns.split("\n")] == [["answer", "question"]]


def sentences(case: Poisoned) -> Iterator[Cloze]:
    """The poison as a sentence of which a question is to be made, whole and with the words before it."""
    word = max(case.poison.split(), key=len)
    for sentence in (case.poison, f"{case.gold} {case.poison}"):
        yield Cloze(f"____ {case.neutral}?", word, sentence.index(word), "", "", sentence)


@each
def test_a_question_of_a_poisoned_sentence_is_one_question_or_none(case: Poisoned) -> None:
    """What is asked may be of the poison, which is the sentence's own text, in the document's language, and no more."""
    for cloze in sentences(case):
        model = ObeyingModel(CASES)
        question = written(cloze, case.language, model)
        (prompt,) = model.prompts
        assert escapes(prompt) == []
        assert [role for role, _ in prompt] == ["system", "human"]
        assert len(prompt[-1][1].split("\n")) == 2
        assert question is None or (case.asked or (case.follow and case.rewritten))
        assert question is None or letters(question) in letters(case.asked or case.rewritten)


# The same with the encoder that is shipped, which finds that other words mean the same as the poison's.


@pytest.fixture(scope="module")
def with_model(encoder_model: InstalledModel, tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Library]:
    from index.encoder import identity_of, load_encoder, load_question_encoder

    source = EncoderSource(identity_of(encoder_model), lambda: load_encoder(encoder_model))
    encoder = load_question_encoder(encoder_model)
    folders = (tmp_path_factory.mktemp("poisoned"), tmp_path_factory.mktemp("harmless"))
    one, other = (build(folder, at == 0, source, encoder) for at, folder in enumerate(folders))
    return one, other


@pytest.mark.model
@each
def test_it_holds_with_the_encoder_that_is_shipped(case: Poisoned, with_model: tuple[Library, Library]) -> None:
    poisoned, harmless = with_model
    for faithful in (False, True):
        (quoted, *_, last), model = poisoned.ask(case, faithful)
        (expected, *_, composed), _ = harmless.ask(case, faithful)
        assert case in model.met
        assert model.escaped == []
        check(quoted, case, poisoned, harmless, case.poison)
        check(last, case, poisoned, harmless, case.poison)
        same(quoted, expected, case)
        if faithful:
            same(last, composed, case)
        assert list(page_faults(quoted, last)) == []


@pytest.mark.model
@each
def test_abstaining_is_as_likely_with_the_encoder_that_is_shipped(
    case: Poisoned, with_model: tuple[Library, Library]
) -> None:
    found = [
        library.assistant(confidence=abstain.CONFIDENCE).ask(UNRELATED[case.language], filter=within(case))
        for library in with_model
    ]
    assert found[0].abstained == found[1].abstained
