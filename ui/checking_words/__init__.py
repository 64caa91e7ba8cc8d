"""The words in which a checked draft is told, in English, French and Arabic. Drafts and documents never pass here."""

from ui.checking_words.arabic import ARABIC
from ui.checking_words.english import ENGLISH
from ui.checking_words.fields import CheckWords
from ui.checking_words.french import FRENCH

__all__ = ["CHECK_WORDS", "CheckWords", "words_for"]

CHECK_WORDS = {words.language: words for words in (ENGLISH, FRENCH, ARABIC)}


def words_for(language: str) -> CheckWords:
    """The words for a draft in `language`; English where none of ours is its own."""
    return CHECK_WORDS.get(language, CHECK_WORDS["en"])
