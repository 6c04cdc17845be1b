"""What is confidential, and the folders that it may lie in."""

from __future__ import annotations

from pathlib import Path

from allmende.cubes.publication import CURRENT, RELEASES
from allmende.errors import Refused

CONFIDENTIAL = "confidential"


def refuse_public(folder: Path) -> None:
    """Raise `Refused` if a folder is, or lies in, a public folder."""
    for place in (folder.absolute(), *folder.absolute().parents):
        if (place / RELEASES).is_dir() or (place / CURRENT).is_symlink():
            raise Refused(
                "A confidential look ahead has no place in a public folder.",
                where=str(folder),
                expected=f"a folder outside {place}",
                todo="Choose another folder.",
            )


def claim_private(folder: Path) -> Path:
    """Make a folder for what is confidential, or take one that only its owner can open.

    Raises `Refused` inside a public folder, and for a folder that others may open.
    """
    refuse_public(folder)
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
    if folder.stat().st_mode & 0o077:
        raise Refused(
            "Others on this machine may open this folder.",
            where=str(folder),
            expected="a folder that only its owner can open (mode 0700)",
            todo=f"chmod 700 {folder}, or name a folder that is not there yet.",
        )
    return folder
