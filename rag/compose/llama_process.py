"""The process in which a local model runs: it takes requests from its pipe, a JSON object a line, and writes pieces.

llama.cpp takes every core for seconds and may end the process that it is in. Here it can do neither to the questions
that others ask: this process yields to every other, and writes one answer at a time.

Taken: {"id", "messages", "most_tokens", "grammar"}, {"stop": id}, {"id", "count": text}. Given: {"ready"} or {"failed"}
once, then {"id", "begun"}, {"id", "piece"}, {"id", "done"} or {"id", "failed"}, and {"id", "tokens"}.
"""

import http.client
import json
import os
import queue
import secrets
import socket
import sys
import threading
from typing import Any, BinaryIO

_NICE = 10  # of 19: how far it stands back behind the page's own threads
_ADDRESS = "localhost"
# Threads that write wait for each other at every layer, and on busy cores that is most of what they do: on two cores
# beside other work one thread wrote 3.9 tokens a second and two 0.3 to 0.7 (docs/log.md).
_CORES_A_THREAD = 2


def main() -> None:
    """Serve until the pipe is closed."""
    requests, replies = _take_over_pipes()
    Served(requests, replies).run()


class Served:
    """One model, and those who wait for it."""

    def __init__(self, requests: BinaryIO, replies: BinaryIO) -> None:
        self._requests, self._replies = requests, replies
        self._lock = threading.Lock()
        self._waiting: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._stopped: set[int] = set()
        self._settings = json.loads(requests.readline())
        self._key = secrets.token_hex(16)

    def run(self) -> None:
        """Load the model, say so, and write what is asked for, in the order in which it is asked for."""
        _stand_back()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            server = _load(self._settings, self._key)
        except Exception as error:  # whatever llama.cpp's bindings raise is the reason
            self._say({"failed": f"{type(error).__name__}: {error}"})
            return
        self._say({"ready": True})
        while True:
            self._write(server, self._waiting.get())

    def _listen(self) -> None:
        for line in self._requests:
            asked = json.loads(line)
            if "stop" in asked:
                self._stopped.add(asked["stop"])
            elif "count" in asked:
                self._count(asked["id"], asked["count"])
            else:
                self._waiting.put(asked)
        os._exit(0)  # nobody is left to write for, whatever is being written

    def _write(self, server: Any, asked: dict[str, Any]) -> None:
        number = asked["id"]
        failure: list[str] = []

        def take(part: dict[str, Any]) -> bool:
            """Pass a piece on; True ends the writing."""
            if "error" in part:
                failure.append(str(part["error"].get("message") or part["error"]))
                return True
            for choice in part.get("choices", ()):
                if piece := choice["delta"].get("content"):
                    self._say({"id": number, "piece": piece})
            return number in self._stopped

        if number not in self._stopped:
            self._say({"id": number, "begun": True})
            try:
                server.handle_chat_completions(_request(asked), take)
            except Exception as error:  # as above
                failure.append(f"{type(error).__name__}: {error}")
        self._say({"id": number, "failed": failure[0]} if failure else {"id": number, "done": True})
        self._stopped.discard(number)

    def _count(self, number: int, text: str) -> None:
        """Tell how many tokens a text has, by the model's own tokenizer; None where that is not to be had."""
        try:
            tokens = _tokens(self._settings["socket"], self._key, text)
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            tokens = None
        self._say({"id": number, "tokens": tokens})

    def _say(self, said: dict[str, Any]) -> None:
        with self._lock:
            self._replies.write(json.dumps(said).encode() + b"\n")
            self._replies.flush()


def _request(asked: dict[str, Any]) -> dict[str, Any]:
    names = {"human": "user", "ai": "assistant"}
    request = {
        "messages": [{"role": names.get(role, role), "content": text} for role, text in asked["messages"]],
        "max_tokens": asked["most_tokens"],
        "temperature": 0,
        "stream": True,
        "cache_prompt": True,  # what a prompt begins with as the last one did costs nothing
    }
    return request | ({"grammar": asked["grammar"]} if asked["grammar"] else {})


def _load(settings: dict[str, Any], key: str) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = settings["model"]
    params.n_ctx, params.n_parallel = settings["context"], 1
    params.cpuparams_batch.n_threads = settings["cores"]  # for reading the prompt
    params.cpuparams.n_threads = max(1, settings["cores"] // _CORES_A_THREAD)
    params.n_gpu_layers = 0
    params.cache_ram_mib = 256  # where the beginnings of other prompts are kept
    params.warmup = False  # the first prompt does that
    params.verbosity = -1
    # It listens whether it is asked to or not: here in a folder of this user's alone, for who knows the key.
    params.hostnames = [settings["socket"]] if settings["socket"] else ["127.0.0.1"]
    params.api_keys = [key]
    params.ui = params.endpoint_slots = params.endpoint_props = False
    return xllamacpp.Server(params)


class _Local(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__(_ADDRESS, timeout=2)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _tokens(path: str, key: str, text: str) -> int:
    connection = _Local(path)
    try:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        connection.request("POST", "/tokenize", json.dumps({"content": text}), headers)
        return len(json.loads(connection.getresponse().read())["tokens"])
    finally:
        connection.close()


def _stand_back() -> None:
    if sys.platform != "win32":
        os.nice(_NICE)


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The two ends for this module alone; what llama.cpp prints goes nowhere."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    return requests, replies
