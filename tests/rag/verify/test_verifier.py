"""What a verifier makes of statements, on real small documents and an encoder that counts letters."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.opened import Index
from index.view import View
from rag.verify.verdict import Verdict
from rag.verify.verifier import Verifier
from tests.index.fake_encoder import LetterEncoder
from tests.rag.desk import build

TEXTS = {
    "bridge.txt": (
        "The Tarsine bridge was closed to lorries on 14 March 2019 because of cracks. "
        "Its repair cost 2.4 million euros. The old ferry was sold to a museum."
    ),
    "school.txt": "Nobody may bring food into the dining hall. It is not true that the school will be sold in May.",
    "fr.txt": "La mairie n'a pas renouvelé le contrat du directeur Boucard.",
    "ar.txt": "لم يجدد مجلس المدينة عقد المدير عند انتهائه سنة ٢٠٢٤.",
}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[View]:
    folder: Path = tmp_path_factory.mktemp("verified")
    with Index.open(build(folder, TEXTS)) as index:
        yield index.view()


def verify(view: View, statement: str) -> Verdict:
    verdict = Verifier(LetterEncoder()).verify(view, statement)
    check_places(statement, verdict)
    return verdict


def check_places(statement: str, verdict: Verdict) -> None:
    assert verdict.statement == statement
    assert 0 <= verdict.score <= 1
    assert len(verdict.evidence) <= 3
    for evidence in verdict.evidence:
        assert TEXTS[evidence.passage.document][evidence.start : evidence.end] == evidence.text
    for m in verdict.mismatches:
        assert statement[m.stated_start : m.stated_end] == m.stated
        assert not m.found or TEXTS[verdict.evidence[0].passage.document][m.found_start : m.found_end] == m.found


@pytest.mark.parametrize(
    ("statement", "status", "reason"),
    [
        ("Its repair cost 2.4 million euros.", "quoted", "verbatim"),
        ("its repair cost 2.4 million euros", "quoted", "variant"),
        ("La mairie n’a pas renouvelé le contrat du directeur Boucard", "quoted", "variant"),
        ("لم يُجدّد مجلس المدينة عقد المدير عند انتهائه سنة 2024.", "quoted", "variant"),
        ("On 14 March 2019 the Tarsine bridge closed to lorries because of cracks.", "supported", "same_meaning"),
        ("Its repair cost 3.7 million euros.", "contradicted", "another_number"),
        ("Its repair cost 2.4 million dollars.", "contradicted", "another_unit"),
        (
            "The Tarsine bridge was closed to lorries on 17 March 2019 because of cracks.",
            "contradicted",
            "another_date",
        ),
        ("La mairie n'a pas renouvelé le contrat du directeur Lemaire.", "contradicted", "another_name"),
        (
            "The Tarsine bridge was not closed to lorries on 14 March 2019 because of cracks.",
            "contradicted",
            "negated",
        ),
        ("La mairie a renouvelé le contrat du directeur Boucard.", "contradicted", "negated"),
        ("The old ferry was sold to a museum in 1987.", "unsupported", "figure_not_found"),
        ("Why was it closed?", "unsupported", "no_claim"),
        ("لماذا أغلق الجسر؟", "unsupported", "no_claim"),
        ("…", "unsupported", "no_claim"),
        ("The bridge", "unsupported", "no_claim"),
    ],
)
def test_verdicts(view: View, statement: str, status: str, reason: str) -> None:
    verdict = verify(view, statement)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_words_that_are_denied_around_are_no_quotation(view: View) -> None:
    assert verify(view, "the school will be sold in May").status != "quoted"


def test_what_is_far_is_not_supported(view: View) -> None:
    verdict = verify(view, "Zzyzx quiz jazz fizz buzz.")
    assert (verdict.status, verdict.mismatches) == ("unsupported", ())


def test_the_mismatch_and_its_source(view: View) -> None:
    verdict = verify(view, "Its repair cost 3.7 million euros.")
    (mismatch,) = verdict.mismatches
    assert (mismatch.kind, mismatch.stated, mismatch.found) == ("amount", "3.7 million euros", "2.4 million euros")
    assert verdict.evidence[0].text == "Its repair cost 2.4 million euros."
    assert verdict.score < 0.1


def test_only_the_given_passages_count(view: View) -> None:
    (facts,) = [d for d in view.documents() if d.id == "school.txt"]
    passages = view.passages(view.passages_of(facts))
    verifier = Verifier(LetterEncoder())
    verdict = verifier.verify(view, "Its repair cost 2.4 million euros.", passages)
    assert verdict.status != "quoted"
    assert all(e.passage.document == "school.txt" for e in verdict.evidence)
    assert verifier.verify(view, "Its repair cost 2.4 million euros.", []).reason == "nothing_near"
    said = verifier.verify(view, "Nobody may bring food into the dining hall.", passages)
    assert said.status == "quoted"


class Judge:
    """Says the same of every text."""

    def __init__(self, said: float, denied: float) -> None:
        self.figures = said, denied

    def judge(self, statement: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.tile(np.array(self.figures, np.float32), (len(texts), 1))


@pytest.mark.parametrize(
    ("judge", "status"), [(Judge(0.9, 0.0), "supported"), (Judge(0.0, 0.9), "unsupported"), (None, "supported")]
)
def test_a_judge_has_a_say(view: View, judge: Judge | None, status: str) -> None:
    statement = "On 14 March 2019 the Tarsine bridge closed to lorries because of cracks."
    assert Verifier(LetterEncoder(), judge).verify(view, statement).status == status


@pytest.mark.parametrize(
    ("statement", "judge", "reason"),
    [
        ("On 14 March 2019 the Tarsine bridge closed to lorries because of cracks.", None, "same_meaning"),
        ("On 14 March 2019 the Tarsine bridge closed to lorries because of cracklings.", None, "words_not_found"),
        ("On 14 March 2019 the Tarsine bridge closed to lorries because of cracklings.", Judge(0.9, 0), "same_meaning"),
    ],
)
def test_what_is_verified_closely_keeps_to_the_words(
    view: View, statement: str, judge: Judge | None, reason: str
) -> None:
    verifier = Verifier(LetterEncoder(), judge)
    assert verifier.verify(view, statement).reason == "same_meaning"
    verdict = verifier.verify(view, statement, closely=True)
    assert verdict.reason == reason
    check_places(statement, verdict)


def test_words_that_a_source_only_supposes_are_no_model_s_answer(tmp_path: Path) -> None:
    text = "It is believed that the old ferry was sold to a museum. It left in the spring of that year."
    with Index.open(build(tmp_path, {"ferry.txt": text})) as index:
        verifier = Verifier(LetterEncoder())
        said, supposed = "the old ferry was sold to a museum", "believed that the old ferry was sold to a museum"
        assert verifier.verify(index.view(), said).status == "quoted"
        assert verifier.verify(index.view(), said, closely=True).status == "unsupported"
        assert verifier.verify(index.view(), supposed, closely=True).status == "quoted"


def test_a_judge_cannot_overrule_a_figure(view: View) -> None:
    verdict = Verifier(LetterEncoder(), Judge(1.0, 0.0)).verify(view, "Its repair cost 3.7 million euros.")
    assert verdict.status == "contradicted"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "The bridge Tarsine Molvane not never 14 March 2019 2.4 3.7 million euros dollars cost was sold. « » la "
            "n'a pas contrat Boucard لم عقد ٢٠٢٤ ، \ud800 é".split(" ")
        ),
        max_size=14,
    )
)
def test_places_are_exact(view: View, words: list[str]) -> None:
    statement = " ".join(words)
    verdict = Verifier(LetterEncoder()).verify(view, statement)
    check_places(verdict.statement, verdict)
    assert len(verdict.statement) == len(statement)
