"""The HTTP interface: questions, documents, drafts and histories, in JSON."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, Any, Literal

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import HTTPException

from index.document import Document
from index.errors import PinciteError
from index.filters import Filter
from rag.answer import Answer, RankedPassage
from rag.assistant import Assistant
from rag.compose.model import ChatModel
from rag.conversation.standalone import standalone
from ui.accounts import Accounts
from ui.bodies import Ask, Check, Search, Within
from ui.drafts import check_draft, forms_of
from ui.history import joined
from ui.streaming import Left, lines_of, stepwise, told, watched
from ui.strings import sentence

ANSWERS_AT_ONCE = 4
WRITTEN_AT_ONCE = 4  # beside them: no quoted answer waits for a language model
CHECKS_AT_ONCE = 1  # a draft takes every processor there is


def add_questions(app: FastAPI, assistant: Assistant, failed: Callable[[Exception], None]) -> None:
    """Add /api/ask and /api/search."""
    answering, writing = CapacityLimiter(ANSWERS_AT_ONCE), CapacityLimiter(WRITTEN_AT_ONCE)

    @app.post("/api/ask", response_model=None)
    async def ask(asked: Ask, request: Request) -> dict[str, Any] | Response:
        within, stop = _filter(asked, assistant), threading.Event()
        model = assistant.model if asked.mode == "compose" else None
        made = await to_thread.run_sync(_made_whole, asked, model, limiter=writing if model else answering)
        question, more = made

        def begun() -> tuple[Answer, Iterator[Answer]]:
            answers = assistant.answers(question, mode=asked.mode, k=asked.k, filter=within, stop=stop)
            return next(answers), answers

        quoted, answers = await to_thread.run_sync(begun, limiter=answering)

        async def growing() -> AsyncIterator[dict[str, Any]]:
            last = quoted
            if asked.mode == "compose" and not quoted.abstained:
                yield {**quoted.to_json(), **more, "final": False}
                async with watched(request, stop), aclosing(stepwise(answers, writing)) as steps:
                    async for last in steps:
                        yield {**replace(last, passages=()).to_json(), **more, "final": False}
            yield {**last.to_json(), **more, "final": True}

        if asked.stream:
            return lines_of(growing(), failed)
        *_, whole = [line async for line in growing()]
        del whole["final"]
        return whole

    @app.get("/api/search")
    async def search(asked: Annotated[Search, Query()]) -> dict[str, Any]:
        within = _filter(asked, assistant)
        found: Sequence[RankedPassage] = await to_thread.run_sync(
            lambda: assistant.search(asked.q, k=asked.k, filter=within), limiter=answering
        )
        return {"passages": found}


def _made_whole(asked: Ask, model: ChatModel | None) -> tuple[str, dict[str, Any]]:
    """The question as it stands by itself, and what the answer says of that."""
    if not asked.earlier:
        return asked.question, {}
    made = standalone(asked.question, [turn.exchange() for turn in asked.earlier], model)
    rewritten = made.question if made.by != "none" else None
    return made.question, {"question": asked.question, "asked_as": rewritten}


def add_documents(app: FastAPI, assistant: Assistant) -> None:
    """Add /health, /api/documents and /api/document."""

    @app.get("/health")
    def health() -> dict[str, Any]:
        documents = assistant.documents()
        return {"status": "ok", "documents": len(documents), "passages": sum(entry.passages for entry in documents)}

    @app.get("/api/documents")
    def documents() -> list[dict[str, str | None]]:
        return [
            {
                "id": entry.id, "title": entry.title, "language": entry.language, "format": entry.format,
                "date": entry.date, "author": entry.author,
            }
            for entry in assistant.documents()
        ]  # fmt: skip

    @app.get("/api/document")
    def document(id: str) -> Document:
        found = assistant.document(id)
        if found is None:
            raise HTTPException(404, f"There is no document {id[:200]!r}: /api/documents lists them.")
        return found


def add_drafts(app: FastAPI, assistant: Assistant, failed: Callable[[Exception], None]) -> None:
    """Add /api/check."""
    checking = CapacityLimiter(CHECKS_AT_ONCE)

    @app.post("/api/check", response_model=None)
    async def check(asked: Check, request: Request) -> dict[str, Any] | Response:
        within, stop, content = _filter(asked, assistant), threading.Event(), asked.content()
        if content is None:
            raise HTTPException(422, "The request needs a draft: either its text, or its file's data in base64.")
        name, data = content

        def work(tell: Callable[[int, int], None]) -> dict[str, Any]:
            return forms_of(check_draft(assistant, name, data, within, tell), asked.forms)

        async def lines() -> AsyncIterator[dict[str, Any]]:
            async with watched(request, stop), aclosing(told(work, checking, stop)) as steps:
                try:
                    async for step in steps:
                        yield step if isinstance(step, dict) else {"checked": step[0], "of": step[1]}
                except Left:
                    return

        if asked.stream:
            return lines_of(lines(), failed)
        return ([line async for line in lines()] or [{}])[-1]


def add_histories(app: FastAPI, accounts: Accounts | None) -> None:
    """Add /api/history, for who is signed in."""

    def user(request: Request) -> str:
        if accounts is None:
            raise HTTPException(404, "No histories are kept here: the server was started without --user-header.")
        signed_in = accounts.user(request.headers.items())
        if signed_in is None:
            raise HTTPException(401, f"Nobody is signed in: the request has no header {accounts.header}.")
        return signed_in

    @app.get("/api/history", response_model=None)
    def history(request: Request, format: Literal["json", "markdown"] = "json") -> dict[str, Any] | Response:
        name = user(request)
        records = accounts.histories.of(name) if accounts else []
        if format == "markdown":
            return Response(joined(records), media_type="text/markdown")
        return {"turns": records}

    @app.delete("/api/history")
    def delete(request: Request) -> dict[str, Any]:
        name = user(request)
        if accounts:
            accounts.histories.delete(name)
        return {"turns": []}


def _filter(within: Within, assistant: Assistant) -> Filter:
    try:
        return within.filter(assistant.filter)
    except PinciteError as error:
        raise HTTPException(422, sentence(error)) from error
