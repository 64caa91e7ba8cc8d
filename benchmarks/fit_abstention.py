"""Fit when to abstain: a logistic regression on evaluation sets that have questions without an answer.

    python benchmarks/fit_abstention.py --models MODELS SET=INDEX [SET=INDEX ...]

SET is an evaluation set folder, INDEX an index of its corpus. Every set counts alike, and so do its answerable and its
unanswerable questions. Printed: the constants for rag/abstain.py fitted on all sets, and for each set how well they and
constants fitted on the *others* separate it (AUROC), with the share refused where 93 % and 88 % of the answerable are
answered.
"""

import argparse
import json
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.encoder import load_question_encoder
from index.models import ensure
from index.opened import Index
from rag.abstain import Evidence, weigh
from rag.question import check, understand
from rag.retrieve import retrieve


def read_evidence(folder: Path, index_folder: Path, models: Path) -> tuple[np.ndarray, np.ndarray]:
    """Evidence (n, figures) of a set's questions and whether each can be answered (n,)."""
    with Index.open(index_folder) as index:
        encoder = load_question_encoder(ensure(index.manifest.encoder.name, models, print))
        rows, answerable = [], []
        for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            found = retrieve(index, understand(check(raw["question"]), index, encoder), 10)
            rows.append(astuple(weigh(found)))
            answerable.append(raw["kind"] != "unanswerable")
    return np.array(rows), np.array(answerable)


def fit(sets: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, float]:
    """Weights on the raw figures and the bias, each set and each outcome within it counting alike."""
    rows = np.concatenate([x for x, _ in sets])
    outcomes = np.concatenate([y for _, y in sets])
    counts = np.concatenate([np.where(y, 1 / y.sum(), 1 / (~y).sum()) for _, y in sets])
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((rows - mean) / deviation, outcomes, sample_weight=counts * len(rows) / counts.sum())
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def report(name: str, rows: np.ndarray, answerable: np.ndarray, weights: np.ndarray, bias: float) -> None:
    """Print how well `weights` separate a set, and what the default confidence would do on it."""
    scores = rows @ weights + bias
    refused = {
        share: np.mean(scores[~answerable] < np.quantile(scores[answerable], 1 - share)) for share in (0.93, 0.88)
    }
    at_half = (scores > 0)[answerable].mean(), (scores <= 0)[~answerable].mean()
    print(
        f"{name:20} AUROC {roc_auc_score(answerable, scores):.3f}  refused at .93 answered {refused[0.93]:.2f},"
        f" at .88 {refused[0.88]:.2f}; at confidence 0.5 answered {at_half[0]:.2f} refused {at_half[1]:.2f}"
    )


def main() -> None:
    """Fit and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("sets", nargs="+", metavar="SET=INDEX")
    given = parser.parse_args()
    pairs = [tuple(map(Path, pair.rsplit("=", 1))) for pair in given.sets]
    evidence = {folder.name: read_evidence(folder, index, given.models) for folder, index in pairs}
    weights, bias = fit(list(evidence.values()))
    names = [field.name for field in fields(Evidence)]
    print("Evidence(" + ", ".join(f"{n}={w:.2f}" for n, w in zip(names, weights, strict=True)) + f"), bias {bias:.2f}")
    for name, (rows, answerable) in evidence.items():
        report(name, rows, answerable, weights, bias)
        others = [pair for other, pair in evidence.items() if other != name]
        if others:
            report("  fitted on others", rows, answerable, *fit(others))


if __name__ == "__main__":
    main()
