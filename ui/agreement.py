"""What a card says of the other sources: where else the quote stands, and which of them say otherwise."""

from collections.abc import Sequence
from html import escape

from rag.answer import Citation, Difference, Elsewhere
from ui.names import name_html
from ui.place import location
from ui.strings import Strings

NOTHING = "—"  # in place of a negation that is lacking


def render_differences(turn: int, citation: Citation, strings: Strings) -> str:
    """One badge for each citation that says another number or date, or denies: which, and in what; "" without any."""
    badges = "".join(_badge(turn, number, citation.differences, strings) for number in citation.differs_from)
    return f'<p class="differs">{badges}</p>' if badges else ""


def _badge(turn: int, number: int, differences: Sequence[Difference], strings: Strings) -> str:
    marker = f'<bdi><a class="marker" href="#turn-{turn}-source-{number}">[{number}]</a></bdi>'
    pairs = strings.comma.join(_pair(each) for each in differences if each.number == number)
    return f'<span class="badge">{escape(strings.differs).format(marker=marker, pairs=pairs)}</span>'


def _pair(difference: Difference) -> str:
    here, there = (f"<bdi>{name_html(said or NOTHING)}</bdi>" for said in (difference.here, difference.there))
    return f'<span class="pair">{here} / {there}</span>'


def render_also(citation: Citation, strings: Strings) -> str:
    """The line that names the other documents where the quote stands; "" where there are none."""
    if not citation.also:
        return ""
    places = " · ".join(_place(place, strings) for place in citation.also)
    return f'<p class="also">{escape(strings.also)} {places}</p>'


def _place(place: Elsewhere, strings: Strings) -> str:
    parts = [f'<bdi class="path" dir="ltr">{name_html(place.document)}</bdi>', *location(place, strings, html=True)]
    return f"<span>{strings.comma.join(parts)}</span>"
