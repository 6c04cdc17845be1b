"""What the sources print as figures, computed again; where they print only rules, the example says "own figures"."""

from fractions import Fraction

import pytest

from allmende.schemes.figures_file import example_run
from allmende.schemes.reading import SCHEMES, load_scheme
from allmende.schemes.settling import settle
from allmende.sharing.figures import figures_of


@pytest.mark.parametrize("name", SCHEMES)
def test_an_example_says_that_its_figures_are_not_the_sources(name):
    label = load_scheme(name).example["source"]
    assert "eigene Zahlen" in label["de"]
    assert "own figures" in label["en"]


@pytest.mark.parametrize(
    ("need", "base", "printed"), [(250_970_000, 528_096_000, "47.52"), (259_080_000, 545_900_000, "47.46")]
)
def test_a_levy_by_financial_strength_takes_the_rate_that_kreis_unna_printed(need, base, printed):
    """Kreis Unna, Erläuterung der Kreisumlage (expydoc.com, doc 8947915, retrieved 22.11.2026); GkG NRW § 19 refers to it."""
    bases = {"A": base * 3 // 10, "B": base // 5, "C": base - base * 3 // 10 - base // 5}
    figures = figures_of(bases, {"use": bases, "levy_base": bases})
    levy = settle(load_scheme("verbandsumlage"), figures, 2015, choices={"need": need, "cap": 1}).contributed
    assert sum(levy) == need * 100
    for paid, own in zip(levy, bases.values(), strict=True):
        assert f"{paid / own:.2f}" == printed


def test_holzminden_the_state_gives_half_of_two_hundred_thousand():
    """arl-lw.niedersachsen.de: 100,000 euro at a rate of 50 %; the volume is 200,000 euro."""
    scheme = load_scheme("revolving")
    figures = figures_of(["A", "B"], {"local_share": {"A": 3, "B": 1}})
    filled = settle(scheme, figures, 2017)
    assert filled.closing == 200_000_00
    assert Fraction(filled.movements[0].outside, filled.closing) == Fraction(1, 2)
    assert settle(scheme, figures, 2018, opening=filled.closing).closing == filled.closing


def test_rendsburg_the_animal_home_and_the_rates():
    """shz.de: the fund gives 153,000 of 279,000 euro; entwicklungsagentur-rendsburg.de: 1 %, 2,500 euro, 2,500 / 700 a m²."""
    names = ["Rendsburg", "Büdelsdorf", "Fockbek"]
    table = {
        "levy_base": dict.fromkeys(names, 15_300_000),
        "new_dwellings": dict.fromkeys(names, 2),
        "multistorey_plot_m2": dict.fromkeys(names, 1400),
        "projects": dict(zip(names, (0, 0, 153_000), strict=True)),
    }
    found = settle(load_scheme("rendsburg"), figures_of(names, table), 2018)
    assert found.contributed == (153_000_00, 153_000_00, 153_000_00 + 5_000_00 + 5_000_00)
    assert found.received[2] == 153_000_00


def test_kif_shares_of_the_kreisumlage_and_the_first_awards():
    """Vorlage 2019/180: 1.5 % and 1.0 %; weser-aue-aktuell.de: 665,000 euro; eiz-niedersachsen.de: 300,000 euro."""
    scheme, run = load_scheme("kif"), example_run(load_scheme("kif"))
    choices = {**run.choices, "kreisumlage": dict.fromkeys(range(2018, 2023), "100000000")}
    table = {key: dict.fromkeys(range(2020, 2025), rows["2020"]) for key, rows in scheme.example["figures"].items()}
    figures = figures_of(run.figures.partners, table)
    district = {
        year: settle(scheme, figures, year, choices=choices).movements[1].outside for year in (2020, 2021, 2022, 2023, 2024)
    }
    assert district == {2020: 1_500_000_00, 2021: 1_500_000_00, 2022: 1_000_000_00, 2023: 1_000_000_00, 2024: 1_000_000_00}
    first = settle(scheme, run.figures, 2020, choices=run.choices)
    assert sum(first.received) == 665_000_00
    assert first.movements[2].outside == 300_000_00


def test_fpic_levies_the_volume_and_takes_no_more_than_the_printed_share():
    """Journal officiel, FPIC en 2018: 1 billion euro; at most 13.5 % of resources."""
    names = [f"E{k}" for k in range(20)]
    wealth = {name: 500 + 60 * k for k, name in enumerate(names)}
    table = {
        "inhabitants": dict.fromkeys(names, 2_000_000),
        "wealth_per_head": wealth,
        "income_per_head": {name: 15_000 + 100 * k for k, name in enumerate(names)},
        "fiscal_effort": dict.fromkeys(names, 1),
        "resources": {name: 2_000_000 * each for name, each in wealth.items()},
    }
    found = settle(load_scheme("fpic"), figures_of(names, table), 2018, choices={"volume": 1_000_000_000})
    assert sum(found.contributed) == sum(found.received) == 1_000_000_000_00
    assert all(paid <= 0.135 * 100 * table["resources"][name] for name, paid in zip(names, found.contributed, strict=True))
    assert sum(got > 0 for got in found.received) == 12  # 60 % of 20


def test_zollernalb_gives_all_development_cost_back_and_pools_all_of_the_tax():
    """Model project Neckar-Alb, p. 48: 100 % of chargeable cost, 100 % of what the equalisation leaves of the trade tax."""
    names = ["A", "B"]
    table = {
        "value_put_in": {"A": 1, "B": 3},
        "sale_proceeds": {"A": 500, "B": 0},
        "development_cost_of_sold_land": {"A": 100, "B": 0},
        "trade_tax_after_equalisation": {"A": 0, "B": 200},
    }
    assert settle(load_scheme("zollernalb"), figures_of(names, table), 2010).net == (-25_000, 25_000)


def test_twin_cities_forty_per_cent_of_what_has_grown():
    """LMC, Fiscal Disparities 101 (2023): 40 % of the growth, a pool of 531 million; so the growth is 1,327.5 million."""
    names = ["A", "B"]
    table = {
        "commercial_tax_base": {1971: {"A": 10**8, "B": 0}, 2023: {"A": 10**8 + 1_000_000_000, "B": 327_500_000}},
        "inhabitants": {2022: {"A": 1, "B": 1}},
        "market_value_per_head": {2022: {"A": 2, "B": 1}},
    }
    found = settle(load_scheme("fiscal_disparities"), figures_of(names, table), 2023)
    assert sum(found.contributed) == 531_000_000_00
    assert found.received == (177_000_000_00, 354_000_000_00)
