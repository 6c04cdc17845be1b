"""Who is held apart: a table says it, the people stay as they are, nobody is counted twice, and a lever can close it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from allmende.errors import AllmendeError
from allmende.outlook.apart import SPECIAL, hold_apart
from allmende.outlook.making import make_model
from allmende.outlook.settings import read_settings
from allmende.outlook.sources import Source, released
from allmende.projection.levers import Closing, Levers
from allmende.projection.moving import apply
from allmende.projection.run import run

HEAD = "kind;area;sex;age;persons;source;date\n"
BARRACKS = "barracks;99001003.2;m;18-27;40;garrison;2025-12-31\n"
HOME = "homes;99001000;;85+;12,5;inspection;2025-06-30\n"


@pytest.fixture(scope="module")
def source(shelf) -> Source:
    return released(shelf.public)


def written(folder: Path, text: str) -> Path:
    (folder / SPECIAL).write_text(HEAD + text)
    return folder


def test_people_held_apart_stay_and_are_counted_once(source, tmp_path):
    held = hold_apart(source, written(tmp_path, BARRACKS + HOME))
    counts, plain = held.counts(None), source.counts(None)
    assert counts.special_kinds == ("barracks", "homes")
    barracks, home = counts.special.sum(axis=(1, 4))  # [M, sex]
    unit = counts.units.index("99001003.2")
    assert barracks[unit] == pytest.approx([0, 40])
    assert counts.special[0, 0, unit, 1, 18:28].sum() == pytest.approx(40)
    assert home.sum() == pytest.approx(12.5)
    usual, made = (make_model(each, read_settings(), 5) for each in (plain, counts))
    np.testing.assert_allclose(made.past, usual.past)  # what was counted is what was counted
    np.testing.assert_allclose(run(made.model).population[0].sum(axis=0), usual.past[-1], atol=0.5)
    path, closed = run(made.model), run(apply(made.model, Levers(closings=(Closing("99001003.2", "barracks", 2028),))))
    lost = (path.population - closed.population).sum(axis=(1, 3, 4))[:, unit]
    assert lost == pytest.approx([0, 0, 0, 40, 40, 40])


def test_everything_held_apart_is_listed_with_source_and_date(source, tmp_path):
    held = hold_apart(source, written(tmp_path, BARRACKS + HOME))
    first, second = held.notes[-2:]
    assert (first.topic, first.source, first.date) == ("special:barracks:99001003.2", "garrison", "2025-12-31")
    assert first.en == "Barracks in Teil 2 with 40 people (ages 18-27, men only): held apart, their number and ages stay"
    assert "85+" in second.de
    assert hold_apart(source, tmp_path / "nothing") is source


def test_a_past_too_small_for_them_is_tried_with_who_was_there(source, tmp_path):
    held = hold_apart(source, written(tmp_path, BARRACKS))
    small = replace(held, counts=held.counts).counts(2022)
    assert 0 < small.special.sum() <= 40 + 1e-9


def test_every_defect_is_listed(source, tmp_path):
    wrong = "castle;99001003;x;27-18;-4;;soon\n" + BARRACKS
    with pytest.raises(AllmendeError) as error:
        hold_apart(source, written(tmp_path, wrong))
    for field in ("kind 'castle'", "area '99001003'", "sex 'x'", "age '27-18'", "persons '-4'", "source ''", "date 'soon'"):
        assert f"line 2, {field}" in str(error.value)


def test_more_people_than_live_there_are_refused_with_their_number(source, tmp_path):
    held = hold_apart(source, written(tmp_path, BARRACKS + BARRACKS.replace("40", "4000")))
    with pytest.raises(AllmendeError, match=r"line 3, persons '4000': expected at most the \d+ who live there"):
        held.counts(None)
