"""What a run comes to: figures by kind and by pair of languages, with intervals, as JSON and as text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.evaluation.abstention import Abstention, Figure, judge_abstention
from rag.evaluation.intervals import Groups, ratio_intervals
from rag.evaluation.measures import MEASURES, Measure
from rag.evaluation.run import Result

_OF_PAIRS = ("answered", "refused", "hit_1", "hit_5", "quote_hit", "quote_hit_1")  # in the text; JSON has them all
_BRIEF_NAMES = {"quote_hit": "quote", "quote_hit_1": "1st quote"}


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of some of the questions, by measure; None where the set does not say."""

    questions: int
    figures: dict[str, Figure | None]

    def to_json(self) -> dict[str, Any]:
        """Each measure's value beside its name, and the intervals apart."""
        values = {name: round(f.value, 4) if f else None for name, f in self.figures.items()}
        intervals = {name: _rounded(f.interval) for name, f in self.figures.items() if f and f.interval}
        return {"questions": self.questions, **values, "intervals": intervals}


@dataclass(frozen=True, slots=True)
class EvaluationReport:
    """A run's figures. Times are in milliseconds, as the answers give them; lengths in characters."""

    set: str
    questions: int
    left_out: int  # questions whose answer no longer stands where the set says
    kinds: dict[str, Scores]
    pairs: dict[str, Scores]  # "fr->ar": the question's language, the document's; "fr" where no document is known
    overall: Scores
    abstention: Abstention | None
    median_ms: float
    p95_ms: float

    def to_json(self) -> dict[str, Any]:
        """The report as a JSON object; intervals are of 95 %."""
        overall = self.overall.to_json()
        return {
            "set": self.set,
            "questions": self.questions,
            "left_out": self.left_out,
            "kinds": {kind: scores.to_json() for kind, scores in self.kinds.items()},
            "pairs": {pair: scores.to_json() for pair, scores in self.pairs.items()},
            "exact": overall["exact"],
            "quote_characters": overall["quote_characters"],
            "abstention": _abstention_json(self.abstention),
            "median_ms": round(self.median_ms, 2),
            "p95_ms": round(self.p95_ms, 2),
        }

    def to_text(self) -> str:
        """The report as tables."""
        left_out = f", {self.left_out} left out: their document is gone or has changed" if self.left_out else ""
        return "\n".join([
            f"{self.set}: {self.questions} questions{left_out}",
            "",
            *table(_rows_by_measure(self.kinds)),
            "",
            *table(_rows_by_pair(self.pairs)),
            "",
            *_abstention_lines(self.abstention),
            _quotes_line(self.overall),
            f"a question takes {self.median_ms:.1f} ms (median), {self.p95_ms:.1f} ms (95th percentile)",
            "[ ]: 95 % of what as many questions about other documents could give",
        ])  # fmt: skip


def summarise(name: str, results: Sequence[Result], left_out: int = 0) -> EvaluationReport:
    """The figures of a run over the set called `name`."""
    times = [r.ms for r in results if r.ms is not None] or [0.0]
    kinds = list(dict.fromkeys(r.kind for r in results))  # in the set's order
    pairs = sorted({r.pair for r in results})
    of_kinds = [[r.kind == kind for r in results] for kind in kinds]
    of_pairs = [[r.pair == pair for r in results] for pair in pairs]
    overall, *parts = _scores(results, [[True] * len(results), *of_kinds, *of_pairs])
    return EvaluationReport(
        name,
        len(results),
        left_out,
        dict(zip(kinds, parts[: len(kinds)], strict=True)),
        dict(zip(pairs, parts[len(kinds) :], strict=True)),
        overall,
        judge_abstention(results),
        float(np.median(times)),
        float(np.quantile(times, 0.95)),
    )


