"""A model of inference as a judge: two of its figures, whatever their order; a model of another kind is refused."""

import json
from pathlib import Path

import pytest

from index.cross_encoder import CrossEncoderJudge
from index.errors import ModelError
from index.installed import describe_reranker
from rag.verify.judge import EntailmentJudge
from tests.tiny_bert import write_tiny_cross_encoder


def judge(folder: Path, labels: list[str]) -> EntailmentJudge:
    write_tiny_cross_encoder(folder, len(labels))
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config["id2label"] = {str(number): label for number, label in enumerate(labels)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return CrossEncoderJudge(describe_reranker(folder))


@pytest.mark.model
def test_the_figures_of_entailment_and_contradiction(tmp_path: Path) -> None:
    texts = ["Ask Hannah for the key.", "The roof leaks."]
    first = judge(tmp_path / "one", ["entailment", "neutral", "contradiction"]).judge("The roof leaks.", texts)
    turned = judge(tmp_path / "two", ["CONTRADICTION", "NEUTRAL", "ENTAILMENT"]).judge("The roof leaks.", texts)
    assert first.shape == (2, 2)
    assert ((first > 0) & (first.sum(axis=1, keepdims=True) < 1)).all()
    assert (first == turned[:, ::-1]).all()


@pytest.mark.model
def test_a_reranker_is_no_judge(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="says label_0; set a model trained for inference"):
        judge(tmp_path / "reranker", ["LABEL_0"]).judge("The roof leaks.", ["The roof leaks."])
