"""A planned release: the tables as they would be published, and what the gate says of them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from allmende.areas.hierarchy import Region
from allmende.areas.region import REGION_FILES
from allmende.cubes.publication import FORMAT
from allmende.engine import open_engine
from allmende.errors import AllmendeError, Refused
from allmende.hub import Hub
from allmende.privacy.attacks import Check, load_limits
from allmende.privacy.profiles import load_profile
from allmende.privacy.protection import Protection
from allmende.release.catalogue import Catalogue
from allmende.release.crossing import read_outlines
from allmende.release.gate import Finding, Gate
from allmende.release.gate.foreign import find_foreign
from allmende.release.merge import Outgoing, Part, put_together
from allmende.release.note import note_of
from allmende.release.protect import Protected, publish
from allmende.release.registry import Registry
from allmende.release.shares import Missing, Shares, gather_shares
from allmende.release.suggest import Change, suggest
from allmende.release.tabulate import Source, counted_in, with_data

ENGINES = {"files": "duckdb", "spark": "spark"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A release that may be built if it passed. Confidential: it holds exact cells.

    `tables` is what the hub counts itself, `outgoing` what would be published of each, with what offices protected at the
    source; `missing` says what the release lacks of these. `changes` has for each finding that failed the smallest change that
    would pass; `gaps` says in words who has not delivered; `id` follows from everything that the release is made of.
    """

    id: str
    catalogue: Catalogue
    region: Region
    protection: Protection
    epoch: str
    tables: tuple[Protected, ...]
    outgoing: tuple[Outgoing, ...]
    missing: tuple[Missing, ...]
    findings: tuple[Finding, ...]
    changes: tuple[tuple[Finding, Change], ...]
    gaps: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether no attack got through."""
        return all(finding.passed for finding in self.findings)

    def as_data(self) -> dict[str, Any]:
        """Return all verdicts for JSON; internal."""
        return {
            "id": self.id,
            "passed": self.passed,
            "tables": [each.table.id for each in self.tables],
            "findings": [finding.as_data() for finding in self.findings],
            "changes": [
                {"finding": f.as_data(), "table": c.table, "change": c.words, "cells_kept": c.kept, "cells_before": c.before}
                for f, c in self.changes
            ],
            "gaps": list(self.gaps),
        }

    def demand(self) -> None:
        """Raise Refused if an attack got through, with every attack and the smallest change against it."""
        if self.passed:
            return
        lines = []
        for finding, change in self.changes:
            lines.append(f"{finding.sentence()}")
            lines.append(
                f"  smallest change that passes: {change.table}: {change.words} ({change.kept} of {change.before} values stay)"
            )
        raise Refused(
            "The gate refuses this release:\n    " + "\n    ".join(lines),
            where=", ".join(dict.fromkeys(change.table for _, change in self.changes)),
            expected="no attack beyond its limit (parameters/privacy.toml)",
            todo="Change the catalogue, then run `allmende release plan` again. Nothing was published.",
        )


def plan(hub: Hub, catalogue: Catalogue, profile: str = "standard") -> Plan:
    """Tabulate and protect a catalogue on a hub's data and run every attack on it.

    Raises AllmendeError for mixed epochs and tables without data, Refused if the registry forbids the series.
    """
    secret = hub.matrix_secret()
    protection = load_profile(profile, secret)
    _demand_one_secret(hub)
    hub.store.check()
    registry = Registry(hub.folder)
    registry.check(hub.settings.epoch, protection.id, secret, hub.region, catalogue.tables)
    with open_engine(ENGINES[hub.settings.store]) as engine:
        source = Source(hub.store, engine, hub.region)
        shares = {table.id: gather_shares(hub, table) for table in catalogue.tables}
        catalogue, gaps = with_data(source, catalogue, [name for name, each in shares.items() if each.parts])
        gate = Gate(source, protection, load_limits(), registry.tables())
        together = _put_together(hub, gate, catalogue, shares)
        missing = _missing(shares, together)
        outgoing = tuple(each for each in together if each.years)
        told = {each.table.id for each in together}
        gaps += tuple(
            f"{table.id}: nobody to count, or no area reaches min_parent {table.min_parent}"
            for table in catalogue.tables
            if table.id not in told
        )
        catalogue = Catalogue(catalogue.title, tuple(each.table for each in outgoing))
        tables = tuple(gate.protected(table) for table in catalogue.tables)
        findings = gate.examine(catalogue)
        changes = tuple((finding, suggest(gate, catalogue, finding)) for finding in findings if not finding.passed)
    findings += (_repeated(registry, tables, secret),)
    findings += tuple(_foreign(shares[table.id], protection) for table in catalogue.tables if shares[table.id].parts)
    identity = _identity(hub, catalogue, protection, secret)
    names = {municipality.ags: municipality.name for municipality in hub.region.municipalities}
    gaps += (*_gaps(hub, catalogue), *(each.sentence("en", names) for each in missing))
    return Plan(
        identity, catalogue, hub.region, protection, hub.settings.epoch, tables, outgoing, missing, findings, changes, gaps
    )


def _demand_one_secret(hub: Hub) -> None:
    """Raise AllmendeError if cubes were keyed by another secret than the region's."""
    manifests = hub.store.manifests()
    foreign = sorted(
        {(m.ags, m.epoch) for m in manifests if (m.epoch, m.key_check) != (hub.settings.epoch, hub.settings.key_check)}
    )
    if foreign:
        raise AllmendeError(
            f"Cubes of {len(foreign)} offices were keyed by another secret; their noise would not be that of the region.",
            where=", ".join(f"{ags} ({epoch})" for ags, epoch in foreign[:5]),
            expected=f"epoch {hub.settings.epoch} with check value {hub.settings.key_check}",
            todo="Let these offices aggregate again with the region's secret and deliver.",
        )


