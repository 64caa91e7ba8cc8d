"""What stands in for an assistant in these tests takes what an assistant takes."""

import inspect
from collections.abc import Callable

import pytest

from rag.assistant import Assistant
from tests.ui.library import Library
from tests.ui.writing import Writing

METHODS = ("ask", "answers", "search", "document", "documents", "view")


def taken(method: Callable[..., object]) -> list[tuple[str, object, object]]:
    return [(p.name, p.kind, p.default) for p in inspect.signature(method).parameters.values()]


@pytest.mark.parametrize("library", [Library, Writing])
def test_its_methods_take_the_same(library: type[Library]) -> None:
    for name in METHODS:
        assert taken(getattr(library, name)) == taken(getattr(Assistant, name)), name


@pytest.mark.parametrize("name", ["can_compose", "model", "verifier"])
def test_what_it_is_asked_for_an_assistant_has(name: str) -> None:
    assert isinstance(getattr(Assistant, name), property)
    assert hasattr(Library, name)
