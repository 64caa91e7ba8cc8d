"""The page around its conversation, as HTML: the top line with its views and history, the welcome, the switch."""

from collections.abc import Iterable, Sequence
from html import escape

from rag.examples import Example
from ui.names import lang, language_name, spoken, visible
from ui.strings import Strings


def render_header(strings: Strings, documents: int, languages: Iterable[str], nav: str = "") -> str:
    """The top line: the name, what it does, how many documents in which languages, and `nav`, HTML.

    The page's script says in its words that the server is lost.
    """
    names = [language_name(language, strings) for language in languages]
    listed = strings.comma.join(names[:5]) + (f" +{len(names) - 5}" if len(names) > 5 else "")
    facts = [strings.documents.format(count=documents)] if documents else []
    facts += [strings.languages.format(names=listed)] if names else []
    return (
        f'<header class="top" data-lost="{escape(strings.lost)}"{spoken(strings)}>'
        f'<div class="brand"><h1 lang="en" dir="ltr">Pincite</h1>{nav}</div>'
        f'<p class="tagline">{escape(strings.tagline)}</p>'
        f'<p class="facts">{" · ".join(escape(fact) for fact in facts)}</p></header>'
    )


def render_views(strings: Strings) -> str:
    """The links between the page's two views; the script marks the one that is shown."""
    links = "".join(
        f'<a href="#{view}">{escape(label)}</a>'
        for view, label in (("ask", strings.ask_view), ("check", strings.check_view))
    )
    return f'<nav class="views">{links}</nav>'


def render_welcome(strings: Strings, examples: Sequence[Example], documents: int) -> str:
    """What stands in place of the conversation before the first question."""
    if not documents:
        return f'<div class="welcome"{spoken(strings)}><p>{escape(strings.no_documents)}</p></div>'
    buttons = "".join(
        f'<li><button type="button" class="example" dir="auto"{lang(example.language)} '
        f'data-question="{escape(example.question)}">{escape(example.question)}</button></li>'
        for example in examples
    )
    listed = f"<h2>{escape(strings.examples)}</h2><ul>{buttons}</ul>" if buttons else ""
    return f'<div class="welcome"{spoken(strings)}><p>{escape(strings.welcome)}</p>{listed}</div>'


def render_history(strings: Strings, user: str | None) -> str:
    """What can be done with the history: kept for a user on the server, or in the visitor's browser for None."""
    where = escape(strings.history_here)
    if user is not None:
        where = escape(strings.history_there).format(user=f'<bdi dir="auto">{escape(visible(user))}</bdi>')
    buttons = "".join(
        f'<button type="button" class="quiet {name}">{escape(label)}</button>'
        for name, label in (
            ("as-markdown", strings.as_markdown),
            ("as-json", strings.as_json),
            ("delete-history", strings.delete_history),
        )
    )
    kept = "server" if user is not None else "browser"
    return (
        f'<details class="history" data-kept="{kept}"{spoken(strings)}><summary>{escape(strings.history)}</summary>'
        f'<div class="menu"><p>{where}</p>{buttons}<p class="told" role="status" '
        f'data-deleted="{escape(strings.history_deleted)}"></p></div></details>'
    )


def render_mode(strings: Strings) -> str:
    """The switch between an answer in quotes and one in sentences, for where a language model is set up."""
    options = "".join(
        f'<label><input type="radio" name="mode" value="{value}" autocomplete="off"{checked}>'
        f"<span>{escape(label)}</span></label>"
        for value, label, checked in (
            ("quote", strings.in_quotes, " checked"),
            ("compose", strings.in_sentences, ""),
        )
    )
    return f'<fieldset class="mode"{spoken(strings)}><legend>{escape(strings.answer_mode)}</legend>{options}</fieldset>'
