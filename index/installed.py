"""A model's folder: which model stands in it, and whether all of it does.

A folder that was fetched carries a record, `pincite-model.json`, written last: with it the folder is complete. A
sentence-transformers folder from elsewhere has none and is described by its own files.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from index.durable import flush, flush_folder
from index.errors import ModelError

RECORD = "pincite-model.json"
_SETTINGS = "config_sentence_transformers.json"
_SAMPLE = 1 << 20  # bytes read from either end of a file to tell models apart
_UNLIMITED = 1 << 20  # tokens; tokenizers that know no limit write a number far beyond


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that can be loaded from `folder`; two whose vectors differ have different revisions.

    `max_tokens` is of the model's own tokenizer, its special tokens included; the prefixes go before a question and a
    passage as they stand.
    """

    name: str
    revision: str
    folder: Path
    dimension: int
    max_tokens: int
    query_prefix: str
    passage_prefix: str


def seal(model: InstalledModel, source: str) -> None:
    """Flush every file of the model's folder to disk, then write the record of them that makes it complete."""
    entries = {}
    for path in _files(model.folder):
        flush(path)
        entries[path.relative_to(model.folder).as_posix()] = {"size": path.stat().st_size, "sha256": sha256_of(path)}
    facts = {key: value for key, value in asdict(model).items() if key != "folder"}
    record = model.folder / RECORD
    record.write_text(json.dumps({**facts, "source": source, "files": entries}, indent=2) + "\n", encoding="utf-8")
    flush(record)
    for folder in (model.folder, *(path for path in model.folder.rglob("*") if path.is_dir())):
        flush_folder(folder)


