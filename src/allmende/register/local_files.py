"""What stays in the office: findings, quarantine, streets not found, reconciliation, summary."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from allmende.files import open_private
from allmende.register.findings import harmless, write_findings
from allmende.register.reconciliation import GROUPS, Reconciliation
from allmende.register.run import Examined, Run
from allmende.register.summary import Summary


def write_local_files(examined: Examined, summary: Summary, folder: Path, language: str = "de") -> tuple[Path, ...]:
    """Write what a clerk needs to put things right into a folder, readable by its owner only; return the files.

    `findings.csv` has values of persons, `quarantine-<file>` whole rows as they were, `streets-not-found.csv` streets:
    none of them may leave the office. `summary.json` and `reconciliation.csv` hold counts. What an earlier run left of these
    is taken away, so that nobody puts right what is right.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in _earlier(examined.run):
        (folder / name).unlink(missing_ok=True)
    written = [folder / "findings.csv", folder / "summary.json"]
    write_findings(examined.findings, written[0], language)
    with open_private(written[1], "utf-8") as file:
        json.dump(summary.to_fields(), file, ensure_ascii=False, indent=1, default=str)
    for name, lines in examined.quarantine.items():
        written.append(folder / f"quarantine-{Path(name).name}")
        with open_private(written[-1], "latin-1") as file:
            # latin-1 carries every byte through unchanged, whatever the extract's encoding
            file.write(lines.decode("latin-1"))
    if examined.unplaced:
        written.append(folder / "streets-not-found.csv")
        with open_private(written[-1]) as file:
            streets = [(harmless(street), persons) for street, persons in examined.unplaced]
            csv.writer(file, delimiter=";", lineterminator="\n").writerows([("street", "persons"), *streets])
    if summary.reconciliation is not None:
        written.append(folder / "reconciliation.csv")
        _write_reconciliation(summary.reconciliation, written[-1])
    return tuple(written)


def _earlier(run: Run) -> Iterator[str]:
    yield from ("streets-not-found.csv", "reconciliation.csv")
    for role, source in (("stock", run.extract), ("events", run.events), ("previous", run.previous)):
        if source is not None:
            yield from (f"quarantine-{Path(source.name).name}", f"quarantine-{role}-{Path(source.name).name}")


def _write_reconciliation(reconciliation: Reconciliation, path: Path) -> None:
    with open_private(path) as file:
        writer = csv.writer(file, delimiter=";", lineterminator="\n")
        writer.writerow(["component", *GROUPS])
        writer.writerows([name, *row] for name, row in reconciliation.rows.items())
