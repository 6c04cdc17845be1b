"""Region Bremen through the whole chain: releases differ from what was published by no more than the protection allows."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from allmende import release
from allmende.cubes.columns import TOTAL
from allmende.cubes.publication import read_publication
from allmende.cubes.released import read_released
from allmende.deliveries import new_office_key, write_signing_key
from allmende.demo.delivering import Extracts, Job, deliver
from allmende.demo.real import prepare_real, real_catalogue
from allmende.demo.real.places import district_key
from allmende.hub import init_hub, receive, register_office
from allmende.privacy.profiles import load_profile
from allmende.register.secret import Secret, write_secret

DATA = Path(__file__).parents[2] / "../shared/data"
pytestmark = [pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent"), pytest.mark.slow]
pytest.importorskip("geopandas")

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BROAD = (0, 18, 30, 50, 65)


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """The years 1980 (with an Ortsteil that is no more) and 2023, released; the secret of every run is the same."""
    work = tmp_path_factory.mktemp("chain")
    real = prepare_real(DATA, work, years=[1980, 2023])
    secret, key = Secret("probe", bytes(range(32))), new_office_key()
    write_secret(secret, work / "secret.toml")
    write_signing_key(key, work / "office.key")
    hub = init_hub(work / "hub", real.folder, epoch=secret.epoch, key_check=secret.check_value())
    hub = register_office(hub, real.office, key.verify_key(), "trusted-unit", NOW)
    job = Job(
        ags=real.office, name="Bremen", profile=real.profile, houses=None, crs="", region=real.folder,
        extracts=tuple(Extracts(day.year, path) for day, path in real.extracts.items()), secret=work / "secret.toml",
        key=work / "office.key", recipient=hub.settings.recipient, made=NOW.date(), target=work / "bremen.allmende",
    )  # fmt: skip
    delivered = deliver(job)
    receive(hub, delivered.path, NOW)
    built = release.build(hub, release.plan(hub, real_catalogue()), work / "public", NOW.date())
    return real, delivered, built


def truth(published, *, digits):
    """Return the published people by area (the first `digits` of the key), broad age, sex and nationality."""
    areas = sorted({key[:digits] for key in published.keys})
    area = np.array([areas.index(key[:digits]) for key in published.keys])
    band = np.searchsorted(BROAD, [low for low, _ in published.ages], side="right") - 1
    counts = np.zeros((len(areas), len(BROAD), 2, 2), dtype=np.int64)
    for ortsteil, group, kind in np.ndindex(*published.people.shape):
        counts[area[ortsteil], band[group], kind % 2, kind // 2] += published.people[ortsteil, group, kind]
    return [district_key("04011000", key) for key in areas], counts


def test_every_person_is_counted_and_nothing_is_set_aside(chain):
    real, delivered, _ = chain
    assert delivered.persons == sum(int(counts.people.sum()) for counts in real.published.values())
    assert delivered.set_aside == 0
    assert delivered.findings == 172  # the people of the Handelshäfen in 1980, known by Ortsteil only


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
    found = release.verify(built.folder)
    assert found.region.attribution == real.attribution
    assert not found.region.fictional
    assert read_publication(built.folder).region.territory_date == date(2023, 12, 31)
