"""A hub's own look ahead: its cells as they are, and a folder that stays closed."""

import numpy as np
import pytest

from allmende.cubes import Cells, numbers, texts
from allmende.cubes.columns import stack
from allmende.errors import AllmendeError, Refused
from allmende.outlook.confidential import WANTED, counted
from allmende.outlook.private import claim_private
from allmende.outlook.running import look_ahead
from allmende.outlook.settings import read_settings
from allmende.projection.rates.stocks import reckon_stock

from .conftest import UNITS, YEARS, region_of

SEX = np.array(["w", "m"])


def cells_of(values: np.ndarray, axes: dict[str, np.ndarray | None], twins: dict[str, tuple[str, np.ndarray]] | None = None):
    """Return the non-zero entries of an array as cells; numbered axes have None, twins are read from another column."""
    at = np.nonzero(values)
    columns = [
        numbers(name, at[place])
        if labels is None
        else texts(name, labels[at[place]].tolist())
        if labels.dtype.kind == "U"
        else numbers(name, labels[at[place]])
        for place, (name, labels) in enumerate(axes.items())
    ]
    for name, (of, labels) in (twins or {}).items():
        columns.append(texts(name, labels[at[list(axes).index(of)]].tolist()))
    n = values[at].astype(np.int64)
    return Cells(tuple(columns), n, np.zeros(len(n), dtype=np.uint64))


@pytest.fixture(scope="module")
def cells(truth):
    region = region_of(truth)
    towns = np.array([town.ags for town in region.municipalities])
    keys = np.array(
        [f"{towns[z]}.{m - np.sum(UNITS[:z])}" if UNITS[z] > 1 else f"{towns[z]}.unlocated" for m, z in enumerate(truth.home)]
    )
    years, events = np.array(YEARS), truth.events
    stock = truth.people.sum(axis=1)
    stock_cells = cells_of(
        stock, {"year": years, "district": keys, "sex": SEX, "age": None}, {"ags": ("district", towns[truth.home])}
    )
    ways = np.array(["in", "out"])
    # counterparts are recorded in sum only, so their moves stand at one age and those by age with one counterpart
    moves = np.zeros((len(YEARS), 2, len(towns), len(towns) + 2, 101))
    moves[:, :, :, :, 30] = events["counterpart"]
    moves[:, :, :, -2] += events["moves"].sum(axis=3)
    far = np.array([*towns, "01", "abroad"])
    inner = np.zeros((len(YEARS), len(keys), len(keys), 101))
    for z, count in enumerate(UNITS):
        own = np.flatnonzero(truth.home == z)
        if count > 1:
            inner[:, own[0], own[1]] = events["within"][:, z]
    return {
        "stock": stock_cells,
        "deaths": cells_of(events["deaths"], {"year": years, "ags": towns, "sex": SEX, "age": None}),
        "births": cells_of(events["births"].sum(axis=2), {"year": years, "ags": towns, "age": None}),
        "external_moves": cells_of(moves, {"year": years, "direction": ways, "ags": towns, "counterpart": far, "age": None}),
        "internal_moves": cells_of(
            inner,
            {"year": years, "district": keys, "origin_district": keys, "age": None},
            {"ags": ("district", towns[truth.home])},
        ),
    }, region


def test_cells_become_exact_figures(cells, truth):
    base, region = cells
    source = counted(base, region)
    counts = source.counts(None)
    np.testing.assert_array_equal(counts.stock[0].value[:, 0], truth.people.sum(axis=1))
    assert {f.noise for f in (*counts.stock, *counts.deaths, *counts.births, *counts.moves, counts.within)} == {0.0}
    np.testing.assert_allclose(reckon_stock(counts).people[:, 0], truth.people.sum(axis=1), atol=1e-6)
    np.testing.assert_array_equal(counts.births[0].value, truth.events["births"].sum(axis=(2, 3)))
    np.testing.assert_array_equal(counts.deaths[0].value, truth.events["deaths"].sum(axis=3))
    window = truth.events["counterpart"][-3:].sum(axis=0)
    np.testing.assert_array_equal(counts.counterpart.value[:, :, :-2], window[:, :, :-2])
    assert np.isnan(counts.crossing[0])
    assert (counts.crossing[1:] == 1).all()
    assert source.counts(2022).years == (2019, 2020, 2021, 2022)
    assert source.audience == "confidential"


def test_a_look_ahead_from_cells_is_surer_of_today(cells, shelf):
    base, region = cells
    quick = read_settings() | {"horizon": 5, "draws": 40, "back_test_draws": 20}
    outlook = look_ahead(counted(base, region), quick).outlook
    assert outlook.audience == "confidential"
    assert outlook.release.startswith("confidential-")
    assert outlook.fan[-1, 0, -1, 0] == pytest.approx(outlook.fan[0, 0, -1, 0], abs=0.5)


def test_unknown_districts_and_sexes_are_shared_out(cells, truth):
    base, region = cells
    stock = base["stock"]
    lost = f"{region.municipalities[1].ags}.unlocated"
    more = Cells(
        (
            numbers("year", [2025]),
            texts("district", [lost]),
            texts("sex", ["d"]),
            numbers("age", [40]),
            texts("ags", [region.municipalities[1].ags]),
        ),
        np.array([90]),
        np.zeros(1, dtype=np.uint64),
    )
    joined = Cells(
        tuple(stack([stock[name], more[name]]) for name in WANTED["stock"]),
        np.append(stock.n, 90),
        np.append(stock.key, more.key),
    )
    added = (
        counted(base | {"stock": joined}, region).counts(None).stock[0].value
        - counted(base, region).counts(None).stock[0].value
    )
    own = truth.home == 1
    assert added[-1, 0, own, :, 40].sum() == pytest.approx(90)
    np.testing.assert_allclose(added[-1, 0, own, 0, 40], added[-1, 0, own, 1, 40])
    people = truth.people[-1].sum(axis=(0, 2, 3))[own]
    np.testing.assert_allclose(added[-1, 0, own].sum(axis=(1, 2)), 90 * people / people.sum())
    assert added.sum() == pytest.approx(90)


def test_municipalities_without_cells_are_left_out_and_named(cells):
    base, region = cells
    gone = region.municipalities[2]
    less = {kind: each.take(np.array([ags != gone.ags for ags in each["ags"].values()])) for kind, each in base.items()}
    source = counted(less, region)
    assert [town.ags for town in source.region.municipalities] == [t.ags for t in region.municipalities if t != gone]
    assert any(gone.name in note.en for note in source.notes)
    assert gone.ags not in source.counts(None).municipalities
    with pytest.raises(AllmendeError, match="no cells of births"):
        counted({kind: each for kind, each in base.items() if kind != "births"}, region)


def test_what_is_confidential_stays_out_of_public_folders(shelf, tmp_path):
    for folder in (shelf.public, shelf.public / "outlooks", shelf.public / "a" / "b"):
        with pytest.raises(Refused, match="no place in a public folder"):
            claim_private(folder)
    assert not (shelf.public / "a").exists()
    mine = claim_private(tmp_path / "mine" / "ahead")
    assert mine.stat().st_mode & 0o777 == 0o700
    assert claim_private(mine) == mine
    mine.chmod(0o750)
    with pytest.raises(Refused, match="Others on this machine"):
        claim_private(mine)
