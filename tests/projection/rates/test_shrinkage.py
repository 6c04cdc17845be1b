import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from allmende.errors import AllmendeError
from allmende.projection.rates.shrinkage import marshall, poisson_gamma, pool

ALIKE = np.array([0.0, 1, 3, 2, 8, 15, 4, 30, 1, 60])
EXPOSURE = np.array([80.0, 150, 210, 350, 600, 900, 420, 1800, 40, 4200])
DIFFERENT = np.array([0.0, 3, 1, 2, 18, 9, 4, 61, 1, 60])


def test_areas_that_differ_by_chance_alone_all_get_the_mean():
    shrunk = marshall(ALIKE, EXPOSURE)
    assert shrunk.rate == pytest.approx(np.full(10, 0.01417142857), abs=1e-10)
    assert shrunk.between == 0
    shape, rate = poisson_gamma(ALIKE, EXPOSURE)
    assert (ALIKE + shape) / (EXPOSURE + rate) == pytest.approx(shrunk.rate, rel=1e-3)


counts = arrays(np.float64, 8, elements=st.integers(0, 500).map(float))
sizes = arrays(np.float64, 8, elements=st.floats(1, 1e5))


@given(counts, sizes, st.floats(0, 20))
def test_no_rate_is_negative_or_beyond_what_was_seen(events, exposure, noise):
    shrunk = marshall(events, exposure, noise)
    raw = events / exposure
    assert (shrunk.rate >= 0).all()
    assert (shrunk.variance >= 0).all()
    assert (np.minimum(raw, shrunk.mean) - 1e-12 <= shrunk.rate).all()
    assert (shrunk.rate <= np.maximum(raw, shrunk.mean) + 1e-12).all()


def test_an_area_without_exposure_gets_the_mean_and_a_huge_one_keeps_its_own():
    events, exposure = np.append(DIFFERENT, [0.0, 3e8]), np.append(EXPOSURE, [0.0, 1e10])
    shrunk = marshall(events, exposure, mean=0.018)
    assert shrunk.rate[-2] == 0.018
    assert shrunk.rate[-1] == pytest.approx(0.03, rel=1e-4)


def test_noise_of_protection_lowers_the_trust():
    assert (marshall(DIFFERENT, EXPOSURE, 2.25).trust <= marshall(DIFFERENT, EXPOSURE).trust).all()
    assert marshall(DIFFERENT, EXPOSURE, 2.25).trust[0] < 0.5 * marshall(DIFFERENT, EXPOSURE).trust[0]


def test_the_variance_of_the_estimate_is_that_of_its_error():
    rng = np.random.default_rng(3)
    exposure = np.repeat([300.0, 3000.0], 2000)
    true = rng.gamma(20, 0.02 / 20, 4000)
    shrunk = marshall(rng.poisson(true * exposure) + rng.normal(0, 1.5, 4000).clip(0), exposure, 0.5)
    error = (shrunk.rate - true) ** 2
    for size in (300, 3000):
        assert shrunk.variance[exposure == size].mean() == pytest.approx(error[exposure == size].mean(), rel=0.25)


def test_pooling_brings_a_hamlet_to_its_type_rather_than_to_the_region():
    types = np.repeat([0, 1], 20)
    exposure = np.full(40, 4000.0)
    exposure[0] = 1.0
    events = exposure * np.repeat([0.01, 0.05], 20)
    events[0] = 0.0
    pooled = pool(events, exposure, [types])
    assert pooled.rate[0] == pytest.approx(0.01, rel=0.1)
    assert pooled.rate[39] == pytest.approx(0.05, rel=0.05)


def test_pooling_of_equal_areas_changes_nothing():
    rate = pool(np.full(6, 30.0), np.full(6, 1000.0), [np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1])]).rate
    assert rate == pytest.approx(np.full(6, 0.03), abs=1e-15)


@pytest.mark.parametrize(
    ("events", "exposure", "says"),
    [
        ([1.0, 2.0], [3.0], "2 counts of events for 1 exposures"),
        ([1.0, -2.0], [3.0, 3.0], "Area number 1 has events of -2"),
        ([1.0, 2.0], [np.nan, 3.0], "Area number 0 has exposure of nan"),
        ([1.0, 2.0], [0.0, 0.0], "No area has any population at risk"),
    ],
)
def test_bad_counts_are_named(events, exposure, says):
    with pytest.raises(AllmendeError, match=says):
        marshall(np.array(events), np.array(exposure))


def test_a_distribution_needs_events():
    with pytest.raises(AllmendeError, match="No event"):
        poisson_gamma(np.zeros(3), np.ones(3))
