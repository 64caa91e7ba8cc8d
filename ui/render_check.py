"""The view in which a draft is checked, as HTML; what is found comes as a page of its own, which runs nothing."""

from html import escape

from ui.names import spoken
from ui.render_told import problems_json
from ui.strings import Strings

LARGEST_MB = 8  # of a draft's file


def render_check(strings: Strings) -> str:
    """The form, and where the checked draft will stand. The script finds its words in the attributes."""
    words = {
        "name": strings.check_text,
        "checking": strings.checking,
        "progress": strings.check_progress,
        "done": strings.check_done,
        "empty": strings.check_empty,
        "large": strings.check_large.format(megabytes=LARGEST_MB),
        "lost": strings.check_lost,
        "most": str(LARGEST_MB * 1_000_000),
        "problems": problems_json(strings),
    }
    attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in words.items())
    downloads = "".join(
        f'<button type="button" class="quiet save" data-format="{format}" hidden>{label}</button>'
        for format, label in (("html", "HTML"), ("docx", "Word"), ("json", "JSON"))
    )
    return (
        f'<section class="check"{spoken(strings)}{attributes}><h2>{escape(strings.check_view)}</h2>'
        f"<p>{escape(strings.check_intro)}</p>"
        f'<form><label class="draft"><span>{escape(strings.check_text)}</span>'
        f'<textarea name="draft" rows="10" dir="auto" autocomplete="off"></textarea></label>'
        f'<div class="row"><label class="file"><span>{escape(strings.check_file)}</span>'
        f'<input type="file" name="file" accept=".txt,.md,.markdown,.docx,.odt,.html,.htm,.pdf"></label>'
        f'<button type="submit" class="primary">{escape(strings.check_now)}</button>'
        f'<button type="button" class="quiet halt" hidden>{escape(strings.stop)}</button></div></form>'
        f'<p class="state" role="status"></p><progress max="1" value="0" hidden '
        f'aria-label="{escape(strings.checking)}"></progress>'
        f'<div class="downloads" hidden><span>{escape(strings.download)}</span>{downloads}</div>'
        f'<iframe class="checked" sandbox="allow-same-origin" title="{escape(strings.check_result)}" hidden></iframe>'
        "</section>"
    )
