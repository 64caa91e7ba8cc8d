"""The styles of an OpenDocument text, as far as they bear on its text: titles, hidden text, the language."""

from dataclasses import dataclass

from index.readers import properties
from index.readers.trees import Element

_DEEPEST = 20  # styles based on each other


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says; `hidden` is None where it leaves that to the style it is based on."""

    is_title: bool = False
    hidden: bool | None = None
    base: str = ""


class Styles:
    """Styles by their family ("paragraph", "text") and name."""

    def __init__(self) -> None:
        self.language: str | None = None  # of paragraphs, unless it is the English that programs write unasked
        self._styles: dict[tuple[str, str], Style] = {}

    def add(self, element: Element) -> None:
        """Take in a style; what is none is passed over."""
        characters = element.child("style:text-properties")
        given = characters.attributes if characters is not None else {}
        family, name = element.attributes.get("style:family", ""), element.attributes.get("style:name", "")
        if element.name == "style:style":
            display = given.get("text:display")
            hidden = None if display is None else display == "none"
            self._styles[family, name] = Style(
                name == "Title", hidden, element.attributes.get("style:parent-style-name", "")
            )
        elif element.name == "style:default-style" and family == "paragraph":
            language = properties.language(given.get("fo:language"))
            self.language = None if language == "en" else language

    def named(self, family: str, name: str | None) -> Style:
        """What holds for text of a style, with what it is based on."""
        style = self._styles.get((family, name or ""), Style())
        base = style.base
        for _ in range(_DEEPEST):
            further = self._styles.get((family, base))
            if further is None:
                break
            hidden = further.hidden if style.hidden is None else style.hidden
            style, base = Style(style.is_title or further.is_title, hidden), further.base
        return style
