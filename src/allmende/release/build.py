"""Build a release: everything into a folder beside, onto the disk, renamed, and only then put in force."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from allmende.areas.region import REGION_FILES, Region
from allmende.cubes.publication import (
    RELEASES,
    Publication,
    PublishedRegion,
    TableEntry,
    Words,
    file_hash,
    put_in_force,
    write_publication,
)
from allmende.cubes.released import write_released
from allmende.errors import Refused
from allmende.files import settle
from allmende.hub import Hub
from allmende.privacy.protection import Protection
from allmende.release.accuracy import public_accuracy
from allmende.release.leaks import find_leaks
from allmende.release.merge import Outgoing
from allmende.release.plan import Plan
from allmende.release.protect import Protected
from allmende.release.registry import Entry, Registry
from allmende.release.reports import (
    internal_page,
    internal_report,
    method_sentence,
    public_page,
    public_report,
)
from allmende.release.verify import verify


@dataclass(frozen=True, slots=True)
class Release:
    """A release that is in force: its id and folder; `cells` published; `repeated` if it was there already."""

    id: str
    folder: Path
    cells: int
    repeated: bool


def build(hub: Hub, plan: Plan, public: Path, today: date) -> Release:
    """Publish a plan that passed, and put it in force.

    The same plan gives the same id and the same bytes; a release that is there is put in force again, not written again.
    Killed at any moment, what was published before stays whole and in force: files are written to a folder whose
    name begins with a dot, and what is logged but not published is only counted as published. Raises Refused if
    the plan did not pass or the scan of the written files finds a leak.
    """
    plan.demand()
    with hub.changing():
        registry = Registry(hub.folder)
        known = {entry.id: entry for entry in registry.entries()}
        created = known[plan.id].created if plan.id in known else today
        target = public / RELEASES / plan.id
        repeated = target.is_dir()
        if not repeated:
            part = target.with_name(f".{plan.id}")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir(parents=True)
            try:
                _write(hub, plan, part, created)
                _refuse_leaks(hub, part)
                registry.record(_entry(plan, created), _published(plan), hub.region, hub.matrix_secret())
                _write_internal(hub, plan)
                _settle(part)
                part.rename(target)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
            settle(target.parent)
        release = verify(target)
        put_in_force(public, plan.id)
        settle(public)
    return Release(plan.id, target, sum(entry.cells for entry in release.tables), repeated)


def _write(hub: Hub, plan: Plan, folder: Path, created: date) -> None:
    """Write all public files of a release."""
    entries = [_write_table(*pair, plan.protection, folder) for pair in zip(plan.outgoing, plan.tables, strict=True)]
    places = folder / "region"
    places.mkdir()
    for name in REGION_FILES:
        if (hub.region_folder / name).is_file():
            shutil.copyfile(hub.region_folder / name, places / name)
    release = Publication(
        folder, plan.id, plan.catalogue.title, created, _region(hub.region), method_sentence(plan), tuple(entries), ()
    )
    report = public_report(release, plan.outgoing, plan.missing, plan.region)
    _write_json(folder / "report.json", report)
    (folder / "report.html").write_text(public_page(report), encoding="utf-8")
    others = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet")
    files = tuple((str(path.relative_to(folder)), file_hash(path)) for path in others)
    write_publication(replace(release, files=files))


def _write_table(outgoing: Outgoing, protected: Protected, protection: Protection, folder: Path) -> TableEntry:
    table, cube = outgoing.table, outgoing.cube
    file = f"tables/{table.id}.parquet"
    write_released(cube, folder / file)
    accuracy = public_accuracy(outgoing, protected, protection)
    return TableEntry(cube.note, table.title, file, file_hash(folder / file), len(cube), outgoing.years, accuracy)


def _write_internal(hub: Hub, plan: Plan) -> None:
    folder = hub.folder / "reports" / plan.id
    folder.mkdir(parents=True, exist_ok=True)
    report = internal_report(plan)
    _write_json(folder / "report.json", report)
    (folder / "report.html").write_text(internal_page(report), encoding="utf-8")


def _refuse_leaks(hub: Hub, folder: Path) -> None:
    secrets = {
        "the matrix secret": hub.matrix_secret(),
        "the check value of the record keys": hub.settings.key_check.encode(),
        "the hub's identity": hub.identity().value.encode(),
    }
    leaks = find_leaks(folder, {name: secret for name, secret in secrets.items() if len(secret) >= 8})
    if leaks:
        raise Refused(
            "The leak scan found what must not be published:\n    " + "\n    ".join(map(str, leaks)),
            where=str(folder),
            expected="protected values and public words only",
            todo="Report this as a bug of Allmende, unless a title or the region's texts say it. Nothing was published.",
        )


def _region(region: Region) -> PublishedRegion:
    name = Words(region.name["de"], region.name["en"])
    return PublishedRegion(region.id, name, region.fictional, region.territory_date, region.attribution)


def _published(plan: Plan) -> list[Protected]:
    """Return the tables that the hub counts, with all years that are published of each."""
    return [replace(own, years=each.years) for own, each in zip(plan.tables, plan.outgoing, strict=True)]


def _entry(plan: Plan, created: date) -> Entry:
    return Entry(plan.id, created, plan.epoch, plan.protection.id, sum(len(each.cube) for each in plan.outgoing))


def _write_json(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _settle(folder: Path) -> None:
    """Return when every file below is on the disk."""
    for path in sorted(folder.rglob("*")):
        settle(path)
    settle(folder)
