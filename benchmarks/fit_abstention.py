"""Fit when to abstain: a logistic regression on evaluation sets that have questions without an answer.

    python benchmarks/fit_abstention.py --models MODELS SET=INDEX [SET=INDEX ...]

SET is an evaluation set folder, INDEX an index of its corpus. Every set counts alike, and so do its answerable and its
unanswerable questions. Printed: the constants for rag/abstain.py, then for each set how well the figure separates it
(AUROC), what is refused where 93 % and 88 % of the answerable are answered, and what the default confidence does.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from index.encoder import load_question_encoder
from index.models import ensure
from index.opened import Index
from rag.abstain import CONFIDENCE, evidence
from rag.question import check, understand
from rag.retrieve import retrieve


def read_figures(folder: Path, index_folder: Path, models: Path) -> tuple[np.ndarray, np.ndarray]:
    """The figure (n,) of a set's questions and whether each can be answered (n,)."""
    with Index.open(index_folder) as index:
        encoder = load_question_encoder(ensure(index.manifest.encoder.name, models, print))
        view, figures, answerable = index.view(), [], []
        for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
            raw = json.loads(line)
            figures.append(evidence(retrieve(view, understand(check(raw["question"]), view, encoder), 10)))
            answerable.append(raw["kind"] != "unanswerable")
    return np.array(figures), np.array(answerable)


def fit(sets: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Weight and bias, each set and each outcome within it counting alike."""
    figures = np.concatenate([x for x, _ in sets])
    outcomes = np.concatenate([y for _, y in sets])
    counts = np.concatenate([np.where(y, 1 / y.sum(), 1 / (~y).sum()) for _, y in sets])
    model = LogisticRegression(C=1e4).fit(figures[:, None], outcomes, sample_weight=counts * len(counts) / counts.sum())
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def report(name: str, figures: np.ndarray, answerable: np.ndarray, least: float) -> None:
    """Print how well the figure separates a set, and what is answered and refused from `least` up."""
    yes, no = figures[answerable], figures[~answerable]
    refused = [np.mean(no < np.quantile(yes, 1 - share)) for share in (0.93, 0.88)]
    print(
        f"{name:14} AUROC {roc_auc_score(answerable, figures):.3f}  refused {refused[0]:.2f} at .93 answered,"
        f" {refused[1]:.2f} at .88; by default answered {np.mean(yes >= least):.2f}, refused {np.mean(no < least):.2f}"
    )


def main() -> None:
    """Fit and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("sets", nargs="+", metavar="SET=INDEX")
    given = parser.parse_args()
    pairs = [tuple(map(Path, pair.rsplit("=", 1))) for pair in given.sets]
    figures = {folder.name: read_figures(folder, index, given.models) for folder, index in pairs}
    weight, bias = fit(list(figures.values()))
    print(f"_WEIGHT, _BIAS = {weight:.2f}, {bias:.2f}")
    for name, (found, answerable) in figures.items():
        report(name, found, answerable, (np.log(CONFIDENCE / (1 - CONFIDENCE)) - bias) / weight)


if __name__ == "__main__":
    main()
