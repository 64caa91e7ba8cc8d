"""Passages, sentences and questions as vectors of one space, by sentence-transformers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.bert import BertQuestionEncoder
from index.encoder import Encoder, PassageInput, load_encoder, load_question_encoder
from index.errors import ModelError
from index.installed import InstalledModel, describe
from tests.tiny_bert import write_tiny_bert

PASSAGES = (
    PassageInput("Le port", ("La permanence répond jour et nuit.", "Elle a orienté 412 personnes, dont 97 mineurs.")),
    PassageInput("", ("Call the liaison before calling the employer.",)),
    PassageInput("ميثاق", ("يُمنح كل ضحية مهلة تفكير.", "تُحفظ الملفات منفصلة 😀.", "ولا يطّلع عليها أحد.")),
    PassageInput("", tuple(f"Sentence number {n} is about ships and their crews." for n in range(30))),
)


@pytest.mark.parametrize(
    ("input", "expected"),
    [
        (PassageInput("", ("One.",)), "p: One."),
        (PassageInput("Head", ("One.", "Two 😀.", "Three")), "p: Head\nOne. Two 😀. Three"),
        (PassageInput("Head", ("One.", "")), "p: Head\nOne."),
        (PassageInput("Head", ()), "p: Head\n"),
    ],
)
def test_where_sentences_lie_in_what_is_embedded(input: PassageInput, expected: str) -> None:
    text, spans = input.text("p: ")
    assert text == expected
    assert tuple(span.of(text) for span in spans) == input.sentences


def test_a_folder_without_weights_is_no_encoder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="safetensors"):
        describe(tmp_path)


def tiny(folder: Path, pooling: str = "mean", padded: bool = False) -> InstalledModel:
    return describe(write_tiny_bert(folder / pooling, pooling, padded))


def cosines(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float64]:
    a, b = one.astype(np.float64), other.astype(np.float64)
    return np.asarray((a * b).sum(axis=-1) / np.linalg.norm(a, axis=-1) / np.linalg.norm(b, axis=-1))


def ignore(_: int) -> None:
    pass


@pytest.fixture(scope="module")
def encoder(encoder_model: InstalledModel) -> Encoder:
    return load_encoder(encoder_model)


def check_shapes(encoder: Encoder, passages: Sequence[PassageInput] = PASSAGES) -> None:
    vectors, of_sentences = encoder.encode_passages(passages, ignore)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(passages), encoder.identity.dimension)
    assert [v.shape for v in of_sentences] == [(len(p.sentences), encoder.identity.dimension) for p in passages]
    for row in [*vectors, *(row for rows in of_sentences for row in rows)]:
        assert np.linalg.norm(row) == pytest.approx(1, abs=1e-5)


@pytest.mark.model
def test_shapes_and_lengths(encoder: Encoder) -> None:
    check_shapes(encoder)
    check_shapes(encoder, ())
    done: list[int] = []
    encoder.encode_passages(PASSAGES * 5, done.append)
    assert sum(done) == 5 * len(PASSAGES)
    assert len(done) > 1


@pytest.mark.model
def test_tokens_are_counted_without_special_ones(encoder: Encoder) -> None:
    assert encoder.count_tokens([]) == []
    assert encoder.count_tokens(["", "a"]) == [0, 1]
    assert encoder.count_tokens(["a " * 2000]) == [2000]


@pytest.mark.model
def test_order_and_company_change_no_vector(encoder: Encoder) -> None:
    vectors, of_sentences = encoder.encode_passages(PASSAGES, ignore)
    back, of_back = encoder.encode_passages(PASSAGES[::-1], ignore)
    assert cosines(vectors, back[::-1]).min() > 0.9995
    for i, passage in enumerate(PASSAGES):
        (alone,), (of_alone,) = encoder.encode_passages([passage], ignore)
        assert cosines(vectors[i], alone) > 0.9995
        assert cosines(of_sentences[i], of_alone).min() > 0.999
        assert cosines(of_sentences[i], of_back[len(PASSAGES) - 1 - i]).min() > 0.999


@pytest.mark.model
def test_a_sentence_is_the_average_of_its_tokens_in_the_passage(
    encoder: Encoder, encoder_model: InstalledModel
) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(encoder_model.folder)
    model = AutoModel.from_pretrained(encoder_model.folder, add_pooling_layer=False)
    for passage in PASSAGES[:3]:
        text, places = passage.text("passage: ")
        encoded = tokenizer(text, return_offsets_mapping=True, return_tensors="pt")
        offsets = encoded.pop("offset_mapping")[0].tolist()
        with torch.no_grad():
            states = model(**encoded).last_hidden_state[0].numpy()
        (whole,), (of_sentences,) = encoder.encode_passages([passage], ignore)
        assert cosines(whole, states.mean(axis=0)) > 0.9995
        for place, vector in zip(places, of_sentences, strict=True):
            own = [
                state
                for state, (start, end) in zip(states, offsets, strict=True)
                if place.start < end > start < place.end
            ]
            assert 3 < len(own) < len(states)
            assert cosines(vector, np.mean(own, axis=0)) > 0.999


@pytest.mark.model
def test_what_is_said_is_nearer_than_what_is_not(encoder: Encoder) -> None:
    question = encoder.encode_question("How many people were helped?")
    _, (sentences, *_) = encoder.encode_passages(PASSAGES[:1], ignore)
    assert sentences[1] @ question > sentences[0] @ question


@pytest.mark.model
def test_a_model_that_takes_its_first_token_encodes_sentences_by_themselves(tmp_path: Path) -> None:
    model = tiny(tmp_path, "cls")
    assert not BertQuestionEncoder.can_encode(model.folder)
    encoder = load_encoder(model)
    check_shapes(encoder)
    _, (of_sentences, *_) = encoder.encode_passages(PASSAGES[:1], ignore)
    alone, _ = encoder.encode_passages([PassageInput("", (s,)) for s in PASSAGES[0].sentences], ignore)
    assert cosines(of_sentences, alone).min() > 0.999
    question = load_question_encoder(model)
    assert type(question) is type(encoder)
    assert np.linalg.norm(question.encode_question("lamp")) == pytest.approx(1, abs=1e-5)


@pytest.mark.model
def test_a_models_own_default_prompt_is_not_put_before_the_prefix(tmp_path: Path) -> None:
    plain = load_encoder(tiny(tmp_path / "plain"))
    model = tiny(tmp_path / "prompted")
    settings = model.folder / "config_sentence_transformers.json"
    prompts = '{"prompts": {"query": "query: ", "passage": "passage: ", "odd": "zzzz zzzz zzzz "}'
    settings.write_text(prompts + ', "default_prompt_name": "odd"}')
    prompted = load_encoder(describe(model.folder))
    assert cosines(plain.encode_question("lamp"), prompted.encode_question("lamp")) > 0.9999
    (one, *_), (of_one, *_) = plain.encode_passages(PASSAGES, ignore)
    (other, *_), (of_other, *_) = prompted.encode_passages(PASSAGES, ignore)
    assert cosines(one, other) > 0.9999
    assert cosines(of_one, of_other).min() > 0.9999


@pytest.mark.model
def test_damaged_weights_are_told(tmp_path: Path) -> None:
    model = tiny(tmp_path)
    weights = model.folder / "model.safetensors"
    content = weights.read_bytes()
    for damaged in (content[:-100], content[:50], b""):
        weights.write_bytes(damaged)
        with pytest.raises(ModelError, match="cannot load the encoder in"):
            load_encoder(model)
