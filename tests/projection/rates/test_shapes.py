import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.projection.rates.rogers_castro import RogersCastro, fit_rogers_castro
from allmende.projection.rates.schedules import national
from allmende.projection.rates.topals import fit_topals, hats

AGES = np.arange(101)
STANDARD = national().log_death[0]


def test_topals_of_what_the_standard_expects_is_the_standard():
    exposure = np.linspace(20, 0.1, 101)
    fit = fit_topals(exposure * np.exp(STANDARD), exposure, STANDARD)
    assert fit.alpha == pytest.approx(np.zeros(7), abs=1e-9)


@pytest.mark.parametrize("lows", [None, range(0, 81, 10), range(0, 100, 5)])
def test_topals_finds_what_many_deaths_tell_from_any_bands(lows):
    bend = np.array([0.2, 0.1, -0.3, 0.3, 0.2, -0.2, 0.1])
    true = STANDARD + hats(101) @ bend
    exposure = np.full(101, 1e7)
    deaths = exposure * np.exp(true)
    deaths = deaths if lows is None else np.add.reduceat(deaths, np.array(lows))
    fit = fit_topals(deaths, exposure, STANDARD, lows=lows)
    expected = exposure * np.exp(fit.log_rate)
    seen = expected if lows is None else np.add.reduceat(expected, np.array(lows))
    assert seen == pytest.approx(deaths, rel=1e-3)
    if lows is None:
        assert fit.alpha == pytest.approx(bend, abs=0.01)


def test_topals_standard_errors_are_those_of_repeated_fits():
    rng = np.random.default_rng(5)
    exposure = np.full(101, 3000.0)
    expected = exposure * np.exp(STANDARD)
    fits = [fit_topals(rng.poisson(expected).astype(float), exposure, STANDARD) for _ in range(150)]
    spread = np.std([fit.log_rate for fit in fits], axis=0)
    stated = np.mean([fit.log_rate_error for fit in fits], axis=0)
    old = slice(60, 95)
    assert spread[old] == pytest.approx(stated[old], rel=0.3)
    assert (spread[:50] < 1.2 * stated[:50]).all(), "the penalty holds young ages, so they vary less than stated"


def test_noise_makes_deaths_weigh_less():
    exposure = np.full(101, 100.0)
    deaths = 2 * exposure * np.exp(STANDARD)
    assert (
        np.abs(fit_topals(deaths, exposure, STANDARD, noise=50.0).alpha).max()
        < np.abs(fit_topals(deaths, exposure, STANDARD).alpha).max()
    )


@pytest.mark.parametrize(
    ("deaths", "exposure", "standard", "says"),
    [
        (np.ones(3), np.ones(101), STANDARD, "3 counts of deaths"),
        (np.zeros(101), np.ones(101), STANDARD, "No deaths are counted"),
        (-np.ones(101), np.ones(101), STANDARD, "negative or missing"),
        (np.ones(101), np.ones(101), np.append(STANDARD[:100], -np.inf), "no finite log rate at age 100"),
        (np.ones(101), np.append(np.ones(100), 0.0), STANDARD, "from age 100 on, where nobody lived"),
    ],
)
def test_bad_deaths_are_named(deaths, exposure, standard, says):
    with pytest.raises(AllmendeError, match=says):
        fit_topals(deaths, exposure, standard)


@pytest.mark.parametrize("kind", [{}, {"retired": True}, {"very_old": True}, {"retired": True, "very_old": True}])
def test_a_curve_is_found_again(kind):
    parts = ({"a3": 0.02} if "retired" in kind else {}) | ({"a4": 1e-5, "lambda4": 0.06} if "very_old" in kind else {})
    true = RogersCastro(a1=0.03, mu2=22.0, lambda2=0.3, **parts)
    fit = fit_rogers_castro(1e5 * true.rate(AGES), np.full(101, 1e5), **kind)
    assert fit.rate(AGES) == pytest.approx(true.rate(AGES), rel=1e-5)


def test_five_broad_bands_keep_the_shape_and_take_the_level():
    lows, exposure = [0, 18, 30, 50, 65], np.linspace(900, 1500, 101)
    true = RogersCastro(mu2=21.5).scaled(1.7)
    fit = fit_rogers_castro(np.add.reduceat(exposure * true.rate(AGES), lows), exposure, lows=lows, hold=0.5)
    assert (exposure * fit.rate(AGES)).sum() == pytest.approx((exposure * true.rate(AGES)).sum(), rel=0.01)
    assert np.abs(fit.rate(AGES) - true.rate(AGES)).max() < 0.1 * true.rate(AGES).max()


@pytest.mark.parametrize(
    ("events", "exposure", "lows", "says"),
    [
        (np.ones(4), np.ones(101), [0, 20], "4 counts of movers for 2"),
        (np.ones(2), np.ones(101), [0, 20], "2 figures cannot fix 7"),
        (-np.ones(101), np.ones(101), None, "negative or missing"),
    ],
)
def test_bad_movers_are_named(events, exposure, lows, says):
    with pytest.raises(AllmendeError, match=says):
        fit_rogers_castro(events, exposure, lows=lows)


@pytest.mark.parametrize(
    ("deaths", "exposure"),
    [(1e12, 1.0), (1e300, 1.0), (1e9, 1e-300), (5.0, 1e-5), (np.inf, 1.0), (1.0, np.inf)],
)
@pytest.mark.filterwarnings("error")
def test_topals_refuses_deaths_that_no_schedule_fits(deaths, exposure):
    with pytest.raises(AllmendeError, match="fits these deaths"):
        fit_topals(np.where(AGES == 50, deaths, 0.0), np.full(101, exposure), STANDARD)
