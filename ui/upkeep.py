"""The commands that keep an index: sync, watch, rebuild, compact, status, fsck, backup, restore."""

import json
import signal
import threading
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import PinciteError
from ui import terminal
from ui.loading import encoder_source
from ui.settings import Settings

if TYPE_CHECKING:
    from index.scan import Failure
    from index.sync import SyncOptions


def sync(given: Namespace, settings: Settings) -> None:
    """Bring the index in line with folders and remote sources."""
    folders, failed = _folders(given.folders, settings)
    _sync(given, settings, folders, _options(given), failed)


def rebuild(given: Namespace, settings: Settings) -> None:
    """Build the index anew from the folders that it was made from."""
    _sync(given, settings, _indexed_folders(settings), _options(given, rebuild=True), ())


def compact(given: Namespace, settings: Settings) -> None:
    """Bring the index in line with its folders, then write anew what holds anything of removed documents."""
    _sync(given, settings, _indexed_folders(settings), _options(given, compact=True), ())


def watch(given: Namespace, settings: Settings) -> None:
    """Keep the index current until interrupted."""
    from index.scan import check_folders
    from index.watch import WatchOptions
    from index.watch import watch as keep_current

    folders = check_folders([Path(folder) for folder in given.folders])
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    options = WatchOptions(rescan=given.rescan, poll=given.poll, sync=_options(given))
    for done in keep_current(folders, settings.index, encoder_source(given.encoder, settings), options, stop):
        if isinstance(done, PinciteError):
            terminal.say(str(done))
        else:
            print(_json(done.to_json()) if given.json else terminal.sync_text(done), flush=True)


def status(given: Namespace, settings: Settings) -> None:
    """Say what the index holds and how far it is behind."""
    from index.status import status as look

    found = look(settings.index)
    print(_json(found.to_json()) if given.json else terminal.status_text(found))


def fsck(given: Namespace, settings: Settings) -> None:
    """Check the index thoroughly."""
    from index.fsck import fsck as check

    report = check(settings.index)
    print(_json(asdict(report)) if given.json else terminal.fsck_text(report), flush=True)
    if report.problems:
        more = f" (and {len(report.problems) - 1} more)" if len(report.problems) > 1 else ""
        raise PinciteError(f"the index in {settings.index} is damaged: {report.problems[0]}{more}")


def backup(given: Namespace, settings: Settings) -> None:
    """Write the whole index to one file."""
    from index.backup import backup as write

    manifest = write(settings.index, given.file)
    print(f"{manifest.documents} documents, {manifest.passages} passages in {terminal.plain(str(given.file))}")


def restore(given: Namespace, settings: Settings) -> None:
    """Bring an index back from such a file."""
    from index.backup import restore as read

    manifest = read(given.file, settings.index)
    print(f"{manifest.documents} documents, {manifest.passages} passages in {terminal.plain(str(settings.index))}")


def _sync(
    given: Namespace,
    settings: Settings,
    folders: "list[Path]",
    options: "SyncOptions",
    failed: "tuple[Failure, ...]",
) -> None:
    from dataclasses import replace

    from index.scan import check_folders
    from index.sync import sync as carry_out

    check_folders(folders)  # before a model is fetched for a folder that is not there
    with terminal.sync_bar() as advance:
        source = encoder_source(getattr(given, "encoder", None), settings)
        report = carry_out(folders, settings.index, source, options, advance)
    report = replace(report, failed=(*failed, *report.failed))
    print(_json(report.to_json()) if given.json else terminal.sync_text(report))


def _options(given: Namespace, rebuild: bool = False, compact: bool = False) -> "SyncOptions":
    from index.limits import Limits
    from index.sync import SyncOptions

    limits = Limits(
        file_bytes=given.max_document_mb * 1_000_000,
        seconds=given.max_document_seconds,
        memory_bytes=given.max_document_memory_mb * 1_000_000,
        ocr=given.ocr,
    )
    return SyncOptions(rebuild=rebuild or getattr(given, "rebuild", False), compact=compact, limits=limits)


def _folders(named: list[str], settings: Settings) -> "tuple[list[Path], tuple[Failure, ...]]":
    """The folders to sync: those named, and the mirrors of the remote sources named, brought in line first."""
    from index.mirror import MirrorOptions, folder_for, is_remote, mirror

    folders: list[Path] = []
    failed: list[Failure] = []
    options = MirrorOptions(settings.web, settings.web_allow)
    for name in named:
        if is_remote(name):
            folder = folder_for(name, settings.index)
            failed += mirror(name, folder, options, lambda _: None).failed
            folders.append(folder)
        else:
            folders.append(Path(name))
    return folders, tuple(failed)


def _indexed_folders(settings: Settings) -> list[Path]:
    from index.manifest import manifest_of

    return [Path(folder) for folder in manifest_of(settings.index).folders]  # however damaged the rest may be


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
