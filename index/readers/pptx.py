"""Presentations (PPTX): slide by slide the title, the other shapes as they are read, then the speaker's notes."""

from collections import Counter
from collections.abc import Iterable, Iterator

from index.document import Extract
from index.errors import ReadError
from index.limits import Limits
from index.readers import properties
from index.readers.ooxml import Relationship, chosen, main_part, properties_of, related, relationships
from index.readers.package import Package
from index.readers.prose import Block, Prose, paragraph, row
from index.readers.slides import Layout, Shape, in_reading_order, placeholder
from index.readers.trees import Element

_TITLES = frozenset(("title", "ctrTitle"))
_FURNITURE = frozenset(("dt", "ftr", "hdr", "sldNum", "sldImg"))
_NO_TEXT_POINTS = frozenset(("parTrans", "pres", "sibTrans"))  # of a diagram: its lines and its looks


def read(data: bytes, limits: Limits) -> Extract:
    """The text of a presentation, hidden slides included, with the slide that each part of it stands on.

    The heading is the first slide's title, else the title in the properties.
    Raises ReadError where the file is damaged, protected by a password or exceeds `limits`.
    """
    package = Package(data, limits)
    main = main_part(package, "ppt/presentation.xml", "PowerPoint presentation")
    slides = _slides(package, main)
    if len(slides) > limits.pages:
        raise ReadError(f"it has {len(slides):,} slides, more than {limits.pages:,}; split it into several files")
    reader, prose = _Reader(package), Prose(limits)
    for number, name in enumerate(slides, start=1):
        prose.place("slide", number)
        for blocks in reader.slide(name, number):
            prose.apart()
            prose.write(blocks)
    about = properties_of(package)
    language = properties.most_used(reader.languages) or about.language
    return prose.extract(reader.heading or about.title, language, about.date, about.author)


def _slides(package: Package, main: str) -> list[str]:
    """The parts of the slides in the order in which they are shown."""
    targets = {found.id: found.target for found in relationships(package, main) if found.kind == "slide"}
    listed = package.tree(main).child("p:sldIdLst")
    ids = [slide.attributes.get("r:id", "") for slide in listed.elements()] if listed else []
    return [targets[id] for id in ids if id in targets]


class _Reader:
    """Reads slides, and remembers what they say of the presentation."""

    def __init__(self, package: Package) -> None:
        self.heading: str | None = None
        self.languages: Counter[str | None] = Counter()  # characters in each
        self._package = package
        self._layouts: dict[str, Layout] = {}
        self._related: list[Relationship] = []  # what the slide at hand needs

    def slide(self, name: str, number: int) -> Iterator[list[Block]]:
        """The blocks of each shape of a slide in reading order, then those of its notes."""
        tree = self._package.tree(name)
        self._related = relationships(self._package, name)
        layout = self._layout()
        shapes = list(self._shapes(tree.child("p:cSld", "p:spTree"), layout))
        titles = [shape for shape in shapes if shape.title]
        if number == 1 and titles:
            self.heading = properties.short(titles[0].text())
        for shape in titles + in_reading_order([shape for shape in shapes if not shape.title]):
            yield shape.blocks
        for notes in self._needed("notesSlide"):
            for shape in self._shapes(self._package.tree(notes).child("p:cSld", "p:spTree"), Layout(), only="body"):
                yield shape.blocks

    def _needed(self, kind: str) -> Iterator[str]:
        return related(self._related, self._package, kind)

    def _layout(self) -> Layout:
        """Where the layout of the slide at hand puts what the slide itself does not place."""
        for name in self._needed("slideLayout"):
            if name not in self._layouts:
                self._layouts[name] = self._read_layout(name)
            return self._layouts[name]
        return Layout()

    def _read_layout(self, name: str) -> Layout:
        masters = related(relationships(self._package, name), self._package, "slideMaster")
        try:
            return Layout([self._package.tree(part) for part in (name, *masters)])
        except ReadError:  # only the order of shapes depends on it
            return Layout()

    def _shapes(self, tree: Element | None, layout: Layout, only: str | None = None) -> Iterator[Shape]:
        """The shapes below `tree` that hold text, `only` the placeholders of a kind where one is named."""
        for element in tree.elements() if tree is not None else ():
            if element.name == "mc:AlternateContent":
                for alternative in chosen(element):
                    yield from self._shapes(alternative, layout, only)
                continue
            kind = placeholder(element)[0]
            if kind in _FURNITURE or (only is not None and kind != only):
                continue
            blocks = self._blocks(element, layout, title=kind in _TITLES)
            if blocks:
                yield Shape(layout.box(element), kind in _TITLES, blocks)

    def _blocks(self, element: Element, layout: Layout, title: bool) -> list[Block]:
        if element.name == "p:grpSp":
            inner = in_reading_order(list(self._shapes(element, layout)))
            return [block for shape in inner for block in shape.blocks]
        if element.name == "p:graphicFrame":
            return self._graphic(element)
        text = element.child("p:txBody")
        if text is None:
            return []
        if title:
            words = " ".join(" ".join(self._text(line) for line in text.elements() if line.name == "a:p").split())
            return paragraph(words)
        return self._paragraphs(text)

    def _paragraphs(self, text: Element) -> list[Block]:
        return [b for line in text.elements() if line.name == "a:p" for b in paragraph(self._text(line), "item")]

    def _graphic(self, element: Element) -> list[Block]:
        """The text of a table or a diagram."""
        data = element.child("a:graphic", "a:graphicData")
        table = data.child("a:tbl") if data is not None else None
        if table is not None:
            return [block for line in table.elements() if line.name == "a:tr" for block in self._row(line)]
        ids = data.child("dgm:relIds") if data is not None else None
        wanted = ids.attributes.get("r:dm") if ids is not None else None
        for found in self._related:
            if found.id == wanted and self._package.has(found.target):
                return self._diagram(self._package.tree(found.target))
        return []

    def _row(self, line: Element) -> list[Block]:
        cells = [cell.child("a:txBody") for cell in line.elements() if cell.name == "a:tc"]
        return row([self._paragraphs(cell) for cell in cells if cell is not None])

    def _diagram(self, data: Element) -> list[Block]:
        points = [point for point in data.below("dgm:pt") if point.attributes.get("type") not in _NO_TEXT_POINTS]
        texts = [point.child("dgm:t") for point in points]
        return [block for text in texts if text is not None for block in self._paragraphs(text)]

    def _text(self, element: Element) -> str:
        """The characters of a paragraph; a line end in it stays one."""
        parts = []
        for child in element.elements():
            if child.name == "a:br":
                parts.append("\n")
            elif child.name == "a:r" or (child.name == "a:fld" and child.attributes.get("type") != "slidenum"):
                parts.append(self._run(child))
            elif child.name in ("mc:AlternateContent", "a:m", "m", "m:oMath", "m:oMathPara"):
                parts += _formula([child])
        return "".join(parts)

    def _run(self, run: Element) -> str:
        words, about = run.child("a:t"), run.child("a:rPr")
        text = words.text() if words is not None else ""
        language = properties.language(about.attributes.get("lang")) if about is not None else None
        self.languages[properties.fitting(language, text)] += len(text)
        return text


def _formula(elements: Iterable[Element]) -> Iterator[str]:
    """The characters of a formula, fractions and powers told apart from figures side by side."""
    for element in elements:
        if element.name == "m:t":
            yield element.text()
            continue
        yield {"m:den": "/", "m:sup": "^"}.get(element.name, "")
        yield from _formula(chosen(element) if element.name == "mc:AlternateContent" else element.elements())
