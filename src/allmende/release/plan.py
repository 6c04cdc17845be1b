"""A planned release: the tables as they would be published, and what the gate says of them."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
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
from allmende.release.gate import Finding, Gate
from allmende.release.protect import Protected
from allmende.release.registry import Registry
from allmende.release.suggest import Change, suggest
from allmende.release.tabulate import Source, with_data

ENGINES = {"files": "duckdb", "spark": "spark"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A release that may be built if it passed. Confidential: it holds exact cells.

    `changes` has for each finding that failed the smallest change that would pass; `gaps` says in words who has not
    delivered; `id` follows from everything that the release is made of.
    """

    id: str
    catalogue: Catalogue
    region: Region
    protection: Protection
    epoch: str
    tables: tuple[Protected, ...]
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
                f"  smallest change that passes: {change.table}: {change.words} ({change.kept} of {change.before} cells stay)"
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
    if not manifests and hub.store.table_holdings():
        raise AllmendeError(
            "Every office of this hub protects at the source; there are no base cubes that the gate could attack.",
            where=str(hub.folder),
            expected="at least one office in mode trusted-unit",
            todo="Ask one office to deliver its base cubes; a hub of at-source offices alone cannot publish yet.",
        )
    registry = Registry(hub.folder)
    registry.check(hub.settings.epoch, protection.id, secret, hub.region, catalogue.tables)
    with open_engine(ENGINES[hub.settings.store]) as engine:
        source = Source(hub.store, engine, hub.region)
        catalogue, gaps = with_data(source, catalogue)
        gate = Gate(source, protection, load_limits(), registry.tables())
        tables = tuple(gate.protected(table) for table in catalogue.tables)
        findings = gate.examine(catalogue)
        changes = tuple((finding, suggest(gate, catalogue, finding)) for finding in findings if not finding.passed)
    findings += (_repeated(registry, tables, secret),)
    identity = _identity(hub, catalogue, protection, secret)
    gaps += tuple(_gaps(hub, catalogue))
    return Plan(identity, catalogue, hub.region, protection, hub.settings.epoch, tables, findings, changes, gaps)


def _repeated(registry: Registry, tables: tuple[Protected, ...], secret: bytes) -> Finding:
    """Hold the release against all earlier ones: whoever was published before must have the same value again."""
    same, different = registry.contradictions(tables, secret)
    check = Check("repeated releases", "sets of people published before with another value", float(different), 0.0)
    return Finding(tuple(each.table.id for each in tables), check, f"{same} sets of people published before")


def _identity(hub: Hub, catalogue: Catalogue, protection: Protection, secret: bytes) -> str:
    """Return the release's id: the latest year, and a digest of everything that decides its bytes."""
    manifests = hub.store.manifests()
    parts: dict[str, Any] = {
        "format": FORMAT,
        "catalogue": asdict(catalogue),
        "cubes": sorted(manifest.content for manifest in manifests),
        "tables": sorted((held.ags, held.content.note.table, held.sequence) for held in hub.store.table_holdings()),
        "epoch": hub.settings.epoch,
        "protection": protection.id,
        "region": {name: _digest(hub.region_folder / name) for name in REGION_FILES},
    }
    digest = hmac.digest(secret, json.dumps(parts, sort_keys=True).encode(), hashlib.sha256).hex()
    return f"{max(manifest.key_date.year for manifest in manifests)}-{digest[:10]}"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _gaps(hub: Hub, catalogue: Catalogue) -> Iterator[str]:
    """Say for each series who is missing in which year: their areas are left out, cells on their borders are too low."""
    manifests = hub.store.manifests()
    for cube, series in dict.fromkeys((table.cube, table.series) for table in catalogue.tables):
        came = {(m.key_date.year, m.ags) for m in manifests if m.kind == cube and f"{m.key_date:%m-%d}" == series}
        for year in sorted({year for year, _ in came}):
            missing = [m.name for m in hub.region.municipalities if (year, m.ags) not in came]
            if missing:
                yield f"{cube} {series} {year}: nothing from {', '.join(missing)}"
