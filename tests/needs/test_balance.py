"""Need from people and quotas, capacity from facilities, and the odds that one exceeds the other."""

from dataclasses import replace
from datetime import date
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.needs.balance import LEVELS, weigh
from allmende.needs.capacity import Facility, count_capacity
from allmende.needs.demand import Catchments, Need, People, compute_need, group_units
from allmende.needs.services import Part, Quota, Service, Span

WORDS = {"de": "x", "en": "x"}
COUNT = {"de": "eigene Zählung", "en": "own count"}
YEARS = (2025, 2026, 2027)


def service(*quotas: Quota, step: float = 1.0, key_date: tuple[int, int] = (12, 31)) -> Service:
    return Service("s", "places", WORDS, WORDS, key_date, (Part("p", WORDS, quotas, step),))


def half(span: Span, **more: float) -> Quota:
    return Quota(span, ((2020, 0.5),), COUNT, **more)


def people(value: object, spans: tuple[Span, ...] = (Span(3, 3),), units: tuple[str, ...] = ("u",)) -> People:
    array = np.asarray(value, dtype=np.float64)
    return People(array, YEARS[: array.shape[1]], units, spans)


RNG = np.random.default_rng


def test_at_the_end_of_the_year_need_is_people_times_quota() -> None:
    need = compute_need(people([[[[100]], [[80]], [[60]]]]), service(half(Span(3, 3))), group_units(["u"], ["C"]), RNG(1))
    assert need.value.ravel().tolist() == [40, 30]
    assert need.years == (2026, 2027)


def test_birthdays_spread_over_the_year_give_the_people_of_an_age_on_any_day() -> None:
    """A cohort of 1,000 born in 2020 among empty ones: on 1 August 2025 those who had their birthday are five."""
    spans = (Span(4, 4), Span(5, 5))
    stock = people([[[[1000, 0]], [[0, 1000]], [[0, 0]]]], spans)
    on_day = compute_need(stock, service(half(Span(4, 4)), key_date=(8, 1)), group_units(["u"], ["C"]), RNG(1)).value
    older = compute_need(stock, service(half(Span(5, 5)), key_date=(8, 1)), group_units(["u"], ["C"]), RNG(1)).value
    assert on_day[0, 0, 0, 0] == pytest.approx(500 * 152 / 365)
    assert older[0, 0, 0, 0] == pytest.approx(500 * 213 / 365)


@given(st.lists(st.integers(0, 500), min_size=4, max_size=4), st.integers(0, 3))
def test_catchments_share_out_every_need(numbers: list[int], seed: int) -> None:
    units = ("a", "b", "c", "d")
    share = RNG(seed).dirichlet(np.ones(3), size=4).T
    stock = people([[[[n] for n in numbers]] * 2], units=units)
    asked = service(half(Span(3, 3)))
    split = compute_need(stock, asked, Catchments(("x", "y", "z"), units, share), RNG(1)).value
    whole = compute_need(stock, asked, group_units(units, ["all"] * 4), RNG(1)).value
    assert split.sum() == pytest.approx(whole.sum())


def test_splitting_a_unit_into_halves_changes_nothing() -> None:
    values = RNG(2).uniform(0, 300, (30, 3, 2, 1))
    asked = service(half(Span(3, 3), spread=0.1))
    whole = compute_need(people(values, units=("a", "b")), asked, group_units(["a", "b"], ["A", "B"]), RNG(1)).value
    split = np.concatenate([values[:, :, :1] / 2, values[:, :, :1] / 2, values[:, :, 1:]], axis=2)
    units = ("a1", "a2", "b")
    assert compute_need(people(split, units=units), asked, group_units(units, ["A", "A", "B"]), RNG(1)).value == pytest.approx(
        whole
    )


def test_the_order_of_draws_and_catchments_does_not_matter() -> None:
    value = RNG(3).uniform(0, 100, (25, 2, 3, 1))
    need = Need(service(half(Span(3, 3)), step=7), (2026, 2027), ("A", "B", "C"), value)
    turned = Need(need.service, need.years, ("C", "A", "B"), value[RNG(4).permutation(25)][:, :, [2, 0, 1]])
    capacity = RNG(5).uniform(0, 100, (2, 3, 1))
    one, other = weigh(need, capacity), weigh(turned, capacity[:, [2, 0, 1]])
    for name in ("probability", "missing", "spare", "offered"):
        assert np.array_equal(getattr(one, name)[:, [2, 0, 1]], getattr(other, name))
    for name in ("need", "steps"):
        assert np.array_equal(getattr(one, name)[:, :, [2, 0, 1]], getattr(other, name))


def test_a_quota_s_level_is_one_draw_for_all_years_and_right_on_average() -> None:
    draws = 4000
    stock = people(np.full((draws, 3, 1, 1), 1000.0))
    value = compute_need(stock, service(half(Span(3, 3), spread=0.2)), group_units(["u"], ["C"]), RNG(5)).value[:, :, 0, 0]
    assert np.array_equal(value[:, 0], value[:, 1])
    assert value[:, 0].mean() == pytest.approx(500, rel=0.01)
    assert value[:, 0].std() == pytest.approx(100, rel=0.06)


