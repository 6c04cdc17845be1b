"""A region of three municipalities, their offices, and a hub."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from allmende.areas import District, Municipality, Region, write_region
from allmende.cubes import BaseCube, Cells, Manifest, numbers, texts
from allmende.deliveries import DeliveryNote, SigningKey, new_office_key, seal
from allmende.hub import Hub, init_hub, register_office

A, B, C = "99001001", "99001002", "98001001"
EPOCH, CHECK = "2026", "c0ffee00c0ffee00"
TERRITORY = date(2026, 1, 1)
NOW = datetime(2027, 1, 20, 9, 0, tzinfo=UTC)


def region() -> Region:
    names = {A: "Auental", B: "Birkheim", C: "Cammin"}
    members = tuple(Municipality(ags, name, ags[:2], "Gemeinde", ("Ortsteil",)) for ags, name in names.items())
    districts = tuple(
        District(f"{ags}.{code}", code, f"{name} {code}", 1, "", ags) for ags, name in names.items() for code in ("01", "02")
    )
    return Region("drei", {"de": "Drei", "en": "Three"}, True, TERRITORY, "fiktiv", members, districts)


def manifest(kind: str, ags: str, year: int, **changed: object) -> Manifest:
    day = date(year, 12, 31)
    fields = {"epoch": EPOCH, "key_check": CHECK, "territory_date": TERRITORY} | changed
    return Manifest(kind, ags, day, day, source="test", **fields)  # type: ignore[arg-type]


def stock(
    ags: str, year: int, *, seed: int = 0, size: int = 60, codes: tuple[str, ...] = ("01", "02"), **changed: object
) -> BaseCube:
    draw = np.random.default_rng([seed, year, int(ags)])
    cells = Cells(
        (
            texts("ags", [ags] * size),
            texts("district", [f"{ags}.{code}" for code in draw.choice([*codes, "unlocated"], size)]),
            numbers("cell", draw.integers(3_000_000_000, 3_000_000_050, size)),
            numbers("age", draw.integers(0, 101, size)),
            texts("sex", draw.choice(["m", "w"], size).tolist()),
            texts("nationality", draw.choice(["german", "other"], size).tolist()),
            texts("residence", ["main"] * size),
            numbers("year", [year] * size),
        ),
        draw.integers(1, 5, size),
        draw.integers(0, 2**32, size, dtype=np.uint32),
    )
    return BaseCube(cells, manifest("stock", ags, year, **changed)).sealed()


def moves(ags: str, year: int, rows: list[tuple[str, str, int, str, int, int]]) -> BaseCube:
    """Return external moves from rows of direction, counterpart, age, sex, n, key."""
    direction, counterpart, age, sex, n, key = zip(*rows, strict=True) if rows else [()] * 6
    size = len(rows)
    cells = Cells(
        (
            texts("ags", [ags] * size),
            texts("direction", direction),
            texts("counterpart", counterpart),
            texts("district", [f"{ags}.01"] * size),
            numbers("cell", [-1] * size),
            numbers("age", age),
            texts("sex", sex),
            texts("nationality", ["german"] * size),
            texts("residence", ["main"] * size),
            numbers("year", [year] * size),
        ),
        np.array(n, dtype=np.int64),
        np.array(key, dtype=np.uint32),
    )
    return BaseCube(cells, manifest("external_moves", ags, year)).sealed()


@dataclass
class Round:
    """A hub and the keys of its offices."""

    hub: Hub
    folder: Path
    keys: dict[str, SigningKey] = field(default_factory=dict)

    def send(self, *cubes: BaseCube, sequence: int = 1, office: str = "") -> Path:
        office = office or cubes[0].manifest.ags
        note = DeliveryNote.of(cubes, name="x", sequence=sequence, made=date(2027, 1, 10))
        path = self.folder / f"{office}-{sequence}.allmende"
        return seal(cubes, path, office=self.keys[office], hub_recipient=self.hub.settings.recipient, delivery=note)


@pytest.fixture
def region_folder(tmp_path: Path) -> Path:
    write_region(region(), tmp_path / "region")
    return tmp_path / "region"


@pytest.fixture
def circle(tmp_path: Path, region_folder: Path) -> Round:
    found = Round(init_hub(tmp_path / "hub", region_folder, epoch=EPOCH, key_check=CHECK), tmp_path)
    for ags in (A, B, C):
        found.keys[ags] = new_office_key()
        found.hub = register_office(found.hub, ags, found.keys[ags].verify_key(), "trusted-unit", NOW)
    return found
