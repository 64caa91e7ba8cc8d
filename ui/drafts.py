"""Drafts that come in over HTTP: read, checked against the documents, given back in the forms that are asked for."""

import base64
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from index.filters import Filter

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.check.checked import CheckedDraft

Progress = Callable[[int, int], None]  # sentences done, of how many; may raise to end the work


def check_draft(
    assistant: "Assistant", name: str, data: bytes, within: Filter | None, progress: Progress
) -> "CheckedDraft":
    """What the documents within a filter say of the draft in a file of that name, or in the text "-".

    Raises DraftError for what cannot be read.
    """
    from rag.check.checker import check
    from rag.check.reading import read_draft

    draft = read_draft(name, data)
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        progress(done, len(draft.sentences))

    progress(0, len(draft.sentences))
    return check(draft, assistant.view(within), assistant.verifier, tell)


def forms_of(checked: "CheckedDraft", forms: Collection[str]) -> dict[str, Any]:
    """The checked draft's JSON, and as `html` (a page) and `docx` (base64) where those are asked for."""
    from ui.checked_page import checked_page

    made: dict[str, Any] = {"result": checked.to_json()}
    if "html" in forms:
        made["html"] = checked_page(checked)
    if "docx" in forms:
        from ui.checked_docx import checked_docx

        made["docx"] = base64.b64encode(checked_docx(checked)).decode()
    return made
