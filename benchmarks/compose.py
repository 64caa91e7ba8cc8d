"""Composed answers by a language model: how soon they come, what is left of them, and each sentence for judging.

    python benchmarks/compose.py INDEX QUESTIONS.jsonl [--questions 20] [--model FILE.gguf|NAME] [--out SENTENCES.jsonl]

QUESTIONS.jsonl has {"question"} a line, or is an evaluation set's folder; --seed shuffles them. The sentences that
were kept are added to OUT with their evidence, and those that were struck; `suspect` has the figures, and the names in
Latin letters, of a sentence that stand in none of its quotes.
With --recorded FILE what the model wrote is kept there, and taken from it where it was asked the same before: sentences
can so be verified again by other rules, and times mean nothing then.
With --beside N another thread asks quoted questions meanwhile, N a second, and its times are given.
"""

import argparse
import json
import random
import re
import sys
import threading
import time
import unicodedata
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from recorded import Recorded

from rag.answer import Answer
from rag.assistant import Assistant
from ui.loading import assistant
from ui.settings import read_settings

_FIGURE = re.compile(r"\d+(?:[.,٫٬\u00a0\u202f ]\d{3})*(?:[.,٫]\d+)?")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-ZÀ-Þ][\w'’-]{2,}")
_WARM = "What is said of the lamp?"


def main() -> None:
    """Run it and print the figures as JSON."""
    given = _arguments()
    settings = replace(read_settings(), index=given.index)
    if given.model:
        settings = replace(settings, llm=given.model)
    asking = assistant(settings, confidence=given.confidence)
    questions = _questions(given.questions_file)
    if given.seed is not None:
        random.Random(given.seed).shuffle(questions)
    questions = questions[given.skip : given.skip + given.questions]
    asking.ask(_WARM, mode="compose")  # loads the model, which is no part of an answer's time
    if given.recorded:
        assert asking._composer is not None
        asking._composer.model = Recorded(asking._composer.model, given.recorded)
    over = threading.Event()
    beside: list[float] = []
    meanwhile = threading.Thread(target=_ask_beside, args=(asking, questions, given.beside, over, beside))
    if given.beside:
        meanwhile.start()
    answers = []
    for question in questions:
        answers.append(_ask(asking, question))
        _write(answers[-1], given.out)
    over.set()
    if given.beside:
        meanwhile.join()
    print(json.dumps(_figures(answers, beside), indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions_file", type=Path, metavar="questions")
    parser.add_argument("--questions", type=int, default=20)
    parser.add_argument("--skip", type=int, default=0)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--model")
    parser.add_argument("--confidence", type=float)
    parser.add_argument("--beside", type=float, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--recorded", type=Path)
    return parser.parse_args()


def _questions(path: Path) -> list[str]:
    file = path / "questions.jsonl" if path.is_dir() else path
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [line["question"] for line in lines if line.get("answers", True)]


def _ask(asking: Assistant, question: str) -> Answer:
    *_, last = asking.answers(question, mode="compose")
    words = f"{len(last.statements)} kept" if last.composed else "quoted"
    timings = {name: round(ms / 1000, 1) for name, ms in last.timings.items() if name.endswith(("word_ms", "total_ms"))}
    print(f"{words}, {len(last.removed)} removed, {timings} {last.notice or ''} | {question}", file=sys.stderr)
    return last


def _write(answer: Answer, out: Path | None) -> None:
    if out:
        lines = _sentences(answer) + _removed(answer)
        with out.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _ask_beside(
    asking: Assistant, questions: list[str], a_second: float, over: threading.Event, times: list[float]
) -> None:
    at = 0
    while not over.wait(1 / a_second):
        began = time.perf_counter()
        asking.ask(questions[at % len(questions)])
        times.append(1000 * (time.perf_counter() - began))
        at += 1


def _removed(answer: Answer) -> list[dict[str, Any]]:
    return [
        {"question": answer.question, "sentence": r.text, "status": r.status, "reason": r.reason, "words": r.words}
        for r in answer.removed
    ]


def _sentences(answer: Answer) -> list[dict[str, Any]]:
    if not answer.composed:
        return []
    quotes = {citation.number: citation for citation in answer.citations}
    found = []
    for statement in answer.statements:
        evidence = [quotes[number] for number in statement.citations]
        found.append(
            {
                "question": answer.question,
                "language": answer.language,
                "sentence": statement.text,
                "status": statement.status,
                "suspect": suspect(statement.text, " ".join(c.quote for c in evidence)),
                "evidence": [
                    {"document": c.document, "start": c.start, "end": c.end, "language": c.language, "quote": c.quote}
                    for c in evidence
                ],
            }
        )
    return found


def suspect(sentence: str, quotes: str) -> list[str]:
    """The figures of a sentence that its quotes have not, and its names where both are in Latin letters."""
    figures = {_digits(f) for f in _FIGURE.findall(quotes)}
    found = [f for f in _FIGURE.findall(sentence) if _digits(f) not in figures]
    if sum(c.isascii() for c in quotes if c.isalpha()) > len(quotes) // 2:
        folded = _folded(quotes)
        found += [name for name in _NAME.findall(sentence) if _folded(name) not in folded]
    return found


def _digits(figure: str) -> str:
    return "".join(str(unicodedata.digit(c)) for c in figure if c.isdigit())


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _figures(answers: list[Answer], beside: list[float]) -> dict[str, Any]:
    asked = [a for a in answers if not a.abstained]
    composed = [a for a in asked if a.composed]
    lines = [line for answer in composed for line in _sentences(answer)]
    statuses = [s.status for a in composed for s in a.statements]
    removed = [r for a in asked for r in a.removed]
    return {
        "questions": len(answers),
        "abstained": len(answers) - len(asked),
        "composed": len(composed),
        "empty_share": round(1 - len(composed) / len(asked), 3) if asked else None,
        "quoted_answer_shown": all(a.citations for a in asked),
        "sentences": {status: statuses.count(status) for status in sorted(set(statuses))},
        "removed": {
            reason: [r.reason for r in removed].count(reason) for reason in sorted({r.reason for r in removed})
        },
        "suspect_sentences": sum(bool(line["suspect"]) for line in lines),
        "first_word_s": _quantiles([a.timings["first_word_ms"] / 1000 for a in asked if "first_word_ms" in a.timings]),
        "first_sentence_s": _quantiles(
            [a.timings["first_sentence_ms"] / 1000 for a in composed if "first_sentence_ms" in a.timings]
        ),
        "total_s": _quantiles([a.timings["total_ms"] / 1000 for a in asked]),
        "beside_ms": _quantiles(beside),
    }


def _quantiles(times: list[float]) -> dict[str, float] | None:
    if not times:
        return None
    ordered = sorted(times)
    at = min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))
    return {"median": round(median(ordered), 2), "p95": round(ordered[at], 2), "most": round(ordered[-1], 2)}


if __name__ == "__main__":
    main()
