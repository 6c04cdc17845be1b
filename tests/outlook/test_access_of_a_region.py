"""Who can count on a service that people go to: by hand, and what must always hold."""

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from allmende.areas.geometry import Shapes
from allmende.areas.hierarchy import Municipality
from allmende.areas.region import District, Region
from allmende.errors import AllmendeError
from allmende.needs.capacity import Facility
from allmende.needs.demand import People
from allmende.needs.services import ASSUMPTION, Norm, Part, Quota, Service, Span
from allmende.outlook.access import ACCESS, access_services, read_access, write_access
from allmende.outlook.inhabited import Inhabited, inhabit
from allmende.outlook.needs import region_geographies, weigh_needs
from allmende.outlook.settled import Journeys, Settled

WORDS = {"de": "Praxis", "en": "Practice"}
QUOTA = Quota(Span(0, 100), ((2020, 0.01),), ASSUMPTION)
DOCTORS = Service("gp", "doctors", WORDS, WORDS, (12, 31), (Part("gp", WORDS, (QUOTA,)),), Norm(15, ASSUMPTION, target=0.9))
REGION = Region(
    "aue", WORDS, True, date(2025, 12, 31), "nobody",
    (Municipality("01", "Aue", "L", "Stadt", ("Ortsteil",)), Municipality("02", "Bach", "L", "Gemeinde")),
    (District("01.1", "1", "Mitte", 1, "", "01"), District("01.2", "2", "Nord", 1, "", "01")),
)  # fmt: skip
UNITS, YEARS = ("01.1", "01.2", "02"), (2025, 2026, 2027)
# two places in the middle, one in the north 13 minutes away as the crow flies, one in the other municipality 52 minutes away
SETTLED = Settled(
    2025, 500, ("01", "02"), np.array([8.0, 8.001, 8.1, 8.4]), np.full(4, 53.0), np.array([300.0, 100.0, 100.0, 500.0]),
    np.array([0, 0, 0, 1]),
)  # fmt: skip
STILL = np.tile([400.0, 100.0, 500.0], (3, 1))


def inhabited(projected=STILL) -> Inhabited:
    return Inhabited(SETTLED, UNITS, np.array([0, 0, 1, 2]), YEARS, projected)


def measured(facilities, projected=STILL):
    people = People(projected[None, :, :, None], YEARS, UNITS, (Span(0, 100),))
    needs = weigh_needs(people, (DOCTORS,), facilities, region_geographies(REGION), seed=1)
    return access_services(needs, inhabited(projected), Journeys(None))


def practice(name: str, capacity: float, lon: float | None, **more: object) -> Facility:
    return Facility(name, "gp", "gp", name, "01", capacity, lon, None if lon is None else 53.0, **more)  # type: ignore[arg-type]


def test_who_lives_beside_enough_is_served_and_who_is_far_is_not() -> None:
    (found,) = measured((practice("a", 5.0, 8.0),))
    year = found.years[0]
    assert (year.year, year.facilities, year.offered) == (2026, 1, 5.0)
    assert [(one.area, one.people, one.within) for one in year.areas] == [
        ("region", 1000, 500), ("01", 500, 500), ("02", 500, 0), ("01.1", 400, 400), ("01.2", 100, 100),
    ]  # fmt: skip
    # 0.1 degrees are 6.7 km, 13 minutes: weight .68; so R = 5 / (4 + .68)
    assert year.of("01.1").cover == pytest.approx(5 / 4.68, abs=1e-3)
    assert year.of("01.2").cover == pytest.approx(0.68 * 5 / 4.68, abs=1e-3)
    assert year.of("02").cover == 0
    assert year.of("99") is None


def test_people_in_cells_that_were_not_released_are_told_of_municipalities_and_bound_what_is_covered() -> None:
    (found,) = measured((practice("a", 5.0, 8.0),), STILL + np.array([100.0, 0.0, 0.0]))
    year = found.years[0]
    assert {one.area: one.uncounted for one in year.areas} == {"region": 100, "01": 100, "02": 0, "01.1": None, "01.2": None}
    town = year.of("01")
    assert town.bounds == pytest.approx((500 / 600, 1))
    assert town.cover_bounds == pytest.approx((town.cover * 500 / 600, (town.cover * 500 + 100) / 600))


@given(st.lists(st.floats(0.5, 20), min_size=1, max_size=3), st.lists(st.floats(8.0, 8.4), min_size=3, max_size=3))
def test_what_is_met_is_what_anybody_reaches(capacities: list[float], where: list[float]) -> None:
    """Σ cover · need = the supply that somebody reaches; here every facility lies within half an hour of a place."""
    facilities = tuple(practice(str(at), size, lon) for at, (size, lon) in enumerate(zip(capacities, where, strict=False)))
    whole = measured(facilities)[0].years[0].of("region")
    assert whole.cover * whole.need == pytest.approx(sum(capacities), rel=1e-3)


def test_openings_closings_and_people_are_those_of_the_year() -> None:
    facilities = (practice("a", 5.0, 8.0, closes=date(2027, 6, 30)), practice("b", 2.0, 8.4, opens=date(2027, 1, 1)))
    growing = STILL.copy()
    growing[2] = [400, 300, 500]
    (found,) = measured(facilities, growing)
    first, second = found.years
    assert (first.of("region").within, second.of("region").within) == (500, 500)
    assert (first.of("02").within, second.of("02").within) == (0, 500)
    assert second.of("01.2").people == 300
    assert second.of("region").need == pytest.approx(12)


def test_a_facility_without_a_position_is_named() -> None:
    (found,) = measured((practice("a", 5.0, 8.0), practice("somewhere", 5.0, None)))
    assert found.lost == ("somewhere",)
    assert found.years[0].offered == 5
    assert measured((practice("somewhere", 5.0, None),)) == ()


def test_places_belong_to_the_nearest_unit_of_their_own_municipality_and_grow_with_it() -> None:
    squares = [shapely.box(west, 52.9, east, 53.1) for west, east in ((7.9, 8.05), (8.05, 8.2), (8.2, 8.5))]
    outlook = type("Told", (), {"units": UNITS, "parents": ("01", "01", "02"), "years": YEARS})()
    outlook.population = np.tile(STILL[None, :, :, None, None] / 2, (1, 1, 1, 2, 1))
    found = inhabit(SETTLED, outlook, Shapes(UNITS, tuple(squares)))
    assert found.unit.tolist() == [0, 0, 1, 2]
    assert found.people(2025).tolist() == SETTLED.people.tolist()
    assert inhabited(STILL * np.array([[1.0], [1.5], [2.0]])).people(2040).tolist() == (2 * SETTLED.people).tolist()
    nowhere = Inhabited(SETTLED, UNITS, np.array([0, 0, 0, 2]), YEARS, np.array([[400.0, 100, 500], [400, 200, 500]] * 2)[:3])
    assert nowhere.people(2026)[:3].sum() == pytest.approx(600), "a unit without a place moves into the others"


def test_files_give_back_what_was_measured(tmp_path) -> None:
    assert read_access(tmp_path) == ()
    found = measured((practice("a", 5.0, 8.0), practice("somewhere", 5.0, None)))
    write_access(found, tmp_path / ACCESS)
    assert read_access(tmp_path) == found
    (tmp_path / ACCESS).write_text('{"format": 9}', encoding="utf-8")
    with pytest.raises(AllmendeError, match="format 9"):
        read_access(tmp_path)
