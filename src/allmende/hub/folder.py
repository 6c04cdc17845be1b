"""The hub's folder: set up, opened, offices registered. Confidential: for its owner only."""

from __future__ import annotations

import re
import secrets
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from allmende.areas import Region, load_region
from allmende.areas.region import REGION_FILES
from allmende.cubes.manifest import EPOCH
from allmende.deliveries import HubIdentity, VerifyKey, new_hub_identity, read_identity, write_identity
from allmende.deliveries.keys import read_matrix, write_matrix
from allmende.deliveries.note import Mode
from allmende.errors import AllmendeError, Refused
from allmende.files import write_whole
from allmende.hub import journal
from allmende.hub.received import FOLDER as RECEIVED
from allmende.hub.received import read_heads
from allmende.hub.settings import Office, Settings, StoreKind, read_settings, write_settings
from allmende.hub.store import PROTECTED, STORE, FileStore, Store, TableStore

IDENTITY, RECIPIENT, MATRIX, REGION = "hub.identity", "hub.recipient", "matrix.secret", "region"

_PREFIX = re.compile(r"[a-z][a-z0-9_]*")
_CHECK = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Hub:
    """An open hub: its folder, settings, region and store."""

    folder: Path
    settings: Settings
    region: Region
    store: Store

    @property
    def region_folder(self) -> Path:
        """The region folder as the hub keeps it; public."""
        return self.folder / REGION

    def identity(self) -> HubIdentity:
        """Read the key that opens deliveries."""
        return read_identity(self.folder / IDENTITY)

    def matrix_secret(self) -> bytes:
        """Read the 32 bytes that order the intervals of p-tables."""
        return read_matrix(self.folder / MATRIX)

    def changing(self) -> AbstractContextManager[None]:
        """Hold the hub alone: no delivery is received meanwhile."""
        return journal.changing(self.store)


def init_hub(
    folder: Path,
    region_folder: Path,
    *,
    epoch: str,
    key_check: str,
    store: StoreKind = "files",
    prefix: str = "",
    matrix: bytes | None = None,
) -> Hub:
    """Set a hub up in a new folder (mode 0700): identity, matrix secret, a copy of the region, hub.toml.

    `epoch` and `key_check` are what the offices' common secret says of itself. With `store` "spark" base cells go to
    Spark tables whose names begin with `prefix`. The matrix secret is drawn, unless the 32 bytes of an earlier hub (or of a
    demonstration that can be repeated) are given. Raises AllmendeError if the folder holds anything, the region has defects,
    or no secret can be called so.
    """
    _check_place(folder, store, prefix)
    _check_secret(epoch, key_check)
    region = load_region(region_folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    identity = new_hub_identity()
    write_identity(identity, folder / IDENTITY)
    write_whole(folder / RECIPIENT, identity.recipient().encode() + b"\n")
    write_matrix(matrix or secrets.token_bytes(32), folder / MATRIX)
    (folder / REGION).mkdir()
    for name in REGION_FILES:
        if (region_folder / name).is_file():
            shutil.copyfile(region_folder / name, folder / REGION / name)
    for name in (STORE, PROTECTED, RECEIVED, "journal", "reports"):
        (folder / name).mkdir()
    settings = Settings(region.id, region.territory_date, identity.recipient(), epoch, key_check, store, prefix)
    write_settings(settings, folder)
    return open_hub(folder)


def open_hub(folder: Path) -> Hub:
    """Open a hub, and finish what a crash interrupted before anybody reads; refuse it when others may read it."""
    settings = read_settings(folder)
    if folder.stat().st_mode & 0o077:
        raise AllmendeError(
            "Others on this machine may enter the hub's folder, which holds near-microdata.",
            where=str(folder),
            expected="a folder for its owner only (mode 0700)",
            todo=f"chmod 700 {folder}, and find out who has looked.",
        )
    store: Store = TableStore(folder, settings.prefix) if settings.store == "spark" else FileStore(folder)
    journal.recover(store)
    return Hub(folder, settings, load_region(folder / REGION), store)


def register_office(hub: Hub, ags: str, verify_key: VerifyKey, mode: Mode, now: datetime, *, replace_key: bool = False) -> Hub:
    """Let an office deliver, and return the hub that knows it.

    An office that is registered with another key is refused unless `replace_key` is given: somebody must have asked first.
    So is another mode than that of its deliveries: base cells and protected tables of the same people would be added up.
    """
    name = hub.region.municipality(ags).name
    with hub.changing():
        delivered = {head.note.mode for head in read_heads(hub.folder) if head.note.office == ags}
        if delivered - {mode}:
            raise Refused(
                f"Office {ags} {name} has delivered in mode {', '.join(sorted(delivered))}; its people would count twice.",
                where=str(hub.folder),
                expected="the mode of its earlier deliveries",
                todo="Keep the mode, or set up a new hub and let the offices deliver again.",
            )
        settings = read_settings(hub.folder)
        known = settings.office(ags)
        if known and known.verify_key != verify_key and not replace_key:
            raise Refused(
                f"Office {ags} {name} is registered with another key ({known.verify_key.fingerprint()}).",
                where=str(hub.folder),
                expected="the same key, or the wish to replace it",
                todo="Ask the office by telephone and compare the fingerprint; then register with --replace-key.",
            )
        settings = settings.with_office(Office(ags, name, verify_key, mode))
        write_settings(settings, hub.folder)
        fields = {"office": ags, "mode": mode, "key": verify_key.fingerprint()}
        journal.log(hub.folder, {"at": now.isoformat(), "what": "registered"} | fields)
    return replace(hub, settings=settings)


def _check_place(folder: Path, store: StoreKind, prefix: str) -> None:
    if store == "spark" and not _PREFIX.fullmatch(prefix):
        raise AllmendeError(
            f"{prefix!r} cannot begin the name of a table.",
            expected="small letters, digits and underscores, beginning with a letter",
            todo="Give a prefix such as allmende_ (--prefix).",
        )
    if folder.exists() and any(folder.iterdir()):
        raise AllmendeError(
            "There is something in this folder already.",
            where=str(folder),
            expected="a new or an empty folder",
            todo="Give another folder. A hub that is in use is never set up again.",
        )


def _check_secret(epoch: str, key_check: str) -> None:
    if not EPOCH.fullmatch(epoch) or not _CHECK.fullmatch(key_check):
        raise AllmendeError(
            f"Epoch {epoch!r} with check value {key_check!r} names no secret.",
            expected="both as `allmende register new-secret` printed them: a name, and 16 hexadecimal digits",
            todo="Ask the office that made the common secret.",
        )
