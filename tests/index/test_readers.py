import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import readers
from index.document import Extract
from index.limits import Limits
from index.sentences import split
from index.title import title_from_name

MESSY = Path(__file__).parents[3] / "shared" / "corpus"


def read(name: str, data: bytes) -> Extract:
    """The one document of a file that can be read."""
    (part,) = readers.read(name, data, Limits())
    assert (part.name, part.failure) == ("", None)
    assert part.extract is not None
    return part.extract


def refused(name: str, data: bytes) -> str:
    """Why a file cannot be read."""
    (part,) = readers.read(name, data, Limits())
    assert (part.name, part.extract) == ("", None)
    assert part.failure is not None
    return part.failure


@pytest.mark.parametrize("name", ["a.txt", "b/c.MD", "d.markdown", "e.html", "f.HTM", "g.xhtml", "h.text", "i.v2.txt"])
def test_supported_names(name: str) -> None:
    assert readers.supported(name)
    assert read(name, b"Some words here.").text == "Some words here."


def test_a_format_has_one_name_whatever_the_suffix() -> None:
    names = ("a.HTM", "a.xhtml", "a.tsv", "a.xlsm", "a.ndjson", "a.text")
    assert [readers.format_of(name) for name in names] == ["html", "html", "csv", "xlsx", "jsonl", "plain"]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html"])
def test_a_text_that_is_too_long_is_refused(name: str) -> None:
    limits = Limits(characters=10)
    (part,) = readers.read(name, b"0123456789", limits)
    assert part.extract is not None
    (part,) = readers.read(name, b"0123456789a", limits)
    assert part.failure == "its text has more than 10 characters; split it into several files"


@pytest.mark.parametrize("name", ["a.png", "b", ".txt", "c.txt.gz", "d.doc", "txt"])
def test_other_names(name: str) -> None:
    assert not readers.supported(name)
    assert readers.format_of(name) == ""
    assert re.search(r"cannot be read.*\.txt", refused(name, b"words"))


def test_binary_in_a_text_file_is_refused() -> None:
    for name in ("a.txt", "a.md", "a.html"):
        assert "looks binary (PNG), not text" in refused(name, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_plain_text_and_markdown_are_the_files_own_characters(text: str) -> None:
    for name in ("a.txt", "a.md"):
        assert read(name, text.encode()).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize("text", ["one\r\ntwo\r\n", "tab\t\u200b\u202eend \n", "\ufeffé e\u0301"])
def test_line_ends_and_unseen_characters_are_kept(text: str) -> None:
    assert read("a.txt", text.encode()).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Warsaw\n\nMuy cerca, en Ogród Saski.", "Warsaw"),
        ("\n\n# *Le Secrétaire Général*\n\n---\n\nNew York.", "Le Secrétaire Général"),
        ("عنوان المقال\nنص طويل يأتي بعد العنوان في سطر واحد أطول منه كثيرا حتى نهاية الفقرة.", "عنوان المقال"),
        ("\u200f\ufeffTitle\r\n\r\nText.", "Title"),
        ("![]()\nTitle\n\nText.", "Title"),
        ("A sentence stands first.\n\nMore.", None),
        ("Where is it?\n\nMore.", None),
        ("Only a line", None),
        ("Only a line\n", None),
        ("A paragraph that was wrapped to a width\nand goes on in the next line.", None),
        ("word " * 40 + "\n\nMore.", None),
        ("", None),
        ("---\n***\n", None),
    ],
)
def test_heading_of_plain_text(text: str, heading: str | None) -> None:
    assert read("a.txt", text.encode()).heading == heading


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("intro\n\n# The **real** title\n\ntext", "The real title"),
        ("Set below\n=========\n\ntext", "Set below"),
        ('---\nlang: fr\ntitle: "From the front"\n---\n# Other\n', "From the front"),
        ("First line\n\n## Second level\n", "First line"),
        ("# [Linked](http://a.b) title #\n", "Linked title"),
        ("A sentence.\n\n## Second level\n", None),
    ],
)
def test_heading_of_markdown(text: str, heading: str | None) -> None:
    assert read("a.md", text.encode()).heading == heading


def test_lines_of_code_are_never_joined() -> None:
    extract = read("a.md", b"Text:\n```\nfirst = compute_the_value_of(x,\nsecond)\n```\nMore text.\n")
    quotes = [span.of(extract.text) for span in split(extract, "en")]
    assert quotes == ["Text:", "first = compute_the_value_of(x,", "second)", "More text."]


