"""The chat page. It only translates: what is shown is made in `render`, what is answered in `rag`."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast
from weakref import WeakValueDictionary

import gradio as gr
from fastapi import FastAPI

from index.document import Document
from rag.assistant import Assistant
from rag.examples import Titled, examples
from ui.accounts import Accounts
from ui.conversation import Conversation, Shown
from ui.history import record_of, turns_of
from ui.look_in import offered, render_offer
from ui.page_scripts import CHOICES, CLICKS, HISTORY
from ui.render import render_sources
from ui.render_check import render_check
from ui.render_top import render_header, render_history, render_mode, render_views, render_welcome
from ui.strings import Strings, choose

LONGEST_QUESTION = 2000  # characters that the box takes; the assistant has its own limit
ANSWERS_AT_ONCE = 4
WRITTEN_AT_ONCE = 4  # beside them: no quoted answer waits for a written one
REWRITTEN_AT_ONCE = 2  # questions that a model makes whole, of those that are answered at once
STEP_SECONDS = 0.03  # between two steps of an answer's appearing, `render.REVEAL_STEPS` of them
_OPENING = 2000  # characters of a document that an example question may be made from


def mount_page(app: FastAPI, assistant: Assistant, accounts: Accounts | None = None) -> FastAPI:
    """Put the chat page at `/` of `app`."""
    gr.mount_gradio_app(
        app,
        build_page(assistant, accounts),
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    return app


def build_page(assistant: Assistant, accounts: Accounts | None = None) -> gr.Blocks:
    """The page's parts and what they do. No text of a document stands in its configuration, only in what it is sent."""
    with gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True) as page:
        session = gr.State(None)
        with gr.Row(elem_id="top"):
            header = _html("header")
            history = _html("history", HISTORY, html_template="${panel}", panel="", records=[])
        with gr.Column(elem_id="desk"):
            conversation = _html("conversation", CLICKS)
            sources = _html("sources")
            with gr.Row(elem_id="composer"):
                box = _question_box()
                button = gr.Button("Ask", elem_id="ask", variant="primary")
                # Its value is what is chosen, not what it shows.
                look_in = _html("look-in", CHOICES, html_template="${form}", form="")
        checking = _html("checking")

        visits = _Visits(assistant, accounts)
        shown = [session, conversation, sources, box, history]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        # "multiple": a question sent in the moment before the last answer is quite finished is not lost.
        answering: dict[str, Any] = {
            **quiet, "trigger_mode": "multiple", "concurrency_limit": ANSWERS_AT_ONCE, "concurrency_id": "answers",
        }  # fmt: skip
        writing: dict[str, Any] = {
            **quiet, "trigger_mode": "multiple", "concurrency_limit": WRITTEN_AT_ONCE, "concurrency_id": "writing",
        }  # fmt: skip
        greeted = [session, header, conversation, sources, box, button, look_in, history, checking]
        page.load(visits.greet, None, greeted, **quiet)
        gr.on([box.submit, button.click], visits.answer, [box, look_in, session], shown, **answering)
        conversation.example(visits.answer_example, [look_in, session], shown, **answering)
        conversation.original(visits.answer_original, [look_in, session], shown, **answering)
        conversation.write(visits.write, [session], shown, **writing)
        conversation.stop(visits.stop, [session], None, **quiet, concurrency_limit=None)
        conversation.wake(_nothing_more, None, None, **quiet, concurrency_limit=None)
        page.unload(visits.leave)
        history.restore(visits.restore, [session], shown, **quiet)
        history.forget(visits.forget, [session], shown, **quiet)
    return cast("gr.Blocks", page)


