"""Who may see which documents: the rules in `access.toml` at a synced folder's root, and a document's own groups.

    [[rule]]
    files = "hr/**"             # a glob, or a list of them
    groups = ["hr", "board"]    # who may see these files: whoever is in one of the groups

    [[rule]]
    files = ["press/*.pdf", "README.md"]
    groups = "*"                # everyone

    [[rule]]
    files = "**"                # all that no rule above names
    groups = "staff"

The first rule that names a document decides; what no rule names, everyone may see. A glob is matched against the path
below the folder, capitals and small letters apart, accents however they are encoded:

    *       any characters within one name, none too
    ?       one character of a name
    **      any number of folders, none too, and at the end everything below; alone between slashes
    hr      a last name without * and ?, or a slash at the end, names a file, or a folder with everything below it

A rule that names a file names the documents inside it too: `dump.zip`, `*.zip` and `dump.zip/**` all name
`dump.zip/letters/a.eml`. Within a file, what a document lies in counts as a file, whether it is an archive or a folder
in one: `**/*.eml` names what is attached to that letter. A rule further up may name a document on its own.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from index.errors import PinciteError

NAME = "access.toml"
EVERYONE = "*"

# The asker must be in one of the groups of each of these; where there are none, (), everyone may see.
Access = tuple[tuple[str, ...], ...]
NOBODY: Access = ((),)

_RULE = re.compile(r"[ \t]*\[\[[ \t]*(?:rule|\"rule\"|'rule')[ \t]*\]\]")
_DEEPEST = 64  # names from a file to a document in it; no one makes deeper ones, and then nobody sees what is there
_KEYS = {"files", "groups"}
_BRACKET = re.compile(r"[\[\]{}]")


@dataclass(frozen=True, slots=True)
class Rule:
    """Globs as one pattern for a whole path in normal form C, and the groups that may see; None for everyone."""

    pattern: re.Pattern[str]
    groups: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one folder, in their order; none of them: everyone may see everything."""

    rules: tuple[Rule, ...] = ()

    def groups_of(self, document: str, file: str) -> frozenset[str] | None:
        """The groups that may see the document of this id, which is `file` or inside it; None for everyone.

        Raises ValueError where the document is not in the file.
        """
        if not self.rules:
            return None
        names = _file_and_below(_normal(document), _normal(file))
        if len(names) > _DEEPEST:
            return frozenset()
        for rule in self.rules:
            if any(map(rule.pattern.fullmatch, names)):
                return rule.groups
        return None


def read_rules(data: bytes) -> Rules:
    """The rules in the bytes of an `access.toml`; raises PinciteError, naming what is wrong, for anything unusual."""
    try:
        text = data.decode("utf-8-sig")
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PinciteError(f"{NAME} is not UTF-8 in line {line}; save it as UTF-8") from error
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else error
        raise PinciteError(f"{NAME} is not TOML: {reason}; mend it there") from error
    listed = tables.pop("rule", [])
    if tables:
        raise PinciteError(
            f"{NAME} holds {next(iter(tables))!r}, which means nothing; write rules, each below [[rule]]"
        )
    if not isinstance(listed, list):
        raise PinciteError(f"{NAME}: write [[rule]] with two brackets on each side above every rule")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if _RULE.match(line)]
    # Where a header is written in a way of its own, the number of the rule has to do.
    places = [f"line {line}" for line in lines] if len(lines) == len(listed) else [""] * len(listed)
    return Rules(tuple(_rule(rule, n, place) for n, (rule, place) in enumerate(zip(listed, places, strict=True), 1)))


def combine(rule_groups: frozenset[str] | None, own: Sequence[str] | None) -> Access:
    """Who may see a document: whoever the rules let, and of them whoever the document's own groups let.

    None is everyone, and so is `*` among the groups; no groups at all is nobody.
    """
    wanted = [group_names(groups) for groups in (rule_groups, own) if groups is not None]
    return tuple(sorted({tuple(sorted(groups)) for groups in wanted if EVERYONE not in groups}))


def may_see(access: Access, groups: frozenset[str]) -> bool:
    """Whether someone in these groups (as `group_names` gives them) may see a document."""
    return all(not groups.isdisjoint(wanted) for wanted in access)


def group_names(groups: Iterable[str]) -> frozenset[str]:
    """Names of groups in the one form in which they are compared, empty ones left out; a single text is one name."""
    names = [groups] if isinstance(groups, str) else groups
    return frozenset(name for name in (_normal(name.strip()) for name in names) if name)


