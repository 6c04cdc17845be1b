"""Services read from their files: what is known, what is assumed, what a user must still find out."""

import copy
import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from allmende.errors import AllmendeError
from allmende.needs.service_data import parse_service, service_data
from allmende.needs.services import Quota, Span

COUNT = {"de": "eigene Zählung", "en": "own count"}

SHIPPED = ("kita", "primary_school", "care", "doctors", "fire")

KITA: dict[str, Any] = {
    "id": "kita",
    "kind": "places",
    "title": {"de": "Kita", "en": "Day care"},
    "unit": {"de": "Plätze", "en": "places"},
    "key_date": "08-01",
    "part": [
        {
            "id": "u3",
            "title": {"de": "unter 3", "en": "under 3"},
            "quota": [{"ages": [0, 2], "by_year": {"2020": 0.3, "2030": 0.4}, "source": dict(COUNT), "spread": 0.1}],
        }
    ],
}


def shipped(name: str) -> dict[str, Any]:
    return tomllib.loads((files("allmende.parameters") / "services" / f"{name}.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_services_can_be_read_and_name_a_source_for_each_value(name: str) -> None:
    service = parse_service(shipped(name), name)
    assert service.id == name
    for part in service.parts:
        for quota in part.quotas:
            assert set(quota.source if quota.by_year else quota.required) == {"de", "en"}


def test_what_no_source_gives_is_asked_for() -> None:
    missing = parse_service(shipped("kita"), "kita.toml").missing()
    assert [text.partition(":")[0] for text in missing] == ["3-6, ages 3-5", "3-6, age 6"]
    assert parse_service(shipped("doctors"), "doctors.toml").missing() == ()


def test_assumptions_are_named() -> None:
    assert parse_service(shipped("doctors"), "doctors.toml").assumptions() == ("gp, ages 0-100", "gp, step")


def test_spans_are_those_of_the_quotas_each_once() -> None:
    spans = parse_service(shipped("primary_school"), "primary_school.toml").spans()
    assert spans == tuple(Span(age, age) for age in range(5, 11))
    assert parse_service(shipped("doctors"), "doctors.toml").spans() == (Span(0, 100),)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_service_is_the_same_after_writing_it_as_data(name: str) -> None:
    service = parse_service(shipped(name), name)
    assert parse_service(service_data(service), name) == service


def test_a_quota_is_interpolated_inside_and_held_outside() -> None:
    quota = Quota(Span(0, 2), ((2020, 0.3), (2030, 0.4)), COUNT)
    assert quota.at([2010, 2020, 2024, 2030, 2050]).tolist() == pytest.approx([0.3, 0.3, 0.34, 0.4, 0.4])


def test_1_august_has_seven_twelfths_of_the_year_behind_it() -> None:
    assert parse_service(KITA, "kita.toml").elapsed() == pytest.approx(213 / 365)


def changed(path: str, value: object) -> dict[str, Any]:
    data: Any = copy.deepcopy(KITA)
    *way, last = path.split("/")
    place = data
    for step in way:
        place = place[int(step) if step.isdigit() else step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return data  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        ("id", None, "id is None"),
        ("kind", "shop", "kind is 'shop'"),
        ("title", {"de": "Kita"}, "title is"),
        ("key_date", "8/1", "key_date is '8/1'"),
        ("key_date", "02-30", "key_date is '02-30'"),
        ("part", [], "part is []"),
        ("part/0/step", 0, "part 1: step is 0"),
        ("part/0/step", 25, "step_source is None"),
        ("part/0/quota/0/ages", [2, 0], "part 1, quota 1: ages is [2, 0]"),
        ("part/0/quota/0/ages", [0, 101], "part 1, quota 1: ages"),
        ("part/0/quota/0/sex", "x", "part 1, quota 1: sex is 'x'"),
        ("part/0/quota/0/source", None, "source is None"),
        ("part/0/quota/0/source", "own count", "source is 'own count'"),
        ("part/0/quota/0/source", {"en": "own count"}, "source is"),
        ("part/0/quota/0/source", {"de": "", "en": "own count"}, "source is"),
        ("part/0/quota/0/source", {"de": "eigene Zählung", "en": "assumption: own guess"}, "source is"),
        ("part/0/quota/0/required", "find out", "required is 'find out'"),
        ("part/0/quota/0/by_year", {}, "part 1, quota 1 is {}"),
        ("part/0/quota/0/by_year", {"20": 0.1}, "by_year is '20'"),
        ("part/0/quota/0/by_year", {"2020": -0.1}, "by_year.2020 is -0.1"),
        ("part/0/quota/0/by_year", {"2020": "0,3"}, "by_year.2020 is '0,3'"),
        ("part/0/quota/0/spread", 1.5, "part 1, quota 1: spread is 1.5"),
        ("part/0/quota/0/spred", 0.1, "part 1, quota 1: spred is 0.1"),
        ("part/0/steps", 25, "part 1: steps is 25"),
        ("quotas", [], "the service: quotas is []"),
        ("norm", {"minutes": 10}, "source is None"),
        ("norm", {"minutes": 3, "source": dict(COUNT), "before_driving": 5}, "norm: minutes is 3"),
        ("norm", {"minutes": 10, "source": dict(COUNT), "target": 95}, "norm: target is 95"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(path: str, value: object, what: str) -> None:
    with pytest.raises(AllmendeError) as caught:
        parse_service(changed(path, value), "own/kita.toml")
    assert what in caught.value.what
    assert caught.value.where == "own/kita.toml"
    assert caught.value.expected


def test_shares_of_day_care_give_the_rate_that_was_published() -> None:
    """Destatis: 37.8 % of all children under 3 in 2025; three years of birth of equal size."""
    (u3, _) = parse_service(shipped("kita"), "kita.toml").parts
    assert sum(float(quota.at([2025])[0]) for quota in u3.quotas) / 3 == pytest.approx(0.378, abs=5e-5)


def test_doctors_have_the_published_base_ratio() -> None:
    """Bedarfsplanungs-Richtlinie: one general practitioner for 1,671 inhabitants."""
    (part,) = parse_service(shipped("doctors"), "doctors.toml").parts
    assert 1 / part.quotas[0].at([2025])[0] == pytest.approx(1671, abs=0.5)


def places_in(data: Any, way: str = "") -> list[str]:
    """Return the way to every value of nested data."""
    named = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [found for name, each in named for found in (f"{way}{name}", *places_in(each, f"{way}{name}/"))]


FULL = KITA | {
    "norm": {"minutes": 10, "source": dict(COUNT), "start": "alarm", "before_driving": 2, "target": 0.9},
    "threshold": [{"name": "under", "value": 75, "source": dict(COUNT)}],
    "notes": {"de": "x", "en": "x"},
}


@pytest.mark.parametrize("wrong", [None, True, -3.5, "x", [], {}, [1], {"a": 1}, float("nan"), date(2025, 8, 1)], ids=repr)
@pytest.mark.parametrize("place", places_in(FULL))
def test_whatever_stands_in_a_file_is_read_or_named(place: str, wrong: object) -> None:
    data: Any = copy.deepcopy(FULL)
    *way, last = place.split("/")
    inner = data
    for step in way:
        inner = inner[int(step) if isinstance(inner, list) else step]
    inner[int(last) if isinstance(inner, list) else last] = wrong
    try:
        service = parse_service(data, "own.toml")
    except AllmendeError:
        return
    assert parse_service(service_data(service), "own.toml") == service


def test_two_parts_of_one_id_are_refused() -> None:
    data = copy.deepcopy(KITA)
    data["part"] *= 2
    with pytest.raises(AllmendeError, match="u3, u3"):
        parse_service(data, "kita.toml")


def test_quotas_that_count_somebody_twice_are_refused() -> None:
    data = copy.deepcopy(KITA)
    data["part"][0]["quota"].append({"ages": [2, 3], "sex": "f", "by_year": {"2020": 0.9}, "source": COUNT})
    with pytest.raises(AllmendeError, match=r"ages 0-2, ages 2-3 \(f\)"):
        parse_service(data, "kita.toml")


def test_a_service_of_reach_needs_a_norm() -> None:
    with pytest.raises(AllmendeError, match="norm"):
        parse_service(changed("kind", "reach"), "fire.toml")
