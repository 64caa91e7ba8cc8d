"""Who may see what: the first rule that names a document decides, what cannot be understood is refused or denied."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.access import NOBODY, Access, Rules, combine, from_json, group_names, may_see, read_rules, to_json
from index.errors import PinciteError

HR = frozenset({"hr"})


def rules(*pairs: tuple[object, object]) -> Rules:
    """Rules of (files, groups); JSON's lists and texts are TOML's."""
    text = "".join(f"[[rule]]\nfiles = {json.dumps(files)}\ngroups = {json.dumps(groups)}\n" for files, groups in pairs)
    return read_rules(text.encode())


def names(glob: str, document: str, file: str | None = None) -> bool:
    return rules((glob, "hr")).groups_of(document, file or document) == HR


@pytest.mark.parametrize(
    ("glob", "named", "not_named"),
    [
        ("hr/**", "hr/a.txt hr/b/c.txt hr/.x", "hr hrx/a x/hr/a HR/a.txt"),
        ("hr/*", "hr/a.txt hr/.x", "hr hr/b/c.txt x/hr/a"),
        ("hr", "hr hr/a.txt hr/b/c.txt", "hrx hr.txt x/hr"),
        ("hr/", "hr/a.txt hr/b/c.txt", "hr hrx/a"),
        ("hr-*/", "hr-a/x hr-/x hr-a/b/c", "hr-a hr/x x/hr-a/x"),
        ("*", "a a.txt .x", "a/b"),
        ("**", "a a/b a/b/c", ""),
        ("**/**", "a a/b a/b/c", ""),
        ("*.txt", "a.txt .txt", "b/a.txt a.txt/b a.txtx A.TXT"),
        ("**/*.txt", "a.txt b/a.txt c/b/a.txt", "a.txt/b a.pdf"),
        ("**/secret", "secret a/secret a/secret/b a/b/secret/c/d", "secrets a/secre a/xsecret"),
        ("**/secret/**", "secret/a a/secret/b a/b/secret/c/d", "secret a/secret"),
        ("a/**/b", "a/b a/x/b a/x/y/b a/x/b/z", "ab b x/a/b"),
        ("a/**/b/*/c*", "a/b/x/c a/x/b/b/y/cd a/b/b/b/c", "a/b/c a/x/b/y/z/c a/b/x/c/d"),
        ("a?c", "abc a.c aéc", "ac abbc a/c"),
        ("*a*b*", "ab xaxbx aab", "ba a/b"),
        ("a.c+(x)|$", "a.c+(x)|$", "abc a.c"),
        ("a**", None, None),
        ("données", "données donne\u0301es donne\u0301es/x", "donnees"),
        ("donne\u0301es/*", "données/x donne\u0301es/x", "donnees/x"),
        ("**/b", "\n/b \n/\n/b b a//b /b a/\n///b/c", "\n a//c"),
        ("a/**", "a/\n a/\n\n/b a//b", "a"),
        ("a", "a/\n\n", "\n"),
        ("تقارير/**", "تقارير/٢٠٢٤.pdf", "تقارير"),
    ],
)
def test_globs(glob: str, named: str | None, not_named: str | None) -> None:
    if named is None or not_named is None:
        with pytest.raises(PinciteError):
            names(glob, "a")
        return
    for path in named.split(" "):
        assert names(glob, path), path
    for path in filter(None, not_named.split(" ")):
        assert not names(glob, path), path


def slow_match(glob: Sequence[str], path: Sequence[str]) -> bool:
    """Every way of a ** or * tried in turn."""
    if not glob:
        return not path
    if glob[0] == "**":
        return any(slow_match(glob[1:], path[at:]) for at in range(len(path) + 1))
    return bool(path) and slow_name(glob[0], path[0]) and slow_match(glob[1:], path[1:])


def slow_name(glob: str, name: str) -> bool:
    if not glob:
        return not name
    if glob[0] == "*":
        return any(slow_name(glob[1:], name[at:]) for at in range(len(name) + 1))
    return bool(name) and glob[0] in ("?", name[0]) and slow_name(glob[1:], name[1:])


NAME = st.text("ab", min_size=1, max_size=4)
GLOB_NAME = st.just("**") | st.text("ab*?", min_size=1, max_size=4).filter(lambda name: "**" not in name)


@settings(max_examples=500, deadline=None)
@given(st.lists(GLOB_NAME, min_size=1, max_size=5), st.lists(NAME, min_size=1, max_size=6))
def test_globs_match_as_trying_every_way_does(glob: list[str], path: list[str]) -> None:
    below = slow_match([*glob, "**", "*"], path)
    literal = not set(glob[-1]) & set("*?")
    expected = below if glob[-1] == "**" else slow_match(glob, path) or (literal and below)
    assert names("/".join(glob), "/".join(path)) == expected


def test_no_glob_takes_long() -> None:
    """Each of these takes longer than a lifetime where every way is tried."""
    assert not names("*a" * 40, "a" * 5_000 + "b")
    assert not names("**/a/" * 40 + "b", "a/" * 5_000 + "a")
    assert not names("**/*a*a*a/" * 20 + "b", "aaaa/" * 1_000 + "a")
    assert not names("**/x", "zip/" + "a/" * 30_000, "zip")


@pytest.mark.parametrize(
    ("glob", "named"),
    [
        ("d/dump.zip", "all"),
        ("d/*.zip", "all"),
        ("**/*.zip", "all"),
        ("d/dump.zip/**", "all"),
        ("d", "all"),
        ("d/*", "all"),
        ("**/mail.eml", "d/dump.zip/b/mail.eml d/dump.zip/b/mail.eml/annex.pdf"),
        ("**/*.eml", "d/dump.zip/b/mail.eml d/dump.zip/b/mail.eml/annex.pdf"),
        ("**/*.pdf", "d/dump.zip/b/mail.eml/annex.pdf d/dump.zip/a.pdf"),
        ("d/dump.zip/b", "d/dump.zip/b/mail.eml d/dump.zip/b/mail.eml/annex.pdf"),
        ("d/dump.zip/*.pdf", "d/dump.zip/a.pdf"),
        ("*", ""),
        ("*/d*.zip", "all"),
        ("dump.zip", ""),
    ],
)
def test_what_is_inside_a_file(glob: str, named: str) -> None:
    inside = ["d/dump.zip/a.pdf", "d/dump.zip/b/mail.eml", "d/dump.zip/b/mail.eml/annex.pdf"]
    expected = inside if named == "all" else named.split()
    assert [path for path in inside if names(glob, path, "d/dump.zip")] == sorted(expected)


def test_a_folder_above_the_file_is_no_file() -> None:
    assert not names("press/*", "press/2024/a.txt")
    assert not names("*.d", "x.d/a.txt")
    assert names("*.d", "x.d/a.txt", "x.d")


def test_a_document_lies_in_its_file() -> None:
    for file in ("a", "dump.zip/a", "dump.zi", "ump.zip"):
        with pytest.raises(ValueError, match="is not in"):
            names("*", "dump.zip/b", file)


def test_nobody_sees_what_lies_too_deep_to_be_told() -> None:
    deep = "a.zip/" + "x/" * 100
    assert rules(("**/mail.eml", "hr")).groups_of(deep + "mail.eml/b", "a.zip") == frozenset()
    assert rules(("**/x.eml", "hr")).groups_of("a.zip/" + "x/" * 62 + "b", "a.zip") is None
    assert rules(("**/x.eml", "hr")).groups_of("a.zip/" + "x/" * 63 + "b", "a.zip") == frozenset()
    assert Rules().groups_of(deep, "a.zip") is None


def test_the_first_rule_that_names_a_document_decides() -> None:
    several = rules(
        (["hr/jobs/**", "hr/readme.txt"], "*"),
        ("hr", ["hr", "board"]),
        ("dump.zip/public/**", ["*"]),
        ("dump.zip", "board"),
        ("**/*.txt", "staff"),
    )
    for document, file, groups in (
        ("hr/jobs/a.txt", "", None),
        ("hr/readme.txt", "", None),
        ("hr/a.txt", "", {"hr", "board"}),
        ("dump.zip/public/a.txt", "dump.zip", None),
        ("dump.zip/a.txt", "dump.zip", {"board"}),
        ("other/a.txt", "", {"staff"}),
        ("other/a.pdf", "", None),
    ):
        found = several.groups_of(document, file or document)
        assert found == (None if groups is None else frozenset(groups)), document


@pytest.mark.parametrize(
    "text",
    ["", "# nothing yet\n", "\ufeff[[rule]]\r\nfiles = 'a'\r\ngroups = '*'\r\n", "rule = []"],
)
def test_files_without_rules_or_from_other_systems(text: str) -> None:
    assert read_rules(text.encode()).groups_of("a", "a") is None


def test_names_of_groups_have_one_form() -> None:
    assert rules(("a", "re\u0301daction")).groups_of("a", "a") == {"rédaction"}
    assert group_names(["re\u0301daction", " hr\n", "", " "]) == {"rédaction", "hr"}
    assert group_names("hr") == {"hr"}


RULE = "[[rule]]\nfiles = 'a'\ngroups = 'x'\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (RULE + "[[rule]]\nfiles = 'b'\n", r"rule 2 \(line 4\) has no groups"),
        (RULE + "[[rule]]\ngroups = 'b'\n", r"rule 2 \(line 4\) has no files"),
        (RULE + "group = 'y'\n", r"rule 1 \(line 1\) has 'group'"),
        ("groups = 'x'\n" + RULE, "'groups', which means nothing"),
        ("[[rules]]\nfiles = 'a'\ngroups = 'x'\n", "'rules', which means nothing"),
        ("[rule]\nfiles = 'a'\ngroups = 'x'\n", "two brackets"),
        ("rule.files = 'a'\n", "two brackets"),
        ("rule = ['a']\n", r"rule 1: write \[\[rule\]\]"),
        ("rule = [{files = 'a', groups = 'b', x = 1}]\n", "rule 1 has 'x'"),
        ("[[rule]]\nfiles = 'a'\ngroups = []\n", r"rule 1 \(line 1\): nobody could see .* move the files out"),
        ("[[rule]]\nfiles = []\ngroups = ['x']\n", "files is empty"),
        ("[[rule]]\nfiles = 'a'\ngroups = ['*', 'x']\n", "is everyone"),
        ("[[rule]]\nfiles = 'a'\ngroups = ['x', 3]\n", "groups must be a text or a list of texts"),
        ("[[rule]]\nfiles = 3\ngroups = ['x']\n", "files must be a text or a list of texts"),
        ("[[rule]]\nfiles = {a = 'b'}\ngroups = ['x']\n", "files must be a text or a list of texts"),
        ("[[rule]]\nfiles = 'a'\ngroups = true\n", "groups must be a text or a list of texts"),
        ("[[rule]]\nfiles = 'a'\ngroups = ['']\n", "groups holds ''"),
        ("[[rule]]\nfiles = 'a'\ngroups = ' hr'\n", "groups holds ' hr'"),
        ("[[rule]]\nfiles = ['a', 'b ']\ngroups = 'hr'\n", "files holds 'b '"),
        ("[[rule]]\nfiles = 'a'\nfiles = 'b'\ngroups = 'x'\n", "is not TOML.*line 3"),
        ("[[rule]\nfiles = 'a'\n", "is not TOML.*line 1"),
        ("x = 1" + "0" * 5_000, "is not TOML"),
        ("x = " + "[" * 100_000, "is not TOML"),
        ("\n\n# \udcff", "not UTF-8 in line 3"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    with pytest.raises(PinciteError, match=rf"(?s)^access\.toml.*{message}"):
        read_rules(text.encode("utf-8", "surrogateescape"))


@pytest.mark.parametrize(
    ("glob", "message"),
    [
        ("hr\\**", "backslash"),
        ("a[0-9]", "bracket"),
        ("a]", "bracket"),
        ("{a,b}", "bracket"),
        ("!a", "begins with !"),
        ("/hr/**", "below the folder"),
        ("/", "below the folder"),
        ("a//b", "below the folder"),
        ("./a", "below the folder"),
        ("a/../b", "below the folder"),
        ("..", "below the folder"),
        ("**.pdf", r"\*\* beside other"),
        ("a/b**/c", r"\*\* beside other"),
        ("a***", r"\*\* beside other"),
    ],
)
def test_globs_that_would_not_do_what_they_seem_to_are_refused(glob: str, message: str) -> None:
    with pytest.raises(PinciteError, match=rf"rule 2 \(line 4\): .*{message}"):
        rules(("fine", "x"), (["fine", glob], "hr"))


@pytest.mark.parametrize(
    ("of_rules", "own", "access"),
    [
        (None, None, ()),
        ({"hr", "board"}, None, (("board", "hr"),)),
        (None, ["b", "a", "b"], (("a", "b"),)),
        ({"hr"}, ["x"], (("hr",), ("x",))),
        ({"x"}, ["hr"], (("hr",), ("x",))),
        ({"hr"}, ["hr"], (("hr",),)),
        (None, [], NOBODY),
        ({"hr"}, [], ((), ("hr",))),
        (frozenset(), None, NOBODY),
        (None, ["*"], ()),
        ({"hr"}, ["x", "*"], (("hr",),)),
        (None, ["e\u0301", " é"], (("é",),)),
        (None, ["", " "], NOBODY),
        (None, "hr", (("hr",),)),
    ],
)
def test_rules_and_own_groups_both_hold(of_rules: set[str] | None, own: Sequence[str] | None, access: Access) -> None:
    assert combine(None if of_rules is None else frozenset(of_rules), own) == access
    assert from_json(to_json(access)) == access


@pytest.mark.parametrize(
    ("access", "groups", "seen"),
    [
        ((), "", True),
        ((), "hr", True),
        ((("board", "hr"),), "hr", True),
        ((("board", "hr"),), "board x", True),
        ((("board", "hr"),), "x", False),
        ((("board", "hr"),), "", False),
        ((("hr",), ("x",)), "hr", False),
        ((("hr",), ("x",)), "x", False),
        ((("hr",), ("x",)), "x hr", True),
        (NOBODY, "hr x", False),
        (((), ("hr",)), "hr", False),
        ((("hr",),), "*", False),
        ((("hr",),), "HR", False),
    ],
)
def test_who_may_see(access: Access, groups: str, seen: bool) -> None:
    assert may_see(access, frozenset(groups.split())) == seen


GROUPS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)


@given(st.none() | GROUPS.map(frozenset), st.none() | GROUPS, GROUPS.map(frozenset))
def test_whoever_sees_is_in_a_group_of_each(
    of_rules: frozenset[str] | None, own: list[str] | None, asker: frozenset[str]
) -> None:
    wanted = all(groups is None or asker & set(groups) for groups in (of_rules, own))
    access = combine(of_rules, own)
    assert may_see(access, asker) == wanted
    assert access == tuple(sorted({tuple(sorted(groups)) for groups in access}))


@given(st.lists(st.lists(st.text(max_size=5), max_size=3).map(tuple), max_size=3).map(tuple))
def test_access_is_stored_as_text(access: Access) -> None:
    assert from_json(to_json(access)) == access
    assert to_json(()) == "[]"


def test_any_text_of_a_file_can_be_a_group() -> None:
    access = combine(None, ["\ud800", "é\x00"])
    assert from_json(to_json(access).encode().decode()) == access


@pytest.mark.parametrize(
    "text",
    [None, "", "null", "{}", "[", "3", '"hr"', '["hr"]', "[null]", "[[3]]", "[[null]]", '[["hr"], {}]', "[{}]", '[["a',
     "[" * 100_000, b"[]", 7, "[[[]]]", '[["hr"]] x', "NaN", "false", "1" + "0" * 5_000],
)  # fmt: skip
def test_what_cannot_be_read_lets_nobody_see(text: object) -> None:
    assert from_json(text) == NOBODY  # type: ignore[arg-type]
    assert not may_see(from_json(text), frozenset({"hr", "*", ""}))  # type: ignore[arg-type]
