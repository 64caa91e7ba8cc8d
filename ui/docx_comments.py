"""Comments put into the bytes of a Word file at the characters they are about; all else of it stays as it was."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from rag.check.walk import Walked
from ui.docx_package import EditedPackage, before_end, relations_of

_AUTHOR, _INITIALS = "Pincite", "P"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_STRICT_RELATION = "http://purl.oclc.org/ooxml/officeDocument/relationships/comments"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE_KEPT = b' xml:space="preserve"'


@dataclass(slots=True)
class Comment:
    """Paragraphs of text, and the file's characters that they are about, `last` included."""

    first: int
    last: int
    paragraphs: list[str]


def with_comments(package: EditedPackage, main: str, walked: Walked, comments: Sequence[Comment]) -> bytes:
    """The package with these comments in it, behind those that it has; `walked` is its main part, called `main`.

    Raises ReadError where a part that has to be changed is damaged.
    """
    name = _comments_part(package, main)
    part = package.get(name)
    first = _free_number(part)
    package.put(main, _marked(walked, comments, first))
    package.put(name, _comments_xml(part, walked, comments, first))
    if not part:
        relation = _STRICT_RELATION if "purl.oclc.org" in walked.namespace else _RELATION
        package.announce(main, name, relation, _TYPE)
    return package.packed()


def _comments_part(package: EditedPackage, main: str) -> str:
    """The name of the part that holds the comments, or shall."""
    folder = main.rpartition("/")[0]
    for tag in re.findall(rb"<[^<>]*>", package.get(relations_of(main))):
        target = re.search(rb"Target\s*=\s*[\"']([^\"']+)", tag)
        if re.search(rb"/relationships/comments[\"']", tag) and target:
            named = target[1].decode("utf-8", "replace")
            return named.lstrip("/") if named.startswith("/") else f"{folder}/{named}".lstrip("/")
    name, number = f"{folder}/comments.xml".lstrip("/"), 1
    while package.get(name):
        number += 1
        name = f"{folder}/comments{number}.xml".lstrip("/")
    return name


def _free_number(part: bytes) -> int:
    used = [int(n) for n in re.findall(rb"<[\w.-]*:?comment\s[^<>]*?\bid\s*=\s*[\"'](\d{1,9})[\"']", part)]
    used += [int(n) for n in re.findall(rb":id\s*=\s*[\"'](\d{1,9})[\"']", part)]
    return max(used, default=-1) + 1


def _marked(walked: Walked, comments: Sequence[Comment], first: int) -> bytes:
    """The main part with the beginnings and ends of the comments' ranges in it."""
    edits: list[tuple[int, bytes]] = []
    p = walked.prefix
    for number, comment in enumerate(comments, first):
        begin = f'<{p}commentRangeStart {p}id="{number}"/>'.encode()
        end = f'<{p}commentRangeEnd {p}id="{number}"/><{p}r><{p}commentReference {p}id="{number}"/></{p}r>'.encode()
        edits += _edits(walked, comment.first, begin, before=True)
        edits += _edits(walked, comment.last, end, before=False)
    out, at = [], 0
    for place, inserted in _in_order(edits):
        out += [walked.data[at:place], inserted]
        at = place
    return b"".join([*out, walked.data[at:]])


def _in_order(edits: Iterable[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """By place, those of one place in the order in which they were made; no tag gets the same attribute twice."""
    kept: list[tuple[int, bytes]] = []
    for edit in sorted(edits, key=lambda edit: edit[0]):
        if not (edit[1] == _SPACE_KEPT and edit in kept[-4:]):
            kept.append(edit)
    return kept


def _edits(walked: Walked, character: int, mark: bytes, before: bool) -> Iterator[tuple[int, bytes]]:
    """What to insert for `mark` to stand before, or behind, a character: its run is cut where it has others there."""
    here = walked.characters[character]
    beside = character - 1 if before else character + 1
    if here.run < 0:  # part of a formula
        return
    run = walked.runs[here.run]
    inside = 0 <= beside < len(walked.characters) and walked.characters[beside].run == here.run
    if not inside:
        yield (run.start if before else run.end), mark
        return
    cut = here.start if before else here.end
    p = walked.prefix.encode()
    about = walked.data[run.about[0] : run.about[1]]
    opened = walked.data.rfind(b"<" + p + b"t", run.start, cut)
    tag = walked.data[opened : walked.data.index(b">", opened)]
    if b"<![CDATA[" in walked.data[opened:cut]:  # cannot be cut
        yield (run.start if before else run.end), mark
        return
    if b"xml:space" not in tag:
        yield opened + len(tag), _SPACE_KEPT
    yield cut, b"</%st></%sr>%s<%sr>%s<%st%s>" % (p, p, mark, p, about, p, _SPACE_KEPT)


def _comments_xml(part: bytes, walked: Walked, comments: Sequence[Comment], first: int) -> bytes:
    space = walked.namespace
    added = "".join(_comment_xml(comment, number, space) for number, comment in enumerate(comments, first)).encode()
    if not part:
        head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:comments xmlns:w="{space}">'
        return head.encode() + added + b"</w:comments>"
    return before_end(part, added)


def _comment_xml(comment: Comment, number: int, space: str) -> str:
    paragraphs = "".join(map(_paragraph_xml, comment.paragraphs))
    return (
        f'<w:comment xmlns:w="{space}" w:id="{number}" w:author="{_AUTHOR}" w:initials="{_INITIALS}">'
        f"{paragraphs}</w:comment>"
    )


def _paragraph_xml(said: str) -> str:
    paragraph, run = ("<w:pPr><w:bidi/></w:pPr>", "<w:rPr><w:rtl/></w:rPr>") if _is_rtl(said) else ("", "")
    text = escape(_NOT_XML.sub(chr(0xFFFD), said))
    return f'<w:p>{paragraph}<w:r>{run}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def _is_rtl(said: str) -> bool:
    letter = next((char for char in said if char.isalpha()), "")
    return "\u0590" <= letter <= "\u08ff" or "\ufb1d" <= letter <= "\ufefc"
