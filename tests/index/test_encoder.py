"""Passages, sentences and questions as vectors of one space, by sentence-transformers."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.bert import BertQuestionEncoder
from index.encoder import Encoder, EncoderSource, PassageInput, load_encoder, load_question_encoder
from index.errors import ModelError
from index.installed import InstalledModel, describe
from tests.index.fake_encoder import IDENTITY, LetterEncoder
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


def test_a_source_loads_once_and_no_other_encoder_than_it_names() -> None:
    loaded: list[LetterEncoder] = []

    def load() -> LetterEncoder:
        loaded.append(LetterEncoder())
        return loaded[-1]

    source = EncoderSource(IDENTITY, load).once()
    assert loaded == []
    assert source.load() is source.load() is loaded[0]
    assert len(loaded) == 1
    other = EncoderSource(replace(IDENTITY, revision="2"), load).once()
    with pytest.raises(ModelError, match=r"the encoder says it is .*pull the model again"):
        other.load()


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
    encoded, dimension = encoder.encode_passages(passages, ignore), encoder.identity.dimension
    assert [e.vector.shape for e in encoded] == [(dimension,)] * len(passages)
    assert [e.sentences.shape for e in encoded] == [(len(p.sentences), dimension) for p in passages]
    assert [e.words.shape for e in encoded] == [(e.counts.sum(), dimension) for e in encoded]
    for e in encoded:
        assert e.vector.dtype == e.sentences.dtype == e.words.dtype == np.float32
        for row in [e.vector, *e.sentences]:
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
    together, back = encoder.encode_passages(PASSAGES, ignore), encoder.encode_passages(PASSAGES[::-1], ignore)
    for passage, one, other in zip(PASSAGES, together, back[::-1], strict=True):
        (alone,) = encoder.encode_passages([passage], ignore)
        for same in (other, alone):
            assert cosines(one.vector, same.vector) > 0.9995
            assert cosines(one.sentences, same.sentences).min() > 0.999
            assert cosines(one.words, same.words).min() > 0.99
            assert np.array_equal(one.counts, same.counts)


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
        (encoded_passage,) = encoder.encode_passages([passage], ignore)
        assert cosines(encoded_passage.vector, states.mean(axis=0)) > 0.9995
        for place, vector in zip(places, encoded_passage.sentences, strict=True):
            own = [
                state
                for state, (start, end) in zip(states, offsets, strict=True)
                if place.start < end > start < place.end
            ]
            assert 3 < len(own) < len(states)
            assert cosines(vector, np.mean(own, axis=0)) > 0.999


@pytest.mark.model
def test_what_is_said_is_nearer_than_what_is_not(encoder: Encoder) -> None:
    question = encoder.encode_question("How many people were helped?").vector
    (encoded,) = encoder.encode_passages(PASSAGES[:1], ignore)
    assert encoded.sentences[1] @ question > encoded.sentences[0] @ question


@pytest.mark.model
def test_the_words_of_a_sentence_are_those_of_its_text(encoder: Encoder, encoder_model: InstalledModel) -> None:
    for passage, encoded in zip(PASSAGES, encoder.encode_passages(PASSAGES, ignore), strict=True):
        for sentence, count in zip(passage.sentences, encoded.counts, strict=True):
            spaced = [word for word in sentence.split() if any(map(str.isalnum, word))]
            assert count == len(spaced) or any(c > "\u2e80" for c in sentence), sentence
    fast = load_question_encoder(encoder_model)
    for question in ("How many people were helped?", "كم شخصًا؟", "誰が？"):
        one, other = encoder.encode_question(question).words, fast.encode_question(question).words
        assert one.shape == other.shape and len(one)
        assert cosines(one, other).min() > 0.99


@pytest.mark.model
def test_a_model_that_takes_its_first_token_encodes_sentences_by_themselves(tmp_path: Path) -> None:
    model = tiny(tmp_path, "cls")
    assert not BertQuestionEncoder.can_encode(model.folder)
    encoder = load_encoder(model)
    check_shapes(encoder)
    (encoded,) = encoder.encode_passages(PASSAGES[:1], ignore)
    alone = encoder.encode_passages([PassageInput("", (s,)) for s in PASSAGES[0].sentences], ignore)
    assert cosines(encoded.sentences, np.stack([e.vector for e in alone])).min() > 0.999
    assert len(encoded.words) == encoded.counts.sum() == 0
    question = load_question_encoder(model)
    assert type(question) is type(encoder)
    assert np.linalg.norm(question.encode_question("lamp").vector) == pytest.approx(1, abs=1e-5)
    assert question.encode_question("lamp").words.shape == (0, model.dimension)


@pytest.mark.model
def test_a_models_own_default_prompt_is_not_put_before_the_prefix(tmp_path: Path) -> None:
    plain = load_encoder(tiny(tmp_path / "plain"))
    model = tiny(tmp_path / "prompted")
    settings = model.folder / "config_sentence_transformers.json"
    prompts = '{"prompts": {"query": "query: ", "passage": "passage: ", "odd": "zzzz zzzz zzzz "}'
    settings.write_text(prompts + ', "default_prompt_name": "odd"}')
    prompted = load_encoder(describe(model.folder))
    assert cosines(plain.encode_question("lamp").vector, prompted.encode_question("lamp").vector) > 0.9999
    one, other = plain.encode_passages(PASSAGES, ignore)[0], prompted.encode_passages(PASSAGES, ignore)[0]
    assert cosines(one.vector, other.vector) > 0.9999
    assert cosines(one.sentences, other.sentences).min() > 0.9999


@pytest.mark.model
def test_damaged_weights_are_told(tmp_path: Path) -> None:
    model = tiny(tmp_path)
    weights = model.folder / "model.safetensors"
    content = weights.read_bytes()
    for damaged in (content[:-100], content[:50], b""):
        weights.write_bytes(damaged)
        with pytest.raises(ModelError, match="cannot load the encoder in"):
            load_encoder(model)
