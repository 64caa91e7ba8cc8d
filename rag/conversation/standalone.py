"""Follow-ups as questions that stand by themselves, each seen and changed by whoever asks: "et en 2024 ?"."""

from collections.abc import Sequence
from dataclasses import replace

from index.errors import PinciteError
from index.language import detect
from rag.compose.model import ChatModel
from rag.conversation.by_model import rewritten_by
from rag.conversation.exchange import Exchange, Standalone
from rag.conversation.followup import follow_up
from rag.conversation.rewriting import rewrite
from rag.conversation.words import GRAMMARS
from rag.question import LONGEST

MOST_EARLIER = 6  # turns that are looked back on


def standalone(question: str, earlier: Sequence[Exchange], model: ChatModel | None = None) -> Standalone:
    """The question as it stands by itself after `earlier` turns, oldest first; itself where it does already.

    Only a question whose words show that it lacks something is rewritten, by `model` where there is one and what it
    writes is sound, else by rule. Nothing is said in it that was in none of the turns.
    """
    question = question.strip()
    turns = _resolved(earlier[-MOST_EARLIER:])
    by_rule = _by_rule(question, turns)
    if by_rule == question:
        return Standalone(question, question)
    # What a rule put in the place of its like needs no model; what it could only add beside the question does.
    if model is None or not by_rule.startswith(question):
        return Standalone(by_rule, question, "rules")
    try:
        written = rewritten_by(model, question, turns, by_rule)
    except PinciteError:  # a model that is away is no reason not to answer
        written = None
    return Standalone(written or by_rule, question, "model" if written else "rules")


def _resolved(earlier: Sequence[Exchange]) -> list[Exchange]:
    """The turns with their questions as these stand by themselves, so that a third question goes back to the first."""
    turns: list[Exchange] = []
    for exchange in earlier:
        turns.append(replace(exchange, question=_by_rule(exchange.question.strip(), turns)))
    return turns


def _by_rule(question: str, turns: Sequence[Exchange]) -> str:
    last = next((turn for turn in reversed(turns) if turn.question), None)
    if last is None or len(question) > LONGEST:
        return question
    last_language = detect(last.question)
    language = detect(question, last_language)
    lacking = follow_up(question, language if language in GRAMMARS else last_language)
    if lacking is None:
        return question
    made = rewrite(question, lacking, last, last_language)
    return made if len(made) <= LONGEST else question
