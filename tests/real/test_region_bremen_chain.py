"""Region Bremen through the whole chain: releases differ from what was published by no more than the protection allows."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from allmende.cubes.columns import TOTAL
from allmende.cubes.publication import CURRENT, read_publication
from allmende.cubes.released import read_released
from allmende.demo.real import prepare_real, release_real
from allmende.demo.real.places import district_key
from allmende.hub import open_hub
from allmende.privacy.profiles import load_profile
from allmende.release import verify

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = [pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent"), pytest.mark.slow]
pytest.importorskip("geopandas")

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BROAD = (0, 18, 30, 50, 65)


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """The years 1980 (with an Ortsteil that is no more) and 2023, released."""
    work = tmp_path_factory.mktemp("chain")
    real = prepare_real(DATA, work, years=[1980, 2023])
    steps = list(release_real(real, work, NOW))
    return real, steps, read_publication((work / "public" / CURRENT).resolve())


def truth(published, *, digits):
    """Return the published people by area (the first `digits` of the key), broad age, sex and nationality."""
    areas = sorted({key[:digits] for key in published.keys})
    area = np.array([areas.index(key[:digits]) for key in published.keys])
    band = np.searchsorted(BROAD, [low for low, _ in published.ages], side="right") - 1
    counts = np.zeros((len(areas), len(BROAD), 2, 2), dtype=np.int64)
    for ortsteil, group, kind in np.ndindex(*published.people.shape):
        counts[area[ortsteil], band[group], kind % 2, kind // 2] += published.people[ortsteil, group, kind]
    return [district_key("04011000", key) for key in areas], counts


def test_every_person_is_in_the_base_cubes(chain):
    real, steps, _ = chain
    assert steps[:2] == [
        f"{day}: {counts.people.sum():,} persons delivered and received" for day, counts in real.published.items()
    ]
    hub = open_hub(real.folder.parent / "hub")
    notes = {manifest.key_date: dict(manifest.notes) for manifest in hub.store.manifests()}
    assert notes[date(1980, 12, 31)]["placed_by_district"] == 172  # the people of the Handelshäfen, known by Ortsteil only
    assert all("quarantined" not in note and "fallback_identities" not in note for note in notes.values())


@pytest.mark.parametrize("day", [date(1980, 12, 31), date(2023, 12, 31)])
def test_released_ortsteile_lie_within_the_bound_of_the_profile(chain, day):
    real, _, built = chain
    cube = read_released(built.folder / "tables" / "stock_district.parquet")
    protection = load_profile("standard", bytes(32))
    areas, counts = truth(real.published[day], digits=8)
    axes = {"age": 1, "sex": 2, "nationality": 3}
    released = compared = 0
    for margin in ((), ("age",), ("nationality",), ("age", "sex")):
        exact = counts.sum(axis=tuple(axis for name, axis in axes.items() if name not in margin))
        for place, key in enumerate(areas):
            if day.year not in cube.areas.get(key, ()):
                continue
            of_area = cube.select(area=key, year=day.year)
            for member in np.ndindex(exact.shape[1:]):
                wanted = dict(zip(margin, member, strict=True))
                mask = np.all([of_area[name].codes == wanted.get(name, TOTAL) for name in axes], axis=0)
                value = int(of_area.value[mask].sum())
                allowed, _ = protection.distribution(int(exact[place][member]))
                assert value in allowed, (key, wanted)
                assert value not in (1, 2)
                compared += 1
                released += value != exact[place][member]
    assert compared > 80 * (1 + 5 + 2 + 10)
    assert 0.2 < released / compared < 0.7  # the protection leaves about half of the values as they were


def test_the_total_of_the_city_is_exact_and_the_release_is_whole(chain):
    real, _, built = chain
    cube = read_released(built.folder / "tables" / "stock_municipality.parquet")
    for day, counts in real.published.items():
        total = cube.select(area=real.office, year=day.year, age="total", sex="total", nationality="total")
        assert total.value.tolist() == [counts.people.sum()]
    found = verify(built.folder)
    assert (found.region.attribution, found.region.fictional) == (real.attribution, False)
    assert found.region.territory_date == date(2023, 12, 31)
    assert (real.folder.parent / "public" / "open" / "index.json").is_file()
