"""Stands in for the process of a local model: speaks its lines, and does what the words of a request say."""

import json
import os
import sys
import threading
import time
from queue import SimpleQueue
from typing import Any


def main() -> None:
    """Serve until the pipe is closed."""
    settings = json.loads(sys.stdin.readline())
    waiting: SimpleQueue[dict[str, Any]] = SimpleQueue()
    stopped: set[int] = set()
    lock = threading.Lock()

    def say(**said: Any) -> None:
        with lock:
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()

    def listen() -> None:
        for line in sys.stdin:
            asked = json.loads(line)
            if "stop" in asked:
                stopped.add(asked["stop"])
            elif "count" in asked:
                say(id=asked["id"], tokens=len(asked["count"].split()))
            else:
                waiting.put(asked)
        os._exit(0)

    def write(asked: dict[str, Any]) -> None:
        number, words = asked["id"], asked["messages"][-1][1].split()
        say(id=number, begun=True)
        for word in words[: asked["most_tokens"]]:
            while word == "wait" and number not in stopped:
                time.sleep(0.01)
            if number in stopped:
                break
            if word == "die":
                os._exit(7)
            if word == "fail":
                say(id=number, failed="no room")
                return
            say(id=number, piece=word + " ")
        say(id=number, done=True)

    threading.Thread(target=listen, daemon=True).start()
    if "broken" in settings["model"]:
        say(failed="ValueError: not a model")
        return
    say(ready=True)
    while True:
        write(waiting.get())


if __name__ == "__main__":
    main()
