"""Verify a release folder: that it is what was published, complete, and free of what must not be in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allmende.cubes.publication import DESCRIPTION, Publication, TableEntry, file_hash, read_publication
from allmende.errors import AllmendeError, Refused
from allmende.release.leaks import find_leaks


def verify(folder: Path) -> Publication:
    """Check a release folder and return what it publishes.

    Checked: every file and its hash, no file more, rows, years and notes of each table, no stored zero, the leak scan, and
    that the folder bears the release's id. Raises Refused that names every file with a defect; AllmendeError if the folder
    is no release at all.
    """
    release = read_publication(folder)
    defects = [*_file_defects(release), *_table_defects(release), *map(str, find_leaks(folder))]
    if folder.resolve().name.removeprefix(".") != release.id:
        defects.append(f"{DESCRIPTION}: describes release {release.id}")
    if defects:
        raise Refused(
            f"The release has {len(defects)} defect{'s' if len(defects) > 1 else ''}:\n    " + "\n    ".join(defects),
            where=str(folder),
            expected=f"the files that {DESCRIPTION} lists, unchanged",
            todo="Do not use it: restore the folder from a backup, or remove it and build the release again.",
        )
    return release


def _file_defects(release: Publication) -> Iterator[str]:
    listed = dict(release.files) | {entry.file: entry.sha256 for entry in release.tables}
    present = {str(path.relative_to(release.folder)) for path in release.folder.rglob("*") if path.is_file()}
    for name in sorted(set(listed) | present - {DESCRIPTION}):
        if name not in present:
            yield f"{name}: is missing"
        elif name not in listed:
            yield f"{name}: does not belong to the release"
        elif file_hash(release.folder / name) != listed[name]:
            yield f"{name}: was changed"


def _table_defects(release: Publication) -> Iterator[str]:
    for entry in release.tables:
        try:
            problem = _table_defect(release, entry)
        except (AllmendeError, ValueError, OSError, KeyError, TypeError) as error:
            problem = f"cannot be read ({str(error).splitlines()[0]})"
        if problem:
            yield f"{entry.file}: {problem}"


def _table_defect(release: Publication, entry: TableEntry) -> str:
    cube = release.open(entry)
    if cube.note != entry.note:
        return f"its note differs from {DESCRIPTION}"
    if len(cube) != entry.cells:
        return f"has {len(cube)} rows instead of {entry.cells}"
    if not set(cube["year"].codes.tolist()) <= set(entry.years):
        return "holds years that the release does not name"
    return ""
