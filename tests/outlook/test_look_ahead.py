"""A look ahead from a known region: what it says of itself holds, it is repeated to the byte, and it is there whole or not."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.needs.capacity import Facility
from allmende.outlook.facilities import FACILITIES, write_facilities
from allmende.outlook.fans import fan_out, stretch
from allmende.outlook.folder import LEVELS, read_model, read_outlook, write_outlook
from allmende.outlook.needs_file import NEEDS, read_needs
from allmende.outlook.running import look_ahead, outlook_drivers
from allmende.outlook.services import load_services
from allmende.outlook.settings import read_settings, summary
from allmende.outlook.sources import Source, released
from allmende.outlook.track import OURS, back_test, keep_track, learn_widths
from allmende.outlook.unusable import UnusableOutlook, WithdrawnRelease, released_under
from allmende.outlook.weighing import Offer, weigh_offer
from allmende.projection.draws import draw
from allmende.projection.model import Model

from .conftest import shelve

QUICK = read_settings() | {"horizon": 12, "draws": 60, "back_test_draws": 40}


@pytest.fixture(scope="module")
def source(shelf) -> Source:
    return released(shelf.public)


@pytest.fixture(scope="module")
def found(source):
    return look_ahead(source, QUICK)


@pytest.fixture
def public(truth, tmp_path) -> Path:
    return shelve(truth, tmp_path / "public").publish()


def test_areas_sum_and_intervals_nest(found):
    outlook = found.outlook
    sums = outlook.totals()
    assert sums[-1].all()
    assert outlook.areas[-1] == "region"
    assert (np.diff(outlook.fan, axis=0) >= -1e-3).all()
    people = outlook.population.sum(axis=(3, 4))
    middle = outlook.fan[LEVELS.index(0.5), :, : len(outlook.units), 0]
    np.testing.assert_allclose(middle[0], people[0, 0], rtol=0.02, atol=3)
    np.testing.assert_allclose(outlook.past[-1].sum(axis=(1, 2)), people[0, 0], rtol=1e-4)
    births, deaths, came, left, moved_in, moved_out = outlook.components
    change = births - deaths + came - left + moved_in - moved_out
    np.testing.assert_allclose(np.diff(people, axis=1), change, atol=0.05)
    assert (outlook.fan >= 0).all()


def test_variants_lie_as_their_names_say(found):
    middle, young, old = found.outlook.population.sum(axis=(2, 3, 4))[:, -1]
    assert old < middle < young


def test_the_same_request_gives_the_same_bytes(found, source, public):
    again = look_ahead(source, QUICK)
    folders = [write_outlook(each.outlook, each.model, each.needs, public / str(at)) for at, each in enumerate((found, again))]
    assert folders[0].name == folders[1].name
    files = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    assert files[0] == files[1]


def test_what_is_read_is_what_was_written(found, public):
    folder = write_outlook(found.outlook, found.model, found.needs, public)
    assert (public / "outlook").resolve() == folder.resolve()
    read = read_outlook(public / "outlook")
    for name in Model.__slots__:
        one, other = getattr(found.model, name), getattr(read_model(folder), name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, other)
    for name in ("fan", "past", "population", "components", "simple", "forecasts"):
        np.testing.assert_array_equal(getattr(read, name), getattr(found.outlook, name))
    for name in ("id", "bands", "variants", "statements", "years", "units", "areas", "drivers", "threshold"):
        assert getattr(read, name) == getattr(found.outlook, name), name
    assert read.track.trials == found.outlook.track.trials
    assert read.widths.sizes == found.outlook.widths.sizes
    assert read.widths.sizes[-1] == np.inf
    assert read.widths.centres == found.outlook.widths.centres
    np.testing.assert_array_equal(read.widths.factor, found.outlook.widths.factor)
    document = json.loads((folder / "outlook.json").read_text())
    assert document["widths"]["sizes"][-1] is None
    assert not list(public.glob("outlooks/.*"))


def test_the_pages_draw_what_the_outlook_drew(found):
    """A page has the folder only: model, drivers and widths of it give the fan of it."""
    outlook = found.outlook
    drawn = draw(found.model, outlook_drivers(outlook), outlook.bands, draws=outlook.draws, seed=outlook.seed)
    np.testing.assert_allclose(fan_out(drawn, outlook.areas, outlook.parents, outlook.widths), outlook.fan, rtol=1e-5)


def test_stretched_draws_have_the_intervals_of_the_fan(found):
    outlook = found.outlook
    drawn = draw(found.model, outlook_drivers(outlook), outlook.bands, draws=300, seed=3)
    fan = fan_out(drawn, outlook.areas, outlook.parents, outlook.widths)
    wide = stretch(drawn, outlook.widths, outlook.totals())
    low, high = np.quantile(wide[..., 0], [0.1, 0.9], axis=0)
    np.testing.assert_allclose(high - low, (fan[5] - fan[1])[..., 0], rtol=0.02, atol=0.5)


@pytest.mark.parametrize("broken", ["arrays.npz", "model.npz", "outlook.json"])
def test_killed_in_the_middle_the_old_one_stays(found, public, monkeypatch, broken):
    before = write_outlook(found.outlook, found.model, found.needs, public)
    whole = {path.name: path.read_bytes() for path in before.iterdir()}
    import allmende.outlook.folder as house

    write = house.write_whole

    def die(path: Path, data: bytes) -> None:
        if path.name == broken:
            raise KeyboardInterrupt
        write(path, data)

    monkeypatch.setattr(house, "write_whole", die)
    for other in (replace(found.outlook, id="2025-another"), found.outlook):
        with pytest.raises(KeyboardInterrupt):
            write_outlook(other, found.model, found.needs, public)
        assert read_outlook(public / "outlook").id == found.outlook.id
        assert {path.name: path.read_bytes() for path in (public / "outlook").iterdir()} == whole
    monkeypatch.undo()
    assert write_outlook(found.outlook, found.model, found.needs, public) == before
    assert {path.name for path in (public / "outlooks").iterdir()} <= {before.name, ".2025-another.part"}


def test_a_withdrawn_release_is_said(found, public):
    outlook = found.outlook
    assert released_under(public, outlook.release, outlook.id) == public / "releases" / outlook.release
    shutil.rmtree(public / "releases" / outlook.release)
    with pytest.raises(
        WithdrawnRelease, match=f"The release {outlook.release}, from which the look ahead {outlook.id} was made"
    ):
        released_under(public, outlook.release, outlook.id)
    with pytest.raises(AllmendeError, match=f"The release {outlook.release}, which was in force, was withdrawn") as refused:
        released(public)
    assert "allmende release build" in refused.value.todo


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda folder: (folder / "outlook.json").write_text("{"), "outlook.json"),
        (lambda folder: (folder / "outlook.json").write_text('{"format": 3}'), "outlook.json"),
        (lambda folder: (folder / "outlook.json").write_text("[]"), "outlook.json"),
        (lambda folder: (folder / "outlook.json").write_text('{"format": 99}'), "format 99"),
        (lambda folder: (folder / "outlook.json").unlink(), "no look ahead"),
        (lambda folder: (folder / "arrays.npz").write_bytes(b"PK"), "arrays.npz"),
        (lambda folder: (folder / "arrays.npz").unlink(), "arrays.npz"),
        (lambda folder: (folder / "model.npz").write_bytes(b"nothing"), "model.npz"),
    ],
)
def test_damaged_files_are_named(found, public, damage: Callable[[Path], None], words):
    folder = write_outlook(found.outlook, found.model, found.needs, public)
    damage(folder)
    with pytest.raises(AllmendeError) as refused:
        (read_outlook(folder), read_model(folder))
    assert words in refused.value.what + refused.value.where


def test_forecasts_of_the_past_know_nothing_later(truth, source, tmp_path):
    """What would have been said in 2022 is the same, to the bit, if everything since had been otherwise."""
    people = truth.people.copy()
    people[4:] *= 2
    events = {name: values.copy() for name, values in truth.events.items()}
    for values in events.values():
        values[4:] *= 3
    other = shelve(replace(truth, people=people, events=events), tmp_path)
    one, two = (
        back_test(each.counts, each.counts(None).years, QUICK).forecasts for each in (source, released(other.publish()))
    )
    assert [forecast.origin for forecast in one] == [2022, 2023, 2024]
    assert [len(forecast.middle) for forecast in one] == [3, 2, 1]
    for name, said in one[0].totals.items():
        np.testing.assert_array_equal(said, two[0].totals[name])
    for bound in ("low", "middle", "high"):
        np.testing.assert_array_equal(getattr(one[0], bound), getattr(two[0], bound))
    assert np.abs(one[1].totals[OURS] - two[1].totals[OURS]).max() > 100


def test_the_track_record_is_near_what_intervals_promise(source):
    """Simulated by independent events at constant rates, the region's municipalities stay in their intervals."""
    track = keep_track(back_test(source.counts, source.counts(None).years, QUICK), QUICK["sizes"])
    nominal = [each for each in track.held if each.geography == "district" and each.horizon == 1]
    assert [each.level for each in nominal] == [0.5, 0.8, 0.95]
    for each in nominal:
        assert each.areas == 45
        assert each.calibrated == pytest.approx(100 * each.level, abs=20)
    ours, constant = (
        next(t for t in track.trials if (t.model, t.geography, t.horizon) == (name, "municipality", 1))
        for name in (OURS, "constant")
    )
    assert ours.ages < constant.ages
    assert sum(track.weights.values()) == pytest.approx(1)


