from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.areas.reforms import Step, Table, carry
from allmende.errors import AllmendeError, Refused

NAN = float("nan")


def step(links, *, year=2023, complete=True, **weights):
    """A step of one year from (source, target) pairs."""
    source, target = zip(*links, strict=True)
    arrays = {basis: np.array(values, dtype=float) for basis, values in weights.items()}
    return Step(date(year - 1, 12, 31), date(year, 12, 31), source, target, arrays, complete, f"sample {year}")


def people(**counts):
    return Table(tuple(counts), ("people",), np.array([[value] for value in counts.values()], dtype=float))


def test_merged_municipalities_add_up_and_split_ones_divide():
    merge = step([("a", "x"), ("b", "x"), ("c", "c"), ("c", "x")], population=[1, 1, 0.75, 0.25])
    table, report = carry(people(a=3, b=4, c=8), [merge])
    assert dict(zip(table.keys, table.values[:, 0], strict=True)) == {"x": 9, "c": 6}
    assert report.split == ("c",)
    assert report.residual == {"people": 0}
    assert report.territory_date == date(2023, 12, 31)


def test_two_steps_follow_one_another():
    first = step([("a", "b"), ("c", "c")], population=[1, 1], year=2022)
    second = step([("b", "b"), ("b", "c"), ("c", "c")], population=[0.5, 0.5, 1], year=2023)
    table, _ = carry(people(a=10, c=1), [first, second])
    assert (table.row("b"), table.row("c")) == ({"people": 5}, {"people": 6})
    with pytest.raises(AllmendeError, match="follows a step that already leads to 2023-12-31"):
        carry(people(a=10, c=1), [second, first])


def test_a_key_that_a_complete_step_does_not_know_is_refused_and_named():
    with pytest.raises(Refused) as error:
        carry(people(a=1000, lost=7, empty=0), [step([("a", "a")], population=[1])])
    assert "by -7.000" in str(error.value)
    assert "lost (7, absent from sample 2023)" in str(error.value)


def test_a_loss_within_the_tolerance_is_still_told():
    _, report = carry(people(a=1000, lost=7, empty=0), [step([("a", "a")], population=[1])], tolerance=0.01)
    assert [(loss.key, loss.values) for loss in report.lost] == [("lost", {"people": 7})]
    assert report.empty == ("empty",)
    assert report.residual == {"people": -7}


def test_a_partial_step_leaves_what_it_does_not_list():
    changes = step([("a", "b"), ("a", "a")], population=[0.1, 0.9], complete=False)
    table, report = carry(people(a=10, z=5), [changes])
    assert (table.keys, table.values[:, 0].tolist()) == (("a", "b", "z"), [9, 1, 5])
    assert report.lost == ()


@pytest.mark.parametrize("weights", [[1, 1, 1], [NAN, NAN, NAN], [0, 0, 0]])
def test_area_decides_where_the_weights_by_population_cannot_be_used(weights):
    forest = step([("f", "a"), ("f", "b"), ("f", "f")], population=weights, area=[0.25, 0.25, 0.5])
    table, report = carry(people(f=8), [forest])
    assert table.values[:, 0].tolist() == [2, 2, 4]
    assert report.by_area == ("f",)


def test_weights_that_no_basis_makes_whole_are_an_error():
    with pytest.raises(AllmendeError, match=r"'f'.*neither by population nor by area"):
        carry(people(f=8), [step([("f", "a"), ("f", "b")], population=[0.5, 0.4], area=[0.5, 0.4])])
    with pytest.raises(AllmendeError, match="no weights by employees"):
        carry(people(f=8), [step([("f", "a")], population=[1])], by="employees")


def test_weights_printed_with_four_decimals_lose_nobody():
    thirds = step([("f", "a"), ("f", "b"), ("f", "c")], population=[0.3333, 0.3333, 0.3333])
    table, report = carry(people(f=30_000), [thirds])
    assert table.values.sum() == pytest.approx(30_000)
    assert report.by_area == ()


@given(
    st.lists(st.integers(0, 50_000), min_size=4, max_size=4),
    st.lists(st.integers(1, 1000), min_size=7, max_size=7),
)
def test_whole_counts_stay_whole_and_near_their_exact_share_and_none_is_lost(counts, shares):
    links = [("a", "u"), ("a", "v"), ("b", "v"), ("c", "u"), ("c", "v"), ("c", "w"), ("d", "w")]
    sums = {key: sum(s for (source, _), s in zip(links, shares, strict=True) if source == key) for key in "abcd"}
    divided = step(links, population=[s / sums[source] for (source, _), s in zip(links, shares, strict=True)])
    before = people(**dict(zip("abcd", counts, strict=True)))
    exact, _ = carry(before, [divided])
    whole, report = carry(before, [divided], whole=True)
    assert whole.values.sum() == sum(counts)
    assert (whole.values == np.floor(whole.values)).all()
    assert np.abs(whole.values - exact.values).max() < 3
    assert report.split == ("a", "c")


def test_fractions_cannot_be_divided_into_whole_parts():
    with pytest.raises(AllmendeError, match="whole counts"):
        carry(people(a=1.5), [step([("a", "a")], population=[1])], whole=True)


def test_several_columns_are_carried_and_checked_each_by_itself():
    table = Table(("a", "lost"), ("people", "area"), np.array([[10.0, 1.0], [0.0, 5.0]]))
    with pytest.raises(Refused, match="'area'"):
        carry(table, [step([("a", "a")], population=[1])])
