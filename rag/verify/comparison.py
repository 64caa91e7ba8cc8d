"""What a statement says that a source's sentences do not: figures, names and a negation, each with its place."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.verify.denial import denials
from rag.verify.facts import facts
from rag.verify.missing_figures import missing_figures
from rag.verify.missing_names import missing_names
from rag.verify.other_words import other_words
from rag.verify.peoples import other_peoples
from rag.verify.source import Source
from rag.verify.verdict import Mismatch


@dataclass(frozen=True)
class Comparison:
    """What of a statement was not found."""

    mismatches: tuple[Mismatch, ...]

    @property
    def missing(self) -> tuple[Mismatch, ...]:
        """What nothing stands in the place of: another sentence may say it."""
        return tuple(m for m in self.mismatches if not m.found and m.kind != "negation")


def compare(statement: str, language: str, sources: Sequence[Source]) -> Comparison:
    """A statement with the sentences that came nearest to it, the best one first."""
    own = [fact for fact in facts(statement, language) if fact.firm]
    missing = missing_figures(statement, own, sources)
    lacking = missing_names(statement, language, sources) or other_peoples(statement, sources)
    denied = denials(statement, language, sources)
    others = () if missing or lacking else other_words(statement, language, sources[0])
    return Comparison((*missing, *lacking, *denied, *others))
