"""What the documentation says is so: commands, settings, dependencies, links, examples."""

import argparse
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.language_models import FakeListChatModel

from index.encoder import EncoderSource, identity_of, load_encoder
from index.limits import Limits
from index.models import InstalledModel
from index.reading import read_here
from index.sync import sync
from ui.arguments import build_parser
from ui.settings import _KNOWN

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
BENCHMARKS = sorted(path for path in (ROOT / "benchmarks").glob("*.py") if "def main(" in path.read_text("utf-8"))


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command's parser by name."""
    (action,) = (a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


def options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from (option for option in action.option_strings if option not in ("-h", "--help"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_is_in_the_readme(name: str) -> None:
    rows = "\n".join(line for line in README.splitlines() if line.startswith(f"| `pincite {name}"))
    assert rows, f"no row of the table of commands begins with `pincite {name}"
    for option in options(commands()[name]):
        told = README if option in ("--index", "--json") else rows
        assert re.search(rf"`{option}\b|{name} {option}\b", told), option


def test_the_readme_names_no_option_that_is_not_there() -> None:
    section = README.split("## Commands")[1].split("##")[0]
    known = {option for parser in commands().values() for option in options(parser)}
    assert set(re.findall(r"--[a-z][a-z-]+", section)) <= known


@pytest.mark.parametrize("line", [line for block in blocks("sh") + blocks("console") for line in block.splitlines()])
def test_a_command_of_the_readme_is_one(line: str) -> None:
    words = shlex.split(line.removeprefix("$ ")) if line.startswith(("$ pincite", "pincite")) else []
    if words:
        build_parser().parse_args(words[1:])  # exits where it is not


@pytest.mark.parametrize("setting", _KNOWN)
def test_every_setting_is_in_the_readme(setting: str) -> None:
    assert f"| `{setting}` |" in README


def test_every_dependency_has_its_reason_and_no_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    declared = [re.split(r"[<>=\[ ]", entry)[0] for group in groups for entry in group]
    told = re.findall(
        r"^\| ([A-Za-z][\w-]*) \|", (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(set(told) - {"package"}) == sorted(set(declared))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_inside_the_project_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []


def test_files_named_in_the_documentation_are_there() -> None:
    for document in DOCUMENTS:
        for name in re.findall(r"`((?:index|rag|ui|prompts|docs|benchmarks)/[\w./]*)`", document.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{document.name} names {name}"


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda path: path.stem)
def test_a_benchmark_says_its_command(benchmark: Path) -> None:
    assert f"\n    python benchmarks/{benchmark.name} " in benchmark.read_text(encoding="utf-8")


def test_every_benchmark_of_a_figure_is_there() -> None:
    for name in re.findall(r"benchmarks/\w+\.py", README):
        assert (ROOT / name).is_file(), name


def test_the_screenshot_is_small() -> None:
    assert (ROOT / "docs" / "page.png").stat().st_size < 300_000


def test_the_changelog_begins_with_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert (
        re.findall(r"^## \[(\d[^]]*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[0]
        == version
    )


def test_no_file_names_a_machine_or_a_package_index() -> None:
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    # Written apart, so that this file is not among them.
    forbidden = re.compile(
        "|".join(["/" + "work/", "/" + "home/", "/" + "tmp/lab", "/" + "root/", "index" + "-url", "pypi" + r"\."])
    )
    found = {}
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file() and (match := forbidden.search(path.read_bytes().decode("utf-8", "replace"))):
            found[name] = match.group()
    assert found == {}


def test_the_printed_answer_quotes_what_stands_there() -> None:
    (block,) = (block for block in blocks("console") if "pincite ask" in block)
    answer, sources = block.split("\n\n")
    quotes = dict(re.findall(r"^(.*) \[(\d+)\]$", answer, re.MULTILINE))
    places = re.findall(r"^\[(\d+)\] .*: (\S+), characters (\d+) to (\d+)$", sources, re.MULTILINE)
    assert sorted(quotes.values()) == sorted(number for number, *_ in places) != []
    for number, document, start, end in places:
        (part,) = read_here(document, (ROOT / "sample" / document).read_bytes(), Limits())
        text = part.extract.text
        assert {v: k for k, v in quotes.items()}[number] == " ".join(text[int(start) : int(end)].split())


@pytest.fixture(scope="module")
def sample_index(encoder_model: InstalledModel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readme") / ".pincite"
    sync([ROOT / "sample"], folder, EncoderSource(identity_of(encoder_model), lambda: load_encoder(encoder_model)))
    return folder


@pytest.mark.model
def test_the_python_examples_run(
    sample_index: Path,
    encoder_model: InstalledModel,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PINCITE_INDEX", str(sample_index))
    monkeypatch.setenv("PINCITE_MODELS", str(encoder_model.folder.parent))
    namespace: dict[str, object] = {"model": FakeListChatModel(responses=["Eighteen. [1]"])}
    examples = blocks("python")
    assert len(examples) == 3
    for example in examples:
        exec(compile(example, "README.md", "exec"), namespace)
    assert capsys.readouterr().out.rstrip().endswith("Eighteen. [1]")
    assert namespace["answer"].citations  # type: ignore[attr-defined]


@pytest.mark.model
def test_the_printed_answer_is_the_answer(
    sample_index: Path,
    encoder_model: InstalledModel,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from ui.commands import main

    (block,) = (block for block in blocks("console") if "pincite ask" in block)
    command, printed = block.split("\n", 1)
    monkeypatch.setenv("PINCITE_INDEX", str(sample_index))
    monkeypatch.setenv("PINCITE_MODELS", str(encoder_model.folder.parent))
    assert main(shlex.split(command)[2:]) == 0
    # Its first quote: the order of the others may turn on the last bits of a processor's arithmetic.
    assert capsys.readouterr().out.split("\n")[0] == printed.split("\n")[0]
