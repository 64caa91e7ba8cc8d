"""A follow-up made whole by a language model, believed only as far as it keeps to what was said."""

import json
import queue
import re
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from index.analysis import word_terms, words
from index.language import detect
from prompts.loader import load_prompt
from rag.compose.model import ChatModel, Message
from rag.compose.sources import shown
from rag.conversation.exchange import Exchange
from rag.conversation.followup import follow_up
from rag.conversation.words import GRAMMARS, words_of

MOST_TOKENS = 80
MOST_SECONDS = 5.0  # after which the rule's question is asked
LONGEST = 400  # characters of what a model may make of a question
_TURNS = 3  # that the model sees
_ANSWER = 300  # characters of each answer that it sees
_PROMPT = "standalone_question"
_MOST_NEW = 1  # words that nobody said: "where was it" may become "where was the treaty signed"
_NOT_PLAIN = re.compile(r"[/\\<>{}@#|`*\[\]]|\w\.\w")  # what addresses and markup have, and questions do not
_MARKED = re.compile(r"^(?:question|standalone question|rewritten question)\s*:\s*", re.IGNORECASE)


def rewritten_by(model: ChatModel, question: str, turns: Sequence[Exchange], by_rule: str) -> str | None:
    """The question as the model makes it whole; None where what it writes may not be asked.

    Raises ModelUnavailableError.
    """
    written = _MARKED.sub("", _first_line(model, _messages(question, turns))).strip(' "“”«»`*')
    return written if _is_sound(written, question, turns, by_rule) else None


def _messages(question: str, turns: Sequence[Exchange]) -> list[Message]:
    # As JSON, so that nothing in it can look like the end of it.
    said = [{"question": shown(turn.question), "answer": shown(turn.answer_text[:_ANSWER])} for turn in turns[-_TURNS:]]
    filled = load_prompt(_PROMPT).filled(
        earlier="\n".join(json.dumps(turn, ensure_ascii=False) for turn in said),
        question=json.dumps(shown(question), ensure_ascii=False),
    )
    return cast(list[Message], list(filled))


def _first_line(model: ChatModel, messages: Sequence[Message]) -> str:
    """The first line that the model writes; "" where it takes too long, which it is not waited for."""
    written: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()
    over = threading.Event()

    def write() -> None:
        try:
            written.put(_line(model, messages, over))
        except Exception as error:
            written.put(error)

    threading.Thread(target=write, name="rewriting", daemon=True).start()
    try:
        line = written.get(timeout=MOST_SECONDS)
    except queue.Empty:
        over.set()
        return ""
    if isinstance(line, Exception):
        raise line
    return line


def _line(model: ChatModel, messages: Sequence[Message], over: threading.Event) -> str:
    text = ""
    for piece in model.stream(messages, most_tokens=MOST_TOKENS):
        text += piece
        if over.is_set() or "\n" in text.strip() or len(text) > LONGEST:
            break
    return text.strip().split("\n")[0]


def _is_sound(written: str, question: str, turns: Sequence[Exchange], by_rule: str) -> bool:
    """Whether it is one question, in the language of the one that was asked, and says nothing that is new."""
    if not written or len(written) > LONGEST or len(re.findall(r"[?؟]", written)) != 1 or written[-1] not in "?؟":
        return False
    language = detect(by_rule)
    if detect(written, language) != detect(question, language):
        return False
    known = _known(
        language,
        [question, by_rule, *(text for turn in turns for text in (turn.question, *turn.names))],
    )
    if follow_up(written, language) is not None:  # it still lacks something
        return False
    new = {word: tells for word, tells in _matter(written, language) if word not in known}
    # An earlier answer is documents' words: a question may not be made of them.
    said = _known(language, [turn.answer_text for turn in turns])
    if said.intersection(new) or len(new) > _MOST_NEW or any(new.values()) or _NOT_PLAIN.search(written):
        return False
    kept = _figures([question]) <= _figures([written])
    return kept and written.casefold() != question.casefold()


def _known(language: str, texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in _stems(text, language)} | _figures(texts)


def _stems(text: str, language: str) -> list[str]:
    return [stem for word in words(text) for stem in word_terms(word, language)]


def _figures(texts: Iterable[str]) -> set[str]:
    return {word.plain for text in texts for word in words_of(text) if any(char.isdecimal() for char in word.plain)}


def _matter(text: str, language: str) -> Iterator[tuple[str, bool]]:
    """The stems of its words of meaning, each with whether it tells: figures, names, and all in a caseless script."""
    grammar = GRAMMARS.get(language)
    for at, word in enumerate(words_of(text)):
        figure = any(char.isdecimal() for char in word.plain)
        caseless = word.plain.upper() == word.plain.lower()
        if figure or grammar is None or not grammar.names_nothing(word.plain):
            for stem in _stems(word.plain, language):
                yield stem, figure or caseless or (word.capital and at > 0)
