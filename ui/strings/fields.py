"""What the page says, in fields: one language fills them all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Strings:
    """One language's words for the page. `{...}` are holes that `str.format` fills."""

    language: str  # ISO 639-1
    direction: str  # "ltr" or "rtl"
    tagline: str
    documents: str
    languages: str
    welcome: str
    examples: str
    no_documents: str
    question: str
    placeholder: str
    ask: str
    conversation: str
    searching: str
    sources: str
    sources_count: str
    sources_empty: str
    source: str
    back: str
    characters: str
    page: str
    slide: str
    sheet: str
    row: str
    comma: str  # between the parts of a list
    day: str
    first: str  # how the first day of a month is written
    months: tuple[str, ...]
    origin: str
    exact: str
    unverified: str
    unsupported: str
    also: str
    differs: str
    closest: str
    closest_count: str
    closest_note: str
    no_passages: str
    copy: str
    copied: str
    look_in: str
    all_documents: str
    within: str
    clear: str
    language_field: str
    format_field: str
    folder_field: str
    date_field: str
    from_day: str
    to_day: str
    since: str
    until: str
    formats: dict[str, str]  # a format of `index.readers.formats`; one that is missing is written in capitals
    ask_view: str
    asked_as: str
    edit: str
    as_written: str
    answer_mode: str
    in_quotes: str
    in_sentences: str
    written: str
    written_by: str
    writing: str
    stop: str
    quotes: str
    before: str  # in front of the sentence before a quote that points back
    is_quoted: str
    is_supported: str
    removed: str
    reasons: dict[str, str]  # of rag/verify/verdict.py
    remarks: dict[str, str]  # of rag/remark.py
    problems: dict[str, str]  # of ui/problems.py
    lost: str
    history: str
    history_here: str
    history_there: str
    as_markdown: str
    as_json: str
    delete_history: str
    history_deleted: str
    check_view: str
    check_intro: str
    check_text: str
    check_file: str
    check_now: str
    checking: str
    check_progress: str
    check_done: str
    check_result: str
    check_empty: str
    check_large: str
    check_lost: str
    download: str
    names: dict[str, str]


_CODES = (
    "ar bn bg ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sv sw ta te"
    " th tr uk ur vi yo zh und"
).split()


def names_of(words: str) -> dict[str, str]:
    """Languages' names, in the order of their codes here."""
    return dict(zip(_CODES, words.split("|"), strict=True))


def formats_of(words: str) -> dict[str, str]:
    """Formats' names: those of plain text, web pages and two kinds of e-mail; the others are names everywhere."""
    own = dict(zip(("plain", "html", "eml", "msg"), words.split("|"), strict=True))
    return {"markdown": "Markdown", "docx": "Word", "xlsx": "Excel", "pptx": "PowerPoint", **own}