def test_forecasts_of_the_past_are_kept_and_hold_what_the_track_record_counts(found):
    outlook = found.outlook
    low, middle, high = outlook.forecasts.astype(float)
    assert outlook.forecasts.shape[1:] == (len(outlook.track.origins), len(outlook.past_years), len(outlook.areas), 9)
    ahead = np.array(outlook.past_years)[None, :] - np.array(outlook.track.origins)[:, None]
    assert (np.isnan(middle).all(axis=(2, 3)) == (ahead <= 0)).all(), "a year is forecast from its own or a later one"
    known = ahead > 0
    assert (low[known] <= middle[known]).all()
    assert (middle[known] <= high[known]).all()
    came = outlook.past.sum(axis=(2, 3)) @ outlook.totals().T
    inside = (low[..., 0] <= came + 1e-3) & (came <= high[..., 0] + 1e-3)
    rows = {"district": slice(0, len(outlook.units)), "municipality": slice(len(outlook.units), -1)}
    for each in outlook.track.held:
        if each.level == 0.8:
            counted = inside[ahead == each.horizon][:, rows[each.geography]]
            assert counted.size == each.areas
            assert 100 * counted.mean() == pytest.approx(each.calibrated)


def test_size_classes_that_a_region_lacks_are_learnt_with_the_next(source):
    test = back_test(source.counts, source.counts(None).years, QUICK)
    assert learn_widths(test, [2000, 10_000]).sizes == (2000, 10_000, np.inf)
    assert learn_widths(test, [100, 2000, 10_000, 900_000]).sizes == (2000, 10_000, np.inf)


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 1}', '{"format": 1, "services": [{"areas": 3}]}'])
def test_damaged_needs_are_named(tmp_path, text):
    (tmp_path / NEEDS).write_text(text)
    with pytest.raises(UnusableOutlook) as refused:
        read_needs(tmp_path / NEEDS)
    assert NEEDS in refused.value.where
    assert "allmende project run" in refused.value.todo


