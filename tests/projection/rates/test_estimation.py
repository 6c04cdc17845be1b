from dataclasses import replace

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.projection.counts import Figures
from allmende.projection.estimation import Settings, estimate
from allmende.projection.rates.natural import probabilities
from allmende.projection.rates.reconciling import reconcile
from allmende.projection.rates.stocks import reckon_stock
from allmende.projection.run import run


@pytest.fixture(scope="module")
def found(counts):
    return estimate(counts)


def by_town(values, home):
    return np.stack([values[home == town].sum(axis=0) for town in range(home.max() + 1)])


def first_units(home):
    return np.unique(home, return_index=True)[1]


def test_the_stock_is_as_sure_as_it_says(found, truth):
    error = (found.model.start - truth.people[-1]) ** 2
    assert error.mean() == pytest.approx(found.model.start_variance.mean(), rel=0.15)
    large = truth.people[-1] > 20
    assert error[large].mean() == pytest.approx(found.model.start_variance[large].mean(), rel=0.4)
    people = found.model.start.sum(axis=(0, 2, 3))
    assert by_town(people, truth.home) == pytest.approx(by_town(truth.people[-1].sum(axis=(0, 2, 3)), truth.home), abs=1e-6)


def test_mortality_and_fertility_are_found_again(found, truth):
    """Three years ahead of the middle of the base years mortality has declined by about 5 %."""
    death, _ = probabilities(truth.death)
    for sex in (0, 1):
        assert found.model.death[0, 0, sex, 60:95] / death[sex, 60:95] == pytest.approx(np.full(35, 0.95), abs=0.09)
    weight = truth.people[-1].sum(axis=(0, 3))[:, 0]
    factor = found.model.birth_factor[0]
    true = truth.birth_factor[truth.home]
    assert found.model.birth[0, 0].sum() == pytest.approx(1.5, rel=0.05)
    assert np.average(abs(factor / true - 1), weights=weight) < 0.05
    assert np.corrcoef(factor[first_units(truth.home)], truth.birth_factor)[0, 1] > 0.7


def test_levels_are_as_sure_as_they_say(found, truth):
    """The true factor of a municipality lies within three standard deviations of the estimated one, and is worth the effort."""
    for name, factor in (("birth", truth.birth_factor), ("death", truth.death_factor)):
        estimated = getattr(found.model, f"{name}_factor")[0][first_units(truth.home)]
        spread = np.sqrt(getattr(found.spread, name)[first_units(truth.home)]) + 0.02
        level = factor / np.average(factor, weights=truth.sizes)
        assert (np.abs(estimated - level) < 3 * spread).all()
        assert ((estimated - level) ** 2).mean() < ((1 - level) ** 2).mean(), "better than no difference at all"


def test_leaving_is_found_again_by_age_and_group(found, truth):
    ages = np.array([5, 20, 24, 28, 35, 45, 55, 70])
    mean = np.average(truth.leave_factor, weights=truth.sizes)
    outside = found.model.leave[0, 1:].sum(axis=0)[:, 0, ages]
    assert outside / (0.7 * mean * truth.leave[:, ages + 1]) == pytest.approx(np.ones((2, len(ages))), abs=0.2)
    level = found.model.leave[0, 2].sum() / found.model.leave[0, 1:].sum()
    assert level == pytest.approx(2 / 7, abs=0.02), "two of five of those who leave the region go abroad"


def test_students_come_to_their_town_in_a_spike(found, truth):
    """Moves are published for 18-29 only; the balances of single ages tell who of them comes to the last municipality."""
    model, town = found.model, truth.home == truth.student_town
    share = model.share[0, 1][:, town].sum(axis=1)
    young, grown = model.age_class[21], model.age_class[27]
    assert share[young] > share[grown] + 0.1
    arrived = model.arrive[0].sum(axis=(0, 1, 2))
    true = truth.events["moves"][-5:, 0].sum(axis=(0, 1, 2)) / 5
    ages = np.arange(19, 29)
    assert arrived[ages] / arrived[ages].sum() == pytest.approx(true[ages + 1] / true[ages + 1].sum(), abs=0.03)


