"""The page in Chromium, as tests visit it."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn

from tests.ui.library import Library
from ui.accounts import Accounts
from ui.server import build_app

BOX = "#question textarea"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@contextmanager
def serving(assistant: Library, accounts: Accounts | None = None) -> Iterator[str]:
    app = build_app(assistant, accounts=accounts)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def ask(page: Any, question: str) -> None:
    before = page.locator(".turn").count()
    page.fill(BOX, question)
    page.press(BOX, "Enter")
    page.wait_for_function(f"document.querySelectorAll('.turn').length === {before + 1}")
    page.wait_for_selector(".turns[aria-busy=false]")