def to_json(access: Access) -> str:
    """The access of a document as text to be stored."""
    return json.dumps(access)


def from_json(text: str | None) -> Access:
    """What `to_json` wrote; anything else lets nobody see the document."""
    try:
        listed = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return NOBODY
    if not isinstance(listed, list) or not all(isinstance(groups, list) for groups in listed):
        return NOBODY
    if not all(isinstance(group, str) for groups in listed for group in groups):
        return NOBODY
    return tuple(tuple(groups) for groups in listed)


def _rule(rule: Any, number: int, place: str) -> Rule:
    where = f"{NAME}, rule {number}" + f" ({place})" * bool(place)
    if not isinstance(rule, dict):
        raise PinciteError(f"{where}: write [[rule]] above it, then files = … and groups = …")
    for key in sorted(rule.keys() - _KEYS):
        raise PinciteError(f"{where} has {key!r}, which means nothing; a rule has files and groups")
    for key in sorted(_KEYS - rule.keys()):
        raise PinciteError(f"{where} has no {key}; a rule has files and groups")
    globs, groups = (_texts(rule[key], f"{where}: {key}") for key in ("files", "groups"))
    if not groups:
        raise PinciteError(f"{where}: nobody could see these files; name groups, or move the files out of the folder")
    if EVERYONE in groups and len(groups) > 1:
        raise PinciteError(f'{where}: "*" is everyone and cannot stand beside other groups; write one or the other')
    if not globs:
        raise PinciteError(f"{where}: files is empty; name some, or take the rule out")
    patterns = [_pattern(_normal(glob), where) for glob in globs]
    return Rule(re.compile("|".join(patterns), re.DOTALL), None if EVERYONE in groups else group_names(groups))


def _texts(value: Any, where: str) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise PinciteError(f"{where} must be a text or a list of texts, each in quotation marks")
    for text in texts:
        if not text or text != text.strip():
            raise PinciteError(f"{where} holds {text!r}; write it without white space around it")
    return texts


def _pattern(glob: str, where: str) -> str:
    """A regular expression for whole paths, which never tries a place of a path more often than the glob is long."""
    names = (glob + "**" if glob.endswith("/") else glob).split("/")
    wrong = next(_faults(glob, names), None)
    if wrong:
        raise PinciteError(f"{where}: {glob!r} {wrong}")
    runs: list[list[str]] = [[]]  # names between one ** and the next
    for name in names:
        if name == "**":
            runs.append([])
        else:
            runs[-1].append(_name_pattern(name))
    below = "" if re.search(r"[*?]", names[-1]) else "(?:/.*)?"
    first, *others = ("/".join(run) for run in runs)
    if not others:
        return first + below
    # The first place that fits is as good as any later one, so none is given up for another: the (?>…).
    middle = "".join(f"(?>(?:[^/]*/)*?{run}/)" for run in others[:-1] if run)
    last = f"(?:[^/]*/)*{others[-1]}{below}" if others[-1] else ".+"
    return f"{first}/{middle}{last}" if first else middle + last


def _faults(glob: str, names: Sequence[str]) -> Iterator[str]:
    """What is wrong with a glob, and what to do."""
    if "\\" in glob:
        yield "holds a backslash; write / between folders, and ? for a backslash in a name"
    if _BRACKET.search(glob):
        yield "holds a bracket, which stands for nothing; write ? in its place, or two globs"
    if glob.startswith("!"):
        yield "begins with !; name the files that are meant, and put exceptions into a rule above"
    if glob.startswith("/") or not {"", ".", ".."}.isdisjoint(names):
        yield "is no path below the folder; write it without leading or double slashes and without . and .."
    if any("**" in name and name != "**" for name in names):
        yield "has ** beside other characters; write **/*.pdf for files in any folder"


def _name_pattern(name: str) -> str:
    first, *others = ("".join("[^/]" if c == "?" else re.escape(c) for c in text) for text in name.split("*"))
    if not others:
        return first
    return first + "".join(f"(?>[^/]*?{text})" for text in others[:-1] if text) + "[^/]*" + others[-1]


def _file_and_below(document: str, file: str) -> list[str]:
    """The path of the file, of each thing inside it that the document lies in, and of the document.

    Of those that lie too deep the last paths are left out.
    """
    if document == file:
        return [file]
    if not document.startswith(file + "/"):
        raise ValueError(f"{document!r} is not in {file!r}")
    return list(accumulate(document[len(file) + 1 :].split("/", _DEEPEST), "{}/{}".format, initial=file))


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)
