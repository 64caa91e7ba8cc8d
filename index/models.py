"""Which models there are, which of them are installed, and how one comes to be."""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.catalogue import DEFAULT_MODEL, HubSource, ModelCard, Source, catalogue, find_card
from index.durable import flush_folder
from index.errors import ModelError
from index.installed import (
    InstalledModel,
    describe,
    describe_language_model,
    describe_reranker,
    gguf_file,
    named,
    read_installed,
    seal,
    verify,
    verify_if_touched,
)

__all__ = [
    "DEFAULT_MODEL",
    "InstalledModel",
    "ModelCard",
    "catalogue",
    "ensure",
    "ensure_reranker",
    "installed",
    "language_model_file",
    "pull",
    "verify",
]

Report = Callable[[str], None]
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")  # OWNER/NAME, never a path that leaves its folder
_FACTS = ("name", "dimension", "max_tokens", "query_prefix", "passage_prefix")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A model to fetch: where from, into which folder, and what is known of it beforehand."""

    name: str
    target: Path
    sources: tuple[Source, ...]
    facts: dict[str, Any]
    describe: Callable[[Path], InstalledModel] = describe


def ensure(name: str | Path, models_folder: Path, report: Report) -> InstalledModel:
    """The model called `name`, fetched into `models_folder` if it is not there yet.

    `name` is one of the catalogue, a sentence-transformers folder, or a hub repository OWNER/NAME; the name of the
    model that is returned stands for that same model. An installed one costs a look at its files' sizes and times; one
    that was written to since is read and its checksums compared. `report` is told, in a sentence each, what is fetched
    and from where. Raises ModelError when the name is unknown, no source can give the model, or it is damaged.
    """
    if find_card(str(name)) is None and (folder := Path(name).expanduser()).is_dir():
        return replace(describe(folder), name=str(folder.resolve()))  # a name that finds it again from anywhere
    if (card := find_card(str(name))) and card.kind != "encoder":
        raise ModelError(f"{card.name} is a {card.kind}, which makes no vectors; name an encoder of `pincite models`")
    wanted = _wanted(str(name), models_folder)
    if model := read_installed(wanted.target):
        verify_if_touched(model)
        return model
    return _pull(wanted, report)


def ensure_reranker(name: str, models_folder: Path, report: Report) -> InstalledModel:
    """The cross-encoder in the folder `name`, or of the hub repository OWNER/NAME, fetched if it is not there yet.

    Rerankers lie in a folder of their own below `models_folder`, where no encoder is looked for. Raises ModelError like
    `ensure`.
    """
    if (folder := Path(name).expanduser()).is_dir():
        return describe_reranker(folder)
    if not _REPOSITORY.fullmatch(name):
        raise ModelError(
            f"there is no reranker {name!r}; name the folder of a cross-encoder, or a repository OWNER/NAME of the "
            "model hub"
        )
    target = models_folder / "rerankers" / name.replace("/", "--")
    if model := read_installed(target):
        try:
            verify_if_touched(model)
        except ModelError as error:
            raise ModelError(
                f"the reranker in {target} is damaged; remove the folder, and it is fetched anew"
            ) from error
        return model
    return _pull(_Wanted(name, target, (HubSource(name),), {"name": name}, describe_reranker), report)


def language_model_file(name: str, models_folder: Path) -> Path:
    """The GGUF file of the catalogue's language model `name`, which is never fetched unless `pull` is asked to.

    Raises ModelError where there is no such model, it is not installed, or it is damaged.
    """
    card = find_card(name)
    if card is None or card.kind != "language model":
        names = ", ".join(card.name for card in catalogue() if card.kind == "language model")
        raise ModelError(
            f"no language model is called {name!r}; name one of {names}, a .gguf file, or openai:MODEL with its address"
        )
    model = read_installed(models_folder / card.name)
    if model is None:
        raise ModelError(
            f"the language model {card.name} is not installed; `pincite models pull {card.name}` fetches it"
        )
    verify_if_touched(model)
    return gguf_file(model.folder)


def pull(name: str, models_folder: Path, report: Report) -> InstalledModel:
    """Fetch the model called `name`, or check every byte of it if it is installed, and fetch it anew if one is wrong.

    Raises ModelError like `ensure`.
    """
    return _pull(_wanted(name, models_folder), report)


def installed(models_folder: Path) -> tuple[InstalledModel, ...]:
    """The complete models in `models_folder`, by name."""
    folders = models_folder.iterdir() if models_folder.is_dir() else ()
    found = (read_installed(folder) for folder in folders if not folder.name.startswith("."))
    return tuple(sorted((model for model in found if model), key=lambda model: model.name))


def _wanted(name: str, models_folder: Path) -> _Wanted:
    if card := find_card(name):
        facts = {fact: getattr(card, fact) for fact in _FACTS}
        look = describe_language_model if card.kind == "language model" else describe
        return _Wanted(card.name, models_folder / card.name, card.sources, facts, look)
    if _REPOSITORY.fullmatch(name):
        return _Wanted(name, models_folder / name.replace("/", "--"), (HubSource(name),), {"name": name})
    names = ", ".join(card.name for card in catalogue() if card.kind == "encoder")
    raise ModelError(
        f"no model is called {name!r}: name one of {names}, the folder of a sentence-transformers model, "
        "or a repository OWNER/NAME of the model hub"
    )


def _pull(wanted: _Wanted, report: Report) -> InstalledModel:
    try:
        wanted.target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(wanted, report):
            if model := read_installed(wanted.target):  # perhaps by the process that was waited for
                try:
                    verify(model)
                except ModelError as error:
                    report(str(error))
                else:
                    report(f"{model.name} is installed in {model.folder}")
                    return model
            return _fetch(wanted, report)
    except OSError as error:
        folder = wanted.target.parent
        raise ModelError(
            f"the model {wanted.name} cannot be put into {folder} ({error.strerror or error}); "
            "make room or choose another models folder"
        ) from error


@contextmanager
def _alone(wanted: _Wanted, report: Report) -> Iterator[None]:
    """Be the only one that fetches this model; the lock goes with the process that holds it, however that ends."""
    lock = FileLock(wanted.target.parent / f".{wanted.target.name}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        report(f"another process is fetching {wanted.name}; waiting for it")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _fetch(wanted: _Wanted, report: Report) -> InstalledModel:
    prefix = f".{wanted.target.name}.part-"
    for left in wanted.target.parent.glob(f"{prefix}*"):  # by a pull that was killed
        shutil.rmtree(left, ignore_errors=True)
    reasons = []
    for source in wanted.sources:
        report(f"fetching {wanted.name}: {source}")
        staging = Path(tempfile.mkdtemp(prefix=prefix, dir=wanted.target.parent))
        try:
            return _install(wanted, source, staging, report)
        except ModelError as error:
            reasons.append(f"{source}: {error}")
            report(f"{source}: {error}")
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    raise ModelError(
        f"the model {wanted.name} could not be fetched ({'; '.join(reasons)}); "
        f"copy its folder from a machine that has it to {wanted.target}, or name any folder that holds such a model"
    )


def _install(wanted: _Wanted, source: Source, staging: Path, report: Report) -> InstalledModel:
    from index.fetch import fetch  # with all that downloading needs, which an installed model does not

    folder, revision = fetch(source, staging)
    seal(named(wanted.describe(folder), revision, wanted.facts), str(source))
    if wanted.target.exists():  # damaged, or without a record
        wanted.target.rename(staging / "replaced")
    folder.rename(wanted.target)
    flush_folder(wanted.target.parent)
    model = wanted.describe(wanted.target)
    report(f"{model.name} is installed in {model.folder}")
    return model
