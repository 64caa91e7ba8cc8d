"""A browser and its visits, for the tests that look at the page."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.ui.browsing import CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page; at the end none may have called another host, complained or raised a dialog."""
    contexts, hosts, complaints = [], set(), []

    def visiting(address: str, **options: Any) -> Any:
        context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("request", lambda request: hosts.add(request.url.split("/")[2]) if "://" in request.url else None)
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: (complaints.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.goto(address)
        page.wait_for_selector("button.example")
        return page

    def check() -> None:
        assert {host for host in hosts if not host.startswith("127.0.0.1:")} == set()
        assert complaints == []

    yield visiting
    for context in contexts:
        context.close()
    check()
