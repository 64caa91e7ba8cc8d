"""Words that stand in a text but for typography, whole and not denied."""

import pytest

from rag.verify.wording import places

TEXT = "Il a dit : « L’œuvre coûte 12,5 % ». The cat sat. 1234 cats."


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("L'oeuvre coûte 12,5%", ["L’œuvre coûte 12,5 %"]),
        ("the cat sat", ["The cat sat"]),
        ("The CAT", []),
        ("he cat", []),
        ("coûte 12", []),
        ("234 cats", []),
        ("cat", ["cat"]),
        ("", []),
    ],
)
def test_places(wanted: str, expected: list[str]) -> None:
    assert [TEXT[a:b] for a, b in places(wanted, TEXT)] == expected
