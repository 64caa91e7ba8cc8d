"""Questions as people ask them, written by a language model from a sentence and what is to be asked of it.

What it writes is believed only where it is one question, in the document's language, that shares words with the
sentence and does not give its answer away. The answer and its place are never the model's.
"""

import json
import time
from typing import cast

from index.analysis import terms
from index.language import detect
from prompts.loader import load_prompt
from rag.compose.language_names import language_name
from rag.compose.model import ChatModel, Message
from rag.compose.sources import shown
from rag.evaluation.cloze import Cloze

MOST_TOKENS = 60
MOST_SECONDS = 30.0  # that a question may take
LONGEST = 250  # characters of a question
_LEAST_SHARED = 2  # words of meaning of the sentence, so that it is clear what is asked about
_LEAST_LETTERS = 4
_ENDS = "?؟？;"  # of a Greek question too


def written(cloze: Cloze, language: str, model: ChatModel) -> str | None:
    """A question that the cloze's answer answers; None where the model writes none.

    Raises ModelUnavailableError.
    """
    prompt = load_prompt("question_of_sentence")
    holes = {"sentence": _quoted(cloze.sentence), "answer": _quoted(cloze.answer), "language": language_name(language)}
    began, text = time.monotonic(), ""
    for piece in model.stream(cast("list[Message]", prompt.filled(**holes)), most_tokens=MOST_TOKENS):
        text += piece
        if "\n" in text.strip() or len(text) > LONGEST or time.monotonic() - began > MOST_SECONDS:
            break
    question = text.strip().split("\n")[0].strip(' "“”«»*`')
    return question if _is_sound(question, cloze, language) else None


def _quoted(text: str) -> str:
    return json.dumps(shown(text), ensure_ascii=False)  # so that nothing in it can look like the end of it


def _is_sound(question: str, cloze: Cloze, language: str) -> bool:
    if not question or len(question) > LONGEST or question[-1] not in _ENDS or detect(question, language) != language:
        return False
    asked, answer = set(terms(question, language)), set(terms(cloze.answer, language))
    shared = {term for term in asked.intersection(terms(cloze.sentence, language)) if len(term) >= _LEAST_LETTERS}
    return not asked & answer and len(shared) >= _LEAST_SHARED
