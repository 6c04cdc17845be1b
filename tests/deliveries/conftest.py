"""A small municipality: two cubes of stock and one of moves, an office's key and a hub's identity."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from allmende.cubes import BaseCube, Cells, Manifest, numbers, texts
from allmende.deliveries import DeliveryNote, HubIdentity, SigningKey, VerifyKey, new_hub_identity, new_office_key, seal

AGS = "99001001"


def stock(year: int, *, ags: str = AGS, epoch: str = "2026", check: str = "c0ffee", seed: int = 1) -> BaseCube:
    draw, size = np.random.default_rng(seed + year), 200
    cells = Cells(
        (
            texts("ags", [ags] * size),
            texts("district", [f"{ags}.{code}" for code in draw.choice(["01", "02", "unlocated"], size)]),
            numbers("cell", draw.integers(3_000_000_000, 3_000_000_050, size)),
            numbers("age", draw.integers(0, 101, size)),
            texts("sex", draw.choice(["m", "w"], size).tolist()),
            texts("nationality", draw.choice(["german", "other"], size).tolist()),
            texts("residence", draw.choice(["main", "secondary"], size).tolist()),
            numbers("year", [year] * size),
        ),
        draw.integers(1, 5, size),
        draw.integers(0, 2**32, size, dtype=np.uint32),
    )
    day = date(year, 12, 31)
    return BaseCube(cells, Manifest("stock", ags, day, day, date(2026, 1, 1), epoch, check, "test")).sealed()


@dataclass(frozen=True)
class Post:
    """An office that delivers to a hub."""

    office: SigningKey
    hub: HubIdentity
    path: Path

    @property
    def verify_keys(self) -> dict[str, VerifyKey]:
        return {AGS: self.office.verify_key()}

    def send(self, *cubes: BaseCube, sequence: int = 1, hub: str = "") -> Path:
        note = DeliveryNote.of(cubes, name="Musterstadt", sequence=sequence, made=date(2027, 1, 15))
        return seal(cubes, self.path, office=self.office, hub_recipient=hub or self.hub.recipient(), delivery=note)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(new_office_key(), new_hub_identity(), tmp_path / "musterstadt.allmende")
