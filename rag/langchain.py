"""An index as a LangChain retriever."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from rag.assistant import PASSAGES, Assistant


class PinciteRetriever(BaseRetriever):
    """Gives the best passages of an assistant's index, best first, each with its address in its metadata.

    `metadata` has document, title, language, start, end and score; the passage is `text[start:end]` of the document.
    """

    assistant: Assistant
    k: int = PASSAGES

    model_config = ConfigDict(arbitrary_types_allowed=True)

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