def test_a_quota_that_nobody_gave_is_asked_for() -> None:
    unknown = Quota(Span(3, 3), (), {}, required={"de": "Anteil der Dreijährigen", "en": "share of children of 3 years"})
    with pytest.raises(AllmendeError, match="share of children of 3 years"):
        compute_need(people([[[[1]], [[1]]]]), service(unknown), group_units(["u"], ["C"]), RNG(1))


def test_ages_that_the_draws_lack_are_named() -> None:
    with pytest.raises(AllmendeError, match="age 7"):
        compute_need(people([[[[1]], [[1]]]]), service(half(Span(7, 7))), group_units(["u"], ["C"]), RNG(1))


def test_units_without_a_catchment_are_named() -> None:
    with pytest.raises(AllmendeError, match="people of b"):
        Catchments(("x",), ("a", "b"), np.array([[1.0, 0.5]]))


def needed(values: list[float], step: float = 1.0) -> Need:
    return Need(service(half(Span(3, 3)), step=step), (2026,), ("C",), np.array(values).reshape(-1, 1, 1, 1))


@given(st.lists(st.integers(0, 200), min_size=1, max_size=30), st.integers(0, 200))
def test_a_balance_is_what_counting_the_draws_gives(values: list[int], capacity: int) -> None:
    balance = weigh(needed([float(v) for v in values]), np.full((1, 1, 1), float(capacity)))
    short = [v - capacity for v in values if v > capacity]
    assert balance.probability[0, 0, 0] == pytest.approx(len(short) / len(values))
    assert balance.missing[0, 0, 0] == (median(short) if short else 0)
    assert balance.spare[0, 0, 0] == median(max(capacity - v, 0) for v in values)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40), st.sampled_from([1.0, 7.5]))
def test_quantiles_are_those_of_numpy(values: list[float], step: float) -> None:
    balance = weigh(needed(values, step), np.full((1, 1, 1), 60.0))
    assert balance.need[:, 0, 0, 0] == pytest.approx(np.quantile(values, LEVELS))
    whole = np.ceil(np.array(values) / step - 1e-9)
    assert balance.steps[:, 0, 0, 0].tolist() == np.quantile(whole, LEVELS, method="inverted_cdf").tolist()


def test_one_child_more_opens_a_group() -> None:
    balance = weigh(needed([50, 51, 51], step=25), np.full((1, 1, 1), 60.0))
    assert balance.steps[LEVELS.index(0.5), 0, 0, 0] == 3
    assert balance.offered[0, 0, 0] == 2
    assert balance.probability[0, 0, 0] == 0


def test_the_first_year_with_a_shortfall_of_more_than_a_level() -> None:
    need = Need(service(half(Span(3, 3))), (2026, 2027, 2028), ("C", "D"), np.zeros((10, 3, 2, 1)))
    need.value[:3, 1, 0], need.value[:9, 2, 0] = 50, 50
    balance = weigh(need, np.full((3, 2, 1), 40.0))
    assert balance.first_year(0.2).ravel().tolist() == [2027, 0]
    assert balance.first_year(0.5).ravel().tolist() == [2028, 0]


def test_coverage_is_capacity_in_per_cent_of_need() -> None:
    balance = weigh(needed([4.0, 4.0]), np.full((1, 1, 1), 3.0))
    assert balance.coverage()[:, 0, 0, 0].tolist() == [75.0] * len(LEVELS)
    assert np.isnan(weigh(needed([0.0]), np.full((1, 1, 1), 3.0)).coverage()).all()


KITA = Facility("k1", "s", "p", "Am Deich", "a1", 60, opens=date(2026, 8, 1), closes=date(2027, 7, 31))


def test_capacity_counts_what_is_open_on_the_key_date() -> None:
    asked = service(half(Span(3, 3)), key_date=(8, 1))
    always = replace(KITA, id="k2", area="b", opens=None, closes=None, capacity=25)
    elsewhere = replace(KITA, id="k3", service="other")
    capacity = count_capacity([KITA, always, elsewhere], asked, {"a1": "A", "b": "B"}, ["A", "B"], [2025, 2026, 2027])
    assert capacity[:, :, 0].tolist() == [[0, 25], [60, 25], [0, 25]]


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (replace(KITA, area="z"), "unknown area 'z'"),
        (replace(KITA, part="q"), "offers 'q'"),
        (replace(KITA, capacity=-1), "capacity of -1"),
        (replace(KITA, capacity=float("nan")), "capacity of nan"),
    ],
)
def test_a_facility_that_cannot_be_counted_is_named(wrong: Facility, what: str) -> None:
    with pytest.raises(AllmendeError, match=what) as caught:
        count_capacity([wrong], service(half(Span(3, 3))), {"a1": "A"}, ["A"], [2026])
    assert "Am Deich" in caught.value.where
