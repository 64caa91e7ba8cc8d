"""Passages are whole sentences in order, and nothing that is embedded is cut off by the encoder."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import language, sentences
from index.document import Extract, Span
from index.encoder import EncoderIdentity, PassageInput, identity_of
from index.limits import Limits
from index.models import InstalledModel
from index.passages import CountTokens, PassageDraft, clean, split_passages, tidy
from index.readers import markdown

SENTENCE = st.lists(st.sampled_from(["Lamp", "roof", "key,", "stairs", "été", "😀", "中文"]), min_size=1, max_size=30)
GAPS = st.sampled_from([" ", "  ", "\n", "\r\n", "\n\n", "\t"])


def count_words(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def count_characters(texts: Sequence[str]) -> list[int]:
    return list(map(len, texts))


def extract_of(pieces: Sequence[tuple[Sequence[str], str]], heading: str | None = None) -> tuple[Extract, list[Span]]:
    """A text of these sentences with these gaps after them, and where the sentences lie."""
    text, spans = "", []
    for words, gap in pieces:
        sentence = " ".join(words) + "."
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += sentence + gap
    return Extract(text, heading), spans


def of_sizes(*sizes: int, gap: str = " ") -> tuple[Extract, list[Span]]:
    return extract_of([(["word"] * size, gap) for size in sizes])


def sizes(drafts: Sequence[PassageDraft]) -> list[list[int]]:
    return [[len(sentence.split()) for sentence in draft.input.sentences] for draft in drafts]


def check(drafts: Sequence[PassageDraft], extract: Extract, spans: Sequence[Span]) -> None:
    """What is true of all passages: the sentences are all there, once, in order, in halves at most."""
    for draft in drafts:
        assert draft.span == Span(draft.sentences[0].start, draft.sentences[-1].end)
        assert draft.input.sentences == tuple(clean(extract, sentence) for sentence in draft.sentences)
    parts = [sentence for draft in drafts for sentence in draft.sentences]
    assert all(before.end <= after.start for before, after in pairwise(parts))
    for span in spans:
        inside = [part for part in parts if span.start <= part.start < span.end]
        assert inside[0].start == span.start
        assert inside[-1].end == span.end
        assert all(before.end == after.start for before, after in pairwise(inside))
    assert sum(part.end - part.start for part in parts) == sum(span.end - span.start for span in spans)


@settings(deadline=None)
@given(
    st.lists(st.tuples(SENTENCE, GAPS), max_size=15),
    st.one_of(st.none(), st.text(max_size=300)),
    st.sampled_from([count_words, count_characters]),
    st.integers(24, 200),
    st.integers(5, 60),
)
def test_whole_sentences_that_fit(
    pieces: list[tuple[list[str], str]], heading: str | None, count: CountTokens, max_tokens: int, target: int
) -> None:
    extract, spans = extract_of(pieces, heading)
    drafts = split_passages(extract, spans, count, max_tokens, target)
    check(drafts, extract, spans)
    for draft in drafts:
        # Joined by spaces, so measured with each but the last.
        joints = len(draft.sentences) if count is count_characters else 0
        assert count([draft.input.heading])[0] + sum(count(draft.input.sentences)) + joints <= max_tokens + joints - 8
    if all(count([" ".join(words) + "."])[0] <= max_tokens // 2 for words, _ in pieces):
        assert [sentence for draft in drafts for sentence in draft.sentences] == spans


def test_no_sentences_no_passages() -> None:
    assert split_passages(Extract(""), [], count_words, 512) == []


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([10], [[10]]),
        ([10, 10], [[10, 10]]),
        ([10, 10, 10, 10], [[10, 10], [10, 10]]),
        ([20, 20, 20], [[20], [20], [20]]),
        ([30, 1, 30], [[30], [1, 30]]),
    ],
)
def test_passages_come_close_to_the_target(lengths: list[int], expected: list[list[int]]) -> None:
    assert sizes(split_passages(*of_sizes(*lengths), count_words, 512, target=20)) == expected


def test_passages_end_where_paragraphs_end() -> None:
    extract, spans = extract_of([(["a"] * 12, " "), (["b"] * 4, "\n\n"), (["c"] * 4, " "), (["d"] * 12, "\r\n")])
    assert sizes(split_passages(extract, spans, count_words, 512, target=16)) == [[12, 4], [4, 12]]
    extract, spans = extract_of([(["a"] * 9, "\n\n"), (["b"] * 8, " "), (["c"] * 8, " "), (["d"] * 1, "\n")])
    assert sizes(split_passages(extract, spans, count_words, 512, target=16)) == [[9], [8, 8, 1]]


def test_a_paragraph_is_rather_kept_whole_than_cut() -> None:
    for gap, expected in ((" ", [[16, 16]]), ("\n", [[16], [16]])):
        extract, spans = of_sizes(16, 16, gap=gap)
        assert sizes(split_passages(extract, spans, count_words, 512, target=20)) == expected


def test_a_giant_sentence_is_halved_until_it_fits() -> None:
    text = "word " * 1000 + "end"
    extract, spans = Extract(text), [Span(0, len(text))]
    drafts = split_passages(extract, spans, count_words, 40)
    check(drafts, extract, spans)
    assert all(sum(map(len, (s.split() for s in d.input.sentences))) <= 32 for d in drafts)
    assert len(drafts) >= 1001 // 32


def test_a_giant_word_is_halved_too() -> None:
    extract, spans = Extract("x" * 5000), [Span(0, 5000)]
    drafts = split_passages(extract, spans, count_characters, 108)
    check(drafts, extract, spans)
    assert all(len("".join(d.input.sentences)) <= 100 for d in drafts)


def test_a_heading_is_embedded_and_shortened() -> None:
    extract, spans = extract_of([(["word"] * 5, " ")], "  The\n heading ")
    (draft,) = split_passages(extract, spans, count_words, 100)
    assert draft.input.heading == "The heading"
    extract, spans = extract_of([(["word"] * 5, " ")] * 4, "long " * 1000)
    drafts = split_passages(extract, spans, count_words, 512)
    assert 0 < len(drafts[0].input.heading) <= 200
    assert sizes(drafts) == [[5, 5, 5, 5]]


@pytest.mark.parametrize("max_tokens", [24, 64, 128])
def test_a_heading_leaves_room_for_the_text(max_tokens: int) -> None:
    extract, spans = extract_of([(["word"] * 5, " ")] * 8, "標題" * 500)
    drafts = split_passages(
        extract, spans, lambda texts: [len(t) if "標" in t else len(t.split()) for t in texts], max_tokens
    )
    assert all(draft.input.heading.startswith("標題") for draft in drafts)
    assert all(size == 5 for draft in sizes(drafts) for size in draft)
    check(drafts, extract, spans)


def test_noise_is_not_embedded_and_stays_in_the_span() -> None:
    text = "The **lamp** of<br>the stairs‍ stands | here."
    extract = markdown.read(text.encode(), Limits())
    (draft,) = split_passages(extract, sentences.split(extract, "en"), count_words, 512)
    assert draft.span.of(extract.text).startswith("The **lamp**")
    assert draft.input.sentences == ("The lamp of the stairs stands here.",)


@pytest.mark.parametrize(
    ("noise", "expected"),
    [
        ((), "a <b> c <i> d"),
        ((Span(2, 5),), "a c <i> d"),
        ((Span(0, 2), Span(2, 5), Span(8, 13)), "c"),
        ((Span(0, 99),), ""),
    ],
)
def test_clean(noise: tuple[Span, ...], expected: str) -> None:
    text = "a <b> c <i> d"
    assert clean(Extract(text, noise=noise), Span(0, len(text))) == expected


def test_clean_of_a_part_leaves_noise_around_it_alone() -> None:
    extract = Extract("<b>one</b><i>two</i>", noise=(Span(0, 3), Span(6, 10), Span(10, 13), Span(16, 20)))
    assert clean(extract, Span(3, 6)) == "one"
    assert clean(extract, Span(8, 16)) == "two"


def test_tidy() -> None:
    assert tidy(" a\r\n b\u00a0\u3000c\t") == "a b c"


@pytest.mark.model
def test_what_is_embedded_fits_the_real_tokenizer(encoder_model: InstalledModel) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder_model.folder / "tokenizer.json"))
    tokenizer.no_truncation()
    texts = {
        "plain.txt": "The lamp needs a new bulb. Ask Hannah for the key, if she is there.\n" * 300,
        "no_stops.txt": "一二三四五六七八九十" * 900,
        "signs.txt": "!?#()[]{}~ " * 900,
        "words.txt": "antidisestablishmentarianism " * 900,
        "arabic.txt": "تلتزم كل بلدية عضو بتعيين مسؤولة اتصال واحدة للضحايا، " * 400,
        "emoji.txt": "😀🏽‍🚀 " * 700,
        "odd.txt": "\u1e9e\u0345\U0001f1e6" * 1500,
    }
    identity = identity_of(encoder_model)
    for name, text in texts.items():
        extract = Extract(text, "標題 ﷽ 😀" * 100)
        for spans in (sentences.split(extract, language.detect(text)), [Span(0, len(text))]):
            drafts = split_passages(extract, spans, lambda t: _count(tokenizer, t), identity.max_tokens)
            check(drafts, extract, spans)
            lengths = _lengths(tokenizer, identity, [draft.input for draft in drafts])
            assert max(lengths, default=0) <= identity.max_tokens, name


def _count(tokenizer: object, texts: Sequence[str]) -> list[int]:
    encoded = tokenizer.encode_batch(list(texts), add_special_tokens=False)  # type: ignore[attr-defined]
    return [len(one.ids) for one in encoded]


def _lengths(tokenizer: object, identity: EncoderIdentity, inputs: Sequence[PassageInput]) -> list[int]:
    texts = [one.text(identity.passage_prefix)[0] for one in inputs]
    return [len(one.ids) for one in tokenizer.encode_batch(texts)]  # type: ignore[attr-defined]
