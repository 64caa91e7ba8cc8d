"""A checked draft as a Word document with comments: the writer's own file where the draft is one, else a plain new one.

Comments are put into the bytes of the file at the sentences they are about; all else of it stays as it was.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

from index.errors import PinciteError, ReadError
from index.limits import Limits
from index.readers.archive import DAMAGED, Unpacker
from rag.check.checked import CheckedDraft, CheckedQuotation, CheckedReference, CheckedSentence
from rag.check.reading import LIMITS
from rag.check.walk import Walked
from rag.check.word import WordText, read_word
from ui import checked_lines
from ui.checking_words import CheckWords, words_for
from ui.new_docx import blanked, new_docx

_AUTHOR, _INITIALS = "Pincite", "P"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
_STRICT_RELATION = "http://purl.oclc.org/ooxml/officeDocument/relationships/comments"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_TYPES_SPACE = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS_SPACE = "http://schemas.openxmlformats.org/package/2006/relationships"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACE_KEPT = b' xml:space="preserve"'


def checked_docx(checked: CheckedDraft, limits: Limits = LIMITS) -> bytes:
    """The document with a comment at each sentence that was checked, in the draft's language.

    Raises PinciteError where the draft's own file is damaged.
    """
    own = checked.draft.format == "docx"
    data = checked.draft.data if own else new_docx(checked.draft)
    try:
        _, main, word = read_word(data, blanked(checked.draft), limits)
        comments = _comments(checked, word, words_for(checked.draft.language))
        return _with_comments(_File.read(data, limits), main, word.walked, comments)
    except (ReadError, *DAMAGED) as error:
        raise PinciteError(f"{checked.draft.name} cannot be commented on: {error}") from error


@dataclass(slots=True)
class _Comment:
    """Paragraphs of text, and the file's characters that they are about, `last` included."""

    first: int
    last: int
    paragraphs: list[str]


def _comments(checked: CheckedDraft, word: WordText, words: CheckWords) -> list[_Comment]:
    """The comments in the order of the file. What stands where Word has no comments is told at the sentence before."""
    found: list[_Comment] = []
    for start, end, said, paragraphs in _told(checked, words):
        place = word.in_file(start, end)
        if place is not None and (not found or place[0] > found[-1].last):
            found.append(_Comment(*_widened(word.walked, *place, found), paragraphs))
        elif found:
            found[-1].paragraphs += [f"“{said}”", *paragraphs]
    return found


def _told(checked: CheckedDraft, words: CheckWords) -> Iterator[tuple[int, int, str, list[str]]]:
    """For each sentence of which there is something to tell, and for what no sentence holds, its place and that."""
    told: list[tuple[int, int, str, list[str]]] = []
    for sentence in checked.sentences:
        lines = [*_of_sentence(sentence, words)]
        for of in _parts(checked, sentence.number):
            lines += _of_part(of, words)
        if lines:
            told.append((sentence.start, sentence.end, checked.draft.seen(sentence.start, sentence.end), lines))
    for of in _parts(checked, None):
        told.append((of.start, of.end, of.text, [*_of_part(of, words)]))
    yield from sorted(told, key=lambda one: one[0])


def _parts(checked: CheckedDraft, number: int | None) -> tuple[CheckedQuotation | CheckedReference, ...]:
    quoted, cited = checked.of_sentence(number)
    return (*quoted, *cited)


def _of_sentence(sentence: CheckedSentence, words: CheckWords) -> Iterator[str]:
    if sentence.status != "not_checked":
        yield checked_lines.status_of(sentence, words)
        yield from checked_lines.sentence_lines(sentence, words)


def _of_part(of: CheckedQuotation | CheckedReference, words: CheckWords) -> Iterator[str]:
    if isinstance(of, CheckedQuotation):
        yield f"{words.quotation}{words.colon}{words.quotations[of.status]}"
        yield from checked_lines.quotation_lines(of, words)
    else:
        yield checked_lines.reference_status(of, words)
        yield from checked_lines.reference_lines(of, words)


def _widened(walked: Walked, first: int, last: int, before: list[_Comment]) -> tuple[int, int]:
    """A stretch of characters with the signs around it, up to white space and within its paragraph."""
    low, high = _paragraph(walked, first)
    low = max(low, before[-1].last + 1) if before else low
    while first > low and _is_sign(walked.characters[first - 1].char):
        first -= 1
    while last + 1 < high and _is_sign(walked.characters[last + 1].char):
        last += 1
    return first, last


def _paragraph(walked: Walked, character: int) -> tuple[int, int]:
    number = bisect_right(walked.paragraphs, character, key=lambda p: p.first) - 1
    # Paragraphs without characters begin where the next one does.
    return walked.paragraphs[number].first, walked.paragraphs[number].last


def _is_sign(char: str) -> bool:
    return not (char.isspace() or char.isalnum())