def test_needs_are_weighed_against_facilities(source, found, public):
    with as_file(files("allmende.parameters") / "demo_services") as folder:
        services = load_services(folder)
    kita = Facility("k1", "kita", "u3", "Haus", "99001003", 400.0, None, None, None, None)
    offer = Offer(services, (kita,))
    outlook = found.outlook
    needs = weigh_offer(offer, found.model, outlook_drivers(outlook), outlook.widths, source.region, draws=50, seed=1)
    by_id = {each.service.id: each for each in needs}
    areas = by_id["kita"].areas
    assert set(areas) == {"region", "municipality", "district"}
    assert areas["municipality"].balance.catchments == tuple(town.ags for town in source.region.municipalities)
    children = areas["municipality"].people[1].sum(axis=(1, 2))
    whole = areas["region"].people[1].sum(axis=(1, 2))
    np.testing.assert_allclose(children, whole, rtol=0.03)
    counted = outlook.fan[LEVELS.index(0.5), 1, -1, 1]
    assert areas["region"].people[1, 0, 0, :3].sum() == pytest.approx(counted, rel=0.1)
    assert areas["district"].left_out == ("k1",)
    folder = write_outlook(outlook, found.model, needs, public)
    assert [each.service.id for each in read_needs(folder / NEEDS)] == [service.id for service in services]


