"""How often a host is asked: never again before a while has passed."""

import time
from collections.abc import Callable


class Pace:
    """Lets requests to one host follow each other after `delay` seconds, or more where `slow_down` said so."""

    def __init__(self, delay: float, wait: Callable[[float], None]) -> None:
        self._delay, self._wait = delay, wait
        self._slower: dict[str, float] = {}
        self._last: dict[str, float] = {}

    def slow_down(self, host: str, delay: float) -> None:
        """Wait `delay` seconds between requests to `host` from now on, unless it is waited longer already."""
        self._slower[host] = max(delay, self._slower.get(host, 0.0))

    def turn(self, host: str) -> None:
        """Wait until `host` may be asked."""
        if host in self._last:
            due = self._last[host] + max(self._delay, self._slower.get(host, 0.0))
            if (left := due - time.monotonic()) > 0:
                self._wait(left)
        self._last[host] = time.monotonic()
