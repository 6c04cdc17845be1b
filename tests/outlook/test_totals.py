"""A look ahead held to totals of others: reached, or half way, with the factors told, and a bad table refused whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.outlook.making import make_model
from allmende.outlook.settings import read_settings
from allmende.outlook.sources import Source, released
from allmende.outlook.totals import TOTALS, hold_to_totals, with_totals
from allmende.projection.model import Model
from allmende.projection.run import run

HEAD = "year;component;area;persons;source;date;damping\n"


@pytest.fixture(scope="module")
def source(shelf) -> Source:
    return released(shelf.public)


@pytest.fixture(scope="module")
def model(source: Source) -> Model:
    return make_model(source.counts(None), read_settings(), 4).model


def written(folder: Path, text: str) -> Path:
    (folder / TOTALS).write_text(HEAD + text, encoding="utf-8")
    return folder


def sums(model: Model, component: str) -> np.ndarray:
    """Sum a component over everybody by year and unit."""
    return getattr(run(model), component).sum(axis=(1, 3, 4))


def test_totals_of_two_components_are_both_reached_and_other_years_stay_free(source, model, tmp_path):
    first, free = model.base_year + 1, sums(model, "births")[3].sum()
    births, came = sums(model, "births")[0].sum() * 1.1, sums(model, "came")[1].sum() * 0.8
    rows = f"{first};births;region;{births};Landesamt;2026-01-01;\n{first + 1};came;region;{came};Landesamt;2026-01-01;1\n"
    held = hold_to_totals(model, with_totals(source, written(tmp_path, rows)).totals)
    assert sums(held.model, "births")[0].sum() == pytest.approx(births, rel=1e-6)
    assert sums(held.model, "came")[1].sum() == pytest.approx(came, rel=1e-6)
    assert sums(held.model, "births")[3].sum() == pytest.approx(free, rel=0.02)
    note = held.notes[0]
    assert (note.topic, note.source, note.date) == ("total:births:region", "Landesamt", "2026-01-01")
    assert "rates times 1.100 to 1.100" in note.en
    assert "1.100" in note.de


def test_a_total_of_one_town_moves_that_town_alone_and_half_damping_goes_half_way(source, model, tmp_path):
    town, first = model.municipalities[0], model.base_year + 1
    inside = np.array([model.municipalities[home] == town for home in model.home])
    before = sums(model, "deaths")[0]
    asked = before[inside].sum() * 1.44
    table = written(tmp_path, f"{first};deaths;{town};{asked};Kreis;2026-01-01;0.5\n")
    after = sums(hold_to_totals(model, with_totals(source, table).totals).model, "deaths")[0]
    assert after[inside].sum() == pytest.approx(before[inside].sum() * 1.2, rel=1e-4)
    assert after[~inside] == pytest.approx(before[~inside])


def test_without_a_table_nothing_is_held(source, model, tmp_path):
    assert with_totals(source, tmp_path) is source
    held = hold_to_totals(model, ())
    assert (held.model, held.notes) == (model, ())


def test_every_defect_of_a_table_is_listed(source, tmp_path):
    town = source.region.municipalities[0].ags
    rows = (
        "26;births;region;100;x;2026-01-01;\n2030;stock;region;100;x;2026-01-01;\n2030;births;nowhere;-1;;someday;2\n"
        f"2030;left;region;50;x;2026-01-01;\n2031;left;{town};50;x;2026-01-01;\n"
    )
    with pytest.raises(AllmendeError) as refused:
        with_totals(source, written(tmp_path, rows))
    told = str(refused.value)
    for part in ("year", "component", "area", "persons", "source", "date", "damping", "no overlap with line 5"):
        assert part in told, part


def test_a_total_that_rates_cannot_reach_is_refused(model, source, tmp_path):
    table = written(tmp_path, f"{model.base_year + 1};deaths;region;9000000;x;2026-01-01;\n")
    with pytest.raises(AllmendeError):
        hold_to_totals(replace(model), with_totals(source, table).totals)
