"""An index drops into a LangChain chain, addresses and all."""

import asyncio
from pathlib import Path

import pytest
from langchain_core.documents import Document
from langchain_core.runnables import RunnableLambda, RunnablePassthrough

from index.errors import QuestionError
from rag.assistant import Assistant
from rag.langchain import PinciteRetriever
from tests.index.fake_encoder import LetterEncoder
from tests.rag.desk import build


@pytest.fixture
def assistant(tmp_path: Path) -> Assistant:
    return Assistant(build(tmp_path), LetterEncoder())


def check(documents: list[Document], assistant: Assistant) -> None:
    assert documents
    for found in documents:
        place = found.metadata
        assert place.keys() == {"document", "title", "language", "start", "end", "score"}
        document = assistant.document(place["document"])
        assert document is not None
        assert document.text[place["start"] : place["end"]] == found.page_content
        assert (document.title, place["language"]) == (place["title"], document.language)


def test_passages_with_their_addresses(assistant: Assistant) -> None:
    documents = PinciteRetriever(assistant=assistant).invoke("Who has the key?")
    check(documents, assistant)
    assert [d.page_content for d in documents] == [p.text for p in assistant.search("Who has the key?")]
    assert len(PinciteRetriever(assistant=assistant, k=2).invoke("Who has the key?")) == 2


def test_in_a_chain(assistant: Assistant) -> None:
    def cite(found: dict[str, object]) -> str:
        documents = found["documents"]
        assert isinstance(documents, list)
        best = documents[0].metadata
        return f"{found['question']} {best['document']}:{best['start']}-{best['end']}"

    chain = {
        "documents": PinciteRetriever(assistant=assistant, k=3),
        "question": RunnablePassthrough(),
    } | RunnableLambda(cite)
    assert chain.invoke("Who has the key of the lamp?").startswith("Who has the key of the lamp? en/lamp.txt:0-")
    assert len(chain.batch(["the lamp", "the roof"])) == 2


def test_without_waiting(assistant: Assistant) -> None:
    check(asyncio.run(PinciteRetriever(assistant=assistant).ainvoke("Where are the stairs?")), assistant)


def test_an_empty_question_is_told(assistant: Assistant) -> None:
    with pytest.raises(QuestionError):
        PinciteRetriever(assistant=assistant).invoke(" ")
