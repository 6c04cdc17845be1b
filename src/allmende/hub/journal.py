"""Receive in one step: prepare everything aside, decide by one rename, then finish, again after a crash if need be.

`journal/next` is being prepared and worth nothing after a crash. Renaming it to `journal/pending` is the decision.
What is pending is carried out by renames only, each of which may be repeated, and by one line in the log; so whoever
opens the hub next finishes what a kill interrupted, before anybody reads.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allmende.errors import AllmendeError
from allmende.files import settle, write_durable
from allmende.hub.disk import append_line, last_lines, locked
from allmende.hub.received import FOLDER as RECEIVED
from allmende.hub.received import LOG
from allmende.hub.store import PROTECTED, STORE, Store, move_files

LOCK = "hub.lock"
_NEXT, _PENDING, _LINE = Path("journal/next"), Path("journal/pending"), "line.json"


@contextmanager
def changing(store: Store) -> Iterator[None]:
    """Hold the hub alone for a change, and finish first what a crash interrupted."""
    with locked(store.folder / LOCK):
        shutil.rmtree(store.folder / _NEXT, ignore_errors=True)
        if (store.folder / _PENDING).exists():
            _finish(store)
        yield


def commit(store: Store, files: Mapping[Path, bytes], entry: Mapping[str, Any]) -> None:
    """Put files (paths inside the hub's folder) in place and add a line to the log: all of it or nothing.

    Call it inside `changing`. Raises AllmendeError when the disk is full.
    """
    folder = store.folder
    try:
        _prepare(folder, files, entry)
    except OSError as error:
        shutil.rmtree(folder / _NEXT, ignore_errors=True)
        raise _no_room(folder, error, "Nothing was stored.", "receive the file again") from error
    (folder / _NEXT).rename(folder / _PENDING)
    settle(folder / _PENDING.parent)
    _finish(store)


def recover(store: Store) -> bool:
    """Finish what a crash interrupted; return whether there was something to finish."""
    if not (store.folder / _PENDING).exists():
        return False
    with locked(store.folder / LOCK, wait=True):
        if (store.folder / _PENDING).exists():
            _finish(store)
    return True


def log(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to the log."""
    append_line(folder / LOG, _line(entry))


def _prepare(folder: Path, files: Mapping[Path, bytes], entry: Mapping[str, Any]) -> None:
    for place, data in (dict(files) | {Path(_LINE): _line(entry).encode()}).items():
        path = folder / _NEXT / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durable(path, data)
        settle(path.parent)


def _finish(store: Store) -> None:
    folder, pending = store.folder, store.folder / _PENDING
    try:
        line = (pending / _LINE).read_text(encoding="utf-8")
        if (pending / STORE).exists():
            store.absorb(pending / STORE, json.loads(line)["sequence"])
        for name in (PROTECTED, RECEIVED):
            if (pending / name).exists():
                move_files(pending / name, folder / name)
        if line not in last_lines(folder / LOG):
            append_line(folder / LOG, line)
        # first back to what is worth nothing, since removing a folder takes more than one step
        pending.rename(folder / _NEXT)
        shutil.rmtree(folder / _NEXT)
    except OSError as error:
        raise _no_room(
            folder, error, "The delivery was accepted, but not all of it is in its place.", "call allmende hub status"
        ) from error


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, ensure_ascii=False, sort_keys=True)


def _no_room(folder: Path, error: OSError, state: str, then: str) -> AllmendeError:
    return AllmendeError(
        f"The hub cannot write ({error.strerror or error}). {state}",
        where=str(error.filename or folder),
        expected="room on the disk and the right to write",
        todo=f"Make room, then {then}.",
    )
