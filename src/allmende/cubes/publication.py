"""A publication: one release as everybody may read it. `release.json` beside its tables, and nothing confidential."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from allmende.cubes.released import ReleasedCube, TableNote, read_released
from allmende.errors import AllmendeError

FORMAT = 1
"""Version of `release.json`; a reader refuses any other."""

RELEASES, CURRENT, DESCRIPTION = "releases", "current", "release.json"


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the two languages of the interface."""

    de: str
    en: str

    def __getitem__(self, language: str) -> str:
        """Return the text in "de" or "en"; any other language reads English."""
        return self.de if language.startswith("de") else self.en


@dataclass(frozen=True, slots=True)
class PublishedRegion:
    """What a release says of its region; the places themselves are in its folder `region/`."""

    id: str
    name: Words
    fictional: bool
    territory_date: date
    attribution: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far published values lie from the counted ones, in the form Destatis uses for its population statistics.

    `mean_deviation` in persons or events; the others are shares (0 … 1) of the table's non-zero counts: changed by at
    most one, by three or more, by four or more. More (the largest deviation above all) would help an attacker.
    """

    mean_deviation: float
    within_one: float
    three_or_more: float
    four_or_more: float


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table of a publication: what it holds, where its file is, how accurate it is."""

    note: TableNote
    title: Words
    file: str
    sha256: str
    cells: int
    years: tuple[int, ...]
    accuracy: Accuracy


@dataclass(frozen=True, slots=True)
class Publication:
    """One immutable release as its folder describes it.

    `files` maps every other published file (report, places) to its SHA-256.
    """

    folder: Path
    id: str
    title: Words
    created: date
    region: PublishedRegion
    method: Words
    tables: tuple[TableEntry, ...]
    files: tuple[tuple[str, str], ...]

    def __getitem__(self, table: str) -> TableEntry:
        for entry in self.tables:
            if entry.note.table == table:
                return entry
        raise AllmendeError(
            f"Release {self.id} has no table {table!r}.",
            where=str(self.folder),
            expected=f"one of {[entry.note.table for entry in self.tables]}",
            todo="Correct the table's name.",
        )

    def open(self, table: TableEntry | str) -> ReleasedCube:
        """Read a table, by entry or name."""
        entry = self[table] if isinstance(table, str) else table
        return read_released(self.folder / entry.file)

    def find(
        self, *, cube: str = "", geography: str = "", dimensions: tuple[str, ...] = (), key_date: str = "", audience: str = ""
    ) -> tuple[TableEntry, ...]:
        """Return the tables that count `cube` by `geography` with at least these dimensions; "" matches any.

        Tables of secondary residences alone do not answer: whoever asks for persons means the population. The tables with
        the fewest other dimensions come first, so the first one is the smallest that answers.
        """
        found = [entry for entry in self.tables if _matches(entry.note, cube, geography, dimensions, key_date, audience)]
        return tuple(sorted(found, key=lambda entry: len(entry.note.dimensions)))


def current(public: Path) -> Path:
    """Return the folder of the release that is in force in a public folder.

    Raises AllmendeError if nothing was released yet or the link leads nowhere.
    """
    link = public / CURRENT
    if link.is_symlink() and not link.is_dir():
        raise AllmendeError(
            f"The release {link.readlink().name}, which was in force, was withdrawn.",
            where=str(link),
            expected=f"a link to a folder of {RELEASES}/ that is there",
            todo="Publish one with `allmende release build`.",
        )
    if not (link / DESCRIPTION).is_file():
        raise AllmendeError(
            "There is no release in force.",
            where=str(public),
            expected=f"a link {CURRENT!r} to a folder of {RELEASES}/",
            todo="Publish one with `allmende release build`.",
        )
    return link.resolve()


def read_publication(folder: Path) -> Publication:
    """Read a release's `release.json`.

    Raises AllmendeError if the file is missing, damaged, or of another format version. Tables are read when opened.
    """
    path = folder / DESCRIPTION
    if not path.is_file():
        raise AllmendeError(
            "This folder is no release." if folder.is_dir() else "There is no such folder.",
            where=str(folder),
            expected=f"a folder with {DESCRIPTION}",
            todo=f"Give {CURRENT}, or a folder of {RELEASES}/, in the public folder.",
        )
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] == FORMAT:
            return _publication(folder, document)
    except (ValueError, KeyError, TypeError) as error:
        raise AllmendeError(
            f"The description of the release is damaged ({type(error).__name__}: {error}).",
            where=str(path),
            expected=f"release.json of format {FORMAT}",
            todo="Run `allmende release verify`, and build the release again.",
        ) from error
    raise AllmendeError(
        f"The release has format {document['format']}.",
        where=str(path),
        expected=f"format {FORMAT}",
        todo="Update Allmende.",
    )


def write_publication(publication: Publication) -> Path:
    """Write `release.json` of a publication whose other files are in its folder already; the same bytes each time."""
    document = asdict(publication) | {"format": FORMAT, "files": dict(publication.files)}
    del document["folder"]
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, default=date.isoformat)
    path = publication.folder / DESCRIPTION
    path.write_text(text + "\n", encoding="utf-8")
    return path


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def put_in_force(public: Path, release_id: str) -> None:
    """Swap the link `current` to a release in one step: a reader sees the old one or the new one, never none."""
    fresh = public / f".{CURRENT}-{release_id}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(RELEASES) / release_id)
    fresh.replace(public / CURRENT)


def _matches(note: TableNote, cube: str, geography: str, dimensions: tuple[str, ...], key_date: str, audience: str) -> bool:
    wanted = {"cube": cube, "geography": geography, "key_date": key_date, "audience": audience}
    same = all(not value or getattr(note, name) == value for name, value in wanted.items())
    return same and note.residence != "secondary" and set(dimensions) <= {name for name, _ in note.dimensions}


def _publication(folder: Path, document: dict[str, Any]) -> Publication:
    region = document["region"]
    return Publication(
        folder=folder,
        id=document["id"],
        title=Words(**document["title"]),
        created=date.fromisoformat(document["created"]),
        region=PublishedRegion(
            region["id"],
            Words(**region["name"]),
            region["fictional"],
            date.fromisoformat(region["territory_date"]),
            region["attribution"],
        ),
        method=Words(**document["method"]),
        tables=tuple(_entry(fields) for fields in document["tables"]),
        files=tuple(sorted(document["files"].items())),
    )


def _entry(fields: dict[str, Any]) -> TableEntry:
    note = fields["note"] | {"dimensions": tuple((name, each) for name, each in fields["note"]["dimensions"])}
    return TableEntry(
        TableNote(**note),
        Words(**fields["title"]),
        fields["file"],
        fields["sha256"],
        fields["cells"],
        tuple(fields["years"]),
        Accuracy(**fields["accuracy"]),
    )
