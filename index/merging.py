"""Which segments to merge, so that there are few of them and each passage is copied seldom."""

from collections.abc import Iterator, Sequence

from index.manifest import StoredSegment

_RATIO = 3  # a segment is merged with those after it that are together more than a third of its size
_DEAD = 0.25  # share of dead passages from which a segment is written anew


def to_merge(segments: Sequence[StoredSegment], everything: bool = False) -> Iterator[tuple[str, ...]]:
    """Names of neighbouring segments to merge into one, a tuple for each that is to be written.

    Sizes fall from first to last at least threefold, so that n passages lie in about log3(n) segments and each is
    copied about as often (O'Neil et al. 1996, "The log-structured merge-tree"). With `everything` all that hold
    anything dead are written anew.
    """
    alive = [s.passages - s.dead for s in segments]
    first = len(segments)
    behind = 0
    for at in range(len(segments) - 1, -1, -1):
        if at < len(segments) - 1 and behind * _RATIO > alive[at]:
            first = at
        behind += alive[at]
    for segment in segments[:first]:
        if segment.dead > (0 if everything else _DEAD * segment.passages):
            yield (segment.name,)
    last = segments[first:]
    if len(last) > 1:
        yield tuple(s.name for s in last)


def is_due(segments: Sequence[StoredSegment], everything: bool = False) -> bool:
    """Whether there is anything to merge."""
    return next(to_merge(segments, everything), None) is not None
