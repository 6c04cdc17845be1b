"""The registration offices' folders: what each one's own program would export, and what its survey office gave it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from allmende.areas.hierarchy import Region
from allmende.deliveries.note import Mode
from allmende.demo.dirt import STRAY, Soiled
from allmende.demo.history import History
from allmende.demo.people import FEMALE, SECONDARY, People
from allmende.demo.places import Places
from allmende.demo.vendors import VENDORS, event_rows, house_lines, stock_rows, vendor_profile, write_extract
from allmende.parameters import load

SUFFIX = {"semicolon": "csv", "pipe": "txt", "fixed": "dat", "tab": "tsv", "comma": "csv"}


@dataclass(frozen=True, slots=True)
class Office:
    """One office's folder: `profile.toml`, `addresses.txt`, `stock-<year>` and `events-<year>` files.

    `person_ids` says whether its program exports lasting ids, `mode` how its counts travel to the hub.
    """

    folder: Path
    ags: str
    name: str
    vendor: str
    person_ids: bool
    mode: Mode

    @property
    def profile(self) -> Path:
        """The profile of the office's program."""
        return self.folder / "profile.toml"

    @property
    def addresses(self) -> Path:
        """The house coordinates."""
        return self.folder / "addresses.txt"

    def stock(self, year: int) -> Path:
        """Return the extract of 31.12. of a year."""
        return self.folder / f"stock-{year}.{SUFFIX[self.vendor]}"

    def events(self, year: int) -> Path:
        """Return the events of a year."""
        return self.folder / f"events-{year}.{SUFFIX[self.vendor]}"


def list_offices(region: Region, folder: Path) -> list[Office]:
    """Name the office of every municipality, its program and its ways (demo_places.toml)."""
    ways = {entry["ags"]: entry for entry in load("demo_places")["municipality"]}
    return [
        Office(
            folder / m.ags,
            m.ags,
            m.name,
            VENDORS[i % len(VENDORS)],
            ways[m.ags].get("person_ids", True),
            ways[m.ags].get("mode", "trusted-unit"),
        )
        for i, m in enumerate(region.municipalities)
    ]


def write_offices(places: Places, soiled: Soiled, folder: Path) -> Iterator[Office]:
    """Write every office's folder; yield each office when its folder is complete."""
    ags = [m.ags for m in places.region.municipalities]
    book = soiled.book.columns()
    for number, office in enumerate(list_offices(places.region, folder)):
        profile, text = vendor_profile(office.vendor, person_ids=office.person_ids)
        office.folder.mkdir(parents=True, exist_ok=True)
        office.profile.write_text(text, encoding="utf-8")
        known = np.flatnonzero((places.addresses.municipality == number) & soiled.surveyed)
        lines = house_lines(places, soiled.book, known, office.ags)
        office.addresses.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for (owner, year), stock in soiled.stocks.items():
            if owner == number:
                write_extract(office.stock(year), "stock", stock_rows(stock, book, profile), profile, _stray(stock))
        for (owner, year), events in soiled.events.items():
            if owner == number:
                write_extract(office.events(year), "events", event_rows(events, book, profile, ags), profile)
        yield office


def _stray(stock: People) -> tuple[str, ...]:
    return STRAY[: len(stock) // 500]  # a small export has few pages


def write_truth(places: Places, history: History, soiled: Soiled, path: Path) -> None:
    """Write what is true and what was planted, for tests: residents by municipality and year, and the dirt by kind.

    `women` are those among the main residents; `effect` is by how many main residents a stock differs from the truth once
    its bad rows are set aside.
    """
    ags = [m.ags for m in places.region.municipalities]
    main = {year: people.take(people.residence != SECONDARY) for year, people in history.stocks.items()}
    document = {
        "main_residents": {year: _by_municipality(places, people) for year, people in main.items()},
        "women": {year: _by_municipality(places, people.take(people.sex == FEMALE)) for year, people in main.items()},
        "planted": {kind: _entries(counts, ags) for kind, counts in sorted(soiled.ledger.planted.items())},
        "effect": _entries(soiled.ledger.effect, ags),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _by_municipality(places: Places, people: People) -> dict[str, int]:
    counts = np.bincount(places.addresses.municipality[people.address], minlength=len(places.members))
    return {m.ags: int(n) for m, n in zip(places.region.municipalities, counts, strict=True)}


def _entries(counts: Mapping[tuple[int, int], int], ags: Sequence[str]) -> list[dict[str, str | int]]:
    return [{"ags": ags[office], "year": year, "count": n} for (office, year), n in sorted(counts.items()) if n]
