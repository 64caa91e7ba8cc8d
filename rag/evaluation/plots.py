"""Plots of a run as SVG that needs nothing else. Colours and sizes of text are the page's (page.css)."""

from collections.abc import Sequence
from html import escape

from rag.evaluation.abstention import Abstention
from rag.evaluation.intervals import Interval
from rag.evaluation.measures import CUT
from rag.evaluation.run import Result

_WIDTH, _HEIGHT = 360, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 8, 24, 38  # margins
_EARLY = 0.05  # coverage below which the risk is a matter of a few questions
_BINS = 20


def risk_coverage(abstention: Abstention) -> str:
    """The risk at each coverage, and where the confidence that was set stands on it."""
    top = _ceiling(max([r for c, r in abstention.curve if c >= _EARLY] + [abstention.risk]))
    points = " ".join(f"{_x(c):.1f},{_y(min(r, top), top):.1f}" for c, r in abstention.curve)
    at_x, at_y = _x(abstention.coverage), _y(abstention.risk, top)
    label = f"answers {abstention.coverage:.0%}, {abstention.risk:.1%} of them wrong"
    mark = (
        f'<circle class="mark" cx="{at_x:.1f}" cy="{at_y:.1f}" r="4.5"/>'
        f'<text class="strong" x="{at_x - 8:.1f}" y="{at_y - 9:.1f}" text-anchor="end">{label}</text>'
    )
    body = f'{_frame(top)}<polyline class="line" points="{points}"/>{mark}'
    return _svg(body + _axes("questions answered, the most confident first", "wrong"), f"Risk by coverage: {label}")


def confidences(results: Sequence[Result]) -> str:
    """How the confidence spreads over what can be answered (upwards) and over what cannot (downwards)."""
    above = _spread([r.confidence for r in results if r.answerable])
    below = _spread([r.confidence for r in results if not r.answerable])
    top = max([*above, *below, 0.01])
    middle = _TOP + (_HEIGHT - _TOP - _BOTTOM) * (0.5 if any(below) and any(above) else float(any(above)))
    half = max(middle - _TOP, _HEIGHT - _BOTTOM - middle) - 2
    width = (_WIDTH - _LEFT - _RIGHT) / _BINS
    bars = []
    for name, heights, sign in (("yes", above, -1), ("no", below, 1)):
        for i, share in enumerate(heights):
            height = share / top * half
            y = middle if sign > 0 else middle - height
            bars.append(
                f'<rect class="{name}" x="{_LEFT + i * width + 0.5:.1f}" y="{y:.1f}" width="{width - 1:.1f}"'
                f' height="{height:.1f}"><title>{i / _BINS:.2f} to {(i + 1) / _BINS:.2f}: {share:.1%}</title></rect>'
            )
    line = f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{middle:.1f}" y2="{middle:.1f}"/>'
    names = ""
    if any(above):
        names += f'<text class="yes-text" x="{_LEFT + 4}" y="{_TOP + 10}">can be answered</text>'
    if any(below):
        x, y = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM - 4
        names += f'<text class="no-text" x="{x}" y="{y}" text-anchor="end">cannot be answered</text>'
    return _svg("".join(bars) + line + names + _axes("confidence", ""), "How confidence spreads")


def ranks(kind: str, results: Sequence[Result]) -> str:
    """At which rank the first passage that answers stands, for the questions of a kind."""
    found = [r.rank for r in results if r.rank is not None]
    counts = [found.count(rank) for rank in [*range(1, CUT + 1), 0]]
    step = (_WIDTH - _LEFT - _RIGHT) / len(counts)
    bars = []
    for i, count in enumerate(counts):
        height = (_HEIGHT - _TOP - _BOTTOM - 14) * count / max(*counts, 1)
        x, y = _LEFT + i * step, _HEIGHT - _BOTTOM - height
        name, label = ("yes", str(i + 1)) if i < CUT else ("no", "none")
        bars.append(
            f'<rect class="{name}" x="{x + 2:.1f}" y="{y:.1f}" width="{step - 4:.1f}" height="{height:.1f}"/>'
            f'<text x="{x + step / 2:.1f}" y="{y - 4:.1f}" text-anchor="middle">{count}</text>'
            f'<text x="{x + step / 2:.1f}" y="{_HEIGHT - _BOTTOM + 15}" text-anchor="middle">{label}</text>'
        )
    line = f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{_HEIGHT - _BOTTOM}" y2="{_HEIGHT - _BOTTOM}"/>'
    title = f'<text class="strong" x="{_WIDTH - _RIGHT}" y="{_TOP + 2}" text-anchor="end">{escape(kind)}</text>'
    middle = (_LEFT + _WIDTH) / 2
    under = f'<text x="{middle}" y="{_HEIGHT - 4}" text-anchor="middle">rank of the first passage that answers</text>'
    return _svg("".join(bars) + line + title + under, f"Ranks of {kind}: {counts[0]} of {len(found)} first")


def whisker(value: float, interval: Interval | None, reach: float) -> str:
    """A difference and its interval around zero, on a scale from -reach to reach."""
    scale = 68 / max(reach, 1e-9)
    low, high = interval or (value, value)
    side = "yes" if low > 0 else "no" if high < 0 else "even"
    return (
        '<svg class="whisker" viewBox="0 0 140 16" aria-hidden="true">'
        '<line class="axis" x1="70" x2="70" y1="0" y2="16"/>'
        f'<line class="{side}-line" x1="{70 + low * scale:.1f}" x2="{70 + high * scale:.1f}" y1="8" y2="8"/>'
        f'<circle class="{side}" cx="{70 + value * scale:.1f}" cy="8" r="3.5"/></svg>'
    )


def _spread(values: Sequence[float]) -> list[float]:
    """The share of `values`, 0 to 1, in each of the bins."""
    counts = [0] * _BINS
    for value in values:
        counts[min(int(value * _BINS), _BINS - 1)] += 1
    return [count / len(values) if values else 0.0 for count in counts]


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - share / top * (_HEIGHT - _TOP - _BOTTOM)


def _ceiling(value: float) -> float:
    return min(1.0, max(0.1, -(-value * 1.1 // 0.1) * 0.1))


def _frame(top: float) -> str:
    lines = []
    for i in range(5):
        y = _y(top * i / 4, top)
        lines.append(
            f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{top * i / 4:.1%}</text>'
        )
    return "".join(lines).replace(".0%", "%")


def _axes(across: str, up: str) -> str:
    ticks = "".join(
        f'<text x="{_x(i / 4):.1f}" y="{_HEIGHT - _BOTTOM + 15}" text-anchor="{"end" if i == 4 else "middle"}">'
        f"{i / 4:g}</text>"
        for i in range(5)
    )
    return (
        f'{ticks}<text x="{(_LEFT + _WIDTH) / 2}" y="{_HEIGHT - 4}" text-anchor="middle">{across}</text>'
        f'<text x="2" y="{_TOP - 13}">{up}</text>'
    )


def _svg(body: str, label: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">{body}</svg>'