def test_facilities_change_the_outlooks_name(found, shelf, public, monkeypatch):
    """What an outlook is made of makes its name: facilities, settings, the release."""
    facility = Facility("k1", "kita", "u3", "Haus", "99001003", 400.0, None, None, None, None)
    write_facilities([facility], public / FACILITIES)
    monkeypatch.setattr("allmende.outlook.weighing.unit_shapes", lambda folder, region: None)
    with_needs = look_ahead(released(public), QUICK)
    assert with_needs.needs
    assert with_needs.outlook.id != found.outlook.id
    np.testing.assert_array_equal(with_needs.outlook.fan, found.outlook.fan)
    assert "facilities" in {statement.topic for statement in found.outlook.statements}
    assert "facilities" not in {statement.topic for statement in with_needs.outlook.statements}
    assert look_ahead(released(shelf.public), QUICK | {"seed": 2}).outlook.id != found.outlook.id


def test_years_left_out_are_said(source):
    left_out = look_ahead(source, QUICK | {"estimate": {"left_out": [2023]}})
    assert any("2023" in statement.en for statement in left_out.outlook.statements if statement.topic == "left_out")
    with pytest.raises(AllmendeError, match="2031 cannot be left out"):
        look_ahead(source, QUICK | {"estimate": {"left_out": [2031]}})


def test_the_summary_is_the_regions(found):
    said = summary(found.outlook)
    assert [row["year"] for row in said["totals"]] == [2025, 2030, 2035]
    assert all(row["low"] <= row["median"] <= row["high"] for row in said["totals"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("horizon = 0", "a whole number from 1 to 100"),
        ("horizon = true", "a whole number from 1 to 100"),
        ("draws = 5", "a whole number from 20"),
        ("seed = -1", "a whole number from 0"),
        ("sizes = [10000, 2000]", "ascending numbers"),
        ("colour = 'red'", "horizon, draws"),
        ("[[band]]\nid = 'kids'\nages = [0, 5]", "a first band of all ages"),
        ("[[band]]\nages = [0, 100]", "with an id"),
        ("[[variant]]\nid = 'x'\nchanges = [{rate = 'fertility', factor = 2.0, years = 1}]", "a first variant without changes"),
        ("[drivers]\nspread = {}", "[drivers.persistence]"),
        ("[estimate]\nsteps = 3", "a table with window"),
        ("lean = { weight = 2.0, years = 5 }", "weight from 0 to 1"),
        ("lean = { weight = 0.5 }", "weight from 0 to 1"),
        ("horizon = ", "TOML"),
    ],
)
def test_settings_that_cannot_be_used_are_named(tmp_path, text, words):
    path = tmp_path / "own.toml"
    path.write_text(text)
    with pytest.raises(AllmendeError) as refused:
        read_settings(path)
    assert words in refused.value.expected
    assert str(path) in refused.value.where


def test_own_settings_take_the_place_of_ours_one_by_one(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text("horizon = 20\n[estimate]\nleft_out = [2022]\n")
    assert read_settings(path) == read_settings() | {"horizon": 20, "estimate": {"left_out": [2022]}}
