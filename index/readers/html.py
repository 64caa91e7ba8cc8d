"""HTML: the document's text is what the page has to say, block by block, without menus, scripts and what is hidden."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from index import noise
from index.document import Extract, Span
from index.limits import Limits
from index.readers.length import bounded
from index.readers.markup import markup

_LEAST_MAIN = 0.25  # share of a page's characters that a <main> or <article> must hold to stand for the page

_LINES = "br caption dd dt figcaption legend li option summary tr"
_PARAGRAPHS = (
    "address article aside blockquote body center details div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hgroup hr main ol p pre section table tbody tfoot thead ul"
)
_UNREAD = (
    "audio button canvas datalist dialog head iframe input map math menu nav noscript object rp rt script select style "
    "svg template textarea title video"
)
_UNREAD_ROLES = "alertdialog banner complementary contentinfo dialog menu menubar navigation search toolbar"
_LINE_TAGS, _PARAGRAPH_TAGS = frozenset(_LINES.split()), frozenset(_PARAGRAPHS.split())
_SKIPPED, _SKIPPED_ROLES = frozenset(_UNREAD.split()), frozenset(_UNREAD_ROLES.split())
_SKIPPED_AROUND = frozenset(("aside", "footer", "header"))  # a page's own; an article's header holds its heading
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_REFERENCE = re.compile(r"\s*\[[^\[\]]{1,20}\]\s*")  # the call of a footnote, "[1]"
_SPACES = re.compile(r"[ \t\n\r\f]+")


def read(data: bytes, limits: Limits) -> Extract:
    """The text of a page: blocks on lines of their own, table cells with a bar between them, entities resolved.

    The heading is the main part's first <h1>, else the <title>.
    Raises ReadError where the bytes are not text, the text is longer than `limits` allows, or the page is built to wear
    the parser out.
    """
    page = LexborHTMLParser(markup(data))
    body = page.body
    if body is None:
        return Extract("")
    main = _main(page, body)
    writer = _Writer()
    for node, entering in _walk(main, inside=main is not body):
        writer.write(node, entering)
    text = bounded("".join(writer.parts), limits)
    spans = sorted((*noise.in_prose(text), *writer.bars), key=lambda span: span.start)
    return Extract(text, _heading(page, main), tuple(spans), tuple(sorted(writer.breaks)))


def _main(page: LexborHTMLParser, body: LexborNode) -> LexborNode:
    """The part that says what the page is about, else the whole body."""
    for selector in ("main, [role=main]", "article"):
        found = page.css(selector)
        if len(found) == 1 and len(found[0].text()) >= _LEAST_MAIN * len(body.text()):
            return found[0]
    return body


def _heading(page: LexborHTMLParser, main: LexborNode) -> str | None:
    for node in (main.css_first("h1"), page.css_first("title"), page.css_first("h1")):
        text = " ".join(node.text().split()) if node is not None else ""
        if text:
            return text
    return None


def _walk(root: LexborNode, inside: bool) -> Iterator[tuple[LexborNode, bool]]:
    """Each node below `root` that is part of the text, when it is entered and when it is left.

    `inside` says that `root` is a main part. A loop, for pages nest deeper than Python's calls.
    """
    articles, lists = int(inside), 0
    top = root.mem_id  # comparing nodes compares their whole markup
    node: LexborNode | None = root.child
    while node is not None:
        tag = node.tag
        skipped = tag not in ("-text", "br") and _is_skipped(node, bool(articles), bool(lists))
        if not skipped:
            yield node, True
            if node.child is not None and tag != "-text":
                articles += tag in ("article", "main")
                lists += tag in ("ul", "ol")
                node = node.child
                continue
            yield node, False
        while node is not None and node.next is None:
            node = node.parent
            if node is None or node.mem_id == top:
                return
            articles -= node.tag in ("article", "main")
            lists -= node.tag in ("ul", "ol")
            yield node, False
        node = node.next if node is not None else None


def _is_skipped(node: LexborNode, in_article: bool, in_list: bool) -> bool:
    tag = node.tag
    if tag in _SKIPPED or tag == "-comment" or (tag in _SKIPPED_AROUND and not in_article):
        return True
    attributes = node.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true" or attributes.get("role") in _SKIPPED_ROLES:
        return True
    if _HIDDEN_STYLE.search(attributes.get("style") or ""):
        return True
    if tag == "sup":
        return bool(_REFERENCE.fullmatch(node.text()))
    return tag in ("ul", "ol") and not (in_article or in_list) and _is_menu(node)


def _is_menu(node: LexborNode) -> bool:
    """Whether a list is three or more links and nothing else."""
    links = node.css("a")
    return len(links) > 2 and sum(len(link.text(strip=True)) for link in links) >= len(node.text(strip=True))


@dataclass(slots=True)
class _Writer:
    """Puts the text of nodes together: white space as browsers show it, line ends between blocks."""

    parts: list[str] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    bars: list[Span] = field(default_factory=list)
    length: int = 0  # characters in `parts`
    pending: str = ""  # white space before whatever comes next
    soft: bool = False  # `pending` is one <br>, which may stand in the middle of a sentence
    verbatim: int = 0  # depth of <pre>

    def write(self, node: LexborNode, entering: bool) -> None:
        """Take in a node that is entered or left."""
        tag = node.tag
        if tag == "-text":
            if entering:
                self._text(node.text_content or "")
        elif tag in ("td", "th"):
            if entering and self.parts and "\n" not in self.pending:
                self.pending = " | "
        elif tag in _LINE_TAGS:
            self._line("\n", is_br=tag == "br" and entering)
        elif tag in _PARAGRAPH_TAGS:
            self._line("\n\n")
        if tag == "pre":
            self.verbatim += 1 if entering else -1

    def _line(self, end: str, is_br: bool = False) -> None:
        if is_br and "\n" in self.pending:
            end = "\n\n"  # two <br> stand for a paragraph
        if len(end) > self.pending.count("\n"):
            self.pending = end
        self.soft = is_br and end == "\n"

    def _text(self, text: str) -> None:
        if self.verbatim:
            return self._put(text)
        words = _SPACES.sub(" ", text)
        if words.startswith(" ") and not self.pending:
            self.pending = " "
        if words.strip(" "):
            self._put(words.strip(" "))
            self.pending = " " if words.endswith(" ") else ""
        return None

    def _put(self, text: str) -> None:
        before = self.pending if self.parts else ""
        if before == " | ":
            self.bars.append(Span(self.length + 1, self.length + 2))
        self.parts += [before, text]
        start = self.length + len(before)
        self.length = start + len(text)
        if self.verbatim:
            self.breaks.update(start + match.end() for match in re.finditer("\n", text))
        if "\n" in before and not self.soft:
            self.breaks.add(start)
        self.pending, self.soft = "", False
