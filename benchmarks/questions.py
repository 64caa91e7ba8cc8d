"""How long a question takes on a running index, one at a time, in quote mode.

    python benchmarks/questions.py INDEX SET/questions.jsonl [--limit 300] [--warm-up 30]

Milliseconds by the wall clock around `Assistant.ask`; the encoder and the search as the assistant itself times them.
"""

import argparse
import json
import time
from pathlib import Path

from report import publish, spread

from index.encoder import load_question_encoder
from index.models import ensure
from index.opened import Index
from rag.assistant import Assistant
from ui.settings import read_settings


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path, help='a file of {"question"} objects, one a line')
    parser.add_argument("--limit", type=int, default=300, help="questions asked, spread over the file")
    parser.add_argument("--warm-up", type=int, default=30, help="questions asked before, not counted")
    given = parser.parse_args()
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines[:: max(1, len(lines) // given.limit)]][: given.limit]
    with Index.open(given.index) as index:
        name, passages = index.manifest.encoder.name, index.manifest.passages
    assistant = Assistant(given.index, load_question_encoder(ensure(name, read_settings().models, print)))
    for question in asked[: given.warm_up]:
        assistant.ask(question)
    timed = [time_question(assistant, question) for question in asked]
    publish(
        "questions",
        {
            "questions": len(asked),
            "passages": passages,
            "total_ms": spread([t["total"] for t in timed]),
            "encode_ms": spread([t["encode"] for t in timed]),
            "search_ms": spread([t["search"] for t in timed]),
        },
    )


def time_question(assistant: Assistant, question: str) -> dict[str, float]:
    """Milliseconds of one question."""
    began = time.perf_counter()
    timings = assistant.ask(question).timings
    total = 1000 * (time.perf_counter() - began)
    return {"total": total, "encode": timings["encode_ms"], "search": timings["search_ms"]}


if __name__ == "__main__":
    main()