@dataclass(slots=True)
class _File:
    """The parts of a package in their order, as they were and as they shall be."""

    archive: ZipFile
    parts: dict[str, bytes]
    changed: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, data: bytes, limits: Limits) -> "_File":
        """Unpack a package within `limits`."""
        unpacker = Unpacker(data, limits)
        parts = {entry.filename: b"".join(unpacker.unpack(entry)) for entry in unpacker.entries()}
        return cls(ZipFile(BytesIO(data)), parts)

    def name(self, wanted: str) -> str:
        """What a part is called in this file, whose names are compared without regard to case."""
        return next((n for n in self.parts if n.lstrip("/").casefold() == wanted.casefold()), wanted)

    def get(self, wanted: str) -> bytes:
        """The bytes of a part as they shall be; b"" where there is none."""
        name = self.name(wanted)
        return self.changed.get(name, self.parts.get(name, b""))

    def put(self, wanted: str, data: bytes) -> None:
        """Change a part or add one."""
        self.changed[self.name(wanted)] = data

    def packed(self) -> bytes:
        """The package; what did not change has the same bytes, dates and order."""
        out = BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as archive:
            for entry in self.archive.infolist():
                archive.writestr(entry, self.changed.pop(entry.filename, self.parts[entry.filename]))
            for name, data in self.changed.items():
                archive.writestr(name, data)
        return out.getvalue()


def _with_comments(file: _File, main: str, walked: Walked, comments: list[_Comment]) -> bytes:
    """The package with these comments in it, behind those that it has."""
    listed = _relations_of(main)
    name = _comments_part(file, listed, main)
    part = file.get(name)
    first = _free_number(part)
    file.put(main, _marked(walked, comments, first))
    file.put(name, _comments_xml(part, walked, comments, first))
    if not part:
        _announce(file, listed, name, walked)
    return file.packed()


def _relations_of(main: str) -> str:
    folder, _, name = main.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


def _comments_part(file: _File, listed: str, main: str) -> str:
    """The name of the part that holds the comments, or shall."""
    folder = main.rpartition("/")[0]
    for tag in re.findall(rb"<[^<>]*>", file.get(listed)):
        target = re.search(rb"Target\s*=\s*[\"']([^\"']+)", tag)
        if re.search(rb"/relationships/comments[\"']", tag) and target:
            named = target[1].decode("utf-8", "replace")
            return named.lstrip("/") if named.startswith("/") else f"{folder}/{named}".lstrip("/")
    name, number = f"{folder}/comments.xml".lstrip("/"), 1
    while file.get(name):
        number += 1
        name = f"{folder}/comments{number}.xml".lstrip("/")
    return name


def _free_number(part: bytes) -> int:
    used = [int(n) for n in re.findall(rb"<[\w.-]*:?comment\s[^<>]*?\bid\s*=\s*[\"'](\d{1,9})[\"']", part)]
    used += [int(n) for n in re.findall(rb":id\s*=\s*[\"'](\d{1,9})[\"']", part)]
    return max(used, default=-1) + 1


def _marked(walked: Walked, comments: list[_Comment], first: int) -> bytes:
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


def _comments_xml(part: bytes, walked: Walked, comments: list[_Comment], first: int) -> bytes:
    space = walked.namespace
    added = "".join(_comment_xml(comment, number, space) for number, comment in enumerate(comments, first)).encode()
    if not part:
        head = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:comments xmlns:w="{space}">'
        return head.encode() + added + b"</w:comments>"
    return _before_end(part, added)


def _before_end(part: bytes, added: bytes) -> bytes:
    """A part with more children of its root. Raises ReadError where it does not end as XML does."""
    if part.startswith((b"\xff\xfe", b"\xfe\xff")):
        part = re.sub(rb"\A\s*<\?xml[^>]*?\?>", b"", part.decode("utf-16", "replace").encode())
    empty = re.search(rb"<([\w.:-]+)([^<>]*)/>\s*\Z", part)
    if empty and b"</" not in part:
        return part[: empty.start()] + b"<%s%s>%s</%s>" % (empty[1], empty[2], added, empty[1])
    end = part.rfind(b"</")
    if end < 0:
        raise ReadError("it is damaged (a part of it breaks off); open it in its program and save it again")
    return part[:end] + added + part[end:]


def _comment_xml(comment: _Comment, number: int, space: str) -> str:
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


def _announce(file: _File, listed: str, name: str, walked: Walked) -> None:
    """Let the package know of a part with comments."""
    kind = _STRICT_RELATION if "purl.oclc.org" in walked.namespace else _RELATION
    used = set(re.findall(rb"\bId\s*=\s*[\"']([^\"']*)", file.get(listed)))
    id = next(f"rIdPincite{n}" for n in range(1, 10_000) if f"rIdPincite{n}".encode() not in used)
    relation = f'<Relationship xmlns="{_RELATIONS_SPACE}" Id="{id}" Type="{kind}" Target="/{escape(name)}"/>'.encode()
    relations = file.get(listed) or (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{_RELATIONS_SPACE}"/>'.encode()
    )
    file.put(listed, _before_end(relations, relation))
    override = f'<Override xmlns="{_TYPES_SPACE}" PartName="/{escape(name)}" ContentType="{_TYPE}"/>'.encode()
    file.put("[Content_Types].xml", _before_end(file.get("[Content_Types].xml"), override))