def test_the_first_years_go_on_as_the_last_did(found, truth):
    path = run(found.model)
    total = path.population.sum(axis=(1, 3, 4))
    known = truth.people.sum(axis=(1, 3, 4))
    went = (known[-1].sum() - known[-6].sum()) / 5
    goes = (total[3].sum() - total[0].sum()) / 3
    assert goes == pytest.approx(went, abs=0.0035 * known[-1].sum())
    assert path.deaths[0].sum() == pytest.approx(truth.events["deaths"][-5:].sum(axis=(1, 2, 3)).mean(), rel=0.06)
    women = (truth.people[-1].sum(axis=0)[:, 0] + path.population[1].sum(axis=0)[:, 0]) / 2
    assert path.births[0].sum() == pytest.approx((women @ truth.birth * truth.birth_factor[truth.home]).sum(), rel=0.06)


def test_children_of_foreign_mothers_are_told_from_births_by_nationality(found):
    assert found.model.child_group[1, 0] == pytest.approx(0.4, abs=0.08)


def test_naturalisation_is_told_from_stock_and_moves(found):
    assert found.model.change[0, 1, 0].max() < 0.004, "nobody is naturalised in the made region"
    assert any(note.topic == "naturalisation" and "stock" in note.en for note in found.explanation.notes)


@pytest.mark.parametrize(
    "more", [{}, {"within": None}, {"counterpart": None, "counterparts": ()}, {"deaths": (), "births": ()}]
)
@pytest.mark.parametrize(("sizes", "units"), [((320,), (1,)), ((2500,), (6,)), ((300, 2500, 500), (1, 4, 2))])
def test_villages_get_a_sound_model(sizes, units, more, made):
    truth = made.draw_region(sizes, units, seed=4)
    found = estimate(made.publish(truth, **more), Settings(steps=5))
    path = run(found.model)
    assert path.population.min() >= 0
    assert 0.7 < path.population[-1].sum() / path.population[0].sum() < 1.5
    assert (found.model.birth_factor > 0).all()
    assert found.explanation.too_small == found.model.units
    topics = {note.topic for note in found.explanation.notes}
    assert {"counterpart"} & topics == ({"counterpart"} if "counterpart" in more else set())


def test_exact_counts_give_an_exact_stock(made):
    truth = made.draw_region((2000, 5000), (1, 1), seed=6)
    found = estimate(made.publish(truth, protected=False))
    assert found.model.start == pytest.approx(truth.people[-1].astype(float), abs=1e-3)
    assert found.model.start_variance.max() == 0


def test_people_held_apart_are_taken_out_and_kept(counts, truth):
    apart = np.zeros((1, 2, len(truth.home), 2, 101))
    apart[0, 0, -1, 1, 20:25] = 30.0
    held = replace(counts, special_kinds=("barracks",), special=apart)
    found, plain = estimate(held), estimate(counts)
    assert plain.model.start.sum() - found.model.start.sum() == pytest.approx(150.0, abs=1.0)
    assert found.model.special.sum() == 150.0
    assert "special_moves" in {note.topic for note in found.explanation.notes}
    apart[0, 0, 0, 1, 20] = 5000.0
    too_many = estimate(replace(held, special=apart))
    assert "special" in {note.topic for note in too_many.explanation.notes}, "more soldiers than people are told"


def test_years_left_out_stand_in_the_explanation(counts):
    found = estimate(counts, Settings(window=6, left_out=(2022,)))
    assert found.explanation.years == (2020, 2021, 2023, 2024, 2025)
    assert found.explanation.left_out == (2022,)
    assert any("2022" in note.de for note in found.explanation.notes)


def test_an_exceptional_year_is_pointed_out_and_can_be_left_out(truth, made):
    events = dict(truth.events)
    truth.events["moves"] = truth.events["moves"].copy()
    truth.events["moves"][4, 0] *= 3
    strange = made.publish(truth)
    truth.events.update(events)
    found = estimate(strange, Settings(window=7))
    assert found.explanation.unusual == (2022,)
    calm = estimate(strange, Settings(window=7, left_out=(2022,)))
    assert calm.model.arrive[0].sum() < 0.9 * found.model.arrive[0].sum()


def test_noise_makes_levels_less_sure(truth, made):
    exact, noisy = estimate(made.publish(truth, protected=False)), estimate(made.publish(truth))
    assert noisy.model.start_variance.sum() > exact.model.start_variance.sum()
    village = int(first_units(truth.home)[0])
    assert noisy.spread.birth[village] >= 0.8 * exact.spread.birth[village]


