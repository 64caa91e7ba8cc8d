"""The styles of a Word document, as far as they bear on its text: titles, lists, hidden text, languages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from index.readers import properties
from index.readers.ooxml import is_on
from index.readers.trees import Element

_HEADING = re.compile(r"heading ([1-9])")
_CONTENTS = re.compile(r"(?:toc|table of figures|index) ?\d*")
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_EAST = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]")
_LEVELS = frozenset("0123456789")
_DEEPEST = 20  # styles based on each other


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says, None where it leaves that to the style it is based on."""

    name: str = ""  # Word's own English name, lower case
    level: int | None = None  # 0 for the first level of headings, 9 for body text
    item: bool | None = None  # of a list
    hidden: bool | None = None
    font: str | None = None
    languages: dict[str, str | None] = field(default_factory=dict)  # by script: "w:val", "w:bidi", "w:eastAsia"

    @property
    def contents(self) -> bool:
        """Whether it marks the lines of a table of contents."""
        return bool(_CONTENTS.fullmatch(self.name))

    def based_on(self, base: "Style") -> "Style":
        """The style with the gaps filled from `base`."""
        return Style(
            self.name,
            base.level if self.level is None else self.level,
            base.item if self.item is None else self.item,
            base.hidden if self.hidden is None else self.hidden,
            base.font if self.font is None else self.font,
            base.languages | self.languages,
        )

    def language(self, text: str) -> str | None:
        """The language that `text` is marked with; which of the three marks holds, its script says."""
        script = "w:bidi" if _RTL.search(text) else "w:eastAsia" if _EAST.search(text) else "w:val"
        return self.languages.get(script)


class Styles:
    """Styles by their id."""

    def __init__(self, elements: Iterable[Element]) -> None:
        """Takes the children of the part's root."""
        default = Style()
        found: dict[str, tuple[Style, str]] = {}
        self._usual: str | None = None  # the id of the style of paragraphs that name none
        for element in elements:
            if element.name == "w:docDefaults":
                default = _default(element)
            elif element.name == "w:style":
                id = element.attributes.get("w:styleId", "")
                found[id] = (_style(element), _value(element, "w:basedOn") or "")
                if element.attributes.get("w:type") == "paragraph" and _is_default(element):
                    self._usual = id
        self._default, self._found = default, found
        self._complete: dict[str, Style] = {}

    def paragraph(self, about: Element | None) -> Style:
        """What holds for a paragraph with the properties `about` (w:pPr); their w:rPr is of the mark at its end."""
        base = self._named(_value(about, "w:pStyle") or self._usual) or self._default
        return replace(_said(about), name=base.name).based_on(base)

    def run(self, about: Element, paragraph: Style) -> Style:
        """What holds for a run with the properties `about` (w:rPr) in a paragraph of this style."""
        own = _of_characters(about)
        named = self._named(_value(about, "w:rStyle"))
        return own.based_on(named or Style()).based_on(paragraph)

    def _named(self, id: str | None) -> Style | None:
        """The style of this id with all that it is based on."""
        if id is None or id not in self._found:
            return None
        if id not in self._complete:
            style, base = self._found[id]
            for _ in range(_DEEPEST):
                if base not in self._found:
                    break
                further, base = self._found[base]
                style = style.based_on(further)
            self._complete[id] = style.based_on(self._default)
        return self._complete[id]


def _default(element: Element) -> Style:
    """The defaults of a document: English as its language is what programs write unasked, so it says nothing."""
    about = element.child("w:rPrDefault", "w:rPr")
    if about is None:
        return Style()
    languages = {"w:val": _of_characters(about).languages.get("w:val")}
    return Style(languages={} if languages["w:val"] == "en" else languages)


def _style(element: Element) -> Style:
    about, characters = element.child("w:pPr"), element.child("w:rPr")
    name = (_value(element, "w:name") or "").lower()
    heading = _HEADING.fullmatch(name)
    paragraph = _said(about)
    own = _of_characters(characters) if characters is not None else Style()
    level = int(heading[1]) - 1 if heading else paragraph.level
    return Style(name, level, paragraph.item, own.hidden, own.font, own.languages)


def _said(about: Element | None) -> Style:
    """What w:pPr says itself."""
    level = _value(about, "w:outlineLvl") or ""
    number = _value(about.child("w:numPr"), "w:numId") if about is not None else None
    return Style(level=int(level) if level in _LEVELS else None, item=number != "0" if number else None)


def _of_characters(about: Element) -> Style:
    """What w:rPr says itself."""
    marks = about.child("w:lang")
    fonts = about.child("w:rFonts")
    given = {key: properties.language(tag) for key, tag in marks.attributes.items()} if marks is not None else {}
    font = fonts.attributes.get("w:ascii") if fonts is not None else None
    return Style(hidden=is_on(about.child("w:vanish")), font=font, languages=given)


def _is_default(element: Element) -> bool:
    return element.attributes.get("w:default") in ("1", "true", "on")


def _value(element: Element | None, name: str) -> str | None:
    found = element.child(name) if element is not None else None
    return found.attributes.get("w:val") if found is not None else None
