"""The chat page. It only translates: what is shown is made in `render`, what is answered in `rag`."""

import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Protocol, cast

import gradio as gr
from fastapi import FastAPI

from index.document import Document
from index.errors import PinciteError
from index.filters import Filter
from rag.answer import Answer
from rag.examples import Titled, examples
from rag.question import whole
from ui.look_in import Listed, chosen, offered, render_offer
from ui.render import Turn, render_conversation, render_header, render_sources, render_welcome, reveal
from ui.strings import Strings, choose, sentence

# Of a conversation as many turns are kept; each holds its passages, some twenty kilobytes of page.
TURNS_KEPT = 40
LONGEST_QUESTION = 2000  # characters that the box takes; the assistant has its own limit
ANSWERS_AT_ONCE = 4
STEP_SECONDS = 0.03  # between two steps of an answer's appearing, `render.REVEAL_STEPS` of them
_OPENING = 2000  # characters of a document that an example question may be made from

# Sends an example's question to the server as the event "example".
_EXAMPLE_CLICKS = """
element.addEventListener("click", (event) => {
  const button = event.target.closest("button.example");
  if (button) trigger("example", { question: button.dataset.question });
});
"""
# Keeps what is chosen as the component's value, which is sent with each question.
_CHOICES = """
element.addEventListener("change", () => {
  const inputs = [...element.querySelectorAll("input")];
  const checked = (name) => inputs.filter((input) => input.name === name && input.checked).map((input) => input.value);
  const day = (name) => inputs.find((input) => input.name === name)?.value || "";
  props.value = {
    languages: checked("languages"), formats: checked("formats"), folders: checked("folders"),
    since: day("since"), until: day("until"),
  };
});
"""


class Answerer(Protocol):
    """What the page needs of an assistant."""

    @property
    def filter(self) -> Filter:
        """Who it answers for; no question can widen it."""

    def ask(self, question: str, *, filter: Filter | None = None) -> Answer:
        """The answer; raises QuestionError for a question that is empty or too long."""

    def document(self, id: str) -> Document | None:
        """The document of that id."""

    def documents(self) -> Sequence[Listed]:
        """Every document that it answers from."""


class Conversation:
    """A visitor's turns and the words of their page: one a session. Two questions may be under way at once."""

    def __init__(self, assistant: Answerer, strings: Strings) -> None:
        self._assistant = assistant
        self._strings = strings
        self._turns: tuple[Turn, ...] = ()
        self._numbers = itertools.count(1)

    def ask(self, question: str, choice: object = None) -> Iterator[tuple[str, str]]:
        """Answer a question from the documents that the page's control chose; None for all.

        Yields the conversation and the sources as HTML, step by step.
        """
        asked = Turn(next(self._numbers), whole(question).strip())
        self._turns = (*self._turns, asked)[-TURNS_KEPT:]
        try:
            asked = replace(asked, within=chosen(choice, self._assistant.filter))
            yield self._with(asked)
            answer = self._assistant.ask(asked.question, filter=asked.within)
        except PinciteError as error:
            yield self._with(replace(asked, problem=sentence(error), settled=True))
            return
        except Exception:
            # The visitor is told before the error goes on to the log.
            yield self._with(replace(asked, problem=self._strings.failed, settled=True))
            raise
        for step in reveal(answer):
            yield self._with(replace(asked, answer=step, settled=step is answer))

    def _with(self, turn: Turn) -> tuple[str, str]:
        self._turns = tuple(turn if kept.number == turn.number else kept for kept in self._turns)
        return self._rendered()

    def _rendered(self) -> tuple[str, str]:
        return render_conversation(self._turns, self._strings), render_sources(self._turns, self._strings)


def mount_page(app: FastAPI, assistant: Answerer) -> FastAPI:
    """Put the chat page at `/` of `app`."""
    gr.mount_gradio_app(
        app,
        build_page(assistant),
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


def build_page(assistant: Answerer) -> gr.Blocks:
    """The page's parts and what they do. No text of a document stands in its configuration, only in what it is sent."""
    with gr.Blocks(title="Pincite", analytics_enabled=False, fill_width=True) as page:
        session = gr.State(None)
        header = gr.HTML(elem_id="header", apply_default_css=False, js_on_load=None)
        with gr.Column(elem_id="desk"):
            conversation = gr.HTML(elem_id="conversation", apply_default_css=False, js_on_load=_EXAMPLE_CLICKS)
            sources = gr.HTML(elem_id="sources", apply_default_css=False, js_on_load=None)
            with gr.Row(elem_id="composer"):
                box = _question_box()
                button = gr.Button("Ask", elem_id="ask", variant="primary")
                look_in = _look_in()

        def greet(request: gr.Request) -> tuple[Any, ...]:
            strings = _strings(request)
            top, welcome, offer = _greeting(assistant, strings)
            named = gr.Textbox(label=strings.question, placeholder=strings.placeholder)
            conversation = Conversation(assistant, strings)
            none = render_sources((), strings)
            return conversation, top, welcome, none, named, gr.Button(strings.ask), gr.HTML(form=offer)

        def answer(
            question: str, choice: object, kept: Conversation | None, request: gr.Request
        ) -> Iterator[tuple[Any, ...]]:
            if not question.strip():
                yield tuple(gr.skip() for _ in shown)
                return
            # A page that outlived a restart of the server has lost its conversation.
            yield from _steps(kept or Conversation(assistant, _strings(request)), question, choice)

        def answer_example(
            choice: object, kept: Conversation | None, event: gr.EventData, request: gr.Request
        ) -> Iterator[Any]:
            yield from answer(str(event.question), choice, kept, request)

        shown = [session, conversation, sources, box]
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        # "multiple": a question sent in the moment before the last answer is quite finished is not lost.
        limit: dict[str, Any] = {
            "trigger_mode": "multiple",
            "concurrency_limit": ANSWERS_AT_ONCE,
            "concurrency_id": "answers",
        }
        page.load(greet, None, [session, header, conversation, sources, box, button, look_in], **quiet)
        gr.on([box.submit, button.click], answer, [box, look_in, session], shown, **quiet, **limit)
        conversation.example(answer_example, [look_in, session], shown, **quiet, **limit)
    return cast("gr.Blocks", page)


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


def _look_in() -> gr.HTML:
    """The control that chooses in which documents to look; its value is the choice, not what it shows."""
    return gr.HTML(
        None, elem_id="look-in", apply_default_css=False, html_template="${form}", js_on_load=_CHOICES, form=""
    )


def _strings(request: gr.Request) -> Strings:
    return choose(request.headers.get("accept-language", ""))


def _greeting(assistant: Answerer, strings: Strings) -> tuple[str, str, str]:
    documents = assistant.documents()
    made = examples(documents, lambda id: _opening(assistant.document(id)))
    top = render_header(strings, len(documents), _languages(documents))
    return top, render_welcome(strings, made, len(documents)), render_offer(offered(documents), strings)


def _opening(document: Document | None) -> str:
    return document.text[:_OPENING] if document else ""


def _languages(documents: Iterable[Titled]) -> list[str]:
    """The documents' languages, the most frequent first."""
    counts: dict[str, int] = {}
    for document in documents:
        counts[document.language] = counts.get(document.language, 0) + 1
    return sorted((language for language in counts if language != "und"), key=lambda language: -counts[language])


def _steps(session: Conversation, question: str, choice: object) -> Iterator[tuple[Any, ...]]:
    box: Any = ""  # emptied once, so that what is typed meanwhile stays
    for conversation, sources in session.ask(question, choice):
        yield session, conversation, sources, box
        box = gr.skip()
        time.sleep(STEP_SECONDS)