@pytest.mark.parametrize(
    ("id", "title"),
    [
        ("a/b/annual-report_2024.txt", "annual report 2024"),
        ("notes.md", "notes"),
        ("a/تقرير.txt", "تقرير"),
        ("-.txt", "-"),
        ("v1.2 notes.txt", "v1.2 notes"),
    ],
)
def test_title_from_a_name(id: str, title: str) -> None:
    assert title_from_name(id) == title


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<h1>T</h1>text<ul><li>a<li>b</ul>", "T\n\ntext\n\na\nb"),
        ("<p>a <b>bold</b>\n  word</p>", "a bold word"),
        ("<p>un<b>believ</b>able</p>", "unbelievable"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree"),
        ("<p>caf&eacute; &amp; &lt;b&gt; 5&nbsp;km &#x1F600;</p>", "café & <b> 5\u00a0km 😀"),
        ("<table><tr><th>City<th>People<tr><td>Paris<td>2 M</table>", "City | People\nParis | 2 M"),
        ("<table><tr><td><p>a</p><p>b</p></td><td><p>c</p></td></tr></table>", "a\n\nb\n\nc"),
        ("<pre>  x\n    y</pre>", "  x\n    y"),
        ("<script>var a = '<p>no</p>'</script><style>p{}</style><p>yes</p>", "yes"),
        ("<nav>menu</nav><header>top</header><p>yes</p><aside>side</aside><footer>end</footer>", "yes"),
        ("<article><header><h1>T</h1></header><p>long enough text</p><footer>f</footer></article>",
         "T\n\nlong enough text\n\nf"),
        ("<div>shop</div><main><p>the main part of this page</p></main><div>ads</div>", "the main part of this page"),
        ("<p hidden>no</p><p style='color:red;display : none'>no</p><p aria-hidden=true>no</p><p>yes</p>", "yes"),
        ("<div role=navigation>no</div><button>no</button><select><option>no</select><p>yes</p>", "yes"),
        ("<ul><li><a>One</a><li><a>Two</a><li><a>Three</a></ul><p>yes</p>", "yes"),
        ("<ul><li><a>One</a> is a word<li><a>Two</a><li><a>Three</a></ul>", "One is a word\nTwo\nThree"),
        ("<p>fact<sup><a href=#1>[1]</a></sup> and x<sup>2</sup></p>", "fact and x2"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp>字</ruby>", "漢字"),
        ("<p>a<!-- no -->b</p>", "ab"),
        ("<template>no</template><svg><text>no</text></svg><noscript>no</noscript>yes", "yes"),
        ("<p>**stars** &amp; # stay</p>", "**stars** & # stay"),
        ("", ""),
        ("<body></body>", ""),
        ("<p>broken <b>markup <i>here</p><p>goes on", "broken markup here\n\ngoes on"),
    ],
)  # fmt: skip
def test_text_of_html(markup: str, text: str) -> None:
    assert read("a.html", markup.encode()).text == text


@pytest.mark.parametrize(
    ("markup", "heading"),
    [
        ("<title>Page &amp;\n site</title><h1>A <i>heading</i></h1>", "A heading"),
        ("<title>Page &amp;\n site</title><p>x", "Page & site"),
        ("<title></title><p>x", None),
    ],
)
def test_heading_of_html(markup: str, heading: str | None) -> None:
    assert read("a.html", markup.encode()).heading == heading


@pytest.mark.parametrize(
    ("head", "body", "encoding"),
    [
        ("<meta charset=windows-1256>", "مرحبا", "cp1256"),
        ("<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>", "l’été", "cp1252"),
        ("<meta charset=Shift_JIS>", "東京は", "cp932"),
        ("<meta charset=utf-8>", "déjà vu à la fenêtre", "cp1252"),
        ("<meta charset=no-such>", "déjà vu à la fenêtre", "cp1252"),
        ("<meta charset=iso-8859-1>", "l’été مرحبا", "utf-8"),
        ("", "déjà vu à la fenêtre", "cp1252"),
        ("", "مرحبا", "utf-16"),
        ("<meta charset=iso-2022-jp>", "東京は", "iso-2022-jp"),
    ],
)
def test_encoding_of_html(head: str, body: str, encoding: str) -> None:
    assert read("a.html", f"<head>{head}</head><p>{body}".encode(encoding)).text == body


def test_xhtml_may_close_any_element_at_once() -> None:
    page = b'<?xml version="1.0"?><html xmlns="x"><head><script src="a"/></head><body><p>Hi <a id="x"/>you<br/>z</p>'
    assert read("a.xhtml", page).text == "Hi you\nz"


@pytest.mark.parametrize(
    "markup", ["<div>" * 100_000, "<a " + " ".join(f"a{i}" for i in range(100_000)) + ">", "<svg/>" * 100_000]
)
def test_pages_that_would_wear_the_parser_out_are_refused(markup: str) -> None:
    assert "HTML" in refused("a.html", markup.encode())


def test_a_deep_page_is_read() -> None:
    assert read("a.html", ("<div>" * 2500 + "deep" + "</div>" * 2500 + "<p>end").encode()).text == "deep\n\nend"


def test_cells_are_one_sentence_a_row_and_bars_are_noise() -> None:
    extract = read("a.html", b"<table><tr><td>Paris<td>2 M<tr><td>Rome<td>3 M</table>")
    assert [span.of(extract.text) for span in extract.noise] == ["|", "|"]
    assert [span.of(extract.text) for span in split(extract, "en")] == ["Paris | 2 M", "Rome | 3 M"]


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<br>", "<li>", "<td>", "<pre>", "</pre>", "a b", " ", "\n", "é\u200b", "x."])
    )
)
def test_any_html_has_blocks_inside_its_text(parts: list[str]) -> None:
    extract = read("a.html", "".join(parts).encode())
    assert list(extract.breaks) == sorted(set(extract.breaks))
    assert all(0 <= at <= len(extract.text) for at in extract.breaks)
    assert extract.text == extract.text.strip(" ") or "<pre>" in parts


@pytest.mark.skipif(not MESSY.is_dir(), reason="the messy corpus is not here")
def test_a_messy_corpus() -> None:
    for path in MESSY.glob("*.txt"):
        extract = read(path.name, path.read_bytes())
        assert extract.text == path.read_bytes().decode()
        quotes = [span.of(extract.text) for span in split(extract, "ar" if "004" in path.name else "fr")]
        assert not [
            quote for quote in quotes if quote in {"Comment (0)", "![]() |", "---", "___"} or "Image not" in quote
        ]
        assert len(quotes) > 8
