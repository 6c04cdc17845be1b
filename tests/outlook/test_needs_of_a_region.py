"""Needs by geography: what adds up, what is left out, and that reading gives what was computed."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from allmende.areas.region import District, Municipality, Region
from allmende.errors import AllmendeError
from allmende.needs.capacity import Facility
from allmende.needs.demand import People
from allmende.needs.services import ASSUMPTION, Part, Quota, Service, Span
from allmende.outlook.needs import ARRAYS, ServiceNeeds, region_geographies, weigh_needs
from allmende.outlook.needs_file import as_document, read_needs, write_needs
from allmende.outlook.services import load_services

WORDS = {"de": "x", "en": "x"}
COUNT = {"de": "eigene Zählung", "en": "own count"}
REGION = Region(
    "aue", WORDS, True, date(2025, 12, 31), "nobody",
    (Municipality("01", "Aue", "L", "Stadt", ("Ortsteil",)), Municipality("02", "Bach", "L", "Gemeinde")),
    (District("01.1", "1", "Mitte", 1, "", "01"), District("01.2", "2", "Nord", 1, "", "01")),
)  # fmt: skip
UNITS = ("01.1", "01.2", "02")
KITA = Service(
    "kita", "places", WORDS, WORDS, (8, 1),
    (Part("u3", WORDS, (Quota(Span(0, 2), ((2020, 0.4),), COUNT, 0.1),), 15, WORDS, COUNT),),
)  # fmt: skip
CARE = Service(
    "care", "people", WORDS, WORDS, (12, 31), (Part("all", WORDS, (Quota(Span(80, 100, "f"), ((2020, 0.5),), ASSUMPTION),)),)
)
FACILITIES = (
    Facility("k1", "kita", "u3", "Kita Mitte", "01.1", 30.0, 8.5, 53.5),
    Facility("k2", "kita", "u3", "Kita Aue", "01", 15.0, opens=date(2027, 8, 1)),
    Facility("k3", "kita", "u3", "Kita Bach", "02", 45.0, closes=date(2027, 7, 31)),
    Facility("c1", "care", "all", "Haus Bach", "02", 60.0),
)
PEOPLE = People(
    np.random.default_rng(1).uniform(50, 150, (40, 4, 3, 2)), (2025, 2026, 2027, 2028), UNITS, (Span(0, 2), Span(80, 100, "f"))
)


def weighed(
    services: tuple[Service, ...] = (KITA, CARE), facilities: tuple[Facility, ...] = FACILITIES
) -> dict[str, ServiceNeeds]:
    return {n.service.id: n for n in weigh_needs(PEOPLE, services, facilities, region_geographies(REGION), seed=3)}


def test_each_geography_has_its_catchments_and_only_local_services_have_districts() -> None:
    needs = weighed()
    assert {name: areas.balance.catchments for name, areas in needs["kita"].areas.items()} == {
        "region": ("region",), "municipality": ("01", "02"), "district": ("01.1", "01.2"),
    }  # fmt: skip
    assert set(needs["care"].areas) == {"region", "municipality"}


def test_capacity_is_that_of_the_key_date_and_adds_up_to_the_region() -> None:
    areas = weighed()["kita"].areas
    assert areas["municipality"].balance.capacity[:, :, 0].tolist() == [[30, 45], [45, 0], [45, 0]]
    assert areas["region"].balance.capacity.ravel().tolist() == [75, 45, 45]


def test_a_facility_of_the_whole_municipality_is_named_where_ortsteile_cannot_count_it() -> None:
    areas = weighed()["kita"].areas
    assert areas["district"].left_out == ("k2",)
    assert areas["municipality"].left_out == ()
    assert areas["district"].balance.capacity[:, :, 0].tolist() == [[30, 0]] * 3


def test_the_levels_of_quotas_are_the_same_for_all_geographies_and_do_not_depend_on_other_services() -> None:
    """With exact people, the quantiles of need of the parts sum to those of the whole: one level moves all of them."""
    exact = People(np.repeat(PEOPLE.value[:1], 40, axis=0), PEOPLE.years, UNITS, PEOPLE.spans)
    needs = weigh_needs(exact, (KITA,), (), region_geographies(REGION), seed=3)[0].areas
    assert needs["municipality"].balance.need.sum(axis=2) == pytest.approx(needs["region"].balance.need[:, :, 0], abs=1e-3)
    alone, beside = weighed((KITA,)), weighed((CARE, KITA))
    assert np.array_equal(alone["kita"].areas["region"].balance.need, beside["kita"].areas["region"].balance.need)


def test_people_on_the_key_date_are_those_of_the_ages_of_the_quotas() -> None:
    people = weighed()["care"].areas["municipality"].people
    assert people[1, :, 1, 0] == pytest.approx(np.median(PEOPLE.value[:, 1:, 2, 1], axis=0), abs=1e-3)


def test_people_of_several_ages_are_the_median_of_sums_and_not_the_sum_of_medians() -> None:
    # two ages of which always one is crowded and one is empty: 100 together in every draw
    crowded = np.zeros((4, 2, 1, 2))
    crowded[:2, ..., 0], crowded[2:, ..., 1] = 100, 100
    quotas = tuple(Quota(Span(age, age), ((2020, 0.5),), COUNT) for age in (3, 4))
    asked = Service("s", "places", WORDS, WORDS, (12, 31), (Part("p", WORDS, quotas),))
    people = People(crowded, (2025, 2026), ("02",), (Span(3, 3), Span(4, 4)))
    region = weigh_needs(people, (asked,), (), region_geographies(REGION), seed=1)[0].areas["region"]
    assert region.eligible[:, 0, 0, 0].tolist() == [100, 100, 100]
    assert region.people[1, 0, 0].sum() == 100  # here the medians are 50 each
    assert region.people[2, 0, 0].sum() == 200


def test_classes_of_all_grades_are_summed_draw_by_draw() -> None:
    """Two grades of 25 pupils a class: 26 and 24 take three classes, 24 and 24 two, however the medians stand."""
    grades = tuple(
        Part(str(grade), WORDS, (Quota(Span(5 + grade, 5 + grade), ((2020, 1.0),), COUNT),), 25.0, WORDS, COUNT)
        for grade in (1, 2)
    )
    school = Service("school", "classes", WORDS, WORDS, (12, 31), grades)
    value = np.zeros((4, 2, 1, 2))
    value[:, 1, 0] = [[26, 24], [24, 26], [24, 24], [26, 26]]
    people = People(value, (2025, 2026), ("02",), (Span(6, 6), Span(7, 7)))
    rooms = tuple(Facility(f"s{part}", "school", part, "Schule", "02", seats) for part, seats in (("1", 60.0), ("2", 25.0)))
    balance = weigh_needs(people, (school,), rooms, region_geographies(REGION), seed=1)[0].areas["region"].balance
    assert balance.parts == ("1", "2", "all")
    assert balance.capacity[0, 0].tolist() == [60, 25, 3]  # 60 seats are two classes and ten chairs
    assert balance.need[[0, 3, 6], 0, 0, 2] == pytest.approx([2.075, 3, 3.925])
    assert balance.probability[0, 0, 2] == 0.25
    assert balance.missing[0, 0, 2] == 1


def test_services_without_quotas_or_parts_say_so_and_have_no_figures() -> None:
    needs = weighed(tuple(s for s in load_services() if s.id in ("care", "fire")))
    assert needs["care"].areas == {}
    assert needs["care"].service.missing()
    assert needs["fire"].areas == {}
    assert needs["fire"].service.norm


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    before = tuple(weighed().values())
    write_needs(before, tmp_path / "needs.json")
    after = read_needs(tmp_path / "needs.json")
    assert as_document(after) == as_document(before)
    for old, new in zip(before, after, strict=True):
        assert (new.service, new.facilities, new.draws) == (old.service, old.facilities, old.draws)
        for name, areas in old.areas.items():
            assert new.findings(name) == old.findings(name)
            for array in ARRAYS:
                assert np.array_equal(getattr(new.areas[name].balance, array), getattr(areas.balance, array))


def test_a_facility_in_an_area_that_nobody_knows_is_refused() -> None:
    with pytest.raises(AllmendeError, match="unknown area '03'"):
        weighed(facilities=(Facility("k9", "kita", "u3", "Kita", "03", 1.0),))


def test_needs_that_are_not_there_or_of_another_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AllmendeError, match="no needs yet"):
        read_needs(tmp_path / "needs.json")
    (tmp_path / "needs.json").write_text('{"format": 99}')
    with pytest.raises(AllmendeError, match="format 99"):
        read_needs(tmp_path / "needs.json")
