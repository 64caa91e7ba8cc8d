"""How often the verifier is right on statements that are said, altered, or said of nothing.

    python benchmarks/verifier.py SET --index INDEX [--sentences 40] [--translations FILE] [--every 1] [--json]

SET is an evaluation set folder whose corpus INDEX holds; benchmarks/statements.py says how the statements are made of
it and of the parallel sentences in the repository, and where that is rough. A statement counts as supported where the
status is quoted or supported. Printed for a set and for the parallel sentences, in one language and across: balanced
accuracy with a bootstrap over documents, the statuses of each kind of statement, and of the altered quotations how
many are found out. The constants were fitted on statements of the same making (benchmarks/fit_verifier.py prints what
articles held out give); the lists of words and the limits of names in rag/verify were made while looking at them, so
that figures on other collections may be lower.
"""

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from report import publish, spread
from statements import ALTERED, LANGUAGES, PARALLEL, SAID, Case, index_parallel, of_parallel, of_set

from index.encoder import load_encoder, load_question_encoder
from index.models import ensure
from index.opened import Index
from rag.verify.quotation import find_quotation
from rag.verify.verdict import Verdict
from rag.verify.verifier import Verifier
from ui.settings import read_settings

DRAWS = 1000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=40, help="of the set, a language")
    parser.add_argument("--translations", type=Path, help="the set's sentences in other words or languages, JSON lines")
    parser.add_argument("--every", type=int, default=1, help="of the statements, take every so many")
    parser.add_argument("--json", action="store_true", help="every statement with its verdict, a line each, before")
    given = parser.parse_args()
    measured = {}
    for name, verifier, made in groups(given.set, given.index, given.sentences, given.translations):
        cases = made[:: given.every]
        verdicts, took = [], []
        for case in cases:
            began = time.perf_counter()
            verdicts.append(verifier.verify(case.view, case.statement, case.passages))
            took.append(1000 * (time.perf_counter() - began))
            if given.json:
                print(json.dumps(told(case, verdicts[-1]), ensure_ascii=False))
        measured[name] = figures(cases, verdicts) | {"ms": spread(took), "quotations": quotations(cases)}
    publish("verifier", measured)


def groups(
    folder: Path, index_folder: Path, sentences: int, translations: Path | None
) -> Iterator[tuple[str, Verifier, list[Case]]]:
    """The set's cases, then those of the parallel sentences, which are indexed for it."""
    rows = [json.loads(line) for line in PARALLEL.read_text(encoding="utf-8").splitlines()]
    with ExitStack() as stack:
        index = stack.enter_context(Index.open(index_folder))
        model = ensure(index.manifest.encoder.name, read_settings().models, print)
        encoder = load_question_encoder(model)
        yield "set", Verifier(encoder), list(of_set(index.view(), encoder, folder, sentences, translations))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for language in LANGUAGES:
            index_parallel(scratch / language, load_encoder(model), language, rows)
        views = {a: stack.enter_context(Index.open(scratch / a / "index")).view() for a in LANGUAGES}
        yield "parallel", Verifier(encoder), list(of_parallel(views, rows))


def supported(verdict: Verdict) -> bool:
    """Whether a verdict says that the sources say it."""
    return verdict.status in ("quoted", "supported")


def told(case: Case, verdict: Verdict) -> dict[str, object]:
    """A case and its verdict for a person to read."""
    return {
        "statement": case.statement,
        "language": case.language,
        "source": case.other,
        "kind": case.kind,
        "status": verdict.status,
        "reason": verdict.reason,
        "score": round(verdict.score, 3),
        "evidence": [e.text for e in verdict.evidence],
        "mismatches": [[m.kind, m.stated, m.found] for m in verdict.mismatches],
    }


def figures(cases: Sequence[Case], verdicts: Sequence[Verdict]) -> dict[str, object]:
    """Balanced accuracy and statuses, within a language and across."""
    found: dict[str, object] = {}
    for label, crosses in (("same_language", False), ("across_languages", True)):
        own = [(c, v) for c, v in zip(cases, verdicts, strict=True) if c.crosses == crosses]
        if not own:
            continue
        kinds: dict[str, Counter[str]] = defaultdict(Counter)
        for case, verdict in own:
            kinds[case.kind][verdict.status] += 1
        right = [(c.subject, c.supported, supported(v) == c.supported) for c, v in own]
        altered = [(c, v) for c, v in own if c.kind in ALTERED]
        said = [(c, v) for c, v in own if c.kind in SAID[:2]]
        found[label] = {
            "statements": len(own),
            "balanced_accuracy": balanced(right),
            "interval": interval(right),
            "altered_found": round(float(np.mean([not supported(v) for _, v in altered])), 4),
            "false_alarms": round(float(np.mean([bool(v.mismatches) for _, v in said])), 4),
            "statuses": {kind: dict(counts) for kind, counts in sorted(kinds.items())},
        }
    return found


def balanced(right: Sequence[tuple[str, bool, bool]]) -> float:
    """The mean of the share right of what is said and of what is not."""
    sides = [[ok for _, said, ok in right if said is side] for side in (True, False)]
    return round(float(np.mean([np.mean(side) for side in sides if side])), 4)


def interval(right: Sequence[tuple[str, bool, bool]]) -> list[float]:
    """The middle 95 % of balanced accuracies with documents drawn anew."""
    by_subject: dict[str, list[tuple[str, bool, bool]]] = defaultdict(list)
    for row in right:
        by_subject[row[0]].append(row)
    chance, subjects = np.random.default_rng(1), sorted(by_subject)
    drawn = [
        balanced([row for at in chance.integers(0, len(subjects), len(subjects)) for row in by_subject[subjects[at]]])
        for _ in range(DRAWS)
    ]
    return [round(float(q), 4) for q in np.quantile(drawn, (0.025, 0.975))]


def quotations(cases: Sequence[Case]) -> dict[str, object]:
    """Of sentences quoted as they stand how many are called altered, and of altered ones how many are found out."""
    chosen = [c for c in cases if c.quotes]
    alarms, found, missed = [], [], []
    for case in chosen:
        passages = case.passages or case.view.passages(
            case.view.passages_of(next(d for d in case.view.documents() if d.id == case.subject))
        )
        quotation = find_quotation(case.statement, case.view, passages)
        if case.supported:
            alarms.append(quotation is None or not quotation.faithful)
        else:
            found.append(quotation is not None and not quotation.faithful)
            missed.append(quotation is not None and quotation.faithful)
    return {
        "unaltered": len(alarms),
        "false_alarms": sum(alarms),
        "altered": len(found),
        "shown_with_their_difference": sum(found),
        "taken_for_unaltered": sum(missed),
    }


if __name__ == "__main__":
    main()
