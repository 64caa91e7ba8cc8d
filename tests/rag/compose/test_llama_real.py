"""The real local model, where it is installed: it writes within its grammar, in turn, and what is checked is shown."""

import re
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from index.catalogue import DEFAULT_LANGUAGE_MODEL
from index.errors import ModelError
from index.models import language_model_file
from rag.assistant import Assistant
from rag.compose.composer import Composer
from rag.compose.grammar import answer_grammar
from rag.compose.llama import LlamaModel
from rag.compose.model import ModelUnavailableError
from tests.index.fake_encoder import LetterEncoder
from tests.rag.compose.fakes import FakeVerifier
from tests.rag.desk import build
from ui.settings import read_settings

pytestmark = pytest.mark.model
SOURCES = "\n".join(
    [
        '{"source": 1, "text": "The roof leaks above the stairs; it was mended in May 2019 by Hannah Ames."}',
        '{"source": 2, "text": "The membership fee is 40 euros a year."}',
    ]
)


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaModel]:
    if find_spec("xllamacpp") is None:
        pytest.skip("the extra `llm` is not installed")
    try:
        file = language_model_file(DEFAULT_LANGUAGE_MODEL, read_settings().models)
    except ModelError as error:
        pytest.skip(str(error))
    made = LlamaModel(DEFAULT_LANGUAGE_MODEL, lambda: file)
    yield made
    made.close()


def said(model: LlamaModel, words: str, grammar: str | None = None, most_tokens: int = 60) -> str:
    return "".join(model.stream([("system", "Answer."), ("human", words)], most_tokens=most_tokens, grammar=grammar))


def test_it_writes_within_its_grammar(model: LlamaModel) -> None:
    asked = f"{SOURCES}\n\nQuestion: When was the roof mended? Answer in one complete sentence, with a marker like [1]."
    text = said(model, asked, answer_grammar(2, "NONE"))
    assert re.fullmatch(r"(?:[^\[\]]+(?:\[[12]\]){1,2}[.!?]? ?){1,4}", text), text


def test_it_may_say_that_none_answers(model: LlamaModel) -> None:
    text = said(model, "Write the word NONE and nothing else.", answer_grammar(2, "NONE"))
    assert text == "NONE" or text.endswith("]")


def test_it_counts_by_its_own_tokenizer(model: LlamaModel) -> None:
    said(model, "Hello", most_tokens=1)
    assert model.count_tokens("") == 0
    assert model.count_tokens("Hello world") == 2


def test_a_grammar_that_is_none_is_told(model: LlamaModel) -> None:
    with pytest.raises(ModelUnavailableError, match="could not answer"):
        said(model, "Hello", "root ::= (((")
    assert said(model, "Say yes.", most_tokens=4)


def test_no_more_than_fits_is_read(model: LlamaModel) -> None:
    with pytest.raises(ModelUnavailableError, match="could not answer"):
        said(model, "word " * 4000)


def test_it_stops_when_nobody_reads_on(model: LlamaModel) -> None:
    pieces = model.stream([("human", "Write a long poem about the sea.")], most_tokens=500)
    assert any(pieces)
    pieces.close()  # type: ignore[attr-defined]
    began = time.monotonic()
    assert said(model, "Say yes.", most_tokens=4)
    assert time.monotonic() - began < 60  # it does not write 500 tokens first


def test_it_listens_at_no_port(model: LlamaModel) -> None:
    said(model, "Hello", most_tokens=1)
    assert model._process is not None
    net = Path(f"/proc/{model._process._popen.pid}/net/tcp")
    descriptors = Path(f"/proc/{model._process._popen.pid}/fd")
    if not net.exists():
        pytest.skip("only Linux tells")
    own = {m[1] for fd in descriptors.iterdir() if (m := re.match(r"socket:\[(\d+)\]", str(fd.readlink())))}
    listening = {f[9] for line in net.read_text().splitlines()[1:] if (f := line.split())[3] == "0A"}
    assert not own & listening


def test_an_answer_is_composed(model: LlamaModel, tmp_path: Path) -> None:
    asking = Assistant(build(tmp_path), LetterEncoder(), 0.0, composer=Composer(model, local=True))
    verifier = FakeVerifier()
    asking._verifier = verifier  # type: ignore[assignment]
    answers = list(asking.answers("Who has the key of the lamp, is it Hannah?", mode="compose"))
    assert [answer.composed for answer in answers] == [False] * len(answers)  # nobody bore it out
    assert answers[-1].model == DEFAULT_LANGUAGE_MODEL
    assert verifier.asked or answers[-1].notice
    assert not any("[" in statement for statement, _ in verifier.asked)


def test_quoted_answers_come_while_it_writes(model: LlamaModel, tmp_path: Path) -> None:
    asking = Assistant(build(tmp_path), LetterEncoder(), 0.0, composer=Composer(model, local=True))
    asking._verifier = FakeVerifier()  # type: ignore[assignment]
    stop = threading.Event()
    composing = threading.Thread(
        target=lambda: list(asking.answers("Who has the key of the lamp?", mode="compose", stop=stop))
    )
    composing.start()
    for _ in range(20):
        assert asking.ask("When was the roof mended?").citations
    stop.set()
    composing.join()
