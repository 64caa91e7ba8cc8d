"""A checked draft as a Word document with comments: the writer's own file where it is one, else a plain new one."""

from bisect import bisect_right
from collections.abc import Iterator

from index.errors import PinciteError, ReadError
from index.limits import Limits
from index.readers.archive import DAMAGED
from rag.check.checked import CheckedDraft, CheckedQuotation, CheckedReference, CheckedSentence
from rag.check.reading import LIMITS
from rag.check.walk import Walked
from rag.check.word import WordText, read_word
from ui import checked_lines
from ui.checking_words import CheckWords, words_for
from ui.docx_comments import Comment, with_comments
from ui.docx_package import EditedPackage
from ui.new_docx import blanked, new_docx


def checked_docx(checked: CheckedDraft, limits: Limits = LIMITS) -> bytes:
    """The document with a comment at each sentence that was checked, in the draft's language.

    Raises PinciteError where the draft's own file is damaged.
    """
    own = checked.draft.format == "docx"
    data = checked.draft.data if own else new_docx(checked.draft)
    try:
        _, main, word = read_word(data, blanked(checked.draft), limits)
        comments = _comments(checked, word, words_for(checked.draft.language))
        return with_comments(EditedPackage.read(data, limits), main, word.walked, comments)
    except (ReadError, *DAMAGED) as error:
        raise PinciteError(f"{checked.draft.name} cannot be commented on: {error}") from error


def _comments(checked: CheckedDraft, word: WordText, words: CheckWords) -> list[Comment]:
    """The comments in the order of the file. What stands where Word has no comments is told at the sentence before."""
    found: list[Comment] = []
    for start, end, said, paragraphs in _told(checked, words):
        place = word.in_file(start, end)
        if place is not None and (not found or place[0] > found[-1].last):
            found.append(Comment(*_widened(word.walked, *place, found), paragraphs))
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


def _widened(walked: Walked, first: int, last: int, before: list[Comment]) -> tuple[int, int]:
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
