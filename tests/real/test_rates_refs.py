"""Rates against published and independently computed references."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from allmende.projection.rates.flows import fit_margins
from allmende.projection.rates.rogers_castro import RogersCastro
from allmende.projection.rates.schedules import national
from allmende.projection.rates.shrinkage import marshall, negative_log_likelihood, poisson_gamma
from allmende.projection.rates.topals import fit_topals

SHARED = Path(__file__).parents[3] / "shared"
REFS = SHARED / "refs" / "projection"
VITAL = SHARED / "data" / "vital"
pytestmark = pytest.mark.skipif(not REFS.is_dir(), reason="shared references absent")


def columns(path):
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def test_empirical_bayes():
    known = json.loads((REFS / "empirical_bayes_marshall.json").read_text())
    events, exposure = np.array(known["events"], float), np.array(known["exposure"])
    assert marshall(events, exposure).rate == pytest.approx(known["marshall_global"]["eb"], abs=1e-16)
    gamma = known["poisson_gamma_ml"]
    shape, rate = poisson_gamma(events, exposure)
    assert (events + shape) / (exposure + rate) == pytest.approx(gamma["eb"], abs=1e-8)
    assert negative_log_likelihood(events, exposure, shape, rate) == pytest.approx(gamma["nll"], abs=1e-11)
    assert marshall(np.array(known["trap"]["events"], float), exposure).rate == pytest.approx(np.full(10, 0.0141714), abs=1e-7)


def test_topals():
    data = columns(REFS / "topals_para_de_minas_female.csv")
    numbers = {name: values.astype(float) for name, values in data.items()}
    fit = fit_topals(numbers["deaths"], numbers["exposure"], numbers["std_logmx"])
    alpha = columns(REFS / "topals_para_de_minas_alpha.csv")
    assert fit.alpha == pytest.approx(alpha["alpha"].astype(float), abs=1e-6)
    assert np.sqrt(np.diag(fit.covariance)) == pytest.approx(alpha["se"].astype(float), abs=1e-6)
    assert fit.log_rate == pytest.approx(numbers["fitted_logmx"], abs=1e-6)
    assert fit.log_rate_error == pytest.approx(numbers["fitted_se"], abs=1e-6)
    assert fit.objective == pytest.approx(-4416.674, abs=5e-4)
    assert fit.steps == 5


def test_rogers_castro():
    data = columns(REFS / "rogers_castro_fundamental.csv")
    rate = RogersCastro().rate(data["age"].astype(float))
    assert rate == pytest.approx(data["m"].astype(float), abs=1e-12)
    assert rate / rate.sum() == pytest.approx(data["m_scaled"].astype(float), abs=1e-12)


@pytest.mark.parametrize("case", ["od4", "willekens2"])
def test_flows(case):
    data = columns(REFS / "ipf_od_reference.csv")
    own = {name: values[data["case"] == case] for name, values in data.items() if name != "case"}
    size = int(own["i"].astype(int).max())
    table = {name: own[name].astype(float).reshape(size, size) for name in ("seed", "row_total", "col_total", "fitted")}
    fitted = fit_margins(table["seed"], table["row_total"][:, 0], table["col_total"][0])
    assert fitted == pytest.approx(table["fitted"], abs=1e-10)
    assert fitted.sum(axis=1) == pytest.approx(table["row_total"][:, 0], abs=1e-9)


def test_national_mortality_is_that_of_its_source():
    data = columns(VITAL / "wpp2022_deutschland_mx_5j.csv")
    of = data["period"] == "2015-2020"
    lows = np.array([0, 1, *range(5, 101, 5)])
    for sex, column in enumerate(("mxF", "mxM")):
        log_death = national().log_death[sex]
        middle = lows + np.append(np.diff(lows), 1) / 2
        ours = np.interp(middle[2:-1], np.arange(101), log_death)
        published = np.log(data[column][of].astype(float))
        assert log_death[0] == pytest.approx(published[0], abs=1e-3)
        assert ours == pytest.approx(published[2:-1], abs=0.16)


def test_national_births_are_those_of_their_source():
    data = columns(VITAL / "wpp2022_deutschland_pasfr_5j.csv")
    published = data["pasfr"][data["period"] == "2015-2020"].astype(float) / 100
    births = national().births
    # births at exact ages 20-24 fall evenly on the ages reached 20 … 25
    exact = (births[:-1] + births[1:]) / 2
    assert np.add.reduceat(exact[10:55], np.arange(0, 45, 5)) == pytest.approx(published, abs=0.006)