def read_installed(folder: Path) -> InstalledModel | None:
    """The fetched model in `folder`, or None where there is none or a file has not the size that its record gives."""
    try:
        record = _json(folder / RECORD)
        if any((folder / name).stat().st_size != entry["size"] for name, entry in record["files"].items()):
            return None
        return InstalledModel(
            str(record["name"]),
            str(record["revision"]),
            folder,
            int(record["dimension"]),
            int(record["max_tokens"]),
            str(record["query_prefix"]),
            str(record["passage_prefix"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def verify(model: InstalledModel) -> None:
    """Read every file of a fetched model; raises ModelError naming the first whose SHA-256 is not the record's."""
    for name, entry in _json(model.folder / RECORD)["files"].items():
        path = model.folder / name
        found = sha256_of(path) if path.is_file() else "no file"
        if found != entry["sha256"]:
            raise ModelError(
                f"{path} is damaged ({found} where SHA-256 {entry['sha256']} was installed); "
                f"run `pincite models pull {model.name}`"
            )


def verify_if_touched(model: InstalledModel) -> None:
    """Verify a fetched model where a file was written after its record was; raises ModelError like `verify`.

    Reading half a gigabyte for every question would cost more than the question.
    """
    record = model.folder / RECORD
    sealed = record.stat().st_mtime_ns
    if any((model.folder / name).stat().st_mtime_ns > sealed for name in _json(record)["files"]):
        verify(model)
        with contextlib.suppress(OSError):  # somebody else's folder: verified again the next time
            os.utime(record)


def describe(folder: Path) -> InstalledModel:
    """The model in any sentence-transformers folder, by its record if it has one, else by its own files.

    Without a record the revision is that of `_fingerprint`. Raises ModelError when the folder is no such model, or is
    damaged.
    """
    if (folder / RECORD).exists():
        if model := read_installed(folder):
            return model
        raise ModelError(f"the model in {folder} is damaged: a file is missing or cut short; copy or pull it again")
    _check_weights(folder)
    try:
        config = _json(folder / "config.json")
        prompts = _optional(folder / _SETTINGS).get("prompts") or {}
        return InstalledModel(
            folder.resolve().name,
            _fingerprint(folder),
            folder,
            _dimension(folder, config),
            _max_tokens(folder, config),
            prompts.get("query") or "",
            prompts.get("passage") or prompts.get("document") or "",
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder} is no sentence-transformers model: {type(error).__name__}: {error}") from error


def describe_reranker(folder: Path) -> InstalledModel:
    """The cross-encoder in a folder of sentence-transformers or transformers; raises ModelError like `describe`.

    Its dimension is 1: it gives a pair of texts one figure. Any other model would be given a last layer of random
    weights, and say anything.
    """
    if (folder / RECORD).exists():
        return describe(folder)
    _check_weights(folder)
    try:
        config = _json(folder / "config.json")
        kinds = [*config.get("architectures", ()), _optional(folder / _SETTINGS).get("model_type")]
        if not any(str(kind).endswith(("ForSequenceClassification", "CrossEncoder")) for kind in kinds):
            raise ValueError(f"config.json names {config.get('architectures')}, no ...ForSequenceClassification")
        return InstalledModel(
            folder.resolve().name, _fingerprint(folder), folder, 1, _max_tokens(folder, config), "", ""
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{folder} is no cross-encoder: {type(error).__name__}: {error}") from error


def describe_language_model(folder: Path) -> InstalledModel:
    """The language model in a folder with one GGUF file; raises ModelError like `describe`. It has no dimension (0)."""
    if (folder / RECORD).exists():
        return describe(folder)
    gguf_file(folder)
    return InstalledModel(folder.resolve().name, "", folder, 0, 0, "", "")


def gguf_file(folder: Path) -> Path:
    """The one GGUF file in a folder; raises ModelError where there is none, or another one."""
    files = sorted(folder.glob("*.gguf"))
    if len(files) != 1:
        raise ModelError(f"{folder} holds {len(files)} .gguf files where one is wanted")
    with files[0].open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelError(f"{files[0]} is no GGUF file")
    return files[0]


def named(model: InstalledModel, revision: str, facts: dict[str, Any]) -> InstalledModel:
    """The same model under what a catalogue knows of it; raises ModelError when its vectors have another dimension."""
    if facts.get("dimension", model.dimension) != model.dimension:
        raise ModelError(f"its vectors have {model.dimension} dimensions where {facts['dimension']} are wanted")
    return replace(model, revision=revision, **facts)


def sha256_of(path: Path) -> str:
    """The hexadecimal SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fingerprint(folder: Path) -> str:
    """12 hexadecimal digits that differ between models: a SHA-256 over the name, size, first and last MiB of each file.

    It is cheap and tells weights and settings apart; it is no proof against tampering.
    """
    digest = hashlib.sha256()
    for path in _files(folder):
        if path.suffix in (".safetensors", ".json"):
            size = path.stat().st_size
            digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
            with path.open("rb") as file:
                digest.update(file.read(_SAMPLE))
                file.seek(max(size - _SAMPLE, 0))
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != RECORD)


def _check_weights(folder: Path) -> None:
    pickled = {path.parent for path in folder.rglob("pytorch_model*.bin")}  # a last layer may lie below the folder
    for needed in (folder, *sorted(pickled)):
        if not any(needed.rglob("*.safetensors")):
            raise ModelError(
                f"{needed} holds no .safetensors weights, the only ones that are loaded; save the model as such"
            )


def _dimension(folder: Path, config: dict[str, Any]) -> int:
    found = config.get("hidden_size")
    for module in json.loads((folder / "modules.json").read_text(encoding="utf-8")):
        settings = _optional(folder / module["path"] / "config.json") if module["path"] else {}
        found = settings.get("out_features") or settings.get("word_embedding_dimension") or found
    return int(found)  # type: ignore[arg-type]  # None is a TypeError, which `describe` turns into a sentence


def _max_tokens(folder: Path, config: dict[str, Any]) -> int:
    """What the folder itself sets, else the lesser of what its tokenizer and its positions allow."""
    if limit := _optional(folder / "sentence_bert_config.json").get("max_seq_length"):
        return int(limit)
    positions = int(config.get("max_position_embeddings", _UNLIMITED))
    if "roberta" in config.get("model_type", ""):
        positions -= config.get("pad_token_id", 1) + 1  # RoBERTa counts its positions from behind the padding's
    limit = min(positions, int(_optional(folder / "tokenizer_config.json").get("model_max_length", _UNLIMITED)))
    if limit >= _UNLIMITED:
        raise ValueError("it does not say how many tokens it takes; set max_seq_length in sentence_bert_config.json")
    return limit


def _optional(path: Path) -> dict[str, Any]:
    return _json(path) if path.is_file() else {}


def _json(path: Path) -> dict[str, Any]:
    value = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(value, dict):
        raise ValueError(f"{path.name} holds no object")
    return value