def test_order_of_units_does_not_matter(counts):
    order = np.random.default_rng(0).permutation(len(counts.units))
    mixed = replace(
        counts,
        units=tuple(counts.units[at] for at in order),
        parents=tuple(counts.parents[at] for at in order),
        stock=tuple(replace(f, value=f.value[:, :, order]) if f.by_unit else f for f in counts.stock),
    )
    straight, other = estimate(counts).model, estimate(mixed).model
    assert other.start == pytest.approx(straight.start[:, order], abs=1e-6)
    assert other.share == pytest.approx(straight.share[..., order], abs=1e-6)
    assert other.leave_factor == pytest.approx(straight.leave_factor[..., order], rel=1e-5)


def spoil(counts, field, at, value):
    figures = getattr(counts, field)
    table = figures[0] if isinstance(figures, tuple) else figures
    wrong = table.value.copy()
    wrong[at] = value
    broken = replace(table, value=wrong)
    return replace(counts, **{field: (broken, *figures[1:]) if isinstance(figures, tuple) else broken})


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (lambda c: spoil(c, "deaths_by_age", (1, 0, 3), -2), r"deaths_by_age\[1, 0, 3\] is -2"),
        (lambda c: spoil(c, "stock", (0, 0, 0, 0, 0), -1), r"stock\[0, 0, 0, 0, 0\] is -1"),
        (lambda c: replace(c, years=(2018, 2019, 2020, 2021, 2022, 2023, 2024, 2026)), "have gaps"),
        (lambda c: replace(c, stock=c.stock[:3]), "No stock by single ages"),
        (lambda c: replace(c, moves=()), "No moves are known"),
        (lambda c: replace(c, parents=c.parents[:-1]), "parents"),
        (lambda c: replace(c, counterparts=("moon", *c.counterparts[1:])), "'moon' is no counterpart"),
        (lambda c: replace(c, births=(Figures(np.ones((2, 2))),)), r"births has the shape \[2, 2\]"),
        (lambda c: replace(c, crossing=np.full(len(c.municipalities), 1.5)), "More than all moves"),
        (lambda c: replace(c, dwellings=np.ones(3)), "dwellings has the shape"),
        (lambda c: spoil(c, "deaths", (6, 2), np.nan), "Events of a municipality are missing"),
        (
            lambda c: replace(c, deaths_by_age=Figures(np.full((8, 2, 9), np.nan), 0.0, tuple(range(0, 81, 10)))),
            "No year has events",
        ),
        (
            lambda c: replace(c, moves=(Figures(np.ones((8, 2, 8, 2, 2)), 0.0, (0, 33)),)),
            r"Moves are counted by the ages from \[0, 33\]",
        ),
        (lambda c: replace(c, deaths_by_age=Figures(np.zeros((8, 2, 1)))), "No deaths are counted"),
    ],
)
def test_counts_that_cannot_carry_an_estimate_are_named(counts, how, says):
    with pytest.raises(AllmendeError, match=says):
        estimate(how(counts))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        (Settings(steps=0), "looks nowhere"),
        (Settings(left_out=(1999,)), "1999"),
        (Settings(left_out=(2021, 2022, 2023, 2024, 2025)), "Every year"),
    ],
)
def test_settings_that_leave_nothing_are_named(counts, settings, says):
    with pytest.raises(AllmendeError, match=says):
        estimate(counts, settings)


def test_a_region_without_women_of_childbearing_age_is_named(made):
    truth = made.draw_region((500, 800), (1, 1), seed=8)
    truth.people[:, :, :, 0, 10:56] = 0
    with pytest.raises(AllmendeError, match="births cannot come from"):
        estimate(made.publish(truth))


def test_reconciling_meets_what_is_exact_and_weighs_what_is_not():
    table = np.random.default_rng(1).poisson(9.0, (1, 2, 3, 1, 4)).astype(float)
    exact = Figures(table.sum(axis=(1, 3, 4), keepdims=True), 0.0)
    noisy = Figures(table + 1.0, 4.0, (0, 1, 2, 3))
    found = reconcile(table.shape, [noisy, exact], np.arange(3), range(4))
    assert found.sum(axis=(1, 3, 4)) == pytest.approx(table.sum(axis=(1, 3, 4)))
    assert np.abs(found - table).max() < 0.6, "the exact totals take the common error out of every cell"


def test_more_margins_make_the_stock_surer(truth, made):
    full, bare = made.publish(truth), made.publish(truth)
    bare = replace(bare, stock=tuple(f for f in bare.stock if not f.by_unit))
    error = [((reckon_stock(c).people[-1] - truth.people[-1]) ** 2).mean() for c in (full, bare)]
    assert error[0] < 0.5 * error[1]
