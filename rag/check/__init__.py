from rag.check.checked import CheckedDraft
from rag.check.checker import check
from rag.check.draft import Draft
from rag.check.reading import read_draft, read_text

__all__ = ["CheckedDraft", "Draft", "check", "read_draft", "read_text"]
