import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.readers.member import Names, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("annex.pdf", "annex.pdf"),
        ("lettres/mai/a.eml", "lettres/mai/a.eml"),
        ("../../etc/passwd", "etc/passwd"),
        ("/etc/passwd", "etc/passwd"),
        ("//share/x", "share/x"),
        ("C:\\Users\\amina\\rapport.docx", "Users/amina/rapport.docx"),
        ("C:rapport.docx", "C_rapport.docx"),
        ("a/./b//c/../d", "a/b/c/d"),
        ("a/ .. /b", "a/b"),
        ("a\x00b\nc\u202efdp.exe", "abcfdp.exe"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("تقرير سنوي.pdf", "تقرير سنوي.pdf"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("half\ud800.txt", "half.txt"),
        (" a / b ", "a/b"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("///", "unnamed"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(st.characters(), max_size=300) | st.text("./\\:C \u202e", max_size=30))
def test_no_name_leads_up_or_hides_anything(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= 200
    assert not any(part.strip() in ("", ".", "..") for part in safe.split("/"))
    assert not any(c < " " or c in "\\\x7f" for c in safe)
    assert safe_name(safe) == safe


def test_long_names_stay_different_and_keep_their_suffix() -> None:
    one, two = (safe_name("https://example.org/" + "long/" * 100 + end) for end in ("a.docx", "b.docx"))
    assert one != two
    assert len(one) <= 200
    assert one.endswith(".docx")


def test_the_same_name_again_gets_a_number() -> None:
    names = Names()
    given = [names.unique(name) for name in ("annex.pdf", "annex.pdf", "b/annex.pdf", "../annex.pdf", "annex (2).pdf")]
    assert given == ["annex.pdf", "annex (2).pdf", "b/annex.pdf", "annex (3).pdf", "annex (2) (2).pdf"]
    assert [names.unique("x") for _ in range(3)] == ["x", "x (2)", "x (3)"]