class _Visits:
    """What happens on the page, for every visitor."""

    def __init__(self, assistant: Assistant, accounts: Accounts | None) -> None:
        self._assistant, self._accounts = assistant, accounts
        self._rewriting = threading.Semaphore(REWRITTEN_AT_ONCE)
        self._under_way: WeakValueDictionary[str, Conversation] = WeakValueDictionary()  # by Gradio's session

    def greet(self, request: gr.Request) -> tuple[Any, ...]:
        """Everything that the page begins with."""
        strings, conversation = _strings(request), self._conversation(None, request)
        if self._accounts and conversation.user is not None:
            records = self._accounts.kept(conversation.user)
            conversation.restore(turns_of(records, self._assistant.document))
        documents = self._assistant.documents()
        header = render_header(strings, len(documents), _languages(documents), render_views(strings))
        box = gr.Textbox(label=strings.question, placeholder=strings.placeholder)
        mode = render_mode(strings) if self._assistant.can_compose else ""
        look_in = gr.HTML(form=mode + render_offer(offered(documents), strings))
        history = gr.HTML(panel=render_history(strings, conversation.user))
        shown = self._shown(conversation, request)
        return conversation, header, *shown, box, gr.Button(strings.ask), look_in, history, render_check(strings)

    def answer(
        self, question: str, choice: object, kept: Conversation | None, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Answer what was typed."""
        if not question.strip():
            yield _nothing()
            return
        conversation = self._conversation(kept, request)
        yield from self._steps(conversation, conversation.ask(question, choice), request, "")

    def answer_example(
        self, choice: object, kept: Conversation | None, event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Answer an example."""
        yield from self.answer(str(event.question), choice, kept, request)

    def answer_original(
        self, choice: object, kept: Conversation | None, event: gr.EventData, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        """Answer a question as it was put, though it seems to go on from an earlier one."""
        conversation = self._conversation(kept, request)
        steps = conversation.ask(str(event.question), choice, as_written=True)
        yield from self._steps(conversation, steps, request, gr.skip())

    def write(self, kept: Conversation | None, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        """Go on with the answer in sentences, where one was asked for."""
        if kept is None:
            yield _nothing()
            return
        yield from self._steps(kept, kept.write(), request, gr.skip())

    def stop(self, kept: Conversation | None, event: gr.EventData) -> None:
        """End the writing of an answer."""
        if kept is not None:
            kept.stop(event.turn)

    def leave(self, request: gr.Request) -> None:
        """End what is being written for a visitor whose page was closed."""
        conversation = self._under_way.get(str(request.session_hash))
        if conversation is not None:
            conversation.leave()

    def restore(self, kept: Conversation | None, event: gr.EventData, request: gr.Request) -> tuple[Any, ...]:
        """Begin with the history that the browser keeps."""
        conversation = self._conversation(kept, request)
        if conversation.user is None:
            conversation.restore(turns_of(event.records, self._assistant.document))
        return conversation, *self._shown(conversation, request), gr.skip(), gr.skip()

    def forget(self, kept: Conversation | None, request: gr.Request) -> tuple[Any, ...]:
        """Show nothing more of a history that was deleted."""
        conversation = self._conversation(kept, request)
        conversation.forget()
        return conversation, *self._shown(conversation, request), gr.skip(), gr.skip()

    def _conversation(self, kept: Conversation | None, request: gr.Request) -> Conversation:
        """The one that is kept, but for a page that outlived a restart of the server, or another's."""
        user = self._accounts.user(request.headers.items()) if self._accounts else None
        if kept is None or kept.user != user:
            kept = Conversation(self._assistant, _strings(request), user, self._rewriting)
        self._under_way[str(request.session_hash)] = kept
        return kept

    def _steps(
        self, conversation: Conversation, steps: Iterable[Shown], request: gr.Request, box: Any
    ) -> Iterator[tuple[Any, ...]]:
        """The steps of an answer, and last what the history keeps of it; `box` once, so that what is typed stays."""
        yielded = False
        for shown in steps:
            yield conversation, *shown, box, gr.skip()
            box, yielded = gr.skip(), True
            time.sleep(STEP_SECONDS)
        records = [record_of(turn, _strings(request)) for turn in conversation.newly_done()]
        if self._accounts and conversation.user is not None:
            for record in records:
                self._accounts.keep(conversation.user, record)
        elif records:
            yield (*_nothing()[:4], gr.HTML(records=records))
        elif not yielded:
            yield _nothing()

    def _shown(self, conversation: Conversation, request: gr.Request) -> Shown:
        if conversation.turns:
            return conversation.shown
        strings, documents = _strings(request), self._assistant.documents()
        made = examples(documents, lambda id: _opening(self._assistant.document(id)))
        return render_welcome(strings, made, len(documents)), render_sources((), strings)


def _html(id: str, script: str | None = None, **properties: Any) -> gr.HTML:
    return gr.HTML(elem_id=id, apply_default_css=False, js_on_load=script, **properties)


def _nothing_more() -> None:
    """Nothing; but what the server has to say reaches the page again."""


def _nothing() -> tuple[Any, ...]:
    return tuple(gr.skip() for _ in range(5))


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        elem_id="question",
        label="Your question",
        show_label=False,
        container=False,
        lines=1,
        max_lines=5,
        max_length=LONGEST_QUESTION,
        autofocus=True,
    )


def _strings(request: gr.Request) -> Strings:
    return choose(request.headers.get("accept-language", ""))


def _opening(document: Document | None) -> str:
    return document.text[:_OPENING] if document else ""


def _languages(documents: Iterable[Titled]) -> Sequence[str]:
    """The documents' languages, the most frequent first."""
    counts: dict[str, int] = {}
    for document in documents:
        counts[document.language] = counts.get(document.language, 0) + 1
    return sorted((language for language in counts if language != "und"), key=lambda language: -counts[language])
