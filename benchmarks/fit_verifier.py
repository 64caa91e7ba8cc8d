"""Fit how likely it is that sentences say a statement: a logistic regression on statements said and not said.

    python benchmarks/fit_verifier.py SET --index INDEX [--sentences 40] [--translations FILE] [--every 1]

The statements are those of benchmarks/verifier.py but for the altered ones, which are found by their figures, names
and negations, and those that stand in a source word for word. Each kind of statement counts alike among those that
are said and among those that are not. Printed: how well each kind is told with the articles held out (eight folds
over documents), then the constants for rag/verify/probability.py, fitted on all.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from statements import ALTERED, KINDS, Case
from verifier import groups

from index.language import detect
from rag.verify.probability import figures

FOLDS = 8
KINDS_FITTED = tuple(kind for kind in KINDS if kind not in ALTERED and kind != "as it stands")


def main() -> None:
    """Fit and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=40)
    parser.add_argument("--translations", type=Path)
    parser.add_argument("--every", type=int, default=1, help="of the statements, take every so many")
    given = parser.parse_args()
    chosen: list[Case] = []
    rows = []
    for _, verifier, cases in groups(given.set, given.index, given.sentences, given.translations):
        for case in cases[:: given.every]:
            if case.kind not in KINDS_FITTED:
                continue
            scored = verifier.scored(case.view, case.statement, case.passages)
            if scored:
                chosen.append(case)
                best = scored[0].stretches
                heard = np.maximum.reduce([s.heard for s in best])
                crosses = detect(case.statement) != best[0].passage.language
                rows.append(figures(max(s.cosine for s in best), heard, crosses))
    fit(np.array(rows), chosen)


def fit(told: NDArray[np.float64], cases: Sequence[Case]) -> None:
    """Print what the figures (n, 3) tell of the cases, and the constants."""
    said = np.array([case.supported for case in cases])
    kinds = np.array([case.kind for case in cases])
    crosses = np.array([case.crosses for case in cases])
    counts = {kind: np.sum(kinds == kind) for kind in KINDS_FITTED}
    alike = {side: len({c.kind for c in cases if c.supported is side}) for side in (True, False)}
    weights = np.array([len(cases) / 2 / counts[c.kind] / alike[c.supported] for c in cases])
    held_out = np.zeros(len(cases))
    for train, test in GroupKFold(FOLDS).split(told, said, [case.subject for case in cases]):
        model = LogisticRegression(C=10).fit(told[train], said[train], sample_weight=weights[train])
        held_out[test] = model.predict_proba(told[test])[:, 1]
    for kind in KINDS_FITTED:
        for label, side in (("same", False), ("across", True)):
            own = held_out[(kinds == kind) & (crosses == side)]
            if len(own):
                print(f"{kind:15} {label:7} {len(own):4}  supported {np.mean(own >= 0.5):.3f}")
    model = LogisticRegression(C=10).fit(told, said, sample_weight=weights)
    heard, worst, across = model.coef_[0]
    print(f"_HEARD, _WORST, _CROSSES, _BIAS = {heard:.2f}, {worst:.2f}, {across:.2f}, {model.intercept_[0]:.2f}")


if __name__ == "__main__":
    main()