def _put_together(hub: Hub, gate: Gate, catalogue: Catalogue, shares: Mapping[str, Shares]) -> tuple[Outgoing, ...]:
    """Put every table together; raises AllmendeError if nothing is left of any."""
    outlines = read_outlines(hub.region_folder) if any(each.offices for each in shares.values()) else None
    together = []
    for table in catalogue.tables:
        others, protected = shares[table.id], gate.protected(table)
        note = note_of(table, hub.region, hub.store.manifests(), [share.cube for share in others.parts])
        own = publish(protected, hub.region, note) if protected.years else None
        part = Part(counted_in(gate.source, table), own) if own else None
        if not part and not others.parts:
            continue  # nobody was counted, or no area is large enough for its detail
        together.append(put_together(part, others, note, hub.region, outlines))
    if not any(each.years for each in together):
        raise AllmendeError(
            "Nothing of the catalogue can be published.",
            where="; ".join(missing.why.en for each in together for missing in each.missing),
            expected="at least one area of one table that is whole",
            todo="Let the offices deliver what is missing: allmende hub status.",
        )
    return tuple(together)


def _missing(shares: Mapping[str, Shares], together: Sequence[Outgoing]) -> tuple[Missing, ...]:
    whole = {each.table.id: each.missing for each in together}
    return tuple(missing for name, each in shares.items() for missing in whole.get(name, each.missing))


def _foreign(shares: Shares, protection: Protection) -> Finding:
    return find_foreign(shares.table.id, [share.cube for share in shares.parts], protection)


def _repeated(registry: Registry, tables: tuple[Protected, ...], secret: bytes) -> Finding:
    """Hold the release against all earlier ones: whoever was published before must have the same value again."""
    same, different = registry.contradictions(tables, secret)
    check = Check("repeated releases", "sets of people published before with another value", float(different), 0.0)
    return Finding(tuple(each.table.id for each in tables), check, f"{same} sets of people published before")


def _identity(hub: Hub, catalogue: Catalogue, protection: Protection, secret: bytes) -> str:
    """Return the release's id: the latest year, and a digest of everything that decides its bytes."""
    manifests, held_tables = hub.store.manifests(), hub.store.table_holdings()
    parts: dict[str, Any] = {
        "format": FORMAT,
        "catalogue": asdict(catalogue),
        "cubes": sorted(manifest.content for manifest in manifests),
        "tables": sorted((held.ags, held.content.note.table, held.content.sha256, held.years) for held in held_tables),
        "at_source": sorted(office.ags for office in hub.settings.offices if office.mode == "at-source"),
        "epoch": hub.settings.epoch,
        "protection": protection.id,
        "region": {name: _digest(hub.region_folder / name) for name in REGION_FILES},
    }
    digest = hmac.digest(secret, json.dumps(parts, sort_keys=True).encode(), hashlib.sha256).hex()
    years = [manifest.key_date.year for manifest in manifests] + [year for held in held_tables for year in held.years]
    return f"{max(years)}-{digest[:10]}"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _gaps(hub: Hub, catalogue: Catalogue) -> Iterator[str]:
    """Say for each series who is missing in which year: their areas are left out, cells on their borders are too low."""
    manifests = hub.store.manifests()
    quiet = {office.ags for office in hub.settings.offices if office.mode == "at-source"}
    for cube, series in dict.fromkeys((table.cube, table.series) for table in catalogue.tables):
        came = {(m.key_date.year, m.ags) for m in manifests if m.kind == cube and f"{m.key_date:%m-%d}" == series}
        for year in sorted({year for year, _ in came}):
            missing = [m.name for m in hub.region.municipalities if (year, m.ags) not in came and m.ags not in quiet]
            if missing:
                yield f"{cube} {series} {year}: nothing from {', '.join(missing)}"