def _scores(results: Sequence[Result], selections: Sequence[Sequence[bool]]) -> list[Scores]:
    """The figures of each selection of the questions."""
    shares = [[measure.of(result) or (0.0, 0.0) for measure in MEASURES] for result in results]
    both = np.array(shares, np.float64).reshape(len(results), len(MEASURES), 2)
    chosen = np.array(selections, np.float64).reshape(len(selections), len(results))
    columns = (len(results), len(selections) * len(MEASURES))  # one for each measure of each selection
    sums, counts = ((chosen.T[:, :, None] * both[:, None, :, i]).reshape(columns) for i in (0, 1))
    intervals = iter(ratio_intervals(Groups([r.group for r in results]), sums, counts))
    totals = iter(zip(sums.sum(axis=0), counts.sum(axis=0), strict=True))
    scores = []
    for selection in selections:
        figures: dict[str, Figure | None] = {}
        for measure in MEASURES:
            (total, count), interval = next(totals), next(intervals)
            figures[measure.name] = Figure(float(total / count), interval) if count else None
        scores.append(Scores(sum(selection), figures))
    return scores


def share_text(value: float, places: int = 3) -> str:
    """A share, 0 to 1, without its leading zero."""
    return f"{value:.{places}f}".removeprefix("0")


def figure_text(figure: Figure | None, measure: Measure | None = None) -> str:
    """A figure with its interval."""
    if figure is None:
        return "-"
    write = share_text if measure is None or measure.is_share else "{:.0f}".format
    interval = f" [{write(figure.interval[0])} {write(figure.interval[1])}]" if figure.interval else ""
    return write(figure.value) + interval


def told(kinds: Iterable[Scores]) -> list[Measure]:
    """The measures that the set says something about."""
    listed = list(kinds)
    return [m for m in MEASURES if any(scores.figures[m.name] for scores in listed)]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines with columns: the first flush left, the others flush right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in rows
    ]


def _rows_by_measure(kinds: dict[str, Scores]) -> list[list[str]]:
    return [
        ["", *kinds],
        ["questions", *(str(scores.questions) for scores in kinds.values())],
        *([m.label, *(figure_text(s.figures[m.name], m) for s in kinds.values())] for m in told(kinds.values())),
    ]


def _rows_by_pair(pairs: dict[str, Scores]) -> list[list[str]]:
    measures = [m for m in told(pairs.values()) if m.name in _OF_PAIRS]
    head = ["languages", "questions", *(_BRIEF_NAMES.get(m.name, m.label) for m in measures)]
    rows = []
    for pair, scores in pairs.items():
        figures = [scores.figures[m.name] for m in measures]
        rows.append([pair, str(scores.questions), *(share_text(f.value) if f else "-" for f in figures)])
    return [head, *rows]


def _abstention_lines(abstention: Abstention | None) -> list[str]:
    if abstention is None:
        return []
    refused = [f"{figure_text(f)} where {share_text(at, 2)} are answered" for at, f in abstention.refused_at.items()]
    return [
        f"confidence: risk {figure_text(abstention.area)} over all coverages (area under the curve)"
        + (f", AUROC {figure_text(abstention.auroc)}" if abstention.auroc else ""),
        *([f"would refuse: {', '.join(refused)}"] if refused else []),
    ]


def _quotes_line(overall: Scores) -> str:
    exact, characters = overall.figures["exact"], overall.figures["quote_characters"]
    if exact is None or characters is None:
        return "no quotes"
    return f"{exact.value:.4f} of the quotes are exact, {characters.value:.0f} characters on average"


def _abstention_json(abstention: Abstention | None) -> dict[str, Any] | None:
    if abstention is None:
        return None
    return {
        "auroc": _figure_json(abstention.auroc),
        "risk_coverage_area": _figure_json(abstention.area),
        "refused_at": {str(at): _figure_json(figure) for at, figure in abstention.refused_at.items()},
        "coverage": round(abstention.coverage, 4),
        "risk": round(abstention.risk, 4),
        "curve": [[round(coverage, 4), round(risk, 4)] for coverage, risk in abstention.curve],
    }


def _figure_json(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {"value": round(figure.value, 4), "interval": _rounded(figure.interval)}


def _rounded(interval: tuple[float, float] | None) -> list[float] | None:
    return [round(end, 4) for end in interval] if interval else None
