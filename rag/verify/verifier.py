"""Whether the sources say a statement: exactly where that can be told, by meaning elsewhere, never more than found."""

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from index.document import Passage
from index.encoder import QuestionEncoder
from index.view import View
from rag.question import LONGEST, Question, understand, whole
from rag.retrieve import Candidate, look_at, retrieve
from rag.verify.closeness import supposes
from rag.verify.decision import Scored, decide, score, unheard
from rag.verify.judge import EntailmentJudge
from rag.verify.nearness import LOOKED_AT, Meaning, Stretch, beside, by_index, meaning, measured
from rag.verify.verdict import Evidence, Verdict
from rag.verify.wording import Wording, find_words

PASSAGES = 8  # that are looked for where none are given
SURE = 0.9  # from which one sentence says it, and none is joined to it
_KEPT = 4096  # sentences whose vectors are kept: a draft comes back to the same ones
_DENIED = 0.5  # from which a judge's word against a sentence counts
_ASKS = re.compile(r"[?？؟\u037e]\s*[\"'»”’)\]]*\s*\Z")
_LEAST_WORDS = 3
_SHARED = 0.6  # of a statement's words; more than languages share
_WORD = re.compile(r"\w+")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")  # words without spaces


class Verifier:
    """Verifies statements against the passages of a view. Safe to use from many threads."""

    def __init__(self, encoder: QuestionEncoder, judge: EntailmentJudge | None = None) -> None:
        """A verifier with the index's encoder, and a model of the user's that judges entailment where there is one."""
        self._encoder, self._judge = encoder, judge
        self._meanings: OrderedDict[tuple[str, str], Meaning] = OrderedDict()
        self._lock = Lock()

    def verify(
        self, view: View, statement: str, passages: Sequence[Passage] | None = None, closely: bool = False
    ) -> Verdict:
        """What these passages, or whatever of the view is found for it where None are given, say of a statement.

        The passages must be the view's own. A statement of more than 2,000 characters is searched by its beginning.
        `closely` holds it to the very words of the sources, as is due to a language model's, unless there is a judge.
        """
        statement = whole(statement)
        closely &= self._judge is None
        if _asks(statement):
            return Verdict(statement, "unsupported", 0.0, "no_claim")
        question, candidates = self._found(view, statement, passages)
        wording = find_words(statement, candidates)
        if wording is not None and not (closely and _is_supposed(statement, wording, candidates)):
            return _quoted(statement, wording, candidates)
        if len(_WORD.findall(statement)) < _LEAST_WORDS and not _UNSPACED.search(statement):
            return Verdict(statement, "unsupported", 0.0, "no_claim")
        return self._by_meaning(view, statement, question, candidates, closely)

    def _by_meaning(
        self, view: View, statement: str, question: Question, candidates: Sequence[Candidate], closely: bool
    ) -> Verdict:
        sentences = by_index(candidates)
        if not sentences:
            return Verdict(statement, "unsupported", 0.0, "nothing_near")
        language, scored = self._scored(view, statement, question, sentences)
        return decide(statement, language, scored, sentences, closely)

    def _scored(
        self, view: View, statement: str, question: Question, sentences: Sequence[Stretch]
    ) -> tuple[str, list[Scored]]:
        """The statement's language, and the sentences that are nearest, alone and in twos, best first."""
        own = Meaning(statement, question.vector, question.words)
        looked_at = [self._measured(view, own, sentence) for sentence in sentences[:LOOKED_AT]]
        language = _language(statement, question, looked_at[0])
        scored = sorted((score(language, [stretch]) for stretch in looked_at), key=lambda s: -s.score)
        best = scored[0]
        if best.score < SURE or unheard(statement, language, best):
            # Of sentences apart from each other one may name somebody, and the other say what somebody else did.
            near = [self._measured(view, own, s) for s in beside(best.stretches[0], sentences)]
            joined = [score(language, [best.stretches[0], other]) for other in near]
            scored = sorted([*scored, *joined], key=lambda s: -s.score)
        return language, self._judged(statement, scored)

    def _judged(self, statement: str, scored: list[Scored]) -> list[Scored]:
        """The same with the mean of their own score and the judge's, where there is a judge, best first."""
        if self._judge is None:
            return scored
        texts = [" ".join(stretch.text for stretch in candidate.stretches) for candidate in scored]
        said, denied = self._judge.judge(statement, texts).T.tolist()
        judged = [
            replace(candidate, score=0.0 if no > max(yes, _DENIED) else (candidate.score + yes) / 2)
            for candidate, yes, no in zip(scored, said, denied, strict=True)
        ]
        return sorted(judged, key=lambda s: -s.score)

    def scored(self, view: View, statement: str, passages: Sequence[Passage] | None = None) -> list[Scored]:
        """The sentences nearest to a statement by meaning, alone and in twos, best first: what is calibrated."""
        question, candidates = self._found(view, statement, passages)
        sentences = by_index(candidates)
        return self._scored(view, statement, question, sentences)[1] if sentences else []

    def _found(
        self, view: View, statement: str, passages: Sequence[Passage] | None
    ) -> tuple[Question, list[Candidate]]:
        question = understand(statement.strip()[:LONGEST], view, self._encoder)
        return question, retrieve(view, question, PASSAGES) if passages is None else look_at(view, question, passages)

    def _measured(self, view: View, own: Meaning, sentence: Stretch) -> Stretch:
        return measured(sentence, own, self._meaning(view, sentence.text, sentence.passage.language))

    def _meaning(self, view: View, text: str, language: str) -> Meaning:
        key = (text, language)
        with self._lock:
            if key in self._meanings:
                self._meanings.move_to_end(key)
                return self._meanings[key]
        found = meaning(text, language, view.means, self._encoder)
        with self._lock:
            self._meanings[key] = found
            while len(self._meanings) > _KEPT:
                self._meanings.popitem(last=False)
        return found


def _asks(statement: str) -> bool:
    return not any(map(str.isalnum, statement)) or _ASKS.search(statement) is not None


def _language(statement: str, question: Question, source: Stretch) -> str:
    """The statement's language: that of the source with whose words it is written, though it be too short to tell."""
    words = _WORD.findall(statement.lower())
    shared = len(set(words) & set(_WORD.findall(source.text.lower())))
    if len(words) >= _LEAST_WORDS and shared >= _SHARED * len(set(words)):
        return source.passage.language
    return source.passage.language if question.language == "und" else question.language


def _is_supposed(statement: str, wording: Wording, candidates: Sequence[Candidate]) -> bool:
    """Whether the words are only supposed by what stands before them in their sentence: "it is believed that"."""
    (evidence,) = _quoted(statement, wording, candidates).evidence
    language = wording.passage.language
    return supposes(evidence.text[: wording.start - evidence.start], language) and not supposes(statement, language)


def _quoted(statement: str, wording: Wording, candidates: Sequence[Candidate]) -> Verdict:
    """The verdict on words that stand in a source, shown in the whole sentences that have them."""
    start, end = wording.start, wording.end
    candidate = next(c for c in candidates if c.passage is wording.passage)
    spans = [s.span for s in candidate.sentences if s.span.end > start and s.span.start < end]
    start, end = min([start, *(s.start for s in spans)]), max([end, *(s.end for s in spans)])
    evidence = Evidence(wording.passage, start, end, 1.0)
    return Verdict(statement, "quoted", 1.0, "verbatim" if wording.exact else "variant", (evidence,))
