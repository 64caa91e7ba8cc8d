"""The rules that hold the tree together: which package may import which, and what lives in one place only."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("index", "rag", "prompts", "ui")
MODULES = {path.relative_to(ROOT).as_posix(): path for name in PACKAGES for path in (ROOT / name).rglob("*.py")}
# What each package may import of the others: ui -> rag -> index, and only rag uses prompts.
MAY_IMPORT = {"index": set(), "prompts": {"index"}, "rag": {"index", "prompts"}, "ui": {"index", "rag"}}
# A library and the one module, or folder, that imports it.
HOMES = {
    "faiss": "index/vectors.py",
    "sentence_transformers": "index/transformer.py index/cross_encoder.py",
    "torch": "index/transformer.py index/cross_encoder.py",
    "transformers": "index/transformer.py",
    "tokenizers": "index/bert.py index/expand.py",
    "Stemmer": "index/analysis.py",
    "sentencex": "index/sentences.py",
    "lingua": "index/language.py",
    "selectolax": "index/readers/",
    "pypdfium2": "index/readers/",
    "PIL": "index/readers/pdf_file.py",
    "pytesseract": "index/readers/pdf_ocr.py",
    "oxmsg": "index/readers/msg.py",
    "olefile": "index/readers/msg.py",
    "fsspec": "index/remote/bucket.py",
    "webdav4": "index/remote/bucket.py",
    "watchfiles": "index/watch.py",
    "charset_normalizer": "index/decode.py",
    "huggingface_hub": "index/fetch.py",
    "langchain_core": "rag/langchain.py rag/compose/langchain_model.py",
    "langchain_openai": "rag/compose/langchain_model.py",
    "langchain": "rag/compose/langchain_model.py",
    "xllamacpp": "rag/compose/llama_process.py",
    "tiktoken": "prompts/budget.py",
    "gradio": "ui/page.py",
    "fastapi": "ui/server.py ui/interface.py ui/guard.py ui/page.py",
    "tqdm": "ui/terminal.py index/fetch.py",
}


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """The full names of the modules that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where they point"
            yield node.module or ""


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def test_there_is_something_to_check() -> None:
    assert len(MODULES) > 30
    assert {name.split("/")[0] for name in MODULES} == set(PACKAGES)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_point_one_way(package: str) -> None:
    for name, path in MODULES.items():
        if name.startswith(package + "/"):
            assert tops(path) & set(PACKAGES) <= MAY_IMPORT[package] | {package}, name


def test_nothing_imports_tests_or_benchmarks() -> None:
    for name, path in MODULES.items():
        assert not tops(path) & {"tests", "benchmarks", "sample", "pytest", "hypothesis"}, name


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library: str) -> None:
    users = {name for name, path in MODULES.items() if library in tops(path)}
    for name in users:
        assert name.startswith(tuple(HOMES[library].split())), f"{name} imports {library}"
    assert users, f"nothing imports {library} any more"


def test_nothing_is_pickled() -> None:
    for name, path in MODULES.items():
        assert not tops(path) & {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}, name
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant) and node.value.value is False, name


def test_arrays_are_loaded_without_pickles() -> None:
    for name, path in MODULES.items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("np.load", "numpy.load"):
                assert "allow_pickle" in {keyword.arg for keyword in node.keywords}, f"{name}:{node.lineno}"


def test_the_environment_is_read_in_one_place() -> None:
    for name, path in MODULES.items():
        reads = re.search(
            r"\bos\.(environ|environb|getenv|putenv)\b|from os import .*(environ|getenv)", path.read_text("utf-8")
        )
        assert not reads or name == "ui/settings.py", f"{name}: {reads and reads[0]}"


def test_files_are_named_after_things() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "core", "manager", "managers", "misc", "base"}
    for name in MODULES:
        assert not set(name.removesuffix(".py").split("/")) & vague, name


def test_errors_are_not_swallowed() -> None:
    for name, path in MODULES.items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, f"{name}:{node.lineno} excepts everything"


def test_nothing_is_evaluated_or_run_in_a_shell() -> None:
    for name, path in MODULES.items():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("eval", "exec", "os.system", "os.popen", "yaml.load"), f"{name}:{node.lineno}"
                shell = [k for k in node.keywords if k.arg == "shell"]
                assert not shell, f"{name}:{node.lineno}"
